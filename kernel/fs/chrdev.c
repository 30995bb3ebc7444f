// SPDX-License-Identifier: MIT
/*
 * Character devices: who has which numbers, and which operations stand behind them.
 *
 * Two lists, both short: regions (names for ranges of numbers, shown in /proc/devices) and live cdevs.
 * Opening a device node looks its number up here, takes the cdev and its module, and gives
 * the file the cdev's operations.
 */
#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/export.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/kernel.h>
#include "internal.h"
#include "../deferred_find.h"

#define DYNAMIC_MAJOR_FIRST	234	/* downwards, as in Linux: majors for who asks for any */
#define DYNAMIC_MAJOR_LAST	384
#define MAJOR_MAX		511

struct region {
	struct list_head list;
	dev_t from;
	unsigned int count;
	char name[64];
	struct cdev *cdev;		/* of register_chrdev() */
	const void *owner;		/* the module that asked for it, or NULL */
};

static DEFINE_MUTEX(chrdevs_lock);	/* both lists */
static LIST_HEAD(regions);		/* by number */
static LIST_HEAD(cdevs);

/* ---- Numbers ---- */

static bool overlaps(dev_t a, unsigned int na, dev_t b, unsigned int nb)
{
	return (u64)a < (u64)b + nb && (u64)b < (u64)a + na;
}

static bool is_free(dev_t from, unsigned int count)
{
	struct region *r;

	list_for_each_entry(r, &regions, list) {
		if (overlaps(from, count, r->from, r->count))
			return false;
	}
	return true;
}

static bool major_is_unused(unsigned int major)
{
	return is_free(MKDEV(major, 0), MINORMASK + 1);
}

/* A major of its own for who does not care which. */
static int find_dynamic_major(void)
{
	for (int major = DYNAMIC_MAJOR_FIRST + 20; major >= DYNAMIC_MAJOR_FIRST; major--)
		if (major_is_unused(major))
			return major;
	for (int major = MAJOR_MAX; major >= DYNAMIC_MAJOR_LAST; major--)
		if (major_is_unused(major))
			return major;
	return -EBUSY;
}

/* @major 0: choose. @caller: a return address. */
static struct region *add_region(unsigned int major, unsigned int baseminor, unsigned int count,
				 const char *name, const void *caller)
{
	struct region *new, *r;
	int err = 0;

	if (major > MAJOR_MAX || !count || count > MINORMASK + 1 - baseminor ||
	    baseminor > MINORMASK) {
		pr_err("CHRDEV \"%s\" numbers %u:%u-%u are out of range\n", name, major, baseminor,
		       baseminor + count - 1);
		return ERR_PTR(-EINVAL);
	}
	new = kzalloc(sizeof(*new), GFP_KERNEL);
	if (!new)
		return ERR_PTR(-ENOMEM);
	mutex_lock(&chrdevs_lock);
	if (!major) {
		err = find_dynamic_major();
		major = err;
		if (err < 0)
			pr_err("CHRDEV \"%s\" dynamic allocation region is full\n", name);
		else
			err = 0;
	}
	if (!err && !is_free(MKDEV(major, baseminor), count))
		err = -EBUSY;
	if (!err) {
		struct list_head *before = &regions;

		new->from = MKDEV(major, baseminor);
		new->count = count;
		strscpy(new->name, name, sizeof(new->name));
		new->owner = module_of_caller(caller);
		list_for_each_entry(r, &regions, list) {
			if (r->from > new->from) {
				before = &r->list;
				break;
			}
		}
		list_add_tail(&new->list, before);
	}
	mutex_unlock(&chrdevs_lock);
	if (err) {
		kfree(new);
		return ERR_PTR(err);
	}
	return new;
}

static struct region *take_region(dev_t from, unsigned int count)
{
	struct region *r, *found = NULL;

	mutex_lock(&chrdevs_lock);
	list_for_each_entry(r, &regions, list) {
		if (r->from == from && r->count == count) {
			list_del(&r->list);
			found = r;
			break;
		}
	}
	mutex_unlock(&chrdevs_lock);
	return found;
}

int register_chrdev_region(dev_t from, unsigned int count, const char *name)
{
	/* Linux splits a range that goes over several majors; one that does is refused here as too long. */
	return PTR_ERR_OR_ZERO(add_region(MAJOR(from), MINOR(from), count, name, __builtin_return_address(0)));
}
EXPORT_SYMBOL(register_chrdev_region);

