/* SPDX-License-Identifier: MIT */
/*
 * The preemption counter: which context is this, and may the scheduler take the CPU away?
 *
 *   bits  0..7   preempt_disable() nesting, spinlocks included
 *   bits  8..15  softirq: 0x100 while one runs, plus 0x200 per local_bh_disable()
 *   bits 16..19  hardirq nesting
 *   bits 20..23  NMI nesting
 */
#pragma once

#include <linux/compiler.h>
#include <linux/thread_info.h>

#define PREEMPT_BITS	8
#define SOFTIRQ_BITS	8
#define HARDIRQ_BITS	4
#define NMI_BITS	4
#define PREEMPT_SHIFT	0
#define SOFTIRQ_SHIFT	(PREEMPT_SHIFT + PREEMPT_BITS)
#define HARDIRQ_SHIFT	(SOFTIRQ_SHIFT + SOFTIRQ_BITS)
#define NMI_SHIFT	(HARDIRQ_SHIFT + HARDIRQ_BITS)
#define PREEMPT_MASK	(0xff << PREEMPT_SHIFT)
#define SOFTIRQ_MASK	(0xff << SOFTIRQ_SHIFT)
#define HARDIRQ_MASK	(0xf << HARDIRQ_SHIFT)
#define NMI_MASK	(0xf << NMI_SHIFT)
#define PREEMPT_OFFSET	(1 << PREEMPT_SHIFT)
#define SOFTIRQ_OFFSET	(1 << SOFTIRQ_SHIFT)
#define HARDIRQ_OFFSET	(1 << HARDIRQ_SHIFT)
#define NMI_OFFSET	(1 << NMI_SHIFT)
#define SOFTIRQ_DISABLE_OFFSET (2 * SOFTIRQ_OFFSET)
#define PREEMPT_DISABLE_OFFSET PREEMPT_OFFSET

static __always_inline int preempt_count(void)
{
	return READ_ONCE(current_thread_info()->preempt_count);
}

#define hardirq_count()	(preempt_count() & HARDIRQ_MASK)
#define softirq_count()	(preempt_count() & SOFTIRQ_MASK)
#define nmi_count()	(preempt_count() & NMI_MASK)
#define irq_count()	(preempt_count() & (NMI_MASK | HARDIRQ_MASK | SOFTIRQ_MASK))

#define in_nmi()		(nmi_count() != 0)
#define in_hardirq()		(hardirq_count() != 0)
#define in_irq()		in_hardirq()
#define in_softirq()		(softirq_count() != 0)
#define in_serving_softirq()	((softirq_count() & SOFTIRQ_OFFSET) != 0)
#define in_interrupt()		(irq_count() != 0)
#define in_task()	(!(preempt_count() & (NMI_MASK | HARDIRQ_MASK | SOFTIRQ_OFFSET)))
#define in_atomic()		(preempt_count() != 0)
#define preemptible() (preempt_count() == 0 && !arch_irqs_disabled_flags(arch_irq_flags()))

static __always_inline void preempt_count_add(int val)
{
	struct thread_info *ti = current_thread_info();

	WRITE_ONCE(ti->preempt_count, ti->preempt_count + val);
	barrier();
}

static __always_inline void preempt_count_sub(int val)
{
	struct thread_info *ti = current_thread_info();

	barrier();
	WRITE_ONCE(ti->preempt_count, ti->preempt_count - val);
}

/* kernel/sched/core.c: run something better now; returns when this thread runs again. */
void preempt_schedule(void);

/* Nest; the thread stays on this CPU and is not switched out in between. Context: any. */
#define preempt_disable()	preempt_count_add(1)
#define preempt_enable_no_resched() preempt_count_sub(1)
#define sched_preempt_enable_no_resched() preempt_enable_no_resched()
static __always_inline void preempt_enable(void)
{
	preempt_count_sub(1);
	if (unlikely(!READ_ONCE(current_thread_info()->preempt_word)))
		preempt_schedule();
}
static __always_inline void preempt_check_resched(void)
{
	if (unlikely(!READ_ONCE(current_thread_info()->preempt_word)))
		preempt_schedule();
}
#define preempt_disable_notrace()	preempt_disable()
#define preempt_enable_notrace()	preempt_enable()
#define preempt_enable_no_resched_notrace() preempt_enable_no_resched()

/* True when the running thread should make way; set by wakeups, time slices and signals. */
static __always_inline bool need_resched(void)
{
	return !READ_ONCE(current_thread_info()->no_resched);
}

/* Disables migration only; here the same as preemption. */
#define migrate_disable()	preempt_disable()
#define migrate_enable()	preempt_enable()
