// SPDX-License-Identifier: MIT
/*
 * High Precision Event Timer, as a reference clock only.
 * Source: IA-PC HPET Specification 1.0a, 2.3 "Memory Mapped Registers".
 */
#include <linux/init.h>
#include <linux/io.h>
#include <linux/printk.h>
#include <asm/clockref.h>
#include <paddock/acpi.h>

enum {
	HPET_PERIOD = 0x004,	/* high half of the capabilities: femtoseconds per tick */
	HPET_CONFIG = 0x010,
	HPET_COUNTER = 0x0f0,
};

#define CONFIG_ENABLE		1u
#define PERIOD_MAX_FS		100000000u	/* "must be less than or equal to 05F5E100h" */
#define FS_PER_S		1000000000000000ull

static volatile char __iomem *hpet;

static u32 hpet_read(void)
{
	return readl(hpet + HPET_COUNTER);
}

const struct clock_reference *__init hpet_reference(void)
{
	static struct clock_reference ref = { .name = "hpet", .mask = ~0u, .read = hpet_read };
	u32 period;

	if (!acpi.hpet_pa)
		return NULL;
	hpet = ioremap(acpi.hpet_pa, 1024);
	if (!hpet)
		return NULL;
	period = readl(hpet + HPET_PERIOD);
	if (!period || period > PERIOD_MAX_FS) {
		pr_warn("HPET: impossible period of %u fs\n", period);
		return NULL;
	}
	writel(readl(hpet + HPET_CONFIG) | CONFIG_ENABLE, hpet + HPET_CONFIG);
	ref.hz = FS_PER_S / period;
	return &ref;
}
