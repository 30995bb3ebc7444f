// SPDX-License-Identifier: MIT
/*
 * Mutexes.
 *
 * owner holds the task that has the lock, and two bits: WAITERS, somebody queues (so unlocking
 * takes the slow way), and HANDOFF, the first waiter has been woken once in vain.
 *
 *   free, nobody waits      0
 *   held                    task
 *   held, others wait       task | WAITERS
 *   free, others wait       WAITERS           whoever comes first takes it: quick, but unfair,
 *   ... first lost the race task | WAITERS | HANDOFF   so then unlock makes the first waiter owner
 *
 * Debugging, always on: the owner is checked on unlock; a thread knows what it holds and what it waits
 * for, so a thread that waits for itself, directly or around corners, is reported at once.
 *
 * Lock: wait_lock guards wait_list and, with waiters, every change of owner but the fast unlock's.
 */
#include <linux/bug.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include "sched.h"

#define MUTEX_WAITERS	1UL
#define MUTEX_HANDOFF	2UL
#define MUTEX_FLAGS	3UL

struct mutex_waiter {
	struct list_head list;
	struct task_struct *task;
};

/* Stands for threads that ended while they held a mutex. */
static struct task_struct dead_owner = { .comm = "(dead)", .pid = -1 };

static struct task_struct *mutex_owner(const struct mutex *lock)
{
	return (struct task_struct *)(atomic_long_read(&lock->owner) & ~MUTEX_FLAGS);
}

void __mutex_init(struct mutex *lock, const char *name, struct lock_class_key *key)
{
	atomic_long_set(&lock->owner, 0);
	raw_spin_lock_init(&lock->wait_lock);
	lock->robust = false;
	INIT_LIST_HEAD(&lock->wait_list);
}
EXPORT_SYMBOL(__mutex_init);

void mutex_destroy(struct mutex *lock)
{
	WARN(mutex_is_locked(lock), "mutex %pS destroyed while held\n", lock);
}
EXPORT_SYMBOL(mutex_destroy);

bool lockdep_mutex_held(const struct mutex *lock)
{
	return mutex_owner(lock) == current;
}
EXPORT_SYMBOL(lockdep_mutex_held);

static void note_held(struct mutex *lock)
{
	struct task_struct *self = current;

	if (likely(self->nr_held < ARRAY_SIZE(self->held_mutexes)))
		self->held_mutexes[self->nr_held] = lock;
	self->nr_held++;
}

static void note_released(struct mutex *lock)
{
	struct task_struct *self = current;
	unsigned int i, top = min_t(unsigned int, self->nr_held, ARRAY_SIZE(self->held_mutexes));

	/* Nearly always the last one taken. */
	for (i = top; i-- > 0;) {
		if (self->held_mutexes[i] == lock) {
			for (; i + 1 < top; i++)
				self->held_mutexes[i] = self->held_mutexes[i + 1];
			break;
		}
	}
	self->nr_held--;
}

/* @lock is held, and we are about to wait for it: does its owner, in the end, wait for us? */
static void check_deadlock(struct mutex *lock)
{
	struct task_struct *self = current, *owner;
	unsigned int depth;
	struct mutex *m;

	rcu_read_lock();	/* keeps owners' task_structs */
	for (m = lock, depth = 0; m && depth < 16; m = READ_ONCE(owner->blocked_on), depth++) {
		owner = mutex_owner(m);
		if (!owner)
			break;
		if (owner == &dead_owner) {
			pr_err("BUG: %s/%d waits for mutex %pS, whose holder is dead\n", self->comm, self->pid, m);
			dump_stack();
			break;
		}
		if (owner == self) {
			if (m == lock)
				pr_err("BUG: mutex recursion: %s/%d waits for mutex %pS, which it holds\n",
				       self->comm, self->pid, lock);
			else
				pr_err("BUG: mutex deadlock: %s/%d waits for mutex %pS, whose holder waits, in the end, for %pS, which it holds\n",
				       self->comm, self->pid, lock, m);
			dump_stack();
			break;
		}
	}
	rcu_read_unlock();
}

/* Take it if it is free and not promised to somebody else. */
static bool try_lock(struct mutex *lock, bool first_waiter)
{
	long owner = atomic_long_read(&lock->owner);

	for (;;) {
		if (owner & ~MUTEX_FLAGS)
			/* unlock may have made us the owner */
			return first_waiter && (owner & ~MUTEX_FLAGS) == (long)current;
		if ((owner & MUTEX_HANDOFF) && !first_waiter)
			return false;
		if (atomic_long_try_cmpxchg_acquire(&lock->owner, &owner,
						    (long)current | (owner & MUTEX_WAITERS)))
			return true;
	}
}

