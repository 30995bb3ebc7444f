// SPDX-License-Identifier: MIT
/*
 * /proc: the interface by which files appear in it. What the kernel itself shows there is in proc_files.c
 * and in the parts that know the facts.
 *
 * An entry's inode has operations of ours that call the entry's struct proc_ops. The gate in front of
 * them (see gate.h) makes removal safe; entry and inode live until the last file is closed.
 */
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/poll.h>
#include <linux/bug.h>
#include "internal.h"

struct proc_dir_entry {
	struct dentry *dentry;		/* no reference: the entry goes with the dentry's inode */
	const struct proc_ops *ops;	/* NULL for folders and links */
	void *data;
	/* For proc_create_seq() and proc_create_single(): what the built-in operations open. */
	const struct seq_operations *seq_ops;
	int (*show)(struct seq_file *m, void *v);
	unsigned int state_size;
	const void *owner;		/* of a folder: the module that made it, or NULL */
};

static struct super_block *proc_sb;

static struct proc_dir_entry *pde_of(const struct inode *inode)
{
	return inode->i_private;
}

/* ---- File operations ---- */

static int proc_open(struct inode *inode, struct file *file)
{
	const struct proc_ops *ops = pde_of(inode)->ops;

	if (!ops->proc_lseek)
		file->f_mode &= ~FMODE_LSEEK;
	return ops->proc_open ? ops->proc_open(inode, file) : 0;
}

static int proc_release(struct inode *inode, struct file *file)
{
	const struct proc_ops *ops = pde_of(inode)->ops;

	return ops->proc_release ? ops->proc_release(inode, file) : 0;
}

static ssize_t proc_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	const struct proc_ops *ops = pde_of(file->f_inode)->ops;

	return ops->proc_read ? ops->proc_read(file, buf, count, pos) : -EIO;
}

static ssize_t proc_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	const struct proc_ops *ops = pde_of(file->f_inode)->ops;

	return ops->proc_write ? ops->proc_write(file, buf, count, pos) : -EIO;
}

static loff_t proc_lseek(struct file *file, loff_t offset, int whence)
{
	return pde_of(file->f_inode)->ops->proc_lseek(file, offset, whence);
}

static __poll_t proc_poll(struct file *file, struct poll_table_struct *pt)
{
	const struct proc_ops *ops = pde_of(file->f_inode)->ops;

	return ops->proc_poll ? ops->proc_poll(file, pt) : DEFAULT_POLLMASK;
}

static long proc_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	const struct proc_ops *ops = pde_of(file->f_inode)->ops;

	return ops->proc_ioctl ? ops->proc_ioctl(file, cmd, arg) : -ENOTTY;
}

static const struct file_operations proc_file_operations = {
	.open = proc_open,
	.release = proc_release,
	.read = proc_read,
	.write = proc_write,
	.llseek = proc_lseek,
	.poll = proc_poll,
	.unlocked_ioctl = proc_ioctl,
};

/* ---- Entries made of a seq_operations or a show function ---- */

static int proc_seq_open(struct inode *inode, struct file *file)
{
	struct proc_dir_entry *de = pde_of(inode);

	if (de->state_size)
		return seq_open_private(file, de->seq_ops, de->state_size);
	return seq_open(file, de->seq_ops);
}

static int proc_seq_release(struct inode *inode, struct file *file)
{
	return pde_of(inode)->state_size ? seq_release_private(inode, file) : seq_release(inode, file);
}

static const struct proc_ops proc_seq_ops = {
	.proc_open = proc_seq_open,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = proc_seq_release,
};

static int proc_single_open(struct inode *inode, struct file *file)
{
	struct proc_dir_entry *de = pde_of(inode);

	return single_open(file, de->show, de->data);
}

static const struct proc_ops proc_single_ops = {
	.proc_open = proc_single_open,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = single_release,
};

/* ---- Making and removing ---- */

static void proc_evict(struct inode *inode)
{
	if (S_ISLNK(inode->i_mode))
		kfree(inode->i_link);
	kfree(inode->i_private);
}

static const struct inode_operations proc_inode_operations = {
	.evict = proc_evict,
};

static struct dentry *dir_of(struct proc_dir_entry *parent)
{
	return parent ? parent->dentry : proc_sb->s_root;
}

/* The folder that the last part of "a/b/c" goes into, with a reference, and that part. */
static struct dentry *find_folder(const char **name, struct proc_dir_entry *parent)
{
	struct dentry *dir = dget(dir_of(parent)), *next;
	const char *slash;
	char part[NAME_MAX + 1];

