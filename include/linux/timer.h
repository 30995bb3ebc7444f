/* SPDX-License-Identifier: MIT */
/*
 * Timers with jiffies resolution. The function runs in softirq context on the CPU where the
 * timer was started; it must not sleep. It may start its timer again.
 */
#pragma once

#include <linux/types.h>
#include <linux/jiffies.h>
#include <linux/rbtree.h>

/* [L] the lock of the timer base of @flags's CPU */
struct timer_list {
	struct rb_node entry;			/* [L] by expiry; clear: not pending */
	unsigned long expires;			/* [L] jiffies; the owner may set it before add_timer() */
	void (*function)(struct timer_list *);
	u32 flags;				/* [L] TIMER_CPUMASK: which base */
};

#define TIMER_CPUMASK	0x0003ffff
#define TIMER_DEFERRABLE 0x00080000
#define TIMER_PINNED	0x00100000
#define TIMER_IRQSAFE	0x00200000

#define __TIMER_INITIALIZER(_function, _flags) { .function = (_function), .flags = (_flags) }
#define DEFINE_TIMER(_name, _function) struct timer_list _name = __TIMER_INITIALIZER(_function, 0)
#define from_timer(var, callback_timer, timer_fieldname) \
	container_of(callback_timer, typeof(*var), timer_fieldname)

void init_timer_key(struct timer_list *timer, void (*func)(struct timer_list *), unsigned int flags,
		    const char *name, void *key);
#define timer_setup(timer, callback, flags) init_timer_key((timer), (callback), (flags), #timer, NULL)
#define timer_setup_on_stack(timer, callback, flags) timer_setup(timer, callback, flags)
#define __init_timer(timer, fn, flags) timer_setup(timer, fn, flags)
static inline void destroy_timer_on_stack(struct timer_list *timer) { }

/* A cleared (or zero: never queued) node is in no tree. */
static inline int timer_pending(const struct timer_list *timer)
{
	return timer->entry.__rb_parent_color != 0 && !RB_EMPTY_NODE(&timer->entry);
}

/* Start; it must not be pending. Context: any. */
void add_timer(struct timer_list *timer);
void add_timer_on(struct timer_list *timer, int cpu);
/* (Re)start with a new expiry. Return whether it was pending. Context: any. */
int mod_timer(struct timer_list *timer, unsigned long expires);
int mod_timer_pending(struct timer_list *timer, unsigned long expires);
int timer_reduce(struct timer_list *timer, unsigned long expires);
/* Stop. Returns whether it was pending; its function may still run elsewhere. */
int del_timer(struct timer_list *timer);
/* Stop, unless its function runs now (-1). */
int try_to_del_timer_sync(struct timer_list *timer);
/*
 * Stop, and wait for its function to return. Not from that function, not from hard interrupts, and not
 * holding a lock that it takes.
 */
int del_timer_sync(struct timer_list *timer);
#define timer_delete(t)		del_timer(t)
#define timer_delete_sync(t)	del_timer_sync(t)
#define del_singleshot_timer_sync(t) del_timer_sync(t)
/* The last stop: starting it afterwards does nothing. */
int timer_shutdown(struct timer_list *timer);
int timer_shutdown_sync(struct timer_list *timer);
