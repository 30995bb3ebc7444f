// SPDX-License-Identifier: MIT
/*
 * Files in debugfs: a driver's values for its author's eyes, with almost no code.
 *
 *	cat /sys/kernel/debug/debugfs_files/count
 *	echo 1 > /sys/kernel/debug/debugfs_files/on
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/seq_file.h>

static struct dentry *dir;
static u32 count = 7;
static u64 mask = 0xff00;
static bool on;
static int square_root = 3;
static char text[] = "a blob\n";
static struct debugfs_blob_wrapper blob = { .data = text, .size = sizeof(text) - 1 };

static int square_get(void *data, u64 *value)
{
	*value = square_root * square_root;
	return 0;
}

static int square_set(void *data, u64 value)
{
	int root;

	for (root = 0; root * root < value; root++)
		;
	if (root * root != value)
		return -EDOM;
	square_root = root;
	return 0;
}

DEFINE_DEBUGFS_ATTRIBUTE(square_fops, square_get, square_set, "%llu\n");

static int state_show(struct seq_file *m, void *unused)
{
	seq_printf(m, "count %u, mask %#llx, %s, root %d\n", count, mask, on ? "on" : "off", square_root);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(state);

static int __init debugfs_files_init(void)
{
	dir = debugfs_create_dir(KBUILD_MODNAME, NULL);
	debugfs_create_u32("count", 0644, dir, &count);
	debugfs_create_x64("mask", 0644, dir, &mask);
	debugfs_create_bool("on", 0644, dir, &on);
	debugfs_create_blob("blob", 0444, dir, &blob);
	debugfs_create_file("square", 0644, dir, NULL, &square_fops);
	debugfs_create_file("state", 0444, dir, NULL, &state_fops);
	pr_info("%s\n", IS_ERR(debugfs_create_dir(KBUILD_MODNAME, NULL)) ? "only once" : "twice");
	return 0;
}

static void __exit debugfs_files_exit(void)
{
	debugfs_remove(dir);
}

module_init(debugfs_files_init);
module_exit(debugfs_files_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Files in debugfs");
