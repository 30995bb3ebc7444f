// SPDX-License-Identifier: MIT
/*
 * The kernel's page tables: walking, mapping, splitting, merging, for both processors.
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
#include <linux/export.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/set_memory.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/stop_machine.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <asm/sections.h>
#include <arch/boot.h>
#include <paddock/alloc_watch.h>
#include <paddock/memblock.h>
#include <paddock/pgtable.h>
#include <paddock/pmalloc.h>
#include "pgtable.h"

pte_t kernel_root[PT_ENTRIES] __aligned(PAGE_SIZE) __section(".bss..page_aligned");

static DEFINE_SPINLOCK(pt_lock);
unsigned long kernel_root_changes;	/* [pt_lock] */

/* ---- Table pages ---- */

/* Tables for the time before any RAM is mapped: enough for the image and the first GiB. */
#define BOOT_TABLES	32
static pte_t boot_tables[BOOT_TABLES][PT_ENTRIES] __aligned(PAGE_SIZE) __section(".bss..page_aligned");
static unsigned int boot_tables_used;

phys_addr_t pt_memblock_limit;	/* RAM below it is mapped: memblock may give tables there; 0: none yet */

/*
 * A table's address. The boot tables are in the image, all others in the linear map: also those that
 * lie where the image's init part was, which is RAM like any other once it is freed.
 */
static pte_t *table_va(phys_addr_t pa)
{
	phys_addr_t boot = __pa_symbol(boot_tables);

	if (pa >= boot && pa < boot + sizeof(boot_tables))
		return (pte_t *)(pa + kimage_voffset);
	return __va(pa);
}

static phys_addr_t table_pa(const pte_t *table)
{
	unsigned long va = (unsigned long)table;

	return va >= PAGE_OFFSET && va < LINEAR_END ? va - PAGE_OFFSET : __pa_symbol(va);
}

static unsigned long nr_tables;	/* atomic */

unsigned long pt_nr_pages(void)
{
	return nr_tables;
}

/* A table whose entries the caller writes, all of them. */
static pte_t *pt_page_alloc_raw(void)
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

/* Of a table that was linked until now, and is in no CPU's translation caches any more. */
static void free_linked_table(pte_t *table)
{
	unsigned long va = (unsigned long)table;

	if (va >= PAGE_OFFSET && va < LINEAR_END && page_type(virt_to_page(table)) == PAGE_TABLE)
		call_rcu((struct rcu_head *)virt_to_page(table)->rcu_words, free_table_rcu);
}

/* ---- Walking ---- */

/* The slot of @level for @va, or of the higher level where the walk ends at a leaf or at nothing. */
static pte_t *walk_to(unsigned long va, unsigned int level, unsigned int *found)
{
	pte_t *slot = &kernel_root[PT_INDEX(va, 3)];
	unsigned int at = 3;

	while (at > level && arch_pt_is_table(*slot, at)) {
		slot = table_va(arch_pt_pa(*slot, at));
		at--;
		slot += PT_INDEX(va, at);
	}
	*found = at;
	return slot;
}

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

/* ---- Splitting ---- */

static void free_tree(pte_t e, unsigned int level)
{
	pte_t *table;

	if (!arch_pt_is_table(e, level))
		return;
	table = table_va(arch_pt_pa(e, level));
	for (unsigned int i = 0; level > 1 && i < PT_ENTRIES; i++)
		free_tree(table[i], level - 1);
	free_linked_table(table);
}

/* What a split does: 4 KiB pages in [start, end), those without the permissions of @clear. */
struct split {
	unsigned long start, end;
	pgprot_bits_t clear;
};

/*
 * Write the entries of a level-0 table from index @from up to @to: they map @pa and what follows. Stores of
 * one constant and a counter: KFENCE's areas have a quarter of a million entries per GiB.
 */
static void fill_pages(pte_t *table, unsigned int from, unsigned int to, phys_addr_t pa, pgprot_bits_t prot)
{
	pte_t e = arch_pt_leaf(0, prot, 0) | pa;

	_Pragma("GCC unroll 8")
	for (pte_t *p = table + from, *end = table + to; p < end; p++, e += PAGE_SIZE)
		WRITE_ONCE(*p, e);
}

