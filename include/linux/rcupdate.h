/* SPDX-License-Identifier: MIT */
/*
 * Read-copy-update: readers take no lock; who removes an object waits, before freeing it, until every
 * reader that may have seen it is done (a grace period).
 *
 * A reader runs with preemption off, so a CPU that switches threads, or is seen outside a reader
 * by a cross-call, has no reader from before. See kernel/sched/rcu.c.
 */
#pragma once

#include <linux/compiler.h>
#include <linux/preempt.h>
#include <linux/irqflags.h>
#include <linux/bottom_half.h>
#include <linux/atomic.h>
#include <linux/types.h>

/* Context: any. Nests. No sleeping in between. */
static __always_inline void rcu_read_lock(void) { preempt_disable(); }
static __always_inline void rcu_read_unlock(void) { preempt_enable(); }
static inline void rcu_read_lock_bh(void) { local_bh_disable(); }
static inline void rcu_read_unlock_bh(void) { local_bh_enable(); }
static inline void rcu_read_lock_sched(void) { preempt_disable(); }
static inline void rcu_read_unlock_sched(void) { preempt_enable(); }
#define rcu_read_lock_held()		(!preemptible())
#define rcu_read_lock_bh_held()		(!preemptible())
#define rcu_read_lock_sched_held()	(!preemptible())
#define rcu_read_lock_any_held()	(!preemptible())
#define rcu_is_watching()		true
#define RCU_LOCKDEP_WARN(c, s)		do { } while (0)
#define rcu_sleep_check()		do { } while (0)

/* Publish: what was written to the object before is seen by who follows the pointer. */
#define rcu_assign_pointer(p, v)	smp_store_release(&(p), (typeof(p))(v))
#define RCU_INIT_POINTER(p, v)		WRITE_ONCE(p, (typeof(p))(v))
#define RCU_INITIALIZER(v)		(v)
#define rcu_replace_pointer(p, v, c) ({ typeof(p) __old = (p); rcu_assign_pointer(p, v); __old; })
#define rcu_access_pointer(p)		READ_ONCE(p)
#define rcu_dereference(p)		READ_ONCE(p)
#define rcu_dereference_raw(p)		READ_ONCE(p)
#define rcu_dereference_check(p, c)	READ_ONCE(p)
#define rcu_dereference_protected(p, c)	(p)
#define rcu_dereference_bh(p)		READ_ONCE(p)
#define rcu_dereference_sched(p)	READ_ONCE(p)
#define rcu_pointer_handoff(p)		(p)
#define rcu_swap_protected(p, v, c)	do { (v) = rcu_replace_pointer(p, v, c); } while (0)

/*
 * synchronize_rcu - wait until all readers that run now are done.
 * Context: thread, may sleep, not in a reader.
 */
void synchronize_rcu(void);
void synchronize_rcu_expedited(void);
#define synchronize_sched()	synchronize_rcu()
#define synchronize_net()	synchronize_rcu()
/* Call @func after a grace period, in a thread with softirqs off: it must not sleep. Context: any. */
void call_rcu(struct rcu_head *head, rcu_callback_t func);
/* Wait until all callbacks queued before have run. Context: thread. */
void rcu_barrier(void);
void rcu_note_context_switch(void);

/* Free after a grace period: kfree_rcu(ptr, field) of type struct rcu_head; with one argument it may sleep. */
void kvfree_call_rcu(struct rcu_head *head, rcu_callback_t offset);
void kvfree_rcu_sync(void *ptr);
#define __kfree_rcu_2(ptr, rhf) do {					\
	typeof(ptr) ___p = (ptr);					\
	BUILD_BUG_ON(offsetof(typeof(*(ptr)), rhf) >= 4096);		\
	if (___p)							\
		kvfree_call_rcu(&___p->rhf, (rcu_callback_t)(unsigned long)offsetof(typeof(*(ptr)), rhf)); \
} while (0)
#define __kfree_rcu_1(ptr) kvfree_rcu_sync(ptr)
#define __kfree_rcu_pick(_1, _2, name, ...) name
#define kfree_rcu(...)	__kfree_rcu_pick(__VA_ARGS__, __kfree_rcu_2, __kfree_rcu_1)(__VA_ARGS__)
#define kvfree_rcu(...)	kfree_rcu(__VA_ARGS__)
#define kfree_rcu_mightsleep(ptr) __kfree_rcu_1(ptr)

#define get_state_synchronize_rcu()	0UL
#define cond_synchronize_rcu(cookie)	synchronize_rcu()

static inline void init_rcu_head(struct rcu_head *head) { }
static inline void destroy_rcu_head(struct rcu_head *head) { }
#define init_rcu_head_on_stack(h)	init_rcu_head(h)
#define destroy_rcu_head_on_stack(h)	destroy_rcu_head(h)
