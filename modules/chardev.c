// SPDX-License-Identifier: MIT
/*
 * The character device of the tutorials: it counts how often it was opened, and says so to who reads it.
 *
 *	cat /dev/chardev		I was opened 1 times
 *	cat /dev/chardev		I was opened 2 times
 *	echo hi > /dev/chardev		Invalid argument
 */
#include <linux/atomic.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/types.h>
#include <linux/uaccess.h>
#include <linux/version.h>

#define NAME "chardev"

static int major;
static struct class *cls;
static char msg[80];
static atomic_t busy = ATOMIC_INIT(0);	/* one opener at a time */

static int device_open(struct inode *inode, struct file *file)
{
	static int counter;

	if (atomic_cmpxchg(&busy, 0, 1))
		return -EBUSY;
	sprintf(msg, "I was opened %d times\n", ++counter);
	return 0;
}

static int device_release(struct inode *inode, struct file *file)
{
	atomic_set(&busy, 0);
	return 0;
}

static ssize_t device_read(struct file *filp, char __user *buffer, size_t length, loff_t *offset)
{
	const char *p = msg + *offset;
	int bytes = 0;

	if (*offset >= strlen(msg))
		return 0;
	while (length && *p) {
		if (put_user(*(p++), buffer++))
			return -EFAULT;
		length--;
		bytes++;
	}
	*offset += bytes;
	return bytes;
}

static ssize_t device_write(struct file *filp, const char __user *buff, size_t len, loff_t *off)
{
	pr_alert("chardev: writing is not supported\n");
	return -EINVAL;
}

static struct file_operations fops = {
	.read = device_read,
	.write = device_write,
	.open = device_open,
	.release = device_release,
};

static int __init chardev_init(void)
{
	struct device *device;
	int err;

	major = register_chrdev(0, NAME, &fops);
	if (major < 0) {
		pr_alert("chardev: no major number: %d\n", major);
		return major;
	}
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
	cls = class_create(NAME);
#else
	cls = class_create(THIS_MODULE, NAME);
#endif
	if (IS_ERR(cls)) {
		err = PTR_ERR(cls);
		goto unregister;
	}
	device = device_create(cls, NULL, MKDEV(major, 0), NULL, NAME);
	if (IS_ERR(device)) {
		err = PTR_ERR(device);
		goto destroy_class;
	}
	pr_info("chardev: /dev/%s is there\n", NAME);
	return 0;

destroy_class:
	class_destroy(cls);
unregister:
	unregister_chrdev(major, NAME);
	return err;
}

static void __exit chardev_exit(void)
{
	device_destroy(cls, MKDEV(major, 0));
	class_destroy(cls);
	unregister_chrdev(major, NAME);
}

module_init(chardev_init);
module_exit(chardev_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("A character device that counts");
