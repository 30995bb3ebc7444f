/* SPDX-License-Identifier: MIT */
/*
 * Asking for pages. GFP flags say where they may come from, what the caller can bear, and how they
 * shall look; names and numbers are Linux 6.1's.
 *
 * What the flags mean here: there is no reclaim of user memory, so "may sleep" (__GFP_DIRECT_RECLAIM)
 * means: the allocators' own caches are emptied, and with __GFP_NOFAIL the caller waits for others to free.
 * Every allocation may dip to zero free pages except that a small reserve is kept for GFP_ATOMIC.
 */
#pragma once

#include <linux/mmzone.h>
#include <linux/topology.h>
#include <linux/types.h>

#define ___GFP_DMA		0x01u
#define ___GFP_HIGHMEM		0x02u
#define ___GFP_DMA32		0x04u
#define ___GFP_MOVABLE		0x08u
#define ___GFP_RECLAIMABLE	0x10u
#define ___GFP_HIGH		0x20u
#define ___GFP_IO		0x40u
#define ___GFP_FS		0x80u
#define ___GFP_ZERO		0x100u
#define ___GFP_ATOMIC		0x200u
#define ___GFP_DIRECT_RECLAIM	0x400u
#define ___GFP_KSWAPD_RECLAIM	0x800u
#define ___GFP_WRITE		0x1000u
#define ___GFP_NOWARN		0x2000u
#define ___GFP_RETRY_MAYFAIL	0x4000u
#define ___GFP_NOFAIL		0x8000u
#define ___GFP_NORETRY		0x10000u
#define ___GFP_MEMALLOC		0x20000u
#define ___GFP_COMP		0x40000u
#define ___GFP_NOMEMALLOC	0x80000u
#define ___GFP_HARDWALL		0x100000u
#define ___GFP_THISNODE		0x200000u
#define ___GFP_ACCOUNT		0x400000u
#define ___GFP_SEAL		0x800000u

/* Where: below 4 GiB (both DMA zones are one here), or anywhere. */
#define __GFP_DMA		((gfp_t)___GFP_DMA)
#define __GFP_DMA32		((gfp_t)___GFP_DMA32)
#define __GFP_HIGHMEM		((gfp_t)___GFP_HIGHMEM)		/* no meaning on 64 bits */
#define __GFP_THISNODE		((gfp_t)___GFP_THISNODE)	/* no other node than asked for */
/* How hard. */
#define __GFP_HIGH		((gfp_t)___GFP_HIGH)		/* may use the reserve */
#define __GFP_ATOMIC		((gfp_t)___GFP_ATOMIC)		/* cannot wait; may use all of the reserve */
#define __GFP_MEMALLOC		((gfp_t)___GFP_MEMALLOC)	/* frees more than it takes: all of the reserve */
#define __GFP_NOMEMALLOC	((gfp_t)___GFP_NOMEMALLOC)
#define __GFP_DIRECT_RECLAIM	((gfp_t)___GFP_DIRECT_RECLAIM)	/* may sleep */
#define __GFP_KSWAPD_RECLAIM	((gfp_t)___GFP_KSWAPD_RECLAIM)
#define __GFP_RECLAIM		(__GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM)
#define __GFP_NORETRY		((gfp_t)___GFP_NORETRY)		/* do not empty the caches for it */
#define __GFP_RETRY_MAYFAIL	((gfp_t)___GFP_RETRY_MAYFAIL)
#define __GFP_NOFAIL		((gfp_t)___GFP_NOFAIL)		/* never NULL: wait, and in the end panic */
/* How it looks and what is said. */
#define __GFP_ZERO		((gfp_t)___GFP_ZERO)
#define __GFP_COMP		((gfp_t)___GFP_COMP)		/* tail pages know their head */
#define __GFP_NOWARN		((gfp_t)___GFP_NOWARN)		/* no report on failure */
/* Beyond Linux: kmalloc() from the caller's own pool of memory that is sealed (linux/pmalloc.h). */
#define __GFP_SEAL		((gfp_t)___GFP_SEAL)
#define GFP_SEAL		__GFP_SEAL
/* Accepted, no effect. */
#define __GFP_IO		((gfp_t)___GFP_IO)
#define __GFP_FS		((gfp_t)___GFP_FS)
#define __GFP_WRITE		((gfp_t)___GFP_WRITE)
#define __GFP_HARDWALL		((gfp_t)___GFP_HARDWALL)
#define __GFP_MOVABLE		((gfp_t)___GFP_MOVABLE)
#define __GFP_RECLAIMABLE	((gfp_t)___GFP_RECLAIMABLE)
#define __GFP_ACCOUNT		((gfp_t)___GFP_ACCOUNT)
#define __GFP_BITS_SHIFT	24
#define __GFP_BITS_MASK		((gfp_t)((1 << __GFP_BITS_SHIFT) - 1))

