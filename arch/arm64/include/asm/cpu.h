/* SPDX-License-Identifier: MIT */
/*
 * arm64: interrupt masks, waiting, current thread. Contract: <arch/cpu.h>.
 *
 * Masking sets I and F together. The debug mask D stays clear outside exception handlers, so that an
 * instruction can be stepped anywhere; exception entry sets it.
 */
#pragma once

#define ARCH_UTS_MACHINE "aarch64"

#include <linux/types.h>
#include <asm/sysreg.h>

static inline unsigned long arch_irq_flags(void)
{
	unsigned long flags;

	asm volatile("mrs %0, daif" : "=r"(flags) : : "memory");
	return flags;
}

static inline void arch_irq_disable(void)
{
	asm volatile("msr daifset, #3" : : : "memory");
}

static inline void arch_irq_enable(void)
{
	asm volatile("msr daifclr, #3" : : : "memory");
}

static inline unsigned long arch_irq_save(void)
{
	unsigned long flags = arch_irq_flags();

	arch_irq_disable();
	return flags;
}

static inline void arch_irq_restore(unsigned long flags)
{
	asm volatile("msr daif, %0" : : "r"(flags) : "memory");
}

static inline bool arch_irqs_disabled_flags(unsigned long flags)
{
	return flags & PSR_I_BIT;
}

/* Source: Arm ARM, "Load-Exclusive and Store-Exclusive usage restrictions". */
static inline unsigned long arch_load_linked(const unsigned long *p)
{
	unsigned long value;

	asm volatile("ldaxr %0, %1" : "=r"(value) : "Q"(*p) : "memory");
	return value;
}

static inline bool arch_store_conditional(unsigned long *p, unsigned long old, unsigned long new)
{
	unsigned int failed;

	asm volatile("stxr %w0, %2, %1" : "=&r"(failed), "=Q"(*p) : "r"(new) : "memory");
	return !failed;
}

static inline void arch_cpu_relax(void)
{
	asm volatile("yield" : : : "memory");
}

/* WFI ends when an interrupt is pending, masked or not; it is taken when the mask is cleared. */
static inline void arch_cpu_idle(void)
{
	asm volatile("dsb sy\n\twfi\n\tmsr daifclr, #3" : : : "memory");
}

/* The barrier keeps the counter from being read ahead of what it is meant to time. */
static inline u64 arch_cycles(void)
{
	u64 count;

	asm volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(count) : : "memory");
	return count;
}

/* Not volatile: the same within a thread, so the compiler may keep it. */
static inline struct task_struct *arch_current(void)
{
	struct task_struct *task;

	asm("mrs %0, sp_el0" : "=r"(task));
	return task;
}

static inline void arch_set_current(struct task_struct *task)
{
	asm volatile("msr sp_el0, %0" : : "r"(task) : "memory");
}

static inline unsigned long arch_stack_pointer(void)
{
	unsigned long sp;

	asm volatile("mov %0, sp" : "=r"(sp));
	return sp;
}
