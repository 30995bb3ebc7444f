/* SPDX-License-Identifier: MIT */
/*
 * What a processor must give for time: a clock, and one alarm per CPU.
 */
#pragma once

#include <linux/types.h>

/* arch_time_init - find and calibrate clock and timer, on the boot CPU. arch_clock_ns() works after it. */
void arch_time_init(void);
/* arch_time_init_cpu - this CPU's alarm. Context: each CPU, interrupts masked. */
void arch_time_init_cpu(unsigned int cpu);

/*
 * arch_clock_ns - nanoseconds since arch_time_init(), monotonic across CPUs; 0 before.
 * Context: any, NMI included. A few instructions: cycle counter, multiply, shift.
 */
u64 arch_clock_ns(void);

/* Ticks per second of arch_cycles(), as calibrated. */
u64 arch_cycles_hz(void);

/*
 * arch_timer_set - call handle_timer_interrupt() on this CPU once, at @deadline_ns by
 * arch_clock_ns() or soon after; at once if it is past. Replaces an earlier deadline;
 * U64_MAX: none. Context: interrupts masked.
 */
void arch_timer_set(u64 deadline_ns);

/* Seconds since 1970 by the machine's clock (CMOS RTC, PL031), or 0 when it has none. */
u64 arch_rtc_seconds(void);

/* Names for the boot log and /sys/devices/system/clocksource: "tsc", "arch_sys_counter"… */
const char *arch_clock_name(void);
