// SPDX-License-Identifier: MIT
/*
 * Kobjects and ksets: counted objects with a name, a parent, and a folder in /sys (sysfs.c makes it).
 */
#include <linux/kobject.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include "internal.h"

struct kobject *kernel_kobj;
EXPORT_SYMBOL_GPL(kernel_kobj);
struct kobject *mm_kobj;
EXPORT_SYMBOL_GPL(mm_kobj);
struct kobject *firmware_kobj;
EXPORT_SYMBOL_GPL(firmware_kobj);

void kobject_init(struct kobject *kobj, const struct kobj_type *ktype)
{
	if (WARN(!kobj || !ktype, "kobject_init: no object or no type\n"))
		return;
	if (kobj->state_initialized)
		pr_err("kobject (%p): tried to init an initialized object, something is seriously wrong.\n",
		       kobj);
	kref_init(&kobj->kref);
	INIT_LIST_HEAD(&kobj->entry);
	kobj->state_in_sysfs = 0;
	kobj->state_initialized = 1;
	kobj->ktype = ktype;
}
EXPORT_SYMBOL(kobject_init);

int kobject_set_name_vargs(struct kobject *kobj, const char *fmt, va_list vargs)
{
	char *name, *p;

	if (kobj->name && !fmt)
		return 0;
	name = kvasprintf(GFP_KERNEL, fmt, vargs);
	if (!name)
		return -ENOMEM;
	/* A name is one path part; Linux turns slashes into this, too. */
	for (p = name; (p = strchr(p, '/'));)
		*p = '!';
	kfree(kobj->name);
	kobj->name = name;
	return 0;
}

int kobject_set_name(struct kobject *kobj, const char *fmt, ...)
{
	va_list args;
	int err;

	va_start(args, fmt);
	err = kobject_set_name_vargs(kobj, fmt, args);
	va_end(args);
	return err;
}
EXPORT_SYMBOL(kobject_set_name);

static void kset_leave(struct kobject *kobj)
{
	if (!kobj->kset)
		return;
	spin_lock(&kobj->kset->list_lock);
	list_del_init(&kobj->entry);
	spin_unlock(&kobj->kset->list_lock);
	kset_put(kobj->kset);
}

/* @caller: who wants it, a return address; a module's folders are found when it goes and forgets them. */
static int add_internal(struct kobject *kobj, const void *caller)
{
	struct kobject *parent;
	int err;

	if (!kobj->name || !kobj->name[0]) {
		WARN(1, "kobject: (%p): attempted to be registered with empty name!\n", kobj);
		return -EINVAL;
	}
	parent = kobject_get(kobj->parent);
	if (kobj->kset) {
		kset_get(kobj->kset);
		if (!parent)
			parent = kobject_get(&kobj->kset->kobj);
		spin_lock(&kobj->kset->list_lock);
		list_add_tail(&kobj->entry, &kobj->kset->list);
		spin_unlock(&kobj->kset->list_lock);
	}
	kobj->parent = parent;

	err = sysfs_create_dir(kobj, module_of_caller(caller) ?: module_of_caller(kobj->ktype));
	if (!err && kobj->ktype->default_groups) {
		err = sysfs_create_groups(kobj, kobj->ktype->default_groups);
		if (err)
			sysfs_remove_dir(kobj);
	}
	if (!err) {
		kobj->state_in_sysfs = 1;
		return 0;
	}
	kset_leave(kobj);
	kobject_put(parent);
	kobj->parent = NULL;
	if (err == -EEXIST)
		pr_err("%s failed for %s with -EEXIST, don't try to register things with the same name in the same directory.\n",
		       "kobject_add_internal", kobj->name);
	else
		pr_err("%s failed for %s (error: %d parent: %s)\n", "kobject_add_internal", kobj->name,
		       err, parent ? kobject_name(parent) : "'none'");
	return err;
}

static int add_vargs(struct kobject *kobj, struct kobject *parent, const char *fmt, va_list args,
		     const void *caller)
{
	int err = kobject_set_name_vargs(kobj, fmt, args);

	if (err) {
		pr_err("kobject: can not set name properly!\n");
		return err;
	}
	kobj->parent = parent;
	return add_internal(kobj, caller);
}

