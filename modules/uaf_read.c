// SPDX-License-Identifier: MIT
/*
 * BUG: reads an object after it was freed.
 *
 * The report names the read, and where the object was allocated and freed:
 *
 *	BUG: KFENCE: use-after-free read in uaf_read_init+0x…/0x… [uaf_read]
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>
#include <linux/slab.h>

struct session {
	int id;
	char name[28];
};

static int uaf_read_init(void)
{
	struct session *s = kzalloc(sizeof(*s), GFP_KERNEL);

	if (!s)
		return -ENOMEM;
	s->id = 7;
	kfree(s);
	pr_info("closed session %d\n", READ_ONCE(s->id));	/* after the kfree() */
	return 0;
}

static void uaf_read_exit(void)
{
}

module_init(uaf_read_init);
module_exit(uaf_read_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Bug: reads a freed object");
