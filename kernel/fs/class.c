// SPDX-License-Identifier: MIT
/*
 * Classes of devices: /sys/class/<name>/ with a link for each device (device.c makes those), and attributes of its own.
 *
 * Locks: classes_lock guards the list; it is taken before a class's lock, which guards the class's devices.
 */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/panic.h>
#include <linux/slab.h>
#include "class.h"
#include "internal.h"
#include "../deferred_find.h"

static DEFINE_MUTEX(classes_lock);
static LIST_HEAD(classes);
static struct kset *class_kset;	/* /sys/class */

/* ---- Attributes ---- */

static ssize_t class_attr_show(struct kobject *kobj, struct attribute *attr, char *buf)
{
	struct class_attribute *a = container_of(attr, struct class_attribute, attr);
	struct class_private *p = container_of(kobj, struct class_private, subsys.kobj);

	return a->show ? call_driver("show", NULL, a->show, p->class, a, buf) : -EIO;
}

static ssize_t class_attr_store(struct kobject *kobj, struct attribute *attr, const char *buf,
				size_t count)
{
	struct class_attribute *a = container_of(attr, struct class_attribute, attr);
	struct class_private *p = container_of(kobj, struct class_private, subsys.kobj);

	return a->store ? call_driver("store", NULL, a->store, p->class, a, buf, count) : -EIO;
}

static const struct sysfs_ops class_sysfs_ops = { .show = class_attr_show, .store = class_attr_store };

static void class_release(struct kobject *kobj)
{
	struct class_private *p = container_of(kobj, struct class_private, subsys.kobj);
	struct class *class = p->class;

	class->p = NULL;
	if (class->class_release)
		class->class_release(class);
	kfree(p);
}

static const struct kobj_type class_ktype = {
	.sysfs_ops = &class_sysfs_ops,
	.release = class_release,
};

int class_create_file(struct class *class, const struct class_attribute *attr)
{
	return sysfs_create_file(&class->p->subsys.kobj, &attr->attr);
}
EXPORT_SYMBOL_GPL(class_create_file);

void class_remove_file(struct class *class, const struct class_attribute *attr)
{
	sysfs_remove_file(&class->p->subsys.kobj, &attr->attr);
}
EXPORT_SYMBOL_GPL(class_remove_file);

/* ---- Coming and going ---- */

int class_register(struct class *class)
{
	struct class_private *p = kzalloc(sizeof(*p), GFP_KERNEL);
	int err;

	if (!p)
		return -ENOMEM;
	p->class = class;
	mutex_init(&p->lock);
	INIT_LIST_HEAD(&p->devices);
	INIT_LIST_HEAD(&p->list);
	p->subsys.kobj.kset = class_kset;
	p->subsys.kobj.ktype = &class_ktype;
	err = kobject_set_name(&p->subsys.kobj, "%s", class->name);
	if (err) {
		kfree(p);
		return err;
	}
	class->p = p;
	err = kset_register(&p->subsys);
	if (err) {
		kfree(p->subsys.kobj.name);
		kfree(p);
		class->p = NULL;
		return err;
	}
	err = sysfs_create_groups(&p->subsys.kobj, class->class_groups);
	if (err) {
		/* As if it never was: class_release() of a class that failed to register is not called. */
		class->class_release = NULL;
		kset_unregister(&p->subsys);
		return err;
	}
	mutex_lock(&classes_lock);
	list_add(&p->list, &classes);
	mutex_unlock(&classes_lock);
	return 0;
}
EXPORT_SYMBOL_GPL(class_register);

void class_unregister(struct class *class)
{
	struct class_private *p = class->p;

	WARN(!list_empty(&p->devices), "class '%s' goes while it has devices\n", class->name);
	mutex_lock(&classes_lock);
	list_del(&p->list);
	mutex_unlock(&classes_lock);
	sysfs_remove_groups(&p->subsys.kobj, class->class_groups);
	if (p->virtual) {
		kobject_del(p->virtual);
		kobject_put(p->virtual);
	}
	kset_unregister(&p->subsys);
}
EXPORT_SYMBOL_GPL(class_unregister);

static void class_create_release(struct class *cls)
{
	kfree(cls);
}

struct class *__class_create(struct module *owner, const char *name)
{
	struct class *cls = kzalloc(sizeof(*cls), GFP_KERNEL);
	int err;

	if (!cls)
		return ERR_PTR(-ENOMEM);
	cls->name = name;
	cls->owner = owner;
	cls->class_release = class_create_release;
	err = class_register(cls);
	if (err) {
		kfree(cls);
		return ERR_PTR(err);
	}
	return cls;
}
EXPORT_SYMBOL_GPL(__class_create);

void class_destroy(struct class *cls)
{
	if (!IS_ERR_OR_NULL(cls))
		class_unregister(cls);
}
EXPORT_SYMBOL_GPL(class_destroy);

/* ---- What a module forgot; see kernel/deferred.c ---- */

static bool class_in_range(const struct class *class, unsigned long start, unsigned long end)
{
	return points_into(class, start, end) || points_into(class->owner, start, end) ||
	       points_into(class->devnode, start, end) || points_into(class->dev_release, start, end);
}

bool classes_find(unsigned long start, unsigned long end, struct deferred *out, unsigned int skip)
{
	struct class_private *p;
	bool found = false;

	mutex_lock(&classes_lock);
	list_for_each_entry(p, &classes, list) {
		if (!class_in_range(p->class, start, end) || skip--)
			continue;
		out->function = start;
		out->object = p->class;
		snprintf(out->detail, sizeof(out->detail), "/sys/class/%.32s", p->class->name);
		found = true;
		break;
	}
	mutex_unlock(&classes_lock);
	return found;
}

/* The first device of @p that needs the range, all when the class does. */
static struct device *find_device(struct class_private *p, unsigned long start, unsigned long end, unsigned int *skip)
{
	bool all = class_in_range(p->class, start, end);
	struct device *dev, *found = NULL;

	mutex_lock(&p->lock);
	list_for_each_entry(dev, &p->devices, class_node) {
		if ((!all && !points_into(dev, start, end) && !points_into(dev->release, start, end)) || (*skip)--)
			continue;
		found = dev;
		break;
	}
	mutex_unlock(&p->lock);
	return found;
}

bool devices_find(unsigned long start, unsigned long end, struct deferred *out, unsigned int skip)
{
	struct device *dev = NULL;
	struct class_private *p;

	mutex_lock(&classes_lock);
	list_for_each_entry(p, &classes, list) {
		dev = find_device(p, start, end, &skip);
		if (!dev)
			continue;
		out->function = start;
		out->object = dev;
		snprintf(out->detail, sizeof(out->detail), "%.20s of class %.16s", dev_name(dev), p->class->name);
		break;
	}
	mutex_unlock(&classes_lock);
	return dev != NULL;
}

void __init class_core_init(void)
{
	class_kset = kset_create_and_add("class", NULL, NULL);
	if (!class_kset)
		panic("class: no memory");
}
