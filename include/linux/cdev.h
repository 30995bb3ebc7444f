/* SPDX-License-Identifier: MIT */
/* Character devices: which file operations stand behind which device numbers. */
#pragma once

#include <linux/kobject.h>
#include <linux/kdev_t.h>
#include <linux/list.h>
#include <linux/fs.h>

struct module;
struct device;

struct cdev {
	struct kobject kobj;
	struct module *owner;		/* held while a file is open */
	const struct file_operations *ops;
	struct list_head list;		/* in the list of live cdevs */
	dev_t dev;			/* first number */
	unsigned int count;
};

void cdev_init(struct cdev *cdev, const struct file_operations *fops);
struct cdev *cdev_alloc(void);
void cdev_put(struct cdev *p);

/*
 * cdev_add - @count numbers from @dev on lead to @p's operations, at once.
 * Returns: 0, -EBUSY when a number is another cdev's.
 */
int cdev_add(struct cdev *p, dev_t dev, unsigned int count);
/* cdev_del - no new opens. Files that are open keep working: they hold the module. */
void cdev_del(struct cdev *p);
void cdev_set_parent(struct cdev *p, struct kobject *kobj);
int cdev_device_add(struct cdev *cdev, struct device *dev);
void cdev_device_del(struct cdev *cdev, struct device *dev);