int alloc_chrdev_region(dev_t *dev, unsigned int baseminor, unsigned int count, const char *name)
{
	struct region *r = add_region(0, baseminor, count, name, __builtin_return_address(0));

	if (IS_ERR(r))
		return PTR_ERR(r);
	*dev = r->from;
	return 0;
}
EXPORT_SYMBOL(alloc_chrdev_region);

void unregister_chrdev_region(dev_t from, unsigned int count)
{
	kfree(take_region(from, count));
}
EXPORT_SYMBOL(unregister_chrdev_region);

int __register_chrdev(unsigned int major, unsigned int baseminor, unsigned int count,
		      const char *name, const struct file_operations *fops)
{
	struct region *r = add_region(major, baseminor, count, name, __builtin_return_address(0));
	struct cdev *cdev;
	int err = -ENOMEM;

	if (IS_ERR(r))
		return PTR_ERR(r);
	cdev = cdev_alloc();
	if (!cdev)
		goto free_region;
	cdev->owner = fops->owner;
	cdev->ops = fops;
	kobject_set_name(&cdev->kobj, "%s", name);
	err = cdev_add(cdev, r->from, count);
	if (err)
		goto free_cdev;
	r->cdev = cdev;
	return major ? 0 : MAJOR(r->from);

free_cdev:
	kobject_put(&cdev->kobj);
free_region:
	kfree(take_region(r->from, count));
	return err;
}
EXPORT_SYMBOL(__register_chrdev);

void __unregister_chrdev(unsigned int major, unsigned int baseminor, unsigned int count,
			 const char *name)
{
	struct region *r = take_region(MKDEV(major, baseminor), count);

	if (r && r->cdev)
		cdev_del(r->cdev);
	kfree(r);
}
EXPORT_SYMBOL(__unregister_chrdev);

/* ---- Devices ---- */

static void cdev_default_release(struct kobject *kobj)
{
}

static void cdev_dynamic_release(struct kobject *kobj)
{
	kfree(container_of(kobj, struct cdev, kobj));
}

static const struct kobj_type ktype_cdev_default = { .release = cdev_default_release };
static const struct kobj_type ktype_cdev_dynamic = { .release = cdev_dynamic_release };

void cdev_init(struct cdev *cdev, const struct file_operations *fops)
{
	memset(cdev, 0, sizeof(*cdev));
	INIT_LIST_HEAD(&cdev->list);
	kobject_init(&cdev->kobj, &ktype_cdev_default);
	cdev->ops = fops;
}
EXPORT_SYMBOL(cdev_init);

struct cdev *cdev_alloc(void)
{
	struct cdev *p = kzalloc(sizeof(*p), GFP_KERNEL);

	if (p) {
		INIT_LIST_HEAD(&p->list);
		kobject_init(&p->kobj, &ktype_cdev_dynamic);
	}
	return p;
}
EXPORT_SYMBOL(cdev_alloc);

/* One holder less of the cdev and of its module. */
void cdev_put(struct cdev *p)
{
	if (p) {
		struct module *owner = p->owner;

		kobject_put(&p->kobj);
		module_put(owner);
	}
}

int cdev_add(struct cdev *p, dev_t dev, unsigned int count)
{
	struct cdev *other;
	int err = 0;

	if (WARN_ON(dev == 0 || !p->ops || !list_empty(&p->list)))
		return -EBUSY;
	p->dev = dev;
	p->count = count;
	mutex_lock(&chrdevs_lock);
	list_for_each_entry(other, &cdevs, list) {
		if (overlaps(dev, count, other->dev, other->count))
			err = -EBUSY;
	}
	if (!err)
		list_add(&p->list, &cdevs);
	mutex_unlock(&chrdevs_lock);
	if (!err)
		kobject_get(p->kobj.parent);
	return err;
}
EXPORT_SYMBOL(cdev_add);

void cdev_del(struct cdev *p)
{
	struct kobject *parent = p->kobj.parent;
	bool was_added;

	mutex_lock(&chrdevs_lock);
	was_added = !list_empty(&p->list);
	list_del_init(&p->list);
	mutex_unlock(&chrdevs_lock);
	p->kobj.parent = NULL;
	if (was_added)
		kobject_put(parent);
	kobject_put(&p->kobj);
}
EXPORT_SYMBOL(cdev_del);

