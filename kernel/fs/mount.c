// SPDX-License-Identifier: MIT
/*
 * Bringing the file tree up: the root, and the file systems that are mounted at boot.
 *
 * "Mounted" means that a directory and all below it belong to another super block; paths walk
 * through without noticing. Nothing is mounted or unmounted later.
 */
#include <linux/slab.h>
#include <linux/panic.h>
#include <linux/string.h>
#include <linux/proc_fs.h>
#include <paddock/init.h>
#include "internal.h"

static LIST_HEAD(mounts);	/* constant after boot */

struct list_head *mount_list(void)
{
	return &mounts;
}

struct super_block *mount_fs(const char *type, const char *source, const char *path)
{
	struct super_block *sb = kzalloc(sizeof(*sb), GFP_KERNEL);
	struct dentry *dir, *at = NULL;
	struct inode *inode;
	const char *last = "";
	size_t len = 0;

	if (!sb)
		panic("fs: no memory for %s", path);
	sb->s_type = type;
	sb->s_source = source;
	inode = new_inode(sb, S_IFDIR | 0755);
	if (!inode)
		panic("fs: no memory for %s", path);
	inode->i_fop = &simple_dir_operations;

	mutex_lock(&namespace_lock);
	if (root_dentry) {
		dir = path_parent_locked(NULL, path, &last, &len);
		if (IS_ERR(dir))
			panic("fs: cannot mount %s (err %ld)", path, PTR_ERR(dir));
		/* A mount covers what is there; nothing is, but an empty directory. */
		at = tree_lookup_locked(dir, last, len);
		if (at)
			tree_remove_locked(at);
		at = tree_add_locked(dir, last, len, inode);
	} else {
		at = tree_add_locked(NULL, "", 0, inode);
		root_dentry = at;
	}
	if (IS_ERR(at))
		panic("fs: cannot mount %s (err %ld)", path, PTR_ERR(at));
	at->d_flags |= DENTRY_MOUNT;
	sb->s_root = at;
	list_add_tail(&sb->s_list, &mounts);
	mutex_unlock(&namespace_lock);
	return sb;
}

void fs_get_counts(struct fs_counts *out)
{
	out->files = atomic_long_read(&nr_files);
	out->inodes = atomic_long_read(&nr_inodes);
	out->dentries = atomic_long_read(&nr_dentries);
	out->ramfs_pages = atomic_long_read(&nr_ramfs_pages);
	out->ramfs_max = ramfs_max_pages();
}

void __init fs_init(void)
{
	struct super_block *root;

	dcache_init();
	inode_init();
	file_init();
	root = mount_fs("ramfs", "rootfs", "/");
	root->s_open_names = true;
	path_mkdir(NULL, "/tmp", 01777);

	/* Order: kobjects need /sys; device nodes need /dev; debugfs lies below /sys/kernel. */
	sysfs_init();
	debugfs_init();
	proc_init();
	devfs_init();
	chrdev_init();
	device_core_init();
}
