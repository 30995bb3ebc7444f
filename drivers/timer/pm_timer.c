// SPDX-License-Identifier: MIT
/*
 * The ACPI power management timer, as a reference clock.
 * Source: ACPI Specification 6.4, 4.8.2.1 "Power Management Timer": 3.579545 MHz, 24 or 32 bits.
 */
#include <linux/init.h>
#include <asm/clockref.h>
#include <asm/io.h>
#include <paddock/acpi.h>

#define PM_TIMER_HZ 3579545

static u32 pm_timer_read(void)
{
	return inl(acpi.pm_timer_port);
}

const struct clock_reference *__init pm_timer_reference(void)
{
	static struct clock_reference ref = {
		.name = "acpi_pm", .hz = PM_TIMER_HZ, .read = pm_timer_read
	};

	if (!acpi.pm_timer_port)
		return NULL;
	ref.mask = acpi.pm_timer_32bit ? ~0u : 0xffffff;
	return &ref;
}