int kobject_add(struct kobject *kobj, struct kobject *parent, const char *fmt, ...)
{
	va_list args;
	int err;

	if (!kobj)
		return -EINVAL;
	if (!kobj->state_initialized) {
		pr_err("kobject '%s' (%p): tried to add an uninitialized object, something is seriously wrong.\n",
		       kobject_name(kobj), kobj);
		return -EINVAL;
	}
	va_start(args, fmt);
	err = add_vargs(kobj, parent, fmt, args, __builtin_return_address(0));
	va_end(args);
	return err;
}
EXPORT_SYMBOL(kobject_add);

int kobject_init_and_add(struct kobject *kobj, const struct kobj_type *ktype,
			 struct kobject *parent, const char *fmt, ...)
{
	va_list args;
	int err;

	kobject_init(kobj, ktype);
	va_start(args, fmt);
	err = add_vargs(kobj, parent, fmt, args, __builtin_return_address(0));
	va_end(args);
	return err;
}
EXPORT_SYMBOL_GPL(kobject_init_and_add);

void kobject_del(struct kobject *kobj)
{
	struct kobject *parent;

	if (!kobj || !kobj->state_in_sysfs)
		return;
	parent = kobj->parent;
	if (kobj->ktype->default_groups)
		sysfs_remove_groups(kobj, kobj->ktype->default_groups);
	sysfs_remove_dir(kobj);
	kobj->state_in_sysfs = 0;
	kset_leave(kobj);
	kobj->parent = NULL;
	kobject_put(parent);
}
EXPORT_SYMBOL(kobject_del);

int kobject_rename(struct kobject *kobj, const char *new_name)
{
	char *name;
	int err;

	kobj = kobject_get(kobj);
	if (!kobj)
		return -EINVAL;
	name = kstrdup(new_name, GFP_KERNEL);
	err = -ENOMEM;
	if (name)
		err = sysfs_rename_dir(kobj, name);
	if (!err) {
		kfree(kobj->name);
		kobj->name = name;
	} else {
		kfree(name);
	}
	kobject_put(kobj);
	return err;
}
EXPORT_SYMBOL_GPL(kobject_rename);

struct kobject *kobject_get(struct kobject *kobj)
{
	if (kobj) {
		if (!kobj->state_initialized)
			WARN(1, "kobject: '%s' (%p): is not initialized, yet kobject_get() is being called.\n",
			     kobject_name(kobj), kobj);
		kref_get(&kobj->kref);
	}
	return kobj;
}
EXPORT_SYMBOL(kobject_get);

struct kobject *kobject_get_unless_zero(struct kobject *kobj)
{
	return kobj && kref_get_unless_zero(&kobj->kref) ? kobj : NULL;
}
EXPORT_SYMBOL(kobject_get_unless_zero);

static void kobject_release(struct kref *kref)
{
	struct kobject *kobj = container_of(kref, struct kobject, kref);
	const struct kobj_type *t = kobj->ktype;
	const char *name = kobj->name;

	if (!t->release)
		pr_debug("kobject: '%s' (%p): does not have a release() function, it is broken and must be fixed.\n",
			 kobject_name(kobj), kobj);
	if (kobj->state_in_sysfs)
		kobject_del(kobj);
	if (t->release)
		t->release(kobj);
	kfree(name);	/* release() may still print it */
}

void kobject_put(struct kobject *kobj)
{
	if (!kobj)
		return;
	if (!kobj->state_initialized)
		WARN(1, "kobject: '%s' (%p): is not initialized, yet kobject_put() is being called.\n",
		     kobject_name(kobj), kobj);
	kref_put(&kobj->kref, kobject_release);
}
EXPORT_SYMBOL(kobject_put);

char *kobject_get_path(struct kobject *kobj, gfp_t flag)
{
	char buf[256];
	char *p = &buf[sizeof(buf) - 1];

	*p = '\0';
	for (; kobj; kobj = kobj->parent) {
		size_t len = strlen(kobject_name(kobj));

		if ((size_t)(p - buf) < len + 1)
			return NULL;
		p -= len;
		memcpy(p, kobject_name(kobj), len);
		*--p = '/';
	}
	return kstrdup(p, flag);
}
EXPORT_SYMBOL_GPL(kobject_get_path);

/* ---- Plain kobjects, made by name ---- */

static void dynamic_kobj_release(struct kobject *kobj)
{
	kfree(kobj);
}

static ssize_t kobj_attr_show(struct kobject *kobj, struct attribute *attr, char *buf)
{
	struct kobj_attribute *kattr = container_of(attr, struct kobj_attribute, attr);

	return kattr->show ? call_driver("show", NULL, kattr->show, kobj, kattr, buf) : -EIO;
}