static int lock_slow(struct mutex *lock, unsigned int state)
{
	struct task_struct *self = current;
	struct mutex_waiter waiter = { .task = self };
	bool first, woken = false;
	int ret = 0;

	if (try_lock(lock, false))
		return 0;
	check_deadlock(lock);

	raw_spin_lock(&lock->wait_lock);
	list_add_tail(&waiter.list, &lock->wait_list);
	self->blocked_on = lock;
	atomic_long_or(MUTEX_WAITERS, &lock->owner);
	for (;;) {
		first = list_first_entry(&lock->wait_list, struct mutex_waiter, list) == &waiter;
		set_current_state(state);
		if (try_lock(lock, first))
			break;
		if (signal_pending_state(state, self)) {
			ret = -EINTR;
			break;
		}
		if (first && woken)
			atomic_long_or(MUTEX_HANDOFF, &lock->owner);
		/* The owner may have unlocked between the try and the promise. */
		if (first && woken && try_lock(lock, true))
			break;
		raw_spin_unlock(&lock->wait_lock);
		schedule();
		woken = true;
		raw_spin_lock(&lock->wait_lock);
	}
	__set_current_state(TASK_RUNNING);
	list_del(&waiter.list);
	self->blocked_on = NULL;
	if (list_empty(&lock->wait_list))
		atomic_long_andnot(MUTEX_FLAGS, &lock->owner);
	else if (first)
		atomic_long_andnot(MUTEX_HANDOFF, &lock->owner);	/* was ours */
	if (ret && first && !mutex_owner(lock) && !list_empty(&lock->wait_list))
		/* We leave although the unlocker's wakeup was for us: pass it on. */
		wake_up_process(list_first_entry(&lock->wait_list, struct mutex_waiter, list)->task);
	raw_spin_unlock(&lock->wait_lock);
	return ret;
}

static __always_inline int lock_common(struct mutex *lock, unsigned int state)
{
	long free = 0;
	int ret = 0;

	might_sleep();
	if (unlikely(!atomic_long_try_cmpxchg_acquire(&lock->owner, &free, (long)current)))
		ret = lock_slow(lock, state);
	if (likely(!ret))
		note_held(lock);
	return ret;
}

void mutex_lock(struct mutex *lock)
{
	lock_common(lock, TASK_UNINTERRUPTIBLE);
}
EXPORT_SYMBOL(mutex_lock);

void mutex_lock_io(struct mutex *lock)
{
	lock_common(lock, TASK_UNINTERRUPTIBLE);
}
EXPORT_SYMBOL_GPL(mutex_lock_io);

int mutex_lock_interruptible(struct mutex *lock)
{
	return lock_common(lock, TASK_INTERRUPTIBLE);
}
EXPORT_SYMBOL(mutex_lock_interruptible);

int mutex_lock_killable(struct mutex *lock)
{
	return lock_common(lock, TASK_KILLABLE);
}
EXPORT_SYMBOL(mutex_lock_killable);

int mutex_trylock(struct mutex *lock)
{
	if (!try_lock(lock, false))
		return 0;
	note_held(lock);
	return 1;
}
EXPORT_SYMBOL(mutex_trylock);

static noinline void unlock_bug(struct mutex *lock, struct task_struct *owner)
{
	if (owner)
		pr_err("BUG: mutex %pS unlocked by %s/%d, held by %s/%d\n", lock, current->comm,
		       current->pid, owner->comm, owner->pid);
	else
		pr_err("BUG: mutex %pS unlocked by %s/%d, not held by anybody\n", lock, current->comm,
		       current->pid);
	dump_stack();
}

static void unlock_slow(struct mutex *lock)
{
	struct mutex_waiter *first;
	long owner;

	raw_spin_lock(&lock->wait_lock);
	first = list_first_entry_or_null(&lock->wait_list, struct mutex_waiter, list);
	owner = atomic_long_read(&lock->owner);
	for (;;) {
		long next = owner & MUTEX_WAITERS;

		if ((owner & MUTEX_HANDOFF) && first)
			next = (long)first->task | MUTEX_WAITERS;
		if (atomic_long_try_cmpxchg_release(&lock->owner, &owner, next))
			break;
	}
	/* Under wait_lock, which it needs to leave the list: the task is still there. */
	if (first)
		wake_up_process(first->task);
	raw_spin_unlock(&lock->wait_lock);
}

void mutex_unlock(struct mutex *lock)
{
	struct task_struct *owner = mutex_owner(lock);
	long self = (long)current;

	if (unlikely(owner != current)) {
		unlock_bug(lock, owner);
		return;
	}
	note_released(lock);
	if (unlikely(!atomic_long_try_cmpxchg_release(&lock->owner, &self, 0)))
		unlock_slow(lock);
}
EXPORT_SYMBOL(mutex_unlock);

/* The thread ends. */
static void unlock_robust(struct task_struct *self)
{
	/* Backwards: unlocking moves up those that were taken later. */
	for (unsigned int i = min_t(unsigned int, self->nr_held, ARRAY_SIZE(self->held_mutexes)); i-- > 0;)
		if (self->held_mutexes[i]->robust)
			mutex_unlock(self->held_mutexes[i]);
}

void mutex_thread_exit(struct task_struct *self)
{
	unsigned int i;

	unlock_robust(self);
	if (!self->nr_held)
		return;
	/* These stay locked: what they guard may be half changed. */
	pr_warn("BUG: %s/%d exited with %u mutex(es) held\n", self->comm, self->pid, self->nr_held);
	for (i = 0; i < min_t(unsigned int, self->nr_held, ARRAY_SIZE(self->held_mutexes)); i++) {
		struct mutex *lock = self->held_mutexes[i];
		long flags;

		pr_warn(" #%u: %pS\n", i, lock);
		/* The task_struct will be freed; the owner field must not point at it. */
		flags = atomic_long_read(&lock->owner) & MUTEX_FLAGS;
		while (!atomic_long_try_cmpxchg(&lock->owner, &flags, (long)&dead_owner | (flags & MUTEX_FLAGS)))
			;
	}
}

int atomic_dec_and_mutex_lock(atomic_t *cnt, struct mutex *lock)
{
	if (atomic_add_unless(cnt, -1, 1))
		return 0;
	mutex_lock(lock);
	if (!atomic_dec_and_test(cnt)) {
		mutex_unlock(lock);
		return 0;
	}
	return 1;
}
EXPORT_SYMBOL(atomic_dec_and_mutex_lock);
