// SPDX-License-Identifier: MIT
/*
 * What an exception was about, and who is told. entry.S calls these on the interrupted thread's
 * stack with everything masked, and masks everything again before it returns.
 *
 * Faults by address translation go to mm/fault.c, BRK to kernel/oops.c, a software step to whoever
 * asked for it; the rest is an oops with Linux's name for it.
 */
#include <linux/bug.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/panic.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/sched/debug.h>
#include <linux/smp.h>
#include <arch/cpu.h>
#include <arch/trap.h>
#include <asm/esr.h>
#include "arm64.h"

/* For stack_overflow in entry.S. */
DEFINE_PER_CPU_ALIGNED(unsigned char[OVERFLOW_STACK_BYTES], overflow_stack);

extern char exception_vectors[];

/* Called from entry.S. */
void arm64_sync(struct pt_regs *regs);
void arm64_irq(struct pt_regs *regs);
void arm64_fiq(struct pt_regs *regs);
void arm64_serror(struct pt_regs *regs);
void arm64_stack_overflow(struct pt_regs *regs);
void arm64_bad_vector(struct pt_regs *regs, unsigned int vector);

const char *esr_class_name(unsigned long esr)
{
	switch (ESR_EC(esr)) {
	case EC_UNKNOWN:	return "Unknown/Uncategorized";
	case EC_WFX:		return "WFI/WFE";
	case EC_FP_ACCESS:	return "ASIMD";
	case EC_BTI:		return "BTI";
	case EC_ILLEGAL_STATE:	return "PSTATE.IL";
	case EC_SVC64:		return "SVC (AArch64)";
	case EC_SYS64:		return "MSR/MRS (AArch64)";
	case EC_SVE:		return "SVE";
	case EC_FPAC:		return "FPAC";
	case EC_IABT_CUR:	return "IABT (current EL)";
	case EC_PC_ALIGN:	return "PC Alignment";
	case EC_DABT_CUR:	return "DABT (current EL)";
	case EC_SP_ALIGN:	return "SP Alignment";
	case EC_FP_EXC64:	return "FP (AArch64)";
	case EC_SERROR:		return "SError";
	case EC_SOFTSTP_CUR:	return "Software Step (current EL)";
	case EC_BRK64:		return "BRK (AArch64)";
	default:		return "UNRECOGNIZED EC";
	}
}

static void handle_abort(struct pt_regs *regs, unsigned long esr, unsigned long far)
{
	bool exec = ESR_EC(esr) == EC_IABT_CUR;
	unsigned int kind = FSC_KIND(esr);
	struct fault_info fault = {
		.addr = esr & ABT_FNV ? 0 : far,
		.write = !exec && (esr & ABT_WNR) && !(esr & ABT_CM),
		.exec = exec,
		.present = kind == FSC_PERMISSION,
		/* Nothing of ours makes such entries: the tables themselves are damaged. */
		.reserved = kind == FSC_ADDR_SIZE || kind == FSC_ACCESS_FLAG,
		.code = esr,
	};

	if (ABT_FSC(esr) < 0x10) {
		handle_page_fault(regs, &fault);
		return;
	}
	/* External aborts, alignment, parity: no page table is to blame. */
	pr_alert("Unhandled fault: %s at 0x%016lx\n", fault_status_name(esr), far);
	describe_abort(esr);
	die("Oops", regs, esr);
}

void arm64_sync(struct pt_regs *regs)
{
	unsigned long esr = read_sysreg(esr_el1), far = read_sysreg(far_el1);

	restart_fixup(regs);
	if (ESR_EC(esr) == EC_SOFTSTP_CUR) {
		if (!step_trap(regs))
			die("Oops - Unexpected kernel single-step exception", regs, esr);
		return;
	}
	/* What is told of the exception has been read: the rest may be interrupted if the code could. */
	if (!regs_irqs_disabled(regs))
		arch_irq_enable();
	switch (ESR_EC(esr)) {
	case EC_DABT_CUR:
	case EC_IABT_CUR:
		handle_abort(regs, esr, far);
		return;
	case EC_BRK64:
		if (BRK_IMM(esr) == BUG_BRK_IMM && handle_bug_trap(regs))
			return;
		die("Oops - BRK", regs, esr);
	case EC_PC_ALIGN:
		die("Oops - SP/PC alignment exception", regs, esr);
	case EC_SP_ALIGN:
		die("Oops - SP/PC alignment exception", regs, esr);
	case EC_UNKNOWN:
		die("Oops - Undefined instruction", regs, esr);
	case EC_ILLEGAL_STATE:
		/* The bit would fault again on the way out of here. */
		regs->pstate &= ~(u64)PSR_IL_BIT;
		die("Oops - illegal state", regs, esr);
	default:
		pr_alert("Unhandled 64-bit el1h sync exception on CPU%d, ESR 0x%016lx -- %s\n",
			 raw_smp_processor_id(), esr, esr_class_name(esr));
		die("Oops - bad mode", regs, esr);
	}
}