void cdev_set_parent(struct cdev *p, struct kobject *kobj)
{
	WARN_ON(!kobj->state_initialized);
	p->kobj.parent = kobj;
}
EXPORT_SYMBOL(cdev_set_parent);

int cdev_device_add(struct cdev *cdev, struct device *dev)
{
	int err = 0;

	if (dev->devt) {
		cdev_set_parent(cdev, &dev->kobj);
		err = cdev_add(cdev, dev->devt, 1);
		if (err)
			return err;
	}
	err = device_add(dev);
	if (err && dev->devt)
		cdev_del(cdev);
	return err;
}
EXPORT_SYMBOL(cdev_device_add);

void cdev_device_del(struct cdev *cdev, struct device *dev)
{
	device_del(dev);
	if (dev->devt)
		cdev_del(cdev);
}
EXPORT_SYMBOL(cdev_device_del);

/* ---- What a module forgot; see kernel/deferred.c ---- */

bool cdevs_find(unsigned long start, unsigned long end, struct deferred *out, unsigned int skip)
{
	bool found = false;
	struct cdev *p;

	mutex_lock(&chrdevs_lock);
	list_for_each_entry(p, &cdevs, list) {
		if ((!points_into(p->ops, start, end) && !points_into(p, start, end)) || skip--)
			continue;
		out->function = (unsigned long)p->ops;
		out->object = p;
		snprintf(out->detail, sizeof(out->detail), "%u:%u", MAJOR(p->dev), MINOR(p->dev));
		found = true;
		break;
	}
	mutex_unlock(&chrdevs_lock);
	return found;
}

bool regions_find(unsigned long start, unsigned long end, struct deferred *out, unsigned int skip)
{
	bool found = false;
	struct region *r;

	mutex_lock(&chrdevs_lock);
	list_for_each_entry(r, &regions, list) {
		if (!points_into(r->owner, start, end) || skip--)
			continue;
		out->function = (unsigned long)r->owner;
		out->object = r;
		snprintf(out->detail, sizeof(out->detail), "%.24s, %u:%u-%u", r->name, MAJOR(r->from), MINOR(r->from),
			 MINOR(r->from) + r->count - 1);
		found = true;
		break;
	}
	mutex_unlock(&chrdevs_lock);
	return found;
}

void region_forget(const void *object)
{
	const struct region *r = object;

	kfree(take_region(r->from, r->count));
}

/* Its numbers, too. */
void cdev_forget(struct cdev *p)
{
	unregister_chrdev_region(p->dev, p->count);
	cdev_del(p);
}

/* ---- Opening a device node ---- */

static struct cdev *cdev_find_get(dev_t dev)
{
	struct cdev *p, *found = NULL;

	mutex_lock(&chrdevs_lock);
	list_for_each_entry(p, &cdevs, list) {
		if (overlaps(dev, 1, p->dev, p->count)) {
			if (try_module_get(p->owner)) {
				found = p;
				kobject_get(&p->kobj);
			}
			break;
		}
	}
	mutex_unlock(&chrdevs_lock);
	return found;
}

static int chrdev_open(struct inode *inode, struct file *file)
{
	struct cdev *p = cdev_find_get(inode->i_rdev);
	const struct file_operations *fops;

	if (!p)
		return -ENXIO;
	file->f_cdev = p;	/* given back when the file is freed */
	fops = fops_get(p->ops);
	if (!fops)
		return -ENXIO;
	inode->i_cdev = p;
	replace_fops(file, fops);
	return fops->open ? fops->open(inode, file) : 0;
}

const struct file_operations def_chr_fops = {
	.open = chrdev_open,
	.llseek = noop_llseek,
};

/* ---- /proc/devices ---- */

static int devices_show(struct seq_file *m, void *v)
{
	struct region *r;

	seq_puts(m, "Character devices:\n");
	mutex_lock(&chrdevs_lock);
	list_for_each_entry(r, &regions, list)
		seq_printf(m, "%3d %s\n", MAJOR(r->from), r->name);
	mutex_unlock(&chrdevs_lock);
	seq_puts(m, "\nBlock devices:\n");
	return 0;
}

void __init chrdev_init(void)
{
	proc_create_single("devices", 0, NULL, devices_show);
}
