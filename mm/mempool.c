// SPDX-License-Identifier: MIT
/*
 * Pools with a reserve; <linux/mempool.h> has the promise.
 *
 * Invariant: curr_nr elements are in elements[0 … curr_nr - 1], and curr_nr <= min_nr. Whoever waits finds curr_nr 0;
 * free() puts an element there before it looks for waiters, so no one waits while the reserve has something.
 *
 * Lock: pool->lock, interrupt-safe, a leaf: alloc() and free() are called without it.
 */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/mempool.h>
#include <linux/sched.h>
#include <linux/slab.h>

/* How long a waiter sleeps before it asks alloc() again, unless an element comes back: others may have freed memory. */
#define RETRY	(HZ / 10)

/* From the reserve, or NULL. */
static void *take(mempool_t *pool)
{
	unsigned long flags;
	void *element;

	spin_lock_irqsave(&pool->lock, flags);
	element = pool->curr_nr ? pool->elements[--pool->curr_nr] : NULL;
	spin_unlock_irqrestore(&pool->lock, flags);
	return element;
}

/* Into the reserve, if it has a place. */
static bool put(mempool_t *pool, void *element)
{
	unsigned long flags;
	bool room;

	spin_lock_irqsave(&pool->lock, flags);
	room = pool->curr_nr < pool->min_nr;
	if (room)
		pool->elements[pool->curr_nr++] = element;
	spin_unlock_irqrestore(&pool->lock, flags);
	return room;
}

void mempool_exit(mempool_t *pool)
{
	void *element;

	if (!pool || !pool->elements)
		return;
	while ((element = take(pool)))
		pool->free(element, pool->pool_data);
	kfree(pool->elements);
	pool->elements = NULL;
}
EXPORT_SYMBOL(mempool_exit);

void mempool_destroy(mempool_t *pool)
{
	mempool_exit(pool);
	kfree(pool);
}
EXPORT_SYMBOL(mempool_destroy);

int mempool_init_node(mempool_t *pool, int min_nr, mempool_alloc_t *alloc_fn, mempool_free_t *free_fn, void *pool_data,
		      gfp_t gfp, int node)
{
	spin_lock_init(&pool->lock);
	init_waitqueue_head(&pool->wait);
	pool->min_nr = max(min_nr, 1);	/* without a reserve nobody who waits could be helped */
	pool->curr_nr = 0;
	pool->pool_data = pool_data;
	pool->alloc = alloc_fn;
	pool->free = free_fn;
	pool->elements = kmalloc_array_node(pool->min_nr, sizeof(void *), gfp, node);
	if (!pool->elements)
		return -ENOMEM;
	while (pool->curr_nr < pool->min_nr) {
		void *element = pool->alloc(gfp, pool->pool_data);

		if (!element) {
			mempool_exit(pool);
			return -ENOMEM;
		}
		put(pool, element);
	}
	return 0;
}
EXPORT_SYMBOL(mempool_init_node);

int mempool_init(mempool_t *pool, int min_nr, mempool_alloc_t *alloc_fn, mempool_free_t *free_fn, void *pool_data)
{
	return mempool_init_node(pool, min_nr, alloc_fn, free_fn, pool_data, GFP_KERNEL, NUMA_NO_NODE);
}
EXPORT_SYMBOL(mempool_init);

mempool_t *mempool_create_node(int min_nr, mempool_alloc_t *alloc_fn, mempool_free_t *free_fn, void *pool_data, gfp_t gfp,
			       int node)
{
	mempool_t *pool = kzalloc_node(sizeof(*pool), gfp, node);

	if (pool && mempool_init_node(pool, min_nr, alloc_fn, free_fn, pool_data, gfp, node)) {
		kfree(pool);
		return NULL;
	}
	return pool;
}
EXPORT_SYMBOL(mempool_create_node);

mempool_t *mempool_create(int min_nr, mempool_alloc_t *alloc_fn, mempool_free_t *free_fn, void *pool_data)
{
	return mempool_create_node(min_nr, alloc_fn, free_fn, pool_data, GFP_KERNEL, NUMA_NO_NODE);
}
EXPORT_SYMBOL(mempool_create);

/* What does not come now comes by and by, as elements are given back. */
static void fill(mempool_t *pool)
{
	while (READ_ONCE(pool->curr_nr) < READ_ONCE(pool->min_nr)) {
		void *element = pool->alloc(GFP_KERNEL, pool->pool_data);

		if (!element)
			return;
		mempool_free(element, pool);
	}
}

int mempool_resize(mempool_t *pool, int new_min_nr)
{
	void **larger = NULL, **old, *element;
	unsigned long flags;

	if (new_min_nr < 1)
		return -EINVAL;
	if (new_min_nr > pool->min_nr) {
		larger = kmalloc_array(new_min_nr, sizeof(void *), GFP_KERNEL);
		if (!larger)
			return -ENOMEM;
	}
	spin_lock_irqsave(&pool->lock, flags);
	old = larger;
	if (larger) {
		memcpy(larger, pool->elements, pool->curr_nr * sizeof(void *));
		old = pool->elements;
		pool->elements = larger;
	}
	pool->min_nr = new_min_nr;
	/* What is too much goes; the array stays as large as it was. */
	while (pool->curr_nr > pool->min_nr) {
		element = pool->elements[--pool->curr_nr];
		spin_unlock_irqrestore(&pool->lock, flags);
		pool->free(element, pool->pool_data);
		spin_lock_irqsave(&pool->lock, flags);
	}
	spin_unlock_irqrestore(&pool->lock, flags);
	kfree(old);
	fill(pool);
	return 0;
}
EXPORT_SYMBOL(mempool_resize);

void *mempool_alloc(mempool_t *pool, gfp_t gfp)
{
	/* alloc() is not to try hard, nor to complain: there is the reserve. */
	gfp_t earnest = gfp | __GFP_NOMEMALLOC | __GFP_NORETRY | __GFP_NOWARN, now = earnest & ~__GFP_DIRECT_RECLAIM;
	bool may_sleep = gfp & __GFP_DIRECT_RECLAIM;
	DEFINE_WAIT(wait);
	void *element;

	WARN_ON_ONCE(gfp & __GFP_ZERO);
	might_sleep_if(may_sleep);
	for (;;) {
		element = pool->alloc(now, pool->pool_data) ?: take(pool);
		if (element || !may_sleep)
			return element;
		/* The reserve is empty: now it may sleep in there, too, before we do. */
		if (now != earnest) {
			now = earnest;
			continue;
		}
		prepare_to_wait(&pool->wait, &wait, TASK_UNINTERRUPTIBLE);
		if (!READ_ONCE(pool->curr_nr))
			io_schedule_timeout(RETRY);
		finish_wait(&pool->wait, &wait);
	}
}
EXPORT_SYMBOL(mempool_alloc);

void mempool_free(void *element, mempool_t *pool)
{
	if (!element)
		return;
	/*
	 * A full reserve is the rule: then the lock is not needed. Whoever gives back what came from the reserve sees the place
	 * that it left there, or one that was left later: the element has reached him after it.
	 */
	smp_rmb();
	if (READ_ONCE(pool->curr_nr) < READ_ONCE(pool->min_nr) && put(pool, element)) {
		if (wq_has_sleeper(&pool->wait))
			wake_up(&pool->wait);
		return;
	}
	pool->free(element, pool->pool_data);
}
EXPORT_SYMBOL(mempool_free);