__irq_entry void arm64_irq(struct pt_regs *regs)
{
	restart_fixup(regs);
	irq_enter_from(regs);
	arm64_handle_irqs();
	irq_exit_to(regs);
}

/* Interrupts are all Group 1 here, so this is a firmware's leftover or a stray. */
void arm64_fiq(struct pt_regs *regs)
{
	restart_fixup(regs);
	pr_crit("Unexpected FIQ on CPU%d\n", raw_smp_processor_id());
	die("Oops - bad mode", regs, 0);
}

/* Asynchronous: the interrupted code need not be the culprit, and what went wrong is not known. */
void arm64_serror(struct pt_regs *regs)
{
	unsigned long esr = read_sysreg(esr_el1);

	restart_fixup(regs);
	pr_crit("SError Interrupt on CPU%d, code 0x%016lx -- %s\n", raw_smp_processor_id(), esr,
		esr_class_name(esr));
	show_regs(regs);
	panic("Asynchronous SError Interrupt");
}

void arm64_stack_overflow(struct pt_regs *regs)
{
	unsigned long esr = read_sysreg(esr_el1), far = read_sysreg(far_el1);

	pr_emerg("Insufficient stack space to handle exception!\n");
	pr_emerg("ESR: 0x%016lx -- %s\n", esr, esr_class_name(esr));
	handle_stack_overflow(regs, ESR_EC(esr) == EC_DABT_CUR ? far : regs->sp);
}

void arm64_bad_vector(struct pt_regs *regs, unsigned int vector)
{
	static const char *const from[] = { "el1t", "el1h", "el0t 64-bit", "el0t 32-bit" };
	static const char *const kind[] = { "sync", "irq", "fiq", "error" };
	unsigned long esr = read_sysreg(esr_el1);

	pr_crit("Unhandled %s %s exception on CPU%d, ESR 0x%016lx -- %s\n", from[vector / 4 % 4],
		kind[vector % 4], raw_smp_processor_id(), esr, esr_class_name(esr));
	show_regs(regs);
	panic("Unhandled exception");
}

void arch_trap_init(unsigned int cpu)
{
	write_sysreg(exception_vectors, vbar_el1);
	arm64_isb();
}

/*
 * Stepping. SPSR.SS makes the ERET run one instruction, MDSCR.SS and a clear D mask then raise the
 * step exception. What the interrupted code had masked is kept per CPU meanwhile; the caller has masked
 * interrupts and leaves them so, so the thread cannot leave the CPU in between.
 * Source: Arm ARM, D2.11 "Software Step exceptions".
 */
static DEFINE_PER_CPU(u64, step_saved_daif);

void arch_single_step(struct pt_regs *regs, bool on)
{
	u64 mdscr = read_sysreg(mdscr_el1);

	if (on) {
		*this_cpu_ptr(&step_saved_daif) = regs->pstate & PSR_DAIF_MASK;
		regs->pstate &= ~(u64)PSR_D_BIT;
		regs->pstate |= PSR_SS_BIT | PSR_I_BIT | PSR_F_BIT | PSR_A_BIT;
		write_sysreg(mdscr | MDSCR_SS | MDSCR_KDE, mdscr_el1);
	} else {
		regs->pstate &= ~(u64)(PSR_SS_BIT | PSR_DAIF_MASK);
		regs->pstate |= *this_cpu_ptr(&step_saved_daif);
		write_sysreg(mdscr & ~(u64)MDSCR_SS, mdscr_el1);
	}
	arm64_isb();
}