static void fill_split_table(pte_t *table, unsigned long base, phys_addr_t pa, pgprot_bits_t prot,
			     const struct split *split)
{
	unsigned int from = split->start > base ? (split->start - base) / PAGE_SIZE : 0;
	unsigned int to = min((split->end - base) / PAGE_SIZE, (unsigned long)PT_ENTRIES);

	fill_pages(table, 0, from, pa, prot);
	fill_pages(table, from, to, pa + from * PAGE_SIZE, prot & ~split->clear);
	fill_pages(table, to, PT_ENTRIES, pa + to * PAGE_SIZE, prot);
}

/*
 * A table that maps what @leaf of @level at @base maps, with the split's range in 4 KiB pages and the rest in
 * the largest that fit. Returns: the entry for it, or none for lack of memory.
 */
static pte_t build_split(pte_t leaf, unsigned int level, unsigned long base, const struct split *split)
{
	pgprot_bits_t prot = arch_pt_prot(leaf, level);
	phys_addr_t pa = arch_pt_pa(leaf, level);
	unsigned long step = PT_LEVEL_SIZE(level - 1);
	pte_t *table = pt_page_alloc_raw();

	if (!table)
		return 0;
	if (level == 1) {
		fill_split_table(table, base, pa, prot, split);
		return arch_pt_table(table_pa(table));
	}
	for (unsigned int i = 0; i < PT_ENTRIES; i++, base += step, pa += step) {
		pte_t e = arch_pt_leaf(pa, prot, level - 1);

		if (base < split->end && split->start < base + step) {
			e = build_split(e, level - 1, base, split);
			if (!e) {
				memset(table + i, 0, (PT_ENTRIES - i) * sizeof(*table));
				free_tree(arch_pt_table(table_pa(table)), level);
				return 0;
			}
		}
		table[i] = e;
	}
	return arch_pt_table(table_pa(table));
}

struct live_change {
	pte_t *slot, e;
	unsigned long va;
};

static int change_live_entry(void *arg)
{
	const struct live_change *c = arg;
	pte_t *alias = fixmap_alias(c->slot);

	arch_pt_set_live(alias, c->e, c->va);
	fixmap_alias_done();
	return 0;
}

/* Replace a valid entry by one that maps the same by other page sizes. */
static void set_live(pte_t *slot, pte_t e, unsigned long va)
{
	struct live_change change = { slot, e, va };

	if (!arch_pt_needs_stop())
		arch_pt_set_live(slot, e, va);
	else if (num_online_cpus() == 1) {
		unsigned long flags;

		local_irq_save(flags);
		change_live_entry(&change);
		local_irq_restore(flags);
	} else
		stop_machine(change_live_entry, &change, NULL);
}

/* Serialises splits and merges; unlike pt_lock it may be held while CPUs are stopped. */
static DEFINE_MUTEX(pt_resize_mutex);

static void resize_lock(void)
{
	if (pages_are_available())
		mutex_lock(&pt_resize_mutex);
}

static void resize_unlock(void)
{
	if (pages_are_available())
		mutex_unlock(&pt_resize_mutex);
}

static int split_range(unsigned long va, unsigned long size, pgprot_bits_t clear)
{
	const struct split split = { va, va + size, clear };
	int err = 0;

	resize_lock();
	while (va < split.end) {
		unsigned int level;
		pte_t *slot = walk_to(va, 0, &level);
		unsigned long base = ALIGN_DOWN(va, PT_LEVEL_SIZE(level));

		if (level && arch_pt_is_leaf(*slot, level)) {
			pte_t e = build_split(*slot, level, base, &split);

			if (!e) {
				err = -ENOMEM;
				break;
			}
			set_live(slot, e, base);
			arch_tlb_flush_range_all(base, base + PT_LEVEL_SIZE(level));
		}
		va = base + PT_LEVEL_SIZE(level);
	}
	resize_unlock();
	return err;
}

int kernel_split_range(unsigned long va, unsigned long size)
{
	return split_range(va, size, 0);
}

/* ---- Fences ---- */

