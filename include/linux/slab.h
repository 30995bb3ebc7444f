/* SPDX-License-Identifier: MIT */
/*
 * Objects smaller than pages: caches of equal objects, and kmalloc() on top of caches of graded sizes.
 *
 * Memory from here is physically contiguous and lies in the linear map. All alloc functions return
 * NULL for "none left"; all may be called from any context but NMI, and sleep only with
 * __GFP_DIRECT_RECLAIM in the flags.
 */
#pragma once

#include <asm/page.h>
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/overflow.h>
#include <linux/string.h>
#include <linux/types.h>

struct kmem_cache;
struct seq_file;

/* Flags of kmem_cache_create(), with Linux's numbers. */
#define SLAB_CONSISTENCY_CHECKS	((slab_flags_t)0x00000100u)	/* F: check objects at alloc and free */
#define SLAB_RED_ZONE		((slab_flags_t)0x00000400u)	/* Z: bytes around objects that must not change */
#define SLAB_POISON		((slab_flags_t)0x00000800u)	/* P: fill free objects */
#define SLAB_KMALLOC		((slab_flags_t)0x00001000u)	/* a kmalloc cache */
#define SLAB_HWCACHE_ALIGN	((slab_flags_t)0x00002000u)
#define SLAB_CACHE_DMA		((slab_flags_t)0x00004000u)
#define SLAB_CACHE_DMA32	((slab_flags_t)0x00008000u)
#define SLAB_STORE_USER		((slab_flags_t)0x00010000u)	/* U: who allocated, who freed */
#define SLAB_PANIC		((slab_flags_t)0x00040000u)	/* kmem_cache_create() panics rather than fail */
#define SLAB_TYPESAFE_BY_RCU	((slab_flags_t)0x00080000u)	/* pages stay slab pages for a grace period */
#define SLAB_MEM_SPREAD		((slab_flags_t)0)
#define SLAB_TRACE		((slab_flags_t)0x00200000u)	/* T: log every alloc and free */
#define SLAB_NOLEAKTRACE	((slab_flags_t)0)
#define SLAB_ACCOUNT		((slab_flags_t)0)
#define SLAB_KASAN		((slab_flags_t)0)
#define SLAB_NO_MERGE		((slab_flags_t)0x01000000u)	/* never shared with an alike cache */
#define SLAB_NO_USER_FLAGS	((slab_flags_t)0x10000000u)	/* slub_debug= does not apply */
#define SLAB_RECLAIM_ACCOUNT	((slab_flags_t)0x00020000u)
#define SLAB_TEMPORARY		SLAB_RECLAIM_ACCOUNT
/* Beyond Linux. */
#define SLAB_SEALED		((slab_flags_t)0x08000000u)	/* no objects of its own: see KMALLOC_SEAL */
#define SLAB_KEEP_PAGES		((slab_flags_t)0x40000000u)	/* empty slabs stay with the cache, see paddock/slab.h */
#define SLAB_OWN		((slab_flags_t)0x02000000u)	/* the allocators' own objects: no alloc_scope notes them */
#define SLAB_NO_KFENCE		((slab_flags_t)0x20000000u)	/* starts with kfence_enable 0 */

/* kmalloc(0): not NULL, not to be touched, fine for kfree(). */
#define ZERO_SIZE_PTR		((void *)16)
#define ZERO_OR_NULL_PTR(x)	((unsigned long)(x) <= (unsigned long)ZERO_SIZE_PTR)

/*
 * kmem_cache_create - a cache of @size-byte objects.
 * @name:  copied. @align: a power of two, or 0 for the natural one (8).
 * @ctor:  run once on every object when its slab is made; objects are freed in constructed state.
 *
 * Context: thread, may sleep. Returns: NULL (with an error line) for a bad name, size or alignment, or
 *          no memory; panics with SLAB_PANIC.
 * Owner:   caller; kmem_cache_destroy().
 */
struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align,
				     slab_flags_t flags, void (*ctor)(void *));
struct kmem_cache *kmem_cache_create_usercopy(const char *name, unsigned int size, unsigned int align,
					      slab_flags_t flags, unsigned int useroffset,
					      unsigned int usersize, void (*ctor)(void *));
