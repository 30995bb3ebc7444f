// SPDX-License-Identifier: MIT
/*
 * A flight recorder: a ring of samples, read in several forms.
 *
 *	insmod blackbox
 *	echo 17 > /sys/kernel/debug/blackbox/sample	one sample; the oldest goes when the ring is full
 *	cat /sys/kernel/debug/blackbox/samples		in order, a line each, with the open file's own iterator
 *	cat /sys/kernel/debug/blackbox/sorted		by size, largest first
 *	cat /sys/kernel/debug/blackbox/sum		CRC of the ring, as text made at open()
 *	cat /sys/kernel/blackbox/raw			the samples' bytes; written to, the ring is loaded with them
 *	echo 17 > /sys/kernel/debug/blackbox/find	is it there? answered in the log
 *
 * Readers and the writer meet at an rw_semaphore; the newest value is read without any, under a seqlock.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bsearch.h>
#include <linux/circ_buf.h>
#include <linux/crc32.h>
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/rwsem.h>
#include <linux/seq_file.h>
#include <linux/seqlock.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/uaccess.h>

#define RING		16	/* a power of two; one slot stays empty */

static u32 ring[RING];
static int head, tail;			/* written at head, oldest at tail */
static DECLARE_RWSEM(ring_lock);	/* the three above */
static DEFINE_SEQLOCK(newest_lock);
static u32 newest, taken;		/* the last sample, and how many there were: always of one moment */
static struct kobject *kobj;
static struct dentry *dir;

static void put_sample(u32 value)
{
	down_write(&ring_lock);
	if (!CIRC_SPACE(head, tail, RING))
		tail = (tail + 1) & (RING - 1);
	ring[head] = value;
	head = (head + 1) & (RING - 1);
	up_write(&ring_lock);
	write_seqlock(&newest_lock);
	newest = value;
	taken++;
	write_sequnlock(&newest_lock);
}

/* Copies the ring, oldest first. Returns how many. */
static int copy_samples(u32 *out)
{
	int n, first;

	down_read(&ring_lock);
	n = CIRC_CNT(head, tail, RING);
	first = CIRC_CNT_TO_END(head, tail, RING);
	memcpy(out, ring + tail, first * sizeof(*out));
	memcpy(out + first, ring, (n - first) * sizeof(*out));
	up_read(&ring_lock);
	return n;
}

/* ---- sample, find ---- */

static ssize_t sample_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	unsigned int value;
	int err = kstrtouint_from_user(buf, count, 0, &value);

	if (err)
		return err;
	put_sample(value);
	return count;
}

static int sample_show(struct seq_file *m, void *unused)
{
	unsigned int seq;
	u32 value, n;

	do {
		seq = read_seqbegin(&newest_lock);
		value = newest;
		n = taken;
	} while (read_seqretry(&newest_lock, seq));
	seq_printf(m, "%u, the %u.\n", value, n);
	return 0;
}

static int sample_open(struct inode *inode, struct file *file)
{
	return single_open(file, sample_show, NULL);
}

static const struct file_operations sample_fops = {
	.owner = THIS_MODULE, .open = sample_open, .read = seq_read, .write = sample_write, .release = single_release,
};

static int rising(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

static ssize_t find_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	u32 sorted[RING], *at;
	unsigned int value;
	int n, err = kstrtouint_from_user(buf, count, 0, &value);

	if (err)
		return err;
	n = copy_samples(sorted);
	sort(sorted, n, sizeof(*sorted), rising, NULL);
	at = bsearch(&value, sorted, n, sizeof(*sorted), rising);
	if (at)
		pr_info("%u is there\n", value);
	else
		pr_info("%u is not there\n", value);
	return count;
}

static const struct file_operations find_fops = { .owner = THIS_MODULE, .open = simple_open, .write = find_write };

/* ---- samples: each open file has a copy of its own ---- */

struct view {
	int n;
	u32 value[RING];
};

static void *samples_start(struct seq_file *m, loff_t *pos)
{
	struct view *v = m->private;

	return *pos < v->n ? &v->value[*pos] : NULL;
}

static void *samples_next(struct seq_file *m, void *p, loff_t *pos)
{
	++*pos;
	return samples_start(m, pos);
}

static void samples_stop(struct seq_file *m, void *p)
{
}

