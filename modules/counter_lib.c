// SPDX-License-Identifier: MIT
/*
 * Exports two functions for other modules; counter_user needs it.
 *
 *	modprobe counter_user		loads this one first
 *	lsmod				counter_lib … 1 counter_user
 *	rmmod counter_lib		refused while counter_user is loaded
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/init.h>
#include <linux/module.h>
#include "counter_lib.h"

static atomic_t count = ATOMIC_INIT(0);

int counter_add(int n)
{
	return atomic_add_return(n, &count);
}
EXPORT_SYMBOL(counter_add);

int counter_read(void)
{
	return atomic_read(&count);
}
EXPORT_SYMBOL_GPL(counter_read);

static int __init counter_lib_init(void)
{
	pr_info("ready\n");
	return 0;
}

static void __exit counter_lib_exit(void)
{
	pr_info("counted to %d\n", counter_read());
}

module_init(counter_lib_init);
module_exit(counter_lib_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Exports a counter to other modules");
MODULE_VERSION("1.0");
