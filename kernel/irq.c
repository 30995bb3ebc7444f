// SPDX-License-Identifier: MIT
/*
 * Interrupt lines: descriptors and flow handlers. What drivers call (request, free, disable, enable) is in irq_request.c.
 *
 * A line (struct irq_desc) knows its controller (irq_chip), the way its interrupts are acknowledged (the flow
 * handler) and its handlers. The architecture's vector calls irq_enter_from(), handle_irq(), irq_exit_to().
 *
 * Locks: desc->lock, taken in interrupts; the handlers run without it. in_progress counts CPUs that run them,
 * so that free_irq() can wait. Handlers of one line run on one CPU at a time; an interrupt that comes
 * meanwhile is remembered in pending.
 */
#include <linux/export.h>
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/smp.h>
#include <arch/smp.h>
#include <paddock/init.h>
#include <paddock/irq.h>
#include <paddock/rcu.h>
#include <paddock/sched.h>
#include "irq_internal.h"

#define MAX_UNHANDLED 99900	/* in a row, as in Linux: then the line is shut off */

unsigned int nr_irqs = NR_IRQS;
struct irq_desc irq_descs[NR_IRQS] = {
	[0 ... NR_IRQS - 1] = { .lock = __RAW_SPIN_LOCK_UNLOCKED(lock), .depth = 1 },
};

static DEFINE_PER_CPU(struct pt_regs *, irq_regs);
static DEFINE_PER_CPU(unsigned int, ipi_counts[NR_IPI_KINDS]);
static atomic_t spurious = ATOMIC_INIT(0);
void (*arch_show_interrupts)(struct seq_file *p, int prec);

/* ---- Entry and exit ---- */

struct pt_regs *get_irq_regs(void)
{
	return __this_cpu_read(irq_regs);
}

/* The vector has called restart_fixup() before anything that may allocate. */
void irq_enter_from(struct pt_regs *regs)
{
	preempt_count_add(HARDIRQ_OFFSET);
	if (__this_cpu_read(rcu_idle))
		rcu_idle_exit();
	__this_cpu_write(irq_regs, regs);
}

void irq_exit_to(struct pt_regs *regs)
{
	preempt_count_sub(HARDIRQ_OFFSET);
	if (!in_interrupt())
		do_softirq();
	/* Only from outermost, preemptible code; the idle thread keeps preemption off and switches itself. */
	if (!preempt_count() && need_resched() && !regs_irqs_disabled(regs))
		preempt_schedule_irq();
}

/* ---- Descriptors ---- */

struct irq_desc *irq_to_desc(unsigned int irq)
{
	return irq < NR_IRQS ? &irq_descs[irq] : NULL;
}

struct irq_data *irq_get_irq_data(unsigned int irq)
{
	struct irq_desc *desc = irq_to_desc(irq);

	return desc ? &desc->irq_data : NULL;
}

void irq_set_chip_and_handler_name(unsigned int irq, struct irq_chip *chip, irq_flow_handler_t handle,
				   const char *name)
{
	struct irq_desc *desc = irq_to_desc(irq);

	if (WARN_ON(!desc))
		return;
	desc->irq_data.irq = irq;
	if (!desc->irq_data.hwirq)
		desc->irq_data.hwirq = irq;
	desc->irq_data.chip = chip;
	desc->handle_irq = handle;
}

int irq_set_chip_data(unsigned int irq, void *data)
{
	struct irq_desc *desc = irq_to_desc(irq);

	if (!desc)
		return -EINVAL;
	desc->irq_data.chip_data = data;
	return 0;
}

int irq_set_hwirq(unsigned int irq, unsigned long hwirq)
{
	struct irq_desc *desc = irq_to_desc(irq);

	if (!desc)
		return -EINVAL;
	desc->irq_data.hwirq = hwirq;
	return 0;
}

int irq_set_percpu_devid(unsigned int irq)
{
	struct irq_desc *desc = irq_to_desc(irq);

	if (!desc)
		return -EINVAL;
	desc->percpu = true;
	return 0;
}

