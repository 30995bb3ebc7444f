// SPDX-License-Identifier: MIT
/*
 * Mappings by smaller and by larger pages: split, fenced (split, and absent), merged. How a live entry is changed, and which
 * lock is for what: pgtable.c.
 */
#include <linux/align.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/smp.h>
#include <linux/stop_machine.h>
#include <linux/string.h>
#include <paddock/pgtable.h>
#include "pgtable.h"

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
