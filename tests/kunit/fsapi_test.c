// SPDX-License-Identifier: MIT
/* What drivers use: seq_file, /proc, sysfs, debugfs, character and misc devices; above all their removal. */
#include <kunit/test.h>
#include <linux/cdev.h>
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <paddock/fs.h>
#include <paddock/sched.h>
#include "wait_until.h"

static int fsapi_init(struct kunit *test)
{
	struct fs_counts *before = kunit_kzalloc(test, sizeof(*before), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, before);
	fs_get_counts(before);
	test->priv = before;
	return 0;
}

static void fsapi_exit(struct kunit *test)
{
	struct fs_counts *before = test->priv, after;

	fs_get_counts(&after);
	KUNIT_EXPECT_EQ(test, after.files, before->files);
	KUNIT_EXPECT_EQ(test, after.inodes, before->inodes);
	KUNIT_EXPECT_EQ(test, after.dentries, before->dentries);
}

static int write_text(const char *path, const char *text)
{
	struct file *f = filp_open(path, O_WRONLY, 0);
	int err;

	if (IS_ERR(f))
		return PTR_ERR(f);
	err = file_write_all(f, text, strlen(text));
	fput(f);
	return err;
}

static void expect_text(struct kunit *test, const char *path, const char *text)
{
	void *data;
	size_t len;

	KUNIT_ASSERT_EQ(test, read_whole_file(NULL, path, &data, &len), 0);
	KUNIT_EXPECT_STREQ(test, (char *)data, text);
	kvfree(data);
}

/* ---- seq_file ---- */

/* Record i is i in decimal and as many dots; record 5 is skipped, record 9 is larger than a page. */
static void *dots_start(struct seq_file *m, loff_t *pos)
{
	return *pos < 20 ? (void *)(unsigned long)(*pos + 1) : NULL;
}

static void *dots_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return dots_start(m, pos);
}

static void dots_stop(struct seq_file *m, void *v)
{
}

static int dots_show(struct seq_file *m, void *v)
{
	unsigned long i = (unsigned long)v - 1, n = i == 9 ? 3 * PAGE_SIZE : i;

	if (i == 5)
		return SEQ_SKIP;
	seq_printf(m, "%lu", i);
	while (n--)
		seq_putc(m, '.');
	seq_putc(m, '\n');
	return 0;
}

static const struct seq_operations dots_ops = {
	.start = dots_start, .next = dots_next, .stop = dots_stop, .show = dots_show,
};

static void seq_records_survive_any_read_size(struct kunit *test)
{
	static const size_t sizes[] = { 1, 3, 100, PAGE_SIZE, 65536 };
	struct proc_dir_entry *de = proc_create_seq("kunit-dots", 0, NULL, &dots_ops);
	size_t want_len, len, pos;
	char *want, *got = kunit_kzalloc(test, 5 * PAGE_SIZE, GFP_KERNEL);
	struct file *f;
	loff_t at;
	ssize_t n;

	KUNIT_ASSERT_NOT_NULL(test, de);
	KUNIT_ASSERT_NOT_NULL(test, got);
	KUNIT_ASSERT_EQ(test, read_whole_file(NULL, "/proc/kunit-dots", (void **)&want, &want_len), 0);
	KUNIT_EXPECT_EQ(test, strncmp(want, "0\n1.\n2..\n3...\n4....\n6......\n", 28), 0);
	KUNIT_EXPECT_GT(test, want_len, 3 * PAGE_SIZE);
	for (int i = 0; i < ARRAY_SIZE(sizes); i++) {
		f = filp_open("/proc/kunit-dots", O_RDONLY, 0);
		KUNIT_ASSERT_FALSE(test, IS_ERR(f));
		len = 0;
		while ((n = file_read(f, got + len, min(sizes[i], 5 * PAGE_SIZE - len))) > 0)
			len += n;
		KUNIT_EXPECT_EQ(test, n, 0);
		KUNIT_EXPECT_EQ(test, len, want_len);
		KUNIT_EXPECT_EQ(test, memcmp(got, want, want_len), 0);
		/* And from any place, forwards and backwards. */
		for (pos = 0; pos < want_len; pos += 997) {
			at = want_len - 1 - pos;
			KUNIT_EXPECT_EQ(test, kernel_read(f, got, 1, &at), 1);
			KUNIT_EXPECT_EQ(test, got[0], want[want_len - 1 - pos]);
		}
		fput(f);
	}
	kvfree(want);
	proc_remove(de);
}

