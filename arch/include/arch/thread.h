/* SPDX-License-Identifier: MIT */
/*
 * What a processor must give for threads: a first frame, and the switch.
 */
#pragma once

#include <linux/types.h>

struct task_struct;

/* Callee-saved state of a thread that does not run; the first member of task_struct's arch part. */
struct arch_thread {
	unsigned long sp;	/* saved stack pointer; everything else is on the stack */
};

/*
 * arch_thread_init - lay out the stack of a new thread.
 * @t:         its saved state.
 * @stack_top: first byte above its stack, 16-byte aligned.
 * @fn, @arg:  what it runs: thread_start(prev, fn, arg) is reached by the first switch to it,
 *             with interrupts masked as by the scheduler; it must not return.
 *             A stack trace of the thread ends there (frame pointer and return address 0).
 */
void arch_thread_init(struct arch_thread *t, void *stack_top, int (*fn)(void *), void *arg);

/*
 * arch_switch_to - leave @prev, continue @next.
 * Context: scheduler, interrupts masked, run-queue lock held (the next thread drops it).
 * Returns: in @next's context, the thread that ran before it on this CPU.
 * Sets arch_current().
 */
struct task_struct *arch_switch_to(struct task_struct *prev, struct task_struct *next);

/* kernel/sched/: where a new thread begins, called from assembly: finishes the switch, runs fn(arg). */
void __attribute__((noreturn)) thread_start(struct task_struct *prev, int (*fn)(void *), void *arg);

/* Where the stack of a thread that does not run begins for a trace: its first { frame pointer, return address }. */
static inline unsigned long arch_thread_frame(const struct arch_thread *t);

/*
 * arch_restart_on_stack - forget the stack in use, and call @fn at the top of another one.
 * @stack_top: 16-byte aligned. @fn must not return.
 * Context: a thread whose own stack overflowed, on the stack of its exception.
 */
static inline void __attribute__((noreturn)) arch_restart_on_stack(void *stack_top, void (*fn)(void));

#include <asm/thread.h>
