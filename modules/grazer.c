// SPDX-License-Identifier: MIT
/*
 * Correct, and hungry: a thread that allocates, resizes and frees objects of all sizes, as fast as it can, and looks at
 * each before it lets it go: every byte must be what it wrote.
 *
 *	insmod grazer; sleep 5; rmmod grazer		grazer: 123456 operations, 0 objects damaged
 *
 * Sixteen of them under sixteen names, each in its own slot, are a test of isolation (tests/kunit/pasture_test.c).
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

static unsigned int rest_ms;
module_param(rest_ms, uint, 0444);
MODULE_PARM_DESC(rest_ms, "sleep so long after every 64 operations");

#define OBJECTS 128

static struct {
	u8 *p;
	unsigned int size;
	u8 fill;
} objects[OBJECTS];

static struct task_struct *thread;
static struct kmem_cache *cache;
static unsigned long operations, damaged;
static u32 random_state;

static u32 next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state;
}

/* Sizes are spread over the powers of two, so that each of kmalloc()'s caches has its share. */
static unsigned int random_size(void)
{
	return 1 + next_random() % (8u << next_random() % 11);
}

static void check(unsigned int i, unsigned int bytes)
{
	if (memchr_inv(objects[i].p, objects[i].fill, bytes)) {
		if (!damaged++)
			pr_err("object %px of %u bytes is damaged\n", objects[i].p, objects[i].size);
	}
}

static void release(unsigned int i)
{
	check(i, objects[i].size);
	if (objects[i].size == 100 && objects[i].fill & 1)
		kmem_cache_free(cache, objects[i].p);
	else
		kfree(objects[i].p);
	objects[i].p = NULL;
}

static void obtain(unsigned int i)
{
	objects[i].fill = next_random();
	if (next_random() % 8 == 0) {
		objects[i].size = 100;
		objects[i].fill |= 1;
		objects[i].p = kmem_cache_alloc(cache, GFP_KERNEL);
	} else {
		objects[i].size = random_size();
		if (objects[i].size == 100)
			objects[i].fill &= ~1;
		objects[i].p = kmalloc(objects[i].size, GFP_KERNEL);
	}
	if (objects[i].p)
		memset(objects[i].p, objects[i].fill, objects[i].size);
}

static void resize(unsigned int i)
{
	unsigned int size = random_size(), kept = min(size, objects[i].size);
	u8 *p;

	if (objects[i].size == 100)
		return;
	p = krealloc(objects[i].p, size + (size == 100), GFP_KERNEL);
	if (!p)
		return;
	objects[i].p = p;
	check(i, kept);
	objects[i].size = size + (size == 100);
	memset(p, objects[i].fill, objects[i].size);
}

static int graze(void *unused)
{
	while (!kthread_should_stop()) {
		unsigned int i = next_random() % OBJECTS;

		if (!objects[i].p)
			obtain(i);
		else if (next_random() % 4)
			release(i);
		else
			resize(i);
		if (++operations % 64)
			continue;
		if (rest_ms)
			msleep(rest_ms);
		else
			cond_resched();
	}
	return 0;
}

static int __init grazer_init(void)
{
	random_state = 2463534242u ^ (u32)(unsigned long)&objects;
	cache = kmem_cache_create(KBUILD_MODNAME "_100", 100, 0, 0, NULL);
	if (!cache)
		return -ENOMEM;
	thread = kthread_run(graze, NULL, KBUILD_MODNAME);
	if (IS_ERR(thread)) {
		kmem_cache_destroy(cache);
		return PTR_ERR(thread);
	}
	return 0;
}

static void __exit grazer_exit(void)
{
	unsigned int i;

	kthread_stop(thread);
	for (i = 0; i < OBJECTS; i++)
		if (objects[i].p)
			release(i);
	kmem_cache_destroy(cache);
	pr_info("%lu operations, %lu objects damaged\n", operations, damaged);
}

module_init(grazer_init);
module_exit(grazer_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Allocates, resizes and frees, and looks at every byte");
