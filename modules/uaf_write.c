// SPDX-License-Identifier: MIT
/*
 * BUG: writes to an object after it was freed.
 *
 * drop() frees the object when the last user goes, and counts the user down afterwards:
 *
 *	BUG: KFENCE: use-after-free write in drop+0x…/0x… [uaf_write]
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>
#include <linux/slab.h>

struct buffer {
	int users;
	char data[124];
};

static noinline __noclone void drop(struct buffer *b)
{
	if (b->users == 1)
		kfree(b);
	WRITE_ONCE(b->users, 0);	/* too late */
}

static int uaf_write_init(void)
{
	struct buffer *b = kzalloc(sizeof(*b), GFP_KERNEL);

	if (!b)
		return -ENOMEM;
	b->users = 1;
	drop(b);
	return 0;
}

static void uaf_write_exit(void)
{
}

module_init(uaf_write_init);
module_exit(uaf_write_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Bug: writes to a freed object");
