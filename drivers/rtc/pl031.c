// SPDX-License-Identifier: MIT
/*
 * Arm PL031 real-time clock: a counter of seconds since 1970, as far as whoever set it kept to that.
 * Source: Arm DDI 0224 "PrimeCell Real Time Clock (PL031) Technical Reference Manual".
 */
#include <linux/io.h>
#include <paddock/fdt.h>
#include "../../arch/arm64/arm64.h"
#include "../../boot/arm64/boot.h"

#define RTC_DR	0x00

u64 pl031_seconds(void)
{
	static void *regs;
	struct fdt_node n;
	u64 base, size;

	if (!regs && fdt_find_compatible(&boot_fdt, "arm,pl031", &n) &&
	    fdt_reg(&boot_fdt, &n, 0, &base, &size))
		regs = ioremap(base, 4096);
	return regs ? readl(regs + RTC_DR) : 0;
}
