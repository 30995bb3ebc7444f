// SPDX-License-Identifier: MIT
/*
 * kmalloc: caches of graded sizes, and what is built on them.
 *
 * Sizes are the powers of two from 8 to 8192, with 96 and 192 between, where a power of two wastes most. A constant
 * size picks its cache when the caller is compiled (linux/slab.h), others by table or by the number of
 * leading zeroes (kmalloc_cache_in()). Larger ones are pages, of kind LARGE, whose order says how many.
 *
 * The two fast paths, __kmalloc() and kfree(), are in fast.c. Functions with "_from" take the set of caches as
 * an argument: isolated modules have sets of their own (oot.c).
 */
#include <linux/bug.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kfence.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <paddock/alloc_watch.h>
#include <paddock/page.h>
#include <paddock/pmalloc.h>
#include <paddock/slab.h>
#include "oot.h"
#include "slab.h"

struct kmem_cache *kmalloc_caches[NR_KMALLOC_TYPES][KMALLOC_SHIFT_HIGH + 1] __ro_after_init;
EXPORT_SYMBOL(kmalloc_caches);

/* kmalloc_index() for sizes up to 192, by (size - 1) / 8. */
const u8 kmalloc_size_index[24] = {
	3, 4, 5, 5, 6, 6, 6, 6, 1, 1, 1, 1, 7, 7, 7, 7, 2, 2, 2, 2, 2, 2, 2, 2,
};

static const char *const cache_names[NR_KMALLOC_TYPES][KMALLOC_SHIFT_HIGH + 1] __initconst = {
	[KMALLOC_NORMAL] = { NULL, "kmalloc-96", "kmalloc-192", "kmalloc-8", "kmalloc-16", "kmalloc-32",
			     "kmalloc-64", "kmalloc-128", "kmalloc-256", "kmalloc-512", "kmalloc-1k",
			     "kmalloc-2k", "kmalloc-4k", "kmalloc-8k" },
	[KMALLOC_DMA] = { NULL, "dma-kmalloc-96", "dma-kmalloc-192", "dma-kmalloc-8", "dma-kmalloc-16",
			  "dma-kmalloc-32", "dma-kmalloc-64", "dma-kmalloc-128", "dma-kmalloc-256",
			  "dma-kmalloc-512", "dma-kmalloc-1k", "dma-kmalloc-2k", "dma-kmalloc-4k",
			  "dma-kmalloc-8k" },
};

static unsigned int size_of_index(unsigned int index)
{
	return index == 1 ? 96 : index == 2 ? 192 : 1u << index;
}

void __init kmalloc_init(void)
{
	struct kmem_cache *sealed;

	for (int type = 0; type <= KMALLOC_DMA; type++) {
		for (unsigned int index = KMALLOC_SHIFT_HIGH; index >= 1; index--) {
			unsigned int size = size_of_index(index);

			/* Powers of two are aligned to themselves, up to a page. */
			unsigned int align = is_power_of_2(size) ? min_t(unsigned int, size, PAGE_SIZE) : 8;

			kmalloc_caches[type][index] =
				kmem_cache_create(cache_names[type][index], size, align,
						  SLAB_KMALLOC | SLAB_PANIC | SLAB_NO_MERGE |
						  (type == KMALLOC_DMA ? SLAB_CACHE_DMA : 0), NULL);
		}
	}
	/* One for all sizes: it never has an object, so each allocation comes to slab_alloc(), which sends it on. */
	sealed = kmem_cache_create("kmalloc-seal", 8, 8, SLAB_SEALED | SLAB_PANIC | SLAB_NO_MERGE | SLAB_NO_USER_FLAGS, NULL);
	for (unsigned int index = KMALLOC_SHIFT_HIGH; index >= 1; index--)
		kmalloc_caches[KMALLOC_SEAL][index] = sealed;
}

/* ---- Allocating ---- */

static void *alloc_large(size_t size, gfp_t flags, int node)
{
	unsigned int order = get_order(size);
	struct page *page;

	if (flags & __GFP_SEAL)
		return pmalloc_gfp_seal_caller(size, flags);
	if (size > KMALLOC_MAX_SIZE) {
		WARN_ON_ONCE(!(flags & __GFP_NOWARN));
		return NULL;
	}
	if (alloc_is_watched() && watch_fails_pages(flags, order))
		return NULL;
	page = alloc_pages_unguarded(flags & ~__GFP_COMP, order, node);
	if (!page)
		return NULL;
	if (alloc_is_watched())
		watch_add_pages(page, order);
	page->kind = PAGE_KIND(PAGE_LARGE, page_kind_node(page), order);
	page->mapping = NULL;	/* nobody's slot; see oot_kmalloc_large() */
	return page_address(page);
}

