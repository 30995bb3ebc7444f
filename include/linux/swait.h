/* SPDX-License-Identifier: MIT */
/* Simple wait queues: here the same as ordinary ones. */
#pragma once

#include <linux/wait.h>

#define swait_queue_head wait_queue_head
#define DECLARE_SWAIT_QUEUE_HEAD(name)		DECLARE_WAIT_QUEUE_HEAD(name)
#define init_swait_queue_head(q)		init_waitqueue_head(q)
#define swait_active(q)				waitqueue_active(q)
#define swake_up_one(q)				wake_up(q)
#define swake_up_all(q)				wake_up_all(q)
#define swait_event_exclusive(q, condition)	wait_event(q, condition)
#define swait_event_timeout_exclusive(q, condition, t)	wait_event_timeout(q, condition, t)
#define swait_event_interruptible_exclusive(q, condition) wait_event_interruptible(q, condition)
