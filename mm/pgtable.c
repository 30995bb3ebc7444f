// SPDX-License-Identifier: MIT
/*
 * The kernel's page tables: walking and mapping, for both processors. Splitting and merging are in pgtable_split.c, permissions
 * in pgtable_prot.c, looks at the whole tree in pgtable_look.c.
 *
 * One tree of four levels serves all CPUs. An entry maps memory ("leaf": 4 KiB at level 0, 2 MiB at 1,
 * 1 GiB at 2), points to a table of the next lower level, or is none.
 *
 *   root (level 3) -> level 2 -> level 1 -> level 0 -> 4 KiB
 *                        \-> 1 GiB  \-> 2 MiB
 *
 * Splitting a 2 MiB leaf makes a table of 512 leaves that map the same, and puts it in the leaf's
 * place; merging is the reverse. Both change a live entry into another valid one. x86_64 allows that; arm64
 * wants the entry invalid in between (break-before-make), so there the other CPUs are stopped and the entry is
 * written through an alias in the fixmap window, since its own page may lie in the range that vanishes for
 * a moment. A whole 1 GiB is split or merged by one such change at its top.
 *
 * Invariant: a table once linked stays linked as long as anything is mapped through it, except by a merge; so walks
 *            need no lock as long as the walked mapping itself is not being merged (its owner's business).
 *            A table that was linked is freed after a grace period: a look at somebody else's mapping, under
 *            rcu_read_lock(), may be stale but finds tables.
 * Lock:      pt_lock guards linking and unlinking of tables. A leaf is changed by its mapping's owner.
 *            pt_lock is a leaf lock; tables are allocated before it is taken.
 */
#include <linux/align.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <arch/boot.h>
#include <paddock/alloc_watch.h>
#include <paddock/memblock.h>
#include <paddock/pgtable.h>
#include "pgtable.h"

pte_t kernel_root[PT_ENTRIES] __aligned(PAGE_SIZE) __section(".bss..page_aligned");

static DEFINE_SPINLOCK(pt_lock);
unsigned long kernel_root_changes;	/* [pt_lock] */

/* ---- Table pages ---- */

pte_t boot_tables[BOOT_TABLES][PT_ENTRIES] __aligned(PAGE_SIZE) __section(".bss..page_aligned");
static unsigned int boot_tables_used;

phys_addr_t pt_memblock_limit;	/* RAM below it is mapped: memblock may give tables there; 0: none yet */

static unsigned long nr_tables;	/* atomic */

unsigned long pt_nr_pages(void)
{
	return nr_tables;
}

pte_t *pt_page_alloc_raw(void)
{
	pte_t *table;

	/* Those of the image cannot be given back, so they are for what is mapped at boot. */
	if (boot_tables_used < BOOT_TABLES && !pages_are_available()) {
		nr_tables++;
		return boot_tables[boot_tables_used++];	/* zero: .bss */
	}
	if (pages_are_available()) {
		struct page *page;

		if (alloc_is_watched() && watch_fails_pages(GFP_ATOMIC, 0))
			return NULL;
		page = alloc_internal_page(GFP_ATOMIC | __GFP_NOWARN, 0, NUMA_NO_NODE);
		if (!page)
			return NULL;
		table = page_address(page);
	} else {
		phys_addr_t pa = memblock_alloc_phys(PAGE_SIZE, PAGE_SIZE, pt_memblock_limit, NUMA_NO_NODE);

		if (!pa)
			return NULL;
		table = __va(pa);
	}
	__atomic_fetch_add(&nr_tables, 1, __ATOMIC_RELAXED);
	return table;
}

pte_t *pt_page_alloc(void)
{
	pte_t *table = pt_page_alloc_raw();

	if (table)
		clear_page(table);
	return table;
}

void pt_page_free(pte_t *table)
{
	unsigned long va = (unsigned long)table;

	/* Boot tables and memblock's are few and stay. */
	if (va >= PAGE_OFFSET && va < LINEAR_END && page_type(virt_to_page(table)) == PAGE_TABLE) {
		__atomic_fetch_sub(&nr_tables, 1, __ATOMIC_RELAXED);
		free_internal_page(virt_to_page(table), 0);
	}
}

static void free_table_rcu(struct rcu_head *head)
{
	pt_page_free(page_address(container_of((void *)head, struct page, rcu_words)));
}

void free_linked_table(pte_t *table)
{
	unsigned long va = (unsigned long)table;

	if (va >= PAGE_OFFSET && va < LINEAR_END && page_type(virt_to_page(table)) == PAGE_TABLE)
		call_rcu((struct rcu_head *)virt_to_page(table)->rcu_words, free_table_rcu);
}

/* ---- Walking ---- */

pte_t *kernel_page_entry(unsigned long va, unsigned int *level)
{
	unsigned int found;
	pte_t *slot = walk_to(va, 0, &found);

	if (level)
		*level = found;
	return arch_pt_is_leaf(*slot, found) ? slot : NULL;
}

phys_addr_t kernel_va_to_pa(unsigned long va)
{
	unsigned int level;
	pte_t *slot = kernel_page_entry(va, &level);

	if (!slot)
		return PHYS_ADDR_MAX;
	return arch_pt_pa(*slot, level) | (va & (PT_LEVEL_SIZE(level) - 1));
}

/* ---- Mapping ---- */

