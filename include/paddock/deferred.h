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
	DEFERRED_NOTIFIER,	/* a callback on a notifier chain */
	DEFERRED_FILE,		/* a file of /proc, /sys or debugfs; function: its operations, attribute or data */
	DEFERRED_FOLDER,	/* a folder there that a module asked for; as the next three it has no function */
	DEFERRED_DEVICE,	/* a device of a class */
	DEFERRED_CLASS,
	DEFERRED_REGION,	/* device numbers */
	DEFERRED_MISC,		/* a misc device */
	DEFERRED_CDEV,		/* a character device */
	DEFERRED_OPEN,		/* an open file of such a device */
	NR_DEFERRED_KINDS
};

struct deferred {
	enum deferred_kind kind;
	unsigned long function;	/* the callback, in the range; of what has none, something else in the range */
	const void *object;	/* the timer_list, work_struct, task_struct, dev_id… */
	unsigned int irq;	/* DEFERRED_IRQ: its line */
	bool owned;		/* DEFERRED_THREAD: started with this function; else it only passes through */
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

/* @outcome: what became of the item, "deleted", "run"…; NULL: it is still there. */
typedef void (*deferred_tell_fn)(const struct deferred *item, const char *outcome, void *ctx);

/*
 * deferred_drain - end all that would still run code in [start, end), and tell what that was.
 *
 * Files and devices are removed, interrupt handlers freed, notifiers unregistered, timers and delayed work
 * deleted, tasklets killed; queued work and RCU
 * callbacks are run now, since mostly they free something; what runs at the moment is waited for.
 * Threads are asked to stop and given a second: one that does not heed stays. So does an open file.
 *
 * Context: thread, may sleep; nobody may start more meanwhile (but the items themselves).
 * Returns: how many are still there: 0, and no code in the range will run by itself any more.
 */
unsigned int deferred_drain(unsigned long start, unsigned long end, deferred_tell_fn tell, void *ctx);

/* "timer", "work item"… for messages. */
const char *deferred_kind_name(enum deferred_kind kind);

static inline bool deferred_has_function(enum deferred_kind kind)
{
	return kind != DEFERRED_FOLDER && kind != DEFERRED_DEVICE && kind != DEFERRED_CLASS && kind != DEFERRED_REGION;
}
