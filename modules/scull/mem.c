// SPDX-License-Identifier: MIT
/*
 * scull0, scull1…: memory that looks like a file.
 *
 *	list of sets -> array of qset pointers -> quantum bytes each
 *
 * What lies between two writes that are far apart is not there at all, and ends a read. Opening only
 * for writing forgets everything.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "scull.h"

struct set {
	struct set *next;
	void **data;		/* qset pointers, or NULL */
};

struct scull_dev {
	struct mutex lock;	/* guards the rest */
	struct set *sets;
	unsigned int quantum, qset;
	loff_t size;		/* behind the last byte written */
	struct cdev cdev;
};

static struct scull_dev devs[SCULL_DEVICES];

static void trim(struct scull_dev *dev)
{
	struct set *set, *next;
	unsigned int i;

	for (set = dev->sets; set; set = next) {
		next = set->next;
		for (i = 0; set->data && i < dev->qset; i++)
			kfree(set->data[i]);
		kfree(set->data);
		kfree(set);
	}
	dev->sets = NULL;
	dev->size = 0;
	dev->quantum = scull_quantum;
	dev->qset = scull_qset;
}

/* The n-th set; with @make, all up to it come into being. */
static struct set *find_set(struct scull_dev *dev, loff_t n, bool make)
{
	struct set **link = &dev->sets;

	for (;; link = &(*link)->next) {
		if (!*link && make)
			*link = kzalloc(sizeof(**link), GFP_KERNEL);
		if (!*link || !n--)
			return *link;
	}
}

/* The quantum at @pos, or NULL. @left: bytes from @pos to its end. */
static char *find_quantum(struct scull_dev *dev, loff_t pos, bool make, size_t *left)
{
	loff_t per_set = (loff_t)dev->quantum * dev->qset;
	unsigned int i = pos % per_set / dev->quantum, at = pos % dev->quantum;
	struct set *set = find_set(dev, pos / per_set, make);

	if (!set)
		return NULL;
	if (!set->data && make)
		set->data = kcalloc(dev->qset, sizeof(*set->data), GFP_KERNEL);
	if (!set->data)
		return NULL;
	if (!set->data[i] && make)
		set->data[i] = kzalloc(dev->quantum, GFP_KERNEL);
	if (!set->data[i])
		return NULL;
	*left = dev->quantum - at;
	return (char *)set->data[i] + at;
}

static int scull_open(struct inode *inode, struct file *file)
{
	struct scull_dev *dev = container_of(inode->i_cdev, struct scull_dev, cdev);

	file->private_data = dev;
	if ((file->f_flags & O_ACCMODE) == O_WRONLY && !(file->f_flags & O_APPEND)) {
		if (mutex_lock_interruptible(&dev->lock))
			return -ERESTARTSYS;
		trim(dev);
		mutex_unlock(&dev->lock);
	}
	return 0;
}

static ssize_t scull_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	struct scull_dev *dev = file->private_data;
	ssize_t done = 0;
	size_t left;
	char *from;

	if (mutex_lock_interruptible(&dev->lock))
		return -ERESTARTSYS;
	if (*pos >= dev->size)
		goto out;
	count = min_t(loff_t, count, dev->size - *pos);
	from = find_quantum(dev, *pos, false, &left);
	if (!from)
		goto out;	/* a hole */
	count = min(count, left);
	if (copy_to_user(buf, from, count)) {
		done = -EFAULT;
		goto out;
	}
	*pos += count;
	done = count;
out:
	mutex_unlock(&dev->lock);
	return done;
}

/* One quantum at most, as far as the reader knows; whoever has more comes again. */
static ssize_t scull_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	struct scull_dev *dev = file->private_data;
	ssize_t done = -ENOMEM;
	size_t left;
	char *to;

	if (mutex_lock_interruptible(&dev->lock))
		return -ERESTARTSYS;
	if (file->f_flags & O_APPEND)
		*pos = dev->size;
	to = find_quantum(dev, *pos, true, &left);
	if (!to)
		goto out;
	count = min(count, left);
	if (copy_from_user(to, buf, count)) {
		done = -EFAULT;
		goto out;
	}
	*pos += count;
	dev->size = max(dev->size, *pos);
	done = count;
out:
	mutex_unlock(&dev->lock);
	return done;
}

static loff_t scull_llseek(struct file *file, loff_t off, int whence)
{
	struct scull_dev *dev = file->private_data;

	switch (whence) {
	case SEEK_SET:
		break;
	case SEEK_CUR:
		off += file->f_pos;
		break;
	case SEEK_END:
		off += dev->size;
		break;
	default:
		return -EINVAL;
	}
	if (off < 0)
		return -EINVAL;
	file->f_pos = off;
	return off;
}

static long scull_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct scull_dev *dev = file->private_data;
	int quantum;

	if (_IOC_TYPE(cmd) != 'k')
		return -ENOTTY;
	switch (cmd) {
	case SCULL_RESET:
		mutex_lock(&dev->lock);
		trim(dev);
		mutex_unlock(&dev->lock);
		return 0;
	case SCULL_GET_QUANTUM:
		return put_user(scull_quantum, (int __user *)arg);
	case SCULL_SET_QUANTUM:
		if (get_user(quantum, (int __user *)arg))
			return -EFAULT;
		if (quantum <= 0)
			return -EINVAL;
		scull_quantum = quantum;	/* from the next trim on */
		return 0;
	default:
		return -ENOTTY;
	}
}

const struct file_operations scull_mem_fops = {
	.owner = THIS_MODULE,
	.open = scull_open,
	.read = scull_read,
	.write = scull_write,
	.llseek = scull_llseek,
	.unlocked_ioctl = scull_ioctl,
};

int scull_mem_show_all(char *buf, int len)
{
	int i, n = 0;

	for (i = 0; i < SCULL_DEVICES; i++) {
		struct scull_dev *dev = &devs[i];
		struct set *set;
		int nr_sets = 0;

		mutex_lock(&dev->lock);
		for (set = dev->sets; set; set = set->next)
			nr_sets++;
		n += scnprintf(buf + n, len - n, "scull%d: %lld bytes in %d sets of %u times %u\n", i, dev->size, nr_sets,
			       dev->qset, dev->quantum);
		mutex_unlock(&dev->lock);
	}
	return n;
}

int scull_mem_setup(struct cdev *cdevs[SCULL_DEVICES])
{
	int i;

	for (i = 0; i < SCULL_DEVICES; i++) {
		mutex_init(&devs[i].lock);
		trim(&devs[i]);
		cdev_init(&devs[i].cdev, &scull_mem_fops);
		devs[i].cdev.owner = THIS_MODULE;
		cdevs[i] = &devs[i].cdev;
	}
	return 0;
}

void scull_mem_cleanup(void)
{
	int i;

	for (i = 0; i < SCULL_DEVICES; i++)
		trim(&devs[i]);
}
