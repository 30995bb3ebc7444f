// SPDX-License-Identifier: MIT
/*
 * BUG: its files use a NULL pointer, each in another operation.
 *
 *	cat /dev/file_oops			read()
 *	echo > /dev/file_oops			write()
 *	cat /proc/file_oops			show()
 *	cat /sys/kernel/file_oops/value		show(); echo > : store()
 *	cat /sys/kernel/debug/file_oops/open	open()
 *	cat /sys/kernel/debug/file_oops/close	release()
 *	cat /sys/module/file_oops/parameters/knob	a parameter's get(); echo > : its set()
 *
 * The command that touches a file dies of an oops and is reported as killed; the shell goes on,
 * the files that it had open are closed, and the module can be unloaded afterwards.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/kobject.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/sysfs.h>

static int *nowhere;	/* never set */

static noinline int peek(void)
{
	return READ_ONCE(*nowhere);
}

/* ---- /dev ---- */

static ssize_t bad_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	return peek();
}

static ssize_t bad_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	WRITE_ONCE(*nowhere, 1);
	return count;
}

static const struct file_operations dev_fops = {
	.owner = THIS_MODULE,
	.read = bad_read,
	.write = bad_write,
};

static struct miscdevice misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = KBUILD_MODNAME,
	.fops = &dev_fops,
};

/* ---- /proc ---- */

static int bad_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%d\n", peek());
	return 0;
}

/* ---- /sys ---- */

static ssize_t value_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", peek());
}

static ssize_t value_store(struct kobject *kobj, struct kobj_attribute *attr, const char *buf, size_t count)
{
	return peek() ? count : 0;
}

static struct kobj_attribute value_attr = __ATTR_RW(value);
static struct kobject *kobj;

/* ---- debugfs ---- */

static int bad_open(struct inode *inode, struct file *file)
{
	return peek();
}

static ssize_t nothing(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	return 0;
}

static const struct file_operations open_fops = {
	.owner = THIS_MODULE,
	.open = bad_open,
	.read = nothing,
};

static const struct file_operations close_fops = {
	.owner = THIS_MODULE,
	.read = nothing,
	.release = bad_open,
};

static struct dentry *dir;

/* ---- A parameter ---- */

static int knob_set(const char *val, const struct kernel_param *kp)
{
	return peek();
}

static int knob_get(char *buffer, const struct kernel_param *kp)
{
	return sprintf(buffer, "%d\n", peek());
}

static const struct kernel_param_ops knob_ops = {
	.set = knob_set,
	.get = knob_get,
};
module_param_cb(knob, &knob_ops, NULL, 0644);

static int __init file_oops_init(void)
{
	int err;

	err = misc_register(&misc);
	if (err)
		return err;
	err = -ENOMEM;
	kobj = kobject_create_and_add(KBUILD_MODNAME, kernel_kobj);
	if (!kobj)
		goto no_kobj;
	err = sysfs_create_file(kobj, &value_attr.attr);
	if (err)
		goto no_file;
	err = -ENOMEM;
	if (!proc_create_single(KBUILD_MODNAME, 0, NULL, bad_show))
		goto no_file;
	dir = debugfs_create_dir(KBUILD_MODNAME, NULL);
	debugfs_create_file("open", 0444, dir, NULL, &open_fops);
	debugfs_create_file("close", 0444, dir, NULL, &close_fops);
	return 0;

no_file:
	kobject_put(kobj);
no_kobj:
	misc_deregister(&misc);
	return err;
}

static void __exit file_oops_exit(void)
{
	debugfs_remove(dir);
	remove_proc_entry(KBUILD_MODNAME, NULL);
	kobject_put(kobj);
	misc_deregister(&misc);
}

module_init(file_oops_init);
module_exit(file_oops_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Bug: its files use a NULL pointer");
