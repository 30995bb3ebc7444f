// SPDX-License-Identifier: MIT
/* One wrong thing after the other to guarded objects, in Linux and in Paddock: tests/system/test_kfence_linux.py has the reports. */
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/kfence.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>

/* As the smallest that arm64's Linux has a cache for: else the cache's name differs, and nothing is at the page's end. */
#define SIZE 128

/* Guarded, and where it is wanted. */
static noinline char *get_object(bool left)
{
	unsigned long end = jiffies + 60 * HZ;
	char *p;

	while (time_before(jiffies, end)) {
		p = kmalloc(SIZE, GFP_KERNEL);
		if (is_kfence_address(p) && PAGE_ALIGNED(p) == left)
			return p;
		kfree(p);
		cond_resched();
	}
	return NULL;
}

static noinline void out_of_bounds_left(volatile char *p)
{
	p[-1] = 'A';
}

static noinline int out_of_bounds_right(volatile char *p)
{
	return p[SIZE];
}

static noinline int use_after_free(volatile char *p)
{
	return p[4];
}

static noinline void corruption(volatile char *p)
{
	p[SIZE] = 'B';
}

static noinline void free_it(char *p)
{
	kfree(p);
	barrier();
}

static int crimes_init(void)
{
	char *left, *right;

	left = get_object(true);
	right = get_object(false);
	if (!left || !right)
		return -ENOMEM;
	out_of_bounds_left(left);
	out_of_bounds_right(right);
	free_it(right + 1);
	free_it(right);
	free_it(right);
	use_after_free(right);
	corruption(left);
	free_it(left);
	return 0;
}

static void crimes_exit(void)
{
}

module_init(crimes_init);
module_exit(crimes_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Every kind of KFENCE's reports, once");
