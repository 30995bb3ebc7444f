// SPDX-License-Identifier: MIT
/*
 * Handles for objects: an XArray gives out the numbers, finds the objects again, and marks some of them.
 *
 * A driver that lets others name its objects must not hand out pointers. xa_alloc() chooses the smallest free number; xa_load()
 * needs no lock, since objects are freed after a grace period; a mark tells which are to be written back.
 *
 *	insmod handles; rmmod handles; dmesg | grep handles
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#define DIRTY XA_MARK_1

struct object {
	struct rcu_head rcu;
	u32 handle;
	int value;
};

static DEFINE_XARRAY_ALLOC1(objects);	/* 0 is no handle */

/* Returns: the handle, or 0. */
static u32 object_new(int value)
{
	struct object *o = kzalloc(sizeof(*o), GFP_KERNEL);

	if (!o)
		return 0;
	o->value = value;
	if (xa_alloc(&objects, &o->handle, o, XA_LIMIT(1, 1000), GFP_KERNEL)) {
		kfree(o);
		return 0;
	}
	return o->handle;
}

static int object_write(u32 handle, int value)
{
	struct object *o;

	rcu_read_lock();
	o = xa_load(&objects, handle);
	if (o)
		WRITE_ONCE(o->value, value);
	rcu_read_unlock();
	xa_set_mark(&objects, handle, DIRTY);	/* if it is still there */
	return o ? 0 : -ENOENT;
}

static int object_delete(u32 handle)
{
	struct object *o = xa_erase(&objects, handle);

	if (!o)
		return -ENOENT;
	kfree_rcu(o, rcu);
	return 0;
}

static void write_back(void)
{
	struct object *o;
	unsigned long handle;

	xa_for_each_marked(&objects, handle, o, DIRTY) {
		pr_info("written back: %lu is %d\n", handle, o->value);
		xa_clear_mark(&objects, handle, DIRTY);
	}
	pr_info("still dirty: %s\n", xa_marked(&objects, DIRTY) ? "some" : "none");
}

/* The other kind of array: the index is the caller's, the entries are numbers. */
static void plain_array(void)
{
	DEFINE_XARRAY(squares);
	unsigned long i, sum = 0;
	void *entry;

	for (i = 1; i < 100000; i *= 10)
		if (xa_err(xa_store(&squares, i, xa_mk_value(i * i), GFP_KERNEL)))
			pr_info("no memory\n");
	xa_for_each_range(&squares, i, entry, 10, 1000)
		sum += xa_to_value(entry);
	pr_info("squares of 10, 100, 1000: %lu in all\n", sum);
	pr_info("a second one at 100: %d\n", xa_insert(&squares, 100, xa_mk_value(1), GFP_KERNEL));
	entry = xa_cmpxchg(&squares, 100, xa_mk_value(10000), NULL, GFP_KERNEL);
	pr_info("at 100 was %lu, is %s\n", xa_to_value(entry), xa_load(&squares, 100) ? "something" : "nothing");
	xa_destroy(&squares);
	pr_info("empty: %d\n", xa_empty(&squares));
}

static int __init handles_init(void)
{
	u32 next = 999, id;
	int i, err;

	for (i = 0; i < 5; i++)
		pr_info("object %d has handle %u\n", i, object_new(10 * i));
	err = object_delete(3);
	pr_info("3 is gone: %d, and once more: %d\n", err, object_delete(3));
	pr_info("its handle is free: %u\n", object_new(33));
	pr_info("write 2: %d, write 5: %d, write 77: %d\n", object_write(2, 22), object_write(5, 55), object_write(77, 0));
	write_back();
	for (i = 0; i < 3; i++) {
		err = xa_alloc_cyclic(&objects, &id, NULL, XA_LIMIT(1, 1000), &next, GFP_KERNEL);
		pr_info("reserved in turn: %u (%d), to be seen: %d\n", id, err, xa_load(&objects, id) != NULL);
		if (err >= 0)
			xa_erase(&objects, id);
	}
	plain_array();
	return 0;
}

static void __exit handles_exit(void)
{
	struct object *o;
	unsigned long handle;

	xa_for_each(&objects, handle, o) {
		pr_info("left: %lu is %d\n", handle, o->value);
		object_delete(handle);
	}
	xa_destroy(&objects);
	rcu_barrier();
}

module_init(handles_init);
module_exit(handles_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Numbers for objects, by an XArray");
