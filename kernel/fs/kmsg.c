// SPDX-License-Identifier: MIT
/*
 * /dev/kmsg: the log, one record per read; and a way to write a line into it.
 * Source: Linux, Documentation/ABI/testing/dev-kmsg.
 *
 * A reader has its place in the log and waits at the end for more (poll a quarter of a second: printk
 * must work from anywhere, so it wakes nobody). What a person mostly wants is `dmesg`.
 */
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include <linux/minmax.h>
#include <linux/jiffies.h>
#include <linux/poll.h>
#include <linux/ctype.h>
#include <linux/time64.h>
#include <linux/math64.h>
#include <paddock/log.h>
#include "internal.h"
#include "devfs.h"

struct kmsg_reader {
	struct mutex lock;
	u64 seq;			/* of the next record */
	struct log_entry entry;
	char text[2 * LOG_LINE_MAX];
};

static int kmsg_open(struct inode *inode, struct file *file)
{
	struct kmsg_reader *r;

	if (!(file->f_mode & FMODE_READ))
		return 0;
	r = kzalloc(sizeof(*r), GFP_KERNEL);
	if (!r)
		return -ENOMEM;
	mutex_init(&r->lock);
	r->seq = log_first_seq();
	file->private_data = r;
	return 0;
}

static int kmsg_release(struct inode *inode, struct file *file)
{
	kfree(file->private_data);
	return 0;
}

/* "prio,seq,microseconds,-;text\n"; what is not printable becomes \xNN, lines after the first begin with a blank. */
static size_t format_record(struct kmsg_reader *r)
{
	const struct log_entry *e = &r->entry;
	size_t size = sizeof(r->text), n;

	n = scnprintf(r->text, size, "%u,%llu,%llu,-;", e->facility << 3 | e->level, e->seq,
		      div_u64(e->ts_ns, NSEC_PER_USEC));
	for (size_t i = 0; i < e->len && n < size - 6; i++) {
		unsigned char c = e->text[i];

		if (c == '\n')
			n += scnprintf(r->text + n, size - n, "\n ");
		else if (c < ' ' || c >= 127 || c == '\\')
			n += scnprintf(r->text + n, size - n, "\\x%02x", c);
		else
			r->text[n++] = c;
	}
	r->text[n++] = '\n';
	return n;
}

static ssize_t kmsg_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	struct kmsg_reader *r = file->private_data;
	ssize_t n;

	if (mutex_lock_interruptible(&r->lock))
		return -ERESTARTSYS;
	while (!log_read(r->seq, &r->entry)) {
		n = -EAGAIN;
		if (file->f_flags & O_NONBLOCK)
			goto out;
		schedule_timeout_interruptible(HZ / 4);
		n = -ERESTARTSYS;
		if (signal_pending(current))
			goto out;
	}
	if (r->entry.seq != r->seq) {
		/* Records were overwritten before they were read: said once, then on from the oldest. */
		r->seq = r->entry.seq;
		n = -EPIPE;
		goto out;
	}
	n = format_record(r);
	if (n > (ssize_t)count) {
		n = -EINVAL;
		goto out;
	}
	r->seq++;
	memcpy(buf, r->text, n);
out:
	mutex_unlock(&r->lock);
	return n;
}

static loff_t kmsg_llseek(struct file *file, loff_t offset, int whence)
{
	struct kmsg_reader *r = file->private_data;

	if (!r)
		return -EBADF;
	if (offset)
		return -ESPIPE;
	mutex_lock(&r->lock);
	switch (whence) {
	case SEEK_SET:
		r->seq = log_first_seq();
		break;
	case SEEK_END:
		r->seq = log_next_seq();
		break;
	default:
		mutex_unlock(&r->lock);
		return -EINVAL;
	}
	mutex_unlock(&r->lock);
	return 0;
}

static __printf(3, 4) void emit(int facility, int level, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vprintk_emit(facility, level, NULL, fmt, args);
	va_end(args);
}

/* An "<N>" in front gives level and facility; the facility is never the kernel's own. */
static ssize_t kmsg_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	int level = default_message_loglevel, facility = 1;
	const char *text;
	char *copy;
	size_t len;

	if (count > LOG_LINE_MAX)
		return -EINVAL;
	copy = memdup_user_nul(buf, count);
	if (IS_ERR(copy))
		return PTR_ERR(copy);
	text = copy;
	if (text[0] == '<') {
		char *end;
		unsigned long prio = simple_strtoul(text + 1, &end, 10);

		if (end > text + 1 && *end == '>') {
			level = prio & 7;
			if (prio >> 3)
				facility = min(prio >> 3, 255UL);
			text = end + 1;
		}
	}
	len = strlen(text);
	while (len && text[len - 1] == '\n')
		len--;
	emit(facility, level, "%.*s\n", (int)len, text);
	kfree(copy);
	return count;
}

static __poll_t kmsg_poll(struct file *file, struct poll_table_struct *pt)
{
	struct kmsg_reader *r = file->private_data;

	return (r && r->seq < log_next_seq() ? EPOLLIN | EPOLLRDNORM : 0) | EPOLLOUT | EPOLLWRNORM;
}

const struct file_operations kmsg_fops = {
	.open = kmsg_open,
	.release = kmsg_release,
	.read = kmsg_read,
	.write = kmsg_write,
	.llseek = kmsg_llseek,
	.poll = kmsg_poll,
};
