/* SPDX-License-Identifier: MIT */
#pragma once

#include <linux/types.h>

#define DEFAULT_RATELIMIT_INTERVAL	(5 * CONFIG_HZ)
#define DEFAULT_RATELIMIT_BURST		10
#define RATELIMIT_MSG_ON_RELEASE	BIT(0)

/* At most @burst events in each @interval. Lockless: the counts may be off by one under races. */
struct ratelimit_state {
	int interval;		/* jiffies */
	int burst;
	int printed;		/* [A] let through since begin */
	int missed;		/* [A] held back since begin */
	unsigned long begin;	/* [A] jiffies; 0: not started */
	unsigned long flags;
};

#define RATELIMIT_STATE_INIT_FLAGS(name, interval_init, burst_init, flags_init) \
	{ .interval = (interval_init), .burst = (burst_init), .flags = (flags_init) }
#define RATELIMIT_STATE_INIT(name, interval_init, burst_init) \
	RATELIMIT_STATE_INIT_FLAGS(name, interval_init, burst_init, 0)
#define RATELIMIT_STATE_INIT_DISABLED	RATELIMIT_STATE_INIT(ratelimit_state, 0, DEFAULT_RATELIMIT_BURST)
#define DEFINE_RATELIMIT_STATE(name, interval_init, burst_init) \
	struct ratelimit_state name = RATELIMIT_STATE_INIT(name, interval_init, burst_init)

/* True: let it through. Logs "<func>: N callbacks suppressed" when an interval with losses ends. */
extern int ___ratelimit(struct ratelimit_state *rs, const char *func);
#define __ratelimit(state) ___ratelimit(state, __func__)
