/* SPDX-License-Identifier: MIT */
/*
 * Wait queues: sleep until a condition holds, woken by whoever makes it true.
 *
 * No wakeup is lost: the waiter puts itself on the queue and sets its state before it looks
 * at the condition; the waker makes the condition true before it looks at the queue. The barrier in
 * set_current_state() and the queue's lock order the two.
 */
#pragma once

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/sched.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>

typedef struct wait_queue_entry wait_queue_entry_t;
/* Returns: >0 woken, 0 not woken, <0 stop walking the queue. */
typedef int (*wait_queue_func_t)(struct wait_queue_entry *wq_entry, unsigned int mode, int flags, void *key);
int default_wake_function(struct wait_queue_entry *wq_entry, unsigned int mode, int flags, void *key);
int autoremove_wake_function(struct wait_queue_entry *wq_entry, unsigned int mode, int sync, void *key);
int woken_wake_function(struct wait_queue_entry *wq_entry, unsigned int mode, int sync, void *key);

#define WQ_FLAG_EXCLUSIVE	0x01	/* wake one of these, not all */
#define WQ_FLAG_WOKEN		0x02

struct wait_queue_entry {
	unsigned int flags;
	void *private;			/* the task, for the functions above */
	wait_queue_func_t func;
	struct list_head entry;		/* [L] the queue's lock */
};

struct wait_queue_head {
	spinlock_t lock;		/* interrupt-safe */
	struct list_head head;
};
typedef struct wait_queue_head wait_queue_head_t;

#define __WAIT_QUEUE_HEAD_INITIALIZER(name) { .head = LIST_HEAD_INIT(name.head) }
#define DECLARE_WAIT_QUEUE_HEAD(name) \
	struct wait_queue_head name = __WAIT_QUEUE_HEAD_INITIALIZER(name)
#define DECLARE_WAIT_QUEUE_HEAD_ONSTACK(name) DECLARE_WAIT_QUEUE_HEAD(name)
#define __WAITQUEUE_INITIALIZER(name, tsk) { .private = tsk, .func = default_wake_function, .entry = { NULL, NULL } }
#define DECLARE_WAITQUEUE(name, tsk) struct wait_queue_entry name = __WAITQUEUE_INITIALIZER(name, tsk)
#define DEFINE_WAIT_FUNC(name, function)			\
	struct wait_queue_entry name = {			\
		.private = current, .func = function, .entry = LIST_HEAD_INIT((name).entry) }
#define DEFINE_WAIT(name) DEFINE_WAIT_FUNC(name, autoremove_wake_function)

static inline void init_waitqueue_head(struct wait_queue_head *wq_head)
{
	spin_lock_init(&wq_head->lock);
	INIT_LIST_HEAD(&wq_head->head);
}

static inline void init_waitqueue_entry(struct wait_queue_entry *e, struct task_struct *p)
{
	e->flags = 0;
	e->private = p;
	e->func = default_wake_function;
}

static inline void init_waitqueue_func_entry(struct wait_queue_entry *e, wait_queue_func_t func)
{
	e->flags = 0;
	e->private = NULL;
	e->func = func;
}

/* Without the lock: only a hint, unless the caller has its own barrier (wq_has_sleeper()). */
static inline int waitqueue_active(struct wait_queue_head *wq_head)
{
	return !list_empty(&wq_head->head);
}

static inline bool wq_has_sleeper(struct wait_queue_head *wq_head)
{
	smp_mb();	/* pairs with set_current_state() in prepare_to_wait() */
	return waitqueue_active(wq_head);
}

void add_wait_queue(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry);
void add_wait_queue_exclusive(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry);
void remove_wait_queue(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry);

static inline void __add_wait_queue(struct wait_queue_head *q, struct wait_queue_entry *e)
{
	list_add(&e->entry, &q->head);
}

static inline void __add_wait_queue_entry_tail(struct wait_queue_head *q, struct wait_queue_entry *e)
{
	list_add_tail(&e->entry, &q->head);
}

static inline void __remove_wait_queue(struct wait_queue_head *q, struct wait_queue_entry *e)
{
	list_del(&e->entry);
}

