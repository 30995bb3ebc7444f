// SPDX-License-Identifier: MIT
/*
 * Read-copy-update.
 *
 * A reader runs with preemption off. So a CPU has no reader from before as soon as it has switched
 * threads, or an interrupt of it found preemption on, or it idles. A grace period asks every other
 * online CPU by a cross-call, at once; a CPU that is just inside a reader notes that it is asked
 * (qs_wanted), and answers when it switches threads next, which the cross-call also demands.
 * So a grace period takes as long as the longest reader and a few interrupts: microseconds.
 * A CPU that waits in its idle loop says so (rcu_idle), and is not even asked.
 *
 * The asking CPU itself has no reader: synchronize_rcu() may sleep, and who may sleep reads not.
 *
 * Callbacks wait in a list per CPU. A thread, rcu_gp, takes all lists, waits for one grace period,
 * and runs them, softirqs off.
 *
 * Locks: gp_mutex: one grace period at a time (a later caller waits, and then needs a whole one of its
 * own: readers may have begun since). batch_lock: callbacks on their way from lists to being run. The lists belong to
 * their CPU, interrupts masked; rcu_gp takes those of other CPUs with an atomic exchange.
 */
#include <linux/bug.h>
#include <linux/completion.h>
#include <linux/export.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/llist.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <paddock/init.h>
#include <paddock/rcu.h>
#include "sched.h"

static DEFINE_MUTEX(gp_mutex);
static atomic_t cpus_missing;			/* that have not answered in this grace period, + 1 */
static DECLARE_COMPLETION(gp_done);
static DEFINE_PER_CPU(bool, qs_wanted);		/* interrupts masked */

/* Callbacks in the order newest first; struct rcu_head begins like struct llist_node. */
static DEFINE_PER_CPU(struct llist_head, callbacks);
static struct task_struct *gp_thread;		/* NULL until started */
static bool work_waits;				/* callbacks were queued since the thread last looked */

_Static_assert(offsetof(struct rcu_head, next) == offsetof(struct llist_node, next), "same list");

/*
 * True while this CPU halts in its idle loop; false as soon as an interrupt begins. The barriers pair with
 * those around the look in synchronize_rcu(): if it sees true, then a reader that this CPU
 * begins later sees what the updater did before, and those it had are over.
 */
DEFINE_PER_CPU(bool, rcu_idle);

void rcu_idle_enter(void)
{
	smp_mb();
	raw_cpu_write(rcu_idle, true);
	smp_mb();
}

void rcu_idle_exit(void)
{
	raw_cpu_write(rcu_idle, false);
	smp_mb();
}

static void cpu_answered(void)
{
	if (atomic_dec_and_test(&cpus_missing))
		complete(&gp_done);
}

/* The scheduler switches threads on this CPU; interrupts masked, no reader here. */
void rcu_note_context_switch(void)
{
	if (unlikely(raw_cpu_read(qs_wanted))) {
		raw_cpu_write(qs_wanted, false);
		cpu_answered();
	}
}

/* Cross-call: preempt_count shows the interrupted context besides this interrupt itself. */
static void ask_cpu(void *unused)
{
	int outer = preempt_count() - HARDIRQ_OFFSET;

	/* The idle thread has preemption off always, and reads nothing; softirqs above it count. */
	if (outer == (is_idle_task(current) ? 1 : 0)) {
		cpu_answered();
		return;
	}
	raw_cpu_write(qs_wanted, true);
	set_tsk_need_resched(current);
}

void synchronize_rcu(void)
{
	struct cpumask others;
	unsigned int cpu;

	might_sleep();
	smp_mb();	/* the caller's changes before the looks at other CPUs */
	/* One CPU, and we are on it: whoever read here has been switched out, so is done. */
	if (num_online_cpus() == 1)
		return;

	mutex_lock(&gp_mutex);
	preempt_disable();
	reinit_completion(&gp_done);
	cpumask_copy(&others, cpu_online_mask);
	cpumask_clear_cpu(smp_processor_id(), &others);
	for_each_cpu(cpu, &others)
		if (READ_ONCE(per_cpu(rcu_idle, cpu)))
			__cpumask_clear_cpu(cpu, &others);
	smp_mb();
	if (cpumask_empty(&others)) {
		preempt_enable();
		mutex_unlock(&gp_mutex);
		return;
	}
	atomic_set(&cpus_missing, cpumask_weight(&others) + 1);
	smp_call_function_many(&others, ask_cpu, NULL, false);
	cpu_answered();
	preempt_enable();
	wait_for_completion(&gp_done);
	mutex_unlock(&gp_mutex);
	smp_mb();
}
EXPORT_SYMBOL_GPL(synchronize_rcu);

void synchronize_rcu_expedited(void)
{
	synchronize_rcu();
}
EXPORT_SYMBOL_GPL(synchronize_rcu_expedited);

/* ---- callbacks ---- */

static void wake_gp_thread(void)
{
	struct task_struct *t = READ_ONCE(gp_thread);

	if (t)
		wake_up_process(t);
}

static void rcu_softirq(struct softirq_action *unused)
{
	wake_gp_thread();
}

