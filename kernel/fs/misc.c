// SPDX-License-Identifier: MIT
/* Misc devices: one major, a minor and a /dev file each. */
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/bitmap.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/export.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/kernel.h>
#include <linux/init.h>
#include "internal.h"
#include "../deferred_find.h"

#define DYNAMIC_FIRST	256	/* above MISC_DYNAMIC_MINOR, as newer Linuxes do; Linux 6.1: 127 downwards */
#define DYNAMIC_COUNT	256

static DEFINE_MUTEX(misc_lock);		/* both */
static LIST_HEAD(misc_list);
static DECLARE_BITMAP(minors_used, DYNAMIC_COUNT);
static struct class *misc_class;

static struct miscdevice *find_minor(int minor)
{
	struct miscdevice *c;

	list_for_each_entry(c, &misc_list, list) {
		if (c->minor == minor)
			return c;
	}
	return NULL;
}

static int misc_open(struct inode *inode, struct file *file)
{
	const struct file_operations *fops = NULL;
	struct miscdevice *c;
	int err = -ENODEV;

	mutex_lock(&misc_lock);
	c = find_minor(iminor(inode));
	if (c)
		fops = fops_get(c->fops);
	if (fops) {
		file->private_data = c;
		replace_fops(file, fops);
		err = 0;
	}
	mutex_unlock(&misc_lock);
	/*
	 * open() without the lock, unlike Linux: one that waits must not stop others. The module is held;
	 * built-in devices do not go.
	 */
	if (!err && fops->open)
		err = fops->open(inode, file);
	return err;
}

static const struct file_operations misc_fops = {
	.owner = THIS_MODULE,
	.open = misc_open,
	.llseek = noop_llseek,
};

static void free_minor(int minor)
{
	if (minor >= DYNAMIC_FIRST && minor < DYNAMIC_FIRST + DYNAMIC_COUNT)
		clear_bit(minor - DYNAMIC_FIRST, minors_used);
}

int misc_register(struct miscdevice *misc)
{
	bool dynamic = misc->minor == MISC_DYNAMIC_MINOR;
	int err = 0;

	INIT_LIST_HEAD(&misc->list);
	mutex_lock(&misc_lock);
	if (dynamic) {
		unsigned long i = find_first_zero_bit(minors_used, DYNAMIC_COUNT);

		if (i >= DYNAMIC_COUNT) {
			err = -EBUSY;
			goto out;
		}
		misc->minor = DYNAMIC_FIRST + i;
		set_bit(i, minors_used);
	} else if (find_minor(misc->minor)) {
		err = -EBUSY;
		goto out;
	}
	misc->this_device = device_create_with_groups(misc_class, misc->parent,
						      MKDEV(MISC_MAJOR, misc->minor), misc,
						      misc->groups, "%s", misc->name);
	if (IS_ERR(misc->this_device)) {
		err = PTR_ERR(misc->this_device);
		misc->this_device = NULL;
		free_minor(misc->minor);
		if (dynamic)
			misc->minor = MISC_DYNAMIC_MINOR;
		goto out;
	}
	list_add(&misc->list, &misc_list);
out:
	mutex_unlock(&misc_lock);
	return err;
}
EXPORT_SYMBOL(misc_register);

void misc_deregister(struct miscdevice *misc)
{
	if (WARN_ON(list_empty(&misc->list)))
		return;
	mutex_lock(&misc_lock);
	list_del_init(&misc->list);
	device_destroy(misc_class, MKDEV(MISC_MAJOR, misc->minor));
	free_minor(misc->minor);
	mutex_unlock(&misc_lock);
}
EXPORT_SYMBOL(misc_deregister);

/* For kernel/deferred.c: those that a module forgot. */
bool misc_find(unsigned long start, unsigned long end, struct deferred *out, unsigned int skip)
{
	struct miscdevice *c;
	bool found = false;

	mutex_lock(&misc_lock);
	list_for_each_entry(c, &misc_list, list) {
		if ((!points_into(c->fops, start, end) && !points_into(c, start, end)) || skip--)
			continue;
		out->function = (unsigned long)c->fops;
		out->object = c;
		snprintf(out->detail, sizeof(out->detail), "%s, %d:%d", c->name, MISC_MAJOR, c->minor);
		found = true;
		break;
	}
	mutex_unlock(&misc_lock);
	return found;
}

static char *misc_devnode(struct device *dev, umode_t *mode)
{
	const struct miscdevice *c = dev_get_drvdata(dev);

	if (mode && c->mode)
		*mode = c->mode;
	return c->nodename ? kstrdup(c->nodename, GFP_KERNEL) : NULL;
}

static int misc_show(struct seq_file *m, void *v)
{
	const struct miscdevice *c;

	mutex_lock(&misc_lock);
	list_for_each_entry(c, &misc_list, list)
		seq_printf(m, "%3i %s\n", c->minor, c->name ? c->name : "");
	mutex_unlock(&misc_lock);
	return 0;
}

static int __init misc_init(void)
{
	int err;

	misc_class = class_create(THIS_MODULE, "misc");
	if (IS_ERR(misc_class))
		return PTR_ERR(misc_class);
	misc_class->devnode = misc_devnode;
	err = __register_chrdev(MISC_MAJOR, 0, MINORMASK + 1, "misc", &misc_fops);
	if (err) {
		class_destroy(misc_class);
		return err;
	}
	proc_create_single("misc", 0, NULL, misc_show);
	return 0;
}
subsys_initcall(misc_init);