/* Wake the non-exclusive waiters and up to @nr_exclusive (0: all) exclusive ones. Context: any. */
void __wake_up(struct wait_queue_head *wq_head, unsigned int mode, int nr_exclusive, void *key);
void __wake_up_locked(struct wait_queue_head *wq_head, unsigned int mode, int nr_exclusive);
void __wake_up_locked_key(struct wait_queue_head *wq_head, unsigned int mode, void *key);
#define wake_up(x)			__wake_up(x, TASK_NORMAL, 1, NULL)
#define wake_up_nr(x, nr)		__wake_up(x, TASK_NORMAL, nr, NULL)
#define wake_up_all(x)			__wake_up(x, TASK_NORMAL, 0, NULL)
#define wake_up_locked(x)		__wake_up_locked((x), TASK_NORMAL, 1)
#define wake_up_all_locked(x)		__wake_up_locked((x), TASK_NORMAL, 0)
#define wake_up_sync(x)			__wake_up(x, TASK_NORMAL, 1, NULL)
#define wake_up_interruptible(x)	__wake_up(x, TASK_INTERRUPTIBLE, 1, NULL)
#define wake_up_interruptible_nr(x, nr)	__wake_up(x, TASK_INTERRUPTIBLE, nr, NULL)
#define wake_up_interruptible_all(x)	__wake_up(x, TASK_INTERRUPTIBLE, 0, NULL)
#define wake_up_interruptible_sync(x)	__wake_up(x, TASK_INTERRUPTIBLE, 1, NULL)
#define poll_to_key(m)			((void *)(uintptr_t)(m))
#define key_to_poll(m)			((__poll_t)(uintptr_t)(m))
#define wake_up_poll(x, m)		__wake_up(x, TASK_NORMAL, 1, poll_to_key(m))
#define wake_up_interruptible_poll(x, m) __wake_up(x, TASK_INTERRUPTIBLE, 1, poll_to_key(m))

void prepare_to_wait(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry, int state);
bool prepare_to_wait_exclusive(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry, int state);
/* As prepare_to_wait(), or -ERESTARTSYS when @state can be interrupted and a signal is there. */
long prepare_to_wait_event(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry, int state);
void finish_wait(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry);
void init_wait_entry(struct wait_queue_entry *wq_entry, int flags);
long wait_woken(struct wait_queue_entry *wq_entry, unsigned int mode, long timeout);
#define init_wait(wait) init_wait_entry(wait, 0)

#define ___wait_is_interruptible(state) \
	(!__builtin_constant_p(state) || ((state) & (TASK_INTERRUPTIBLE | TASK_WAKEKILL)))

/* The loop behind all wait_event*(): @cmd sleeps; the value is @ret, or the signal's error. */
#define ___wait_event(wq_head, condition, state, exclusive, ret, cmd) ({ \
	__label__ __out;						\
	struct wait_queue_entry __wq_entry;				\
	long __ret = ret;						\
									\
	init_wait_entry(&__wq_entry, exclusive ? WQ_FLAG_EXCLUSIVE : 0); \
	for (;;) {							\
		long __int = prepare_to_wait_event(&wq_head, &__wq_entry, state); \
									\
		if (condition)						\
			break;						\
		if (___wait_is_interruptible(state) && __int) {		\
			__ret = __int;					\
			goto __out;					\
		}							\
		cmd;							\
	}								\
	finish_wait(&wq_head, &__wq_entry);				\
__out:	__ret;								\
})

/* True when the wait is over: the condition holds, or no time is left. __ret is the time left. */
#define ___wait_cond_timeout(condition) ({				\
	bool __cond = (condition);					\
	if (__cond && !__ret)						\
		__ret = 1;						\
	__cond || !__ret;						\
})

/* wait_event - sleep until @condition holds. It is evaluated often, also while not running state. */
#define wait_event(wq_head, condition) do {				\
	might_sleep();							\
	if (condition)							\
		break;							\
	(void)___wait_event(wq_head, condition, TASK_UNINTERRUPTIBLE, 0, 0, schedule()); \
} while (0)
#define wait_event_freezable(wq_head, condition) wait_event_interruptible(wq_head, condition)
#define wait_event_idle(wq_head, condition) do {			\
	might_sleep();							\
	if (!(condition))						\
		(void)___wait_event(wq_head, condition, TASK_IDLE, 0, 0, schedule()); \
} while (0)
#define wait_event_cmd(wq_head, condition, cmd1, cmd2) do {		\
	if (!(condition))						\
		(void)___wait_event(wq_head, condition, TASK_UNINTERRUPTIBLE, 0, 0, cmd1; schedule(); cmd2); \
} while (0)

