// SPDX-License-Identifier: MIT
/*
 * What a mapping permits: present, writable, executable; set_memory_*(). Large pages are split where only a part
 * changes (pgtable_split.c).
 */
#include <linux/align.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/set_memory.h>
#include <linux/vmalloc.h>
#include <paddock/pgtable.h>
#include <paddock/pmalloc.h>
#include "pgtable.h"

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
	unsigned int level = 0;
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
