// SPDX-License-Identifier: MIT
/*
 * BUG: reads one byte before the beginning of a buffer.
 *
 * trim() looks for the last character that is no blank, and for a text of blanks does not stop at the
 * first. The buffer is a whole page, so the byte before it is the guard page's last:
 *
 *	BUG: KFENCE: out-of-bounds read in trim+0x…/0x… [oob_read]
 *	Out-of-bounds read at 0x… (1B left of kfence-#…):
 *
 * Without KFENCE it reads whatever lies there.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#define SIZE 4096

static noinline __noclone int trim(const volatile char *text, int len)
{
	int i = len - 1;

	while (text[i] == ' ' && i >= 0)	/* the wrong way round */
		i--;
	return i + 1;
}

static int oob_read_init(void)
{
	char *buf = kmalloc(SIZE, GFP_KERNEL);

	if (!buf)
		return -ENOMEM;
	memset(buf, ' ', SIZE);
	pr_info("%d characters left\n", trim(buf, SIZE));
	kfree(buf);
	return 0;
}

static void oob_read_exit(void)
{
}

module_init(oob_read_init);
module_exit(oob_read_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Bug: reads before the beginning of a buffer");
