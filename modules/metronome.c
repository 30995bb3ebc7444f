// SPDX-License-Identifier: MIT
/*
 * A high-resolution timer that goes on until it has beaten so many times, at exact intervals.
 *
 *	insmod metronome beats=4 period_us=2500
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/hrtimer.h>
#include <linux/init.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/wait.h>

static unsigned int beats = 4;
module_param(beats, uint, 0444);
MODULE_PARM_DESC(beats, "how many beats");

static unsigned int period_us = 2500;
module_param(period_us, uint, 0444);
MODULE_PARM_DESC(period_us, "microseconds from beat to beat");

static struct hrtimer timer;
static DECLARE_WAIT_QUEUE_HEAD(beaten);
static unsigned int nr;
static ktime_t started;

static enum hrtimer_restart beat(struct hrtimer *t)
{
	/* Never before its time; how much after depends on what else the CPU did. */
	if (ktime_compare(ktime_get(), hrtimer_get_expires(t)) < 0)
		pr_err("too early\n");
	nr += hrtimer_forward_now(t, ns_to_ktime((u64)period_us * NSEC_PER_USEC));
	wake_up(&beaten);
	return nr < beats ? HRTIMER_RESTART : HRTIMER_NORESTART;
}

static int __init metronome_init(void)
{
	s64 us;

	if (!period_us || !beats)
		return -EINVAL;
	hrtimer_init(&timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	timer.function = beat;
	started = ktime_get();
	hrtimer_start(&timer, ns_to_ktime((u64)period_us * NSEC_PER_USEC), HRTIMER_MODE_REL);
	pr_info("%s\n", hrtimer_active(&timer) ? "active" : "not active");
	wait_event(beaten, READ_ONCE(nr) >= beats);
	us = ktime_us_delta(ktime_get(), started);
	pr_info("beaten, %s\n", us >= (s64)beats * period_us ? "not too early" : "too early");
	pr_info("cancelled: %d\n", hrtimer_cancel(&timer));
	hrtimer_start(&timer, ktime_set(1000, 0), HRTIMER_MODE_REL);
	us = ktime_to_us(hrtimer_get_remaining(&timer));
	pr_info("%s left\n", us > 900000000 && us <= 1000000000 ? "about 1000 s" : "a wrong time");
	pr_info("cancelled: %d\n", hrtimer_cancel(&timer));
	return 0;
}

static void __exit metronome_exit(void)
{
	hrtimer_cancel(&timer);
}

module_init(metronome_init);
module_exit(metronome_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("A high-resolution timer");
