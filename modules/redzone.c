// SPDX-License-Identifier: MIT
/*
 * BUG: writes one byte behind a small buffer: a string's closing NUL.
 *
 * 60 bytes are asked for and 60 characters are copied, so the NUL lies behind them. That byte is
 * no guard page but padding, so the write passes; KFENCE finds the changed canary at the kfree():
 *
 *	BUG: KFENCE: memory corruption in redzone_init+0x…/0x… [redzone]
 *
 * With keep=1 the text is freed when the module is unloaded, so that the damage can be looked for before. With peek=1 the
 * byte is only read, which changes nothing, and so is found by nobody.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>
#include <linux/slab.h>

#define LEN 60

static bool keep;
module_param(keep, bool, 0444);
MODULE_PARM_DESC(keep, "free the text at unload only");

static bool peek;
module_param(peek, bool, 0444);
MODULE_PARM_DESC(peek, "read the byte behind the text, instead of writing it");

static char *text;

static noinline __noclone void copy_text(volatile char *to, char c, int len)
{
	int i;

	for (i = 0; i < len; i++)
		to[i] = c;
	if (peek)
		(void)to[i];
	else
		to[i] = 0;	/* one more than len */
}

static int redzone_init(void)
{
	text = kmalloc(LEN, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	copy_text(text, 'x', LEN);
	if (!keep) {
		kfree(text);
		text = NULL;
	}
	return 0;
}

static void redzone_exit(void)
{
	kfree(text);
}

module_init(redzone_init);
module_exit(redzone_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Bug: a string's NUL behind the buffer");
