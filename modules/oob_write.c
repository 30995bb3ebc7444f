// SPDX-License-Identifier: MIT
/*
 * BUG: writes one byte behind the end of a buffer.
 *
 * The loop in fill() runs to "<= size". The buffer is a whole page, so the byte behind it is the guard
 * page's first, and KFENCE reports, at the very write, wherever it placed the object:
 *
 *	BUG: KFENCE: out-of-bounds write in fill+0x…/0x… [oob_write]
 *	Out-of-bounds write at 0x… (4096B right of kfence-#…):
 *
 * Without KFENCE the neighbour's first byte becomes 0x41, and nobody is told.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>

static unsigned int size = 4096;
module_param(size, uint, 0444);
MODULE_PARM_DESC(size, "bytes to allocate");

static noinline __noclone void fill(volatile char *buf, unsigned int n)
{
	unsigned int i;

	for (i = 0; i <= n; i++)	/* should be < */
		buf[i] = 'A';
}

static int oob_write_init(void)
{
	char *buf = kmalloc(size, GFP_KERNEL);

	if (!buf)
		return -ENOMEM;
	fill(buf, size);
	kfree(buf);
	return 0;
}

static void oob_write_exit(void)
{
}

module_init(oob_write_init);
module_exit(oob_write_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Bug: writes behind the end of a buffer");
