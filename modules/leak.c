// SPDX-License-Identifier: MIT
/*
 * BUG: forgets objects. Half of what init allocates is freed by exit; nobody has the rest.
 *
 * An isolated module (module.oot_list=leak) is told so when it is unloaded.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>
#include <linux/slab.h>

#define COUNT 8

static void *kept[COUNT];

static noinline __noclone void *make_session(void)
{
	return kzalloc(48, GFP_KERNEL);
}

static int __init leak_init(void)
{
	int i;

	for (i = 0; i < COUNT; i++)
		kept[i] = make_session();
	return 0;
}

static void __exit leak_exit(void)
{
	int i;

	for (i = 0; i < COUNT; i += 2)		/* should be i++ */
		kfree(kept[i]);
}

module_init(leak_init);
module_exit(leak_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Bug: forgets objects");
