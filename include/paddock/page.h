/* SPDX-License-Identifier: MIT */
/*
 * Inside the page allocator: what page->kind says, sections, the per-CPU lists.
 */
#pragma once

#include <linux/mm.h>
#include <linux/percpu.h>
#include <arch/percpu.h>
#include <paddock/magazine.h>

/*
 * page->kind: what a frame is in use for. 0 (zeroes): a tail of a free or allocated block, a hole, or
 * memory that was reserved at boot. Only heads of blocks, and every page of a slab, have a kind.
 *
 *   type (8 bits) | node (8) | order (8), lowest
 *
 * PLAIN   handed out by alloc_pages(); _refcount > 0. With _refcount 0 it waits in a per-CPU list or depot.
 * BUDDY   heads a free block in zone->free_area[order].
 * SLAB    objects of an ordinary cache: kfree() pushes to page->slab_head. Order field 0.
 * SLAB_DEBUG  objects of a cache with checks: kfree() goes slow.
 * SLAB_NOTED  a slab that remembers who has its objects (isolated modules'): kfree() goes slow.
 * LARGE   kmalloc() beyond 8 KiB.
 * COMPOUND    __GFP_COMP.
 * KFENCE  a page of KFENCE's pool.
 * TABLE   page tables and the allocators' own pages; nobody else may free them.
 * BAD     found in a wrong state; never handed out again.
 */
enum page_type {
	PAGE_NONE, PAGE_PLAIN, PAGE_BUDDY, PAGE_SLAB, PAGE_SLAB_DEBUG, PAGE_SLAB_NOTED, PAGE_LARGE,
	PAGE_COMPOUND, PAGE_KFENCE, PAGE_TABLE, PAGE_BAD,
};

#define PAGE_KIND(type, node, order)	((u32)(type) << 16 | (u32)(node) << 8 | (order))
#define page_type(page)			((enum page_type)((page)->kind >> 16))
#define page_kind_node(page)		((int)((page)->kind >> 8 & 0xff))
#define page_kind_order(page)		((page)->kind & 0xff)
/* Both words of an allocated page at once. */
#define PAGE_LIVE(kind)			((u64)(kind) | 1ULL << 32)

static inline bool is_kfence_page(const struct page *page)
{
	return page_type(page) == PAGE_KFENCE;
}

/* Any of the three kinds of slab pages? */
static inline bool page_is_slab(const struct page *page)
{
	enum page_type type = page_type(page);

	return type >= PAGE_SLAB && type <= PAGE_SLAB_NOTED;
}

/* ---- Sections: 128 MiB of RAM and the 2 MiB of struct pages that describe it ---- */

#define pfn_to_section(pfn)	((pfn) / SECTION_PAGES)

/*
 * section_open - make sure the struct pages of @pfn's section exist, zeroed; its free RAM goes to its zone.
 * Context: any; takes section and zone locks. Idempotent.
 * Returns: false when @pfn is beyond all RAM.
 */
bool section_open(unsigned long pfn);
bool section_is_open(unsigned long pfn);

/*
 * vmemmap_handle_fault - a touch of a struct page that is not there yet: open its section, or show
 * zeroes where there is no RAM. Called by the fault handler.
 * Returns: true: done, repeat the access. False: not a vmemmap address, or a write where there is no RAM.
 */
bool vmemmap_handle_fault(unsigned long addr, bool is_write);

/*
 * Pages for the allocators themselves and for page tables (kind PAGE_TABLE): straight from the zones, never
 * guarded by KFENCE, not counted by anybody. Not zeroed. alloc_internal_page() returns NULL without a report
 * when there is __GFP_NOWARN. Context: any.
 */
struct page *alloc_internal_page(gfp_t gfp, unsigned int order, int node);
unsigned long internal_nr_pages(void);	/* handed out so */
void free_internal_page(struct page *page, unsigned int order);
/* buddy_init() is done. */
bool pages_are_available(void);

/* ---- Between buddy.c, page_percpu.c, page_report.c ---- */

/* Per-CPU lists exist for orders up to this; see page_percpu.c. */
#define PAGE_CPU_ORDERS		4

/* page_alloc.c: this CPU's magazines, and what page->kind_and_count of a page must be to go onto them (order added). */
DECLARE_PER_CPU(struct cpu_magazines, page_cpu[PAGE_CPU_ORDERS]);
DECLARE_PER_CPU(u64, page_local_live);

/*
 * init_on_free=1: pages and objects are zeroed when they are freed. [I] after early parameters. page_local_live and
 * slab_local_kind then match nothing, so that every free takes its slow path, which looks at this.
 */
extern bool init_on_free;

/* Where the fast paths of alloc_pages() and __free_pages() jump when they cannot do it alone. */
struct page *alloc_pages_slow(gfp_t gfp, unsigned int order, int node);
void free_pages_slow(struct page *page, unsigned int order);
void free_pages_full(struct page *page, unsigned int order);	/* count is 0 already */

/* alloc_pages_node() without KFENCE, for slabs. */
struct page *alloc_pages_unguarded(gfp_t gfp, unsigned int order, int node);
/* The way back: @page has kind PLAIN and @order, and count 0. */
void free_pages_unwatched(struct page *page, unsigned int order);

/*
 * zone_take - a free block of 2^order pages from one zone.
 * @keep: leave so many pages in the zone (the reserve of those who cannot wait).
 * Shape:   kind 0; the caller sets it. Opens further sections of the zone as needed.
 * Context: any. Locking: takes section_lock and zone->lock.
 * Returns: the first page, or NULL.
 */
struct page *zone_take(struct zone *zone, unsigned int order, unsigned long keep);

/*
 * zone_give - put a block back and merge it with its buddies as far as that goes.
 * The caller has made sure that it is nobody's any more. Any kind. Context: any. Locking: takes zone->lock.
 * zone_give_many: @count blocks of @order, under one hold of the lock per zone.
 */
void zone_give(struct zone *zone, struct page *page, unsigned int order);
void zone_give_many(struct page **pages, unsigned int count, unsigned int order);

/* Everything that this and other CPUs' lists and depots hold goes back to the zones. Context: thread. */
void drain_all_pages(struct zone *zone);
unsigned long page_lists_nr_pages(int node);

/* Memory that slab holds in empty slabs, magazines and depots goes back. Context: thread. Returns: pages freed. */
unsigned long slab_reclaim(void);
/* Pages in slabs. */
unsigned long slab_nr_pages(void);

/* buddy_check - the allocator's invariants, for tests: panics with the one that does not hold. */
void buddy_check(void);

/* page_report.c */
void bad_page(struct page *page, const char *reason);
void warn_alloc_failed(gfp_t gfp, unsigned int order, int node);

/* The gate for KFENCE's order-0 pages, as slab_gate_open_this_cpu() is for objects. */
void page_gate_open_this_cpu(void);
void page_set_full_mode(bool on);
/* All orders, for who watches allocations: stays open until nobody does. Context: interrupts masked. */
void page_gate_open_all_this_cpu(void);
