// SPDX-License-Identifier: MIT
/* A new thread's first frame, in the layout that arch_switch_to() pops (entry.S). */
#include <linux/string.h>
#include <arch/thread.h>

struct switch_frame {
	u64 x29, x30;
	u64 x19, x20, x21, x22, x23, x24, x25, x26, x27, x28;
};
_Static_assert(sizeof(struct switch_frame) == 96, "arch_switch_to pushes this");

void thread_first(void);

void arch_thread_init(struct arch_thread *t, void *stack_top, int (*fn)(void *), void *arg)
{
	struct switch_frame *frame = (struct switch_frame *)stack_top - 1;

	*frame = (struct switch_frame){
		.x30 = (u64)thread_first,
		.x19 = (u64)fn,
		.x20 = (u64)arg,
	};
	t->sp = (unsigned long)frame;
}
