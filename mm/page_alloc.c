// SPDX-License-Identifier: MIT
/*
 * Asking for pages: alloc_pages() and __free_pages(), in front of the zones (buddy.c).
 *
 * Small orders (0..3) have a magazine per CPU, so that the common pair of calls takes no lock and
 * masks no interrupt (<paddock/magazine.h>):
 *
 *   alloc_pages -> this CPU's magazine -> the node's depot -> 64 pages at once from a zone
 *   __free_pages -> this CPU's magazine -> the node's depot -> zones, 63 at a time
 *
 * A page in a magazine or depot has kind PLAIN and count 0; handed out, PLAIN and count 1. So one compare of
 * both words tells __free_pages() that a page is handed out, ordinary, of this order and of this CPU's node,
 * all at once. A page freed twice, of another order, or never handed out fails it and is looked at closely.
 *
 * These two calls themselves are in fast.c; here is what they jump to.
 *
 * The rest (large orders, DMA32, other nodes) goes to the zones, in the order of GFP flags and distance.
 *
 * page_cpu[].head is MAGAZINE_NONE where KFENCE wants to be asked: see the gate, below.
 */
#include <linux/align.h>
#include <linux/bug.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/kfence.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <paddock/alloc_watch.h>
#include <paddock/magazine.h>
#include <paddock/page.h>
#include "buddy.h"

#define REFILL_ORDER	6	/* a refill is one block of 64 pages, whatever the order of its parts */
#define capacity_of(order)	((1u << (REFILL_ORDER - (order))) - 1)	/* 63, 31, 15, 7 */

DEFINE_PER_CPU_ALIGNED(struct cpu_magazines, page_cpu[PAGE_CPU_ORDERS]);
DEFINE_PER_CPU(u64, page_local_live);

bool init_on_free __ro_after_init;

static int __init init_on_free_option(char *val)
{
	return kstrtobool(val, &init_on_free);
}
early_param("init_on_free", init_on_free_option);

static struct depot page_depot[MAX_NUMNODES][PAGE_CPU_ORDERS];
static unsigned int depot_limit[MAX_NUMNODES][PAGE_CPU_ORDERS];

static bool full_mode;		/* KFENCE is asked for every order-0 page */

/* ---- This CPU's lists; interrupts masked ---- */

/* The node whose pages this CPU's magazines hold: its own, or the nearest with memory. */
static int local_node(void)
{
	return (u32)this_cpu_read(page_local_live) >> 8 & 0xff;
}

static struct cpu_magazines *lists_lock(unsigned int order, unsigned long *flags)
{
	struct cpu_magazines *m;

	local_irq_save(*flags);
	m = this_cpu_ptr(&page_cpu[order]);
	m->reopen = magazines_close_gate(m);
	return m;
}

static void lists_unlock(struct cpu_magazines *m, unsigned int order, unsigned long flags)
{
	/* As in slab.c: only an allocation passes the gate for good. */
	if (m->reopen || (full_mode && !order) || alloc_is_watched())
		magazines_open_gate(m);
	local_irq_restore(flags);
}

static void flush_pages(void *order, void **pages, unsigned int count)
{
	zone_give_many((struct page **)pages, count, (unsigned long)order);
}

/* What requests that could do with a higher zone leave in this one, to those that cannot: an eighth. */
static unsigned long lower_zone_reserve(const struct zone *zone, enum zone_type highest)
{
	const pg_data_t *pgdat = NODE_DATA(zone->node);

	return zone->type < highest && pgdat->node_zones[highest].managed_pages ? zone->managed_pages / 8 : 0;
}

/* Cut a block of 64 pages into ones of @order: into the empty magazine @m->head, and one for the caller. */
static struct page *refill(struct cpu_magazines *m, unsigned int order, int node)
{
	struct page *block = NULL, *page;
	u32 kind = PAGE_KIND(PAGE_PLAIN, node, order);

	if (!magazines_need_empty(m, &page_depot[node][order], capacity_of(order)))
		return NULL;
	for (int type = MAX_NR_ZONES - 1; !block && type >= 0; type--) {
		struct zone *zone = &NODE_DATA(node)->node_zones[type];

		/* Not when memory is short: it would lie here unused. */
		if (zone->managed_pages)
			block = zone_take(zone, REFILL_ORDER,
					  8 * zone->reserve_pages + lower_zone_reserve(zone, ZONE_NORMAL));
	}
	if (!block)
		return NULL;
	for (page = block + (1u << REFILL_ORDER) - (1u << order); page > block; page -= 1u << order) {
		page->kind_and_count = kind;
		*++m->head = page;
	}
	block->kind_and_count = kind;
	return block;
}

/* A page of this CPU's node by way of its magazines; NULL: ask the zones. */
static struct page *take_local(unsigned int order)
{
	unsigned long flags;
	struct cpu_magazines *m = lists_lock(order, &flags);
	int node = local_node();
	struct page *page;

