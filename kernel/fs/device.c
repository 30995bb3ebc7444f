// SPDX-License-Identifier: MIT
/*
 * Devices. Their classes: class.c.
 *
 * A device has its folder in /sys/devices/virtual/<class>/ (or in its parent's), a link to it in
 * /sys/class/<class>/, its attributes, and, if it has a number, a file in /dev. There are no
 * buses here and nothing is probed.
 */
#include <linux/device.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/panic.h>
#include "class.h"
#include "internal.h"

struct kset *devices_kset;	/* /sys/devices */
static struct kobject *virtual_kobj;

/* ---- Attributes of devices ---- */

static ssize_t dev_attr_show(struct kobject *kobj, struct attribute *attr, char *buf)
{
	struct device_attribute *a = container_of(attr, struct device_attribute, attr);

	return a->show ? call_driver("show", NULL, a->show, kobj_to_dev(kobj), a, buf) : -EIO;
}

static ssize_t dev_attr_store(struct kobject *kobj, struct attribute *attr, const char *buf,
			      size_t count)
{
	struct device_attribute *a = container_of(attr, struct device_attribute, attr);

	return a->store ? call_driver("store", NULL, a->store, kobj_to_dev(kobj), a, buf, count) : -EIO;
}

static const struct sysfs_ops dev_sysfs_ops = { .show = dev_attr_show, .store = dev_attr_store };

static void device_release(struct kobject *kobj)
{
	struct device *dev = kobj_to_dev(kobj);

	if (dev->release)
		dev->release(dev);
	else if (dev->class && dev->class->dev_release)
		dev->class->dev_release(dev);
	else
		WARN(1, "Device '%s' does not have a release() function, it is broken and must be fixed.\n",
		     dev_name(dev));
}

static const struct kobj_type device_ktype = {
	.release = device_release,
	.sysfs_ops = &dev_sysfs_ops,
};

static ssize_t dev_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return print_dev_t(buf, dev->devt);
}
static DEVICE_ATTR_RO(dev);

int device_create_file(struct device *dev, const struct device_attribute *attr)
{
	return dev ? sysfs_create_file(&dev->kobj, &attr->attr) : -EINVAL;
}
EXPORT_SYMBOL_GPL(device_create_file);

void device_remove_file(struct device *dev, const struct device_attribute *attr)
{
	if (dev)
		sysfs_remove_file(&dev->kobj, &attr->attr);
}
EXPORT_SYMBOL_GPL(device_remove_file);

/* ---- Messages ---- */

const char *dev_driver_string(const struct device *dev)
{
	return dev->class ? dev->class->name : "";
}
EXPORT_SYMBOL(dev_driver_string);

static void print_for(const char *level, const struct device *dev, struct va_format *vaf)
{
	if (dev)
		printk("%s%s %s: %pV", level, dev_driver_string(dev), dev_name(dev), vaf);
	else
		printk("%s(NULL device *): %pV", level, vaf);
}

void _dev_printk(const char *level, const struct device *dev, const char *fmt, ...)
{
	struct va_format vaf = { .fmt = fmt };
	va_list args;

	va_start(args, fmt);
	vaf.va = &args;
	print_for(level, dev, &vaf);
	va_end(args);
}
EXPORT_SYMBOL(_dev_printk);

int dev_err_probe(const struct device *dev, int err, const char *fmt, ...)
{
	struct va_format vaf = { .fmt = fmt };
	va_list args;

	if (err == -EPROBE_DEFER)
		return err;
	va_start(args, fmt);
	vaf.va = &args;
	_dev_printk(KERN_ERR, dev, "error %pe: %pV", ERR_PTR(err), &vaf);
	va_end(args);
	return err;
}
EXPORT_SYMBOL_GPL(dev_err_probe);

/* ---- Devices ---- */

int dev_set_name(struct device *dev, const char *fmt, ...)
{
	va_list args;
	int err;

	va_start(args, fmt);
	err = kobject_set_name_vargs(&dev->kobj, fmt, args);
	va_end(args);
	return err;
}
EXPORT_SYMBOL_GPL(dev_set_name);

