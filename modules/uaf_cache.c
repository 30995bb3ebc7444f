// SPDX-License-Identifier: MIT
/*
 * BUG: destroys a cache while one of its objects is still in use.
 *
 * KFENCE makes the object a zombie: closed, never reused. Who "freed" it is who destroyed the cache:
 *
 *	BUG: KFENCE: use-after-free read in uaf_cache_init+0x…/0x… [uaf_cache]
 *	kfence-#…: 0x…-0x…, size=72, cache=<destroyed>
 *	 tear_down+0x…/0x… [uaf_cache]
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>

struct connection {
	int state;
	char peer[68];
};

static struct kmem_cache *cache;

static noinline __noclone void tear_down(void)
{
	kmem_cache_destroy(cache);	/* should wait for the last connection */
}

static int uaf_cache_init(void)
{
	struct connection *c;

	cache = kmem_cache_create("connection", sizeof(*c), 0, 0, NULL);
	if (!cache)
		return -ENOMEM;
	c = kmem_cache_zalloc(cache, GFP_KERNEL);
	if (!c) {
		kmem_cache_destroy(cache);
		return -ENOMEM;
	}
	tear_down();
	pr_info("state %d\n", READ_ONCE(c->state));
	return 0;
}

static void uaf_cache_exit(void)
{
}

module_init(uaf_cache_init);
module_exit(uaf_cache_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Bug: destroys a cache that is in use");
