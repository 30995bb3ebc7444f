// SPDX-License-Identifier: MIT
/*
 * BUG: writes to its own constant.
 *
 * The compiler put the table into .rodata, and the loader made that read-only; a cast does not help:
 *
 *	BUG: unable to handle page fault for address: …		(x86_64)
 *	Unable to handle kernel write to read-only memory at virtual address …	(arm64)
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>

static const int limits[4] = { 1, 2, 3, 4 };

static noinline __noclone void set(const int *p, int v)
{
	WRITE_ONCE(*(int *)p, v);
}

static int rodata_write_init(void)
{
	set(&limits[2], 30);
	pr_info("the limit is %d now\n", READ_ONCE(limits[2]));
	return 0;
}

static void rodata_write_exit(void)
{
}

module_init(rodata_write_init);
module_exit(rodata_write_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Bug: writes to a constant");