struct device *get_device(struct device *dev)
{
	return dev ? kobj_to_dev(kobject_get(&dev->kobj)) : NULL;
}
EXPORT_SYMBOL_GPL(get_device);

void put_device(struct device *dev)
{
	if (dev)
		kobject_put(&dev->kobj);
}
EXPORT_SYMBOL_GPL(put_device);

void device_initialize(struct device *dev)
{
	kobject_init(&dev->kobj, &device_ktype);
	dev->kobj.kset = devices_kset;
	INIT_LIST_HEAD(&dev->class_node);
}
EXPORT_SYMBOL_GPL(device_initialize);

/* The folder that a device goes into. */
static struct kobject *parent_of(struct device *dev)
{
	if (dev->parent)
		return &dev->parent->kobj;
	if (!dev->class)
		return NULL;			/* its kset: /sys/devices */
	if (!dev->class->p->virtual)
		dev->class->p->virtual = kobject_create_and_add(dev->class->name, virtual_kobj);
	return dev->class->p->virtual;
}

/* The folder that parent_of() made goes with the last device in it, as in Linux. p->lock held. */
static void drop_empty_virtual(struct class_private *p)
{
	struct kobject *dir = p->virtual;

	if (dir && dir->sd && list_empty(&dir->sd->d_subdirs)) {
		p->virtual = NULL;
		kobject_del(dir);
		kobject_put(dir);
	}
}

static int add_devnode(struct device *dev)
{
	char *name = NULL;
	umode_t mode = 0;
	struct dentry *d;

	if (!MAJOR(dev->devt))
		return 0;
	if (dev->class && dev->class->devnode)
		name = dev->class->devnode(dev, &mode);
	d = devnode_create(name ? name : dev_name(dev), mode ? mode : 0600, dev->devt);
	kfree(name);
	if (IS_ERR(d))
		return PTR_ERR(d);
	dev->devnode = d;
	return 0;
}

static int add_folder(struct device *dev)
{
	struct class *class = dev->class;
	int err;

	/* parent_of() may make a folder for the class's devices. */
	if (class)
		mutex_lock(&class->p->lock);
	err = kobject_add(&dev->kobj, parent_of(dev), NULL);
	if (class)
		mutex_unlock(&class->p->lock);
	return err;
}

/* Links from and to the class's folder, and the files that its devices have. On failure the first link is gone. */
static int add_class_files(struct device *dev)
{
	struct class *class = dev->class;
	int err;

	if (!class)
		return 0;
	err = sysfs_create_link(&class->p->subsys.kobj, &dev->kobj, dev_name(dev));
	if (err)
		return err;
	err = sysfs_create_link(&dev->kobj, &class->p->subsys.kobj, "subsystem");
	if (!err)
		err = sysfs_create_groups(&dev->kobj, class->dev_groups);
	if (err)
		sysfs_remove_link(&class->p->subsys.kobj, dev_name(dev));
	return err;
}

/* Its own files: groups, and by its number "dev" and the node in /dev. */
static int add_own_files(struct device *dev)
{
	int err = sysfs_create_groups(&dev->kobj, dev->groups);

	if (!err && MAJOR(dev->devt))
		err = device_create_file(dev, &dev_attr_dev);
	return err ? err : add_devnode(dev);
}

int device_add(struct device *dev)
{
	int err = -EINVAL;

	dev = get_device(dev);
	if (!dev)
		return err;
	if (dev->init_name) {
		err = dev_set_name(dev, "%s", dev->init_name);
		if (err)
			goto put;
		dev->init_name = NULL;
	}
	err = kobject_name(&dev->kobj) ? add_folder(dev) : -EINVAL;
	if (err)
		goto put;
	err = add_class_files(dev);
	if (err)
		goto del;
	err = add_own_files(dev);
	if (err)
		goto unlink;
	if (dev->class) {
		mutex_lock(&dev->class->p->lock);
		list_add_tail(&dev->class_node, &dev->class->p->devices);
		mutex_unlock(&dev->class->p->lock);
	}
	kobject_uevent(&dev->kobj, KOBJ_ADD);
	put_device(dev);
	return 0;

unlink:
	if (dev->class)
		sysfs_remove_link(&dev->class->p->subsys.kobj, dev_name(dev));
del:
	kobject_del(&dev->kobj);	/* and all files in it */
put:
	put_device(dev);
	return err;
}
EXPORT_SYMBOL_GPL(device_add);

