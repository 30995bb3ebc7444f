/* SPDX-License-Identifier: MIT */
/* "It has happened": one side waits, the other completes, in either order. */
#pragma once

#include <linux/wait.h>

struct completion {
	unsigned int done;		/* [L wait.lock] completions not yet consumed; UINT_MAX: for ever */
	struct wait_queue_head wait;
};

#define COMPLETION_INITIALIZER(work) { 0, __WAIT_QUEUE_HEAD_INITIALIZER((work).wait) }
#define COMPLETION_INITIALIZER_ONSTACK(work) COMPLETION_INITIALIZER(work)
#define DECLARE_COMPLETION(work) struct completion work = COMPLETION_INITIALIZER(work)
#define DECLARE_COMPLETION_ONSTACK(work) DECLARE_COMPLETION(work)

static inline void init_completion(struct completion *x)
{
	x->done = 0;
	init_waitqueue_head(&x->wait);
}
static inline void reinit_completion(struct completion *x) { x->done = 0; }

/* Context: thread, may sleep. Timeouts in jiffies; return what is left (at least 1), 0 when it ran out,
 * -ERESTARTSYS when a signal came first. */
void wait_for_completion(struct completion *x);
void wait_for_completion_io(struct completion *x);
int wait_for_completion_interruptible(struct completion *x);
int wait_for_completion_killable(struct completion *x);
unsigned long wait_for_completion_timeout(struct completion *x, unsigned long timeout);
long wait_for_completion_interruptible_timeout(struct completion *x, unsigned long timeout);
long wait_for_completion_killable_timeout(struct completion *x, unsigned long timeout);
bool try_wait_for_completion(struct completion *x);
bool completion_done(struct completion *x);

/* Context: any. complete() lets one waiter go; complete_all() all, now and later. */
void complete(struct completion *x);
void complete_all(struct completion *x);
