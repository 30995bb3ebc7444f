/* SPDX-License-Identifier: MIT */
/*
 * The registers as trap entry saves them on the stack (arch/x86_64/entry.S pushes in this order,
 * last field first). The field names are those that Linux modules and its readers know.
 */
#pragma once

#include <linux/types.h>

struct pt_regs {
	unsigned long r15, r14, r13, r12, bp, bx;	/* callee-saved */
	unsigned long r11, r10, r9, r8, ax, cx, dx, si, di;
	unsigned long orig_ax;		/* error code, or -vector for interrupts without one */
	/* Pushed by the CPU. Source: Intel SDM vol 3A, "64-Bit Mode Stack Frame". */
	unsigned long ip, cs, flags, sp, ss;
};

#define X86_EFLAGS_TF	(1ul << 8)
#define X86_EFLAGS_IF	(1ul << 9)
#define X86_EFLAGS_DF	(1ul << 10)
#define X86_EFLAGS_AC	(1ul << 18)

static inline unsigned long regs_pc(const struct pt_regs *regs)
{
	return regs->ip;
}

static inline void regs_set_pc(struct pt_regs *regs, unsigned long pc)
{
	regs->ip = pc;
}

static inline unsigned long regs_sp(const struct pt_regs *regs)
{
	return regs->sp;
}

static inline unsigned long regs_fp(const struct pt_regs *regs)
{
	return regs->bp;
}

static inline bool regs_irqs_disabled(const struct pt_regs *regs)
{
	return !(regs->flags & X86_EFLAGS_IF);
}

/* Linux's names for the same. */
#define instruction_pointer(regs)	((regs)->ip)
#define kernel_stack_pointer(regs)	((regs)->sp)
#define user_mode(regs)			((void)(regs), 0)
