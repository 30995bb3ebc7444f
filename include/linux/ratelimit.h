/* SPDX-License-Identifier: MIT */
#pragma once

#include <linux/bits.h>
#include <linux/ratelimit_types.h>

static inline void ratelimit_state_init(struct ratelimit_state *rs, int interval, int burst)
{
	*rs = (struct ratelimit_state)RATELIMIT_STATE_INIT(rs, interval, burst);
}

static inline void ratelimit_default_init(struct ratelimit_state *rs)
{
	ratelimit_state_init(rs, DEFAULT_RATELIMIT_INTERVAL, DEFAULT_RATELIMIT_BURST);
}

static inline void ratelimit_set_flags(struct ratelimit_state *rs, unsigned long flags)
{
	rs->flags = flags;
}

#define WARN_ON_RATELIMIT(condition, state) ({ \
	bool __wor_cond = !!(condition); \
	WARN_ON(__wor_cond && __ratelimit(state)); \
	__wor_cond; })
#define WARN_RATELIMIT(condition, format, ...) ({ \
	static DEFINE_RATELIMIT_STATE(_rs, DEFAULT_RATELIMIT_INTERVAL, DEFAULT_RATELIMIT_BURST); \
	bool __wr_cond = !!(condition); \
	if (unlikely(__wr_cond && __ratelimit(&_rs))) \
		WARN(1, format, ##__VA_ARGS__); \
	__wr_cond; })
