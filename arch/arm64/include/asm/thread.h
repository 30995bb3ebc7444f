/* SPDX-License-Identifier: MIT */
/* Stacks of threads; see <arch/thread.h>. */
#pragma once

#include <arch/thread.h>

/* arch_switch_to() stores x29 and x30 at the bottom of what it pushes. */
static inline unsigned long arch_thread_frame(const struct arch_thread *t)
{
	return t->sp;
}

static inline void __attribute__((noreturn)) arch_restart_on_stack(void *stack_top, void (*fn)(void))
{
	asm volatile("mov sp, %0\n\t"
		     "mov x29, xzr\n\t"
		     "mov x30, xzr\n\t"
		     "br %1"
		     : : "r"(stack_top), "r"(fn) : "memory");
	__builtin_unreachable();
}