/* The slot of @level for @va, with tables added on the way. NULL: no memory, or a leaf in the way. */
static pte_t *walk_or_make(unsigned long va, unsigned int level, int *err)
{
	for (;;) {
		unsigned int found;
		pte_t *slot = walk_to(va, level, &found), *table;
		unsigned long flags;

		if (found == level)
			return slot;
		if (arch_pt_is_leaf(*slot, found)) {
			*err = -EEXIST;
			return NULL;
		}
		table = pt_page_alloc();
		if (!table) {
			*err = -ENOMEM;
			return NULL;
		}
		spin_lock_irqsave(&pt_lock, flags);
		if (arch_pt_is_none(*slot)) {
			arch_pt_set(slot, arch_pt_table(table_pa(table)));
			table = NULL;
			if (found == PT_LEVELS - 1)
				smp_store_release(&kernel_root_changes, kernel_root_changes + 1);
		}
		spin_unlock_irqrestore(&pt_lock, flags);
		if (table)	/* somebody else was faster */
			pt_page_free(table);
	}
}

int map_range_up_to(unsigned long va, phys_addr_t pa, unsigned long size, pgprot_bits_t prot,
		    unsigned int max_level)
{
	while (size) {
		unsigned int level = max_level;
		int err = 0;
		pte_t *slot;

		while (level && ((va | pa) & (PT_LEVEL_SIZE(level) - 1) || size < PT_LEVEL_SIZE(level)))
			level--;
		slot = walk_or_make(va, level, &err);
		/* A table is left there from earlier small pages: use it. */
		while (slot && level && arch_pt_is_table(*slot, level))
			slot = walk_or_make(va, --level, &err);
		if (!slot)
			return err;
		if (!arch_pt_is_none(*slot))
			return -EEXIST;
		arch_pt_set(slot, arch_pt_leaf(pa, prot, level));
		va += PT_LEVEL_SIZE(level);
		pa += PT_LEVEL_SIZE(level);
		size -= PT_LEVEL_SIZE(level);
	}
	return 0;
}

int kernel_map_range(unsigned long va, phys_addr_t pa, unsigned long size, pgprot_bits_t prot)
{
	return map_range_up_to(va, pa, size, prot, arch_pt_has_1g() ? 2 : 1);
}

int kernel_map_pages(unsigned long va, struct page **pages, unsigned int count, pgprot_bits_t prot)
{
	pte_t *slot = NULL, empty = arch_pt_leaf(0, prot, 0);

	for (unsigned int i = 0; i < count; i++, va += PAGE_SIZE) {
		/* Neighbours are in the same table until it ends. */
		if (!slot || !PT_INDEX(va, 0)) {
			int err = 0;

			slot = walk_or_make(va, 0, &err);
			if (!slot)
				return err;
		}
		*slot = empty | page_to_phys(pages[i]);
		slot++;
	}
	arch_pt_set(slot - 1, slot[-1]);	/* publishes them all; see arch_pt_set() */
	return 0;
}

void kernel_unmap_range(unsigned long va, unsigned long size)
{
	unsigned long end = va + size;

	while (va < end) {
		unsigned int level;
		pte_t *slot = walk_to(va, 0, &level);
		unsigned long next = ALIGN_DOWN(va, PT_LEVEL_SIZE(level)) + PT_LEVEL_SIZE(level);

		if (arch_pt_is_leaf(*slot, level)) {
			if (level && (next - va < PT_LEVEL_SIZE(level) || next > end)) {
				/* Cut: split, and look again. Without memory for it, more is unmapped than asked. */
				if (!kernel_split_range(va, min(next, end) - va))
					continue;
				WARN_ONCE(1, "pgtable: no table to unmap a part of a large page");
			}
			arch_pt_set(slot, 0);
			/* The rest of this table, without walking again. */
			while (!level && next < end && PT_INDEX(next, 0)) {
				arch_pt_set(++slot, 0);
				next += PAGE_SIZE;
			}
		}
		va = next;
	}
}

/* ---- Empty tables ---- */

static bool table_is_empty(const pte_t *table)
{
	for (unsigned int i = 0; i < PT_ENTRIES; i++)
		if (!arch_pt_is_none(table[i]))
			return false;
	return true;
}

unsigned int kernel_unlink_tables(unsigned long start, unsigned long end, struct list_head *tables)
{
	unsigned int count = 0;

	for (unsigned long va = ALIGN(start, PT_LEVEL_SIZE(1)); va < end && end - va >= PT_LEVEL_SIZE(1);
	     va += PT_LEVEL_SIZE(1)) {
		unsigned int found;
		pte_t *slot = walk_to(va, 1, &found), *table;
		unsigned long flags, table_addr;

		if (found != 1 || !arch_pt_is_table(*slot, 1)) {
			/* Nothing below here: on to the next table that could be there. "last": the sum may not fit. */
			unsigned long last = ALIGN_DOWN(va, PT_LEVEL_SIZE(found)) + (PT_LEVEL_SIZE(found) - PT_LEVEL_SIZE(1));

			if (found > 1)
				va = last;
			continue;
		}
		table = table_va(arch_pt_pa(*slot, 1));
		table_addr = (unsigned long)table;
		/* Not the boot's; and never one through which something is mapped, whatever the caller believes. */
		if (table_addr < PAGE_OFFSET || table_addr >= LINEAR_END ||
		    page_type(virt_to_page(table)) != PAGE_TABLE || WARN_ON_ONCE(!table_is_empty(table)))
			continue;
		spin_lock_irqsave(&pt_lock, flags);
		arch_pt_set(slot, 0);
		spin_unlock_irqrestore(&pt_lock, flags);
		list_add(&virt_to_page(table)->lru, tables);
		count++;
	}
	return count;
}

void kernel_free_tables(struct list_head *tables)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, tables, lru)
		free_linked_table(page_address(page));
	INIT_LIST_HEAD(tables);
}

phys_addr_t kernel_root_pa(void)
{
	return __pa_symbol(kernel_root);
}
