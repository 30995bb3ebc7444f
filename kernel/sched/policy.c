// SPDX-License-Identifier: MIT
/*
 * Priorities: a thread's policy and nice value become its level. With them what others ask of the scheduler: who
 * runs, how much was switched, how long a CPU idled, may one sleep here.
 *
 * Locks: p->pi_lock, then the lock of the queue, for a change. The questions take none: an answer is
 * old at once anyway.
 */
#include <linux/bug.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <arch/time.h>
#include <paddock/sched.h>
#include "sched.h"

static unsigned int nice_level(int nice)
{
	return LEVEL_NORMAL + 20 + nice;
}

/* ---- Priorities ---- */

static void change_level(struct task_struct *p, unsigned int policy, unsigned int rt_priority, int nice)
{
	unsigned long flags;
	struct rq *rq;
	bool queued;

	raw_spin_lock_irqsave(&p->pi_lock, flags);
	rq = task_rq_lock(p);
	queued = !list_empty(&p->run_list);
	if (queued)
		queue_remove(rq, p);
	p->policy = policy;
	p->rt_priority = rt_priority;
	p->static_prio = 120 + nice;
	if (policy == SCHED_FIFO)
		p->prio = LEVEL_FIFO + (MAX_RT_PRIO - 1 - rt_priority) * 16 / MAX_RT_PRIO;
	else
		p->prio = nice_level(nice);
	if (p->epoch - rq->epoch > 1)
		p->epoch = rq->epoch;
	p->slice_ns = sched_full_slice(p);
	if (queued)
		queue_insert(rq, p, false);
	if (p->on_rq)
		resched_curr(rq);
	raw_spin_unlock(&rq->lock);
	raw_spin_unlock_irqrestore(&p->pi_lock, flags);
}

void set_user_nice(struct task_struct *p, long nice)
{
	change_level(p, p->policy, p->rt_priority, clamp_t(long, nice, MIN_NICE, MAX_NICE));
}
EXPORT_SYMBOL(set_user_nice);

void sched_set_fifo(struct task_struct *p)
{
	change_level(p, SCHED_FIFO, MAX_RT_PRIO / 2, task_nice(p));
}
EXPORT_SYMBOL_GPL(sched_set_fifo);

void sched_set_fifo_low(struct task_struct *p)
{
	change_level(p, SCHED_FIFO, 1, task_nice(p));
}
EXPORT_SYMBOL_GPL(sched_set_fifo_low);

void sched_set_normal(struct task_struct *p, int nice)
{
	change_level(p, SCHED_NORMAL, 0, nice);
}
EXPORT_SYMBOL_GPL(sched_set_normal);

/* ---- Questions ---- */

int task_curr(const struct task_struct *p)
{
	return cpu_rq(task_cpu(p))->curr == p;
}

int idle_cpu(int cpu)
{
	struct rq *rq = cpu_rq(cpu);

	return READ_ONCE(rq->curr) == rq->idle && !READ_ONCE(rq->nr_running);
}

u64 nr_context_switches(void)
{
	unsigned int cpu;
	u64 sum = 0;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(cpu_rq(cpu)->nr_switches);
	return sum;
}

unsigned int nr_running(void)
{
	unsigned int cpu, sum = 0;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(cpu_rq(cpu)->nr_running);
	return sum;
}

u64 cpu_idle_ns(unsigned int cpu)
{
	struct rq *rq = cpu_rq(cpu);
	u64 ns = READ_ONCE(rq->idle_ns);

	if (cpu_online(cpu) && READ_ONCE(rq->curr) == rq->idle)
		ns += arch_clock_ns() - READ_ONCE(rq->idle_since);
	return ns;
}

u64 sched_clock(void)
{
	return arch_clock_ns();
}
EXPORT_SYMBOL_GPL(sched_clock);

u64 local_clock(void)
{
	return arch_clock_ns();
}
EXPORT_SYMBOL(local_clock);

/* ---- might_sleep() ---- */

static void sleep_bug(const char *file, int line)
{
	static unsigned long last_report;
	unsigned long now = jiffies;

	/* One report a second: such a bug is often in a loop. */
	if (last_report && time_before(now, last_report + HZ))
		return;
	last_report = now;
	pr_err("BUG: sleeping function called from invalid context at %s:%d\n", file, line);
	pr_err("in_atomic(): %d, irqs_disabled(): %d, non_block: 0, pid: %d, name: %s\n",
	       in_atomic(), irqs_disabled(), current->pid, current->comm);
	pr_err("preempt_count: %x, expected: 0\n", preempt_count());
	dump_stack();
}

void __might_sleep(const char *file, int line)
{
	if (likely(preemptible()) || system_state == SYSTEM_BOOTING || is_idle_task(current) ||
	    system_state > SYSTEM_RUNNING || oops_in_progress)
		return;
	sleep_bug(file, line);
}
EXPORT_SYMBOL(__might_sleep);

void __might_resched(const char *file, int line, unsigned int offsets)
{
	__might_sleep(file, line);
}
EXPORT_SYMBOL(__might_resched);