/* ---- /proc ---- */

static int released, reading;

static ssize_t slow_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	WRITE_ONCE(reading, 1);
	msleep(20);
	return 0;
}

static int count_release(struct inode *inode, struct file *file)
{
	released++;
	return 0;
}

static const struct proc_ops slow_ops = {
	.proc_read = slow_read, .proc_release = count_release, .proc_lseek = noop_llseek,
};

static int read_one(void *arg)
{
	char c;

	return file_read(arg, &c, 1);
}

static void removed_proc_file_is_never_called_again(struct kunit *test)
{
	struct proc_dir_entry *de = proc_create("kunit-slow", 0644, NULL, &slow_ops);
	struct task_struct *t;
	struct file *f;
	char c;

	KUNIT_ASSERT_NOT_NULL(test, de);
	released = reading = 0;
	f = filp_open("/proc/kunit-slow", O_RDWR, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(f));
	KUNIT_EXPECT_EQ(test, file_write(f, "x", 1), -EIO);	/* it has no write */
	t = thread_run(read_one, f, "proc-test");
	KUNIT_EXPECT_TRUE(test, wait_until(READ_ONCE(reading)));
	/* Somebody is in read(): this waits, then releases the file that is still open. */
	proc_remove(de);
	KUNIT_EXPECT_EQ(test, released, 1);
	KUNIT_EXPECT_EQ(test, thread_join(t), 0);
	KUNIT_EXPECT_EQ(test, file_read(f, &c, 1), -EIO);
	fput(f);
	KUNIT_EXPECT_EQ(test, released, 1);
	KUNIT_EXPECT_EQ(test, PTR_ERR(filp_open("/proc/kunit-slow", O_RDONLY, 0)), -ENOENT);
}

static int show_data(struct seq_file *m, void *v)
{
	seq_printf(m, "%s\n", (char *)m->private);
	return 0;
}

static void proc_folders_go_whole(struct kunit *test)
{
	struct proc_dir_entry *dir = proc_mkdir("kunit-dir", NULL);

	KUNIT_ASSERT_NOT_NULL(test, dir);
	KUNIT_ASSERT_NOT_NULL(test, proc_create_single_data("data", 0, dir, show_data, "words"));
	KUNIT_ASSERT_NOT_NULL(test, proc_mkdir("kunit-dir/sub", NULL));
	KUNIT_ASSERT_NOT_NULL(test, proc_symlink("link", dir, "data"));
	expect_text(test, "/proc/kunit-dir/data", "words\n");
	expect_text(test, "/proc/kunit-dir/sub/../link", "words\n");
	KUNIT_EXPECT_EQ(test, remove_proc_subtree("kunit-dir", NULL), 0);
	KUNIT_EXPECT_EQ(test, PTR_ERR(filp_open("/proc/kunit-dir", O_RDONLY, 0)), -ENOENT);
}

/* ---- sysfs ---- */

static int value = 7;

static ssize_t value_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", value);
}

static ssize_t value_store(struct kobject *kobj, struct kobj_attribute *attr, const char *buf,
			   size_t count)
{
	int err, v;

	err = kstrtoint(buf, 10, &v);
	if (err)
		return err;
	value = v;
	return count;
}

static ssize_t full_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	memset(buf, 'x', PAGE_SIZE - 1);
	return PAGE_SIZE - 1;
}

static struct kobj_attribute value_attr = __ATTR_RW(value);
static struct kobj_attribute const_attr = __ATTR(const, 0444, value_show, value_store);
static struct kobj_attribute full_attr = __ATTR(full, 0444, full_show, NULL);
static struct attribute *test_attrs[] = { &value_attr.attr, &const_attr.attr, &full_attr.attr, NULL };
static const struct attribute_group test_group = { .attrs = test_attrs };
static const struct attribute_group named_group = { .name = "named", .attrs = test_attrs };

