/* SPDX-License-Identifier: MIT */
/* Calendar time. */
#pragma once

#include <linux/time64.h>
#include <linux/jiffies.h>

struct tm {
	int tm_sec, tm_min, tm_hour;	/* 0..60, 0..59, 0..23 */
	int tm_mday;			/* 1..31 */
	int tm_mon;			/* 0..11 */
	long tm_year;			/* since 1900 */
	int tm_wday;			/* 0: Sunday */
	int tm_yday;			/* 0..365 */
};

#define CLOCK_REALTIME	0
#define CLOCK_MONOTONIC	1
#define CLOCK_MONOTONIC_RAW 4
#define CLOCK_BOOTTIME	7

/* Proleptic Gregorian, UTC plus @offset seconds. */
void time64_to_tm(time64_t totalsecs, int offset, struct tm *result);
time64_t mktime64(unsigned int year, unsigned int mon, unsigned int day,
		  unsigned int hour, unsigned int min, unsigned int sec);
