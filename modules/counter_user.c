// SPDX-License-Identifier: MIT
/*
 * Uses the functions of counter_lib, so counter_lib must be loaded first, and stays while this is loaded.
 *
 *	insmod counter_user	without counter_lib: Unknown symbol counter_add (err -2)
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>
#include "counter_lib.h"

static int step = 5;
module_param(step, int, 0444);
MODULE_PARM_DESC(step, "how far to count");

static int __init counter_user_init(void)
{
	counter_add(step);
	pr_info("the count is %d\n", counter_read());
	return 0;
}

static void __exit counter_user_exit(void)
{
	counter_add(-step);
}

module_init(counter_user_init);
module_exit(counter_user_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Counts with counter_lib");
