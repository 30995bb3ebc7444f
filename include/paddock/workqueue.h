/* SPDX-License-Identifier: MIT */
/* Looking into the work queues. */
#pragma once

#include <linux/workqueue.h>

/* @runner: the thread that runs the item now, or NULL. Called with locks held: it must only look and note. */
typedef void (*workqueue_visit_fn)(struct work_struct *work, work_func_t func, struct task_struct *runner,
				   void *ctx);

/* workqueue_visit - call @visit for every item that is queued or runs (not those whose timers run). Context: thread. */
void workqueue_visit(workqueue_visit_fn visit, void *ctx);