	while ((slash = strchr(*name, '/'))) {
		size_t len = slash - *name;

		next = NULL;
		if (len < sizeof(part)) {
			memcpy(part, *name, len);
			part[len] = '\0';
			next = tree_lookup(dir, part);
		}
		dput(dir);
		if (!next)
			return NULL;
		dir = next;
		*name = slash + 1;
	}
	return dir;
}

/* What @inode does when it is used: as a folder, a link to @link, or a file. Returns: false, no memory. */
static bool set_up_inode(struct inode *inode, const struct proc_dir_entry *proto, const char *link)
{
	inode->i_op = &proc_inode_operations;
	if (link) {
		inode->i_link = kstrdup(link, GFP_KERNEL);
		if (inode->i_link)
			i_size_write(inode, strlen(link));
		return inode->i_link;
	}
	inode->i_fop = S_ISDIR(inode->i_mode) ? &simple_dir_operations : &proc_file_operations;
	if (S_ISDIR(inode->i_mode) && !proto->owner)
		return true;
	inode->i_gate = gate_alloc(EIO);
	return inode->i_gate;
}

static struct dentry *add_name(struct dentry *dir, const char *name, struct inode *inode, struct proc_dir_entry *de)
{
	struct dentry *d;

	mutex_lock(&namespace_lock);
	d = tree_add_locked(dir, name, strlen(name), inode);
	if (!IS_ERR(d))
		de->dentry = d;
	mutex_unlock(&namespace_lock);
	if (d == ERR_PTR(-EEXIST))
		WARN(1, "proc_dir_entry '%s/%s' already registered\n",
		     dir->d_parent == dir ? "/proc" : (const char *)dir->d_name.name, name);
	else if (IS_ERR(d) && d != ERR_PTR(-ENOMEM))
		WARN(1, "invalid name '%s'\n", name);
	return d;
}

/* Add an entry. @proto is what the caller has filled in, but for the dentry; it is copied. */
static struct proc_dir_entry *add_entry(const char *path, struct proc_dir_entry *parent, umode_t mode,
					const struct proc_dir_entry *proto, const char *link)
{
	struct proc_dir_entry *de = kmemdup(proto, sizeof(*de), GFP_KERNEL);
	struct inode *inode = new_inode(proc_sb, mode);
	const char *name = path;
	struct dentry *dir = find_folder(&name, parent), *d;

	WARN(!dir, "name '%s'\n", path);
	if (!dir || !de || !inode) {
		kfree(de);
		goto fail;
	}
	inode->i_private = de;		/* from here on it goes with the inode */
	if (!set_up_inode(inode, proto, link))
		goto fail;
	d = add_name(dir, name, inode, de);
	if (IS_ERR(d))
		goto fail;
	if (inode->i_gate) {
		const void *const needs[] = { de->ops, de->seq_ops, (const void *)de->show, de->data, de->owner };

		gate_belongs_to(d, needs, ARRAY_SIZE(needs));
	}
	dput(dir);
	return de;

fail:
	dput(dir);
	iput(inode);
	return NULL;
}

static umode_t file_mode(umode_t mode)
{
	if (!(mode & S_IFMT))
		mode |= S_IFREG;
	return mode & S_IALLUGO ? mode : mode | 0444;
}

struct proc_dir_entry *proc_create_data(const char *name, umode_t mode,
					struct proc_dir_entry *parent,
					const struct proc_ops *proc_ops, void *data)
{
	struct proc_dir_entry de = { .ops = proc_ops, .data = data };

	return add_entry(name, parent, file_mode(mode), &de, NULL);
}
EXPORT_SYMBOL(proc_create_data);

struct proc_dir_entry *proc_create(const char *name, umode_t mode, struct proc_dir_entry *parent,
				   const struct proc_ops *proc_ops)
{
	return proc_create_data(name, mode, parent, proc_ops, NULL);
}
EXPORT_SYMBOL(proc_create);

struct proc_dir_entry *proc_create_seq_private(const char *name, umode_t mode,
					       struct proc_dir_entry *parent,
					       const struct seq_operations *ops,
					       unsigned int state_size, void *data)
{
	struct proc_dir_entry de = {
		.ops = &proc_seq_ops, .data = data, .seq_ops = ops, .state_size = state_size,
	};

	return add_entry(name, parent, file_mode(mode), &de, NULL);
}
EXPORT_SYMBOL(proc_create_seq_private);

