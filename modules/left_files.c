// SPDX-License-Identifier: MIT
/*
 * BUG: goes without removing the file that it made. In Linux the next one to open it runs freed memory.
 *
 *	insmod left_files what=proc		or seq, debugfs, value, attr, misc, cdev, kobject, folder, class, numbers
 *	rmmod left_files			Module left_files left a file proc_ops (/proc/left_files): removed
 *
 * what=open makes a misc device without .owner = THIS_MODULE: nothing keeps the module while the file is open.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cdev.h>
#include <linux/debugfs.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/kobject.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/sysfs.h>

static char what[16] = "proc";
module_param_string(what, what, sizeof(what), 0444);
MODULE_PARM_DESC(what, "proc, seq, debugfs, value, attr, misc, cdev, kobject, folder, class, numbers, open");

static u32 value = 7;

static ssize_t nothing_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	return 0;
}

static const struct proc_ops left_proc_ops = { .proc_read = nothing_read };
static const struct file_operations left_fops = { .owner = THIS_MODULE, .read = nothing_read };
static const struct file_operations ownerless_fops = { .read = nothing_read };

static int left_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%u\n", value);
	return 0;
}

static ssize_t left_value_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", value);
}
static struct kobj_attribute left_value_attr = __ATTR_RO(left_value);

static struct miscdevice left_misc = { .minor = MISC_DYNAMIC_MINOR, .name = KBUILD_MODNAME };
static struct cdev left_cdev;
static dev_t left_dev;

static int __init make_cdev(void)
{
	int err = alloc_chrdev_region(&left_dev, 0, 1, KBUILD_MODNAME);

	if (err)
		return err;
	cdev_init(&left_cdev, &left_fops);
	left_cdev.owner = THIS_MODULE;
	err = cdev_add(&left_cdev, left_dev, 1);
	if (err)
		unregister_chrdev_region(left_dev, 1);
	return err;
}

/* A class of its own, with a device in it. */
static int __init make_class(void)
{
	struct class *class = class_create(THIS_MODULE, KBUILD_MODNAME);
	struct device *dev;

	if (IS_ERR(class))
		return PTR_ERR(class);
	dev = device_create(class, NULL, MKDEV(0, 0), NULL, "left0");
	if (IS_ERR(dev))
		class_destroy(class);
	return PTR_ERR_OR_ZERO(dev);
}

/* Nothing of the module is needed for these: they are only in the way of the next one. */
static int __init make_idle(void)
{
	if (!strcmp(what, "kobject"))
		return kobject_create_and_add(KBUILD_MODNAME, kernel_kobj) ? 0 : -ENOMEM;
	if (!strcmp(what, "folder"))
		return proc_mkdir(KBUILD_MODNAME, NULL) ? 0 : -ENOMEM;
	if (!strcmp(what, "numbers") && alloc_chrdev_region(&left_dev, 0, 4, KBUILD_MODNAME) == 0)
		return 0;
	return -EINVAL;
}

static int __init left_files_init(void)
{
	if (!strcmp(what, "proc"))
		return proc_create(KBUILD_MODNAME, 0444, NULL, &left_proc_ops) ? 0 : -ENOMEM;
	if (!strcmp(what, "seq"))
		return proc_create_single(KBUILD_MODNAME, 0444, NULL, left_show) ? 0 : -ENOMEM;
	if (!strcmp(what, "attr"))
		return sysfs_create_file(kernel_kobj, &left_value_attr.attr);
	if (!strcmp(what, "cdev"))
		return make_cdev();
	if (!strcmp(what, "misc") || !strcmp(what, "open")) {
		left_misc.fops = what[0] == 'm' ? &left_fops : &ownerless_fops;
		return misc_register(&left_misc);
	}
	if (!strcmp(what, "debugfs"))
		debugfs_create_file(KBUILD_MODNAME, 0444, NULL, NULL, &left_fops);
	else if (!strcmp(what, "value"))
		debugfs_create_u32(KBUILD_MODNAME, 0644, NULL, &value);
	else if (!strcmp(what, "class"))
		return make_class();
	else
		return make_idle();
	return 0;
}

static void __exit left_files_exit(void)
{
	if (!strcmp(what, "open"))
		misc_deregister(&left_misc);
	/* And the others? */
}

module_init(left_files_init);
module_exit(left_files_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Bug: leaves the file that it made");
