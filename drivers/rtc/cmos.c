// SPDX-License-Identifier: MIT
/*
 * The PC's clock with a battery (MC146818): read once at boot, for wall time.
 * Source: Motorola MC146818A data sheet, "Time, calendar and alarm locations".
 */
#include <linux/kernel.h>
#include <linux/time64.h>
#include <arch/cpu.h>
#include <arch/time.h>
#include <asm/io.h>
#include <paddock/acpi.h>

#define CMOS_INDEX	0x70
#define CMOS_DATA	0x71

enum {
	RTC_SECONDS = 0,
	RTC_MINUTES = 2,
	RTC_HOURS = 4,
	RTC_DAY = 7,
	RTC_MONTH = 8,
	RTC_YEAR = 9,
	RTC_STATUS_A = 10,
	RTC_STATUS_B = 11,
};

#define A_UPDATE_IN_PROGRESS	0x80
#define B_24_HOURS		0x02
#define B_BINARY		0x04
#define HOURS_PM		0x80

struct rtc_time_raw {
	u8 seconds, minutes, hours, day, month, year, century;
};

static u8 cmos_read(u8 index)
{
	outb(index, CMOS_INDEX);
	return inb(CMOS_DATA);
}

static struct rtc_time_raw read_raw(void)
{
	return (struct rtc_time_raw){
		.seconds = cmos_read(RTC_SECONDS),
		.minutes = cmos_read(RTC_MINUTES),
		.hours = cmos_read(RTC_HOURS),
		.day = cmos_read(RTC_DAY),
		.month = cmos_read(RTC_MONTH),
		.year = cmos_read(RTC_YEAR),
		.century = acpi.century_index ? cmos_read(acpi.century_index) : 0,
	};
}

static unsigned int from_bcd(u8 v, u8 status_b)
{
	return status_b & B_BINARY ? v : (v >> 4) * 10 + (v & 15);
}

/* Days from 1970-01-01; months counted from March, so that the leap day comes last. */
static s64 days_since_1970(int year, int month, int day)
{
	if (month <= 2) {
		year--;
		month += 12;
	}
	return 365ll * year + year / 4 - year / 100 + year / 400 + (153 * (month - 3) + 2) / 5 + day -
	       1 - 719468;
}

u64 arch_rtc_seconds(void)
{
	struct rtc_time_raw a = { 0 }, b;
	unsigned int hours, year, tries = 0;
	u8 status_b;
	bool pm;

	/* Twice the same, and no update between: then the fields belong together. */
	do {
		for (int i = 0; i < 10000 && (cmos_read(RTC_STATUS_A) & A_UPDATE_IN_PROGRESS); i++)
			arch_cpu_relax();
		b = a;
		a = read_raw();
	} while ((a.seconds != b.seconds || a.minutes != b.minutes || a.hours != b.hours ||
		  a.day != b.day) && ++tries < 5);

	status_b = cmos_read(RTC_STATUS_B);
	pm = a.hours & HOURS_PM;
	hours = from_bcd(a.hours & ~HOURS_PM, status_b);
	if (!(status_b & B_24_HOURS))
		hours = hours % 12 + (pm ? 12 : 0);
	year = from_bcd(a.year, status_b);
	year += a.century ? from_bcd(a.century, status_b) * 100 : year < 70 ? 2000 : 1900;

	a.month = from_bcd(a.month, status_b);
	a.day = from_bcd(a.day, status_b);
	if (a.month < 1 || a.month > 12 || a.day < 1 || a.day > 31 || year < 1970)
		return 0;	/* nobody is there, or the battery is empty */
	return days_since_1970(year, a.month, a.day) * 86400 + hours * 3600 +
	       from_bcd(a.minutes, status_b) * 60 + from_bcd(a.seconds, status_b);
}