struct proc_dir_entry *proc_create_single_data(const char *name, umode_t mode,
					       struct proc_dir_entry *parent,
					       int (*show)(struct seq_file *, void *), void *data)
{
	struct proc_dir_entry de = { .ops = &proc_single_ops, .data = data, .show = show };

	return add_entry(name, parent, file_mode(mode), &de, NULL);
}
EXPORT_SYMBOL(proc_create_single_data);

/* @caller: a return address. */
static struct proc_dir_entry *mkdir_for(const void *caller, const char *name, umode_t mode,
					struct proc_dir_entry *parent, void *data)
{
	struct proc_dir_entry de = { .data = data, .owner = module_of_caller(caller) };

	return add_entry(name, parent, S_IFDIR | (mode ? mode : 0555), &de, NULL);
}

struct proc_dir_entry *proc_mkdir_data(const char *name, umode_t mode,
				       struct proc_dir_entry *parent, void *data)
{
	return mkdir_for(__builtin_return_address(0), name, mode, parent, data);
}
EXPORT_SYMBOL_GPL(proc_mkdir_data);

struct proc_dir_entry *proc_mkdir_mode(const char *name, umode_t mode,
				       struct proc_dir_entry *parent)
{
	return mkdir_for(__builtin_return_address(0), name, mode, parent, NULL);
}
EXPORT_SYMBOL(proc_mkdir_mode);

struct proc_dir_entry *proc_mkdir(const char *name, struct proc_dir_entry *parent)
{
	return mkdir_for(__builtin_return_address(0), name, 0, parent, NULL);
}
EXPORT_SYMBOL(proc_mkdir);

struct proc_dir_entry *proc_symlink(const char *name, struct proc_dir_entry *parent,
				    const char *dest)
{
	struct proc_dir_entry de = { };

	return add_entry(name, parent, S_IFLNK | 0777, &de, dest);
}
EXPORT_SYMBOL(proc_symlink);

void proc_set_size(struct proc_dir_entry *de, loff_t size)
{
	i_size_write(de->dentry->d_inode, size);
}
EXPORT_SYMBOL(proc_set_size);

void proc_remove(struct proc_dir_entry *de)
{
	struct dentry *d;

	if (!de)
		return;
	d = dget(de->dentry);
	tree_remove(d);
	dput(d);
}
EXPORT_SYMBOL(proc_remove);

int remove_proc_subtree(const char *name, struct proc_dir_entry *parent)
{
	const char *last = name;
	struct dentry *dir = find_folder(&last, parent), *d;

	d = dir ? tree_lookup(dir, last) : NULL;
	dput(dir);
	if (!d) {
		WARN(1, "name '%s'\n", name);
		return -ENOENT;
	}
	tree_remove(d);
	dput(d);
	return 0;
}
EXPORT_SYMBOL(remove_proc_subtree);

void remove_proc_entry(const char *name, struct proc_dir_entry *parent)
{
	const char *last = name;
	struct dentry *dir = find_folder(&last, parent), *d;

	d = dir ? tree_lookup(dir, last) : NULL;
	dput(dir);
	if (!d) {
		WARN(1, "name '%s'\n", name);
		return;
	}
	WARN(!list_empty(&d->d_subdirs),
	     "%s: removing non-empty directory '%s/%s'\n", "remove_proc_entry",
	     d->d_parent->d_name.name, d->d_name.name);
	tree_remove(d);
	dput(d);
}
EXPORT_SYMBOL(remove_proc_entry);

void *pde_data(const struct inode *inode)
{
	return pde_of(inode)->data;
}
EXPORT_SYMBOL(pde_data);

/* The folder's data; the file's dentry is known through its entry. */
void *proc_get_parent_data(const struct inode *inode)
{
	struct proc_dir_entry *parent = pde_of(pde_of(inode)->dentry->d_parent->d_inode);

	return parent ? parent->data : NULL;
}
EXPORT_SYMBOL_GPL(proc_get_parent_data);

void __init proc_init(void)
{
	path_mkdir(NULL, "/proc", 0555);
	proc_sb = mount_fs("proc", "proc", "/proc");
	proc_mkdir("driver", NULL);
	proc_mkdir("fs", NULL);
	proc_mkdir("bus", NULL);
	proc_mkdir("sys", NULL);
	proc_symlink("mounts", NULL, "self/mounts");
}
