// SPDX-License-Identifier: MIT
/*
 * A cache of its own for objects of one kind, with a constructor.
 *
 *	insmod object_cache; grep object_cache_point /proc/slabinfo
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/slab.h>

struct point {
	struct list_head list;
	int x, y;
	unsigned long magic;	/* set once, by the constructor */
};

#define MAGIC 0x706f696e74ul

static struct kmem_cache *cache;
static LIST_HEAD(points);

static unsigned int count = 100;
module_param(count, uint, 0444);
MODULE_PARM_DESC(count, "objects to make");

static void construct(void *p)
{
	struct point *point = p;

	memset(point, 0, sizeof(*point));
	point->magic = MAGIC;
}

static unsigned int free_points(void)
{
	struct point *p, *next;
	unsigned int bad = 0;

	list_for_each_entry_safe(p, next, &points, list) {
		bad += p->magic != MAGIC;
		list_del(&p->list);
		kmem_cache_free(cache, p);
	}
	return bad;
}

static int __init object_cache_init(void)
{
	unsigned int i;

	cache = kmem_cache_create("object_cache_point", sizeof(struct point), 0, 0, construct);
	if (!cache)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		struct point *p = kmem_cache_alloc(cache, GFP_KERNEL);

		if (!p) {
			free_points();
			kmem_cache_destroy(cache);
			return -ENOMEM;
		}
		p->x = i;
		p->y = -i;
		list_add(&p->list, &points);
	}
	pr_info("%u points\n", count);
	return 0;
}

static void __exit object_cache_exit(void)
{
	pr_info("%u points without their magic\n", free_points());
	kmem_cache_destroy(cache);
}

module_init(object_cache_init);
module_exit(object_cache_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("A kmem_cache with a constructor");
