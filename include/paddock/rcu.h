/* SPDX-License-Identifier: MIT */
/* RCU, for the kernel's own start-up and for looking at what waits. */
#pragma once

#include <linux/rcupdate.h>

/* Start the thread that runs callbacks. Context: boot, first thread. */
void rcu_start(void);

/* Call @visit for callbacks that wait, in a reader; it returns false to stop. Returns how many were seen. */
unsigned int rcu_for_each_callback(bool (*visit)(struct rcu_head *head, void *ctx), void *ctx);
