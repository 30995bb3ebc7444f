// SPDX-License-Identifier: MIT
/*
 * Interrupt lines, as drivers use them: request and free, disable, enable and wait. What happens when an interrupt
 * comes, and the locks, are in irq.c.
 */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include "deferred_find.h"
#include "irq_internal.h"

/* ---- Disable, enable, wait ---- */

bool synchronize_hardirq(unsigned int irq)
{
	struct irq_desc *desc = irq_to_desc(irq);

	if (desc)
		while (READ_ONCE(desc->in_progress))
			arch_cpu_relax();
	smp_mb();
	return true;
}
EXPORT_SYMBOL(synchronize_hardirq);

void synchronize_irq(unsigned int irq)
{
	synchronize_hardirq(irq);
}
EXPORT_SYMBOL(synchronize_irq);

void disable_irq_nosync(unsigned int irq)
{
	struct irq_desc *desc = irq_to_desc(irq);
	unsigned long flags;

	if (!desc || !desc->irq_data.chip)
		return;
	raw_spin_lock_irqsave(&desc->lock, flags);
	if (!desc->depth++)
		irq_mask(desc);
	raw_spin_unlock_irqrestore(&desc->lock, flags);
}
EXPORT_SYMBOL(disable_irq_nosync);

void disable_irq(unsigned int irq)
{
	disable_irq_nosync(irq);
	synchronize_irq(irq);
}
EXPORT_SYMBOL(disable_irq);

bool disable_hardirq(unsigned int irq)
{
	disable_irq_nosync(irq);
	return synchronize_hardirq(irq);
}
EXPORT_SYMBOL_GPL(disable_hardirq);

void enable_irq(unsigned int irq)
{
	struct irq_desc *desc = irq_to_desc(irq);
	unsigned long flags;
	bool again = false;

	if (!desc || !desc->irq_data.chip)
		return;
	raw_spin_lock_irqsave(&desc->lock, flags);
	if (!desc->depth) {
		WARN(1, "Unbalanced enable for IRQ %u\n", irq);
	} else if (!--desc->depth && desc->action) {
		irq_unmask(desc);
		again = desc->pending && !(desc->irq_data.type & IRQ_TYPE_LEVEL_MASK);
		desc->pending = false;
	}
	raw_spin_unlock_irqrestore(&desc->lock, flags);
	if (again)	/* an edge that came while it was off */
		generic_handle_irq(irq);
}
EXPORT_SYMBOL(enable_irq);

/* ---- Request and free ---- */

static irqreturn_t only_wake_thread(int irq, void *dev_id)
{
	return IRQ_WAKE_THREAD;
}

