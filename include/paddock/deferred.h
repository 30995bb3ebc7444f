/* SPDX-License-Identifier: MIT */
/*
 * Work still to be done by code in a given address range: asked by the module loader, before
 * it frees a module's text.
 */
#pragma once

#include <linux/types.h>

enum deferred_kind {
	DEFERRED_TIMER,		/* a pending timer_list */
	DEFERRED_HRTIMER,
	DEFERRED_WORK,		/* a pending or running work item, delayed ones included */
	DEFERRED_TASKLET,
	DEFERRED_THREAD,	/* a thread that was started with, or now runs in, that code */
	DEFERRED_IRQ,		/* an interrupt handler */
	DEFERRED_RCU,		/* a callback that waits for its grace period */
	DEFERRED_SOFTIRQ,
	NR_DEFERRED_KINDS
};

struct deferred {
	enum deferred_kind kind;
	unsigned long function;	/* the callback, in the range */
	const void *object;	/* the timer_list, work_struct, task_struct… */
	char detail[48];	/* "expires in 120 ms", "running on CPU 1", "kworker/0:1", "pid 12 (mythread)" */
};

/*
 * deferred_for_each - call @visit for each such item whose function lies in [start, end).
 * @visit returns false to end the walk. It is called without locks held: the item is a copy, the
 * object may be gone meanwhile. At most some hundred are reported.
 *
 * Context: thread, may sleep. Returns: how many were visited.
 */
unsigned int deferred_for_each(unsigned long start, unsigned long end,
			       bool (*visit)(const struct deferred *item, void *ctx), void *ctx);

/*
 * deferred_cancel - take such items out of service: timers deleted, work and tasklets removed, RCU
 * callbacks run; what runs at the moment is waited for. Threads and interrupt handlers belong to
 * who made them, and stay.
 *
 * Context: thread, may sleep. Returns: how many kinds are still there.
 */
unsigned int deferred_cancel(unsigned long start, unsigned long end);

/* "timer", "work item"… for messages. */
const char *deferred_kind_name(enum deferred_kind kind);
