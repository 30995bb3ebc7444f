/* SPDX-License-Identifier: MIT */
/*
 * Between the files of kernel/fs. Lock order: namespace_lock, then inode->i_rwsem, then gate locks.
 */
#pragma once

#include <linux/fs.h>
#include <linux/kobject.h>
#include <linux/seq_file.h>
#include <paddock/driver_call.h>
#include <paddock/fs.h>
#include "gate.h"

/* An operation of the open file @f, checked: file_call(f, "read", read, f, buf, ...). */
#define file_call(f, what, op, ...)	call_driver(what, file_call_name(f), (f)->f_op->op, __VA_ARGS__)

/* For the report. Pipes have no name. */
static inline const char *file_call_name(const struct file *f)
{
	return f->f_path.dentry ? (const char *)f->f_path.dentry->d_name.name : "a pipe";
}

extern atomic_long_t nr_files, nr_inodes, nr_dentries, nr_ramfs_pages;
long ramfs_max_pages(void);	/* ramfs.c: as many of those as files may take */

/* ---- dcache.c: the tree of names ---- */

extern struct mutex namespace_lock;	/* all names, all d_subdirs, i_nlink; never held over driver code */
extern struct dentry *root_dentry;

void dcache_init(void);	/* this and the other *_init(): boot, once, in the order of fs_init(); panic without memory */

/*
 * tree_add_locked - a new name.
 * Locking: namespace_lock held.
 * Returns: the dentry, kept by the tree (no reference for the caller), or ERR_PTR(-EEXIST, -ENOENT (the
 *          directory is gone), -ENOTDIR, -EINVAL (a name such as "" or ".."), -ENAMETOOLONG, -ENOMEM).
 * Owner: takes over the caller's reference to @inode on success only.
 */
struct dentry *tree_add_locked(struct dentry *parent, const char *name, size_t len,
			       struct inode *inode);
/*
 * The two halves of it, for rename: tree_prepare() allocates a dentry that is not in the tree (dput() drops
 * it, and with it the inode's reference); tree_insert_locked() cannot fail; the name must be free.
 */
struct dentry *tree_prepare(struct dentry *parent, const char *name, size_t len,
			    struct inode *inode);
void tree_insert_locked(struct dentry *d);
/* tree_lookup_locked - a name in a directory, without a reference, or NULL. Locking: namespace_lock held. */
struct dentry *tree_lookup_locked(struct dentry *parent, const char *name, size_t len);
/* tree_remove_locked - take one name (an empty directory, or no directory) out. Locking: as above. */
void tree_remove_locked(struct dentry *dentry);
/* The same three with the lock taken inside; lookup returns a reference. */
struct dentry *tree_add(struct dentry *parent, const char *name, struct inode *inode);
struct dentry *tree_lookup(struct dentry *parent, const char *name);
/*
 * tree_remove - take a name out with everything below it, closing the gates of all files met: on return
 * no code of theirs runs or will run. Context: thread; waits for calls under way.
 */
void tree_remove(struct dentry *dentry);
/* tree_first_child_locked - for readdir: the first name with a cookie of at least @cookie, or NULL. */
struct dentry *tree_first_child_locked(struct dentry *dir, u64 cookie);

/* ---- inode.c ---- */

void inode_init(void);
/* new_inode - i_count 1, no operations. Returns NULL when memory is out. */
struct inode *new_inode(struct super_block *sb, umode_t mode);
struct inode *igrab(struct inode *inode);
void iput(struct inode *inode);

/* ---- file.c ---- */

void file_init(void);
extern spinlock_t open_files_lock;	/* leaf */
extern struct list_head open_files;
/*
 * open_inode - a struct file for @inode, ->open() called.
 * @dentry: its name, or NULL for a pipe. Takes its own references.
 */
struct file *open_inode(struct inode *inode, struct dentry *dentry, int flags);
extern const struct file_operations simple_dir_operations;

/* ---- namei.c ---- */

/*
 * path_parent_locked - walk to the directory that holds the last part of @path.
 * @last, @len: receive the last part, inside @path; trailing slashes are left out.
 * Locking: namespace_lock held on entry and return.
 * Returns: the directory without a reference, or ERR_PTR.
 */
struct dentry *path_parent_locked(struct dentry *cwd, const char *path, const char **last,
				  size_t *len);
struct dentry *path_lookup_locked(struct dentry *cwd, const char *path, bool follow_last);

/* ---- Mounts and file systems ---- */

/*
 * mount_fs - put an empty directory of a new file system at @path, which must be a directory.
 * Context: boot. Panics when memory is out: there is no system without its file tree.
 */
struct super_block *mount_fs(const char *type, const char *source, const char *path);
struct list_head *mount_list(void);

/* ramfs_new_inode - a directory, regular file (contents in pages) or device node. NULL: memory is out. */
struct inode *ramfs_new_inode(struct super_block *sb, umode_t mode, dev_t rdev);
/* new_symlink_inode - i_link is a copy of @target. NULL: memory is out. */
struct inode *new_symlink_inode(struct super_block *sb, const char *target, size_t len);

extern const struct file_operations def_chr_fops;

void proc_init(void);
void sysfs_init(void);
void debugfs_init(void);
void devfs_init(void);
void chrdev_init(void);
void device_core_init(void);

/* devfs.c: the file of a device appears and goes. devnode_create returns ERR_PTR on failure. */
struct dentry *devnode_create(const char *name, umode_t mode, dev_t dev);
void devnode_remove(struct dentry *dentry);

/* sysfs.c, for kobject.c */
int sysfs_create_dir(struct kobject *kobj, const void *owner);	/* @owner: as sysfs_make_dir() */
void sysfs_remove_dir(struct kobject *kobj);
int sysfs_rename_dir(struct kobject *kobj, const char *new_name);
extern struct dentry *sysfs_root;
