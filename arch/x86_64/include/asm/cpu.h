/* SPDX-License-Identifier: MIT */
/*
 * x86_64's inline half of <arch/cpu.h>, and the instructions that have no C name.
 * Source: Intel SDM vol 2, the instructions' own pages.
 */
#pragma once

#define ARCH_UTS_MACHINE "x86_64"

#include <linux/types.h>
#include <asm/percpu.h>

static inline unsigned long arch_irq_flags(void)
{
	unsigned long flags;

	asm volatile("pushfq; popq %0" : "=rm"(flags) : : "memory");
	return flags;
}

static inline void arch_irq_disable(void)
{
	asm volatile("cli" : : : "memory");
}

static inline void arch_irq_enable(void)
{
	asm volatile("sti" : : : "memory");
}

static inline bool arch_irqs_disabled_flags(unsigned long flags)
{
	return !(flags & (1ul << 9));	/* RFLAGS.IF */
}

static inline unsigned long arch_irq_save(void)
{
	unsigned long flags = arch_irq_flags();

	arch_irq_disable();
	return flags;
}

static inline void arch_irq_restore(unsigned long flags)
{
	/* A branch and STI cost less than POPF, which is microcoded. */
	if (!arch_irqs_disabled_flags(flags))
		arch_irq_enable();
	else
		arch_irq_disable();
}

static inline unsigned long arch_load_linked(const unsigned long *p)
{
	return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}

static inline bool arch_store_conditional(unsigned long *p, unsigned long old, unsigned long new)
{
	return __atomic_compare_exchange_n(p, &old, new, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static inline void arch_cpu_relax(void)
{
	asm volatile("pause" : : : "memory");
}

void x86_idle(void);		/* entry.S */
#define X86_IDLE_HALT	((unsigned long)x86_idle + 1)	/* its HLT, behind the STI */

static inline void arch_cpu_idle(void)
{
	x86_idle();
}

static inline u64 arch_cycles(void)
{
	u32 lo, hi;

	asm volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return (u64)hi << 32 | lo;
}

/* The running thread, one copy per CPU; init_task in the template. */
extern struct task_struct *current_task;

static inline struct task_struct *arch_current(void)
{
	struct task_struct *task;

	/* Neither volatile nor reading memory in the compiler's eyes: constant within a thread. */
	asm("movq %%gs:%P1, %0" : "=r"(task) : "p"(&current_task));
	return task;
}

static inline void arch_set_current(struct task_struct *task)
{
	arch_this_cpu_write(current_task, task);
}

static inline unsigned long arch_stack_pointer(void)
{
	unsigned long sp;

	asm volatile("movq %%rsp, %0" : "=r"(sp));
	return sp;
}
