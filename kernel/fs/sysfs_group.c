// SPDX-License-Identifier: MIT
/*
 * sysfs: groups of attributes, in their kobject's folder or in one of their own below it. Files are made by sysfs.c.
 */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/sysfs.h>
#include "sysfs.h"

static void remove_group_files(struct dentry *dir, const struct attribute_group *grp)
{
	for (int i = 0; grp->attrs && grp->attrs[i]; i++)
		sysfs_remove_child(dir, grp->attrs[i]->name);
	for (int i = 0; grp->bin_attrs && grp->bin_attrs[i]; i++)
		sysfs_remove_child(dir, grp->bin_attrs[i]->attr.name);
}

static int add_group_files(struct dentry *dir, struct kobject *kobj,
			   const struct attribute_group *grp)
{
	int err = 0;

	for (int i = 0; grp->attrs && grp->attrs[i] && !err; i++) {
		umode_t mode = grp->attrs[i]->mode;

		if (grp->is_visible)
			mode = grp->is_visible(kobj, grp->attrs[i], i);
		if (mode)
			err = sysfs_add_file(dir, kobj, grp->attrs[i], mode, false);
	}
	for (int i = 0; grp->bin_attrs && grp->bin_attrs[i] && !err; i++) {
		umode_t mode = grp->bin_attrs[i]->attr.mode;

		if (grp->is_bin_visible)
			mode = grp->is_bin_visible(kobj, grp->bin_attrs[i], i);
		if (mode)
			err = sysfs_add_file(dir, kobj, &grp->bin_attrs[i]->attr, mode, true);
	}
	return err;
}

/* The folder of a group, with a reference: the kobject's own, or one below it. */
struct dentry *sysfs_group_dir(struct kobject *kobj, const char *name)
{
	struct dentry *dir = sysfs_dir_of(kobj);

	if (!dir)
		return NULL;
	return name ? tree_lookup(dir, name) : dget(dir);
}

int sysfs_create_group(struct kobject *kobj, const struct attribute_group *grp)
{
	struct dentry *dir = sysfs_dir_of(kobj);
	int err;

	if (WARN_ON(!dir))
		return -EINVAL;
	if (!grp->attrs && !grp->bin_attrs) {
		WARN(1, "sysfs: (bin_)attrs not set by subsystem for group: %s/%s\n",
		     kobject_name(kobj), grp->name ?: "");
		return -EINVAL;
	}
	if (grp->name) {
		dir = sysfs_make_dir(dir, grp->name, NULL);
		if (IS_ERR(dir)) {
			if (PTR_ERR(dir) == -EEXIST)
				WARN(1, "sysfs: cannot create duplicate filename '%s/%s'\n",
				     kobject_name(kobj), grp->name);
			return PTR_ERR(dir);
		}
	}
	err = add_group_files(dir, kobj, grp);
	if (err) {
		if (grp->name)
			tree_remove(dir);
		else
			remove_group_files(dir, grp);
	}
	return err;
}
EXPORT_SYMBOL_GPL(sysfs_create_group);

int sysfs_create_groups(struct kobject *kobj, const struct attribute_group **groups)
{
	int err = 0, i;

	for (i = 0; groups && groups[i]; i++) {
		err = sysfs_create_group(kobj, groups[i]);
		if (err) {
			while (--i >= 0)
				sysfs_remove_group(kobj, groups[i]);
			break;
		}
	}
	return err;
}
EXPORT_SYMBOL_GPL(sysfs_create_groups);

/* Visibility may have changed: files that appear, and files that go. */
int sysfs_update_group(struct kobject *kobj, const struct attribute_group *grp)
{
	struct dentry *dir = sysfs_group_dir(kobj, grp->name);
	int err;

	if (!dir)
		return -EINVAL;
	remove_group_files(dir, grp);
	err = add_group_files(dir, kobj, grp);
	dput(dir);
	return err;
}
EXPORT_SYMBOL_GPL(sysfs_update_group);

void sysfs_remove_group(struct kobject *kobj, const struct attribute_group *grp)
{
	struct dentry *dir = sysfs_group_dir(kobj, grp->name);

	if (!dir)
		return;
	if (grp->name)
		tree_remove(dir);
	else
		remove_group_files(dir, grp);
	dput(dir);
}
EXPORT_SYMBOL_GPL(sysfs_remove_group);

void sysfs_remove_groups(struct kobject *kobj, const struct attribute_group **groups)
{
	for (int i = 0; groups && groups[i]; i++)
		sysfs_remove_group(kobj, groups[i]);
}
EXPORT_SYMBOL_GPL(sysfs_remove_groups);

int sysfs_merge_group(struct kobject *kobj, const struct attribute_group *grp)
{
	struct dentry *dir = sysfs_group_dir(kobj, grp->name);
	int err;

	if (!dir)
		return -ENOENT;
	err = add_group_files(dir, kobj, grp);
	if (err)
		remove_group_files(dir, grp);
	dput(dir);
	return err;
}
EXPORT_SYMBOL_GPL(sysfs_merge_group);

void sysfs_unmerge_group(struct kobject *kobj, const struct attribute_group *grp)
{
	struct dentry *dir = sysfs_group_dir(kobj, grp->name);

	if (dir)
		remove_group_files(dir, grp);
	dput(dir);
}
EXPORT_SYMBOL_GPL(sysfs_unmerge_group);

int sysfs_add_file_to_group(struct kobject *kobj, const struct attribute *attr, const char *group)
{
	struct dentry *dir = sysfs_group_dir(kobj, group);
	int err;

	if (!dir)
		return -ENOENT;
	err = sysfs_add_file(dir, kobj, attr, attr->mode, false);
	dput(dir);
	return err;
}
EXPORT_SYMBOL_GPL(sysfs_add_file_to_group);

void sysfs_remove_file_from_group(struct kobject *kobj, const struct attribute *attr,
				  const char *group)
{
	struct dentry *dir = sysfs_group_dir(kobj, group);

	sysfs_remove_child(dir, attr->name);
	dput(dir);
}
EXPORT_SYMBOL_GPL(sysfs_remove_file_from_group);
