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

#define COUNT_MAX 5000

static unsigned int count = 8;
module_param(count, uint, 0444);
MODULE_PARM_DESC(count, "objects to allocate, at most 5000");

static void *kept[COUNT_MAX];

static noinline __noclone void *make_session(void)
{
	return kzalloc(48, GFP_KERNEL);
}

static int __init leak_init(void)
{
	unsigned int i;

	if (count > COUNT_MAX)
		return -EINVAL;
	for (i = 0; i < count; i++)
		kept[i] = make_session();
	return 0;
}

static void __exit leak_exit(void)
{
	unsigned int i;

	for (i = 0; i < count; i += 2)		/* should be i++ */
		kfree(kept[i]);
}

module_init(leak_init);
module_exit(leak_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Bug: forgets objects");
