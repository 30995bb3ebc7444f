// SPDX-License-Identifier: MIT
/* Commands about time: uptime, date, sleep. */
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/sched.h>
#include <linux/sched/loadavg.h>
#include <linux/string.h>
#include <linux/time.h>
#include <linux/timekeeping.h>
#include <paddock/sched.h>
#include "shell.h"

static int cmd_uptime(struct cmd *c)
{
	u64 up = div_u64(ktime_get_boottime_ns(), NSEC_PER_SEC);
	unsigned long load[3];
	unsigned int mins = div_u64(up, 60) % 60, hours = div_u64(up, 3600) % 24;
	unsigned int days = div_u64(up, 86400);
	struct tm tm;

	time64_to_tm(ktime_get_real_seconds(), 0, &tm);
	cmd_printf(c, " %02d:%02d:%02d up ", tm.tm_hour, tm.tm_min, tm.tm_sec);
	if (days)
		cmd_printf(c, "%u day%s, ", days, days == 1 ? "" : "s");
	if (hours)
		cmd_printf(c, "%2u:%02u", hours, mins);
	else
		cmd_printf(c, "%u min", mins);
	get_avenrun(load, FIXED_1 / 200, 0);
	cmd_printf(c, ",  load average: %lu.%02lu, %lu.%02lu, %lu.%02lu\n", LOAD_INT(load[0]),
		   LOAD_FRAC(load[0]), LOAD_INT(load[1]), LOAD_FRAC(load[1]), LOAD_INT(load[2]),
		   LOAD_FRAC(load[2]));
	return 0;
}

static const char day_names[7][10] = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday",
				       "Saturday" };
static const char month_names[12][10] = { "January", "February", "March", "April", "May", "June", "July",
					  "August", "September", "October", "November", "December" };

/* strftime's letters, as far as scripts use them: numbers… Returns false for another letter. */
static bool print_date_number(struct cmd *c, char letter, const struct tm *tm, time64_t now, u64 nsec)
{
	switch (letter) {
	case 'Y':
		cmd_printf(c, "%ld", tm->tm_year + 1900L);
		return true;
	case 'y':
		cmd_printf(c, "%02ld", tm->tm_year % 100);
		return true;
	case 'm':
		cmd_printf(c, "%02d", tm->tm_mon + 1);
		return true;
	case 'd':
		cmd_printf(c, "%02d", tm->tm_mday);
		return true;
	case 'e':
		cmd_printf(c, "%2d", tm->tm_mday);
		return true;
	case 'H':
		cmd_printf(c, "%02d", tm->tm_hour);
		return true;
	case 'I':
		cmd_printf(c, "%02d", (tm->tm_hour + 11) % 12 + 1);
		return true;
	case 'M':
		cmd_printf(c, "%02d", tm->tm_min);
		return true;
	case 'S':
		cmd_printf(c, "%02d", tm->tm_sec);
		return true;
	case 'N':
		cmd_printf(c, "%09llu", nsec);
		return true;
	case 'j':
		cmd_printf(c, "%03d", tm->tm_yday + 1);
		return true;
	case 's':
		cmd_printf(c, "%lld", now);
		return true;
	default:
		return false;
	}
}

/* … words, @len characters of them … NULL: another letter. */
static const char *date_word(char letter, const struct tm *tm, int *len)
{
	*len = letter == 'a' || letter == 'b' || letter == 'h' ? 3 : 9;
	switch (letter) {
	case 'a':
	case 'A':
		return day_names[tm->tm_wday];
	case 'b':
	case 'h':
	case 'B':
		return month_names[tm->tm_mon];
	case 'p':
		return tm->tm_hour < 12 ? "AM" : "PM";
	case 'Z':
		return "UTC";
	case 'z':
		return "+0000";
	case 'n':
		return "\n";
	case 't':
		return "\t";
	case '%':
		return "%";
	default:
		return NULL;
	}
}

/* … and short forms of formats. */
static const char *date_format(char letter)
{
	switch (letter) {
	case 'F':
		return "%Y-%m-%d";
	case 'T':
		return "%H:%M:%S";
	case 'R':
		return "%H:%M";
	default:
		return NULL;
	}
}

