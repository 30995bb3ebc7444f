// SPDX-License-Identifier: MIT
/*
 * The alarm of each CPU, shared by time slices, timers and hrtimers.
 *
 * There is no periodic tick. Each CPU has one alarm (arch_timer_set()), set to the earliest of what
 * its users want; when it goes off each is asked for its next deadline. An idle machine sleeps.
 *
 * Invariant: alarm (per CPU) is what the hardware is set to, U64_MAX: to nothing. It may be earlier than
 * anybody still needs, never later. Only its CPU touches it, with interrupts masked.
 */
#include <linux/export.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/timekeeping.h>
#include <arch/time.h>
#include <arch/trap.h>
#include <paddock/init.h>
#include <paddock/sched.h>
#include "tick.h"

static DEFINE_PER_CPU(u64, alarm) = U64_MAX;

s64 wall_offset_ns;
EXPORT_SYMBOL(wall_offset_ns);

void tick_program(u64 ns)
{
	if (ns < __this_cpu_read(alarm)) {
		__this_cpu_write(alarm, ns);
		arch_timer_set(ns);
	}
}

/* The scheduler: the running thread's turn ends at @deadline. */
void tick_program_slice(u64 deadline)
{
	tick_program(deadline);
}

void handle_timer_interrupt(void)
{
	u64 now = arch_clock_ns(), next;

	__this_cpu_write(alarm, U64_MAX);
	next = hrtimers_run(now);
	next = min_t(u64, next, timers_check(now));
	next = min_t(u64, next, sched_tick(now));
	/* The handlers may have programmed something earlier by themselves. */
	if (next != U64_MAX)
		tick_program(next);
}

void __init time_init(void)
{
	u64 seconds;

	arch_time_init();
	timers_init();
	arch_time_init_cpu(0);
	seconds = arch_rtc_seconds();
	if (seconds)
		wall_offset_ns = seconds * NSEC_PER_SEC - arch_clock_ns();
	pr_debug("time: clock %s, %llu Hz\n", arch_clock_name(), (unsigned long long)arch_cycles_hz());
}

/* ktime_get() and jiffies are inline. */
EXPORT_SYMBOL(arch_clock_ns);
