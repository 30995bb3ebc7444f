/* SPDX-License-Identifier: MIT */
/*
 * Timers with nanosecond resolution. The function runs in hard interrupt context (also with the
 * _SOFT modes: there is no softirq variant) and says whether to go on.
 */
#pragma once

#include <linux/ktime.h>
#include <linux/rbtree.h>

enum hrtimer_mode {
	HRTIMER_MODE_ABS = 0x00,
	HRTIMER_MODE_REL = 0x01,
	HRTIMER_MODE_PINNED = 0x02,
	HRTIMER_MODE_SOFT = 0x04,
	HRTIMER_MODE_HARD = 0x08,
	HRTIMER_MODE_ABS_PINNED = 0x02,
	HRTIMER_MODE_REL_PINNED = 0x03,
	HRTIMER_MODE_ABS_SOFT = 0x04,
	HRTIMER_MODE_REL_SOFT = 0x05,
	HRTIMER_MODE_ABS_PINNED_SOFT = 0x06,
	HRTIMER_MODE_REL_PINNED_SOFT = 0x07,
	HRTIMER_MODE_ABS_HARD = 0x08,
	HRTIMER_MODE_REL_HARD = 0x09,
	HRTIMER_MODE_ABS_PINNED_HARD = 0x0a,
	HRTIMER_MODE_REL_PINNED_HARD = 0x0b,
};

enum hrtimer_restart { HRTIMER_NORESTART, HRTIMER_RESTART };

/* [L] the lock of the base of @cpu */
struct hrtimer {
	struct rb_node node;			/* [L] clear: not queued */
	ktime_t _softexpires;			/* [L] by its own clock */
	enum hrtimer_restart (*function)(struct hrtimer *);
	u32 cpu;				/* [L] */
	u8 is_real;				/* CLOCK_REALTIME */
	u8 is_queued;				/* [L] */
};

/* Sleeps until it fires. */
struct hrtimer_sleeper {
	struct hrtimer timer;
	struct task_struct *task;		/* NULL: has fired */
};

void hrtimer_init(struct hrtimer *timer, clockid_t which_clock, enum hrtimer_mode mode);
#define hrtimer_init_on_stack(t, c, m) hrtimer_init(t, c, m)
#define destroy_hrtimer_on_stack(t) do { } while (0)
void hrtimer_start_range_ns(struct hrtimer *timer, ktime_t tim, u64 range_ns, const enum hrtimer_mode mode);
static inline void hrtimer_start(struct hrtimer *timer, ktime_t tim, const enum hrtimer_mode mode)
{
	hrtimer_start_range_ns(timer, tim, 0, mode);
}
/* Returns: 1 was queued, 0 was not. cancel waits for the function to return, try_to_cancel returns -1 then. */
int hrtimer_cancel(struct hrtimer *timer);
int hrtimer_try_to_cancel(struct hrtimer *timer);
void hrtimer_restart(struct hrtimer *timer);
bool hrtimer_active(const struct hrtimer *timer);
static inline bool hrtimer_is_queued(struct hrtimer *timer) { return READ_ONCE(timer->is_queued); }
int hrtimer_callback_running(struct hrtimer *timer);
/* Move the expiry past @now by whole @interval's; returns how many. */
u64 hrtimer_forward(struct hrtimer *timer, ktime_t now, ktime_t interval);
ktime_t hrtimer_cb_get_time(const struct hrtimer *timer);
static inline u64 hrtimer_forward_now(struct hrtimer *timer, ktime_t interval)
{
	return hrtimer_forward(timer, hrtimer_cb_get_time(timer), interval);
}
static inline void hrtimer_set_expires(struct hrtimer *timer, ktime_t time) { timer->_softexpires = time; }
static inline void hrtimer_add_expires_ns(struct hrtimer *timer, u64 ns) { timer->_softexpires += ns; }
static inline ktime_t hrtimer_get_expires(const struct hrtimer *timer) { return timer->_softexpires; }
static inline s64 hrtimer_get_expires_ns(const struct hrtimer *timer) { return timer->_softexpires; }
static inline ktime_t hrtimer_get_remaining(const struct hrtimer *timer)
{
	return timer->_softexpires - hrtimer_cb_get_time(timer);
}
static inline ktime_t hrtimer_expires_remaining(const struct hrtimer *timer) { return hrtimer_get_remaining(timer); }

/* Sleep in the state set before. Returns 0 when time is up, -EINTR when woken earlier. */
int schedule_hrtimeout(ktime_t *expires, const enum hrtimer_mode mode);
int schedule_hrtimeout_range(ktime_t *expires, u64 delta, const enum hrtimer_mode mode);
