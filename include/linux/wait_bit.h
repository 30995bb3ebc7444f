/* SPDX-License-Identifier: MIT */
/* Waiting for a variable: queues shared by address. */
#pragma once

#include <linux/wait.h>

/* The queue that waiters for *@var use; many variables share one. */
struct wait_queue_head *__var_waitqueue(void *var);
/* Wake all that wait for @var. The caller has made the condition true, and a barrier. */
void wake_up_var(void *var);
#define wait_var_event(var, condition)	wait_event(*__var_waitqueue(var), condition)
#define wait_var_event_timeout(var, condition, timeout) wait_event_timeout(*__var_waitqueue(var), condition, timeout)
