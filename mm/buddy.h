/* SPDX-License-Identifier: MIT */
/* Between buddy.c, section.c, page_alloc.c, contig.c and numa.c. */
#pragma once

#include <linux/mm.h>
#include <paddock/page.h>

/* section.c: nodes' zones with their spans and counts, and the closed window of the vmemmap. */
void sections_init(void);
/* Open one more section of @zone. False: there is none. Context: any; takes section and zone locks. */
bool zone_open_next(struct zone *zone);
/* The node that the RAM at @pfn belongs to. */
int section_node(unsigned long pfn);

/* numa.c: fallback orders, CPUs' nodes. After sections_init(). */
void numa_init(void);

/* util.c: pages have come under the allocator. */
void zone_add_managed(struct zone *zone, unsigned long pages);

/* buddy.c: bring up empty zones. */
void zone_init(struct zone *zone, int node, enum zone_type type);

/*
 * zone_isolate - take [pfn, end_pfn) off the free lists, if all of it is free.
 * The caller gives each page a kind. Blocks that reach beyond the range are split.
 * Context: any; takes zone->lock. Returns: end_pfn, or the first frame that is not free (nothing taken then).
 */
unsigned long zone_isolate(struct zone *zone, unsigned long pfn, unsigned long end_pfn);

/* page_alloc.c: after the zones are known: per-CPU lists. */
void page_lists_init(void);
/* A CPU that has not started yet has got its node. */
void page_lists_set_node(int cpu);
void slab_set_cpu_node(int cpu);	/* slab_cache.c */
