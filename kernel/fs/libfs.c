// SPDX-License-Identifier: MIT
/*
 * The small helpers that file operations are built from: seeking, copying from and to a buffer, and
 * files that hold one number.
 */
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/string.h>
#include <linux/minmax.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include "internal.h"

/* ---- Seeking ---- */

static loff_t seek_to(struct file *file, loff_t offset, loff_t max)
{
	if (offset < 0 || offset > max)
		return -EINVAL;
	file->f_pos = offset;
	return offset;
}

static loff_t seek_sized(struct file *file, loff_t offset, int whence, loff_t max, loff_t eof)
{
	loff_t base;

	switch (whence) {
	case SEEK_SET:
		base = 0;
		break;
	case SEEK_CUR:
		base = file->f_pos;
		break;
	case SEEK_END:
		base = eof;
		break;
	default:
		return -EINVAL;
	}
	if (__builtin_add_overflow(base, offset, &offset))
		return -EOVERFLOW;
	return seek_to(file, offset, max);
}

loff_t generic_file_llseek(struct file *file, loff_t offset, int whence)
{
	return seek_sized(file, offset, whence, MAX_LFS_FILESIZE, i_size_read(file->f_inode));
}
EXPORT_SYMBOL(generic_file_llseek);

loff_t fixed_size_llseek(struct file *file, loff_t offset, int whence, loff_t size)
{
	return seek_sized(file, offset, whence, size, size);
}
EXPORT_SYMBOL(fixed_size_llseek);

loff_t default_llseek(struct file *file, loff_t offset, int whence)
{
	return generic_file_llseek(file, offset, whence);
}
EXPORT_SYMBOL(default_llseek);

loff_t noop_llseek(struct file *file, loff_t offset, int whence)
{
	return file->f_pos;
}
EXPORT_SYMBOL(noop_llseek);

loff_t no_llseek(struct file *file, loff_t offset, int whence)
{
	return -ESPIPE;
}
EXPORT_SYMBOL(no_llseek);

int nonseekable_open(struct inode *inode, struct file *filp)
{
	filp->f_mode &= ~(FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE);
	return 0;
}
EXPORT_SYMBOL(nonseekable_open);

int stream_open(struct inode *inode, struct file *filp)
{
	filp->f_mode &= ~(FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE | FMODE_ATOMIC_POS);
	filp->f_mode |= FMODE_STREAM;
	return 0;
}
EXPORT_SYMBOL(stream_open);

int simple_open(struct inode *inode, struct file *file)
{
	if (inode->i_private)
		file->private_data = inode->i_private;
	return 0;
}
EXPORT_SYMBOL(simple_open);

/* ---- Copying ---- */

ssize_t simple_read_from_buffer(void __user *to, size_t count, loff_t *ppos, const void *from,
				size_t available)
{
	loff_t pos = *ppos;

	if (pos < 0)
		return -EINVAL;
	if (pos >= available || !count)
		return 0;
	count = min_t(u64, count, available - pos);
	if (copy_to_user(to, from + pos, count))
		return -EFAULT;
	*ppos = pos + count;
	return count;
}
EXPORT_SYMBOL(simple_read_from_buffer);

ssize_t simple_write_to_buffer(void *to, size_t available, loff_t *ppos, const void __user *from,
			       size_t count)
{
	loff_t pos = *ppos;

	if (pos < 0)
		return -EINVAL;
	if (pos >= available || !count)
		return 0;
	count = min_t(u64, count, available - pos);
	if (copy_from_user(to + pos, from, count))
		return -EFAULT;
	*ppos = pos + count;
	return count;
}
EXPORT_SYMBOL(simple_write_to_buffer);

ssize_t memory_read_from_buffer(void *to, size_t count, loff_t *ppos, const void *from,
				size_t available)
{
	return simple_read_from_buffer(to, count, ppos, from, available);
}
EXPORT_SYMBOL(memory_read_from_buffer);

void *memdup_user(const void __user *src, size_t len)
{
	void *p = kmalloc(len, GFP_KERNEL | __GFP_NOWARN);

	if (!p)
		return ERR_PTR(-ENOMEM);
	if (copy_from_user(p, src, len)) {
		kfree(p);
		return ERR_PTR(-EFAULT);
	}
	return p;
}
EXPORT_SYMBOL(memdup_user);

void *memdup_user_nul(const void __user *src, size_t len)
{
	char *p = kmalloc(len + 1, GFP_KERNEL | __GFP_NOWARN);

	if (!p)
		return ERR_PTR(-ENOMEM);
	if (copy_from_user(p, src, len)) {
		kfree(p);
		return ERR_PTR(-EFAULT);
	}
	p[len] = '\0';
	return p;
}
EXPORT_SYMBOL(memdup_user_nul);

