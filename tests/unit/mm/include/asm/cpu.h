/* SPDX-License-Identifier: MIT */
/*
 * The hosted machine's processor: masking interrupts is a flag, since none ever come, but whoever
 * sleeps or asks other CPUs with them masked is found out. Contract: <arch/cpu.h>.
 */
#pragma once

#define ARCH_UTS_MACHINE "hosted"

#include <linux/types.h>
#include <asm/percpu.h>

extern __thread unsigned long host_irqs_masked;
extern __thread struct task_struct *host_current;
u64 host_cycles(void);		/* tests: a counter, so that a run repeats */

static inline unsigned long arch_irq_flags(void)
{
	return host_irqs_masked;
}

static inline void arch_irq_disable(void)
{
	host_irqs_masked = 1;
}

static inline void arch_irq_enable(void)
{
	host_irqs_masked = 0;
}

static inline bool arch_irqs_disabled_flags(unsigned long flags)
{
	return flags;
}

static inline unsigned long arch_irq_save(void)
{
	unsigned long flags = host_irqs_masked;

	host_irqs_masked = 1;
	return flags;
}

static inline void arch_irq_restore(unsigned long flags)
{
	host_irqs_masked = flags;
}

static inline void arch_cpu_relax(void)
{
	asm volatile("" : : : "memory");
}

static inline void arch_cpu_idle(void)
{
}

static inline u64 arch_cycles(void)
{
	return host_cycles();
}

static inline struct task_struct *arch_current(void)
{
	return host_current;
}

static inline void arch_set_current(struct task_struct *task)
{
	host_current = task;
}

static inline unsigned long arch_stack_pointer(void)
{
	return (unsigned long)__builtin_frame_address(0);
}
