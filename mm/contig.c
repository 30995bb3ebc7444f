// SPDX-License-Identifier: MIT
/*
 * alloc_contig_pages: more contiguous pages than a block of the top order has (4 MiB), up to many GiB.
 *
 * Pages are not moved here, so a range must be found that is wholly free. The search runs from the top of
 * each zone down, since sections are opened from the bottom up: what is found first is what nobody has
 * used yet. When a candidate range turns out to hold a page in use, the next one tried lies below that page.
 *
 * Context: thread. Locks: section and zone locks, briefly; so somebody may take a page of the range
 * between the look and the take, and zone_isolate() says so.
 */
#include <linux/align.h>
#include <linux/bug.h>
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <paddock/alloc_watch.h>
#include <paddock/memblock.h>
#include <paddock/page.h>
#include "buddy.h"

/* Is all of [pfn, end) RAM of @zone's node that was free at boot? If not: *bad is a frame that is not. */
static bool range_was_free(const struct zone *zone, unsigned long pfn, unsigned long end, unsigned long *bad)
{
	phys_addr_t start = PFN_PHYS(pfn), limit = PFN_PHYS(end), free_end;

	if (!memblock_next_free(&start, &free_end, limit) || start != PFN_PHYS(pfn)) {
		*bad = pfn;
		return false;
	}
	if (free_end != limit) {
		*bad = PHYS_PFN(free_end);
		return false;
	}
	for (; pfn < end; pfn = ALIGN_DOWN(pfn, SECTION_PAGES) + SECTION_PAGES) {
		if (section_node(pfn) != zone->node) {
			*bad = pfn;
			return false;
		}
	}
	return true;
}

static bool take_range(struct zone *zone, unsigned long pfn, unsigned long end, unsigned long *bad)
{
	u64 live = PAGE_LIVE(PAGE_KIND(PAGE_PLAIN, zone->node, 0));

	if (!range_was_free(zone, pfn, end, bad))
		return false;
	for (unsigned long at = pfn; at < end; at = ALIGN_DOWN(at, SECTION_PAGES) + SECTION_PAGES)
		section_open(at);
	*bad = zone_isolate(zone, pfn, end);
	if (*bad != end)
		return false;
	/* A quarter of a million in each GiB: a store, and little else. */
	_Pragma("GCC unroll 8")
	for (struct page *page = pfn_to_page(pfn), *stop = pfn_to_page(end); page < stop; page++)
		page->kind_and_count = live;
	return true;
}

static unsigned long find_in_zone(struct zone *zone, unsigned long nr_pages, unsigned long align)
{
	unsigned long pfn, bad;

	if (zone->managed_pages < nr_pages || zone->end_pfn < nr_pages)
		return 0;
	pfn = ALIGN_DOWN(zone->end_pfn - nr_pages, align);
	while (pfn >= zone->start_pfn && pfn) {
		if (take_range(zone, pfn, pfn + nr_pages, &bad))
			return pfn;
		/* Below the frame that is in the way. */
		if (bad < nr_pages)
			return 0;
		pfn = ALIGN_DOWN(min(pfn - 1, bad - nr_pages), align);
	}
	return 0;
}

static unsigned long find_anywhere(unsigned long nr_pages, unsigned long align, gfp_t gfp, int node,
				   const nodemask_t *nodemask)
{
	const pg_data_t *pgdat = NODE_DATA(node);

	for (unsigned int i = 0; i < pgdat->nr_fallback; i++) {
		int n = pgdat->fallback[i];

		if ((nodemask && !node_isset(n, *nodemask)) || ((gfp & __GFP_THISNODE) && n != node))
			continue;
		for (int type = MAX_NR_ZONES - 1; type >= 0; type--) {
			struct zone *zone = &NODE_DATA(n)->node_zones[type];
			unsigned long pfn;

			if (type != ZONE_DMA32 && gfp & (__GFP_DMA | __GFP_DMA32))
				continue;
			pfn = find_in_zone(zone, nr_pages, align);
			if (pfn)
				return pfn;
		}
	}
	return 0;
}

struct page *alloc_contig_pages(unsigned long nr_pages, gfp_t gfp, int node, nodemask_t *nodemask)
{
	unsigned long align = is_power_of_2(nr_pages) ? nr_pages : 1, pfn;

	if (!nr_pages)
		return NULL;
	if (alloc_is_watched() && watch_fails_pages(gfp, order_base_2(nr_pages)))
		return NULL;
	if (node < 0 || node >= MAX_NUMNODES)
		node = numa_node_id();
	pfn = find_anywhere(nr_pages, align, gfp, node, nodemask);
	if (!pfn && gfp & __GFP_DIRECT_RECLAIM) {
		/* Pages in magazines and depots are in the way: single ones, all over the place. */
		slab_reclaim();
		drain_all_pages(NULL);
		pfn = find_anywhere(nr_pages, align, gfp, node, nodemask);
	}
	if (!pfn)
		return NULL;
	if (alloc_is_watched())
		for (unsigned long i = 0; i < nr_pages; i++)
			watch_add_pages(pfn_to_page(pfn + i), 0);
	if (gfp & __GFP_ZERO)
		memset(pfn_to_virt(pfn), 0, nr_pages * PAGE_SIZE);
	return pfn_to_page(pfn);
}
EXPORT_SYMBOL_GPL(alloc_contig_pages);

void free_contig_range(unsigned long pfn, unsigned long nr_pages)
{
	/* Blocks where alignment allows, so that GiB's go back in thousands of steps, not in hundred thousands. */
	while (nr_pages) {
		unsigned int order = min_t(unsigned int, MAX_ORDER - 1, __builtin_ctzl(pfn | 1UL << (MAX_ORDER - 1)));
		struct page *page = pfn_to_page(pfn);
		unsigned long i;

		while (1UL << order > nr_pages)
			order--;
		for (i = 0; i < 1UL << order; i++)
			if (page[i].kind_and_count != PAGE_LIVE(PAGE_KIND(PAGE_PLAIN, section_node(pfn), 0)))
				break;
		/* Who watches knows them one by one. */
		if (order && i == 1UL << order && !alloc_is_watched()) {
			for (i = 0; i < 1UL << order; i++)
				page[i].kind_and_count = 0;
			zone_give(page_zone(page), page, order);
		} else {
			order = 0;
			__free_pages(page, 0);
		}
		pfn += 1UL << order;
		nr_pages -= 1UL << order;
	}
}
EXPORT_SYMBOL(free_contig_range);