#define KSTRTO_FROM_USER(name, call, type, ...) \
int name(const char __user *s, size_t count, ##__VA_ARGS__, type *res) \
{ \
	char buf[64]; \
\
	count = min(count, sizeof(buf) - 1); \
	if (copy_from_user(buf, s, count)) \
		return -EFAULT; \
	buf[count] = '\0'; \
	return call; \
} \
EXPORT_SYMBOL(name)

KSTRTO_FROM_USER(kstrtoull_from_user, kstrtoull(buf, base, res), unsigned long long, unsigned int base);
KSTRTO_FROM_USER(kstrtoll_from_user, kstrtoll(buf, base, res), long long, unsigned int base);
KSTRTO_FROM_USER(kstrtoul_from_user, kstrtoul(buf, base, res), unsigned long, unsigned int base);
KSTRTO_FROM_USER(kstrtol_from_user, kstrtol(buf, base, res), long, unsigned int base);
KSTRTO_FROM_USER(kstrtouint_from_user, kstrtouint(buf, base, res), unsigned int, unsigned int base);
KSTRTO_FROM_USER(kstrtoint_from_user, kstrtoint(buf, base, res), int, unsigned int base);
KSTRTO_FROM_USER(kstrtou16_from_user, kstrtou16(buf, base, res), u16, unsigned int base);
KSTRTO_FROM_USER(kstrtou8_from_user, kstrtou8(buf, base, res), u8, unsigned int base);
KSTRTO_FROM_USER(kstrtobool_from_user, kstrtobool(buf, res), bool);

/* ---- One number per file ---- */

struct simple_attr {
	int (*get)(void *, u64 *);
	int (*set)(void *, u64);
	char get_buf[24];		/* what the first read of this open file saw */
	void *data;
	const char *fmt;
	struct mutex mutex;		/* get_buf */
};

int simple_attr_open(struct inode *inode, struct file *file, int (*get)(void *, u64 *),
		     int (*set)(void *, u64), const char *fmt)
{
	struct simple_attr *attr = kzalloc(sizeof(*attr), GFP_KERNEL);

	if (!attr)
		return -ENOMEM;
	attr->get = get;
	attr->set = set;
	attr->data = inode->i_private;
	attr->fmt = fmt;
	mutex_init(&attr->mutex);
	file->private_data = attr;
	return nonseekable_open(inode, file);
}
EXPORT_SYMBOL_GPL(simple_attr_open);

int simple_attr_release(struct inode *inode, struct file *file)
{
	kfree(file->private_data);
	return 0;
}
EXPORT_SYMBOL_GPL(simple_attr_release);

ssize_t simple_attr_read(struct file *file, char __user *buf, size_t len, loff_t *ppos)
{
	struct simple_attr *attr = file->private_data;
	ssize_t n;
	u64 val;

	if (!attr->get)
		return -EACCES;
	mutex_lock(&attr->mutex);
	n = 0;
	/* Later reads continue the text of the first, though the number may have changed. */
	if (!*ppos || !attr->get_buf[0]) {
		n = attr->get(attr->data, &val);
		if (!n)
			scnprintf(attr->get_buf, sizeof(attr->get_buf), attr->fmt,
				  (unsigned long long)val);
	}
	if (!n)
		n = simple_read_from_buffer(buf, len, ppos, attr->get_buf, strlen(attr->get_buf));
	mutex_unlock(&attr->mutex);
	return n;
}
EXPORT_SYMBOL_GPL(simple_attr_read);

static ssize_t attr_write(struct file *file, const char __user *buf, size_t len, bool is_signed)
{
	struct simple_attr *attr = file->private_data;
	long long sval;
	u64 val;
	int err;

	if (!attr->set)
		return -EACCES;
	if (is_signed) {
		err = kstrtoll_from_user(buf, len, 0, &sval);
		val = sval;
	} else {
		unsigned long long u = 0;

		err = kstrtoull_from_user(buf, len, 0, &u);
		val = u;
	}
	if (!err)
		err = attr->set(attr->data, val);
	return err ? err : len;
}

ssize_t simple_attr_write(struct file *file, const char __user *buf, size_t len, loff_t *ppos)
{
	return attr_write(file, buf, len, false);
}
EXPORT_SYMBOL_GPL(simple_attr_write);

ssize_t simple_attr_write_signed(struct file *file, const char __user *buf, size_t len, loff_t *ppos)
{
	return attr_write(file, buf, len, true);
}
EXPORT_SYMBOL_GPL(simple_attr_write_signed);
