// SPDX-License-Identifier: MIT
/*
 * debugfs: files with the driver's own file operations, below /sys/kernel/debug.
 *
 * While such a file is open its module stays (file_operations.owner); removal closes the file's gate,
 * so built-in code and modules alike are never called after debugfs_remove().
 */
#include <linux/debugfs.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/export.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include "internal.h"

static struct super_block *debugfs_sb;

/* Add @inode (whose reference is taken over) as @name. */
static struct dentry *add(const char *name, struct dentry *parent, struct inode *inode)
{
	struct dentry *d;

	if (IS_ERR(parent)) {
		iput(inode);
		return parent;
	}
	if (!inode)
		return ERR_PTR(-ENOMEM);
	d = tree_add(parent ? parent : debugfs_sb->s_root, name, inode);
	if (IS_ERR(d)) {
		iput(inode);
		if (PTR_ERR(d) == -EEXIST)
			pr_err("debugfs: %s '%s' with parent '%s' already present!\n",
			       S_ISDIR(inode->i_mode) ? "Directory" : "File", name,
			       parent ? (const char *)parent->d_name.name : "/");
	}
	return d;
}

static const struct file_operations debugfs_noop_fops = {
	.open = simple_open,
	.llseek = noop_llseek,
};

struct dentry *debugfs_create_file(const char *name, umode_t mode, struct dentry *parent, void *data,
				   const struct file_operations *fops)
{
	struct inode *inode = new_inode(debugfs_sb, S_IFREG | (mode & S_IALLUGO));
	struct dentry *d;

	if (inode) {
		inode->i_gate = gate_alloc(EIO);
		inode->i_private = data;
		inode->i_fop = fops ? fops : &debugfs_noop_fops;
		if (!inode->i_gate) {
			iput(inode);
			inode = NULL;
		}
	}
	d = add(name, parent, inode);
	if (!IS_ERR(d)) {
		const void *const needs[] = { fops, data };

		gate_belongs_to(d, needs, ARRAY_SIZE(needs));
	}
	return d;
}
EXPORT_SYMBOL_GPL(debugfs_create_file);

void debugfs_create_file_size(const char *name, umode_t mode, struct dentry *parent, void *data,
			      const struct file_operations *fops, loff_t file_size)
{
	struct dentry *d = debugfs_create_file(name, mode, parent, data, fops);

	if (!IS_ERR(d))
		i_size_write(d->d_inode, file_size);
}
EXPORT_SYMBOL_GPL(debugfs_create_file_size);

struct dentry *debugfs_create_dir(const char *name, struct dentry *parent)
{
	struct inode *inode = new_inode(debugfs_sb, S_IFDIR | 0755);

	const void *owner = module_of_caller(__builtin_return_address(0));
	struct dentry *d;

	if (inode) {
		inode->i_fop = &simple_dir_operations;
		if (owner && !(inode->i_gate = gate_alloc(EIO))) {
			iput(inode);
			inode = NULL;
		}
	}
	d = add(name, parent, inode);
	if (!IS_ERR(d))
		gate_belongs_to(d, &owner, 1);
	return d;
}
EXPORT_SYMBOL_GPL(debugfs_create_dir);

struct dentry *debugfs_create_symlink(const char *name, struct dentry *parent, const char *dest)
{
	return add(name, parent, new_symlink_inode(debugfs_sb, dest, strlen(dest)));
}
EXPORT_SYMBOL_GPL(debugfs_create_symlink);

struct dentry *debugfs_lookup(const char *name, struct dentry *parent)
{
	if (!name || IS_ERR(parent))
		return NULL;
	return tree_lookup(parent ? parent : debugfs_sb->s_root, name);
}
EXPORT_SYMBOL_GPL(debugfs_lookup);

void debugfs_remove(struct dentry *dentry)
{
	if (IS_ERR_OR_NULL(dentry))
		return;
	/* Callers hold no reference: the tree's own keeps the dentry until it is taken out. */
	dget(dentry);
	tree_remove(dentry);
	dput(dentry);
}
EXPORT_SYMBOL_GPL(debugfs_remove);

void debugfs_lookup_and_remove(const char *name, struct dentry *parent)
{
	struct dentry *d = debugfs_lookup(name, parent);

	if (d) {
		debugfs_remove(d);
		dput(d);
	}
}
EXPORT_SYMBOL_GPL(debugfs_lookup_and_remove);

/* ---- Numbers ---- */

/* A file's mode says which of reading and writing it has, as in Linux. */
static void create_mode(const char *name, umode_t mode, struct dentry *parent, void *value,
			const struct file_operations *rw, const struct file_operations *ro,
			const struct file_operations *wo)
{
	debugfs_create_file(name, mode, parent, value,
			    !(mode & S_IWUGO) ? ro : !(mode & S_IRUGO) ? wo : rw);
}

