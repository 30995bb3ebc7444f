/* SPDX-License-Identifier: MIT */
/* Between pgtable.c, image.c and vmalloc.c. */
#pragma once

#include <linux/mm.h>
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
