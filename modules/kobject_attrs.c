// SPDX-License-Identifier: MIT
/*
 * A folder below /sys/kernel with attributes: one value per file.
 *
 *	insmod kobject_attrs
 *	echo 5 > /sys/kernel/kobject_attrs/width
 *	cat /sys/kernel/kobject_attrs/area
 *	echo x > /sys/kernel/kobject_attrs/width	Invalid argument
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/sysfs.h>

static int width = 3, height = 4;

/* One pair of functions for two files: the attribute says which. */
static int *value_of(struct kobj_attribute *attr)
{
	return strcmp(attr->attr.name, "width") == 0 ? &width : &height;
}

static ssize_t side_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", *value_of(attr));
}

static ssize_t side_store(struct kobject *kobj, struct kobj_attribute *attr, const char *buf, size_t count)
{
	int value, err = kstrtoint(buf, 10, &value);

	if (err)
		return err;
	if (value < 0 || value > 1000)
		return -ERANGE;
	*value_of(attr) = value;
	pr_info("%s is now %d\n", attr->attr.name, value);
	return count;
}

static ssize_t area_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", width * height);
}

static ssize_t reset_store(struct kobject *kobj, struct kobj_attribute *attr, const char *buf, size_t count)
{
	bool yes;

	if (kstrtobool(buf, &yes))
		return -EINVAL;
	if (yes)
		width = height = 0;
	return count;
}

static struct kobj_attribute width_attr = __ATTR(width, 0644, side_show, side_store);
static struct kobj_attribute height_attr = __ATTR(height, 0644, side_show, side_store);
static struct kobj_attribute area_attr = __ATTR_RO(area);
static struct kobj_attribute reset_attr = __ATTR_WO(reset);

static struct attribute *attrs[] = {
	&width_attr.attr,
	&height_attr.attr,
	&area_attr.attr,
	&reset_attr.attr,
	NULL,
};

static const struct attribute_group group = { .attrs = attrs };

static struct kobject *kobj;

static int __init kobject_attrs_init(void)
{
	int err;

	kobj = kobject_create_and_add(KBUILD_MODNAME, kernel_kobj);
	if (!kobj)
		return -ENOMEM;
	err = sysfs_create_group(kobj, &group);
	if (err)
		kobject_put(kobj);
	return err;
}

static void __exit kobject_attrs_exit(void)
{
	kobject_put(kobj);	/* the files go with it */
}

module_init(kobject_attrs_init);
module_exit(kobject_attrs_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Attributes of a kobject");
