/* SPDX-License-Identifier: MIT */
/* Attributes of kobjects as files under /sys: one value per file, a page at most. */
#pragma once

#include <linux/types.h>
#include <linux/list.h>
#include <linux/stat.h>
#include <linux/err.h>
#include <linux/stringify.h>
#include <linux/bug.h>

struct kobject;
struct file;
struct vm_area_struct;

struct attribute {
	const char *name;
	umode_t mode;
};

#define sysfs_attr_init(attr) do { } while (0)
#define sysfs_bin_attr_init(attr) do { } while (0)

struct bin_attribute;

struct attribute_group {
	const char *name;		/* a folder of its own, or NULL: in the kobject's */
	umode_t (*is_visible)(struct kobject *, struct attribute *, int);	/* 0: not shown */
	umode_t (*is_bin_visible)(struct kobject *, struct bin_attribute *, int);
	struct attribute **attrs;
	struct bin_attribute **bin_attrs;
};

struct bin_attribute {
	struct attribute attr;
	size_t size;			/* of the file, or 0: unlimited */
	void *private;
	ssize_t (*read)(struct file *, struct kobject *, struct bin_attribute *, char *, loff_t, size_t);
	ssize_t (*write)(struct file *, struct kobject *, struct bin_attribute *, char *, loff_t, size_t);
	int (*mmap)(struct file *, struct kobject *, struct bin_attribute *, struct vm_area_struct *);
};

/* How a kobject type's attributes are shown and stored. -EIO where it has none. */
struct sysfs_ops {
	ssize_t (*show)(struct kobject *, struct attribute *, char *);
	ssize_t (*store)(struct kobject *, struct attribute *, const char *, size_t);
};

#define __ATTR(_name, _mode, _show, _store) { \
	.attr = { .name = __stringify(_name), .mode = (_mode) }, \
	.show = _show, \
	.store = _store, \
}
#define __ATTR_PREALLOC(_name, _mode, _show, _store) __ATTR(_name, _mode, _show, _store)
#define __ATTR_RO(_name)	__ATTR(_name, 0444, _name##_show, NULL)
#define __ATTR_RO_MODE(_name, _mode) __ATTR(_name, _mode, _name##_show, NULL)
#define __ATTR_RW_MODE(_name, _mode) __ATTR(_name, _mode, _name##_show, _name##_store)
#define __ATTR_WO(_name)	__ATTR(_name, 0200, NULL, _name##_store)
#define __ATTR_RW(_name)	__ATTR(_name, 0644, _name##_show, _name##_store)
#define __ATTR_NULL		{ .attr = { .name = NULL } }

#define __ATTRIBUTE_GROUPS(_name) \
static const struct attribute_group *_name##_groups[] = { &_name##_group, NULL }
#define ATTRIBUTE_GROUPS(_name) \
static const struct attribute_group _name##_group = { .attrs = _name##_attrs }; \
__ATTRIBUTE_GROUPS(_name)

#define __BIN_ATTR(_name, _mode, _read, _write, _size) { \
	.attr = { .name = __stringify(_name), .mode = (_mode) }, \
	.read = _read, .write = _write, .size = _size, \
}
#define __BIN_ATTR_RO(_name, _size) __BIN_ATTR(_name, 0444, _name##_read, NULL, _size)
#define __BIN_ATTR_RW(_name, _size) __BIN_ATTR(_name, 0644, _name##_read, _name##_write, _size)
#define BIN_ATTR(_name, _mode, _read, _write, _size) \
struct bin_attribute bin_attr_##_name = __BIN_ATTR(_name, _mode, _read, _write, _size)
#define BIN_ATTR_RO(_name, _size) struct bin_attribute bin_attr_##_name = __BIN_ATTR_RO(_name, _size)
#define BIN_ATTR_RW(_name, _size) struct bin_attribute bin_attr_##_name = __BIN_ATTR_RW(_name, _size)

/*
 * Creation returns 0, -EEXIST, -ENOMEM or -EINVAL; groups are made whole or not at all.
 * Removal waits for reads and writes under way; later ones on files still open get -ENODEV.
 * Context: thread; sleeps. Not from within a show or store of the same attribute.
 */
int __must_check sysfs_create_file(struct kobject *kobj, const struct attribute *attr);
void sysfs_remove_file(struct kobject *kobj, const struct attribute *attr);
int __must_check sysfs_create_files(struct kobject *kobj, const struct attribute *const *attrs);
void sysfs_remove_files(struct kobject *kobj, const struct attribute *const *attrs);
int __must_check sysfs_chmod_file(struct kobject *kobj, const struct attribute *attr, umode_t mode);
int __must_check sysfs_create_bin_file(struct kobject *kobj, const struct bin_attribute *attr);
void sysfs_remove_bin_file(struct kobject *kobj, const struct bin_attribute *attr);
int __must_check sysfs_create_group(struct kobject *kobj, const struct attribute_group *grp);
int __must_check sysfs_create_groups(struct kobject *kobj, const struct attribute_group **groups);
int sysfs_update_group(struct kobject *kobj, const struct attribute_group *grp);
void sysfs_remove_group(struct kobject *kobj, const struct attribute_group *grp);
void sysfs_remove_groups(struct kobject *kobj, const struct attribute_group **groups);
int sysfs_merge_group(struct kobject *kobj, const struct attribute_group *grp);
void sysfs_unmerge_group(struct kobject *kobj, const struct attribute_group *grp);
int sysfs_add_file_to_group(struct kobject *kobj, const struct attribute *attr, const char *group);
void sysfs_remove_file_from_group(struct kobject *kobj, const struct attribute *attr, const char *group);
int __must_check sysfs_create_link(struct kobject *kobj, struct kobject *target, const char *name);
void sysfs_remove_link(struct kobject *kobj, const char *name);
int __must_check sysfs_create_mount_point(struct kobject *parent, const char *name);
void sysfs_remove_mount_point(struct kobject *parent, const char *name);
/* sysfs_notify - an attribute's value changed: wakes whoever polls the file. */
void sysfs_notify(struct kobject *kobj, const char *dir, const char *attr);

/* printf into the page given to show(); never beyond it. Return the bytes written. */
__printf(2, 3) int sysfs_emit(char *buf, const char *fmt, ...);
__printf(3, 4) int sysfs_emit_at(char *buf, int at, const char *fmt, ...);
/* sysfs_streq - equal but for one newline at an end. */
bool sysfs_streq(const char *s1, const char *s2);
