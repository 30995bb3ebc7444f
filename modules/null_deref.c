// SPDX-License-Identifier: MIT
/*
 * BUG: uses a NULL pointer.
 *
 * find() may return NULL, and its caller does not ask. The thread that loads the module dies with
 *
 *	BUG: kernel NULL pointer dereference, address: 0000000000000008		(x86_64)
 *	Unable to handle kernel NULL pointer dereference at virtual address 0000000000000008	(arm64)
 *
 * and the module stays as it was, half loaded, until reboot.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>

struct entry {
	long key;
	long value;
};

static struct entry table[] = { { 1, 10 }, { 2, 20 } };

static noinline __noclone struct entry *find(long key)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		if (table[i].key == key)
			return &table[i];
	return NULL;
}

static int null_deref_init(void)
{
	pr_info("the value is %ld\n", READ_ONCE(find(3)->value));
	return 0;
}

static void null_deref_exit(void)
{
}

module_init(null_deref_init);
module_exit(null_deref_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Bug: uses a NULL pointer");