	if (magazines_load(m, &page_depot[node][order]))
		page = *m->head--;
	else
		page = refill(m, order, node);
	if (page)
		page->_refcount = 1;
	lists_unlock(m, order, flags);
	return page;
}

static void free_local(struct page *page, unsigned int order)
{
	unsigned long flags;
	struct cpu_magazines *m = lists_lock(order, &flags);
	int node = local_node();

	if (magazines_make_room(m, &page_depot[node][order], capacity_of(order), depot_limit[node][order],
				flush_pages, (void *)(unsigned long)order))
		*++m->head = page;
	else
		zone_give(page_zone(page), page, order);
	lists_unlock(m, order, flags);
}

/* @page is an ordinary one of this CPU's node (or was, before we were moved), count 0, and nobody's. */
void free_pages_full(struct page *page, unsigned int order)
{
	if (alloc_is_watched())
		watch_remove_pages(page, order);
	free_local(page, order);
}

/* ---- The zones, in order of preference ---- */

static unsigned long reserve_for(gfp_t gfp, const struct zone *zone)
{
	if (gfp & (__GFP_ATOMIC | __GFP_MEMALLOC))
		return 0;
	return gfp & __GFP_HIGH ? zone->reserve_pages / 2 : zone->reserve_pages;
}

static struct page *take_from_zones(gfp_t gfp, unsigned int order, int node, enum page_type type)
{
	enum zone_type highest = gfp & (__GFP_DMA | __GFP_DMA32) ? ZONE_DMA32 : ZONE_NORMAL;
	const pg_data_t *pgdat = NODE_DATA(node);

	for (unsigned int i = 0; i < pgdat->nr_fallback; i++) {
		int n = pgdat->fallback[i];

		if ((gfp & __GFP_THISNODE) && n != node)
			break;
		for (int z = highest; z >= 0; z--) {
			struct zone *zone = &NODE_DATA(n)->node_zones[z];
			unsigned long keep = reserve_for(gfp, zone) + lower_zone_reserve(zone, highest);
			struct page *page;

			if (!zone->managed_pages)
				continue;
			page = zone_take(zone, order, keep);
			if (page) {
				page->kind_and_count = PAGE_LIVE(PAGE_KIND(type, n, order));
				return page;
			}
		}
	}
	return NULL;
}

static unsigned long internal_pages;	/* atomic */

unsigned long internal_nr_pages(void)
{
	return __atomic_load_n(&internal_pages, __ATOMIC_RELAXED);
}

struct page *alloc_internal_page(gfp_t gfp, unsigned int order, int node)
{
	struct page *page = take_from_zones(gfp, order, node == NUMA_NO_NODE ? local_node() : node, PAGE_TABLE);

	if (page)
		__atomic_fetch_add(&internal_pages, 1UL << order, __ATOMIC_RELAXED);
	if (!page && !(gfp & __GFP_NOWARN))
		warn_alloc_failed(gfp, order, node);
	return page;
}

void free_internal_page(struct page *page, unsigned int order)
{
	__atomic_fetch_sub(&internal_pages, 1UL << order, __ATOMIC_RELAXED);
	zone_give(page_zone(page), page, order);
}

/* ---- When there is none ---- */

static void drain_this_cpu(void *unused)
{
	for (unsigned int order = 0; order < PAGE_CPU_ORDERS; order++) {
		unsigned long flags;
		struct cpu_magazines *m = lists_lock(order, &flags);

		magazines_drain(m, capacity_of(order), flush_pages, (void *)(unsigned long)order);
		lists_unlock(m, order, flags);
	}
}

static void drain_depots(void)
{
	unsigned long flags;

	local_irq_save(flags);
	for (int node = 0; node < MAX_NUMNODES; node++)
		for (unsigned int order = 0; order < PAGE_CPU_ORDERS; order++)
			depot_drain(&page_depot[node][order], capacity_of(order), flush_pages,
				    (void *)(unsigned long)order);
	local_irq_restore(flags);
}

void drain_all_pages(struct zone *zone)
{
	on_each_cpu(drain_this_cpu, NULL, 1);
	drain_depots();
}

static void empty_the_caches(gfp_t gfp)
{
	if (gfp & __GFP_DIRECT_RECLAIM) {
		slab_reclaim();
		drain_all_pages(NULL);
	} else {
		/* Other CPUs cannot be asked from here. */
		drain_this_cpu(NULL);
		drain_depots();
	}
}

#define NOFAIL_TRIES	100	/* ten seconds */

static struct page *try_harder(gfp_t gfp, unsigned int order, int node)
{
	struct page *page = NULL;

