// SPDX-License-Identifier: MIT
/*
 * BUG: leaves a file that shows a word of its memory, and the memory, too.
 *
 *	insmod dangling_file; cat /sys/kernel/debug/dangling_file	7
 *	rmmod dangling_file
 *	cat /sys/kernel/debug/dangling_file
 *
 * Isolated (module.oot_list=dangling_file), rmmod names the object, and the last cat is reported with
 * the name of the module that is not there any more.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/debugfs.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/slab.h>

struct counters {
	u32 opened;
	u32 shown;
};

static struct counters *counters;

static int __init dangling_file_init(void)
{
	counters = kzalloc(sizeof(*counters), GFP_KERNEL);
	if (!counters)
		return -ENOMEM;
	counters->shown = 7;
	debugfs_create_u32("dangling_file", 0644, NULL, &counters->shown);
	return 0;
}

static void __exit dangling_file_exit(void)
{
	/* Should be: debugfs_remove(file); kfree(counters); */
}

module_init(dangling_file_init);
module_exit(dangling_file_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Bug: leaves a file that points into its memory");
