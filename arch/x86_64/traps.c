// SPDX-License-Identifier: MIT
/*
 * Exceptions: each CPU's descriptor tables, and what is done about each vector.
 *
 * A CPU has a GDT and a TSS of its own; the IDT is shared. The TSS names three stacks (IST) for the
 * exceptions that may come when the thread's stack cannot be used: double fault (the stack has run
 * into its guard page), NMI and machine check. All gates mask interrupts; an exception's handler
 * gets back the mask of the code that it interrupted, as a call from there would have.
 *
 * Interrupts proper go to irq.c.
 * Source: Intel SDM vol 3A, chapter "Interrupt and Exception Handling".
 */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <arch/boot.h>
#include <arch/cpu.h>
#include <arch/smp.h>
#include <arch/trap.h>
#include <asm/msr.h>
#include <asm/page.h>
#include <asm/segment.h>
#include <paddock/extable.h>
#include <asm/x86.h>

enum vector {
	VEC_DIVIDE = 0,
	VEC_DEBUG = 1,
	VEC_NMI = 2,
	VEC_BREAKPOINT = 3,
	VEC_OVERFLOW = 4,
	VEC_BOUND = 5,
	VEC_OPCODE = 6,
	VEC_NO_FPU = 7,
	VEC_DOUBLE_FAULT = 8,
	VEC_TSS = 10,
	VEC_SEGMENT = 11,
	VEC_STACK = 12,
	VEC_PROTECTION = 13,
	VEC_PAGE_FAULT = 14,
	VEC_FPU = 16,
	VEC_ALIGNMENT = 17,
	VEC_MACHINE_CHECK = 18,
	VEC_SIMD = 19,
	NR_EXCEPTIONS = 32,
};

enum {
	IST_NONE,
	IST_DOUBLE_FAULT,
	IST_NMI,
	IST_MACHINE_CHECK,
	NR_IST = IST_MACHINE_CHECK,
};

/* Linux's words, as its oops lines have them. */
static const char *const exception_names[NR_EXCEPTIONS] = {
	[VEC_DIVIDE] = "divide error",
	[VEC_DEBUG] = "debug",
	[VEC_NMI] = "NMI",
	[VEC_BREAKPOINT] = "int3",
	[VEC_OVERFLOW] = "overflow",
	[VEC_BOUND] = "bounds",
	[VEC_OPCODE] = "invalid opcode",
	[VEC_NO_FPU] = "device not available",
	[VEC_DOUBLE_FAULT] = "double fault",
	[VEC_TSS] = "invalid TSS",
	[VEC_SEGMENT] = "segment not present",
	[VEC_STACK] = "stack segment",
	[VEC_PROTECTION] = "general protection fault",
	[VEC_FPU] = "fpu exception",
	[VEC_ALIGNMENT] = "alignment check",
	[VEC_MACHINE_CHECK] = "machine check",
	[VEC_SIMD] = "simd exception",
};

/* Source: Intel SDM vol 3A, "64-Bit Task State Segment". */
struct tss {
	u32 reserved0;
	u64 rsp[3];
	u64 reserved1;
	u64 ist[7];
	u64 reserved2;
	u16 reserved3, io_map;
} __attribute__((packed));

struct gate {
	u16 offset_low, selector;
	u8 ist, type;
	u16 offset_mid;
	u32 offset_high, reserved;
};

#define GATE_INTERRUPT	0x8e	/* present, DPL 0, 64-bit interrupt gate */

struct table_pointer {
	u16 limit;
	u64 base;
} __attribute__((packed));

#define IST_BYTES	8192

struct cpu_tables {
	u64 gdt[6];
	struct tss tss;
	char ist[NR_IST][IST_BYTES] __attribute__((aligned(16)));
};

static struct cpu_tables boot_cpu_tables;	/* CPU 0 needs its own before there is memory */
static struct cpu_tables *cpu_tables[NR_CPUS] = { &boot_cpu_tables };
static struct gate idt[256] __attribute__((aligned(16)));

extern char trap_stubs[][16];

static void __init idt_init(void)
{
	for (unsigned int v = 0; v < 256; v++) {
		u64 stub = (u64)trap_stubs[v];

		idt[v] = (struct gate){
			.offset_low = stub,
			.offset_mid = stub >> 16,
			.offset_high = stub >> 32,
			.selector = KERNEL_CS,
			.type = GATE_INTERRUPT,
		};
	}
	idt[VEC_DOUBLE_FAULT].ist = IST_DOUBLE_FAULT;
	idt[VEC_NMI].ist = IST_NMI;
	idt[VEC_MACHINE_CHECK].ist = IST_MACHINE_CHECK;
}

int x86_trap_alloc(unsigned int cpu)
{
	if (!cpu_tables[cpu])
		cpu_tables[cpu] = kzalloc(sizeof(struct cpu_tables), GFP_KERNEL);
	return cpu_tables[cpu] ? 0 : -ENOMEM;
}

void arch_trap_init(unsigned int cpu)
{
	struct cpu_tables *t = cpu_tables[cpu];
	u64 tss = (u64)&t->tss;
	struct table_pointer gdtr = { sizeof(t->gdt) - 1, (u64)t->gdt };
	struct table_pointer idtr = { sizeof(idt) - 1, (u64)idt };

	if (cpu == 0)
		idt_init();

	for (unsigned int i = 0; i < NR_IST; i++)
		t->tss.ist[i] = (u64)t->ist[i] + IST_BYTES;
	t->tss.io_map = sizeof(t->tss);

	memcpy(t->gdt, boot_gdt, 4 * sizeof(u64));
	/* Type 9: available 64-bit TSS. Source: Intel SDM vol 3A, "TSS Descriptor in 64-bit mode". */
	t->gdt[KERNEL_TSS / 8] = (sizeof(t->tss) - 1) | (tss & 0xffffff) << 16 | 0x89ull << 40 |
				 (tss >> 24 & 0xff) << 56;
	t->gdt[KERNEL_TSS / 8 + 1] = tss >> 32;

	/* The selectors in CS and SS mean the same in the new table: nothing to reload. */
	asm volatile("lgdt %0" : : "m"(gdtr));
	asm volatile("ltr %w0" : : "r"(KERNEL_TSS));
	asm volatile("lidt %0" : : "m"(idtr));
}

