/* SPDX-License-Identifier: MIT */
/*
 * Memory before the page allocator: two sorted lists of ranges, RAM and what of it is taken.
 * Single-threaded: boot CPU only. The lists stay readable for ever, since the page allocator opens
 * RAM section by section and asks them what is free in it.
 */
#pragma once

#include <linux/types.h>

/*
 * memblock_reserve - take [base, base + size) out of what may be allocated.
 * Ranges may overlap, lie outside RAM, be empty. Rounded out to whole pages.
 * Context: before buddy_init().
 */
void memblock_reserve(phys_addr_t base, phys_addr_t size);

/*
 * memblock_alloc - zeroed memory for ever, at a linear-map address.
 * @align_bytes: a power of two, at least 8.
 * Context: after paging_init(), before buddy_init().
 * Returns: never NULL: panics when there is none, since nothing can be done without it.
 */
void *memblock_alloc(size_t size_bytes, size_t align_bytes);

/* The same on @node if it has enough (NUMA_NO_NODE: anywhere). */
void *memblock_alloc_node(size_t size_bytes, size_t align_bytes, int node);

/*
 * memblock_alloc_phys - the same, not zeroed and not mapped.
 * @node: preferred, or NUMA_NO_NODE. @limit: allocate below this physical address (0: no limit).
 * Shape:   highest fitting range first, so that low memory stays whole for those that need it.
 * Returns: physical address, or 0 when there is none.
 */
phys_addr_t memblock_alloc_phys(phys_addr_t size_bytes, phys_addr_t align_bytes, phys_addr_t limit, int node);

/*
 * memblock_next_ram - walk RAM, or what is free of it: ranges within [*start, limit), page-aligned, ascending.
 * @start: where to go on; set to the range's base.  @end: set to its end.
 * Returns: false when there is no further range.
 */
bool memblock_next_ram(phys_addr_t *start, phys_addr_t *end, phys_addr_t limit);
bool memblock_next_free(phys_addr_t *start, phys_addr_t *end, phys_addr_t limit);

/* The RAM range that holds @pa? */
bool memblock_is_ram(phys_addr_t pa);
/* Ends above all RAM; bytes of RAM (after mem=), and bytes reserved in it. */
phys_addr_t memblock_end_of_ram(void);
phys_addr_t memblock_ram_bytes(void);
phys_addr_t memblock_reserved_bytes(void);
/* Node of the RAM at @pa by numa_add_memory(). */
int memblock_node_of(phys_addr_t pa);
