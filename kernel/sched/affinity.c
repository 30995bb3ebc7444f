// SPDX-License-Identifier: MIT
/*
 * Which CPUs a thread may use, changed at run time.
 *
 * Where the thread is decides what to do:
 *   asleep     its next wakeup looks at the mask; nothing else to do
 *   waiting    it is moved from one queue to the other, here
 *   running    the stopper thread of its CPU takes its place; then it waits, and is moved
 *
 * Locks: p->pi_lock keeps wakeups and other changes out for the whole move; the two queues' locks are
 * taken one after the other, so in between the thread is on neither (on_rq is 0, and who
 * would wake it waits for pi_lock).
 */
#include <linux/bug.h>
#include <linux/cpumask.h>
#include <linux/export.h>
#include <linux/sched.h>
#include <linux/stop_machine.h>
#include "sched.h"

/* p->pi_lock held. Returns false if @p runs: then nothing changed. */
static bool move_if_waiting(struct task_struct *p)
{
	struct rq *from = task_rq_lock(p);
	unsigned int cpu = p->cpu;

	if (!p->on_rq || cpumask_test_cpu(cpu, &p->cpus_mask)) {
		raw_spin_unlock(&from->lock);
		return true;
	}
	if (p->on_cpu) {
		raw_spin_unlock(&from->lock);
		return false;
	}
	dequeue_task(from, p);
	raw_spin_unlock(&from->lock);
	activate_on(p, select_cpu(p, cpu));
	return true;
}

/* In the stopper thread of the CPU that @arg ran on: it was preempted, so it waits now (or sleeps). */
static int move_stopped(void *arg)
{
	struct task_struct *p = arg;
	unsigned long flags;

	raw_spin_lock_irqsave(&p->pi_lock, flags);
	move_if_waiting(p);
	raw_spin_unlock_irqrestore(&p->pi_lock, flags);
	return 0;
}

int set_cpus_allowed_ptr(struct task_struct *p, const struct cpumask *new_mask)
{
	unsigned long flags;
	unsigned int cpu;
	bool done;

	if (!cpumask_intersects(new_mask, cpu_online_mask))
		return -EINVAL;
	if ((p->flags & PF_NO_SETAFFINITY) && p != current)
		return -EINVAL;

	raw_spin_lock_irqsave(&p->pi_lock, flags);
	cpumask_and(&p->cpus_mask, new_mask, cpu_possible_mask);
	p->nr_cpus_allowed = cpumask_weight(&p->cpus_mask);
	done = move_if_waiting(p);
	cpu = task_cpu(p);
	raw_spin_unlock_irqrestore(&p->pi_lock, flags);

	/* It may run on, sleep, and wake elsewhere meanwhile: then the stopper finds nothing to do. */
	while (!done) {
		stop_one_cpu(cpu, move_stopped, p);
		raw_spin_lock_irqsave(&p->pi_lock, flags);
		done = move_if_waiting(p);
		cpu = task_cpu(p);
		raw_spin_unlock_irqrestore(&p->pi_lock, flags);
	}
	return 0;
}
EXPORT_SYMBOL_GPL(set_cpus_allowed_ptr);

/* Before its first wakeup, or where the caller knows that it sleeps. */
void do_set_cpus_allowed(struct task_struct *p, const struct cpumask *new_mask)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&p->pi_lock, flags);
	cpumask_copy(&p->cpus_mask, new_mask);
	p->nr_cpus_allowed = cpumask_weight(new_mask);
	raw_spin_unlock_irqrestore(&p->pi_lock, flags);
}
