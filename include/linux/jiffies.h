/* SPDX-License-Identifier: MIT */
/*
 * Jiffies: the clock in milliseconds (HZ is 1000). There is no periodic tick that could count
 * them: reading `jiffies` reads the clock, so they advance with interrupts masked, too.
 * As in Linux they start five minutes below 2^32, so that code that forgets to wrap is found early.
 */
#pragma once

#include <linux/types.h>
#include <linux/limits.h>
#include <linux/typecheck.h>
#include <linux/math64.h>
#include <linux/time64.h>
#include <arch/time.h>

#define HZ		1000
#define USER_HZ		100
#define TICK_NSEC	(NSEC_PER_SEC / HZ)
#define TICK_USEC	(USEC_PER_SEC / HZ)
#define MAX_JIFFY_OFFSET ((LONG_MAX >> 1) - 1)
#define INITIAL_JIFFIES	((unsigned long)(unsigned int)(-300 * HZ))

static inline u64 get_jiffies_64(void)
{
	return INITIAL_JIFFIES + arch_clock_ns() / TICK_NSEC;
}
#define jiffies		((unsigned long)get_jiffies_64())
#define jiffies_64	get_jiffies_64()

#define time_after(a, b)	(typecheck(unsigned long, a) && typecheck(unsigned long, b) && ((long)((b) - (a)) < 0))
#define time_before(a, b)	time_after(b, a)
#define time_after_eq(a, b)	(typecheck(unsigned long, a) && typecheck(unsigned long, b) && ((long)((a) - (b)) >= 0))
#define time_before_eq(a, b)	time_after_eq(b, a)
#define time_in_range(a, b, c)	(time_after_eq(a, b) && time_before_eq(a, c))
#define time_in_range_open(a, b, c) (time_after_eq(a, b) && time_before(a, c))
#define time_after64(a, b)	((s64)((b) - (a)) < 0)
#define time_before64(a, b)	time_after64(b, a)
#define time_after_eq64(a, b)	((s64)((a) - (b)) >= 0)
#define time_before_eq64(a, b)	time_after_eq64(b, a)
#define time_is_before_jiffies(a)	time_after(jiffies, a)
#define time_is_after_jiffies(a)	time_before(jiffies, a)
#define time_is_before_eq_jiffies(a)	time_after_eq(jiffies, a)
#define time_is_after_eq_jiffies(a)	time_before_eq(jiffies, a)

static inline unsigned int jiffies_to_msecs(unsigned long j) { return j * (MSEC_PER_SEC / HZ); }
static inline unsigned int jiffies_to_usecs(unsigned long j) { return j * (USEC_PER_SEC / HZ); }
static inline u64 jiffies_to_nsecs(unsigned long j) { return (u64)j * TICK_NSEC; }
static inline u64 jiffies64_to_nsecs(u64 j) { return j * TICK_NSEC; }
static inline u64 jiffies64_to_msecs(u64 j) { return j; }

/* Rounded up: a timeout is never shorter than asked. Negative values mean "for ever". */
static inline unsigned long msecs_to_jiffies(unsigned int m)
{
	return (int)m < 0 ? MAX_JIFFY_OFFSET : m * (unsigned long)HZ / MSEC_PER_SEC;
}
static inline unsigned long usecs_to_jiffies(unsigned int u) { return ((unsigned long)u + TICK_USEC - 1) / TICK_USEC; }
static inline u64 nsecs_to_jiffies64(u64 n) { return n / TICK_NSEC; }
static inline unsigned long nsecs_to_jiffies(u64 n) { return n / TICK_NSEC; }
static inline unsigned long timespec64_to_jiffies(const struct timespec64 *v)
{
	return v->tv_sec * HZ + (v->tv_nsec + TICK_NSEC - 1) / TICK_NSEC;
}
static inline void jiffies_to_timespec64(unsigned long j, struct timespec64 *v)
{
	v->tv_sec = j / HZ;
	v->tv_nsec = (long)(j % HZ) * TICK_NSEC;
}
static inline u64 jiffies_64_to_clock_t(u64 x) { return x / (HZ / USER_HZ); }
static inline clock_t jiffies_to_clock_t(unsigned long x) { return x / (HZ / USER_HZ); }
static inline unsigned long clock_t_to_jiffies(unsigned long x) { return x * (HZ / USER_HZ); }

/* To full seconds, so that timers expire together. */
unsigned long round_jiffies(unsigned long j);
unsigned long round_jiffies_relative(unsigned long j);
unsigned long round_jiffies_up(unsigned long j);
unsigned long round_jiffies_up_relative(unsigned long j);