static int handler_thread(void *arg)
{
	struct irqaction *a = arg;

	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (kthread_should_stop())
			break;
		if (!test_and_clear_bit(0, &a->thread_wanted)) {
			schedule();
			continue;
		}
		__set_current_state(TASK_RUNNING);
		a->thread_fn(a->irq, a->dev_id);
		if (a->flags & IRQF_ONESHOT)
			enable_irq(a->irq);
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

static irqreturn_t oneshot_handler(int irq, void *dev_id)
{
	disable_irq_nosync(irq);	/* until the thread has been there */
	return IRQ_WAKE_THREAD;
}

static unsigned int highest_used;	/* no line above it ever had a handler; only grows, for irqs_find() */

/* Put @a on the line; lock held. */
static int add_action(struct irq_desc *desc, struct irqaction *a)
{
	unsigned int irq = desc - irq_descs, seen = READ_ONCE(highest_used);
	struct irqaction **tail = &desc->action;

	if (desc->action && !(desc->action->flags & a->flags & IRQF_SHARED))
		return -EBUSY;
	if (!desc->action && (a->flags & IRQF_TRIGGER_MASK)) {
		int err = irq_set_type_locked(desc, a->flags & IRQF_TRIGGER_MASK);

		if (err)
			return err;
	}
	while (*tail)
		tail = &(*tail)->next;
	*tail = a;
	while (irq > seen && !try_cmpxchg(&highest_used, &seen, irq))
		;
	if (desc->action == a && !(a->flags & IRQF_NO_AUTOEN)) {
		struct irq_chip *chip = desc->irq_data.chip;

		desc->depth = 0;
		desc->pending = false;
		desc->unhandled = 0;
		cpumask_setall(&desc->irq_data.affinity);
		if (chip->irq_startup)
			chip->irq_startup(&desc->irq_data);
		else
			irq_unmask(desc);
	}
	return 0;
}

int request_threaded_irq(unsigned int irq, irq_handler_t handler, irq_handler_t thread_fn,
			 unsigned long irqflags, const char *name, void *dev_id)
{
	struct irq_desc *desc = irq_to_desc(irq);
	struct irqaction *a;
	unsigned long flags;
	int err;

	if (!desc || !desc->irq_data.chip || (!handler && !thread_fn) ||
	    ((irqflags & IRQF_SHARED) && !dev_id))
		return -EINVAL;
	a = kzalloc(sizeof(*a), GFP_KERNEL);
	if (!a)
		return -ENOMEM;
	if (!desc->kstat_irqs)
		desc->kstat_irqs = alloc_percpu(unsigned int);
	a->irq = irq;
	a->handler = handler ? handler : irqflags & IRQF_ONESHOT ? oneshot_handler : only_wake_thread;
	a->thread_fn = thread_fn;
	a->flags = handler ? irqflags & ~IRQF_ONESHOT : irqflags;
	a->name = name;
	a->dev_id = dev_id;
	if (thread_fn) {
		a->thread = kthread_run(handler_thread, a, "irq/%u-%s", irq, name);
		if (IS_ERR(a->thread)) {
			err = PTR_ERR(a->thread);
			kfree(a);
			return err;
		}
	}
	raw_spin_lock_irqsave(&desc->lock, flags);
	err = add_action(desc, a);
	raw_spin_unlock_irqrestore(&desc->lock, flags);
	if (err) {
		if (a->thread)
			kthread_stop(a->thread);
		kfree(a);
	}
	return err;
}
EXPORT_SYMBOL(request_threaded_irq);

const void *free_irq(unsigned int irq, void *dev_id)
{
	struct irq_desc *desc = irq_to_desc(irq);
	struct irqaction **pp, *a;
	unsigned long flags;
	const char *name;

	if (!desc)
		return NULL;
	raw_spin_lock_irqsave(&desc->lock, flags);
	for (pp = &desc->action; (a = *pp) && a->dev_id != dev_id; )
		pp = &a->next;
	if (!a) {
		raw_spin_unlock_irqrestore(&desc->lock, flags);
		WARN(1, "Trying to free already-free IRQ %u\n", irq);
		return NULL;
	}
	*pp = a->next;
	if (!desc->action) {
		desc->depth = 1;
		if (desc->irq_data.chip->irq_shutdown)
			desc->irq_data.chip->irq_shutdown(&desc->irq_data);
		else
			irq_mask(desc);
	}
	raw_spin_unlock_irqrestore(&desc->lock, flags);
	synchronize_hardirq(irq);
	if (a->thread)
		kthread_stop(a->thread);
	name = a->name;
	kfree(a);
	return name;
}
EXPORT_SYMBOL(free_irq);

/* ---- What belongs to a module's text; see deferred.c ---- */

bool irqs_find(unsigned long start, unsigned long end, struct deferred *out, unsigned int skip)
{
	unsigned int irq;

	for (irq = 0; irq <= READ_ONCE(highest_used); irq++) {
		struct irqaction *a;
		bool found = false;

		if (!READ_ONCE(irq_descs[irq].action))
			continue;
		raw_spin_lock_irq(&irq_descs[irq].lock);
		for (a = irq_descs[irq].action; a && !found; a = a->next) {
			unsigned long fn = (unsigned long)a->handler, tfn = (unsigned long)a->thread_fn;

			if (!(fn >= start && fn < end) && !(tfn >= start && tfn < end))
				continue;
			if (skip--)
				continue;
			found = true;
			out->function = fn >= start && fn < end ? fn : tfn;
			out->object = a->dev_id;
			out->irq = irq;
			snprintf(out->detail, sizeof(out->detail), "irq %u (%s)", irq, a->name);
		}
		raw_spin_unlock_irq(&irq_descs[irq].lock);
		if (found)
			return true;
	}
	return false;
}
