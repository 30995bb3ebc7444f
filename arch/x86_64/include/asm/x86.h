/* SPDX-License-Identifier: MIT */
/* What the files of arch/x86_64, boot/x86_64 and x86's drivers share among themselves. */
#pragma once

#include <linux/types.h>

struct pt_regs;

/* ---- boot/x86_64 ---- */
extern u64 boot_gdt[];
extern char trampoline[], trampoline_end[];
extern u32 boot_trampoline_pa;	/* a page of RAM below 1 MiB, nobody's; 0: there is none */

extern u64 boot_efi_system_table;	/* physical; 0: not started by UEFI */

/* ---- traps.c ---- */
/* From entry.S, for every vector; interrupts masked. */
void trap_dispatch(struct pt_regs *regs, unsigned int vector);
/* Memory for the descriptor tables and exception stacks of a CPU about to start: 0 or -ENOMEM. */
int x86_trap_alloc(unsigned int cpu);

/* ---- irq.c ---- */
void x86_interrupt(struct pt_regs *regs, unsigned int vector);
extern unsigned int x86_nmis;	/* per CPU; for /proc/interrupts */

/* ---- smp.c ---- */
/* Copies the code that other CPUs start in to low memory. Context: on the early page tables. */
void x86_trampoline_init(void);
void x86_nmi(struct pt_regs *regs);

/* ---- shootdown.c ---- */
/* From the NMI handler: was it a request to drop a translation? Then it is done. */
bool x86_shootdown_nmi(unsigned int cpu);

/* ---- time.c ---- */
void x86_timer_interrupt(void);

/* ---- drivers ---- */
void ioapic_init(void);
void uart8250_init(void);	/* input by interrupt; output works from arch_early_console_init() on */
void smbios_init_early(void);	/* on the early page tables */

/* ---- insn.c ---- */
struct insn_access;
struct x86_operand {
	unsigned long addr;	/* of the memory operand, without segment base */
	bool gs;		/* this CPU's per-CPU offset is to be added */
};
/*
 * x86_decode_access - the decoder: @len bytes of @code, registers as before the instruction (ip: its
 * address). Of an instruction with two memory operands, the one that holds @addr counts.
 * Returns: 0, with *out and *operand; or -ENOENT when it is not known or touches no memory by an operand.
 */
int x86_decode_access(const u8 *code, size_t len, const struct pt_regs *regs, unsigned long addr,
		      struct insn_access *out, struct x86_operand *operand);

/* ---- regs.c ---- */
/*
 * x86_insn_address - the effective address of the memory operand of the instruction at regs_pc().
 * Returns: 0, or -ENOENT when the instruction is not known or has none.
 */
int x86_insn_address(const struct pt_regs *regs, unsigned long *addr);

/* ---- cpu.c ---- */
/* CPUID's answers that several files ask for; valid after arch_early_init(). */
extern struct x86_features {
	bool x2apic, tsc_deadline, tsc_invariant, rdrand, rdseed, hypervisor;
	u32 max_leaf, max_ext_leaf;
} x86_features;
/* The APIC id of the CPU that asks, by CPUID: needs no APIC driver. */
u32 x86_own_apic_id(void);
