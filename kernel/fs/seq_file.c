// SPDX-License-Identifier: MIT
/*
 * seq_file: text that is made while it is read.
 *
 * A read that needs more text takes the iterator from record m->index on, shows records into m->buf
 * until the reader's buffer is full or a record does not fit any more, and stops. So locks that
 * start() takes are never held while text is copied to the reader, and a record that has been begun
 * is shown whole: when it does not fit into the buffer it is dropped and shown again into one of
 * twice the size.
 *
 * Invariant: buf[from .. from + count) is text not yet read; m->read_pos is the file position
 *            that the next byte of it has. A read at another position starts over and skips.
 */
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/mm.h>
#include <linux/ctype.h>
#include <linux/export.h>
#include <linux/uaccess.h>
#include <linux/kernel.h>
#include "internal.h"

#define SEQ_BUF_MAX (16UL << 20)	/* one record larger than that is a mistake */

static char *alloc_buf(size_t size)
{
	return size > SEQ_BUF_MAX ? NULL : kvmalloc(size, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
}

int seq_open(struct file *file, const struct seq_operations *op)
{
	struct seq_file *m = kzalloc(sizeof(*m), GFP_KERNEL);

	WARN_ON(file->private_data);
	if (!m)
		return -ENOMEM;
	file->private_data = m;
	mutex_init(&m->lock);
	m->op = op;
	m->file = file;
	/* Written only through pwrite in Linux; and a read from the middle would skip from the start. */
	file->f_mode &= ~FMODE_PWRITE;
	return 0;
}
EXPORT_SYMBOL(seq_open);

/* Double the buffer; the record in it is lost. */
static int grow(struct seq_file *m)
{
	size_t size = m->size ? 2 * m->size : PAGE_SIZE;

	kvfree(m->buf);
	m->count = 0;
	m->from = 0;
	m->size = 0;
	m->buf = alloc_buf(size);
	if (!m->buf)
		return -ENOMEM;
	m->size = size;
	return 0;
}

/* Between start() and stop() a lock may be held; show() has to leave it as it is. */
static int show_record(struct seq_file *m, void *p)
{
	return call_driver("show", NULL, m->op->show, m, p);
}

/* Show from record m->index on until @offset bytes have been skipped: for a read at another position. */
static int traverse(struct seq_file *m, loff_t offset)
{
	loff_t pos = 0;
	int err = 0;
	void *p;

	m->index = 0;
	m->count = m->from = 0;
	if (!offset)
		return 0;
	if (!m->buf) {
		err = grow(m);
		if (err)
			return err;
	}
again:
	p = m->op->start(m, &m->index);
	while (p) {
		err = PTR_ERR(p);
		if (IS_ERR(p))
			break;
		err = show_record(m, p);
		if (err < 0)
			break;
		if (err) {
			err = 0;
			m->count = 0;
		}
		if (seq_has_overflowed(m)) {
			m->op->stop(m, p);
			err = grow(m);
			if (err)
				return err;
			goto again;
		}
		p = m->op->next(m, p, &m->index);
		if (pos + m->count > offset) {
			m->from = offset - pos;
			m->count -= m->from;
			break;
		}
		pos += m->count;
		m->count = 0;
		if (pos == offset)
			break;
	}
	m->op->stop(m, p);
	return err;
}

/* Make m->buf hold at least one more record, as many as fit @want bytes. Returns 0 with count 0 at the end. */
static int fill(struct seq_file *m, size_t want)
{
	void *p;
	int err = 0;

	m->from = 0;
	/* The first record that shows anything: as large a buffer as it needs. */
	p = m->op->start(m, &m->index);
	for (;;) {
		err = PTR_ERR(p);
		if (!p || IS_ERR(p))
			goto stop;
		err = show_record(m, p);
		if (err < 0)
			goto stop;
		if (err)
			m->count = 0;	/* SEQ_SKIP */
		err = 0;
		if (!m->count) {
			p = m->op->next(m, p, &m->index);
			continue;
		}
		if (!seq_has_overflowed(m))
			break;
		m->op->stop(m, p);
		err = grow(m);
		if (err)
			return err;
		p = m->op->start(m, &m->index);
	}
	/* More of them while they fit: what overflows is taken back, and shown by the next read. */
	for (;;) {
		size_t offs = m->count;
		loff_t pos = m->index;

		p = m->op->next(m, p, &m->index);
		if (pos == m->index) {
			pr_info_ratelimited("buggy .next function %ps did not update position index\n",
					    m->op->next);
			m->index++;
		}
		if (!p || IS_ERR(p))
			break;
		if (m->count >= want)
			break;
		err = show_record(m, p);
		if (err > 0) {
			m->count = offs;
		} else if (err || seq_has_overflowed(m)) {
			m->count = offs;
			break;
		}
		err = 0;
	}
stop:
	m->op->stop(m, p);
	return m->count ? 0 : err;
}

ssize_t seq_read(struct file *file, char __user *buf, size_t size, loff_t *ppos)
{
	struct seq_file *m = file->private_data;
	size_t done = 0, n;
	int err = 0;

	if (!size)
		return 0;
	mutex_lock(&m->lock);
	if (*ppos == 0) {
		/* From the beginning: show everything anew. */
		m->index = 0;
		m->count = m->from = 0;
		m->read_pos = 0;
	} else if (*ppos != m->read_pos) {
		err = traverse(m, *ppos);
		m->read_pos = *ppos;
		if (err) {
			m->read_pos = 0;
			m->index = 0;
			m->count = m->from = 0;
			goto out;
		}
	}
	if (!m->buf) {
		err = grow(m);
		if (err)
			goto out;
	}
	if (!m->count) {
		err = fill(m, size);
		if (err)
			goto out;
	}
	n = min(m->count, size);
	if (n && copy_to_user(buf, m->buf + m->from, n))
		err = -EFAULT;
	else
		done = n;
	m->count -= done;
	m->from += done;
	if (!m->count)
		m->from = 0;
out:
	*ppos += done;
	m->read_pos += done;
	mutex_unlock(&m->lock);
	return done ? done : err;
}
EXPORT_SYMBOL(seq_read);

loff_t seq_lseek(struct file *file, loff_t offset, int whence)
{
	struct seq_file *m = file->private_data;
	loff_t ret = -EINVAL;

	mutex_lock(&m->lock);
	if (whence == SEEK_CUR && !__builtin_add_overflow(offset, file->f_pos, &offset))
		whence = SEEK_SET;
	if (whence == SEEK_SET && offset >= 0) {
		/* The next read finds its place itself; traverse() here would only tell the errno earlier. */
		file->f_pos = offset;
		ret = offset;
	}
	mutex_unlock(&m->lock);
	return ret;
}
EXPORT_SYMBOL(seq_lseek);

int seq_release(struct inode *inode, struct file *file)
{
	struct seq_file *m = file->private_data;

	kvfree(m->buf);
	kfree(m);
	return 0;
}
EXPORT_SYMBOL(seq_release);

/* ---- One record, and iterators with a private part ---- */

static void *single_start(struct seq_file *m, loff_t *pos)
{
	return *pos ? NULL : SEQ_START_TOKEN;
}

static void *single_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return NULL;
}

