// SPDX-License-Identifier: MIT
/*
 * Interrupts: from vector to the common kernel. The vectors are laid out in <asm/apic.h>.
 *
 * Local interrupts (timer, from other CPUs) are ended before they are handled, since their handlers may
 * leave by way of the scheduler; device interrupts are ended by the line's irq_chip.
 */
#include <linux/cpumask.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/seq_file.h>
#include <linux/irq.h>
#include <arch/smp.h>
#include <arch/trap.h>
#include <asm/apic.h>
#include <asm/io.h>
#include <asm/x86.h>

static DEFINE_PER_CPU(unsigned int, timer_interrupts);
static DEFINE_PER_CPU(unsigned int, apic_errors);
DEFINE_PER_CPU(unsigned int, x86_nmis);

#define PIC1_COMMAND	0x20
#define PIC1_DATA	0x21
#define PIC2_COMMAND	0xa0
#define PIC2_DATA	0xa1

/*
 * The two 8259s are not used. They are moved off the exceptions' vectors first: even a masked one may
 * deliver a spurious interrupt. Source: Intel 8259A data sheet, "Initialization Command Words".
 */
static void __init disable_pics(void)
{
	outb(0x11, PIC1_COMMAND);
	outb(0x11, PIC2_COMMAND);
	outb(VECTOR_PIC, PIC1_DATA);
	outb(VECTOR_PIC + 8, PIC2_DATA);
	outb(4, PIC1_DATA);	/* the second hangs on line 2 */
	outb(2, PIC2_DATA);
	outb(1, PIC1_DATA);
	outb(1, PIC2_DATA);
	outb(0xff, PIC1_DATA);
	outb(0xff, PIC2_DATA);
}

static void show_counts(struct seq_file *p, int prec, const char *name, unsigned int *counts,
			const char *text)
{
	unsigned int cpu;

	seq_printf(p, "%*s: ", prec, name);
	for_each_online_cpu(cpu)
		seq_printf(p, "%10u ", *per_cpu_ptr(counts, cpu));
	seq_printf(p, "  %s\n", text);
}

static void show_local_interrupts(struct seq_file *p, int prec)
{
	show_counts(p, prec, "NMI", &x86_nmis, "Non-maskable interrupts");
	show_counts(p, prec, "LOC", &timer_interrupts, "Local timer interrupts");
	show_counts(p, prec, "AER", &apic_errors, "Local APIC errors");
}

void __init arch_irq_init(void)
{
	arch_show_interrupts = show_local_interrupts;
	disable_pics();
	lapic_init();
	ioapic_init();
}

void arch_irq_init_cpu(unsigned int cpu)
{
	lapic_init_cpu(cpu);
}

__irq_entry void x86_interrupt(struct pt_regs *regs, unsigned int vector)
{
	irq_enter_from(regs);

	switch (vector) {
	case VECTOR_TIMER:
		lapic_eoi();
		this_cpu_inc(timer_interrupts);
		x86_timer_interrupt();
		break;
	case VECTOR_RESCHEDULE:
		lapic_eoi();
		handle_ipi(IPI_RESCHEDULE);
		break;
	case VECTOR_CALL_FUNCTION:
		lapic_eoi();
		handle_ipi(IPI_CALL_FUNCTION);
		break;
	case VECTOR_ERROR:
		lapic_eoi();
		this_cpu_inc(apic_errors);
		break;
	case VECTOR_SPURIOUS:		/* not in service: no end of interrupt */
		break;
	case VECTOR_IRQ0 ... VECTOR_IRQ0 + NR_DEVICE_VECTORS - 1:
		handle_irq(vector - VECTOR_IRQ0);
		break;
	default:
		if (vector >= VECTOR_PIC && vector < VECTOR_PIC + 16)
			break;		/* spurious, from a masked 8259 */
		lapic_eoi();
		pr_warn_ratelimited("irq: no handler for vector %#x\n", vector);
	}

	irq_exit_to(regs);
}