#define NUMBER_FILE(name, type, fmt) \
static int name##_get(void *data, u64 *val) \
{ \
	*val = READ_ONCE(*(type *)data); \
	return 0; \
} \
static int name##_set(void *data, u64 val) \
{ \
	WRITE_ONCE(*(type *)data, (type)val); \
	return 0; \
} \
DEFINE_SIMPLE_ATTRIBUTE(fops_##name, name##_get, name##_set, fmt); \
DEFINE_SIMPLE_ATTRIBUTE(fops_##name##_ro, name##_get, NULL, fmt); \
DEFINE_SIMPLE_ATTRIBUTE(fops_##name##_wo, NULL, name##_set, fmt); \
void debugfs_create_##name(const char *fname, umode_t mode, struct dentry *parent, type *value) \
{ \
	create_mode(fname, mode, parent, value, &fops_##name, &fops_##name##_ro, &fops_##name##_wo); \
} \
EXPORT_SYMBOL_GPL(debugfs_create_##name)

NUMBER_FILE(u8, u8, "%llu\n");
NUMBER_FILE(u16, u16, "%llu\n");
NUMBER_FILE(u32, u32, "%llu\n");
NUMBER_FILE(u64, u64, "%llu\n");
NUMBER_FILE(ulong, unsigned long, "%llu\n");
NUMBER_FILE(x8, u8, "0x%02llx\n");
NUMBER_FILE(x16, u16, "0x%04llx\n");
NUMBER_FILE(x32, u32, "0x%08llx\n");
NUMBER_FILE(x64, u64, "0x%016llx\n");
NUMBER_FILE(size_t, size_t, "%llu\n");

static int atomic_get(void *data, u64 *val)
{
	*val = atomic_read((atomic_t *)data);
	return 0;
}

static int atomic_set_value(void *data, u64 val)
{
	atomic_set((atomic_t *)data, val);
	return 0;
}

DEFINE_SIMPLE_ATTRIBUTE_SIGNED(fops_atomic, atomic_get, atomic_set_value, "%lld\n");
DEFINE_SIMPLE_ATTRIBUTE_SIGNED(fops_atomic_ro, atomic_get, NULL, "%lld\n");
DEFINE_SIMPLE_ATTRIBUTE_SIGNED(fops_atomic_wo, NULL, atomic_set_value, "%lld\n");

void debugfs_create_atomic_t(const char *name, umode_t mode, struct dentry *parent, atomic_t *value)
{
	create_mode(name, mode, parent, value, &fops_atomic, &fops_atomic_ro, &fops_atomic_wo);
}
EXPORT_SYMBOL_GPL(debugfs_create_atomic_t);

/* ---- Words and blocks ---- */

static ssize_t bool_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	const bool *val = file->private_data;

	return simple_read_from_buffer(buf, count, pos, *val ? "Y\n" : "N\n", 2);
}

static ssize_t bool_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	bool *val = file->private_data, new;

	/* As in Linux, what kstrtobool() does not know changes nothing, and is no error. */
	if (kstrtobool_from_user(buf, count, &new) == 0)
		*val = new;
	return count;
}

static const struct file_operations fops_bool = {
	.open = simple_open, .read = bool_read, .write = bool_write, .llseek = default_llseek,
};
static const struct file_operations fops_bool_ro = {
	.open = simple_open, .read = bool_read, .llseek = default_llseek,
};
static const struct file_operations fops_bool_wo = {
	.open = simple_open, .write = bool_write, .llseek = default_llseek,
};

void debugfs_create_bool(const char *name, umode_t mode, struct dentry *parent, bool *value)
{
	create_mode(name, mode, parent, value, &fops_bool, &fops_bool_ro, &fops_bool_wo);
}
EXPORT_SYMBOL_GPL(debugfs_create_bool);

static int str_show(struct seq_file *m, void *v)
{
	char **str = m->private;

	seq_printf(m, "%s\n", *str ? *str : "");
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(str);

void debugfs_create_str(const char *name, umode_t mode, struct dentry *parent, char **value)
{
	debugfs_create_file(name, mode & ~S_IWUGO, parent, value, &str_fops);
}
EXPORT_SYMBOL_GPL(debugfs_create_str);

static ssize_t blob_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	struct debugfs_blob_wrapper *blob = file->private_data;

	return simple_read_from_buffer(buf, count, pos, blob->data, blob->size);
}

static const struct file_operations fops_blob = {
	.open = simple_open, .read = blob_read, .llseek = default_llseek,
};

struct dentry *debugfs_create_blob(const char *name, umode_t mode, struct dentry *parent,
				   struct debugfs_blob_wrapper *blob)
{
	return debugfs_create_file(name, mode & 0444, parent, blob, &fops_blob);
}
EXPORT_SYMBOL_GPL(debugfs_create_blob);

static int u32_array_show(struct seq_file *m, void *v)
{
	struct debugfs_u32_array *a = m->private;

	for (u32 i = 0; i < a->n_elements; i++)
		seq_printf(m, "%u%c", a->array[i], i + 1 < a->n_elements ? ' ' : '\n');
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(u32_array);

void debugfs_create_u32_array(const char *name, umode_t mode, struct dentry *parent,
			      struct debugfs_u32_array *array)
{
	debugfs_create_file(name, mode & 0444, parent, array, &u32_array_fops);
}
EXPORT_SYMBOL_GPL(debugfs_create_u32_array);

void __init debugfs_init(void)
{
	debugfs_sb = mount_fs("debugfs", "debugfs", "/sys/kernel/debug");
}
