/* SPDX-License-Identifier: MIT */
/* Between pgtable*.c, image.c and vmalloc.c. */
#pragma once

#include <linux/mm.h>
#include <asm/layout.h>
#include <paddock/page.h>
#include <paddock/pgtable.h>

extern pte_t kernel_root[PT_ENTRIES];

/* memblock may give page tables below this, since it is mapped; 0: anywhere. */
extern phys_addr_t pt_memblock_limit;

/* kernel_map_range() with pages of at most @max_level. */
int map_range_up_to(unsigned long va, phys_addr_t pa, unsigned long size, pgprot_bits_t prot,
		    unsigned int max_level);

/* Map @count single pages side by side. Returns: 0 or -ENOMEM (some are mapped). */
int kernel_map_pages(unsigned long va, struct page **pages, unsigned int count, pgprot_bits_t prot);

/*
 * fixmap_alias - show the page that @slot lies in at a fixed address outside the linear map.
 * Context: interrupts masked, other CPUs stopped or absent. One at a time.
 */
pte_t *fixmap_alias(pte_t *slot);
void fixmap_alias_done(void);

/* ---- Tables ---- */

/* Tables for the time before any RAM is mapped: enough for the image and the first GiB. */
#define BOOT_TABLES	32
extern pte_t boot_tables[BOOT_TABLES][PT_ENTRIES];

/*
 * A table's address. The boot tables are in the image, all others in the linear map: also those that
 * lie where the image's init part was, which is RAM like any other once it is freed.
 */
static inline pte_t *table_va(phys_addr_t pa)
{
	phys_addr_t boot = __pa_symbol(boot_tables);

	if (pa >= boot && pa < boot + sizeof(boot_tables))
		return (pte_t *)(pa + kimage_voffset);
	return __va(pa);
}

static inline phys_addr_t table_pa(const pte_t *table)
{
	unsigned long va = (unsigned long)table;

	return va >= PAGE_OFFSET && va < LINEAR_END ? va - PAGE_OFFSET : __pa_symbol(va);
}

/* pt_page_alloc() of which the caller writes all entries. Context, errors: the same. */
pte_t *pt_page_alloc_raw(void);
/* Free, after a grace period, what was linked until now, and is in no CPU's translation caches any more. Context: any. */
void free_linked_table(pte_t *table);

/*
 * walk_to - the slot of @level for @va, or of the higher level where the walk ends at a leaf or at
 * nothing. Context: any, without a lock (see pgtable.c). @found: its level.
 */
static inline pte_t *walk_to(unsigned long va, unsigned int level, unsigned int *found)
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