/* Set and clear bits of the 4 KiB entries in the range, table by table; what is mapped larger is left alone. */
static void change_tables(unsigned long va, unsigned long end, pgprot_bits_t set, pgprot_bits_t clear)
{
	unsigned long next;

	for (; va < end; va = next) {
		unsigned int level, from = PT_INDEX(va, 0);
		pte_t *slot = walk_to(va, 0, &level);

		next = min(end, ALIGN_DOWN(va, PT_LEVEL_SIZE(1)) + PT_LEVEL_SIZE(1));
		if (level)
			continue;
		fill_pages(slot - from, from, from + (next - va) / PAGE_SIZE, arch_pt_pa(*slot, 0),
			   (arch_pt_prot(*slot, 0) | set) & ~clear);
		arch_pt_set(slot, *slot);	/* publishes them all; see arch_pt_set() */
	}
}

int kernel_fence_range(unsigned long va, unsigned long size)
{
	int err;

	/* Where there are 4 KiB pages already; before the split, whose own tables come out as they should be. */
	change_tables(va, va + size, 0, PT_PRESENT);
	err = split_range(va, size, PT_PRESENT);
	if (!err)
		arch_tlb_flush_range_all(va, va + size);
	return err;
}

void kernel_unfence_range(unsigned long va, unsigned long size)
{
	change_tables(va, va + size, PT_PRESENT, 0);
}

pte_t *kernel_page_table(unsigned long va)
{
	unsigned int level;
	pte_t *slot = walk_to(va, 0, &level);

	return level ? NULL : slot - PT_INDEX(va, 0);
}

/* ---- Merging ---- */

/* Does the tree under @e, of @level, map one contiguous, aligned run with equal permissions? */
static bool tree_is_uniform(pte_t e, unsigned int level, phys_addr_t *pa, pgprot_bits_t *prot)
{
	pte_t *table;

	if (arch_pt_is_leaf(e, level)) {
		*pa = arch_pt_pa(e, level);
		*prot = arch_pt_prot(e, level);
		return true;
	}
	if (!arch_pt_is_table(e, level))
		return false;
	table = table_va(arch_pt_pa(e, level));
	if (!tree_is_uniform(table[0], level - 1, pa, prot) || *pa & (PT_LEVEL_SIZE(level) - 1))
		return false;
	if (level == 1) {
		/* The first is aligned to them all, so the others differ from it in address bits only. */
		for (pte_t i = 1; i < PT_ENTRIES; i++)
			if (table[i] != (table[0] | i * PAGE_SIZE))
				return false;
		return true;
	}
	for (unsigned int i = 1; i < PT_ENTRIES; i++) {
		phys_addr_t next_pa;
		pgprot_bits_t next_prot;

		if (!tree_is_uniform(table[i], level - 1, &next_pa, &next_prot) || next_prot != *prot ||
		    next_pa != *pa + i * PT_LEVEL_SIZE(level - 1))
			return false;
	}
	return true;
}

static void merge_at(unsigned long va, unsigned long end, unsigned int level)
{
	for (unsigned long next; va < end; va = next) {
		unsigned long base = ALIGN_DOWN(va, PT_LEVEL_SIZE(level));
		unsigned int found;
		pte_t *slot = walk_to(va, level, &found), e = *slot;
		phys_addr_t pa;
		pgprot_bits_t prot;

		next = base + PT_LEVEL_SIZE(level);
		if (found != level || !arch_pt_is_table(e, level))
			continue;
		if (!tree_is_uniform(e, level, &pa, &prot)) {
			if (level > 1)
				merge_at(va, min(end, next), level - 1);
			continue;
		}
		set_live(slot, arch_pt_leaf(pa, prot, level), base);
		/* No CPU may walk through the tables any more when they are freed. */
		arch_tlb_flush_range_all(base, next);
		free_tree(e, level);
	}
}

void kernel_merge_range(unsigned long va, unsigned long size)
{
	resize_lock();
	merge_at(va, va + size, arch_pt_has_1g() ? 2 : 1);
	resize_unlock();
}

/* ---- Permissions ---- */

bool kernel_page_protect(unsigned long va, bool present)
{
	unsigned int level;
	pte_t *slot = walk_to(va, 0, &level);
	pgprot_bits_t prot;

	if (level || arch_pt_is_none(*slot))
		return false;
	prot = arch_pt_prot(*slot, 0);
	prot = present ? prot | PT_PRESENT : prot & ~PT_PRESENT;
	arch_pt_set(slot, arch_pt_leaf(arch_pt_pa(*slot, 0), prot, 0));
	return true;
}

