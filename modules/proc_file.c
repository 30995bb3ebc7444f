// SPDX-License-Identifier: MIT
/*
 * A file under /proc that is read with seq_file and takes lines.
 *
 *	insmod proc_file
 *	echo milk > /proc/shopping; echo bread > /proc/shopping
 *	cat /proc/shopping		1. milk / 2. bread
 *	echo > /proc/shopping		an empty line empties the list
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#define LINE_MAX 80

struct item {
	struct list_head list;
	char text[];
};

static LIST_HEAD(items);
static DEFINE_MUTEX(lock);	/* guards items */

static void *start(struct seq_file *m, loff_t *pos)
{
	mutex_lock(&lock);
	return seq_list_start(&items, *pos);
}

static void *next(struct seq_file *m, void *p, loff_t *pos)
{
	return seq_list_next(p, &items, pos);
}

static void stop(struct seq_file *m, void *p)
{
	mutex_unlock(&lock);
}

static int show(struct seq_file *m, void *p)
{
	struct item *item = list_entry(p, struct item, list);

	seq_printf(m, "%lld. %s\n", m->index + 1, item->text);
	return 0;
}

static const struct seq_operations seq_ops = { .start = start, .next = next, .stop = stop, .show = show };

static int shopping_open(struct inode *inode, struct file *file)
{
	return seq_open(file, &seq_ops);
}

static void empty_list(void)
{
	struct item *item, *tmp;

	mutex_lock(&lock);
	list_for_each_entry_safe(item, tmp, &items, list) {
		list_del(&item->list);
		kfree(item);
	}
	mutex_unlock(&lock);
}

static ssize_t shopping_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	char line[LINE_MAX + 1];
	struct item *item;
	size_t n = len;

	if (len > LINE_MAX)
		return -EINVAL;
	if (copy_from_user(line, buf, len))
		return -EFAULT;
	while (n && line[n - 1] == '\n')
		n--;
	line[n] = 0;
	if (!n) {
		empty_list();
		return len;
	}
	item = kmalloc(sizeof(*item) + n + 1, GFP_KERNEL);
	if (!item)
		return -ENOMEM;
	strcpy(item->text, line);
	mutex_lock(&lock);
	list_add_tail(&item->list, &items);
	mutex_unlock(&lock);
	return len;
}

static const struct proc_ops shopping_ops = {
	.proc_open = shopping_open,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = seq_release,
	.proc_write = shopping_write,
};

static int __init proc_file_init(void)
{
	if (!proc_create("shopping", 0644, NULL, &shopping_ops))
		return -ENOMEM;
	pr_info("/proc/shopping is there\n");
	return 0;
}

static void __exit proc_file_exit(void)
{
	remove_proc_entry("shopping", NULL);
	empty_list();
}

module_init(proc_file_init);
module_exit(proc_file_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("A list behind a /proc file");