void *kmalloc_large(size_t size, gfp_t flags)
{
	return alloc_large(size, flags, NUMA_NO_NODE);
}
EXPORT_SYMBOL(kmalloc_large);

void *kmalloc_large_node(size_t size, gfp_t flags, int node)
{
	return alloc_large(size, flags, node);
}
EXPORT_SYMBOL(kmalloc_large_node);

void *__kmalloc_odd(size_t size, gfp_t flags)
{
	return size ? alloc_large(size, flags, NUMA_NO_NODE) : ZERO_SIZE_PTR;
}

void *__kmalloc_from(struct kmem_cache *(*caches)[KMALLOC_SHIFT_HIGH + 1], size_t size, gfp_t flags, int node)
{
	if (!size)
		return ZERO_SIZE_PTR;
	if (size > KMALLOC_MAX_CACHE_SIZE)
		return alloc_large(size, flags, node);
	return __kmem_cache_alloc_node(kmalloc_cache_in(caches, size, flags), flags, node, size);
}

void *__kmalloc_node(size_t size, gfp_t flags, int node)
{
	return __kmalloc_from(kmalloc_caches, size, flags, node);
}
EXPORT_SYMBOL(__kmalloc_node);

void *(__kmalloc_track_caller)(size_t size, gfp_t flags, unsigned long caller)
{
	return __kmalloc_from(kmalloc_caches, size, flags, NUMA_NO_NODE);
}
EXPORT_SYMBOL(__kmalloc_track_caller);

void *__kmalloc_node_track_caller(size_t size, gfp_t flags, int node, unsigned long caller)
{
	return __kmalloc_from(kmalloc_caches, size, flags, node);
}
EXPORT_SYMBOL(__kmalloc_node_track_caller);

/* ---- Freeing what is no slab object ---- */

static void free_large(struct page *page)
{
	unsigned int order = page_kind_order(page);

	if (unlikely(page->mapping))
		oot_large_freed(page);
	page->kind = PAGE_KIND(PAGE_PLAIN, page_kind_node(page), order);
	__free_pages(page, order);
}

/* What a pointer is that nobody could have got from kmalloc(). */
static const char *describe(const void *object)
{
	unsigned long addr = (unsigned long)object;

	if (is_vmalloc_addr(object))
		return "a vmalloc address: vfree() is for those";
	if (addr - PAGE_OFFSET >= linear_bytes)
		return "not an address of RAM";
	switch (page_type(virt_to_page(object))) {
	case PAGE_LARGE:
	case PAGE_PLAIN:
	case PAGE_COMPOUND:
		return page_ref_count(virt_to_page(object)) > 0 ? "in pages that kmalloc did not hand out, or inside them"
								 : "in a page that is free: freed twice";
	case PAGE_BUDDY:
		return "in a page that is free: freed twice";
	default:
		return "in no object's page: freed twice, or never allocated";
	}
}

void kfree_not_slab(const void *object)
{
	static DEFINE_RATELIMIT_STATE(limit, 10 * HZ, 20);
	unsigned long addr = (unsigned long)object;

	if (addr - PAGE_OFFSET < linear_bytes && PAGE_ALIGNED(addr) &&
	    page_type(virt_to_page(object)) == PAGE_LARGE) {
		free_large(virt_to_page(object));
		return;
	}
	if (pmalloc_kfree(object))
		return;
	if (__ratelimit(&limit)) {
		pr_err("=============================================================================\n");
		pr_err("BUG kmalloc (%s): Invalid object pointer 0x%px\n", print_tainted(), object);
		pr_err("-----------------------------------------------------------------------------\n\n");
		pr_err("0x%px is %s\n", object, describe(object));
		dump_stack();
	}
	add_taint(TAINT_BAD_PAGE, LOCKDEP_NOW_UNRELIABLE);
}

void kfree_sensitive(const void *object)
{
	size_t size = ksize(object);

	if (size)
		memzero_explicit((void *)object, size);
	kfree(object);
}
EXPORT_SYMBOL(kfree_sensitive);

