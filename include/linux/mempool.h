/* SPDX-License-Identifier: MIT */
/*
 * Pools with a reserve: an allocation that may wait always succeeds, since at least min_nr elements exist that come back.
 *
 * A pool asks its alloc() first and touches the reserve only when that fails; free() refills the reserve first.
 * For the promise to hold, whoever waits must not hold what others need to give theirs back.
 */
#pragma once

#include <linux/gfp.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

struct kmem_cache;

/* Returns: an element, or NULL. Context: the caller's, by @gfp_mask. */
typedef void *(mempool_alloc_t)(gfp_t gfp_mask, void *pool_data);
typedef void (mempool_free_t)(void *element, void *pool_data);

typedef struct mempool_s {
	spinlock_t lock;
	int min_nr;			/* [lock] size of the reserve */
	int curr_nr;			/* [lock] elements in it */
	void **elements;		/* [lock] */

	void *pool_data;		/* [I] for the two */
	mempool_alloc_t *alloc;
	mempool_free_t *free;
	wait_queue_head_t wait;		/* for an element to come back */
} mempool_t;

/* mempool_initialized - init has succeeded, and exit has not been called. */
static inline bool mempool_initialized(mempool_t *pool)
{
	return pool->elements != NULL;
}

/*
 * mempool_init - fill the reserve with @min_nr elements (at least one is kept). mempool_create - the same, and the pool
 * itself. Context: thread, may sleep. Returns: 0 or -ENOMEM; the pool or NULL.
 */
int mempool_init(mempool_t *pool, int min_nr, mempool_alloc_t *alloc_fn, mempool_free_t *free_fn, void *pool_data);
int mempool_init_node(mempool_t *pool, int min_nr, mempool_alloc_t *alloc_fn, mempool_free_t *free_fn, void *pool_data,
		      gfp_t gfp_mask, int node_id);
mempool_t *mempool_create(int min_nr, mempool_alloc_t *alloc_fn, mempool_free_t *free_fn, void *pool_data);
mempool_t *mempool_create_node(int min_nr, mempool_alloc_t *alloc_fn, mempool_free_t *free_fn, void *pool_data,
			       gfp_t gfp_mask, int nid);
/* All elements are back. NULL and what is zero are fine. Context: thread. */
void mempool_exit(mempool_t *pool);
void mempool_destroy(mempool_t *pool);
/* mempool_resize - another size for the reserve. Context: thread, may sleep. Returns: 0 or -ENOMEM (the size stays). */
int mempool_resize(mempool_t *pool, int new_min_nr);

/*
 * mempool_alloc - an element. With __GFP_DIRECT_RECLAIM (GFP_KERNEL) it may sleep and never fails; without, NULL when the
 * reserve is empty. __GFP_ZERO is not for pools: elements of the reserve are as they came back.
 * mempool_free - give it back. NULL is fine. Context: any.
 */
void *mempool_alloc(mempool_t *pool, gfp_t gfp_mask);
void mempool_free(void *element, mempool_t *pool);

/*
 * The usual kinds. They are inline so that a module's elements come from the module's own calls: an isolated one's
 * from its own slabs, and a report names who allocated.
 */
static inline void *mempool_alloc_slab(gfp_t gfp_mask, void *pool_data)
{
	return kmem_cache_alloc(pool_data, gfp_mask);
}

static inline void mempool_free_slab(void *element, void *pool_data)
{
	kmem_cache_free(pool_data, element);
}

static inline void *mempool_kmalloc(gfp_t gfp_mask, void *pool_data)
{
	return kmalloc((size_t)pool_data, gfp_mask);
}

static inline void mempool_kfree(void *element, void *pool_data)
{
	kfree(element);
}

static inline void *mempool_alloc_pages(gfp_t gfp_mask, void *pool_data)
{
	return alloc_pages(gfp_mask, (long)pool_data);
}

static inline void mempool_free_pages(void *element, void *pool_data)
{
	__free_pages(element, (long)pool_data);
}

static inline int mempool_init_slab_pool(mempool_t *pool, int min_nr, struct kmem_cache *kc)
{
	return mempool_init(pool, min_nr, mempool_alloc_slab, mempool_free_slab, (void *)kc);
}

static inline mempool_t *mempool_create_slab_pool(int min_nr, struct kmem_cache *kc)
{
	return mempool_create(min_nr, mempool_alloc_slab, mempool_free_slab, (void *)kc);
}

static inline int mempool_init_kmalloc_pool(mempool_t *pool, int min_nr, size_t size)
{
	return mempool_init(pool, min_nr, mempool_kmalloc, mempool_kfree, (void *)size);
}

static inline mempool_t *mempool_create_kmalloc_pool(int min_nr, size_t size)
{
	return mempool_create(min_nr, mempool_kmalloc, mempool_kfree, (void *)size);
}

static inline int mempool_init_page_pool(mempool_t *pool, int min_nr, int order)
{
	return mempool_init(pool, min_nr, mempool_alloc_pages, mempool_free_pages, (void *)(long)order);
}

static inline mempool_t *mempool_create_page_pool(int min_nr, int order)
{
	return mempool_create(min_nr, mempool_alloc_pages, mempool_free_pages, (void *)(long)order);
}
