/* SPDX-License-Identifier: MIT */
/* Between the alarm (tick.c) and those who want to be woken by it. All: interrupts masked, this CPU. */
#pragma once

#include <linux/types.h>

/* Somebody's next deadline on this CPU moved to @ns (arch_clock_ns() time): set the alarm if that is earlier. */
void tick_program(u64 ns);

/* hrtimer.c: run what is due; returns the next deadline, U64_MAX: none. */
u64 hrtimers_run(u64 now);
/* timer.c: raise the softirq if a timer is due; returns when the next one is, U64_MAX: none. */
u64 timers_check(u64 now);

/* timer.c: the bases of all CPUs and the softirq. Context: boot, before the first timer starts. */
void timers_init(void);
