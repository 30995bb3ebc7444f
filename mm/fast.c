// SPDX-License-Identifier: MIT
/*
 * The hot paths of the allocators, all in one place: alloc_pages, __free_pages, kmalloc, kfree,
 * kmem_cache_alloc, kmem_cache_free.
 *
 * Each is a look at one or two words, and one pop from, or push to, a magazine of this CPU
 * (<paddock/magazine.h>), which is a restartable sequence: interrupts stay on, no lock is taken, and being moved to
 * another CPU in the middle does no harm (<arch/percpu.h>). All that is not common is left to a slow path,
 * which the function jumps to:
 *
 *   - the magazine is empty, or full, or replaced by MAGAZINE_NONE because KFENCE wants to be asked;
 *   - the page is not "ordinary, of this CPU's node": KFENCE's, a large kmalloc(), a cache with checks,
 *     another node's, or nobody's at all, so a mistake;
 *   - flags ask for more than any free thing.
 *
 * How the one compare in the free functions can tell so much is explained at page->kind (linux/mm_types.h).
 *
 * Compiled without frame pointers and with sibling calls (Makefile): see __slab_fast.
 */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/kfence.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <paddock/alloc_watch.h>
#include <paddock/page.h>
#include <paddock/slab.h>
#include "oot.h"
#include "slab.h"

/* ---- Pages ---- */

/* Flags with which not just any page of this node will do. */
#define GFP_PICKY	(__GFP_DMA | __GFP_DMA32 | __GFP_COMP | __GFP_ZERO)

__slab_fast struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	if (likely(order < PAGE_CPU_ORDERS && !(gfp & GFP_PICKY))) {
		struct page *page = arch_magazine_pop(&page_cpu[order].head);

		if (likely(page)) {
			page->_refcount = 1;
			return page;
		}
	}
	return alloc_pages_slow(gfp, order, NUMA_NO_NODE);
}
EXPORT_SYMBOL(alloc_pages);

__slab_fast void __free_pages(struct page *page, unsigned int order)
{
	if (likely(order < PAGE_CPU_ORDERS &&
		   page->kind_and_count == this_cpu_read(page_local_live) + order)) {
		/* Before the push: once it is there, another may take it. */
		page->_refcount = 0;
		if (likely(arch_magazine_push(&page_cpu[order].head, page)))
			return;
		return free_pages_full(page, order);
	}
	return free_pages_slow(page, order);
}
EXPORT_SYMBOL(__free_pages);

/* ---- Objects ---- */

__slab_fast void *kmem_cache_alloc(struct kmem_cache *s, gfp_t flags)
{
	return slab_alloc_fast(s, flags, 0);
}
EXPORT_SYMBOL(kmem_cache_alloc);

/* kmalloc() of a constant size: the cache was chosen at compile time. */
__slab_fast void *kmalloc_trace(struct kmem_cache *s, gfp_t flags, size_t size)
{
	return slab_alloc_fast(s, flags, size);
}
EXPORT_SYMBOL(kmalloc_trace);

__slab_fast void *__kmalloc(size_t size, gfp_t flags)
{
	/* 0, and what is too large for a cache. */
	if (unlikely(size - 1 >= KMALLOC_MAX_CACHE_SIZE))
		return __kmalloc_odd(size, flags);
	return slab_alloc_fast(kmalloc_cache_in(kmalloc_caches, size, flags), flags, size);
}
EXPORT_SYMBOL(__kmalloc);

#define LINEAR_SHIFT	47	/* 2^47 bytes: what a linear map may span */
/* Where the map starts at a multiple of that, fewer instructions tell whether an address is in it. */
#define LINEAR_IS_ALIGNED (!(PAGE_OFFSET & ((1UL << LINEAR_SHIFT) - 1)) && LINEAR_END - PAGE_OFFSET == 1UL << LINEAR_SHIFT)
#define VMEMMAP_FOLLOWS	(VMEMMAP_START == (unsigned long)((long)PAGE_OFFSET >> (PAGE_SHIFT - STRUCT_PAGE_SHIFT)))

/*
 * Is @object in the linear map, so that there is a struct page to be looked at? Beyond RAM's end, or in a hole,
 * that reads as zeroes: "nobody's" (vmemmap_handle_fault()).
 */
