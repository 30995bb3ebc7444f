// SPDX-License-Identifier: MIT
/* Delays that spin, sleeps, and calendar arithmetic. */
#include <linux/delay.h>
#include <linux/export.h>
#include <linux/hrtimer.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/signal.h>
#include <linux/time.h>
#include <arch/cpu.h>
#include <arch/time.h>

void ndelay(unsigned long nsecs)
{
	u64 end = arch_clock_ns() + nsecs;

	while (arch_clock_ns() < end)
		arch_cpu_relax();
}
EXPORT_SYMBOL(ndelay);

void udelay(unsigned long usecs)
{
	ndelay(usecs * NSEC_PER_USEC);
}
EXPORT_SYMBOL(udelay);

void mdelay(unsigned long msecs)
{
	while (msecs--)
		udelay(1000);
}
EXPORT_SYMBOL(mdelay);

/* One jiffy more: the current one is partly over, and a sleep is never shorter than asked. */
void msleep(unsigned int msecs)
{
	unsigned long timeout = msecs_to_jiffies(msecs) + 1;

	while (timeout)
		timeout = schedule_timeout_uninterruptible(timeout);
}
EXPORT_SYMBOL(msleep);

unsigned long msleep_interruptible(unsigned int msecs)
{
	unsigned long timeout = msecs_to_jiffies(msecs) + 1;

	while (timeout && !signal_pending(current))
		timeout = schedule_timeout_interruptible(timeout);
	return jiffies_to_msecs(timeout);
}
EXPORT_SYMBOL(msleep_interruptible);

void usleep_range_state(unsigned long min, unsigned long max, unsigned int state)
{
	ktime_t end = ktime_add_us(ktime_get(), min);

	for (;;) {
		__set_current_state(state);
		if (!schedule_hrtimeout(&end, HRTIMER_MODE_ABS))
			return;
	}
}
EXPORT_SYMBOL(usleep_range_state);

static unsigned long round_to_second(unsigned long j, bool up)
{
	unsigned long rest = j % HZ, rounded = j - rest;

	if (rest > HZ / 4 || up)
		rounded += HZ;
	return time_is_after_jiffies(rounded) ? rounded : j;
}

unsigned long round_jiffies(unsigned long j)
{
	return round_to_second(j, false);
}
EXPORT_SYMBOL_GPL(round_jiffies);

unsigned long round_jiffies_relative(unsigned long j)
{
	unsigned long now = jiffies;

	return round_to_second(j + now, false) - now;
}
EXPORT_SYMBOL_GPL(round_jiffies_relative);

unsigned long round_jiffies_up(unsigned long j)
{
	return round_to_second(j, true);
}
EXPORT_SYMBOL_GPL(round_jiffies_up);

unsigned long round_jiffies_up_relative(unsigned long j)
{
	unsigned long now = jiffies;

	return round_to_second(j + now, true) - now;
}
EXPORT_SYMBOL_GPL(round_jiffies_up_relative);

int do_settimeofday64(const struct timespec64 *ts)
{
	if (!timespec64_valid(ts))
		return -EINVAL;
	WRITE_ONCE(wall_offset_ns, timespec64_to_ns(ts) - (s64)arch_clock_ns());
	return 0;
}
EXPORT_SYMBOL(do_settimeofday64);

/* ---- Calendar ---- */

static bool is_leap(long year)
{
	return (year % 4 == 0 && year % 100) || year % 400 == 0;
}

/*
 * Days since 1970-01-01, counting years from March, so that the leap day comes last.
 */
static s64 days_from_civil(long y, unsigned int m, unsigned int d)
{
	long era;
	unsigned int yoe, doy;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = y - era * 400;
	doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
	return era * 146097L + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

time64_t mktime64(unsigned int year, unsigned int mon, unsigned int day,
		  unsigned int hour, unsigned int min, unsigned int sec)
{
	return ((days_from_civil(year, mon, day) * 24 + hour) * 60 + min) * 60 + sec;
}
EXPORT_SYMBOL(mktime64);

void time64_to_tm(time64_t totalsecs, int offset, struct tm *result)
{
	static const u16 days[2][12] = {
		{ 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 },
		{ 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 },
	};
	s64 day, rest;
	long year;
	int month = 0;

	totalsecs += offset;
	day = totalsecs / 86400;
	rest = totalsecs % 86400;
	if (rest < 0) {
		rest += 86400;
		day--;
	}
	result->tm_hour = rest / 3600;
	result->tm_min = rest / 60 % 60;
	result->tm_sec = rest % 60;
	result->tm_wday = ((day + 4) % 7 + 7) % 7;	/* 1970-01-01 was a Thursday */
	year = 1970 + day / 366 - (day < 0 ? 2 : 0);	/* at or before; the loop finds it */
	while (days_from_civil(year + 1, 1, 1) <= day)
		year++;
	day -= days_from_civil(year, 1, 1);
	result->tm_year = year - 1900;
	result->tm_yday = day;
	while (day >= days[is_leap(year)][month])
		day -= days[is_leap(year)][month++];
	result->tm_mon = month;
	result->tm_mday = day + 1;
}
EXPORT_SYMBOL(time64_to_tm);
