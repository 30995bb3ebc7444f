/* SPDX-License-Identifier: MIT */
/*
 * arm64: the registers that an exception saves, laid out by entry.S. Field names are Linux's.
 */
#pragma once

#define S_LR		240
#define S_SP		248
#define S_PC		256
#define S_PSTATE	264
#define S_STACKFRAME	272
#define PT_REGS_SIZE	288
#define OVERFLOW_STACK_BYTES	8192

#ifndef __ASSEMBLY__
#include <linux/types.h>
#include <asm/sysreg.h>

struct pt_regs {
	u64 regs[31];		/* x0..x30 */
	u64 sp;
	u64 pc;
	u64 pstate;
	/*
	 * A frame record { x29, pc } of the interrupted function. The handlers' frame chain starts
	 * here, so that a stack walk goes on into the interrupted code.
	 */
	u64 stackframe[2];
};

_Static_assert(sizeof(struct pt_regs) == PT_REGS_SIZE, "entry.S lays this out");
_Static_assert(__builtin_offsetof(struct pt_regs, stackframe) == S_STACKFRAME, "entry.S lays this out");

static inline unsigned long regs_pc(const struct pt_regs *regs)
{
	return regs->pc;
}

static inline void regs_set_pc(struct pt_regs *regs, unsigned long pc)
{
	regs->pc = pc;
}

static inline unsigned long regs_sp(const struct pt_regs *regs)
{
	return regs->sp;
}

static inline unsigned long regs_fp(const struct pt_regs *regs)
{
	return regs->regs[29];
}

static inline bool regs_irqs_disabled(const struct pt_regs *regs)
{
	return regs->pstate & PSR_I_BIT;
}

/* Linux's names for the same. */
#define instruction_pointer(regs)	((unsigned long)(regs)->pc)
#define user_stack_pointer(regs)	((unsigned long)(regs)->sp)
#define kernel_stack_pointer(regs)	((unsigned long)(regs)->sp)
#define frame_pointer(regs)		((unsigned long)(regs)->regs[29])
#define procedure_link_pointer(regs)	((unsigned long)(regs)->regs[30])
#define user_mode(regs)			0
#define interrupts_enabled(regs)	(!((regs)->pstate & PSR_I_BIT))
#endif