static __always_inline bool has_page(const void *object)
{
	if (LINEAR_IS_ALIGNED)
		return likely((long)object >> LINEAR_SHIFT == (long)PAGE_OFFSET >> LINEAR_SHIFT);
	return likely((unsigned long)object - PAGE_OFFSET < linear_bytes);
}

/* virt_to_page(), in two instructions where the memory map was laid out for it (arm64's was). */
static __always_inline struct page *page_of_linear(const void *object)
{
	if (VMEMMAP_FOLLOWS)
		return (struct page *)((long)object >> (PAGE_SHIFT - STRUCT_PAGE_SHIFT) & -(1L << STRUCT_PAGE_SHIFT));
	return virt_to_page(object);
}

/*
 * The magazine was empty. For an isolated module's first allocations that is as it should be: they are noted
 * (mm/slab_noted.c). If this CPU holds objects for that, and nobody is to be asked, one is popped and its note written.
 */
static __always_inline void *pop_noted(struct kmem_cache *s, u16 mark, size_t size, unsigned long caller)
{
	void *object = arch_magazine_pop((void ***)(unsigned long)&s->cpu[1].head);
	struct slab_notes *notes;

	if (unlikely(!object))
		return NULL;
	/* It is ours, so its slab stays a noted one, whichever CPU we go on with. */
	notes = page_of_linear(object)->slab_notes;
	notes->note[(u64)((char *)object - notes->base) * s->reciprocal >> 32] =
		slab_note_of(caller - MODULES_START + 1, size, mark);
	return object;
}

__slab_fast void *__kmem_cache_alloc_slow(struct kmem_cache *s, gfp_t flags, size_t size)
{
	const struct oot_slot *slot = s->slot;
	unsigned long caller = _RET_IP_;

	/* Called by kstrdup() or the like, which module it was has to be looked for. */
	if (slot && !kfence_wants_one() && !alloc_is_watched() && caller - MODULES_START < MODULES_END - MODULES_START) {
		void *object = pop_noted(s, slot->note_mark, size ?: s->object_size, caller);

		if (likely(object))
			return unlikely(flags & __GFP_ZERO) ? memset(object, 0, s->object_size) : object;
	}
	return slab_alloc_slow(s, flags, size);
}

/*
 * Push an object of another node's slab on the magazine that this CPU has for those.
 * False: it is no such thing, or there is no room. If we are moved to a CPU of that node in between, it ends in a
 * magazine that nobody looks for it in until it is full or drained: unusual, not wrong.
 */
static __always_inline bool slab_free_remote_fast(struct page *page, void *object)
{
	u32 local = this_cpu_read(slab_local_kind), kind = page->kind;
	struct cpu_magazines __percpu *remote;

	if (page_type(page) != PAGE_SLAB || kind == local || alloc_is_watched())
		return false;
	remote = page->slab_cache->remote;
	return remote && arch_magazine_push_if(&remote[page_kind_node(page)].head, object, page->slab_align_mask,
					       &slab_local_kind, local);
}

static __slab_fast void kfree_remote(const void *object)
{
	if (has_page(object) && slab_free_remote_fast(page_of_linear(object), (void *)object))
		return;
	return kfree_slow(object);
}

static __slab_fast void kmem_cache_free_remote(struct kmem_cache *s, void *object)
{
	struct page *page = page_of_linear(object);

	if (has_page(object) && page->slab_cache == s && slab_free_remote_fast(page, object))
		return;
	return kmem_cache_free_slow(s, object);
}

__slab_fast void kfree(const void *object)
{
	if (has_page(object)) {
		struct page *page = page_of_linear(object);

		if (likely(slab_free_fast(page, (void *)object)))
			return;
	}
	return kfree_remote(object);
}
EXPORT_SYMBOL(kfree);

__slab_fast void kmem_cache_free(struct kmem_cache *s, void *object)
{
	if (has_page(object)) {
		struct page *page = page_of_linear(object);

		/* The cache's own head, which only its slabs' pages have: a page of another kind fails with its kind. */
		if (likely(page->slab_head == (void ***)s->cpu && slab_free_fast(page, object)))
			return;
	}
	return kmem_cache_free_remote(s, object);
}
EXPORT_SYMBOL(kmem_cache_free);
