/* SPDX-License-Identifier: MIT */
/* Devices with one minor of major 10 and a file in /dev: the short way to a character device. */
#pragma once

#include <linux/list.h>
#include <linux/types.h>
#include <linux/device.h>
#include <linux/fs.h>

#define MISC_MAJOR		10
#define MISC_DYNAMIC_MINOR	255	/* choose one, from 256 on; it is written to ->minor */

struct attribute_group;

struct miscdevice {
	int minor;
	const char *name;
	const struct file_operations *fops;
	struct list_head list;
	struct device *parent;
	struct device *this_device;
	const struct attribute_group **groups;
	const char *nodename;		/* name below /dev if it differs */
	umode_t mode;			/* of the /dev file; 0: 0600 */
};

/*
 * misc_register - /dev/<name> appears and opens with misc->fops; private_data is misc until
 * ->open() changes it. Returns: 0, -EBUSY when the minor or name is taken, -ENOMEM.
 */
int misc_register(struct miscdevice *misc);
void misc_deregister(struct miscdevice *misc);

#define builtin_misc_device(__misc) builtin_driver(__misc, misc_register)
#define module_misc_device(__misc) \
	static int __init __misc##_init(void) { return misc_register(&(__misc)); } \
	module_init(__misc##_init); \
	static void __exit __misc##_exit(void) { misc_deregister(&(__misc)); } \
	module_exit(__misc##_exit)
