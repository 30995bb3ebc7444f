/* SPDX-License-Identifier: MIT */
/* RCU whose readers may sleep; each srcu_struct waits for its own readers only. */
#pragma once

#include <linux/atomic.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/wait.h>

struct srcu_struct {
	atomic_long_t readers[2];	/* by the index that they got at entry */
	int idx;			/* [M] what new readers get */
	struct mutex mutex;		/* [M] one updater at a time */
	struct wait_queue_head wait;	/* the updater */
};

#define __SRCU_STRUCT_INIT(name) { .mutex = __MUTEX_INITIALIZER((name).mutex), \
	.wait = __WAIT_QUEUE_HEAD_INITIALIZER((name).wait) }
#define DEFINE_SRCU(name)	struct srcu_struct name = __SRCU_STRUCT_INIT(name)
#define DEFINE_STATIC_SRCU(name) static struct srcu_struct name = __SRCU_STRUCT_INIT(name)

int init_srcu_struct(struct srcu_struct *ssp);
void cleanup_srcu_struct(struct srcu_struct *ssp);
/* Returns the index to give to srcu_read_unlock(). Nests; may sleep in between. */
int srcu_read_lock(struct srcu_struct *ssp);
void srcu_read_unlock(struct srcu_struct *ssp, int idx);
void synchronize_srcu(struct srcu_struct *ssp);
void synchronize_srcu_expedited(struct srcu_struct *ssp);
#define srcu_dereference(p, ssp)	READ_ONCE(p)
#define srcu_dereference_check(p, ssp, c) READ_ONCE(p)
#define srcu_read_lock_held(ssp)	1
#define smp_mb__after_srcu_read_unlock() do { } while (0)
