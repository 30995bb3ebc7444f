// SPDX-License-Identifier: MIT
/*
 * sysfs: kobjects as folders, their attributes as files. Groups of attributes are in sysfs_group.c.
 *
 * A file's inode has one sysfs_node, which says whose attribute it is. Reading is a seq_file of one
 * record, a page long; writing hands the caller's bytes, NUL-terminated, to store(). The gate
 * in front of each file makes removal safe, so a node needs no reference to its kobject:
 * the file is closed for good before the kobject can go.
 */
#include <linux/sysfs.h>
#include <linux/kobject.h>
#include <linux/slab.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/panic.h>
#include <linux/poll.h>
#include <linux/uaccess.h>
#include "sysfs.h"

struct sysfs_node {
	struct kobject *kobj;
	const struct attribute *attr;
	wait_queue_head_t notified;
	unsigned int event;		/* counts sysfs_notify() */
};

struct dentry *sysfs_root;
static struct super_block *sysfs_sb;

/* ---- Text attributes ---- */

static int sysfs_show(struct seq_file *m, void *v)
{
	struct sysfs_node *node = m->private;
	const struct sysfs_ops *ops = node->kobj->ktype->sysfs_ops;
	ssize_t n;
	char *buf;

	/* show() may fill a page; seq_file grows its buffer to that and asks again. */
	if (seq_get_buf(m, &buf) < PAGE_SIZE) {
		seq_commit(m, -1);
		return 0;
	}
	memset(buf, 0, PAGE_SIZE);
	n = ops->show(node->kobj, (struct attribute *)node->attr, buf);
	if (n < 0)
		return n;
	if (n >= (ssize_t)PAGE_SIZE) {
		pr_err("fill_read_buffer: %pS returned bad count\n", ops->show);
		n = PAGE_SIZE - 1;
	}
	seq_commit(m, n);
	return 0;
}

static int sysfs_open(struct inode *inode, struct file *file)
{
	struct sysfs_node *node = inode->i_private;
	const struct sysfs_ops *ops = node->kobj->ktype->sysfs_ops;

	if (WARN(!ops, "missing sysfs attribute operations for kobject: %s\n",
		 kobject_name(node->kobj)))
		return -EACCES;
	/* Asked here, so that the redirection fails and not the write: what the mode says, counts. */
	if ((file->f_mode & FMODE_WRITE) && (!(inode->i_mode & S_IWUGO) || !ops->store))
		return -EACCES;
	if ((file->f_mode & FMODE_READ) && (!(inode->i_mode & S_IRUGO) || !ops->show))
		return -EACCES;
	return single_open(file, sysfs_show, node);
}

static ssize_t sysfs_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	struct sysfs_node *node = file->f_inode->i_private;
	const struct sysfs_ops *ops = node->kobj->ktype->sysfs_ops;
	char *text;
	ssize_t n;

	count = min(count, (size_t)PAGE_SIZE);
	text = memdup_user_nul(buf, count);
	if (IS_ERR(text))
		return PTR_ERR(text);
	n = ops->store(node->kobj, (struct attribute *)node->attr, text, count);
	kfree(text);
	if (n > 0)
		*pos += n;
	return n;
}

static __poll_t sysfs_poll(struct file *file, struct poll_table_struct *pt)
{
	struct sysfs_node *node = file->f_inode->i_private;

	poll_wait(file, &node->notified, pt);
	return DEFAULT_POLLMASK;
}

static const struct file_operations sysfs_file_operations = {
	.open = sysfs_open,
	.read = seq_read,
	.write = sysfs_write,
	.llseek = seq_lseek,
	.poll = sysfs_poll,
	.release = single_release,
};

/* ---- Binary attributes ---- */

static int sysfs_bin_open(struct inode *inode, struct file *file)
{
	struct sysfs_node *node = inode->i_private;
	const struct bin_attribute *bin = container_of(node->attr, struct bin_attribute, attr);

	if ((file->f_mode & FMODE_WRITE) && (!(inode->i_mode & S_IWUGO) || !bin->write))
		return -EACCES;
	if ((file->f_mode & FMODE_READ) && (!(inode->i_mode & S_IRUGO) || !bin->read))
		return -EACCES;
	return 0;
}

/* What is left of @count at @pos in a file of the attribute's size. */
static ssize_t bin_count(const struct bin_attribute *bin, size_t count, loff_t pos, ssize_t beyond)
{
	count = min(count, (size_t)PAGE_SIZE);
	if (!bin->size)
		return count;
	if (pos >= bin->size)
		return beyond;
	return min_t(u64, count, bin->size - pos);
}

