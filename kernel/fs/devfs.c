// SPDX-License-Identifier: MIT
/*
 * /dev: a ramfs in which devices that are registered get a node, and the nodes that are always there:
 * null, zero, full, random, urandom, kmsg, console, tty.
 */
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/random.h>
#include <linux/cdev.h>
#include <linux/module.h>
#include <linux/init.h>
#include <linux/panic.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include "internal.h"
#include "devfs.h"

static struct super_block *devfs_sb;

/* ---- Nodes ---- */

/* A folder for names such as "input/event0". */
static struct dentry *folder_for(const char *name, size_t len)
{
	struct dentry *d = tree_lookup_locked(devfs_sb->s_root, name, len);
	struct inode *inode;

	if (d)
		return d;
	inode = ramfs_new_inode(devfs_sb, S_IFDIR | 0755, 0);
	if (!inode)
		return ERR_PTR(-ENOMEM);
	d = tree_add_locked(devfs_sb->s_root, name, len, inode);
	if (IS_ERR(d))
		iput(inode);
	return d;
}

struct dentry *devnode_create(const char *name, umode_t mode, dev_t dev)
{
	struct inode *inode = ramfs_new_inode(devfs_sb, S_IFCHR | (mode & S_IALLUGO), dev);
	struct dentry *dir = devfs_sb->s_root, *d;
	const char *slash = strchr(name, '/');

	if (!inode)
		return ERR_PTR(-ENOMEM);
	mutex_lock(&namespace_lock);
	if (slash) {
		dir = folder_for(name, slash - name);
		name = slash + 1;
	}
	d = IS_ERR(dir) ? dir : tree_add_locked(dir, name, strlen(name), inode);
	if (!IS_ERR(d))
		dget(d);
	mutex_unlock(&namespace_lock);
	if (IS_ERR(d))
		iput(inode);
	return d;
}

void devnode_remove(struct dentry *dentry)
{
	tree_remove(dentry);
	dput(dentry);
}

/* ---- Memory devices, major 1 ---- */

static ssize_t null_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	return 0;
}

static ssize_t null_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	return count;
}

static ssize_t zero_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	if (signal_pending(current))
		return -EINTR;
	memset(buf, 0, count);
	return count;
}

static ssize_t full_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	return -ENOSPC;
}

static ssize_t random_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	size_t done = 0, n;

	while (done < count) {
		if (signal_pending(current))
			return done ? done : -EINTR;
		n = min_t(size_t, count - done, PAGE_SIZE);
		get_random_bytes(buf + done, n);
		done += n;
	}
	return done;
}

static ssize_t random_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	add_device_randomness(buf, count);
	return count;
}

static const struct file_operations null_fops = {
	.read = null_read, .write = null_write, .llseek = noop_llseek,
};
static const struct file_operations zero_fops = {
	.read = zero_read, .write = null_write, .llseek = noop_llseek,
};
static const struct file_operations full_fops = {
	.read = zero_read, .write = full_write, .llseek = noop_llseek,
};
static const struct file_operations random_fops = {
	.read = random_read, .write = random_write, .llseek = noop_llseek,
};

static const struct builtin_node {
	const char *name;
	unsigned int major, minor;
	umode_t mode;
	const struct file_operations *fops;
} builtin_nodes[] = {
	{ "null", 1, 3, 0666, &null_fops },
	{ "zero", 1, 5, 0666, &zero_fops },
	{ "full", 1, 7, 0666, &full_fops },
	{ "random", 1, 8, 0666, &random_fops },
	{ "urandom", 1, 9, 0666, &random_fops },
	{ "kmsg", 1, 11, 0644, &kmsg_fops },
	{ "tty", 5, 0, 0666, &tty_fops },
	{ "console", 5, 1, 0600, &tty_fops },
};

/* Which of the operations the opened number has: as misc devices choose by minor. */
static int builtin_open(struct inode *inode, struct file *file)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(builtin_nodes); i++) {
		const struct builtin_node *n = &builtin_nodes[i];

		if (MKDEV(n->major, n->minor) != inode->i_rdev)
			continue;
		replace_fops(file, n->fops);
		return n->fops->open ? n->fops->open(inode, file) : 0;
	}
	return -ENXIO;
}

static const struct file_operations builtin_fops = {
	.open = builtin_open,
	.llseek = noop_llseek,
};

void __init devfs_init(void)
{
	path_mkdir(NULL, "/dev", 0755);
	devfs_sb = mount_fs("devtmpfs", "devtmpfs", "/dev");
	devfs_sb->s_open_names = true;
	if (__register_chrdev(1, 0, 256, "mem", &builtin_fops) ||
	    __register_chrdev(5, 0, 256, "tty", &builtin_fops))
		panic("dev: no memory");
	for (unsigned int i = 0; i < ARRAY_SIZE(builtin_nodes); i++) {
		const struct builtin_node *n = &builtin_nodes[i];

		/* The tree's own reference stays; builtin nodes are never removed by the kernel. */
		dput(devnode_create(n->name, n->mode, MKDEV(n->major, n->minor)));
	}
}