/* ---- Sizes ---- */

size_t __ksize(const void *object)
{
	struct page *page;

	if (ZERO_OR_NULL_PTR(object))
		return 0;
	if (!virt_addr_valid(object))
		return pmalloc_ksize(object);
	page = virt_to_page(object);
	switch (page_type(page)) {
	case PAGE_KFENCE:
		return kfence_ksize(object);
	case PAGE_LARGE:
		return PAGE_SIZE << page_kind_order(page);
	case PAGE_SLAB:
	case PAGE_SLAB_NOTED:
		return page->slab_cache->size;
	case PAGE_SLAB_DEBUG:
		/* The bytes behind belong to the checks. */
		return page->slab_cache->object_size;
	default:
		return 0;
	}
}
EXPORT_SYMBOL(__ksize);

size_t ksize(const void *object)
{
	return __ksize(object);
}
EXPORT_SYMBOL(ksize);

size_t kmalloc_size_roundup(size_t size)
{
	if (!size)
		return 0;
	if (size > KMALLOC_MAX_SIZE)
		return size;
	if (size > KMALLOC_MAX_CACHE_SIZE)
		return PAGE_SIZE << get_order(size);
	return kmalloc_cache_in(kmalloc_caches, size, 0)->object_size;
}
EXPORT_SYMBOL(kmalloc_size_roundup);

/* ---- krealloc ---- */

void *__krealloc_from(struct kmem_cache *(*caches)[KMALLOC_SHIFT_HIGH + 1], const void *object, size_t size,
		      gfp_t flags)
{
	size_t old = ksize(object);
	void *new;

	if (!size) {
		kfree(object);
		return ZERO_SIZE_PTR;
	}
	if (!ZERO_OR_NULL_PTR(object) && size <= old)
		return (void *)object;
	new = __kmalloc_from(caches, size, flags, NUMA_NO_NODE);
	if (new && !ZERO_OR_NULL_PTR(object)) {
		memcpy(new, object, old);
		kfree(object);
	}
	return new;
}

void *krealloc(const void *object, size_t size, gfp_t flags)
{
	return __krealloc_from(kmalloc_caches, object, size, flags);
}
EXPORT_SYMBOL(krealloc);

void *krealloc_array(void *object, size_t n, size_t size, gfp_t flags)
{
	size_t bytes;

	return check_mul_overflow(n, size, &bytes) ? NULL : krealloc(object, bytes, flags);
}
EXPORT_SYMBOL(krealloc_array);

/* ---- kvmalloc ---- */

void *kvmalloc_node(size_t size, gfp_t flags, int node)
{
	void *p = NULL;

	/* Do not work hard for contiguous pages when others do as well. */
	if (size <= KMALLOC_MAX_SIZE)
		p = __kmalloc_node(size, size > PAGE_SIZE ? flags | __GFP_NOWARN | __GFP_NORETRY : flags, node);
	if (p || size <= PAGE_SIZE || !gfpflags_allow_blocking(flags))
		return p;
	if (size > INT_MAX) {
		WARN_ON_ONCE(!(flags & __GFP_NOWARN));
		return NULL;
	}
	return __vmalloc_node_range(size, 1, VMALLOC_START, VMALLOC_END, flags, PAGE_KERNEL, VM_ALLOW_HUGE_VMAP,
				    node, __builtin_return_address(0));
}
EXPORT_SYMBOL(kvmalloc_node);

void kvfree(const void *addr)
{
	if (is_vmalloc_addr(addr))
		vfree(addr);
	else
		kfree(addr);
}
EXPORT_SYMBOL(kvfree);

void kvfree_sensitive(const void *addr, size_t len)
{
	if (!ZERO_OR_NULL_PTR(addr)) {
		memzero_explicit((void *)addr, len);
		kvfree(addr);
	}
}
EXPORT_SYMBOL(kvfree_sensitive);

void *kvrealloc(const void *p, size_t oldsize, size_t newsize, gfp_t flags)
{
	void *new;

	if (oldsize >= newsize)
		return (void *)p;
	new = kvmalloc(newsize, flags);
	if (new) {
		memcpy(new, p, oldsize);
		kvfree(p);
	}
	return new;
}
EXPORT_SYMBOL(kvrealloc);