static ssize_t kobj_attr_store(struct kobject *kobj, struct attribute *attr, const char *buf,
			       size_t count)
{
	struct kobj_attribute *kattr = container_of(attr, struct kobj_attribute, attr);

	return kattr->store ? call_driver("store", NULL, kattr->store, kobj, kattr, buf, count) : -EIO;
}

const struct sysfs_ops kobj_sysfs_ops = {
	.show = kobj_attr_show,
	.store = kobj_attr_store,
};
EXPORT_SYMBOL_GPL(kobj_sysfs_ops);

static const struct kobj_type dynamic_kobj_ktype = {
	.release = dynamic_kobj_release,
	.sysfs_ops = &kobj_sysfs_ops,
};

struct kobject *kobject_create_and_add(const char *name, struct kobject *parent)
{
	struct kobject *kobj = kzalloc(sizeof(*kobj), GFP_KERNEL);

	if (!kobj)
		return NULL;
	kobject_init(kobj, &dynamic_kobj_ktype);
	kobj->parent = parent;
	if (kobject_set_name(kobj, "%s", name) || add_internal(kobj, __builtin_return_address(0))) {
		kobject_put(kobj);
		return NULL;
	}
	return kobj;
}
EXPORT_SYMBOL_GPL(kobject_create_and_add);

/* ---- Ksets ---- */

void kset_init(struct kset *k)
{
	kobject_init(&k->kobj, k->kobj.ktype);
	INIT_LIST_HEAD(&k->list);
	spin_lock_init(&k->list_lock);
}
EXPORT_SYMBOL(kset_init);

int kset_register(struct kset *k)
{
	if (!k || !k->kobj.ktype)
		return -EINVAL;
	kset_init(k);
	return add_internal(&k->kobj, __builtin_return_address(0));
}
EXPORT_SYMBOL(kset_register);

void kset_unregister(struct kset *k)
{
	if (!k)
		return;
	kobject_del(&k->kobj);
	kobject_put(&k->kobj);
}
EXPORT_SYMBOL(kset_unregister);

struct kobject *kset_find_obj(struct kset *kset, const char *name)
{
	struct kobject *k, *found = NULL;

	spin_lock(&kset->list_lock);
	list_for_each_entry(k, &kset->list, entry) {
		if (kobject_name(k) && !strcmp(kobject_name(k), name)) {
			found = kobject_get_unless_zero(k);
			break;
		}
	}
	spin_unlock(&kset->list_lock);
	return found;
}
EXPORT_SYMBOL_GPL(kset_find_obj);

static void kset_release(struct kobject *kobj)
{
	kfree(container_of(kobj, struct kset, kobj));
}

static const struct kobj_type kset_ktype = {
	.sysfs_ops = &kobj_sysfs_ops,
	.release = kset_release,
};

struct kset *kset_create_and_add(const char *name, const struct kset_uevent_ops *u,
				 struct kobject *parent_kobj)
{
	struct kset *kset = kzalloc(sizeof(*kset), GFP_KERNEL);

	if (!kset)
		return NULL;
	kset->uevent_ops = u;
	kset->kobj.ktype = &kset_ktype;
	kset->kobj.parent = parent_kobj;
	if (kobject_set_name(&kset->kobj, "%s", name)) {
		kfree(kset);
		return NULL;
	}
	kset_init(kset);
	if (add_internal(&kset->kobj, __builtin_return_address(0))) {
		kobject_put(&kset->kobj);
		return NULL;
	}
	return kset;
}
EXPORT_SYMBOL_GPL(kset_create_and_add);

/* ---- Events ---- */

int kobject_uevent_env(struct kobject *kobj, enum kobject_action action, char *envp[])
{
	static const char *const names[] = {
		[KOBJ_ADD] = "add", [KOBJ_REMOVE] = "remove", [KOBJ_CHANGE] = "change",
		[KOBJ_MOVE] = "move", [KOBJ_ONLINE] = "online", [KOBJ_OFFLINE] = "offline",
		[KOBJ_BIND] = "bind", [KOBJ_UNBIND] = "unbind",
	};

	if ((unsigned int)action >= ARRAY_SIZE(names))
		return -EINVAL;
	pr_debug("uevent: %s %s\n", names[action], kobject_name(kobj));
	return 0;
}
EXPORT_SYMBOL_GPL(kobject_uevent_env);

int kobject_uevent(struct kobject *kobj, enum kobject_action action)
{
	return kobject_uevent_env(kobj, action, NULL);
}
EXPORT_SYMBOL_GPL(kobject_uevent);
