/* SPDX-License-Identifier: MIT */
/*
 * Reference clocks: counters of known frequency, by which the TSC is measured at boot.
 * One file each in drivers/timer/.
 */
#pragma once

#include <linux/types.h>

struct clock_reference {
	const char *name;
	u64 hz;
	u32 mask;		/* the counter wraps at mask + 1 */
	u32 (*read)(void);	/* counts up */
};

/* Each returns the clock running, or NULL: the machine has none, or it stands still. */
const struct clock_reference *hpet_reference(void);
const struct clock_reference *pm_timer_reference(void);
const struct clock_reference *pit_reference(void);
