// SPDX-License-Identifier: MIT
/*
 * The buddy allocator: free pages of a zone in blocks of 2^order.
 *
 * A block of order n starts at a multiple of 2^n frames. Its buddy is the block beside it with which it
 * forms one of order n + 1: their frame numbers differ in bit n alone.
 *
 *   order 2   [  0 .. 3  ][  4 .. 7  ]        buddies: 4 ^ (1 << 2) == 0
 *   order 1   [ 0 1 ][ 2 3 ][ 4 5 ][ 6 7 ]             2 ^ (1 << 1) == 0
 *
 * Taking: the smallest free block that suffices; while it is too large, its upper half goes to the list below.
 * Giving: while the buddy heads a free block of the same order, both become one of the next.
 *
 *   zone->free_area[order].free_list   blocks, linked through page->lru of their first page
 *   page->kind == PAGE_KIND(PAGE_BUDDY, node, order)   says the same in the page, so that the question
 *                                      "is my buddy free, and as large as I?" is one compare
 *
 * Only the first page of a block is ever written, whatever the order.
 *
 * Invariants (buddy_check() verifies them):
 *   - a block on free_list[n] is aligned to 2^n, its first page's kind says BUDDY and n, and no other page
 *     of it has a kind;
 *   - below the top order, no two buddies are both free as wholes;
 *   - nr_free is the sum of all blocks' pages.
 *
 * Lock: zone->lock, a leaf, with interrupts masked. What lies in front of this (per-CPU lists, GFP flags, nodes'
 * order): page_alloc.c. Where zones get their pages from: section.c.
 */
#include <linux/bug.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/spinlock.h>
#include <paddock/init.h>
#include <paddock/memblock.h>
#include <paddock/page.h>
#include "buddy.h"

struct pglist_data node_data[MAX_NUMNODES];
const char *const zone_names[MAX_NR_ZONES] = { "DMA32", "Normal" };

static bool pages_ready;

bool pages_are_available(void)
{
	return pages_ready;
}

/* ---- Lists ---- */

static void add_block(struct zone *zone, struct page *page, unsigned int order)
{
	struct free_area *area = &zone->free_area[order];

	page->kind_and_count = PAGE_KIND(PAGE_BUDDY, zone->node, order);
	list_add(&page->lru, &area->free_list);
	area->nr_free++;
	zone->free_orders |= 1u << order;
}

static void remove_block(struct zone *zone, struct page *page, unsigned int order)
{
	struct free_area *area = &zone->free_area[order];

	list_del(&page->lru);
	page->kind_and_count = 0;
	if (!--area->nr_free)
		zone->free_orders &= ~(1u << order);
}

static bool heads_free_block(const struct zone *zone, const struct page *page, unsigned int order)
{
	return page->kind == PAGE_KIND(PAGE_BUDDY, zone->node, order);
}

/* ---- Taking ---- */

/* @page, of order @from, is off its list: keep the lowest 2^order pages, put the rest back. */
static void split_block(struct zone *zone, struct page *page, unsigned int from, unsigned int order)
{
	while (from > order) {
		from--;
		add_block(zone, page + (1UL << from), from);
	}
}

static struct page *take_locked(struct zone *zone, unsigned int order, unsigned long keep)
{
	u32 fitting = zone->free_orders >> order << order;
	struct page *page;
	unsigned int from;

	lockdep_assert_held(&zone->lock);
	/* Pages in closed sections are as good as free ones. */
	if (!fitting || zone->nr_free + zone->deferred_pages < keep + (1UL << order))
		return NULL;
	from = __builtin_ctz(fitting);
	page = list_first_entry(&zone->free_area[from].free_list, struct page, lru);
	remove_block(zone, page, from);
	split_block(zone, page, from, order);
	zone->nr_free -= 1UL << order;
	return page;
}

struct page *zone_take(struct zone *zone, unsigned int order, unsigned long keep)
{
	struct page *page;
	unsigned long flags;

	do {
		spin_lock_irqsave(&zone->lock, flags);
		page = take_locked(zone, order, keep);
		spin_unlock_irqrestore(&zone->lock, flags);
	} while (unlikely(!page) && zone_open_next(zone));
	return page;
}

/* ---- Giving ---- */

static void give_locked(struct zone *zone, struct page *page, unsigned int order)
{
	unsigned long pfn = page_to_pfn(page);

	lockdep_assert_held(&zone->lock);
	zone->nr_free += 1UL << order;
	page->kind_and_count = 0;
	while (order < MAX_ORDER - 1) {
		unsigned long buddy_pfn = pfn ^ 1UL << order;
		struct page *buddy = pfn_to_page(buddy_pfn);

		if (!heads_free_block(zone, buddy, order))
			break;
		remove_block(zone, buddy, order);
		pfn &= buddy_pfn;	/* the lower of both */
		order++;
	}
	add_block(zone, pfn_to_page(pfn), order);
}

void zone_give(struct zone *zone, struct page *page, unsigned int order)
{
	unsigned long flags;

	spin_lock_irqsave(&zone->lock, flags);
	give_locked(zone, page, order);
	spin_unlock_irqrestore(&zone->lock, flags);
}

void zone_give_many(struct page **pages, unsigned int count, unsigned int order)
{
	struct zone *zone = NULL;
	unsigned long flags = 0;

	for (unsigned int i = 0; i < count; i++) {
		struct zone *next = page_zone(pages[i]);

		if (next != zone) {
			if (zone)
				spin_unlock_irqrestore(&zone->lock, flags);
			zone = next;
			spin_lock_irqsave(&zone->lock, flags);
		}
		give_locked(zone, pages[i], order);
	}
	if (zone)
		spin_unlock_irqrestore(&zone->lock, flags);
}