/* ---- What is done about each ---- */

/* Error-code bits. Source: Intel SDM vol 3A, "Interrupt 14: Page-Fault Exception". */
#define PF_PRESENT	(1u << 0)
#define PF_WRITE	(1u << 1)
#define PF_RESERVED	(1u << 3)
#define PF_FETCH	(1u << 4)

static void page_fault(struct pt_regs *regs, unsigned long code, unsigned long addr)
{
	struct fault_info fault = {
		.addr = addr,
		.write = code & PF_WRITE,
		.exec = code & PF_FETCH,
		.present = code & PF_PRESENT,
		.reserved = code & PF_RESERVED,
		.code = code,
	};

	handle_page_fault(regs, &fault);
}

/*
 * A push onto a full stack faults; so does the push of that fault's own frame, and the second one is
 * reported as a double fault, on a stack that works. CR2 then lies just below the stack pointer.
 */
static void double_fault(struct pt_regs *regs, unsigned long code, unsigned long addr)
{
	if (addr - (regs->sp - 2 * PAGE_SIZE) < 3 * PAGE_SIZE)
		handle_stack_overflow(regs, addr);
	die(exception_names[VEC_DOUBLE_FAULT], regs, code);
}

/* A linear address that is not sign-extended from bit 47 faults without a CR2: find it ourselves. */
static void protection_fault(struct pt_regs *regs, unsigned long code)
{
	char what[96];
	unsigned long addr;

	if (fixup_exception(regs))
		return;
	if (code == 0 && x86_insn_address(regs, &addr) == 0 &&
	    (unsigned long)((long)(addr << 16) >> 16) != addr) {
		snprintf(what, sizeof(what), "%s, probably for non-canonical address 0x%lx",
			 exception_names[VEC_PROTECTION], addr);
		die(what, regs, code);
	}
	die(exception_names[VEC_PROTECTION], regs, code);
}

/* ---- Single step ---- */

/*
 * While an instruction is stepped, interrupts are masked, and the mask it will have afterwards waits
 * in RFLAGS.ID: a bit without any function, that travels with the frame and costs no storage.
 * Source: Intel SDM vol 1, "RFLAGS Register": ID can be set and cleared to show that CPUID exists.
 */
#define EFLAGS_ID	(1ul << 21)

void arch_single_step(struct pt_regs *regs, bool on)
{
	if (on) {
		regs->flags &= ~EFLAGS_ID;
		if (regs->flags & X86_EFLAGS_IF)
			regs->flags |= EFLAGS_ID;
		regs->flags &= ~X86_EFLAGS_IF;
		regs->flags |= X86_EFLAGS_TF;
	} else if (regs->flags & X86_EFLAGS_TF) {
		if (regs->flags & EFLAGS_ID)
			regs->flags |= X86_EFLAGS_IF;
		regs->flags &= ~(X86_EFLAGS_TF | EFLAGS_ID);
	}
}

static void debug_trap(struct pt_regs *regs)
{
	unsigned long dr6;

	/* The CPU sets DR6 bits and never clears them. */
	asm volatile("movq %%dr6, %0" : "=r"(dr6));
	asm volatile("movq %0, %%dr6" : : "r"(0xffff0ff0ul));

	arch_single_step(regs, false);
	if (!step_trap(regs))
		die(exception_names[VEC_DEBUG], regs, dr6);
}

/* ---- The one entry ---- */

static void exception(struct pt_regs *regs, unsigned int vector)
{
	unsigned long code = regs->orig_ax == -1ul ? 0 : regs->orig_ax;
	unsigned long cr2 = read_cr2();		/* before anything else can fault */
	bool irqs_were_on = !regs_irqs_disabled(regs);

	regs->orig_ax = -1ul;		/* printed only when it says something */

	switch (vector) {
	case VEC_NMI:
		x86_nmi(regs);
		return;
	case VEC_DOUBLE_FAULT:
		double_fault(regs, code, cr2);
		return;
	case VEC_MACHINE_CHECK:
		die(exception_names[vector], regs, 0);
	case VEC_DEBUG:
		debug_trap(regs);
		return;
	}

	if (irqs_were_on)
		arch_irq_enable();

	switch (vector) {
	case VEC_PAGE_FAULT:
		page_fault(regs, code, cr2);
		break;
	case VEC_OPCODE:
		if (!handle_bug_trap(regs))
			die(exception_names[vector], regs, code);
		break;
	case VEC_PROTECTION:
	case VEC_STACK:		/* the same, for addresses based on %rsp and %rbp */
		protection_fault(regs, code);
		break;
	default:
		die(exception_names[vector] ?: "unknown exception", regs, code);
	}

	arch_irq_disable();	/* until IRET puts back what was */
}

void trap_dispatch(struct pt_regs *regs, unsigned int vector)
{
	/* First: a handler may use the very magazine that the interrupted code was popping from. */
	restart_fixup(regs);
	if (vector >= NR_EXCEPTIONS)
		x86_interrupt(regs, vector);
	else
		exception(regs, vector);
}