static void sysfs_attributes_read_and_write(struct kunit *test)
{
	struct kobject *kobj = kobject_create_and_add("kunit-kobj", kernel_kobj);
	void *data;
	size_t len;
	struct file *f;
	char c;

	KUNIT_ASSERT_NOT_NULL(test, kobj);
	value = 7;
	KUNIT_EXPECT_EQ(test, sysfs_create_group(kobj, &test_group), 0);
	KUNIT_EXPECT_EQ(test, sysfs_create_group(kobj, &named_group), 0);
	expect_text(test, "/sys/kernel/kunit-kobj/value", "7\n");
	KUNIT_EXPECT_EQ(test, write_text("/sys/kernel/kunit-kobj/named/value", "12\n"), 0);
	expect_text(test, "/sys/kernel/kunit-kobj/value", "12\n");
	KUNIT_EXPECT_EQ(test, write_text("/sys/kernel/kunit-kobj/value", "many\n"), -EINVAL);
	KUNIT_EXPECT_EQ(test, write_text("/sys/kernel/kunit-kobj/value", "99999999999\n"), -ERANGE);
	KUNIT_EXPECT_EQ(test, write_text("/sys/kernel/kunit-kobj/const", "1\n"), -EACCES);
	KUNIT_EXPECT_EQ(test, value, 12);
	KUNIT_EXPECT_EQ(test, read_whole_file(NULL, "/sys/kernel/kunit-kobj/full", &data, &len), 0);
	KUNIT_EXPECT_EQ(test, len, PAGE_SIZE - 1);
	kvfree(data);
	/* The object goes while a file is open: later reads fail, and touch nothing of it. */
	f = filp_open("/sys/kernel/kunit-kobj/value", O_RDONLY, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(f));
	kobject_put(kobj);
	KUNIT_EXPECT_EQ(test, file_read(f, &c, 1), -ENODEV);
	fput(f);
	KUNIT_EXPECT_EQ(test, PTR_ERR(filp_open("/sys/kernel/kunit-kobj", O_RDONLY, 0)), -ENOENT);
}

static ssize_t blob_read(struct file *file, struct kobject *kobj, struct bin_attribute *attr, char *buf,
			 loff_t pos, size_t count)
{
	memcpy(buf, (char *)attr->private + pos, count);
	return count;
}

static BIN_ATTR(blob, 0444, blob_read, NULL, 10);

static void sysfs_bin_files_have_a_size(struct kunit *test)
{
	struct kobject *kobj = kobject_create_and_add("kunit-bin", kernel_kobj);
	struct file_stat st;

	KUNIT_ASSERT_NOT_NULL(test, kobj);
	bin_attr_blob.private = "0123456789beyond";
	KUNIT_EXPECT_EQ(test, sysfs_create_bin_file(kobj, &bin_attr_blob), 0);
	KUNIT_EXPECT_EQ(test, path_stat(NULL, "/sys/kernel/kunit-bin/blob", &st), 0);
	KUNIT_EXPECT_EQ(test, st.size, 10);
	expect_text(test, "/sys/kernel/kunit-bin/blob", "0123456789");
	kobject_put(kobj);
}

/* ---- debugfs ---- */

static void debugfs_numbers_and_removal(struct kunit *test)
{
	struct dentry *dir = debugfs_create_dir("kunit-debug", NULL);
	static u32 number = 40;
	static u64 hex = 0xabc;
	static bool flag;
	struct file *f;
	char c;

	KUNIT_ASSERT_FALSE(test, IS_ERR(dir));
	debugfs_create_u32("number", 0644, dir, &number);
	debugfs_create_x64("hex", 0444, dir, &hex);
	debugfs_create_bool("flag", 0644, dir, &flag);
	expect_text(test, "/sys/kernel/debug/kunit-debug/number", "40\n");
	expect_text(test, "/sys/kernel/debug/kunit-debug/hex", "0x0000000000000abc\n");
	expect_text(test, "/sys/kernel/debug/kunit-debug/flag", "N\n");
	KUNIT_EXPECT_EQ(test, write_text("/sys/kernel/debug/kunit-debug/number", "0x10"), 0);
	KUNIT_EXPECT_EQ(test, number, 16u);
	KUNIT_EXPECT_EQ(test, write_text("/sys/kernel/debug/kunit-debug/number", "ten"), -EINVAL);
	KUNIT_EXPECT_EQ(test, write_text("/sys/kernel/debug/kunit-debug/flag", "y\n"), 0);
	KUNIT_EXPECT_TRUE(test, flag);
	KUNIT_EXPECT_EQ(test, write_text("/sys/kernel/debug/kunit-debug/hex", "1"), -EACCES);
	f = filp_open("/sys/kernel/debug/kunit-debug/number", O_RDONLY, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(f));
	debugfs_remove(dir);
	KUNIT_EXPECT_EQ(test, file_read(f, &c, 1), -EIO);
	fput(f);
	/* A failed parent makes failed children, and nothing else. */
	KUNIT_EXPECT_TRUE(test, IS_ERR(debugfs_create_dir("x", ERR_PTR(-ENOMEM))));
	debugfs_remove(ERR_PTR(-ENOMEM));
}

