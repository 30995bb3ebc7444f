/* SPDX-License-Identifier: MIT */
/* What device.c and class.c know of a class. */
#pragma once

#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/mutex.h>

struct class_private {
	struct list_head list;		/* of classes */
	struct kset subsys;		/* /sys/class/<name> */
	struct kobject *virtual;	/* /sys/devices/virtual/<name>, or NULL */
	struct class *class;
	struct mutex lock;		/* devices */
	struct list_head devices;
};

/* class.c: makes /sys/class. Context: boot; panics without memory. */
void class_core_init(void);