void device_del(struct device *dev)
{
	struct class *class = dev->class;

	if (!dev->kobj.state_in_sysfs)
		return;
	if (dev->devnode) {
		devnode_remove(dev->devnode);
		dev->devnode = NULL;
	}
	if (class) {
		mutex_lock(&class->p->lock);
		list_del_init(&dev->class_node);
		mutex_unlock(&class->p->lock);
		sysfs_remove_link(&class->p->subsys.kobj, dev_name(dev));
	}
	kobject_uevent(&dev->kobj, KOBJ_REMOVE);
	kobject_del(&dev->kobj);
	if (class) {
		mutex_lock(&class->p->lock);
		drop_empty_virtual(class->p);
		mutex_unlock(&class->p->lock);
	}
}
EXPORT_SYMBOL_GPL(device_del);

int device_register(struct device *dev)
{
	device_initialize(dev);
	return device_add(dev);
}
EXPORT_SYMBOL_GPL(device_register);

void device_unregister(struct device *dev)
{
	device_del(dev);
	put_device(dev);
}
EXPORT_SYMBOL_GPL(device_unregister);

static void device_create_release(struct device *dev)
{
	kfree(dev);
}

static struct device *create_vargs(struct class *class, struct device *parent, dev_t devt,
				   void *drvdata, const struct attribute_group **groups,
				   const char *fmt, va_list args)
{
	struct device *dev;
	int err = -ENODEV;

	if (IS_ERR_OR_NULL(class))
		return ERR_PTR(err);
	dev = kzalloc(sizeof(*dev), GFP_KERNEL);
	if (!dev)
		return ERR_PTR(-ENOMEM);
	device_initialize(dev);
	dev->devt = devt;
	dev->class = class;
	dev->parent = parent;
	dev->groups = groups;
	dev->release = device_create_release;
	dev_set_drvdata(dev, drvdata);
	err = kobject_set_name_vargs(&dev->kobj, fmt, args);
	if (!err)
		err = device_add(dev);
	if (err) {
		put_device(dev);
		return ERR_PTR(err);
	}
	return dev;
}

struct device *device_create(struct class *class, struct device *parent, dev_t devt, void *drvdata,
			     const char *fmt, ...)
{
	struct device *dev;
	va_list args;

	va_start(args, fmt);
	dev = create_vargs(class, parent, devt, drvdata, NULL, fmt, args);
	va_end(args);
	return dev;
}
EXPORT_SYMBOL_GPL(device_create);

struct device *device_create_with_groups(struct class *class, struct device *parent, dev_t devt,
					 void *drvdata, const struct attribute_group **groups,
					 const char *fmt, ...)
{
	struct device *dev;
	va_list args;

	va_start(args, fmt);
	dev = create_vargs(class, parent, devt, drvdata, groups, fmt, args);
	va_end(args);
	return dev;
}
EXPORT_SYMBOL_GPL(device_create_with_groups);

struct device *class_find_device_by_devt(struct class *class, dev_t devt)
{
	struct device *dev, *found = NULL;

	mutex_lock(&class->p->lock);
	list_for_each_entry(dev, &class->p->devices, class_node) {
		if (dev->devt == devt) {
			found = get_device(dev);
			break;
		}
	}
	mutex_unlock(&class->p->lock);
	return found;
}
EXPORT_SYMBOL_GPL(class_find_device_by_devt);

void device_destroy(struct class *class, dev_t devt)
{
	struct device *dev = class_find_device_by_devt(class, devt);

	if (dev) {
		put_device(dev);
		device_unregister(dev);
	}
}
EXPORT_SYMBOL_GPL(device_destroy);

void __init device_core_init(void)
{
	devices_kset = kset_create_and_add("devices", NULL, NULL);
	if (devices_kset)
		virtual_kobj = kobject_create_and_add("virtual", &devices_kset->kobj);
	if (!virtual_kobj)
		panic("device: no memory");
	class_core_init();
}
