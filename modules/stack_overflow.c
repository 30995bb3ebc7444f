// SPDX-License-Identifier: MIT
/*
 * BUG: recurses without end. The guard page below the stack stops it:
 *
 *	BUG: stack guard page was hit … / kernel stack overflow
 *
 * The thread dies with its own stack; in Linux, the whole machine panics.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>

static int depth_limit = 1000000;
module_param(depth_limit, int, 0444);
MODULE_PARM_DESC(depth_limit, "how deep to go");

static noinline __noclone int descend(int depth)
{
	volatile char frame[256];

	frame[depth & 255] = depth;
	if (depth >= READ_ONCE(depth_limit))
		return 0;
	return descend(depth + 1) + frame[depth & 255];
}

static int stack_overflow_init(void)
{
	pr_info("came back with %d\n", descend(0));
	return 0;
}

static void stack_overflow_exit(void)
{
}

module_init(stack_overflow_init);
module_exit(stack_overflow_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Bug: endless recursion");