int irq_set_type_locked(struct irq_desc *desc, unsigned int type)
{
	int err = 0;

	if (desc->irq_data.chip->irq_set_type)
		err = desc->irq_data.chip->irq_set_type(&desc->irq_data, type);
	if (err >= 0)
		desc->irq_data.type = type;
	return err < 0 ? err : 0;
}

int irq_set_irq_type(unsigned int irq, unsigned int type)
{
	struct irq_desc *desc = irq_to_desc(irq);
	unsigned long flags;
	int err;

	if (!desc || !desc->irq_data.chip)
		return -EINVAL;
	raw_spin_lock_irqsave(&desc->lock, flags);
	err = irq_set_type_locked(desc, type & IRQ_TYPE_SENSE_MASK);
	raw_spin_unlock_irqrestore(&desc->lock, flags);
	return err;
}
EXPORT_SYMBOL(irq_set_irq_type);

int irq_set_affinity(unsigned int irq, const struct cpumask *mask)
{
	struct irq_desc *desc = irq_to_desc(irq);
	unsigned long flags;
	int err = -EIO;

	if (!desc || !desc->irq_data.chip || !cpumask_intersects(mask, cpu_online_mask))
		return -EINVAL;
	raw_spin_lock_irqsave(&desc->lock, flags);
	if (desc->irq_data.chip->irq_set_affinity)
		err = desc->irq_data.chip->irq_set_affinity(&desc->irq_data, mask, false);
	if (err >= 0)
		cpumask_copy(&desc->irq_data.affinity, mask);
	raw_spin_unlock_irqrestore(&desc->lock, flags);
	return err < 0 ? err : 0;
}
EXPORT_SYMBOL_GPL(irq_set_affinity);

static void irq_ack(struct irq_desc *desc)
{
	struct irq_chip *chip = desc->irq_data.chip;

	if (chip->irq_ack)
		chip->irq_ack(&desc->irq_data);
}

static void irq_eoi(struct irq_desc *desc)
{
	struct irq_chip *chip = desc->irq_data.chip;

	if (chip->irq_eoi)
		chip->irq_eoi(&desc->irq_data);
}

/* ---- Flow ---- */

static void wake_handler_thread(struct irqaction *a)
{
	set_bit(0, &a->thread_wanted);
	if (a->thread)
		wake_up_process(a->thread);
}

static irqreturn_t run_handlers(struct irq_desc *desc)
{
	irqreturn_t all = IRQ_NONE;
	struct irqaction *a;

	if (desc->kstat_irqs)
		(*this_cpu_ptr(desc->kstat_irqs))++;
	for (a = desc->action; a; a = a->next) {
		irqreturn_t one = a->handler(a->irq, a->dev_id);

		if (WARN_ONCE(!irqs_disabled(), "irq %u handler %pS enabled interrupts\n", a->irq, a->handler))
			local_irq_disable();
		if (one == IRQ_WAKE_THREAD)
			wake_handler_thread(a);
		all |= one;
	}
	return all;
}

/* A line that fires and nobody owns would starve the CPU. */
static void note_result(struct irq_desc *desc, irqreturn_t result)
{
	if (result != IRQ_NONE) {
		desc->unhandled = 0;
		return;
	}
	atomic_inc(&spurious);
	if (++desc->unhandled < MAX_UNHANDLED)
		return;
	pr_err("irq %u: nobody cared\nDisabling IRQ #%u\n", desc->irq_data.irq, desc->irq_data.irq);
	desc->depth++;
	irq_mask(desc);
}

/* The handlers, again while the line fires meanwhile; lock held, dropped around them. */
static void handle_event(struct irq_desc *desc)
{
	if (desc->in_progress || desc->depth || !desc->action) {
		desc->pending = true;
		if (desc->depth)
			irq_mask(desc);
		return;
	}
	desc->in_progress = 1;
	do {
		irqreturn_t result;

		desc->pending = false;
		raw_spin_unlock(&desc->lock);
		result = run_handlers(desc);
		raw_spin_lock(&desc->lock);
		note_result(desc, result);
	} while (desc->pending && !desc->depth);
	desc->in_progress = 0;
}

void handle_fasteoi_irq(struct irq_desc *desc)
{
	raw_spin_lock(&desc->lock);
	handle_event(desc);
	irq_eoi(desc);
	raw_spin_unlock(&desc->lock);
}