static ssize_t sysfs_bin_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	struct sysfs_node *node = file->f_inode->i_private;
	struct bin_attribute *bin = container_of((struct attribute *)node->attr,
						 struct bin_attribute, attr);
	ssize_t n = bin_count(bin, count, *pos, 0);
	char *page;

	if (n <= 0)
		return n;
	page = (char *)get_zeroed_page(GFP_KERNEL);
	if (!page)
		return -ENOMEM;
	n = bin->read(file, node->kobj, bin, page, *pos, n);
	n = min_t(ssize_t, n, min(count, (size_t)PAGE_SIZE));
	if (n > 0) {
		memcpy(buf, page, n);
		*pos += n;
	}
	free_page((unsigned long)page);
	return n;
}

static ssize_t sysfs_bin_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	struct sysfs_node *node = file->f_inode->i_private;
	struct bin_attribute *bin = container_of((struct attribute *)node->attr,
						 struct bin_attribute, attr);
	ssize_t n = bin_count(bin, count, *pos, -EFBIG);
	char *copy;

	if (n <= 0)
		return n;
	copy = memdup_user(buf, n);
	if (IS_ERR(copy))
		return PTR_ERR(copy);
	n = bin->write(file, node->kobj, bin, copy, *pos, n);
	kfree(copy);
	if (n > 0)
		*pos += n;
	return n;
}

static const struct file_operations sysfs_bin_operations = {
	.open = sysfs_bin_open,
	.read = sysfs_bin_read,
	.write = sysfs_bin_write,
	.llseek = generic_file_llseek,
};

/* ---- Making and removing ---- */

static void sysfs_evict(struct inode *inode)
{
	kfree(inode->i_private);
}

static const struct inode_operations sysfs_inode_operations = {
	.evict = sysfs_evict,
};

int sysfs_add_file(struct dentry *dir, struct kobject *kobj, const struct attribute *attr,
		    umode_t mode, bool is_bin)
{
	const void *const needs[] = { attr, kobj ? kobj->ktype : NULL };
	struct sysfs_node *node;
	struct inode *inode;
	struct dentry *d;

	if (WARN(!dir || !attr->name, "sysfs: file for a kobject that is not in the tree\n"))
		return -EINVAL;
	inode = new_inode(sysfs_sb, S_IFREG | (mode & 0777));
	if (!inode)
		return -ENOMEM;
	node = kzalloc(sizeof(*node), GFP_KERNEL);
	inode->i_private = node;
	inode->i_op = &sysfs_inode_operations;
	inode->i_gate = gate_alloc(ENODEV);
	if (!node || !inode->i_gate) {
		iput(inode);
		return -ENOMEM;
	}
	node->kobj = kobj;
	node->attr = attr;
	init_waitqueue_head(&node->notified);
	inode->i_fop = is_bin ? &sysfs_bin_operations : &sysfs_file_operations;
	inode->i_size = is_bin ? container_of(attr, struct bin_attribute, attr)->size : PAGE_SIZE;
	d = tree_add(dir, attr->name, inode);
	if (IS_ERR(d)) {
		iput(inode);
		if (PTR_ERR(d) == -EEXIST)
			WARN(1, "sysfs: cannot create duplicate filename '%s/%s'\n",
			     kobject_name(kobj), attr->name);
		return PTR_ERR(d);
	}
	gate_belongs_to(d, needs, ARRAY_SIZE(needs));
	return 0;
}

/* Remove a name below @dir; missing ones are passed over. */
void sysfs_remove_child(struct dentry *dir, const char *name)
{
	struct dentry *d = dir ? tree_lookup(dir, name) : NULL;

	if (d) {
		tree_remove(d);
		dput(d);
	}
}

struct dentry *sysfs_make_dir(struct dentry *parent, const char *name, const void *owner)
{
	struct inode *inode = new_inode(sysfs_sb, S_IFDIR | 0755);
	struct dentry *d;

	if (!inode)
		return ERR_PTR(-ENOMEM);
	inode->i_fop = &simple_dir_operations;
	if (owner && !(inode->i_gate = gate_alloc(ENODEV))) {
		iput(inode);
		return ERR_PTR(-ENOMEM);
	}
	d = tree_add(parent, name, inode);
	if (IS_ERR(d))
		iput(inode);
	else
		gate_belongs_to(d, &owner, 1);
	return d;
}