/* ---- Character devices ---- */

static int dev_opens;

static int dev_open(struct inode *inode, struct file *file)
{
	dev_opens++;
	return iminor(inode) == 3 ? -EBUSY : 0;
}

static ssize_t dev_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	char text[16];

	return simple_read_from_buffer(buf, count, pos, text,
				       scnprintf(text, sizeof(text), "minor %u\n",
						 iminor(file_inode(file))));
}

static const struct file_operations dev_fops = {
	.owner = THIS_MODULE, .open = dev_open, .read = dev_read, .llseek = default_llseek,
};

static void character_devices_open_by_number(struct kunit *test)
{
	struct cdev cdev, other;
	struct class *class;
	struct device *dev;
	struct file_stat st;
	dev_t first;

	KUNIT_ASSERT_EQ(test, alloc_chrdev_region(&first, 0, 4, "kunit-chr"), 0);
	KUNIT_EXPECT_EQ(test, register_chrdev_region(first + 2, 1, "kunit-twice"), -EBUSY);
	cdev_init(&cdev, &dev_fops);
	KUNIT_ASSERT_EQ(test, cdev_add(&cdev, first, 4), 0);
	cdev_init(&other, &dev_fops);
	KUNIT_EXPECT_EQ(test, cdev_add(&other, first + 3, 1), -EBUSY);
	class = class_create(THIS_MODULE, "kunit-class");
	KUNIT_ASSERT_FALSE(test, IS_ERR(class));
	for (int i = 0; i < 4; i++) {
		dev = device_create(class, NULL, first + i, NULL, "kunit-dev%d", i);
		KUNIT_EXPECT_FALSE(test, IS_ERR(dev));
	}
	expect_text(test, "/dev/kunit-dev2", "minor 2\n");
	KUNIT_EXPECT_EQ(test, PTR_ERR(filp_open("/dev/kunit-dev3", O_RDONLY, 0)), -EBUSY);
	KUNIT_EXPECT_EQ(test, path_stat(NULL, "/sys/class/kunit-class/kunit-dev1/dev", &st), 0);
	for (int i = 0; i < 4; i++)
		device_destroy(class, first + i);
	class_destroy(class);
	cdev_del(&cdev);
	unregister_chrdev_region(first, 4);
	KUNIT_EXPECT_EQ(test, PTR_ERR(filp_open("/dev/kunit-dev2", O_RDONLY, 0)), -ENOENT);
}

static struct miscdevice test_misc = {
	.minor = MISC_DYNAMIC_MINOR, .name = "kunit-misc", .fops = &dev_fops,
};

static void misc_devices_come_and_go(struct kunit *test)
{
	struct file *f;

	test_misc.minor = MISC_DYNAMIC_MINOR;
	KUNIT_ASSERT_EQ(test, misc_register(&test_misc), 0);
	f = filp_open("/dev/kunit-misc", O_RDONLY, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(f));
	KUNIT_EXPECT_PTR_EQ(test, f->private_data, (void *)&test_misc);
	fput(f);
	misc_deregister(&test_misc);
	KUNIT_EXPECT_EQ(test, PTR_ERR(filp_open("/dev/kunit-misc", O_RDONLY, 0)), -ENOENT);
}

static struct kunit_case fsapi_cases[] = {
	KUNIT_CASE(seq_records_survive_any_read_size),
	KUNIT_CASE(removed_proc_file_is_never_called_again),
	KUNIT_CASE(proc_folders_go_whole),
	KUNIT_CASE(sysfs_attributes_read_and_write),
	KUNIT_CASE(sysfs_bin_files_have_a_size),
	KUNIT_CASE(debugfs_numbers_and_removal),
	KUNIT_CASE(character_devices_open_by_number),
	KUNIT_CASE(misc_devices_come_and_go),
	{}
};

static struct kunit_suite fsapi_suite = {
	.name = "fsapi",
	.init = fsapi_init,
	.exit = fsapi_exit,
	.test_cases = fsapi_cases,
};
kunit_test_suite(fsapi_suite);
