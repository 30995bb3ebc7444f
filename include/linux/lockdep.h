/* SPDX-License-Identifier: MIT */
/*
 * Assertions about locks. They are checked always: each lock knows its owner.
 * Linux's lock-class bookkeeping has no counterpart here; its annotations expand to nothing.
 */
#pragma once

#include <linux/bug.h>
#include <linux/spinlock_types.h>

struct mutex;
struct rw_semaphore;
struct lock_class_key { };
struct lockdep_map { };

bool lockdep_spin_held(const spinlock_t *lock);
bool lockdep_raw_spin_held(const raw_spinlock_t *lock);
bool lockdep_rwlock_held(const rwlock_t *lock);
bool lockdep_mutex_held(const struct mutex *lock);
bool lockdep_rwsem_held(const struct rw_semaphore *sem);

/* Is @l held by this CPU (spinlocks) or this thread (mutexes); rwlock and rwsem: by anybody. */
#define lockdep_is_held(l) _Generic((l),			\
	spinlock_t *: lockdep_spin_held,			\
	const spinlock_t *: lockdep_spin_held,			\
	raw_spinlock_t *: lockdep_raw_spin_held,		\
	const raw_spinlock_t *: lockdep_raw_spin_held,		\
	rwlock_t *: lockdep_rwlock_held,			\
	struct mutex *: lockdep_mutex_held,			\
	struct rw_semaphore *: lockdep_rwsem_held)(l)

#define lockdep_assert(cond)		WARN_ON(!(cond))
#define lockdep_assert_once(cond)	WARN_ON_ONCE(!(cond))
#define lockdep_assert_held(l)		lockdep_assert(lockdep_is_held(l))
#define lockdep_assert_held_write(l)	lockdep_assert(lockdep_is_held(l))
#define lockdep_assert_held_read(l)	lockdep_assert(lockdep_is_held(l))
#define lockdep_assert_held_once(l)	lockdep_assert_once(lockdep_is_held(l))
#define lockdep_assert_not_held(l)	lockdep_assert(!lockdep_is_held(l))
#define lockdep_assert_none_held_once()	do { } while (0)
#define lockdep_assert_irqs_enabled()	WARN_ON_ONCE(irqs_disabled())
#define lockdep_assert_irqs_disabled()	WARN_ON_ONCE(!irqs_disabled())
#define lockdep_assert_in_irq()		WARN_ON_ONCE(!in_hardirq())
#define lockdep_assert_in_softirq()	WARN_ON_ONCE(!in_softirq())
#define lockdep_assert_preemption_disabled() WARN_ON_ONCE(preemptible())
#define lockdep_assert_preemption_enabled() WARN_ON_ONCE(!preemptible())

#define lockdep_set_class(lock, key)			((void)(key))
#define lockdep_set_class_and_name(lock, key, name)	((void)(key))
#define lockdep_init_map(map, name, key, sub)		((void)(key))
#define lockdep_set_novalidate_class(lock)		do { } while (0)
#define lockdep_register_key(key)			((void)(key))
#define lockdep_unregister_key(key)			((void)(key))
#define might_lock(lock)				do { } while (0)
#define might_lock_read(lock)				do { } while (0)
#define lock_acquire(l, s, t, r, c, n, i)		do { } while (0)
#define lock_release(l, i)				do { } while (0)
#define SINGLE_DEPTH_NESTING	1