#define KMEM_CACHE(Struct, flags) \
	kmem_cache_create(#Struct, sizeof(struct Struct), __alignof__(struct Struct), (flags), NULL)

/*
 * kmem_cache_destroy - give the cache back. NULL is fine. Live objects are reported
 * ("Objects remaining in …") with their tracks, and their slabs are lost on purpose: a user may still have them.
 */
void kmem_cache_destroy(struct kmem_cache *s);
/* Return empty slabs and per-CPU objects to the page allocator. Returns 0 if nothing is in use any more. */
int kmem_cache_shrink(struct kmem_cache *s);
unsigned int kmem_cache_size(struct kmem_cache *s);

void *kmem_cache_alloc(struct kmem_cache *s, gfp_t flags);
void *kmem_cache_alloc_node(struct kmem_cache *s, gfp_t flags, int node);
void kmem_cache_free(struct kmem_cache *s, void *object);
static inline void *kmem_cache_zalloc(struct kmem_cache *s, gfp_t flags)
{
	return kmem_cache_alloc(s, flags | __GFP_ZERO);
}

/* All @nr objects or none. Returns: @nr, or 0. Context: interrupts on for alloc. */
int kmem_cache_alloc_bulk(struct kmem_cache *s, gfp_t flags, size_t nr, void **objects);
/* @s may be NULL: each object goes to its own cache. */
void kmem_cache_free_bulk(struct kmem_cache *s, size_t nr, void **objects);
static inline void kfree_bulk(size_t nr, void **objects)
{
	kmem_cache_free_bulk(NULL, nr, objects);
}

bool slab_is_available(void);

/* ---- kmalloc ---- */

#define KMALLOC_SHIFT_LOW	3
#define KMALLOC_SHIFT_HIGH	(PAGE_SHIFT + 1)
#define KMALLOC_SHIFT_MAX	(MAX_ORDER + PAGE_SHIFT - 1)
#define KMALLOC_MAX_SIZE	(1UL << KMALLOC_SHIFT_MAX)	/* 4 MiB */
#define KMALLOC_MAX_CACHE_SIZE	(1UL << KMALLOC_SHIFT_HIGH)	/* 8 KiB; larger ones are pages */
#define KMALLOC_MIN_SIZE	8
#define ARCH_KMALLOC_MINALIGN	8
#define ARCH_SLAB_MINALIGN	8

enum kmalloc_cache_type {
	KMALLOC_NORMAL,
	KMALLOC_DMA,
	KMALLOC_SEAL,		/* no objects: leads to pmalloc */
	NR_KMALLOC_TYPES
};

/*
 * kmalloc_caches[type][index]: index 1 is 96 bytes, 2 is 192, n >= 3 is 2^n. A module that is
 * isolated has this symbol bound to an array of its own, of the same shape.
 */
extern struct kmem_cache *kmalloc_caches[NR_KMALLOC_TYPES][KMALLOC_SHIFT_HIGH + 1];

static __always_inline enum kmalloc_cache_type kmalloc_type(gfp_t flags)
{
	if (likely(!(flags & (__GFP_DMA | __GFP_DMA32 | __GFP_SEAL))))
		return KMALLOC_NORMAL;
	return flags & __GFP_SEAL ? KMALLOC_SEAL : KMALLOC_DMA;
}

/* Index of the smallest cache that holds @size, 1..KMALLOC_MAX_CACHE_SIZE. Folds for constants. */
static __always_inline unsigned int kmalloc_index(size_t size)
{
	if (size <= KMALLOC_MIN_SIZE)
		return KMALLOC_SHIFT_LOW;
	if (size > 64 && size <= 96)
		return 1;
	if (size > 128 && size <= 192)
		return 2;
	return 64 - __builtin_clzl(size - 1);
}

void *__kmalloc(size_t size, gfp_t flags);
void *__kmalloc_node(size_t size, gfp_t flags, int node);
void *kmalloc_trace(struct kmem_cache *s, gfp_t flags, size_t size);
void *kmalloc_node_trace(struct kmem_cache *s, gfp_t flags, int node, size_t size);
void *kmalloc_large(size_t size, gfp_t flags);
void *kmalloc_large_node(size_t size, gfp_t flags, int node);
void *__kmalloc_node_track_caller(size_t size, gfp_t flags, int node, unsigned long caller);
#define __kmalloc_track_caller __kmalloc_track_caller
void *__kmalloc_track_caller(size_t size, gfp_t flags, unsigned long caller);
#define kmalloc_track_caller(size, flags) __kmalloc_track_caller(size, flags, _RET_IP_)
#define kmalloc_node_track_caller(size, flags, node) \
	__kmalloc_node_track_caller(size, flags, node, _RET_IP_)

/* kmalloc() with GFP_SEAL, for @owner. Context: thread, may sleep. */
void *__kmalloc_sealed(size_t size, gfp_t flags, struct module *owner);
/* Flags that are known at compile time, and have it. */
#define gfp_says_seal(flags) (__builtin_constant_p(flags) && ((flags) & __GFP_SEAL))

/*
 * kmalloc - @size bytes, contents undefined without __GFP_ZERO.
 * Shape:   aligned to 8; to the size itself for powers of two.
 * Returns: NULL for none left or larger than KMALLOC_MAX_SIZE; ZERO_SIZE_PTR for 0.
 *          With GFP_SEAL: read-only once its page is full, at the latest when the module's init is done.
 * Owner:   caller; kfree().
 */
static __always_inline void *kmalloc(size_t size, gfp_t flags)
{
	if (gfp_says_seal(flags))
		return __kmalloc_sealed(size, flags, THIS_MODULE);
	if (__builtin_constant_p(size) && size) {
		if (size > KMALLOC_MAX_CACHE_SIZE)
			return kmalloc_large(size, flags);
		return kmalloc_trace(kmalloc_caches[kmalloc_type(flags)][kmalloc_index(size)], flags, size);
	}
	return __kmalloc(size, flags);
}

static __always_inline void *kmalloc_node(size_t size, gfp_t flags, int node)
{
	if (gfp_says_seal(flags))
		return __kmalloc_sealed(size, flags, THIS_MODULE);
	if (__builtin_constant_p(size) && size) {
		if (size > KMALLOC_MAX_CACHE_SIZE)
			return kmalloc_large_node(size, flags, node);
		return kmalloc_node_trace(kmalloc_caches[kmalloc_type(flags)][kmalloc_index(size)],
					  flags, node, size);
	}
	return __kmalloc_node(size, flags, node);
}

static __always_inline void *kzalloc(size_t size, gfp_t flags)
{
	return kmalloc(size, flags | __GFP_ZERO);
}

static __always_inline void *kzalloc_node(size_t size, gfp_t flags, int node)
{
	return kmalloc_node(size, flags | __GFP_ZERO, node);
}

/* n * size that overflows gives NULL, not a small object. */
static __always_inline void *kmalloc_array(size_t n, size_t size, gfp_t flags)
{
	size_t bytes;

	if (unlikely(check_mul_overflow(n, size, &bytes)))
		return NULL;
	return kmalloc(bytes, flags);
}

static __always_inline void *kmalloc_array_node(size_t n, size_t size, gfp_t flags, int node)
{
	size_t bytes;

	if (unlikely(check_mul_overflow(n, size, &bytes)))
		return NULL;
	return kmalloc_node(bytes, flags, node);
}

static __always_inline void *kcalloc(size_t n, size_t size, gfp_t flags)
{
	return kmalloc_array(n, size, flags | __GFP_ZERO);
}

static __always_inline void *kcalloc_node(size_t n, size_t size, gfp_t flags, int node)
{
	return kmalloc_array_node(n, size, flags | __GFP_ZERO, node);
}

/*
 * krealloc - the object with room for @new_size bytes, contents kept; moved when it must be.
 * NULL as object is kmalloc(); size 0 frees and returns ZERO_SIZE_PTR. On failure NULL, and the object stays.
 */
void * __must_check krealloc(const void *object, size_t new_size, gfp_t flags);
void * __must_check krealloc_array(void *object, size_t n, size_t size, gfp_t flags);

/*
 * kfree - give back what any of these functions returned. NULL and ZERO_SIZE_PTR are fine.
 * A pointer that is none of theirs, or freed already, is reported in SLUB's words, and nothing happens to it.
 */
void kfree(const void *object);
void kfree_sensitive(const void *object);	/* zeroed first */
void kfree_const(const void *object);		/* image constants are left alone */
/* Bytes that the object really has. kmalloc_size_roundup(): that kmalloc(@size) would have. */
size_t ksize(const void *object);
size_t __ksize(const void *object);
size_t kmalloc_size_roundup(size_t size);

/* Try kmalloc(), fall back to vmalloc(). */
void *kvmalloc_node(size_t size, gfp_t flags, int node);
static inline void *kvmalloc(size_t size, gfp_t flags)
{
	return kvmalloc_node(size, flags, NUMA_NO_NODE);
}
static inline void *kvzalloc(size_t size, gfp_t flags)
{
	return kvmalloc_node(size, flags | __GFP_ZERO, NUMA_NO_NODE);
}
static inline void *kvzalloc_node(size_t size, gfp_t flags, int node)
{
	return kvmalloc_node(size, flags | __GFP_ZERO, node);
}
static inline void *kvmalloc_array(size_t n, size_t size, gfp_t flags)
{
	size_t bytes;

	return check_mul_overflow(n, size, &bytes) ? NULL : kvmalloc(bytes, flags);
}
static inline void *kvcalloc(size_t n, size_t size, gfp_t flags)
{
	return kvmalloc_array(n, size, flags | __GFP_ZERO);
}
void *kvrealloc(const void *p, size_t oldsize, size_t newsize, gfp_t flags);
void kvfree(const void *addr);
void kvfree_sensitive(const void *addr, size_t len);

/* kmem_valid_obj - inside a slab object? kmem_dump_obj - print which object of which cache, allocated and freed by whom. */
bool kmem_valid_obj(void *object);
void kmem_dump_obj(void *object);