void handle_level_irq(struct irq_desc *desc)
{
	raw_spin_lock(&desc->lock);
	irq_mask(desc);
	irq_ack(desc);
	handle_event(desc);
	desc->pending = false;		/* a level is still there, or is gone */
	if (!desc->depth)
		irq_unmask(desc);
	irq_eoi(desc);
	raw_spin_unlock(&desc->lock);
}

void handle_edge_irq(struct irq_desc *desc)
{
	raw_spin_lock(&desc->lock);
	irq_ack(desc);
	handle_event(desc);
	irq_eoi(desc);
	raw_spin_unlock(&desc->lock);
}

void handle_simple_irq(struct irq_desc *desc)
{
	raw_spin_lock(&desc->lock);
	handle_event(desc);
	raw_spin_unlock(&desc->lock);
}

void handle_percpu_irq(struct irq_desc *desc)
{
	irq_ack(desc);
	run_handlers(desc);
	irq_eoi(desc);
}

void handle_bad_irq(struct irq_desc *desc)
{
	atomic_inc(&spurious);
	pr_err_ratelimited("unexpected IRQ trap at irq %02x\n", desc->irq_data.irq);
}

void handle_irq(unsigned int irq)
{
	struct irq_desc *desc = irq_to_desc(irq);

	if (desc && desc->handle_irq)
		desc->handle_irq(desc);
	else
		atomic_inc(&spurious);
}

void generic_handle_irq(unsigned int irq)
{
	unsigned long flags;

	local_irq_save(flags);
	handle_irq(irq);
	local_irq_restore(flags);
}
EXPORT_SYMBOL_GPL(generic_handle_irq);

void __init irq_init(void)
{
	softirq_init();
	arch_irq_init();
	arch_irq_init_cpu(0);
}

/* ---- /proc/interrupts ---- */

void irq_count_ipi(unsigned int kind)
{
	if (kind < NR_IPI_KINDS)
		(*this_cpu_ptr(&ipi_counts[kind]))++;
}

static void show_line(struct seq_file *m, struct irq_desc *desc)
{
	struct irqaction *a;
	unsigned int cpu;

	seq_printf(m, "%3u: ", desc->irq_data.irq);
	for_each_online_cpu(cpu)
		seq_printf(m, "%10u ", desc->kstat_irqs ? *per_cpu_ptr(desc->kstat_irqs, cpu) : 0);
	seq_printf(m, " %8s %4lu-%s", desc->irq_data.chip->name ?: "-", desc->irq_data.hwirq,
		   desc->irq_data.type & IRQ_TYPE_LEVEL_MASK ? "level" : "edge");
	raw_spin_lock_irq(&desc->lock);
	for (a = desc->action; a; a = a->next)
		seq_printf(m, "%s %s", a == desc->action ? "     " : ",", a->name);
	raw_spin_unlock_irq(&desc->lock);
	seq_putc(m, '\n');
}

int show_interrupts(struct seq_file *m, void *v)
{
	static const char *const kinds[NR_IPI_KINDS][2] = {
		[IPI_RESCHEDULE] = { "RES", "Rescheduling interrupts" },
		[IPI_CALL_FUNCTION] = { "CAL", "Function call interrupts" },
		[IPI_STOP] = { "STP", "CPU stop interrupts" },
	};
	unsigned int i, cpu;

	seq_puts(m, "    ");
	for_each_online_cpu(cpu)
		seq_printf(m, "       CPU%-3u", cpu);
	seq_putc(m, '\n');
	for (i = 0; i < NR_IRQS; i++)
		if (irq_descs[i].action)
			show_line(m, &irq_descs[i]);
	for (i = 0; i < NR_IPI_KINDS; i++) {
		seq_printf(m, "%3s: ", kinds[i][0]);
		for_each_online_cpu(cpu)
			seq_printf(m, "%10u ", per_cpu(ipi_counts[i], cpu));
		seq_printf(m, "  %s\n", kinds[i][1]);
	}
	if (arch_show_interrupts)
		arch_show_interrupts(m, 3);
	seq_printf(m, "ERR: %10d\n", atomic_read(&spurious));
	return 0;
}
