// SPDX-License-Identifier: MIT
/*
 * Pipes: a ring of 64 KiB between two open files.
 *
 * The ring's pages are taken when the pipe is made, so writing never fails for lack of memory.
 * Writes of up to PIPE_ATOMIC bytes are not mixed with others, as POSIX wants.
 */
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/string.h>
#include <linux/minmax.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include "internal.h"

#define PIPE_SIZE	(64UL << 10)
#define PIPE_ATOMIC	4096UL

struct pipe_inode_info {
	struct mutex mutex;		/* all below */
	wait_queue_head_t wait;		/* something was read, written or closed */
	char *ring;
	size_t head, tail;		/* bytes ever written, ever read; head - tail <= PIPE_SIZE */
	unsigned int readers, writers;
};

static ssize_t pipe_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	struct pipe_inode_info *p = file->f_inode->i_pipe;
	size_t n, at, first;
	int err;

	if (!count)
		return 0;
	mutex_lock(&p->mutex);
	while (p->head == p->tail) {
		bool ended = !p->writers;

		mutex_unlock(&p->mutex);
		if (ended)
			return 0;
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		err = wait_event_interruptible(p->wait, READ_ONCE(p->head) != READ_ONCE(p->tail) ||
					       !READ_ONCE(p->writers));
		if (err)
			return err;
		mutex_lock(&p->mutex);
	}
	n = min(count, p->head - p->tail);
	at = p->tail % PIPE_SIZE;
	first = min(n, PIPE_SIZE - at);
	memcpy(buf, p->ring + at, first);
	memcpy(buf + first, p->ring, n - first);
	p->tail += n;
	mutex_unlock(&p->mutex);
	wake_up_interruptible_all(&p->wait);
	return n;
}

static ssize_t pipe_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	struct pipe_inode_info *p = file->f_inode->i_pipe;
	size_t done = 0, n, at, first;
	/* Room to wait for: all of a small write, or just some for a large one. */
	size_t want = count <= PIPE_ATOMIC ? count : 1;
	int err = 0;

	mutex_lock(&p->mutex);
	while (done < count) {
		if (!p->readers) {
			err = -EPIPE;
			break;
		}
		if (PIPE_SIZE - (p->head - p->tail) < want) {
			mutex_unlock(&p->mutex);
			if (file->f_flags & O_NONBLOCK)
				return done ? done : -EAGAIN;
			err = wait_event_interruptible(p->wait, !READ_ONCE(p->readers) ||
				PIPE_SIZE - (READ_ONCE(p->head) - READ_ONCE(p->tail)) >= want);
			mutex_lock(&p->mutex);
			if (err)
				break;
			continue;
		}
		n = min(count - done, PIPE_SIZE - (p->head - p->tail));
		at = p->head % PIPE_SIZE;
		first = min(n, PIPE_SIZE - at);
		memcpy(p->ring + at, buf + done, first);
		memcpy(p->ring, buf + done + first, n - first);
		p->head += n;
		done += n;
		wake_up_interruptible_all(&p->wait);
	}
	mutex_unlock(&p->mutex);
	return done ? done : err;
}

static __poll_t pipe_poll(struct file *file, struct poll_table_struct *pt)
{
	struct pipe_inode_info *p = file->f_inode->i_pipe;
	__poll_t mask = 0;

	poll_wait(file, &p->wait, pt);
	mutex_lock(&p->mutex);
	if (file->f_mode & FMODE_READ) {
		if (p->head != p->tail)
			mask |= EPOLLIN | EPOLLRDNORM;
		if (!p->writers)
			mask |= EPOLLHUP;
	}
	if (file->f_mode & FMODE_WRITE) {
		if (PIPE_SIZE - (p->head - p->tail) >= PIPE_ATOMIC)
			mask |= EPOLLOUT | EPOLLWRNORM;
		if (!p->readers)
			mask |= EPOLLERR;
	}
	mutex_unlock(&p->mutex);
	return mask;
}

static int pipe_open(struct inode *inode, struct file *file)
{
	struct pipe_inode_info *p = inode->i_pipe;

	mutex_lock(&p->mutex);
	if (file->f_mode & FMODE_READ)
		p->readers++;
	if (file->f_mode & FMODE_WRITE)
		p->writers++;
	mutex_unlock(&p->mutex);
	return stream_open(inode, file);
}

static int pipe_release(struct inode *inode, struct file *file)
{
	struct pipe_inode_info *p = inode->i_pipe;

	mutex_lock(&p->mutex);
	if (file->f_mode & FMODE_READ)
		p->readers--;
	if (file->f_mode & FMODE_WRITE)
		p->writers--;
	mutex_unlock(&p->mutex);
	wake_up_interruptible_all(&p->wait);
	return 0;
}

static const struct file_operations pipe_fops = {
	.open = pipe_open,
	.read = pipe_read,
	.write = pipe_write,
	.poll = pipe_poll,
	.release = pipe_release,
	.llseek = no_llseek,
};

static void pipe_evict(struct inode *inode)
{
	kvfree(inode->i_pipe->ring);
	kfree(inode->i_pipe);
}

static const struct inode_operations pipe_inode_operations = {
	.evict = pipe_evict,
};

int create_pipe(struct file **reader, struct file **writer)
{
	struct pipe_inode_info *p = kzalloc(sizeof(*p), GFP_KERNEL);
	struct inode *inode = new_inode(NULL, S_IFIFO | 0600);
	struct file *r, *w;
	int err = -ENOMEM;

	if (p)
		p->ring = kvmalloc(PIPE_SIZE, GFP_KERNEL);
	if (!p || !inode || !p->ring)
		goto free;
	mutex_init(&p->mutex);
	init_waitqueue_head(&p->wait);
	inode->i_pipe = p;
	inode->i_op = &pipe_inode_operations;
	inode->i_fop = &pipe_fops;
	r = open_inode(inode, NULL, O_RDONLY);
	if (IS_ERR(r)) {
		iput(inode);		/* frees p */
		return PTR_ERR(r);
	}
	w = open_inode(inode, NULL, O_WRONLY);
	iput(inode);			/* the files hold it now */
	if (IS_ERR(w)) {
		fput(r);
		return PTR_ERR(w);
	}
	*reader = r;
	*writer = w;
	return 0;

free:
	if (p)
		kvfree(p->ring);
	kfree(p);
	if (inode)
		iput(inode);
	return err;
}