void call_rcu(struct rcu_head *head, rcu_callback_t func)
{
	unsigned long flags;
	bool first;

	head->func = func;
	local_irq_save(flags);
	first = llist_add((struct llist_node *)head, this_cpu_ptr(&callbacks));
	if (first)
		WRITE_ONCE(work_waits, true);
	/* Interrupts were masked: the caller may hold the scheduler's locks, so the softirq wakes. */
	if (first && irqs_disabled_flags(flags))
		raise_softirq_irqoff(RCU_SOFTIRQ);
	local_irq_restore(flags);
	if (first && !irqs_disabled_flags(flags))
		wake_gp_thread();
}
EXPORT_SYMBOL_GPL(call_rcu);

/* The smallest pages of the address space hold no functions: such a "function" is kfree_rcu()'s offset. */
#define MAX_FREE_OFFSET 4096UL

void kvfree_call_rcu(struct rcu_head *head, rcu_callback_t offset)
{
	call_rcu(head, offset);
}
EXPORT_SYMBOL_GPL(kvfree_call_rcu);

void kvfree_rcu_sync(void *ptr)
{
	synchronize_rcu();
	kvfree(ptr);
}
EXPORT_SYMBOL(kvfree_rcu_sync);

static void run_callback(struct rcu_head *head)
{
	unsigned long func = (unsigned long)head->func;

	if (func < MAX_FREE_OFFSET)
		kvfree((char *)head - func);
	else
		head->func(head);
}

/*
 * What rcu_gp has taken from the CPUs' lists and not yet run, and the function that it runs now. With
 * batch_lock, under which callbacks move, rcu_for_each_callback() sees each that is still to be run.
 */
static DEFINE_SPINLOCK(batch_lock);
static struct llist_node *batch;
static struct rcu_head running;

/* All callbacks queued until now become the batch, oldest first per CPU. Returns whether there are any. */
static bool take_callbacks(void)
{
	struct llist_node *all = NULL;
	unsigned int cpu;

	spin_lock(&batch_lock);
	for_each_possible_cpu(cpu) {
		struct llist_node *node = llist_del_all(per_cpu_ptr(&callbacks, cpu));

		while (node) {		/* newest first: each goes before the last one */
			struct llist_node *next = node->next;

			node->next = all;
			all = node;
			node = next;
		}
	}
	batch = all;
	spin_unlock(&batch_lock);
	return all != NULL;
}

/* The next of the batch, or NULL. It counts as running until the next call. */
static struct rcu_head *next_callback(void)
{
	struct rcu_head *head;

	spin_lock(&batch_lock);
	head = (struct rcu_head *)batch;
	running.func = head ? head->func : NULL;
	if (batch)
		batch = batch->next;
	spin_unlock(&batch_lock);
	return head;
}

static int rcu_gp_thread(void *unused)
{
	struct rcu_head *head;

	for (;;) {
		set_current_state(TASK_IDLE);
		if (!xchg(&work_waits, false)) {
			schedule();
			continue;
		}
		__set_current_state(TASK_RUNNING);
		if (!take_callbacks())
			continue;
		synchronize_rcu();
		while ((head = next_callback())) {
			local_bh_disable();
			run_callback(head);
			local_bh_enable();
			cond_resched();
		}
	}
	return 0;
}

/*
 * rcu_barrier: a callback at the end of each CPU's list. The lists are run oldest first, so when all of
 * these have run, so have all that were queued before.
 */
static DEFINE_MUTEX(barrier_mutex);		/* guards what follows */
static DEFINE_PER_CPU(struct rcu_head, barrier_head);
static atomic_t barriers_missing;
static DECLARE_COMPLETION(barrier_done);

static void barrier_callback(struct rcu_head *head)
{
	if (atomic_dec_and_test(&barriers_missing))
		complete(&barrier_done);
}

void rcu_barrier(void)
{
	unsigned int cpu;

	mutex_lock(&barrier_mutex);
	reinit_completion(&barrier_done);
	atomic_set(&barriers_missing, num_possible_cpus());
	for_each_possible_cpu(cpu) {
		struct rcu_head *head = per_cpu_ptr(&barrier_head, cpu);

		head->func = barrier_callback;
		llist_add((struct llist_node *)head, per_cpu_ptr(&callbacks, cpu));
	}
	WRITE_ONCE(work_waits, true);
	wake_up_process(gp_thread);
	wait_for_completion(&barrier_done);
	mutex_unlock(&barrier_mutex);
}
EXPORT_SYMBOL_GPL(rcu_barrier);

unsigned int rcu_for_each_callback(bool (*visit)(struct rcu_head *head, void *ctx), void *ctx)
{
	struct llist_node *node;
	unsigned int cpu, n = 0;

	spin_lock(&batch_lock);
	if (running.func && !visit(&running, ctx))
		goto out;
	for (node = batch; node && n < 4096; node = node->next, n++)
		if (!visit((struct rcu_head *)node, ctx))
			goto out;
	for_each_possible_cpu(cpu) {
		node = READ_ONCE(per_cpu_ptr(&callbacks, cpu)->first);
		for (; node && n < 4096; node = READ_ONCE(node->next), n++)
			if (!visit((struct rcu_head *)node, ctx))
				goto out;
	}
out:
	spin_unlock(&batch_lock);
	return n;
}

void __init rcu_init(void)
{
	open_softirq(RCU_SOFTIRQ, rcu_softirq);
}

/* As soon as threads may be made. What was queued before has waited for it. */
void __init rcu_start(void)
{
	gp_thread = kthread_create(rcu_gp_thread, NULL, "rcu_gp");
	if (IS_ERR(gp_thread))
		panic("rcu: no thread");
	WRITE_ONCE(work_waits, true);
	wake_up_process(gp_thread);
}
