// SPDX-License-Identifier: MIT
/*
 * Files, folders, devices and open files that need a module's code or data, or that it made: asked when the module goes.
 *
 * A file in /proc, /sys or debugfs that points into the modules' range, by its operations, its data or its
 * attribute, and a folder that a module's code asks for, is put on a list by its gate when it is made; the
 * kernel's own never are, so a look is as long as modules have files. It leaves the list when the gate is
 * closed, which is what removal does.
 *
 * Locking: namespace_lock, then left_lock. A dentry on the list is alive: who removes it from the tree
 * holds it until its gate is closed.
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <asm/layout.h>
#include "internal.h"
#include "../deferred_find.h"

static DEFINE_SPINLOCK(left_lock);	/* the list; leaf */
static LIST_HEAD(module_files);

static bool in_modules(const void *p)
{
	return (unsigned long)p >= MODULES_START && (unsigned long)p < MODULES_END;
}

void gate_belongs_to(struct dentry *d, const void *const *pointers, unsigned int n)
{
	struct inode_gate *gate = d->d_inode->i_gate;
	unsigned int i;

	for (i = 0; i < n && !in_modules(pointers[i]); i++)
		;
	if (i == n || !gate)
		return;
	gate->dentry = d;
	gate->code = (unsigned long)pointers[i];
	spin_lock(&left_lock);
	list_add(&gate->of_modules, &module_files);
	spin_unlock(&left_lock);
}

/* It runs, so it stays. */
const void *module_of_caller(const void *caller)
{
	const struct module *mod;

	if (!in_modules(caller))
		return NULL;
	rcu_read_lock();
	mod = __module_address((unsigned long)caller);
	rcu_read_unlock();
	return mod;
}

void gate_belongs_to_none(struct inode_gate *gate)
{
	if (!gate->dentry)
		return;
	spin_lock(&left_lock);
	list_del_init(&gate->of_modules);
	spin_unlock(&left_lock);
	gate->dentry = NULL;
}

/* The end of a path that is too long says more than its start. */
static void path_text(const struct dentry *d, char *out, size_t size)
{
	char buf[256], *path = d ? dentry_path_raw(d, buf, sizeof(buf)) : "?";
	size_t len;

	if (IS_ERR(path))
		path = (char *)d->d_name.name;
	len = strlen(path);
	strscpy(out, len < size ? path : path + len - (size - 1), size);
}

static struct dentry *find_file(unsigned long start, unsigned long end, unsigned int skip, unsigned long *code)
{
	struct dentry *found = NULL;
	struct inode_gate *gate;

	/* Files of the module's own making: nobody makes any while it goes. */
	if (list_empty(&module_files))
		return NULL;
	mutex_lock(&namespace_lock);
	spin_lock(&left_lock);
	list_for_each_entry(gate, &module_files, of_modules) {
		if (gate->code < start || gate->code >= end || (gate->dentry->d_flags & DENTRY_DEAD) || skip--)
			continue;
		found = dget(gate->dentry);
		*code = gate->code;
		break;
	}
	spin_unlock(&left_lock);
	mutex_unlock(&namespace_lock);
	return found;
}

bool files_find(unsigned long start, unsigned long end, struct deferred *out, unsigned int skip)
{
	struct dentry *d = find_file(start, end, skip, &out->function);

	if (!d)
		return false;
	out->object = d;
	if (S_ISDIR(d->d_inode->i_mode))
		out->kind = DEFERRED_FOLDER;
	path_text(d, out->detail, sizeof(out->detail));
	dput(d);	/* the tree has it still: nobody but its module, whose code does not run, removes it */
	return true;
}

void file_forget(const struct deferred *item)
{
	unsigned long code;
	struct dentry *d = find_file(item->function, item->function + 1, 0, &code);

	if (d)
		tree_remove(d);
	dput(d);
}

/* ---- Open files ---- */

/* Only those whose operations nobody took away: a device's, whose module did not say .owner = THIS_MODULE. */
bool open_files_find(unsigned long start, unsigned long end, struct deferred *out, unsigned int skip)
{
	bool found = false;
	struct file *f;

	spin_lock(&open_files_lock);
	list_for_each_entry(f, &open_files, f_list) {
		const struct file_operations *fops = READ_ONCE(f->f_op);

		if (!points_into(fops, start, end) || f->f_inode->i_gate || skip--)
			continue;
		out->function = (unsigned long)fops;
		out->object = f;
		path_text(f->f_path.dentry, out->detail, sizeof(out->detail));
		found = true;
		break;
	}
	spin_unlock(&open_files_lock);
	return found;
}