	for (unsigned int tries = 0; !page && tries < NOFAIL_TRIES; tries++) {
		if (tries)
			msleep(100);
		if (!(gfp & __GFP_NORETRY))
			empty_the_caches(gfp);
		page = take_from_zones(gfp, order, node, PAGE_PLAIN);
		if (!(gfp & __GFP_NOFAIL) || !(gfp & __GFP_DIRECT_RECLAIM))
			break;
	}
	if (page)
		return page;
	if (!(gfp & __GFP_NOWARN) || gfp & __GFP_NOFAIL)
		warn_alloc_failed(gfp, order, node);
	if (gfp & __GFP_NOFAIL)
		panic("Out of memory: nothing freed for an allocation that must not fail");
	return NULL;
}

/* ---- The whole way ---- */

static void prep_compound(struct page *page, unsigned int order)
{
	page->kind = PAGE_KIND(PAGE_COMPOUND, page_kind_node(page), order);
	for (unsigned long i = 1; i < 1UL << order; i++)
		page[i].compound_head = (unsigned long)page + 1;
}

static void undo_compound(struct page *page, unsigned int order)
{
	page->kind = PAGE_KIND(PAGE_PLAIN, page_kind_node(page), order);
	for (unsigned long i = 1; i < 1UL << order; i++)
		page[i].compound_head = 0;
}

static struct page *ask_kfence(gfp_t gfp, int node)
{
	unsigned long flags;
	struct cpu_magazines *m;
	bool open;

	local_irq_save(flags);
	m = this_cpu_ptr(&page_cpu[0]);
	open = magazines_close_gate(m);
	m->reopen = false;
	lists_unlock(m, 0, flags);
	return open ? kfence_alloc_page_node(gfp, node) : NULL;
}

struct page *alloc_pages_unguarded(gfp_t gfp, unsigned int order, int node)
{
	struct page *page = NULL;

	if (unlikely(order >= MAX_ORDER)) {
		WARN_ON_ONCE(!(gfp & __GFP_NOWARN));
		return NULL;
	}
	might_sleep_if(gfp & __GFP_DIRECT_RECLAIM);
	if (node < 0 || node >= MAX_NUMNODES)
		node = local_node();
	if (order < PAGE_CPU_ORDERS && !(gfp & (__GFP_DMA | __GFP_DMA32)) && node == local_node())
		page = take_local(order);
	if (!page)
		page = take_from_zones(gfp, order, node, PAGE_PLAIN);
	if (!page)
		page = try_harder(gfp, order, node);
	if (!page)
		return NULL;
	if (gfp & __GFP_COMP && order)
		prep_compound(page, order);
	if (gfp & __GFP_ZERO)
		memset(page_address(page), 0, PAGE_SIZE << order);
	return page;
}

struct page *alloc_pages_slow(gfp_t gfp, unsigned int order, int node)
{
	struct page *page;

	if (alloc_is_watched() && watch_fails_pages(gfp, order))
		return NULL;
	page = order ? NULL : ask_kfence(gfp, node);
	if (!page)
		page = alloc_pages_unguarded(gfp, order, node);
	if (alloc_is_watched() && page)
		watch_add_pages(page, order);
	return page;
}

struct page *__alloc_pages_node(int node, gfp_t gfp, unsigned int order)
{
	return alloc_pages_slow(gfp, order, node);
}
EXPORT_SYMBOL(__alloc_pages_node);

void free_pages_unwatched(struct page *page, unsigned int order)
{
	if (order < PAGE_CPU_ORDERS && page_kind_node(page) == local_node())
		free_local(page, order);
	else
		zone_give(page_zone(page), page, order);
}

/* The last reference is gone. */
static void free_unreferenced(struct page *page, unsigned int order)
{
	if (alloc_is_watched())
		watch_remove_pages(page, order);
	switch (page_type(page)) {
	case PAGE_KFENCE:
		kfence_free_page(page);
		return;
	case PAGE_COMPOUND:
		if (order)
			undo_compound(page, order);
		fallthrough;
	default:
		if (unlikely(init_on_free))
			memset(page_address(page), 0, PAGE_SIZE << order);
		free_pages_unwatched(page, order);
	}
}

static const char *const type_complaints[] = {
	[PAGE_NONE] = "freed, but was never allocated",
	[PAGE_PLAIN] = "freed twice",
	[PAGE_BUDDY] = "freed twice",
	[PAGE_SLAB] = "freed, but is in use by a slab",
	[PAGE_SLAB_DEBUG] = "freed, but is in use by a slab",
	[PAGE_SLAB_NOTED] = "freed, but is in use by a slab",
	[PAGE_LARGE] = "freed, but belongs to kmalloc",
	[PAGE_COMPOUND] = "freed twice",
	[PAGE_KFENCE] = "freed, but is KFENCE's",
	[PAGE_TABLE] = "freed, but is in use by the memory allocators",
	[PAGE_BAD] = "freed, but was found bad before",
};