int kernel_split_cut(unsigned long va, unsigned long size, pgprot_bits_t set, pgprot_bits_t clear)
{
	unsigned long start = va, end = va + size;

	while (va < end) {
		unsigned int level;
		pte_t *slot = walk_to(va, 0, &level);
		unsigned long base = ALIGN_DOWN(va, PT_LEVEL_SIZE(level)), next = base + PT_LEVEL_SIZE(level);
		pgprot_bits_t prot;

		if (!arch_pt_is_leaf(*slot, level))
			return -EINVAL;
		prot = arch_pt_prot(*slot, level);
		if (level && ((prot | set) & ~clear) != prot && (base < start || next > end)) {
			int err = kernel_split_range(va, min(next, end) - va);

			if (err)
				return err;
			continue;
		}
		/* All of a last-level table at once: there is nothing to split in it. */
		va = level ? next : ALIGN_DOWN(va, PT_LEVEL_SIZE(1)) + PT_LEVEL_SIZE(1);
	}
	return 0;
}

/* @n entries of one last-level table. False: one of them is none. */
static bool set_write(pte_t *slot, unsigned long n, bool on)
{
	/* What arch_pt_with_write() does to any entry, once for all: bits to keep, bits to set. */
	pte_t keep = arch_pt_with_write(~0ull, on), set = arch_pt_with_write(0, on);
	pte_t *end = slot + n;

#pragma GCC unroll 16
	for (; slot < end; slot++) {
		pte_t e = *slot;

		if (arch_pt_is_none(e))
			return false;
		*(volatile pte_t *)slot = (e & keep) | set;
	}
	arch_pt_set(slot - 1, slot[-1]);	/* publishes them all */
	return true;
}

int kernel_set_prot(unsigned long va, unsigned long size, pgprot_bits_t set, pgprot_bits_t clear)
{
	unsigned long end = va + size;
	unsigned int level;
	bool only_write = (set | clear) == PT_WRITE;
	pte_t *slot = NULL;

	while (va < end) {
		pgprot_bits_t prot;
		pte_t e;

		if (only_write && (slot = walk_to(va, 0, &level), !level)) {
			/* Sealing: many pages, few instructions each. */
			unsigned long n = min((end - va) / PAGE_SIZE, PT_ENTRIES - PT_INDEX(va, 0));

			if (!set_write(slot, n, set))
				return -EINVAL;
			va += n * PAGE_SIZE;
			slot = NULL;
			continue;
		}
		/* The neighbour in the same table, without walking again. */
		if (slot && !level && PT_INDEX(va, 0))
			slot++;
		else
			slot = walk_to(va, 0, &level);
		e = *slot;
		if (!arch_pt_is_leaf(e, level))
			return -EINVAL;
		if (only_write) {
			e = arch_pt_with_write(e, set);
		} else {
			prot = (arch_pt_prot(e, level) | set) & ~clear;
			e = arch_pt_leaf(arch_pt_pa(e, level), prot, level);
		}
		arch_pt_set(slot, e);
		va = ALIGN_DOWN(va, PT_LEVEL_SIZE(level)) + PT_LEVEL_SIZE(level);
	}
	return 0;
}

int kernel_change_prot(unsigned long va, unsigned long size, pgprot_bits_t set, pgprot_bits_t clear)
{
	int err = kernel_split_cut(va, size, set, clear);

	if (!err)
		err = kernel_set_prot(va, size, set, clear);
	/* Also after a failure: what lies before a hole has been changed. */
	arch_tlb_flush_range_all(va, va + size);
	return err;
}

static int change_pages(unsigned long addr, int nr, pgprot_bits_t set, pgprot_bits_t clear)
{
	if (!PAGE_ALIGNED(addr) || nr < 0)
		return -EINVAL;
	if (pmalloc_refuses_range((void *)addr, (unsigned long)nr * PAGE_SIZE, "set_memory"))
		return -EPERM;
	/* What is read-only must not be writable by its other address. */
	if ((set | clear) & PT_WRITE && nr && vmalloc_alias_changes(addr))
		return kernel_change_prot_alias(addr, (unsigned long)nr * PAGE_SIZE, set, clear);
	return kernel_change_prot(addr, (unsigned long)nr * PAGE_SIZE, set, clear);
}

