// SPDX-License-Identifier: MIT
/*
 * Pages against a naive model: an array that says of every frame who has it.
 *
 * Random CPUs ask for blocks of random orders with random flags and give them back, whole, split, or by
 * reference; every frame handed out must be RAM, free, of the right zone and node, and keep what was
 * written into it. After every round the sums are exact: free + handed out + magazines = managed.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <paddock/magazine.h>
#include <paddock/memblock.h>
#include <paddock/page.h>
#include "hosted.h"

#define MAX_BLOCKS 100000

struct block {
	unsigned long pfn;
	unsigned int order;
	bool split;		/* freed page by page */
	u32 id;
};

static struct block blocks[MAX_BLOCKS];
static unsigned int nr_blocks;
static unsigned long pages_out;
static u32 *owner;		/* [pfn]: id, 0: nobody */
static u32 next_id = 1;

static u32 *owner_of(unsigned long pfn)
{
	return &owner[pfn];
}

/* The page's first and last word say whose it is. */
static void mark(unsigned long pfn, u32 id)
{
	u32 *words = pfn_to_virt(pfn);

	*owner_of(pfn) = id;
	words[0] = words[PAGE_SIZE / 4 - 1] = id;
}

static void unmark(unsigned long pfn, u32 id)
{
	u32 *words = pfn_to_virt(pfn);

	if (*owner_of(pfn) != id || words[0] != id || words[PAGE_SIZE / 4 - 1] != id)
		host_fail("pfn %#lx of block %u holds %u and %u, the model says %u", pfn, id, words[0],
			  words[PAGE_SIZE / 4 - 1], *owner_of(pfn));
	*owner_of(pfn) = 0;
}

static void check_sums(void)
{
	unsigned long managed = totalram_pages(), free = nr_free_pages();
	unsigned long internal = magazine_bytes() / PAGE_SIZE + slab_nr_pages();

	if (free + pages_out + internal != managed)
		host_fail("%lu free + %lu handed out + %lu in magazines and slabs are not %lu", free, pages_out, internal, managed);
	buddy_check();
}

static bool all_zero(unsigned long pfn, unsigned int order)
{
	return !memchr_inv(pfn_to_virt(pfn), 0, PAGE_SIZE << order);
}

static void take(unsigned int order, gfp_t gfp, int node)
{
	struct page *page = node == NUMA_NO_NODE ? alloc_pages(gfp, order) : alloc_pages_node(node, gfp, order);
	struct block *b;
	unsigned long pfn;

	if (!page)
		return;
	pfn = page_to_pfn(page);
	if (pfn & ((1UL << order) - 1))
		host_fail("block of order %u at pfn %#lx is not aligned", order, pfn);
	if (gfp & (__GFP_DMA32 | __GFP_DMA) && pfn + (1UL << order) > PHYS_PFN(SZ_4G))
		host_fail("GFP_DMA32 got pfn %#lx", pfn);
	if (gfp & __GFP_THISNODE && node != NUMA_NO_NODE && page_to_nid(page) != node)
		host_fail("__GFP_THISNODE on node %d got a page of node %d", node, page_to_nid(page));
	if (page_ref_count(page) != 1)
		host_fail("a new page has count %d", page_ref_count(page));
	if (gfp & __GFP_ZERO && !all_zero(pfn, order))
		host_fail("__GFP_ZERO left something in pfn %#lx", pfn);
	b = &blocks[nr_blocks++];
	*b = (struct block){ .pfn = pfn, .order = order, .id = next_id++ };
	for (unsigned long i = pfn; i < pfn + (1UL << order); i++) {
		if (*owner_of(i))
			host_fail("pfn %#lx was given to block %u and is %u's", i, b->id, *owner_of(i));
		if (!memblock_is_ram(PFN_PHYS(i)) || PageReserved(pfn_to_page(i)))
			host_fail("pfn %#lx is not the allocator's to give", i);
		mark(i, b->id);
	}
	pages_out += 1UL << order;
	if (order && !(gfp & __GFP_COMP) && !host_random_below(8)) {
		split_page(page, order);
		b->split = true;
	}
	if (gfp & __GFP_COMP && order)
		HOST_EXPECT(compound_head(page + host_random_below(1u << order)) == page);
}

static void give(unsigned int n)
{
	struct block b = blocks[n];
	struct page *page = pfn_to_page(b.pfn);

	blocks[n] = blocks[--nr_blocks];
	for (unsigned long i = b.pfn; i < b.pfn + (1UL << b.order); i++)
		unmark(i, b.id);
	pages_out -= 1UL << b.order;
	if (b.split) {
		for (unsigned long i = 0; i < 1UL << b.order; i++)
			__free_page(page + i);
	} else if (!host_random_below(8)) {
		/* A second reference: the first free does not free. */
		get_page(page);
		__free_pages(page, b.order);
		HOST_EXPECT(page_ref_count(page) == 1);
		put_page(page);
	} else {
		__free_pages(page, b.order);
	}
}

