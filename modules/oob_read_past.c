// SPDX-License-Identifier: MIT
/*
 * BUG: reads behind the end of a table.
 *
 * The device says how many entries the table has, and find() believes it; the table has room for 512. That is a whole
 * page, so the entry behind the last is in the guard page, and KFENCE reports at the very read:
 *
 *	BUG: KFENCE: out-of-bounds read in find+0x…/0x… [oob_read_past]
 *	Out-of-bounds read at 0x… (4096B right of kfence-#…):
 *
 * Without KFENCE it compares with whatever lies there.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>

#define ENTRIES 512

static unsigned int device_entries = ENTRIES + 1;
module_param(device_entries, uint, 0444);
MODULE_PARM_DESC(device_entries, "how many entries the device claims to have");

static noinline __noclone int find(const volatile u64 *table, unsigned int n, u64 wanted)
{
	unsigned int i;

	for (i = 0; i < n; i++)		/* n should be checked against ENTRIES */
		if (table[i] == wanted)
			return i;
	return -1;
}

static int oob_read_past_init(void)
{
	u64 *table = kcalloc(ENTRIES, sizeof(*table), GFP_KERNEL);

	if (!table)
		return -ENOMEM;
	if (find(table, device_entries, 0x1234) < 0)
		pr_info("no such entry\n");
	kfree(table);
	return 0;
}

static void oob_read_past_exit(void)
{
}

module_init(oob_read_past_init);
module_exit(oob_read_past_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Bug: reads behind the end of a table");
