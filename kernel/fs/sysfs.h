/* SPDX-License-Identifier: MIT */
/*
 * Between sysfs.c and sysfs_group.c. Context: thread; all take namespace_lock by way of the tree_*() functions.
 */
#pragma once

#include "internal.h"

/* The folder of @kobj (NULL: /sys itself), without a reference; NULL: it is not in the tree. */
struct dentry *sysfs_dir_of(struct kobject *kobj);
/* The folder of group @name, or @kobj's own if NULL, with a reference; NULL: there is none. */
struct dentry *sysfs_group_dir(struct kobject *kobj, const char *name);
/* A new folder, kept by the tree, or ERR_PTR(-EEXIST, -ENOMEM, …). */
/* @owner: module_of_caller(), or something in a module that the folder needs; NULL: the kernel's. */
struct dentry *sysfs_make_dir(struct dentry *parent, const char *name, const void *owner);
/* A file for @attr, which is part of a struct bin_attribute if @is_bin. Returns 0 or -EEXIST, -EINVAL, -ENOMEM. */
int sysfs_add_file(struct dentry *dir, struct kobject *kobj, const struct attribute *attr, umode_t mode, bool is_bin);
/* Remove a name below @dir (NULL: nothing to do); a missing one is passed over. */
void sysfs_remove_child(struct dentry *dir, const char *name);