static void single_stop(struct seq_file *m, void *v)
{
}

int single_open(struct file *file, int (*show)(struct seq_file *, void *), void *data)
{
	struct seq_operations *op = kmalloc(sizeof(*op), GFP_KERNEL);
	int err = -ENOMEM;

	if (!op)
		return err;
	op->start = single_start;
	op->next = single_next;
	op->stop = single_stop;
	op->show = show;
	err = seq_open(file, op);
	if (err)
		kfree(op);
	else
		((struct seq_file *)file->private_data)->private = data;
	return err;
}
EXPORT_SYMBOL(single_open);

int single_open_size(struct file *file, int (*show)(struct seq_file *, void *), void *data, size_t size)
{
	char *buf = alloc_buf(size);
	struct seq_file *m;
	int err;

	if (!buf)
		return -ENOMEM;
	err = single_open(file, show, data);
	if (err) {
		kvfree(buf);
		return err;
	}
	m = file->private_data;
	m->buf = buf;
	m->size = size;
	return 0;
}
EXPORT_SYMBOL(single_open_size);

int single_release(struct inode *inode, struct file *file)
{
	const struct seq_operations *op = ((struct seq_file *)file->private_data)->op;
	int err = seq_release(inode, file);

	kfree(op);
	return err;
}
EXPORT_SYMBOL(single_release);

void *__seq_open_private(struct file *file, const struct seq_operations *ops, int psize)
{
	void *private = kzalloc(psize, GFP_KERNEL_ACCOUNT);

	if (!private)
		return NULL;
	if (seq_open(file, ops) < 0) {
		kfree(private);
		return NULL;
	}
	((struct seq_file *)file->private_data)->private = private;
	return private;
}
EXPORT_SYMBOL(__seq_open_private);

int seq_open_private(struct file *file, const struct seq_operations *ops, int psize)
{
	return __seq_open_private(file, ops, psize) ? 0 : -ENOMEM;
}
EXPORT_SYMBOL(seq_open_private);

int seq_release_private(struct inode *inode, struct file *file)
{
	struct seq_file *m = file->private_data;

	kfree(m->private);
	m->private = NULL;
	return seq_release(inode, file);
}
EXPORT_SYMBOL(seq_release_private);
