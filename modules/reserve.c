// SPDX-License-Identifier: MIT
/*
 * Memory when there is none: a pool with a reserve (mempool), and a device of one bit (wait_on_bit).
 *
 * Requests come from a pool that keeps four. When the allocator gives nothing any more (here: when the parameter says so),
 * four requests can still be under way; the next one waits for one that is done, and never fails. The device
 * works on one at a time: a bit of its state is the lock, and whoever wants to know when it rests waits for it.
 *
 *	insmod reserve; rmmod reserve; dmesg | grep reserve
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/init.h>
#include <linux/list.h>
#include <linux/mempool.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/wait_bit.h>
#include <linux/workqueue.h>

#define RESERVED 4

struct request {
	struct work_struct work;
	int number;
};

enum { BUSY };		/* bits of state */

static unsigned long state;
static struct kmem_cache *cache;
static mempool_t *requests;
static struct workqueue_struct *device;
static bool dry;	/* the allocator has nothing */

/* ---- Where requests come from ---- */

static void *request_alloc(gfp_t gfp, void *data)
{
	return READ_ONCE(dry) ? NULL : mempool_alloc_slab(gfp, data);
}

/* ---- The device ---- */

static void serve(struct work_struct *work)
{
	struct request *r = container_of(work, struct request, work);

	wait_on_bit_lock(&state, BUSY, TASK_UNINTERRUPTIBLE);
	msleep(2);
	pr_info("request %d is done\n", r->number);
	/* First the memory, then the bit: who waits for the bit finds it. */
	mempool_free(r, requests);
	clear_and_wake_up_bit(BUSY, &state);
}

/* Returns: the request, or NULL: @gfp does not let it wait, and the reserve is empty. */
static struct request *prepare(int number, gfp_t gfp)
{
	struct request *r = mempool_alloc(requests, gfp);

	if (!r)
		return NULL;
	INIT_WORK(&r->work, serve);
	r->number = number;
	return r;
}

static void submit(struct request *r)
{
	queue_work(device, &r->work);
}

/* ---- Its use ---- */

static void with_memory(void)
{
	struct request *r[RESERVED + 2];
	int i;

	for (i = 0; i < ARRAY_SIZE(r); i++)
		r[i] = prepare(i, GFP_KERNEL);
	pr_info("with memory: %d requests, %d of %d in reserve\n", i, requests->curr_nr, requests->min_nr);
	while (i--)
		mempool_free(r[i], requests);
}

static void without_memory(void)
{
	struct request *r[RESERVED];
	int i;

	WRITE_ONCE(dry, true);
	for (i = 0; i < RESERVED; i++)
		r[i] = prepare(i, GFP_NOWAIT);
	pr_info("without memory: %d requests, %d of %d in reserve\n", i, requests->curr_nr, requests->min_nr);
	pr_info("one more, now: %s\n", prepare(i, GFP_NOWAIT) ? "there" : "none");

	set_bit(BUSY, &state);		/* the device is busy with something else */
	for (i = 0; i < RESERVED; i++)
		submit(r[i]);
	pr_info("four wait for the device: %d\n", wait_on_bit_timeout(&state, BUSY, TASK_UNINTERRUPTIBLE, 5));
	clear_and_wake_up_bit(BUSY, &state);
	submit(prepare(RESERVED, GFP_KERNEL));
	drain_workqueue(device);
	pr_info("one more was worth waiting for\n");
	wait_on_bit(&state, BUSY, TASK_UNINTERRUPTIBLE);
	WRITE_ONCE(dry, false);
	pr_info("all done: %d of %d in reserve\n", requests->curr_nr, requests->min_nr);
}

static void other_sizes(void)
{
	mempool_t pages;
	int err = mempool_resize(requests, 2 * RESERVED);

	pr_info("resized: %d, %d of %d in reserve\n", err, requests->curr_nr, requests->min_nr);
	err = mempool_init_page_pool(&pages, 2, 0);
	if (err)
		return;
	pr_info("a pool of pages: %d of %d in reserve\n", pages.curr_nr, pages.min_nr);
	mempool_exit(&pages);
}

static int __init reserve_init(void)
{
	cache = KMEM_CACHE(request, 0);
	if (!cache)
		return -ENOMEM;
	requests = mempool_create(RESERVED, request_alloc, mempool_free_slab, cache);
	/* One after the other, in order. */
	device = alloc_ordered_workqueue("reserve", 0);
	if (!requests || !device)
		goto no_memory;
	with_memory();
	without_memory();
	other_sizes();
	return 0;

no_memory:
	if (device)
		destroy_workqueue(device);
	mempool_destroy(requests);
	kmem_cache_destroy(cache);
	return -ENOMEM;
}

static void __exit reserve_exit(void)
{
	destroy_workqueue(device);
	mempool_destroy(requests);
	kmem_cache_destroy(cache);
	pr_info("gone\n");
}

module_init(reserve_init);
module_exit(reserve_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("A pool with a reserve, and a bit to wait for");
