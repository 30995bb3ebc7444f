// SPDX-License-Identifier: MIT
/*
 * BUG: writes before the beginning of a buffer.
 *
 * add_header() puts a header in front of a packet, as drivers do that reserve room for one. Here nobody has reserved it. The
 * packet is a whole page, so the header lies in the guard page before it:
 *
 *	BUG: KFENCE: out-of-bounds write in add_header+0x…/0x… [oob_write_before]
 *	Out-of-bounds write at 0x… (4B left of kfence-#…):
 *
 * Without KFENCE the end of the neighbour is overwritten.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>

#define PACKET 4096

static noinline __noclone void add_header(char *packet, unsigned int len)
{
	WRITE_ONCE(*(u32 *)(packet - sizeof(u32)), len);	/* no room was left for it */
}

static int oob_write_before_init(void)
{
	char *packet = kmalloc(PACKET, GFP_KERNEL);

	if (!packet)
		return -ENOMEM;
	add_header(packet, PACKET);
	kfree(packet);
	return 0;
}

static void oob_write_before_exit(void)
{
}

module_init(oob_write_before_init);
module_exit(oob_write_before_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Bug: writes before the beginning of a buffer");
