// SPDX-License-Identifier: MIT
/*
 * scullpipe: a ring buffer between writers and readers. A reader of the empty pipe sleeps until somebody
 * writes, a writer to the full one until somebody reads; with O_NONBLOCK they get EAGAIN instead.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/wait.h>
#include "scull.h"

static unsigned int pipe_size = 256;
module_param(pipe_size, uint, 0444);
MODULE_PARM_DESC(pipe_size, "bytes that the pipe holds");

static struct {
	wait_queue_head_t readers, writers;
	struct mutex lock;		/* guards the rest */
	char *buf;
	unsigned int in, used;		/* next byte to write; bytes to read */
	struct cdev cdev;
} pipe;

static ssize_t pipe_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	unsigned int out;

	if (mutex_lock_interruptible(&pipe.lock))
		return -ERESTARTSYS;
	while (!pipe.used) {
		mutex_unlock(&pipe.lock);
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		if (wait_event_interruptible(pipe.readers, pipe.used))
			return -ERESTARTSYS;
		if (mutex_lock_interruptible(&pipe.lock))
			return -ERESTARTSYS;
	}
	out = (pipe.in + pipe_size - pipe.used) % pipe_size;
	count = min_t(size_t, count, min(pipe.used, pipe_size - out));
	if (copy_to_user(buf, pipe.buf + out, count)) {
		mutex_unlock(&pipe.lock);
		return -EFAULT;
	}
	pipe.used -= count;
	mutex_unlock(&pipe.lock);
	wake_up_interruptible(&pipe.writers);
	return count;
}

/* The condition and the sleep by hand, as wait_event_interruptible() does it. */
static int wait_for_room(struct file *file)
{
	DEFINE_WAIT(wait);

	while (pipe.used == pipe_size) {
		mutex_unlock(&pipe.lock);
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		prepare_to_wait(&pipe.writers, &wait, TASK_INTERRUPTIBLE);
		if (pipe.used == pipe_size)
			schedule();
		finish_wait(&pipe.writers, &wait);
		if (signal_pending(current))
			return -ERESTARTSYS;
		if (mutex_lock_interruptible(&pipe.lock))
			return -ERESTARTSYS;
	}
	return 0;
}

static ssize_t pipe_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	int err;

	if (mutex_lock_interruptible(&pipe.lock))
		return -ERESTARTSYS;
	err = wait_for_room(file);
	if (err)
		return err;
	count = min_t(size_t, count, min(pipe_size - pipe.used, pipe_size - pipe.in));
	if (copy_from_user(pipe.buf + pipe.in, buf, count)) {
		mutex_unlock(&pipe.lock);
		return -EFAULT;
	}
	pipe.in = (pipe.in + count) % pipe_size;
	pipe.used += count;
	mutex_unlock(&pipe.lock);
	wake_up_interruptible(&pipe.readers);
	return count;
}

static __poll_t pipe_poll(struct file *file, poll_table *wait)
{
	__poll_t mask = 0;

	mutex_lock(&pipe.lock);
	poll_wait(file, &pipe.readers, wait);
	poll_wait(file, &pipe.writers, wait);
	if (pipe.used)
		mask |= EPOLLIN | EPOLLRDNORM;
	if (pipe.used < pipe_size)
		mask |= EPOLLOUT | EPOLLWRNORM;
	mutex_unlock(&pipe.lock);
	return mask;
}

static int pipe_open(struct inode *inode, struct file *file)
{
	return nonseekable_open(inode, file);
}

const struct file_operations scull_pipe_fops = {
	.owner = THIS_MODULE,
	.llseek = no_llseek,
	.open = pipe_open,
	.read = pipe_read,
	.write = pipe_write,
	.poll = pipe_poll,
};

int scull_pipe_setup(struct cdev **cdev)
{
	if (!pipe_size)
		return -EINVAL;
	pipe.buf = kmalloc(pipe_size, GFP_KERNEL);
	if (!pipe.buf)
		return -ENOMEM;
	mutex_init(&pipe.lock);
	init_waitqueue_head(&pipe.readers);
	init_waitqueue_head(&pipe.writers);
	cdev_init(&pipe.cdev, &scull_pipe_fops);
	pipe.cdev.owner = THIS_MODULE;
	*cdev = &pipe.cdev;
	return 0;
}

void scull_pipe_cleanup(void)
{
	kfree(pipe.buf);
}