static int samples_show(struct seq_file *m, void *p)
{
	const u32 *value = p;
	struct view *v = m->private;

	seq_printf(m, "%d: %u\n", (int)(value - v->value), *value);
	return 0;
}

static const struct seq_operations samples_ops = {
	.start = samples_start, .next = samples_next, .stop = samples_stop, .show = samples_show,
};

static int samples_open(struct inode *inode, struct file *file)
{
	struct view *v = __seq_open_private(file, &samples_ops, sizeof(*v));

	if (!v)
		return -ENOMEM;
	v->n = copy_samples(v->value);
	return 0;
}

static const struct file_operations samples_fops = {
	.owner = THIS_MODULE, .open = samples_open, .read = seq_read, .llseek = seq_lseek, .release = seq_release_private,
};

/* Larger or smaller first: sort_r() hands the wish through. */
static int by_wish(const void *a, const void *b, const void *largest_first)
{
	return *(const bool *)largest_first ? rising(b, a) : rising(a, b);
}

static int sorted_show(struct seq_file *m, void *unused)
{
	bool largest_first = true;
	u32 value[RING];
	int i, n = copy_samples(value);

	sort_r(value, n, sizeof(*value), by_wish, NULL, &largest_first);
	for (i = 0; i < n; i++)
		seq_printf(m, "%s%u", i ? " " : "", value[i]);
	seq_putc(m, '\n');
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(sorted);

/* ---- sum: text made once, at open() ---- */

static int sum_open(struct inode *inode, struct file *file)
{
	u32 value[RING];
	int n = copy_samples(value);
	char hex[2 * sizeof(u32) + 1] = "";

	if (n)
		*bin2hex(hex, &value[n - 1], sizeof(u32)) = '\0';
	file->private_data = kasprintf(GFP_KERNEL, "%d samples, crc32 %08x, last %s\n", n,
				       crc32_le(~0, (u8 *)value, n * sizeof(u32)), hex);
	return file->private_data ? 0 : -ENOMEM;
}

static ssize_t sum_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	const char *text = file->private_data;

	return simple_read_from_buffer(buf, count, pos, text, strlen(text));
}

static int sum_release(struct inode *inode, struct file *file)
{
	kfree(file->private_data);
	return 0;
}

static const struct file_operations sum_fops = {
	.owner = THIS_MODULE, .open = sum_open, .read = sum_read, .llseek = default_llseek, .release = sum_release,
};

/* ---- raw: bytes, in sysfs ---- */

static ssize_t raw_read(struct file *file, struct kobject *k, struct bin_attribute *attr, char *buf, loff_t pos, size_t count)
{
	u32 value[RING];
	int n = copy_samples(value);

	return memory_read_from_buffer(buf, count, &pos, value, n * sizeof(*value));
}

static ssize_t raw_write(struct file *file, struct kobject *k, struct bin_attribute *attr, char *buf, loff_t pos, size_t count)
{
	size_t i;

	if (pos || count % sizeof(u32))
		return -EINVAL;
	for (i = 0; i < count; i += sizeof(u32)) {
		u32 value;

		memcpy(&value, buf + i, sizeof(value));
		put_sample(value);
	}
	return count;
}

static BIN_ATTR_RW(raw, (RING - 1) * sizeof(u32));

static int __init blackbox_init(void)
{
	int err;

	kobj = kobject_create_and_add("blackbox", kernel_kobj);
	if (!kobj)
		return -ENOMEM;
	err = sysfs_create_bin_file(kobj, &bin_attr_raw);
	if (err) {
		kobject_put(kobj);
		return err;
	}
	dir = debugfs_create_dir("blackbox", NULL);
	debugfs_create_file("sample", 0644, dir, NULL, &sample_fops);
	debugfs_create_file("find", 0200, dir, NULL, &find_fops);
	debugfs_create_file("samples", 0444, dir, NULL, &samples_fops);
	debugfs_create_file("sorted", 0444, dir, NULL, &sorted_fops);
	debugfs_create_file("sum", 0444, dir, NULL, &sum_fops);
	return 0;
}

static void __exit blackbox_exit(void)
{
	debugfs_remove(dir);
	sysfs_remove_bin_file(kobj, &bin_attr_raw);
	kobject_put(kobj);
	pr_info("%u samples were taken\n", taken);
}

module_init(blackbox_init);
module_exit(blackbox_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Sample: a ring of samples, read in several forms");
