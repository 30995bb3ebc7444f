/* SPDX-License-Identifier: MIT */
/*
 * Gates: files whose code can go away while they are open.
 *
 * A module's /proc, /sys or debugfs file calls into the module. When the module removes the file,
 * somebody may be inside its read(), and somebody else may have it open. Every call of the
 * file's operations therefore passes its inode's gate; closing the gate waits for those inside, lets
 * nobody in any more, and calls release() for the files that are still open, which then
 * answer all further use with an error. After gate_close() no code of the module's runs on behalf
 * of the file, nor will it.
 */
#pragma once

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

struct dentry;
struct file;
struct inode;

struct inode_gate {
	spinlock_t lock;		/* all below, and file->{f_gate_node,f_active,f_revoked} */
	bool closed;
	int gone_errno;			/* [I] what calls on a closed gate return, positive */
	unsigned int active;		/* calls under way */
	struct list_head files;		/* open ones whose release() is still owed */
	struct list_head of_modules;	/* leftover.c: files that point into a module */
	struct dentry *dentry;		/* the file's name while it is on that list, else NULL */
	unsigned long code;		/* [I] where in the module */
	wait_queue_head_t idle;		/* active went to 0 */
};

/* gate_alloc - for inode->i_gate; freed with the inode. NULL: memory is out. */
struct inode_gate *gate_alloc(int gone_errno);

/*
 * gate_enter - about to call an operation of @file; gate_exit - it returned.
 * Returns: 0, or -errno when the gate is closed. Files without a gate always pass.
 * Context: thread.
 */
int gate_enter(struct file *file);
void gate_exit(struct file *file);

/* gate_attach - @file was opened (within enter and exit): its release() is owed from now on. */
void gate_attach(struct file *file);
/*
 * gate_detach - the last reference to @file goes.
 * Returns: true when the caller has to call release(), and then gate_exit(); false when closing has done it.
 * A call that never came back, because its thread died in it, is taken off the count here.
 */
bool gate_detach(struct file *file);
/* gate_settle - take the calls of a dead thread off the count; @file is nobody else's any more. */
void gate_settle(struct file *file);
/*
 * gate_belongs_to - the file @d, just made, needs these; if one of them lies in a module, the file is found when
 * that module goes. gate_belongs_to_none - it is gone. leftover.c
 */
void gate_belongs_to(struct dentry *d, const void *const *pointers, unsigned int n);
void gate_belongs_to_none(struct inode_gate *gate);
/* The module whose code @caller, a return address, lies in, as something for the above; NULL: the kernel's. Context: any. */
const void *module_of_caller(const void *caller);
/* gate_close - no more calls; see above. Context: thread; waits for those under way. */
void gate_close(struct inode_gate *gate);
