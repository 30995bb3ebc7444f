// SPDX-License-Identifier: MIT
/*
 * Objects with a life of their own: a type with a release(), default attributes, and a set that holds them.
 *
 *	ls /sys/kernel/kset_objects		apple  pear  plum
 *	echo 3 > /sys/kernel/kset_objects/pear/weight
 *
 * An object is freed by release() when the last reference to its kobject goes, and nowhere else.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

struct fruit {
	struct kobject kobj;
	int weight;
};

struct fruit_attribute {
	struct attribute attr;
	ssize_t (*show)(struct fruit *fruit, char *buf);
	ssize_t (*store)(struct fruit *fruit, const char *buf, size_t count);
};

#define to_fruit(x)	container_of(x, struct fruit, kobj)
#define to_attribute(x)	container_of(x, struct fruit_attribute, attr)

/* The type's show and store find the object and the attribute behind what sysfs knows. */
static ssize_t fruit_show(struct kobject *kobj, struct attribute *attr, char *buf)
{
	struct fruit_attribute *a = to_attribute(attr);

	return a->show ? a->show(to_fruit(kobj), buf) : -EIO;
}

static ssize_t fruit_store(struct kobject *kobj, struct attribute *attr, const char *buf, size_t count)
{
	struct fruit_attribute *a = to_attribute(attr);

	return a->store ? a->store(to_fruit(kobj), buf, count) : -EIO;
}

static const struct sysfs_ops fruit_sysfs_ops = { .show = fruit_show, .store = fruit_store };

static void fruit_release(struct kobject *kobj)
{
	pr_info("%s is released\n", kobject_name(kobj));
	kfree(to_fruit(kobj));
}

static ssize_t weight_show(struct fruit *fruit, char *buf)
{
	return sysfs_emit(buf, "%d\n", fruit->weight);
}

static ssize_t weight_store(struct fruit *fruit, const char *buf, size_t count)
{
	int err = kstrtoint(buf, 0, &fruit->weight);

	return err ? err : count;
}

static ssize_t name_show(struct fruit *fruit, char *buf)
{
	return sysfs_emit(buf, "%s\n", kobject_name(&fruit->kobj));
}

static struct fruit_attribute weight_attr = __ATTR_RW(weight);
static struct fruit_attribute name_attr = __ATTR_RO(name);

static struct attribute *fruit_attrs[] = { &weight_attr.attr, &name_attr.attr, NULL };
ATTRIBUTE_GROUPS(fruit);

static struct kobj_type fruit_type = {
	.sysfs_ops = &fruit_sysfs_ops,
	.release = fruit_release,
	.default_groups = fruit_groups,
};

static struct kset *fruits;
static const char *const names[] = { "apple", "pear", "plum" };
static struct fruit *made[ARRAY_SIZE(names)];

static struct fruit *make_fruit(const char *name)
{
	struct fruit *fruit = kzalloc(sizeof(*fruit), GFP_KERNEL);

	if (!fruit)
		return NULL;
	fruit->weight = strlen(name);
	fruit->kobj.kset = fruits;
	if (kobject_init_and_add(&fruit->kobj, &fruit_type, NULL, "%s", name)) {
		kobject_put(&fruit->kobj);
		return NULL;
	}
	kobject_uevent(&fruit->kobj, KOBJ_ADD);
	return fruit;
}

static void drop_fruits(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(made); i++)
		if (made[i])
			kobject_put(&made[i]->kobj);
	kset_unregister(fruits);
}

static int __init kset_objects_init(void)
{
	struct kobject *kobj;
	int i;

	fruits = kset_create_and_add(KBUILD_MODNAME, NULL, kernel_kobj);
	if (!fruits)
		return -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		made[i] = make_fruit(names[i]);
		if (!made[i]) {
			drop_fruits();
			return -EINVAL;
		}
	}
	kobj = kset_find_obj(fruits, "pear");
	pr_info("found %s, and %s a melon\n", kobject_name(kobj), kset_find_obj(fruits, "melon") ? "also" : "not");
	kobject_put(kobj);	/* finding took a reference */
	return 0;
}

static void __exit kset_objects_exit(void)
{
	drop_fruits();
}

module_init(kset_objects_init);
module_exit(kset_objects_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("A kset of objects with a type of their own");
