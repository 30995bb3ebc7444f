// SPDX-License-Identifier: MIT
/*
 * BUG: frees an object twice.
 *
 * open_device() frees what it allocated when a step fails, and so does its caller:
 *
 *	BUG: KFENCE: invalid free in double_free_init+0x…/0x… [double_free]
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>
#include <linux/slab.h>

static noinline __noclone int open_device(void *state)
{
	kfree(state);		/* "clean up after the failure" */
	return -ENODEV;
}

static int double_free_init(void)
{
	void *state = kmalloc(100, GFP_KERNEL);

	if (!state)
		return -ENOMEM;
	if (open_device(state))
		kfree(state);	/* the second time */
	return 0;
}

static void double_free_exit(void)
{
}

module_init(double_free_init);
module_exit(double_free_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Bug: frees an object twice");
