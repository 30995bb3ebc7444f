// SPDX-License-Identifier: MIT
/*
 * BUG: frees an address inside an object instead of its start.
 *
 * The parser moved its pointer along and gives back the moved one:
 *
 *	BUG: KFENCE: invalid free in invalid_free_init+0x…/0x… [invalid_free]
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

static int invalid_free_init(void)
{
	char *text = kstrdup("   leading blanks", GFP_KERNEL);
	char *start = text;

	if (!text)
		return -ENOMEM;
	while (*text == ' ')
		text++;
	pr_info("text is '%s'\n", text);
	kfree(text);		/* should be start */
	kfree(start);
	return 0;
}

static void invalid_free_exit(void)
{
}

module_init(invalid_free_init);
module_exit(invalid_free_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Bug: frees an address inside an object");
