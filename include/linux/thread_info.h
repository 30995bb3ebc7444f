/* SPDX-License-Identifier: MIT */
/*
 * The first bytes of every task: what assembly and the preemption fast path touch.
 */
#pragma once

#include <linux/types.h>
#include <arch/cpu.h>
#include <arch/thread.h>

#define THREAD_SIZE	16384UL			/* bytes of a kernel stack */
/* Twice the size: bit 14 of a stack pointer tells an overflow into the guard page below. */
#define THREAD_ALIGN	(2 * THREAD_SIZE)

/*
 * Offsets 0, 8, 12 and 16 are known to assembly.
 *
 * preempt_count and no_resched share one word so that preempt_enable() asks "may we, and should
 * we switch now?" with a single comparison with zero. Only the running thread changes
 * preempt_count; any CPU may store to no_resched (with the run-queue lock held).
 */
struct thread_info {
	struct arch_thread thread;
	union {
		u64 preempt_word;		/* 0: preemption allowed and wanted */
		struct {
			int preempt_count;	/* nesting, see <linux/preempt.h> */
			u32 no_resched;		/* 0: another thread should run, else 1 */
		};
	};
	unsigned long ti_flags;			/* TIF_* bits, atomic */
};

#define TIF_SIGPENDING	0

/* Constant within a thread. */
static __always_inline struct thread_info *current_thread_info(void)
{
	return (struct thread_info *)arch_current();
}