static gfp_t random_flags(void)
{
	static const gfp_t kinds[] = { GFP_KERNEL, GFP_KERNEL, GFP_KERNEL, GFP_ATOMIC, GFP_NOWAIT, GFP_KERNEL | GFP_DMA32 };
	gfp_t gfp = kinds[host_random_below(ARRAY_SIZE(kinds))];

	if (!host_random_below(8))
		gfp |= __GFP_ZERO;
	if (!host_random_below(8))
		gfp |= __GFP_COMP;
	return gfp | __GFP_NOWARN;
}

static void take_at_random(unsigned int largest)
{
	unsigned int order = host_random_below(4) ? host_random_below(4) : host_random_below(largest + 1);
	gfp_t gfp = random_flags();
	int node = NUMA_NO_NODE;

	if (!host_random_below(4)) {
		node = host_random_below(MAX_NUMNODES);	/* nodes that are not there, too */
		if (node_isset(node, node_memory_map) && host_random_below(2))
			gfp |= __GFP_THISNODE;
	}
	if (nr_blocks < MAX_BLOCKS)
		take(order, gfp, node);
}

static void contiguous(void)
{
	unsigned long nr = 1 + host_random_below(3000), pfn;
	struct page *page = alloc_contig_pages(nr, GFP_KERNEL, NUMA_NO_NODE, NULL);

	if (!page)
		return;
	pfn = page_to_pfn(page);
	for (unsigned long i = pfn; i < pfn + nr; i++) {
		if (*owner_of(i) || PageReserved(pfn_to_page(i)))
			host_fail("alloc_contig_pages() took pfn %#lx, which is %u's", i, *owner_of(i));
		mark(i, ~0u);
	}
	for (unsigned long i = pfn; i < pfn + nr; i++)
		unmark(i, ~0u);
	free_contig_range(pfn, nr);
}

static void start(void)
{
	owner = host_alloc(max_pfn * sizeof(*owner));
	check_sums();
}

static void give_all_and_check(unsigned long expected)
{
	while (nr_blocks)
		give(nr_blocks - 1);
	drain_all_pages(NULL);
	check_sums();
	/* All magazines are gone, so that every page is in a zone. */
	if (magazine_bytes() || nr_free_pages() != expected)
		host_fail("%lu pages free at the end, %lu at the start; magazines hold %lu bytes", nr_free_pages(), expected,
			  magazine_bytes());
	HOST_EXPECT(!host_logged("BUG:") && !host_logged("WARNING:"));
}

void prop_pages(unsigned int steps)
{
	unsigned long free;

	start();
	slab_reclaim();
	drain_all_pages(NULL);
	free = nr_free_pages();
	for (unsigned int step = 0; step < steps; step++) {
		unsigned int what = host_random_below(100);

		host_run_on(host_random_below(nr_cpu_ids));
		if (what < 50)
			take_at_random(MAX_ORDER - 1);
		else if (what < 97 && nr_blocks)
			give(host_random_below(nr_blocks));
		else if (what == 97)
			contiguous();
		else if (what == 98 && !host_random_below(20))
			drain_all_pages(NULL);
		if (!(step % 512))
			check_sums();
	}
	give_all_and_check(free);
}

/* ---- Until there is nothing left ---- */

/* What a zone may fall to for callers without privileges that could use other zones, too. */
static void check_reserves(void)
{
	for (int node = 0; node < MAX_NUMNODES; node++) {
		struct zone *dma = &NODE_DATA(node)->node_zones[ZONE_DMA32], *normal = dma + 1;
		unsigned long left = dma->nr_free + dma->deferred_pages;

		if (dma->managed_pages && normal->managed_pages && left < dma->managed_pages / 8)
			host_fail("node %d: requests that any zone would do for left %lu pages of DMA32's %lu: less than an eighth",
				  node, left, dma->managed_pages);
	}
}

void prop_pages_exhaust(unsigned int steps)
{
	unsigned long free, zero_blocks = 0;

	start();
	slab_reclaim();
	drain_all_pages(NULL);
	free = nr_free_pages();
	for (unsigned int round = 0; round < 3; round++) {
		bool ordinary = round < 2;

		/* Large blocks first, then single pages from all CPUs until none is left. */
		for (unsigned int order = MAX_ORDER; order-- > 0;) {
			unsigned int refused = 0;

			while (refused < 8 && nr_blocks < MAX_BLOCKS) {
				unsigned int before = nr_blocks;

				host_run_on(host_random_below(nr_cpu_ids));
				take(order, (ordinary ? GFP_KERNEL : GFP_ATOMIC) | __GFP_NOWARN, NUMA_NO_NODE);
				refused += nr_blocks == before;
				if (order <= 3 && nr_blocks > before && !host_random_below(4))
					give(host_random_below(nr_blocks));
				if (ordinary)
					check_reserves();
			}
		}
		check_sums();
		zero_blocks += !nr_blocks;
		give_all_and_check(free);
	}
	HOST_EXPECT(!zero_blocks);
}