int set_memory_ro(unsigned long addr, int nr) { return change_pages(addr, nr, 0, PT_WRITE); }
int set_memory_rw(unsigned long addr, int nr) { return change_pages(addr, nr, PT_WRITE, 0); }
int set_memory_x(unsigned long addr, int nr) { return change_pages(addr, nr, PT_EXEC, 0); }
int set_memory_nx(unsigned long addr, int nr) { return change_pages(addr, nr, 0, PT_EXEC); }
int set_memory_rox(unsigned long addr, int nr) { return change_pages(addr, nr, PT_EXEC, PT_WRITE); }

int set_memory_valid(unsigned long addr, int nr, int enable)
{
	return change_pages(addr, nr, enable ? PT_PRESENT : 0, enable ? 0 : PT_PRESENT);
}

int set_direct_map_invalid_noflush(struct page *page)
{
	unsigned long va = (unsigned long)page_address(page);
	int err = kernel_split_range(va, PAGE_SIZE);

	if (!err)
		kernel_page_protect(va, false);
	return err;
}

int set_direct_map_default_noflush(struct page *page)
{
	kernel_page_protect((unsigned long)page_address(page), true);
	return 0;
}

phys_addr_t kernel_root_pa(void)
{
	return __pa_symbol(kernel_root);
}

/* ---- Looking at the whole ---- */

struct walk_run {
	void (*fn)(void *ctx, unsigned long va, unsigned long size, pgprot_bits_t prot, unsigned int level);
	void *ctx;
	unsigned long va, size;
	pgprot_bits_t prot;
	unsigned int level;
};

static void run_end(struct walk_run *run)
{
	if (run->size)
		run->fn(run->ctx, run->va, run->size, run->prot, run->level);
	run->size = 0;
}

static void run_leaf(struct walk_run *run, unsigned long va, pte_t e, unsigned int level)
{
	pgprot_bits_t prot = arch_pt_prot(e, level);

	if (run->size && (run->va + run->size != va || run->prot != prot || run->level != level))
		run_end(run);
	if (!run->size) {
		run->va = va;
		run->prot = prot;
		run->level = level;
	}
	run->size += PT_LEVEL_SIZE(level);
}

static void walk_table(struct walk_run *run, pte_t *table, unsigned int level, unsigned long base,
		       unsigned long start, unsigned long end)
{
	for (unsigned int i = 0; i < PT_ENTRIES; i++) {
		unsigned long va = base + i * PT_LEVEL_SIZE(level);
		pte_t e = table[i];

		/* "last" addresses: the end of the address space does not fit. */
		if (va + PT_LEVEL_SIZE(level) - 1 < start || va > end - 1)
			continue;
		if (arch_pt_is_leaf(e, level))
			run_leaf(run, va, e, level);
		else if (arch_pt_is_table(e, level))
			walk_table(run, table_va(arch_pt_pa(e, level)), level - 1, va, start, end);
	}
}

void kernel_walk(unsigned long start, unsigned long end,
		 void (*fn)(void *ctx, unsigned long va, unsigned long size, pgprot_bits_t prot,
			    unsigned int level),
		 void *ctx)
{
	struct walk_run run = { .fn = fn, .ctx = ctx };

	rcu_read_lock();
	for (unsigned int i = PT_INDEX(PAGE_OFFSET, 3); i < PT_ENTRIES; i++) {
		unsigned long va = ~0UL << 48 | (unsigned long)i << PT_LEVEL_SHIFT(3);
		pte_t e = kernel_root[i];

		if (va + PT_LEVEL_SIZE(3) - 1 >= start && va <= end - 1 && arch_pt_is_table(e, 3))
			walk_table(&run, table_va(arch_pt_pa(e, 3)), 2, va, start, end);
	}
	run_end(&run);
	rcu_read_unlock();
}

static void leaves_of(pte_t *table, unsigned int level, unsigned long base, unsigned long start, unsigned long end,
		      void (*fn)(void *ctx, unsigned long va, pte_t e, unsigned int level), void *ctx)
{
	for (unsigned int i = 0; i < PT_ENTRIES; i++) {
		unsigned long va = base + i * PT_LEVEL_SIZE(level);
		pte_t e = READ_ONCE(table[i]);

		if (va + PT_LEVEL_SIZE(level) - 1 < start || va > end - 1)
			continue;
		if (arch_pt_is_leaf(e, level))
			fn(ctx, va, e, level);
		else if (arch_pt_is_table(e, level))
			leaves_of(table_va(arch_pt_pa(e, level)), level - 1, va, start, end, fn, ctx);
	}
}