/* ---- Taking a range ---- */

/* The free block that @pfn is in. Returns: its first page, or NULL when @pfn is not free. */
static struct page *block_around(struct zone *zone, unsigned long pfn, unsigned int *order)
{
	for (*order = 0; *order < MAX_ORDER; (*order)++) {
		struct page *head = pfn_to_page(pfn >> *order << *order);

		if (heads_free_block(zone, head, *order))
			return head;
	}
	return NULL;
}

static unsigned long first_not_free(struct zone *zone, unsigned long pfn, unsigned long end_pfn)
{
	while (pfn < end_pfn) {
		unsigned int order;
		struct page *head = block_around(zone, pfn, &order);

		if (!head)
			return pfn;
		pfn = page_to_pfn(head) + (1UL << order);
	}
	return end_pfn;
}

/* @head's block covers part of the range: give back what lies before @pfn and from @end_pfn on. */
static void give_back_outside(struct zone *zone, struct page *head, unsigned int order, unsigned long pfn,
			      unsigned long end_pfn)
{
	unsigned long first = page_to_pfn(head), last = first + (1UL << order);

	if (last <= pfn || first >= end_pfn) {
		add_block(zone, head, order);
		zone->nr_free += 1UL << order;
	} else if (first < pfn || last > end_pfn) {
		give_back_outside(zone, head, order - 1, pfn, end_pfn);
		give_back_outside(zone, head + (1UL << (order - 1)), order - 1, pfn, end_pfn);
	}
}

unsigned long zone_isolate(struct zone *zone, unsigned long pfn, unsigned long end_pfn)
{
	unsigned long flags, at;

	spin_lock_irqsave(&zone->lock, flags);
	at = first_not_free(zone, pfn, end_pfn);
	if (at == end_pfn) {
		while (at > pfn) {
			unsigned int order;
			struct page *head = block_around(zone, at - 1, &order);

			remove_block(zone, head, order);
			zone->nr_free -= 1UL << order;
			at = page_to_pfn(head);
			give_back_outside(zone, head, order, pfn, end_pfn);
		}
		at = end_pfn;
	}
	spin_unlock_irqrestore(&zone->lock, flags);
	return at;
}

/* ---- Bringing up, and checking ---- */

void __init zone_init(struct zone *zone, int node, enum zone_type type)
{
	spin_lock_init(&zone->lock);
	zone->node = node;
	zone->type = type;
	for (unsigned int order = 0; order < MAX_ORDER; order++)
		INIT_LIST_HEAD(&zone->free_area[order].free_list);
}

void __init buddy_init(void)
{
	sections_init();
	numa_init();
	for (int node = 0; node < MAX_NUMNODES; node++) {
		for (int type = 0; type < MAX_NR_ZONES; type++) {
			struct zone *zone = &NODE_DATA(node)->node_zones[type];

			/* One page in 256, at most 4 MiB. */
			zone->reserve_pages = min(zone->managed_pages / 256, 1024UL);
		}
	}
	pages_ready = true;
	page_lists_init();
	pr_info("Memory: %luK/%luK available, %d node%s\n", totalram_pages() << (PAGE_SHIFT - 10),
		(unsigned long)(memblock_ram_bytes() >> 10), nodes_weight(node_memory_map),
		nodes_weight(node_memory_map) == 1 ? "" : "s");
}

static void check_block(struct zone *zone, struct page *page, unsigned int order)
{
	unsigned long pfn = page_to_pfn(page);

	if (pfn & ((1UL << order) - 1))
		panic("buddy: block of order %u at pfn %#lx is not aligned", order, pfn);
	if (!heads_free_block(zone, page, order) || page->_refcount)
		panic("buddy: pfn %#lx on the list of order %u has kind %#x, count %d", pfn, order, page->kind,
		      page->_refcount);
	if (page_zone(page) != zone)
		panic("buddy: pfn %#lx is on another zone's list", pfn);
	for (unsigned long i = 1; i < 1UL << order; i++)
		if (page[i].kind)
			panic("buddy: pfn %#lx inside a free block has kind %#x", pfn + i, page[i].kind);
	if (order < MAX_ORDER - 1 && heads_free_block(zone, pfn_to_page(pfn ^ 1UL << order), order))
		panic("buddy: pfn %#lx and its buddy of order %u are both free", pfn, order);
}

static void check_zone(struct zone *zone)
{
	unsigned long flags, sum = 0;

	spin_lock_irqsave(&zone->lock, flags);
	for (unsigned int order = 0; order < MAX_ORDER; order++) {
		struct free_area *area = &zone->free_area[order];
		unsigned long blocks = 0;
		struct page *page;

		list_for_each_entry(page, &area->free_list, lru) {
			check_block(zone, page, order);
			blocks++;
		}
		if (blocks != area->nr_free || !blocks != !(zone->free_orders >> order & 1))
			panic("buddy: %lu blocks of order %u, not %lu", blocks, order, area->nr_free);
		sum += blocks << order;
	}
	if (sum != zone->nr_free)
		panic("buddy: %lu pages on the lists, nr_free says %lu", sum, zone->nr_free);
	spin_unlock_irqrestore(&zone->lock, flags);
}

void buddy_check(void)
{
	for (int node = 0; node < MAX_NUMNODES; node++)
		for (int type = 0; type < MAX_NR_ZONES; type++)
			check_zone(&NODE_DATA(node)->node_zones[type]);
}