static void print_date(struct cmd *c, const char *fmt, const struct tm *tm, time64_t now, u64 nsec)
{
	for (; *fmt; fmt++) {
		const char *word;
		int len;

		if (*fmt != '%' || !fmt[1]) {
			cmd_write(c, fmt, 1);
			continue;
		}
		if (print_date_number(c, *++fmt, tm, now, nsec))
			continue;
		word = date_word(*fmt, tm, &len);
		if (word)
			cmd_printf(c, "%.*s", len, word);
		else if (date_format(*fmt))
			print_date(c, date_format(*fmt), tm, now, nsec);
		else
			cmd_write(c, fmt - 1, 2);
	}
}

static int cmd_date(struct cmd *c)
{
	const char *fmt = "%a %b %e %H:%M:%S UTC %Y";
	u64 ns = ktime_get_real_ns();
	struct cmd_opts o = { };
	struct tm tm;
	u32 nsec;
	int opt;

	while ((opt = cmd_getopt(c, &o, "uIR")) != -1) {
		if (opt == OPT_HELP)
			return 0;
		if (opt == '?')
			return cmd_usage(c);
		if (opt == 'I')
			fmt = "%F";
		else if (opt == 'R')
			fmt = "%a, %d %b %Y %T %z";
	}
	if (o.index < c->argc) {
		if (c->argv[o.index][0] != '+')
			return cmd_error(c, "invalid date '%s'", c->argv[o.index]);
		fmt = c->argv[o.index] + 1;
	}
	ns = div_u64_rem(ns, NSEC_PER_SEC, &nsec);
	time64_to_tm(ns, 0, &tm);
	print_date(c, fmt, &tm, ns, nsec);
	cmd_puts(c, "\n");
	return 0;
}

/* "1", "0.5", "2m": returns false for anything else. */
static bool parse_duration(const char *s, u64 *ms)
{
	u64 whole = 0, scale = 100;
	const char *p = s;

	*ms = 0;
	while (*p >= '0' && *p <= '9') {
		if (whole > U32_MAX)
			return false;
		whole = whole * 10 + *p++ - '0';
	}
	if (*p == '.') {
		for (p++; *p >= '0' && *p <= '9'; p++, scale /= 10)
			*ms += (*p - '0') * scale;
	}
	if (p == s || (p == s + 1 && *s == '.'))
		return false;
	*ms += whole * 1000;
	switch (*p) {
	case 's':
		p++;
		break;
	case 'm':
		*ms *= 60;
		p++;
		break;
	case 'h':
		*ms *= 3600;
		p++;
		break;
	case 'd':
		*ms *= 86400;
		p++;
	}
	return !*p;
}

static int cmd_sleep(struct cmd *c)
{
	u64 total = 0, ms, until;

	if (c->argc < 2)
		return cmd_error(c, "missing operand");
	for (int i = 1; i < c->argc; i++) {
		if (!strcmp(c->argv[i], "infinity"))
			ms = (u64)U32_MAX * 1000;
		else if (!parse_duration(c->argv[i], &ms))
			return cmd_error(c, "invalid time interval '%s'", c->argv[i]);
		total += ms;
	}
	cmd_flush(c);
	until = ktime_get_ns() + total * NSEC_PER_MSEC;
	while (!cmd_interrupted(c)) {
		s64 left = until - ktime_get_ns();

		if (left <= 0)
			return 0;
		/* Rounded up: a sleep is never shorter than asked for. */
		schedule_timeout_interruptible(nsecs_to_jiffies(left) + 1);
	}
	return 130;
}

SHELL_COMMAND(uptime, "uptime", cmd_uptime, 0, "", "How long the system has been up, and its load");
SHELL_COMMAND(date, "date", cmd_date, 0, "[-u] [+FORMAT]", "Show date and time");
SHELL_COMMAND(sleep, "sleep", cmd_sleep, 0, "SECONDS[smhd]", "Wait");
