// SPDX-License-Identifier: MIT
/*
 * BUG: forgets the NUL when it allocates room for a string.
 *
 * strlen(s) bytes are allocated, and strcpy() writes one more. The path has 4096 characters, so the NUL goes to the
 * guard page. The bytes are written inside the kernel's strcpy(), so that is the function in the title; the
 * culprit is the next one in the stack:
 *
 *	BUG: KFENCE: out-of-bounds write in strcpy+0x…/0x…
 *	Out-of-bounds write at 0x… (4096B right of kfence-#…):
 *	 copy_path+0x…/0x… [off_by_one]
 *
 * Short strings have some padding behind them, and the NUL is found when they are freed: see redzone.c.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#define LENGTH 4096

static char path[LENGTH + 1];

static noinline __noclone char *copy_path(const char *from)
{
	char *to = kmalloc(strlen(from), GFP_KERNEL);	/* should be strlen(from) + 1 */

	if (to)
		strcpy(to, from);
	return to;
}

static int off_by_one_init(void)
{
	memset(path, '/', LENGTH);
	kfree(copy_path(path));
	return 0;
}

static void off_by_one_exit(void)
{
}

module_init(off_by_one_init);
module_exit(off_by_one_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Bug: no room for the string's NUL");
