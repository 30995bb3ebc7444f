// SPDX-License-Identifier: MIT
/*
 * Gates; gate.h tells what they are for.
 *
 * Invariant: active is the number of calls under way, release() included, and each of them is
 * also counted in its file's f_active. So when a thread dies of an oops inside a driver's read(),
 * the last fput() of that file finds the call still counted and settles it, and the module's
 * removal of the file does not wait for ever.
 * Invariant: a file is on gate->files exactly from a successful open() until somebody takes it
 * off in order to call its release(), so release() is called once.
 */
#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include "internal.h"

struct inode_gate *gate_alloc(int gone_errno)
{
	struct inode_gate *gate = kmalloc(sizeof(*gate), GFP_KERNEL);

	if (!gate)
		return NULL;
	spin_lock_init(&gate->lock);
	gate->closed = false;
	gate->gone_errno = gone_errno;
	gate->active = 0;
	gate->dentry = NULL;
	INIT_LIST_HEAD(&gate->of_modules);
	INIT_LIST_HEAD(&gate->files);
	init_waitqueue_head(&gate->idle);
	return gate;
}

int gate_enter(struct file *file)
{
	struct inode_gate *gate = file->f_inode->i_gate;
	int err = 0;

	if (!gate)
		return 0;
	spin_lock(&gate->lock);
	if (gate->closed) {
		err = -gate->gone_errno;
	} else {
		gate->active++;
		file->f_active++;
	}
	spin_unlock(&gate->lock);
	return err;
}

static void leave(struct inode_gate *gate, struct file *file, unsigned int calls)
{
	bool last;

	spin_lock(&gate->lock);
	file->f_active -= calls;
	gate->active -= calls;
	last = gate->active == 0;
	/* Woken under the lock: the closer may free the gate as soon as it has seen active == 0. */
	if (last)
		wake_up_all(&gate->idle);
	spin_unlock(&gate->lock);
}

void gate_exit(struct file *file)
{
	struct inode_gate *gate = file->f_inode->i_gate;

	if (gate)
		leave(gate, file, 1);
}

void gate_attach(struct file *file)
{
	struct inode_gate *gate = file->f_inode->i_gate;

	if (!gate)
		return;
	spin_lock(&gate->lock);
	list_add_tail(&file->f_gate_node, &gate->files);
	spin_unlock(&gate->lock);
}

bool gate_detach(struct file *file)
{
	struct inode_gate *gate = file->f_inode->i_gate;
	bool owed;
	int lost;

	if (!gate)
		return true;
	spin_lock(&gate->lock);
	lost = file->f_active;
	owed = !file->f_revoked;
	if (owed) {
		/* Not on the list when its thread died inside open(). */
		list_del_init(&file->f_gate_node);
		/* Counted even if the gate is closing: the closer then waits for this release(). */
		gate->active++;
		file->f_active++;
	}
	spin_unlock(&gate->lock);
	if (lost)
		leave(gate, file, lost);
	return owed;
}

void gate_settle(struct file *file)
{
	struct inode_gate *gate = file->f_inode->i_gate;

	if (gate && file->f_active)
		leave(gate, file, file->f_active);
}

void gate_close(struct inode_gate *gate)
{
	struct file *file;

	gate_belongs_to_none(gate);
	spin_lock(&gate->lock);
	gate->closed = true;
	for (;;) {
		if (gate->active) {
			spin_unlock(&gate->lock);
			wait_event(gate->idle, READ_ONCE(gate->active) == 0);
			spin_lock(&gate->lock);
			continue;
		}
		file = list_first_entry_or_null(&gate->files, struct file, f_gate_node);
		if (!file)
			break;
		if (!atomic_long_inc_not_zero(&file->f_count)) {
			/* fput() has taken the last count and is on its way to gate_detach(). */
			spin_unlock(&gate->lock);
			schedule_timeout_uninterruptible(1);
			spin_lock(&gate->lock);
			continue;
		}
		list_del_init(&file->f_gate_node);
		file->f_revoked = true;
		gate->active++;
		file->f_active++;
		spin_unlock(&gate->lock);
		if (file->f_opened && file->f_op->release)
			file_call(file, "release", release, file->f_inode, file);
		leave(gate, file, 1);
		fput(file);
		spin_lock(&gate->lock);
	}
	spin_unlock(&gate->lock);
}
