// SPDX-License-Identifier: MIT
/*
 * The smallest module: says hello when it is loaded, goodbye when it is unloaded.
 *
 *	insmod hello		hello: Hello, world
 *	rmmod hello		hello: Goodbye, world
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>
#include <linux/printk.h>

static int __init hello_init(void)
{
	pr_info("Hello, world\n");
	return 0;
}

static void __exit hello_exit(void)
{
	pr_info("Goodbye, world\n");
}

module_init(hello_init);
module_exit(hello_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Says hello and goodbye");