#define GFP_ATOMIC	(__GFP_HIGH | __GFP_ATOMIC | __GFP_KSWAPD_RECLAIM)
#define GFP_KERNEL	(__GFP_RECLAIM | __GFP_IO | __GFP_FS)
#define GFP_KERNEL_ACCOUNT (GFP_KERNEL | __GFP_ACCOUNT)
#define GFP_NOWAIT	(__GFP_KSWAPD_RECLAIM)
#define GFP_NOIO	(__GFP_RECLAIM)
#define GFP_NOFS	(__GFP_RECLAIM | __GFP_IO)
#define GFP_USER	(__GFP_RECLAIM | __GFP_IO | __GFP_FS | __GFP_HARDWALL)
#define GFP_DMA		__GFP_DMA
#define GFP_DMA32	__GFP_DMA32
#define GFP_HIGHUSER	(GFP_USER | __GFP_HIGHMEM)
#define GFP_HIGHUSER_MOVABLE (GFP_HIGHUSER | __GFP_MOVABLE)

static inline bool gfpflags_allow_blocking(gfp_t gfp)
{
	return gfp & __GFP_DIRECT_RECLAIM;
}

/*
 * alloc_pages - 2^order contiguous pages, reference count 1 on the first.
 * @order: 0 .. MAX_ORDER - 1; above: NULL, with a warning unless __GFP_NOWARN.
 *
 * Shape:   aligned to their size; contents undefined without __GFP_ZERO. Tail pages are untouched without
 *          __GFP_COMP: no per-page work is done for them.
 * Context: any but NMI; may sleep only with __GFP_DIRECT_RECLAIM.
 * Locking: none in the common case (order <= 3), else zone->lock, a leaf.
 * Returns: the first page, or NULL with one rate-limited report (see __GFP_NOWARN).
 * Owner:   caller; give back with __free_pages() and the same order.
 */
struct page *alloc_pages(gfp_t gfp, unsigned int order);

/* The same from @node's memory first (NUMA_NO_NODE: this CPU's), then by distance. */
struct page *__alloc_pages_node(int node, gfp_t gfp, unsigned int order);
static inline struct page *alloc_pages_node(int node, gfp_t gfp, unsigned int order)
{
	return __alloc_pages_node(node, gfp, order);
}

/*
 * __free_pages - drop the caller's reference; the last one gives the pages back.
 * @page, @order: as allocated. A double free, a page never allocated or another order is reported as
 *                "BUG: Bad page state", and the page is kept out of circulation.
 * Context: any but NMI; never sleeps.
 */
void __free_pages(struct page *page, unsigned int order);

#define alloc_page(gfp)		alloc_pages(gfp, 0)
#define __free_page(page)	__free_pages(page, 0)

/* By address instead of struct page; 0 for failure. free_pages(0, x) does nothing. */
unsigned long __get_free_pages(gfp_t gfp, unsigned int order);
unsigned long get_zeroed_page(gfp_t gfp);
void free_pages(unsigned long addr, unsigned int order);
#define __get_free_page(gfp)	__get_free_pages(gfp, 0)
#define __get_dma_pages(gfp, order) __get_free_pages((gfp) | GFP_DMA, order)
#define free_page(addr)		free_pages(addr, 0)

/*
 * alloc_pages_exact - @size bytes of contiguous pages, the rest of the power of two given back.
 * Returns: their address or NULL. Give back with free_pages_exact() and the same size.
 */
void *alloc_pages_exact(size_t size, gfp_t gfp);
void free_pages_exact(void *addr, size_t size);

/*
 * alloc_contig_pages - @nr_pages contiguous pages, aligned to @nr_pages when that is a power of two.
 *
 * Finds pages that are all free; moves nothing. Each page has reference count 1 and stands for itself
 * (as after split_page()): give back with free_contig_range() or one by one.
 * Context: thread; may sleep. Takes all of @nodemask (NULL: any node), nearest to @node first.
 * Returns: the first page, or NULL (no report).
 */
struct page *alloc_contig_pages(unsigned long nr_pages, gfp_t gfp, int node, nodemask_t *nodemask);
void free_contig_range(unsigned long pfn, unsigned long nr_pages);

/* split_page - turn an allocated, not compound 2^order block into single pages, freed one by one. */
void split_page(struct page *page, unsigned int order);

/*
 * alloc_pages_bulk_array - fill the NULL entries of @array with single pages.
 * Returns: how many entries from the start are filled now.
 */
unsigned long alloc_pages_bulk_array(gfp_t gfp, unsigned long nr_pages, struct page **array);
