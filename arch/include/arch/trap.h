/* SPDX-License-Identifier: MIT */
/*
 * What a processor must give for exceptions: the saved registers, what a fault was about,
 * and the entry points that it calls in the common kernel.
 */
#pragma once

#include <linux/types.h>
#include <asm/ptrace.h>		/* struct pt_regs, with the field names that Linux gives it */

/* Reading and changing the saved state; inline, in <asm/ptrace.h>. */
static inline unsigned long regs_pc(const struct pt_regs *regs);
static inline void regs_set_pc(struct pt_regs *regs, unsigned long pc);
static inline unsigned long regs_sp(const struct pt_regs *regs);
static inline unsigned long regs_fp(const struct pt_regs *regs);
static inline bool regs_irqs_disabled(const struct pt_regs *regs);
/* Where a function returns to, at its first instruction; elsewhere anything. Does not fault. */
unsigned long regs_return_address(const struct pt_regs *regs);

/* What a memory fault was about. */
struct fault_info {
	unsigned long addr;	/* the address touched (CR2, FAR_EL1) */
	bool write;
	bool exec;		/* an instruction fetch */
	bool present;		/* the page was there: a permission fault, not a missing page */
	bool reserved;		/* a malformed table entry was met: the tables are corrupt */
	unsigned long code;	/* raw error code or ESR, for the oops line */
};

/* arch_trap_init - install the vectors on this CPU. Context: once per CPU, interrupts masked. */
void arch_trap_init(unsigned int cpu);

/*
 * arch_show_regs - print the registers as Linux does on this architecture (KERN_DEFAULT).
 * Context: any, oops included: takes no lock but printk's.
 */
void arch_show_regs(const struct pt_regs *regs);

/*
 * arch_show_oops_code - print the instructions at the program counter where Linux has them only in an oops, at its end (arm64).
 * Context: as arch_show_regs(), which prints them in any report on x86_64; there this prints nothing.
 */
void arch_show_oops_code(const struct pt_regs *regs);

/*
 * arch_describe_fault - print the head of a memory fault's oops, KERN_ALERT, as Linux does here:
 *   x86_64  "BUG: kernel NULL pointer dereference, address: %016lx" (below one page) or
 *           "BUG: unable to handle page fault for address: %px", then "#PF: supervisor write
 *           access in kernel mode", "#PF: error_code(0x0002) - not-present page", "PGD 0 P4D 0 "
 *   arm64   "Unable to handle kernel NULL pointer dereference at virtual address %016lx" or
 *           "Unable to handle kernel paging request at virtual address %016lx", then
 *           "Mem abort info:", "  ESR = 0x…" and its lines
 * Returns: the word for die(): "Oops". (die() itself puts arm64's "Internal error: " in front.)
 * Context: any; takes no lock but printk's.
 */
const char *arch_describe_fault(const struct pt_regs *regs, const struct fault_info *fault);

/*
 * arch_single_step - run the one instruction at regs_pc() after the return from this exception,
 * interrupts masked, then call step_trap(regs) below.
 * Context: exception handlers. Used by KFENCE to let one access through and close the page again.
 */
void arch_single_step(struct pt_regs *regs, bool on);

/*
 * arch_probe_read/write - copy 1, 2, 4 or 8 bytes; returns 0, or -EFAULT when the access faults
 * (the fault handler finds the instruction in the exception table, section __ex_table).
 * Context: any.
 */
int arch_probe_read(void *dst, const void *src, unsigned int size_bytes);
int arch_probe_write(void *dst, const void *src, unsigned int size_bytes);

/*
 * arch_frameless_caller - who called the function at regs_pc(), if that has made no stack frame.
 *
 * Compilers leave the frame out of functions that call nothing (memcpy, strlen and other favourites of
 * bad pointers), so the chain from regs_fp() would begin with the caller's caller. The return address
 * is where such a function must still have it; that it is one is seen from the call before it.
 * Context: any. Returns: the return address, or 0: the function has a frame, or one cannot tell.
 */
unsigned long arch_frameless_caller(const struct pt_regs *regs);

/*
 * One memory access, decoded from the instruction at regs_pc().
 */
struct insn_access {
	u8 size_bytes;		/* 0: unknown */
	bool write, read;
	bool has_value;		/* value is what is (to be) stored */
	u64 value;
	char base[8];		/* base register's name as the assembler writes it, "" if none */
	char text[48];		/* the instruction, as far as the decoder knows it: "mov %eax,(%rdi)" */
};

/*
 * arch_decode_access - what the instruction at regs_pc() does to memory at @addr.
 * Returns: 0, or -ENOENT when the instruction is not one that the decoder knows.
 * Context: any; reads the code with arch_probe_read().
 */
int arch_decode_access(const struct pt_regs *regs, unsigned long addr, struct insn_access *out);

/* ---- Called by the architecture, implemented by the common kernel ---- */

/* mm/fault.c: handle a kernel memory fault. Returns: resume at regs_pc(). Does not return if fatal. */
void handle_page_fault(struct pt_regs *regs, const struct fault_info *fault);
/* kernel/oops.c: BUG() or WARN() trapped at regs_pc(). False: not one of ours, treat as undefined opcode. */
bool handle_bug_trap(struct pt_regs *regs);
/* mm/fault.c: the step asked for with arch_single_step() is done. False: nobody asked. */
bool step_trap(struct pt_regs *regs);
/*
 * kernel/oops.c: report an exception that nothing handles, then end the thread (or panic in
 * interrupt context, or with panic_on_oops). First line: "<what>: <code %04lx> [#n] SMP".
 */
void __attribute__((noreturn)) die(const char *what, struct pt_regs *regs, unsigned long code);
/* kernel/oops.c: a kernel stack overflowed into its guard page; runs on a stack of its own. */
void __attribute__((noreturn)) handle_stack_overflow(struct pt_regs *regs, unsigned long addr);

/*
 * kernel/irq.c: bracket for every interrupt (device, timer, cross-call):
 *   irq_enter_from(regs)  counts: what runs now is no thread
 *   irq_exit_to(regs)     runs softirq-like work, and preempts when allowed
 * Before it, and first thing in every exception, the architecture calls restart_fixup(regs).
 */
void irq_enter_from(struct pt_regs *regs);
void irq_exit_to(struct pt_regs *regs);
void handle_irq(unsigned int irq);		/* a device interrupt, Linux irq number */
void handle_timer_interrupt(void);		/* this CPU's deadline passed */
void handle_ipi(unsigned int kind);		/* enum ipi_kind */
struct pt_regs *get_irq_regs(void);

/* kernel/restart.c: if the program counter lies inside a restartable sequence, set it to its start. */
void restart_fixup(struct pt_regs *regs);
