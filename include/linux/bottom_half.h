/* SPDX-License-Identifier: MIT */
/* Keeping softirq work (timers, tasklets, RCU callbacks) off this CPU for a while. */
#pragma once

#include <linux/preempt.h>

static inline void local_bh_disable(void)
{
	preempt_count_add(SOFTIRQ_DISABLE_OFFSET);
}

/* Runs what became pending meanwhile. Context: not in hard interrupts, interrupts on. */
void local_bh_enable(void);
void __local_bh_enable_ip(unsigned long ip, unsigned int cnt);
/* Also legal with interrupts masked, when the caller knows that nothing is left to run. */
void _local_bh_enable(void);
