/* SPDX-License-Identifier: MIT */
/* Stacks of threads; see <arch/thread.h>. */
#pragma once

#include <arch/thread.h>

/* switch_stacks() pushes six registers, %rbp first: it lies beside the return address. */
static inline unsigned long arch_thread_frame(const struct arch_thread *t)
{
	return t->sp + 5 * sizeof(long);
}

static inline void __attribute__((noreturn)) arch_restart_on_stack(void *stack_top, void (*fn)(void))
{
	asm volatile("movq %0, %%rsp\n\t"
		     "xorl %%ebp, %%ebp\n\t"
		     "call *%1\n\t"
		     "ud2"
		     : : "r"(stack_top), "r"(fn) : "memory");
	__builtin_unreachable();
}