/* Returns: jiffies left (at least 1) when the condition came true, 0 when time ran out. */
#define wait_event_timeout(wq_head, condition, timeout) ({		\
	long __left = timeout;						\
	might_sleep();							\
	if (condition)							\
		__left = __left ? __left : 1;				\
	else if (__left)						\
		__left = ___wait_event(wq_head, ___wait_cond_timeout(condition), \
			TASK_UNINTERRUPTIBLE, 0, __left, __ret = schedule_timeout(__ret)); \
	__left;								\
})
#define wait_event_idle_timeout(wq_head, condition, timeout) wait_event_timeout(wq_head, condition, timeout)

/* Returns: 0, or -ERESTARTSYS when a signal came first. */
#define wait_event_interruptible(wq_head, condition) ({			\
	int __ret2 = 0;							\
	might_sleep();							\
	if (!(condition))						\
		__ret2 = ___wait_event(wq_head, condition, TASK_INTERRUPTIBLE, 0, 0, schedule()); \
	__ret2;								\
})
#define wait_event_interruptible_exclusive(wq_head, condition) ({	\
	int __ret2 = 0;							\
	might_sleep();							\
	if (!(condition))						\
		__ret2 = ___wait_event(wq_head, condition, TASK_INTERRUPTIBLE, 1, 0, schedule()); \
	__ret2;								\
})
#define wait_event_killable(wq_head, condition) ({			\
	int __ret2 = 0;							\
	might_sleep();							\
	if (!(condition))						\
		__ret2 = ___wait_event(wq_head, condition, TASK_KILLABLE, 0, 0, schedule()); \
	__ret2;								\
})

/* Returns: as wait_event_timeout(), or -ERESTARTSYS. */
#define wait_event_interruptible_timeout(wq_head, condition, timeout) ({ \
	long __left = timeout;						\
	might_sleep();							\
	if (condition)							\
		__left = __left ? __left : 1;				\
	else if (__left)						\
		__left = ___wait_event(wq_head, ___wait_cond_timeout(condition), \
			TASK_INTERRUPTIBLE, 0, __left, __ret = schedule_timeout(__ret)); \
	__left;								\
})
#define wait_event_killable_timeout(wq_head, condition, timeout) ({	\
	long __left = timeout;						\
	might_sleep();							\
	if (condition)							\
		__left = __left ? __left : 1;				\
	else if (__left)						\
		__left = ___wait_event(wq_head, ___wait_cond_timeout(condition), \
			TASK_KILLABLE, 0, __left, __ret = schedule_timeout(__ret)); \
	__left;								\
})

/* With a ktime_t timeout. Returns: 0, -ETIME, or -ERESTARTSYS. */
#define wait_event_hrtimeout_state(wq_head, condition, timeout, state) ({ \
	int __hret = 0;							\
	ktime_t __deadline = ktime_add(ktime_get(), timeout);		\
	might_sleep();							\
	if (!(condition))						\
		__hret = ___wait_event(wq_head, condition, state, 0, 0,	\
			if (ktime_after(ktime_get(), __deadline)) {	\
				__ret = -ETIME;				\
				break;					\
			}						\
			schedule_hrtimeout_until(__deadline));		\
	__hret;								\
})
/* Sleep in the state set by the caller until a wakeup or @deadline. */
void schedule_hrtimeout_until(ktime_t deadline);
#define wait_event_hrtimeout(wq_head, condition, timeout) \
	wait_event_hrtimeout_state(wq_head, condition, timeout, TASK_UNINTERRUPTIBLE)
#define wait_event_interruptible_hrtimeout(wq_head, condition, timeout) \
	wait_event_hrtimeout_state(wq_head, condition, timeout, TASK_INTERRUPTIBLE)

/* The condition is looked at with @lock held, which is dropped while asleep. */
#define wait_event_lock_irq(wq_head, condition, lock) do {		\
	if (!(condition))						\
		(void)___wait_event(wq_head, condition, TASK_UNINTERRUPTIBLE, 0, 0, \
			spin_unlock_irq(&lock); schedule(); spin_lock_irq(&lock)); \
} while (0)
#define wait_event_interruptible_lock_irq(wq_head, condition, lock) ({	\
	int __ret2 = 0;							\
	if (!(condition))						\
		__ret2 = ___wait_event(wq_head, condition, TASK_INTERRUPTIBLE, 0, 0, \
			spin_unlock_irq(&lock); schedule(); spin_lock_irq(&lock)); \
	__ret2;								\
})
