/* SPDX-License-Identifier: MIT */
/*
 * Files whose text is made when they are read: show one record after the other, from an iterator
 * that can start again at any record. A record is never cut by a read.
 */
#pragma once

#include <linux/types.h>
#include <linux/string.h>
#include <linux/bug.h>
#include <linux/mutex.h>
#include <linux/fs.h>
#include <linux/stdarg.h>

struct seq_operations;

struct seq_file {
	char *buf;
	size_t size;			/* of buf */
	size_t from;			/* first byte not yet read */
	size_t count;			/* bytes in buf; == size means overflowed */
	size_t pad_until;
	loff_t index;			/* of the next record */
	loff_t read_pos;		/* where the next read is expected */
	struct mutex lock;		/* all of the above */
	const struct seq_operations *op;
	const struct file *file;
	void *private;
};

struct seq_operations {
	void *(*start)(struct seq_file *m, loff_t *pos);	/* lock, find record *pos; NULL: end */
	void (*stop)(struct seq_file *m, void *v);		/* unlock; always called after start */
	void *(*next)(struct seq_file *m, void *v, loff_t *pos);	/* must move *pos on */
	int (*show)(struct seq_file *m, void *v);		/* 0, SEQ_SKIP, or -errno */
};

#define SEQ_SKIP 1
#define SEQ_START_TOKEN ((void *)1)

static inline bool seq_has_overflowed(struct seq_file *m)
{
	return m->count == m->size;
}

/* seq_get_buf, seq_commit - write into the free part of the buffer oneself. */
static inline size_t seq_get_buf(struct seq_file *m, char **bufp)
{
	BUG_ON(m->count > m->size);
	*bufp = m->count < m->size ? m->buf + m->count : NULL;
	return m->size - m->count;
}

static inline void seq_commit(struct seq_file *m, int num)
{
	if (num < 0) {
		m->count = m->size;
	} else {
		BUG_ON(m->count + num > m->size);
		m->count += num;
	}
}

static inline void seq_setwidth(struct seq_file *m, size_t size)
{
	m->pad_until = m->count + size;
}
void seq_pad(struct seq_file *m, char c);

int seq_open(struct file *file, const struct seq_operations *op);
ssize_t seq_read(struct file *file, char __user *buf, size_t size, loff_t *ppos);
loff_t seq_lseek(struct file *file, loff_t offset, int whence);
int seq_release(struct inode *inode, struct file *file);
int single_open(struct file *file, int (*show)(struct seq_file *, void *), void *data);
int single_open_size(struct file *file, int (*show)(struct seq_file *, void *), void *data, size_t size);
int single_release(struct inode *inode, struct file *file);
void *__seq_open_private(struct file *file, const struct seq_operations *op, int psize);
int seq_open_private(struct file *file, const struct seq_operations *op, int psize);
int seq_release_private(struct inode *inode, struct file *file);

/* Output. What does not fit marks the buffer overflowed; the reader then tries again with a larger one. */
__printf(2, 3) void seq_printf(struct seq_file *m, const char *fmt, ...);
void seq_vprintf(struct seq_file *m, const char *fmt, va_list args);
void seq_putc(struct seq_file *m, char c);
void seq_puts(struct seq_file *m, const char *s);
int seq_write(struct seq_file *seq, const void *data, size_t len);	/* 0, or -1: overflowed */
void seq_put_decimal_ull(struct seq_file *m, const char *delimiter, unsigned long long num);
void seq_put_decimal_ull_width(struct seq_file *m, const char *delimiter, unsigned long long num,
			       unsigned int width);
void seq_put_decimal_ll(struct seq_file *m, const char *delimiter, long long num);
void seq_put_hex_ll(struct seq_file *m, const char *delimiter, unsigned long long v,
		    unsigned int width);
void seq_escape(struct seq_file *m, const char *s, const char *esc);	/* as octal \ooo */
void seq_hex_dump(struct seq_file *m, const char *prefix_str, int prefix_type, int rowsize,
		  int groupsize, const void *buf, size_t len, bool ascii);
int seq_path(struct seq_file *m, const struct path *path, const char *esc);
int seq_file_path(struct seq_file *m, struct file *file, const char *esc);

/* Iterators over lists; *pos counts the elements. */
struct list_head *seq_list_start(struct list_head *head, loff_t pos);
struct list_head *seq_list_start_head(struct list_head *head, loff_t pos);
struct list_head *seq_list_next(void *v, struct list_head *head, loff_t *ppos);
struct hlist_node *seq_hlist_start(struct hlist_head *head, loff_t pos);
struct hlist_node *seq_hlist_start_head(struct hlist_head *head, loff_t pos);
struct hlist_node *seq_hlist_next(void *v, struct hlist_head *head, loff_t *ppos);

#define DEFINE_SEQ_ATTRIBUTE(__name) \
static int __name##_open(struct inode *inode, struct file *file) \
{ \
	int ret = seq_open(file, &__name##_sops); \
	if (!ret && inode->i_private) { \
		struct seq_file *seq_f = file->private_data; \
		seq_f->private = inode->i_private; \
	} \
	return ret; \
} \
static const struct file_operations __name##_fops = { \
	.owner = THIS_MODULE, \
	.open = __name##_open, \
	.read = seq_read, \
	.llseek = seq_lseek, \
	.release = seq_release, \
}

#define DEFINE_SHOW_ATTRIBUTE(__name) \
static int __name##_open(struct inode *inode, struct file *file) \
{ \
	return single_open(file, __name##_show, inode->i_private); \
} \
static const struct file_operations __name##_fops = { \
	.owner = THIS_MODULE, \
	.open = __name##_open, \
	.read = seq_read, \
	.llseek = seq_lseek, \
	.release = single_release, \
}

#define DEFINE_PROC_SHOW_ATTRIBUTE(__name) \
static int __name##_open(struct inode *inode, struct file *file) \
{ \
	return single_open(file, __name##_show, pde_data(inode)); \
} \
static const struct proc_ops __name##_proc_ops = { \
	.proc_open = __name##_open, \
	.proc_read = seq_read, \
	.proc_lseek = seq_lseek, \
	.proc_release = single_release, \
}
