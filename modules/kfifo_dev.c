// SPDX-License-Identifier: MIT
/*
 * A misc device in front of a kfifo: what is written is read in the same order, each byte once.
 *
 *	echo one > /dev/kfifo_dev; echo two > /dev/kfifo_dev
 *	cat /dev/kfifo_dev
 *
 * The fifo takes 32 bytes. An empty one ends a read; a full one says "No space left on device".
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/fs.h>
#include <linux/init.h>
#include <linux/kfifo.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/uaccess.h>

#define SIZE 32

static DEFINE_KFIFO(fifo, unsigned char, SIZE);
static DEFINE_MUTEX(read_lock);		/* one reader and one writer at a time: then the fifo needs no lock */
static DEFINE_MUTEX(write_lock);

static ssize_t fifo_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	unsigned int copied;
	int err;

	if (mutex_lock_interruptible(&read_lock))
		return -ERESTARTSYS;
	err = kfifo_to_user(&fifo, buf, count, &copied);
	mutex_unlock(&read_lock);
	if (err)	/* not "err ? err : copied": that is unsigned, and an error becomes a large count */
		return err;
	return copied;
}

static ssize_t fifo_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	unsigned int copied;
	int err;

	if (mutex_lock_interruptible(&write_lock))
		return -ERESTARTSYS;
	err = kfifo_is_full(&fifo) ? -ENOSPC : kfifo_from_user(&fifo, buf, count, &copied);
	mutex_unlock(&write_lock);
	if (err)
		return err;
	return copied;
}

static const struct file_operations fops = {
	.owner = THIS_MODULE,
	.read = fifo_read,
	.write = fifo_write,
	.llseek = noop_llseek,
};

static struct miscdevice misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = KBUILD_MODNAME,
	.fops = &fops,
	.mode = 0666,
};

/* The calls of the API that need no device. */
static void try_records(void)
{
	struct point { int x, y; } p;
	DECLARE_KFIFO_PTR(points, struct point);
	int i;

	if (kfifo_alloc(&points, 5, GFP_KERNEL))
		return;
	for (i = 0; kfifo_put(&points, ((struct point){ i, -i })); i++)
		;
	pr_info("%d points fit, %u are in, %u bytes each\n", i, kfifo_len(&points), kfifo_esize(&points));
	if (kfifo_peek(&points, &p))
		pr_info("the first is %d,%d\n", p.x, p.y);
	kfifo_skip(&points);
	while (kfifo_get(&points, &p))
		pr_info("took %d,%d\n", p.x, p.y);
	pr_info("%s\n", kfifo_is_empty(&points) ? "empty" : "not empty");
	kfifo_free(&points);
}

static int __init kfifo_dev_init(void)
{
	int err = misc_register(&misc);

	if (err)
		return err;
	try_records();
	dev_info(misc.this_device, "takes %u bytes\n", kfifo_avail(&fifo));
	return 0;
}

static void __exit kfifo_dev_exit(void)
{
	misc_deregister(&misc);
}

module_init(kfifo_dev_init);
module_exit(kfifo_dev_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("A misc device in front of a kfifo");
