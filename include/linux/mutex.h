/* SPDX-License-Identifier: MIT */
/*
 * Mutexes: sleeping locks with an owner. The owner, and nobody else, unlocks; in thread context.
 * A wrong use (unlock by another, freeing while held, sleeping where one must not) is reported.
 */
#pragma once

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/spinlock_types.h>
#include <linux/lockdep.h>

/*
 * [A] atomic   [L] wait_lock
 * Order: wait_lock is taken with interrupts masked, before the run-queue locks.
 */
struct mutex {
	atomic_long_t owner;		/* [A] task, | MUTEX_* bits; see kernel/sched/mutex.c */
	raw_spinlock_t wait_lock;
	bool robust;			/* [I] DEFINE_ROBUST_MUTEX() */
	struct list_head wait_list;	/* [L] first come, first served */
};

#define __MUTEX_INITIALIZER(name) {					\
	.owner = ATOMIC_LONG_INIT(0), .wait_list = LIST_HEAD_INIT(name.wait_list) }
#define DEFINE_MUTEX(name)	struct mutex name = __MUTEX_INITIALIZER(name)
/*
 * One that is unlocked when its holder dies of an oops: for what the kernel holds while it calls a driver's function,
 * and has left whole before. POSIX's word. Every other mutex stays locked then, as in Linux: what it guards may be half changed.
 */
#define DEFINE_ROBUST_MUTEX(name)	struct mutex name = {		\
	.owner = ATOMIC_LONG_INIT(0), .robust = true, .wait_list = LIST_HEAD_INIT(name.wait_list) }

void __mutex_init(struct mutex *lock, const char *name, struct lock_class_key *key);
#define mutex_init(lock)	__mutex_init((lock), #lock, NULL)
/* Warns when it is still held. */
void mutex_destroy(struct mutex *lock);

/* Context: thread, may sleep. Not recursive. */
void mutex_lock(struct mutex *lock);
/* Returns: 0, or -EINTR when a signal came first (_killable: SIGKILL). */
int __must_check mutex_lock_interruptible(struct mutex *lock);
int __must_check mutex_lock_killable(struct mutex *lock);
void mutex_lock_io(struct mutex *lock);
/* Returns 1 when taken, 0 when not; never sleeps. Not from interrupt handlers. */
int mutex_trylock(struct mutex *lock);
void mutex_unlock(struct mutex *lock);
/* Returns whether *cnt became zero, with the lock held then. */
int atomic_dec_and_mutex_lock(atomic_t *cnt, struct mutex *lock);

static inline bool mutex_is_locked(struct mutex *lock) { return atomic_long_read(&lock->owner) != 0; }

#define mutex_lock_nested(lock, subclass)		mutex_lock(lock)
#define mutex_lock_nest_lock(lock, nest)		mutex_lock(lock)
#define mutex_lock_interruptible_nested(lock, subclass)	mutex_lock_interruptible(lock)
#define mutex_lock_killable_nested(lock, subclass)	mutex_lock_killable(lock)
