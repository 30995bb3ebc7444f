// SPDX-License-Identifier: MIT
/*
 * BUG: goes on with a pointer into an array that krealloc() has moved.
 *
 * add_item() grows the array and returns the new one; its caller still holds the address of the first item from before.
 * Who freed the object is krealloc(), called by add_item():
 *
 *	BUG: KFENCE: use-after-free write in uaf_realloc_init+0x…/0x… [uaf_realloc]
 *	 add_item+0x…/0x… [uaf_realloc]
 *
 * Without KFENCE the write goes to whoever got the old memory.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>

struct item {
	u64 id, refs;
};

static noinline __noclone struct item *add_item(struct item *items, unsigned int *n)
{
	struct item *more = krealloc(items, (*n + 4) * sizeof(*items), GFP_KERNEL);

	if (more)
		*n += 4;
	return more ? more : items;
}

static int uaf_realloc_init(void)
{
	unsigned int n = 4;
	struct item *items = kcalloc(n, sizeof(*items), GFP_KERNEL), *first = items;

	if (!items)
		return -ENOMEM;
	items = add_item(items, &n);
	WRITE_ONCE(first->refs, 1);	/* should be items[0].refs */
	kfree(items);
	return 0;
}

static void uaf_realloc_exit(void)
{
}

module_init(uaf_realloc_init);
module_exit(uaf_realloc_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Bug: uses a pointer after krealloc() has moved the object");
