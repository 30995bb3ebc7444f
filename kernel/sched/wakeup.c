// SPDX-License-Identifier: MIT
/*
 * Waking threads. How a sleeper and its waker cannot miss each other is told in core.c.
 *
 * Locks: p->pi_lock keeps other wakers and changes of affinity out; then the lock of the queue.
 */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include "sched.h"

/*
 * @p is still on its queue: it runs, or was preempted on its way to sleep. Setting its state
 * back is all it takes.
 */
static bool wake_on_queue(struct task_struct *p)
{
	struct rq *rq = task_rq_lock(p);
	bool on_rq = p->on_rq;

	if (on_rq) {
		WRITE_ONCE(p->__state, TASK_RUNNING);
		if (!p->on_cpu)
			check_preempt(rq, p);
	}
	raw_spin_unlock(&rq->lock);
	return on_rq;
}

/* Give @p, which is off all queues, to the queue of @cpu. p->pi_lock held. */
void activate_on(struct task_struct *p, unsigned int cpu)
{
	struct rq *rq;

	if (cpu != p->cpu) {
		/* Keep its place relative to the epoch; a stale epoch only costs or gives a slice. */
		u64 age = p->epoch - READ_ONCE(task_rq(p)->epoch);

		WRITE_ONCE(p->cpu, cpu);
		p->epoch = age <= 1 ? READ_ONCE(cpu_rq(cpu)->epoch) + age : 0;
	}
	rq = cpu_rq(cpu);
	raw_spin_lock(&rq->lock);
	cpumask_clear_cpu(cpu, &idle_cpus_mask);
	WRITE_ONCE(p->__state, TASK_RUNNING);
	enqueue_task(rq, p, false);
	check_preempt(rq, p);
	raw_spin_unlock(&rq->lock);
}

int try_to_wake_up(struct task_struct *p, unsigned int state, int wake_flags)
{
	unsigned long flags;
	int woken = 0;

	if (p == current) {
		/* On its way to sleep, seen from its own interrupt (or itself). It is on the CPU: no locks. */
		preempt_disable();
		if (p->__state & state) {
			WRITE_ONCE(p->__state, TASK_RUNNING);
			woken = 1;
		}
		preempt_enable();
		return woken;
	}

	raw_spin_lock_irqsave(&p->pi_lock, flags);
	smp_mb__after_spinlock();	/* the caller's stores before our load of the state */
	if (!(READ_ONCE(p->__state) & state))
		goto unlock;
	woken = 1;
	/* If it is off the queue we must see its later state, too: pairs with the queue's lock. */
	smp_rmb();
	if (READ_ONCE(p->on_rq) && wake_on_queue(p))
		goto unlock;
	/* Off the queue; its CPU may still be busy leaving its stack. */
	smp_cond_load_acquire(&p->on_cpu, !VAL);
	activate_on(p, select_cpu(p, p->cpu));
unlock:
	raw_spin_unlock_irqrestore(&p->pi_lock, flags);
	return woken;
}

int wake_up_process(struct task_struct *tsk)
{
	return try_to_wake_up(tsk, TASK_NORMAL, 0);
}
EXPORT_SYMBOL(wake_up_process);

int wake_up_state(struct task_struct *tsk, unsigned int state)
{
	return try_to_wake_up(tsk, state, 0);
}
EXPORT_SYMBOL(wake_up_state);

void wake_up_new_task(struct task_struct *tsk)
{
	try_to_wake_up(tsk, TASK_NORMAL | TASK_NEW, 0);
}
