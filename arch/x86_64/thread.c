// SPDX-License-Identifier: MIT
/*
 * Threads: the first stack contents, and the switch. A thread that does not run is its stack: six
 * callee-saved registers and a return address, at arch_thread.sp.
 */
#include <linux/sched.h>
#include <arch/cpu.h>
#include <arch/thread.h>

struct task_struct *switch_stacks(unsigned long *save_sp, unsigned long load_sp,
				  struct task_struct *prev);
void thread_entry(void);

/* What switch_stacks() pops, lowest address first. */
struct switch_frame {
	unsigned long r15, r14, r13, r12, rbx, rbp;
	unsigned long return_address;
};

void arch_thread_init(struct arch_thread *t, void *stack_top, int (*fn)(void *), void *arg)
{
	struct switch_frame *frame = (struct switch_frame *)stack_top - 1;

	*frame = (struct switch_frame){
		.rbx = (unsigned long)fn,
		.r12 = (unsigned long)arg,
		.return_address = (unsigned long)thread_entry,
	};
	t->sp = (unsigned long)frame;
}

struct task_struct *arch_switch_to(struct task_struct *prev, struct task_struct *next)
{
	/* Offset 0 of task_struct is its struct arch_thread. */
	struct arch_thread *from = (struct arch_thread *)prev, *to = (struct arch_thread *)next;

	arch_set_current(next);
	return switch_stacks(&from->sp, to->sp, prev);
}