struct dentry *sysfs_dir_of(struct kobject *kobj)
{
	return kobj ? kobj->sd : sysfs_root;
}

int sysfs_create_dir(struct kobject *kobj, const void *owner)
{
	struct dentry *parent = sysfs_dir_of(kobj->parent), *d;

	if (!parent)
		return -ENOENT;
	d = sysfs_make_dir(parent, kobject_name(kobj), owner);
	if (IS_ERR(d)) {
		if (PTR_ERR(d) == -EEXIST)
			WARN(1, "sysfs: cannot create duplicate filename '%s'\n",
			     kobject_name(kobj));
		return PTR_ERR(d);
	}
	kobj->sd = dget(d);
	return 0;
}

void sysfs_remove_dir(struct kobject *kobj)
{
	struct dentry *d = kobj->sd;

	kobj->sd = NULL;
	if (d) {
		tree_remove(d);
		dput(d);
	}
}

/* Only for folders without contents of their own yet: what Linux's callers do with it. */
int sysfs_rename_dir(struct kobject *kobj, const char *new_name)
{
	struct dentry *old = kobj->sd, *d;

	if (!old)
		return -ENOENT;
	if (!list_empty(&old->d_subdirs))
		return -EBUSY;
	d = sysfs_make_dir(old->d_parent, new_name, NULL);
	if (IS_ERR(d))
		return PTR_ERR(d);
	kobj->sd = dget(d);
	tree_remove(old);
	dput(old);
	return 0;
}

int sysfs_create_file(struct kobject *kobj, const struct attribute *attr)
{
	return sysfs_add_file(sysfs_dir_of(kobj), kobj, attr, attr->mode, false);
}
EXPORT_SYMBOL_GPL(sysfs_create_file);

void sysfs_remove_file(struct kobject *kobj, const struct attribute *attr)
{
	sysfs_remove_child(sysfs_dir_of(kobj), attr->name);
}
EXPORT_SYMBOL_GPL(sysfs_remove_file);

int sysfs_create_files(struct kobject *kobj, const struct attribute *const *attrs)
{
	int err = 0, i;

	for (i = 0; attrs[i] && !err; i++)
		err = sysfs_create_file(kobj, attrs[i]);
	if (err)
		while (--i > 0)
			sysfs_remove_file(kobj, attrs[i - 1]);
	return err;
}
EXPORT_SYMBOL_GPL(sysfs_create_files);

void sysfs_remove_files(struct kobject *kobj, const struct attribute *const *attrs)
{
	for (int i = 0; attrs[i]; i++)
		sysfs_remove_file(kobj, attrs[i]);
}
EXPORT_SYMBOL_GPL(sysfs_remove_files);

int sysfs_chmod_file(struct kobject *kobj, const struct attribute *attr, umode_t mode)
{
	struct dentry *d = tree_lookup(sysfs_dir_of(kobj), attr->name);

	if (!d)
		return -ENOENT;
	d->d_inode->i_mode = (d->d_inode->i_mode & S_IFMT) | (mode & 0777);
	dput(d);
	return 0;
}
EXPORT_SYMBOL_GPL(sysfs_chmod_file);

int sysfs_create_bin_file(struct kobject *kobj, const struct bin_attribute *bin)
{
	return sysfs_add_file(sysfs_dir_of(kobj), kobj, &bin->attr, bin->attr.mode, true);
}
EXPORT_SYMBOL_GPL(sysfs_create_bin_file);

void sysfs_remove_bin_file(struct kobject *kobj, const struct bin_attribute *bin)
{
	sysfs_remove_child(sysfs_dir_of(kobj), bin->attr.name);
}
EXPORT_SYMBOL_GPL(sysfs_remove_bin_file);

/* ---- Links and mount points ---- */

static unsigned int depth_of(const struct dentry *d)
{
	unsigned int depth = 0;

	for (; d != sysfs_root; d = d->d_parent)
		depth++;
	return depth;
}

/* The innermost folder that both are below, or are. */
static struct dentry *common_folder(struct dentry *a, struct dentry *b)
{
	while (a != b) {
		if (depth_of(a) > depth_of(b))
			a = a->d_parent;
		else
			b = b->d_parent;
	}
	return a;
}