void kernel_for_each_leaf(unsigned long start, unsigned long end,
			  void (*fn)(void *ctx, unsigned long va, pte_t e, unsigned int level), void *ctx)
{
	for (unsigned int i = PT_INDEX(PAGE_OFFSET, 3); i < PT_ENTRIES; i++) {
		unsigned long va = ~0UL << 48 | (unsigned long)i << PT_LEVEL_SHIFT(3);
		pte_t e = kernel_root[i];

		if (va + PT_LEVEL_SIZE(3) - 1 >= start && va <= end - 1 && arch_pt_is_table(e, 3))
			leaves_of(table_va(arch_pt_pa(e, 3)), 2, va, start, end, fn, ctx);
	}
}

static void count_direct_map(void *ctx, unsigned long va, unsigned long size, pgprot_bits_t prot,
			     unsigned int level)
{
	unsigned long *bytes = ctx;

	bytes[level] += size;
}

void kernel_direct_map_bytes(unsigned long *by_4k, unsigned long *by_2m, unsigned long *by_1g)
{
	unsigned long bytes[3] = { 0 };

	kernel_walk(PAGE_OFFSET, PAGE_OFFSET + linear_bytes, count_direct_map, bytes);
	*by_4k = bytes[0];
	*by_2m = bytes[1];
	*by_1g = bytes[2];
}

struct wx_count {
	bool report;
	unsigned long pages;
};

static void count_wx(void *ctx, unsigned long va, unsigned long size, pgprot_bits_t prot, unsigned int level)
{
	struct wx_count *wx = ctx;

	if ((prot & (PT_PRESENT | PT_WRITE | PT_EXEC)) != (PT_PRESENT | PT_WRITE | PT_EXEC))
		return;
	wx->pages += size / PAGE_SIZE;
	if (wx->report)
		pr_warn("pgtable: %#lx-%#lx is writable and executable\n", va, va + size - 1);
}

unsigned long kernel_count_wx(bool report)
{
	struct wx_count wx = { .report = report };

	kernel_walk(PAGE_OFFSET, ~0UL, count_wx, &wx);
	return wx.pages;
}

/* ---- Read-only here, writable there? ---- */

static void count_alias(void *ctx, unsigned long va, unsigned long size, pgprot_bits_t prot, unsigned int level)
{
	struct wx_count *count = ctx;

	if ((prot & (PT_PRESENT | PT_WRITE)) != PT_PRESENT)
		return;
	for (unsigned long end = va + size; va < end; va += PAGE_SIZE) {
		phys_addr_t pa = kernel_va_to_pa(va);
		unsigned int alias_level;
		pte_t *alias = memblock_is_ram(pa) ? kernel_page_entry((unsigned long)__va(pa), &alias_level) : NULL;

		if (!alias || (arch_pt_prot(*alias, alias_level) & (PT_PRESENT | PT_WRITE)) != (PT_PRESENT | PT_WRITE))
			continue;
		count->pages++;
		if (count->report)
			pr_warn("pgtable: %#lx is read-only, and writable as %#lx\n", va, (unsigned long)__va(pa));
	}
}

unsigned long kernel_count_writable_aliases(bool report)
{
	struct wx_count count = { .report = report };

	kernel_walk(MODULES_START, MODULES_END, count_alias, &count);
	kernel_walk((unsigned long)_stext & PAGE_MASK, PAGE_ALIGN((unsigned long)__bss_stop), count_alias, &count);
	return count.pages;
}

unsigned long virt_to_phys_checked(unsigned long va)
{
	if (va >= PAGE_OFFSET && va < LINEAR_END)
		return va - PAGE_OFFSET;
	WARN(1, "virt_to_phys used for non-linear address: %pS (%#lx)\n", (void *)va, va);
	/* What the caller wanted, as far as can be told. */
	return kernel_va_to_pa(va);
}
EXPORT_SYMBOL(virt_to_phys_checked);