void free_pages_slow(struct page *page, unsigned int order)
{
	enum page_type type = page_type(page);

	/* Not a page at all, or freed already: that is KFENCE's to report. */
	if (type == PAGE_KFENCE && page_ref_count(page) <= 0) {
		kfence_free_page(page);
		return;
	}
	if ((type != PAGE_PLAIN && type != PAGE_COMPOUND && type != PAGE_KFENCE) || page_ref_count(page) <= 0) {
		bad_page(page, type <= PAGE_BAD ? type_complaints[type] : "freed, but its struct page is damaged");
		return;
	}
	if (page_kind_order(page) != order && type != PAGE_KFENCE) {
		/* Nobody knows how much of it is still in use: it stays allocated for ever. */
		bad_page(page, "freed with another order than allocated");
		page->kind = PAGE_KIND(PAGE_BAD, page_kind_node(page), page_kind_order(page));
		return;
	}
	if (!__atomic_sub_fetch(&page->_refcount, 1, __ATOMIC_ACQ_REL))
		free_unreferenced(page, order);
}

void get_page(struct page *page)
{
	page = compound_head(page);
	WARN_ON_ONCE(page_ref_count(page) <= 0);
	__atomic_fetch_add(&page->_refcount, 1, __ATOMIC_RELAXED);
}
EXPORT_SYMBOL(get_page);

void put_page(struct page *page)
{
	page = compound_head(page);
	__free_pages(page, page_type(page) == PAGE_KFENCE ? 0 : page_kind_order(page));
}
EXPORT_SYMBOL(put_page);

void split_page(struct page *page, unsigned int order)
{
	u64 live = PAGE_LIVE(PAGE_KIND(PAGE_PLAIN, page_kind_node(page), 0));

	if (WARN_ON(page_type(page) != PAGE_PLAIN || page_kind_order(page) != order))
		return;
	if (alloc_is_watched())
		watch_split_pages(page, order);
	for (unsigned long i = 0; i < 1UL << order; i++)
		page[i].kind_and_count = live;
}
EXPORT_SYMBOL_GPL(split_page);

/* ---- KFENCE's gate ---- */

void page_gate_open_this_cpu(void)
{
	magazines_open_gate(this_cpu_ptr(&page_cpu[0]));
}

void page_gate_open_all_this_cpu(void)
{
	for (unsigned int order = 0; order < PAGE_CPU_ORDERS; order++)
		magazines_open_gate(this_cpu_ptr(&page_cpu[order]));
}

static void renew_gate(void *unused)
{
	unsigned long flags;
	struct cpu_magazines *m = lists_lock(0, &flags);

	m->reopen = false;
	lists_unlock(m, 0, flags);
}

void page_set_full_mode(bool on)
{
	WRITE_ONCE(full_mode, on);
	on_each_cpu(renew_gate, NULL, 1);
}

/* ---- Bringing up, and counting ---- */

void page_lists_set_node(int cpu)
{
	int node = NODE_DATA(cpu_to_node(cpu))->fallback[0];

	per_cpu(page_local_live, cpu) = PAGE_LIVE(PAGE_KIND(init_on_free ? PAGE_BAD : PAGE_PLAIN, node, 0));
}

void __init page_lists_init(void)
{
	int cpu, node;

	for_each_possible_cpu(cpu) {
		for (unsigned int order = 0; order < PAGE_CPU_ORDERS; order++)
			per_cpu(page_cpu[order], cpu) = (struct cpu_magazines){
				.head = MAGAZINE_NONE, .prev = MAGAZINE_NONE,
			};
		page_lists_set_node(cpu);
	}
	for (node = 0; node < MAX_NUMNODES; node++) {
		unsigned long managed = 0;

		for (int type = 0; type < MAX_NR_ZONES; type++)
			managed += NODE_DATA(node)->node_zones[type].managed_pages;
		/* Single pages may keep a 16th of the node from merging, larger orders a 256th each. */
		for (unsigned int order = 0; order < PAGE_CPU_ORDERS; order++) {
			depot_init(&page_depot[node][order]);
			depot_limit[node][order] = DIV_ROUND_UP(managed / (order ? 256 : 16), 1 << REFILL_ORDER);
		}
	}
}

unsigned long page_lists_nr_pages(int node)
{
	unsigned long pages = 0;
	int cpu;

	for (unsigned int order = 0; order < PAGE_CPU_ORDERS; order++) {
		pages += (unsigned long)READ_ONCE(page_depot[node][order].nr_full) * capacity_of(order) << order;
		for_each_possible_cpu(cpu)
			if (((u32)per_cpu(page_local_live, cpu) >> 8 & 0xff) == node)
				pages += magazines_count(&per_cpu(page_cpu[order], cpu), capacity_of(order)) << order;
	}
	return pages;
}