int sysfs_create_link(struct kobject *kobj, struct kobject *target, const char *name)
{
	struct dentry *dir = sysfs_dir_of(kobj), *to = target ? target->sd : NULL, *common, *d;
	struct inode *inode;
	char *buf, *path;
	unsigned int up;
	int err = -ENOMEM;

	if (WARN_ON(!dir) || !to)
		return -EINVAL;
	/* Up to the folder that both are in, by as many "../" as it takes; then the target's path from there. */
	common = common_folder(dir, to->d_parent);
	buf = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	path = buf + PATH_MAX / 2;
	*path = '\0';
	for (struct dentry *p = to; p != common; p = p->d_parent) {
		size_t len = p->d_name.len + 1;

		if (path - buf < (long)len)
			goto out;
		path -= len;
		memcpy(path, p->d_name.name, len - 1);
		path[len - 1] = p == to ? '\0' : '/';
	}
	up = depth_of(dir) - depth_of(common);
	if (path - buf < 3L * up)
		goto out;
	for (; up; up--) {
		path -= 3;
		memcpy(path, "../", 3);
	}
	inode = new_symlink_inode(sysfs_sb, path, strlen(path));
	if (!inode)
		goto out;
	d = tree_add(dir, name, inode);
	err = PTR_ERR_OR_ZERO(d);
	if (err)
		iput(inode);
	if (err == -EEXIST)
		WARN(1, "sysfs: cannot create duplicate filename '%s'\n", name);
out:
	kfree(buf);
	return err;
}
EXPORT_SYMBOL_GPL(sysfs_create_link);

void sysfs_remove_link(struct kobject *kobj, const char *name)
{
	sysfs_remove_child(sysfs_dir_of(kobj), name);
}
EXPORT_SYMBOL_GPL(sysfs_remove_link);

int sysfs_create_mount_point(struct kobject *parent, const char *name)
{
	return PTR_ERR_OR_ZERO(sysfs_make_dir(sysfs_dir_of(parent), name, NULL));
}
EXPORT_SYMBOL_GPL(sysfs_create_mount_point);

void sysfs_remove_mount_point(struct kobject *parent, const char *name)
{
	sysfs_remove_child(sysfs_dir_of(parent), name);
}
EXPORT_SYMBOL_GPL(sysfs_remove_mount_point);

void sysfs_notify(struct kobject *kobj, const char *dir, const char *attr)
{
	struct dentry *d = sysfs_group_dir(kobj, dir), *file;
	struct sysfs_node *node;

	if (!d)
		return;
	file = attr ? tree_lookup(d, attr) : NULL;
	if (file && file->d_inode->i_fop == &sysfs_file_operations) {
		node = file->d_inode->i_private;
		node->event++;
		wake_up_interruptible_all(&node->notified);
	}
	dput(file);
	dput(d);
}
EXPORT_SYMBOL_GPL(sysfs_notify);

/* ---- Output ---- */

int sysfs_emit(char *buf, const char *fmt, ...)
{
	va_list args;
	int len;

	if (WARN(!buf || offset_in_page(buf), "invalid sysfs_emit: buf:%p\n", buf))
		return 0;
	va_start(args, fmt);
	len = vscnprintf(buf, PAGE_SIZE, fmt, args);
	va_end(args);
	return len;
}
EXPORT_SYMBOL_GPL(sysfs_emit);

int sysfs_emit_at(char *buf, int at, const char *fmt, ...)
{
	va_list args;
	int len;

	if (WARN(!buf || offset_in_page(buf) || at < 0 || at >= (int)PAGE_SIZE,
		 "invalid sysfs_emit_at: buf:%p at:%d\n", buf, at))
		return 0;
	va_start(args, fmt);
	len = vscnprintf(buf + at, PAGE_SIZE - at, fmt, args);
	va_end(args);
	return len;
}
EXPORT_SYMBOL_GPL(sysfs_emit_at);

void __init sysfs_init(void)
{
	path_mkdir(NULL, "/sys", 0755);
	sysfs_sb = mount_fs("sysfs", "sysfs", "/sys");
	sysfs_root = sysfs_sb->s_root;
	kernel_kobj = kobject_create_and_add("kernel", NULL);
	mm_kobj = kobject_create_and_add("mm", kernel_kobj);
	firmware_kobj = kobject_create_and_add("firmware", NULL);
	if (!kernel_kobj || !mm_kobj || !firmware_kobj ||
	    sysfs_create_mount_point(kernel_kobj, "debug"))
		panic("sysfs: no memory");
}
