// SPDX-License-Identifier: MIT
/*
 * The scheduler: which thread runs on each CPU, sleeping and waking.
 *
 * Run queues. Each CPU has one, with two arrays of levels, "active" and "expired". A thread has a
 * slice; while some of it is left, the thread waits in active, and the best level of active runs, each
 * level in turn. Who has used up the slice gets a new one and waits in expired. When active is
 * empty the arrays change places and a new epoch begins. So everybody has one slice per epoch,
 * better levels earlier, and nobody starves. All of it takes constant time.
 *
 *   p->epoch == rq->epoch      p belongs in active (its slice is of this epoch)
 *   p->epoch == rq->epoch + 1  p belongs in expired
 *   any other                  it slept since: gets a new slice when it wakes
 *
 * The running thread is on_rq and counted in nr_running but linked in neither array. SCHED_FIFO
 * threads and the stopper have no slice. The idle thread is in no queue.
 *
 * Sleeping without lost wakeups. The sleeper sets its state, then looks at its condition, then calls
 * schedule(). The waker makes the condition true, then try_to_wake_up() looks at the state.
 * Each has a full barrier between its two steps, so at least one sees the other's store.
 *
 * Leaving a CPU. on_cpu stays set until the next thread has taken over the CPU: only then may
 * the stack be used elsewhere. try_to_wake_up() waits for that.
 *
 * Locks: p->pi_lock (one wakeup or affinity change at a time), then rq->lock. The lock of the queue is
 * taken by the thread that switches out and dropped by the one that switches in.
 *
 * Beside this file: wakeup.c wakes, policy.c changes priorities, balance.c and affinity.c move threads to other CPUs.
 */
#include <linux/bug.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/stop_machine.h>
#include <linux/string.h>
#include <arch/cpu.h>
#include <arch/thread.h>
#include <arch/time.h>
#include <paddock/init.h>
#include <paddock/rcu.h>
#include <paddock/sched.h>
#include "sched.h"

DEFINE_PER_CPU(struct rq, runqueues);
DEFINE_PER_CPU(unsigned int, cpu_number);
EXPORT_PER_CPU_SYMBOL(cpu_number);

/* CPUs that have nothing to do: a hint for wakeups. Set by going idle, cleared by whoever sends work there. */
struct cpumask idle_cpus_mask;
unsigned long init_stack[THREAD_SIZE / sizeof(long)] __aligned(THREAD_ALIGN) __section(".bss..page_aligned");

/* The context that boots; later CPU 0's idle thread. */
struct task_struct init_task = {
	.preempt_count = 1,		/* may not sleep before the scheduler runs */
	.no_resched = 1,
	.usage = REFCOUNT_INIT(2),
	.flags = PF_KTHREAD | PF_IDLE,
	.stack = init_stack,
	.on_cpu = 1,
	.on_rq = 1,
	.prio = NR_LEVELS,
	.static_prio = 120,
	.cpus_mask = { { 1 } },
	.cpus_ptr = &init_task.cpus_mask,
	.nr_cpus_allowed = 1,
	.comm = "swapper/0",
	.run_list = LIST_HEAD_INIT(init_task.run_list),
	.tasks = LIST_HEAD_INIT(init_task.tasks),
};

s64 sched_full_slice(const struct task_struct *p)
{
	return (s64)SLICE_NS * (20 - task_nice(p)) / 20;
}

/* ---- The queues ---- */

static struct level_array *array_of(struct rq *rq, const struct task_struct *p)
{
	return p->epoch == rq->epoch ? rq->active : rq->expired;
}

void queue_insert(struct rq *rq, struct task_struct *p, bool head)
{
	struct level_array *array;

	if (!has_slice(p))
		p->epoch = rq->epoch;
	array = array_of(rq, p);
	if (head)
		list_add(&p->run_list, &array->queue[p->prio]);
	else
		list_add_tail(&p->run_list, &array->queue[p->prio]);
	array->occupied |= 1ULL << p->prio;
}

void queue_remove(struct rq *rq, struct task_struct *p)
{
	struct level_array *array = array_of(rq, p);

	list_del_init(&p->run_list);
	if (list_empty(&array->queue[p->prio]))
		array->occupied &= ~(1ULL << p->prio);
}

/* Charge the running thread for its time since the last call. */
static void account_curr(struct rq *rq, u64 now)
{
	struct task_struct *curr = rq->curr;
	u64 ran = now - curr->exec_start_ns;

	curr->exec_start_ns = now;
	curr->sum_exec_ns += ran;
	if (has_slice(curr))
		curr->slice_ns -= ran;
}

/* Make @p ready to run here. Its slice goes on if it is of this epoch. */
void enqueue_task(struct rq *rq, struct task_struct *p, bool head)
{
	if (has_slice(p) && p->epoch - rq->epoch > 1) {
		p->epoch = rq->epoch;
		p->slice_ns = sched_full_slice(p);
	}
	p->on_rq = 1;
	queue_insert(rq, p, head);
	WRITE_ONCE(rq->nr_running, rq->nr_running + 1);
}

/* @p, which waits in the queue, or runs (then it is not linked), is not ready any more. */
void dequeue_task(struct rq *rq, struct task_struct *p)
{
	if (!list_empty(&p->run_list))
		queue_remove(rq, p);
	p->on_rq = 0;
	WRITE_ONCE(rq->nr_running, rq->nr_running - 1);
}

/* The running thread goes back to the queue, at the place that it deserves. */
static void put_prev(struct rq *rq, struct task_struct *p, bool yielding)
{
	bool head = true;

	if (has_slice(p) && p->slice_ns <= 0) {
		p->slice_ns = sched_full_slice(p);
		p->epoch = rq->epoch + 1;
		head = false;
	} else if (yielding) {
		/* Behind all others of this epoch, whatever is left of its slice. */
		if (has_slice(p))
			p->epoch = rq->epoch + 1;
		head = false;
	}
	queue_insert(rq, p, head);
}

static struct task_struct *pick_next(struct rq *rq)
{
	struct task_struct *p;

	if (!rq->nr_running && !balance_idle(rq))
		return rq->idle;
	if (!rq->active->occupied) {
		struct level_array *empty = rq->active;

		rq->active = rq->expired;
		rq->expired = empty;
		rq->epoch++;
	}
	p = list_first_entry(&rq->active->queue[__builtin_ctzll(rq->active->occupied)],
			     struct task_struct, run_list);
	queue_remove(rq, p);
	return p;
}

struct rq *task_rq_lock(struct task_struct *p)
{
	struct rq *rq;

	for (;;) {
		rq = task_rq(p);
		raw_spin_lock(&rq->lock);
		if (likely(rq == task_rq(p)))
			return rq;
		raw_spin_unlock(&rq->lock);
	}
}

/* Ask the CPU of @rq to choose again. */
void resched_curr(struct rq *rq)
{
	struct task_struct *curr = rq->curr;

	lockdep_assert_held(&rq->lock);
	if (test_tsk_need_resched(curr))
		return;
	set_tsk_need_resched(curr);
	if (rq->cpu != raw_smp_processor_id())
		arch_smp_send_ipi(rq->cpu, IPI_RESCHEDULE);
}

/*
 * The turn of the running thread ends at a known time, if somebody waits for the CPU. The timer is
 * programmed on the CPU itself: a remote enqueuer sends it an interrupt, see sched_ipi().
 */
static void arm_slice(struct rq *rq)
{
	struct task_struct *curr = rq->curr;

	if (rq->nr_running > 1 && curr != rq->idle && (has_slice(curr) || !cpumask_empty(&idle_cpus_mask))) {
		u64 left = curr->slice_ns > 0 ? curr->slice_ns : 0;

		if (!has_slice(curr))
			left = SPREAD_NS;
		/* While other CPUs idle, who waits here shall not wait long. */
		if (left > SPREAD_NS && !cpumask_empty(&idle_cpus_mask))
			left = SPREAD_NS;
		rq->slice_deadline = max(curr->exec_start_ns + left, arch_clock_ns());
		tick_program_slice(rq->slice_deadline);
	} else {
		rq->slice_deadline = U64_MAX;	/* an alarm already set finds nothing to do */
	}
}

/* @p has just become ready on @rq: does it run at once? */
void check_preempt(struct rq *rq, struct task_struct *p)
{
	struct task_struct *curr = rq->curr;

	if (curr == rq->idle || p->prio < curr->prio) {
		resched_curr(rq);
		return;
	}
	if (p->prio == curr->prio && has_slice(p) && p->epoch == rq->epoch) {
		/* Among equals, who has clearly more left of its slice: it was not heard for longer. */
		s64 left = curr->slice_ns - (s64)(arch_clock_ns() - curr->exec_start_ns);

		if (p->slice_ns > left + (s64)(SLICE_NS / 4)) {
			resched_curr(rq);
			return;
		}
	}
	if (rq->slice_deadline == U64_MAX) {
		if (rq->cpu == raw_smp_processor_id())
			arm_slice(rq);
		else
			arch_smp_send_ipi(rq->cpu, IPI_RESCHEDULE);
	}
}

/* IPI_RESCHEDULE arrived: need_resched is looked at on the way out; here, is there a slice to watch? */
void sched_ipi(void)
{
	struct rq *rq = this_rq();

	raw_spin_lock(&rq->lock);
	if (rq->slice_deadline == U64_MAX)
		arm_slice(rq);
	raw_spin_unlock(&rq->lock);
}

/* From the timer interrupt: is the running thread's turn over? Returns the next time to look. */
u64 sched_tick(u64 now)
{
	struct rq *rq = this_rq();
	u64 next;

	raw_spin_lock(&rq->lock);
	if (now >= rq->slice_deadline) {
		rq->slice_deadline = U64_MAX;
		if (rq->nr_running > 1) {
			balance_push(rq);
			account_curr(rq, now);
			if (has_slice(rq->curr) && rq->curr->slice_ns <= 0 && rq->nr_running > 1)
				set_tsk_need_resched(rq->curr);
			else
				arm_slice(rq);
		}
	}
	next = rq->slice_deadline;
	raw_spin_unlock(&rq->lock);
	return next;
}

/* ---- Switching ---- */

/* In the context of the thread that was switched to: the former one has left the CPU. */
static void finish_switch(struct task_struct *prev)
{
	struct rq *rq = this_rq();
	bool dead = READ_ONCE(prev->__state) == TASK_DEAD;

	/* Releases: whoever sees 0 sees the saved registers and may run it elsewhere. */
	smp_store_release(&prev->on_cpu, 0);
	do_raw_spin_unlock(&rq->lock);
	if (unlikely(dead))
		task_leave_cpu(prev);
}

enum why { WHY_SLEEP, WHY_PREEMPT, WHY_YIELD };

/* Preemption is off; returns when the calling thread runs again, perhaps on another CPU. */
static void __schedule(enum why why)
{
	struct task_struct *prev = current, *next;
	unsigned long flags = arch_irq_save();
	struct rq *rq = this_rq();
	unsigned int state;
	u64 now;

	rcu_note_context_switch();
	do_raw_spin_lock(&rq->lock);
	/* The state was stored before; a waker that saw an older one must see our load as later. */
	smp_mb__after_spinlock();

	now = arch_clock_ns();
	account_curr(rq, now);
	clear_tsk_need_resched(prev);

	state = READ_ONCE(prev->__state);
	if (prev == rq->idle) {
		rq->idle_ns += now - rq->idle_since;
	} else if (why != WHY_PREEMPT && state != TASK_RUNNING && !signal_pending_state(state, prev)) {
		dequeue_task(rq, prev);
		prev->nvcsw++;
	} else {
		if (why != WHY_PREEMPT)
			WRITE_ONCE(prev->__state, TASK_RUNNING);
		put_prev(rq, prev, why == WHY_YIELD);
	}

	next = pick_next(rq);
	if (next == rq->idle) {
		rq->idle_since = now;
		cpumask_set_cpu(rq->cpu, &idle_cpus_mask);
	} else if (prev == rq->idle) {
		cpumask_clear_cpu(rq->cpu, &idle_cpus_mask);
	}
	prev->sched_fp = (unsigned long)__builtin_frame_address(0);
	next->exec_start_ns = now;
	rq->curr = next;
	arm_slice(rq);

	if (next != prev) {
		if (why == WHY_PREEMPT)
			prev->nivcsw++;
		rq->nr_switches++;
		next->on_cpu = 1;
		prev = arch_switch_to(prev, next);
		finish_switch(prev);
	} else {
		do_raw_spin_unlock(&rq->lock);
	}
	arch_irq_restore(flags);
}

static noinline void schedule_bug(void)
{
	pr_err("BUG: scheduling while atomic: %s/%d/0x%08x\n", current->comm, current->pid,
	       preempt_count());
	dump_stack();
}

void schedule(void)
{
	struct task_struct *task = current;

	if (task->flags & PF_WQ_WORKER && task->__state != TASK_RUNNING)
		wq_worker_sleeping(task);
	do {
		preempt_disable();
		if (unlikely(preempt_count() != 1))
			schedule_bug();
		__schedule(WHY_SLEEP);
		preempt_enable_no_resched();
	} while (need_resched());
	if (task->flags & PF_WQ_WORKER)
		wq_worker_running(task);
}
EXPORT_SYMBOL(schedule);

/*
 * Preemption stays off to the end: who is preempted waits for the CPU, but a dead thread that another one is
 * switched to from gives its stack back. A waker that saw an earlier state may be about to make it TASK_RUNNING;
 * it does so under pi_lock, before us.
 */
void __noreturn schedule_dead(void)
{
	struct task_struct *self = current;
	unsigned long flags;

	preempt_disable();
	raw_spin_lock_irqsave(&self->pi_lock, flags);
	__set_current_state(TASK_DEAD);
	raw_spin_unlock_irqrestore(&self->pi_lock, flags);
	__schedule(WHY_SLEEP);
	BUG();		/* nobody wakes the dead */
}

void yield(void)
{
	__set_current_state(TASK_RUNNING);
	preempt_disable();
	__schedule(WHY_YIELD);
	preempt_enable();
}
EXPORT_SYMBOL(yield);

void schedule_preempt_disabled(void)
{
	preempt_enable_no_resched();
	schedule();
	preempt_disable();
}

/* preempt_enable() found that the CPU is wanted. With interrupts masked it waits for their return. */
void preempt_schedule(void)
{
	if (irqs_disabled())
		return;
	do {
		preempt_disable();
		__schedule(WHY_PREEMPT);
		preempt_enable_no_resched();
	} while (need_resched());
}
EXPORT_SYMBOL(preempt_schedule);

/* On the way out of an interrupt that came when preemption was allowed; interrupts masked. */
void preempt_schedule_irq(void)
{
	do {
		preempt_disable();
		arch_irq_enable();
		__schedule(WHY_PREEMPT);
		arch_irq_disable();
		preempt_enable_no_resched();
	} while (need_resched());
}

int __cond_resched(void)
{
	if (!need_resched() || preempt_count())
		return 0;
	preempt_schedule();
	return 1;
}
EXPORT_SYMBOL(__cond_resched);

/* The first code of every thread, called by the architecture's first frame, interrupts masked. */
void thread_start(struct task_struct *prev, int (*fn)(void *), void *arg)
{
	finish_switch(prev);
	arch_irq_enable();
	preempt_enable();
	do_exit(fn(arg));
}

/* ---- Idle, start ---- */

/* Interrupts wake it; work for this CPU comes with need_resched set. */
void cpu_idle_loop(void)
{
	for (;;) {
		arch_irq_disable();
		if (need_resched()) {
			arch_irq_enable();
		} else {
			rcu_idle_enter();
			arch_cpu_idle();	/* the interrupt that ends it calls rcu_idle_exit(), */
			rcu_idle_exit();	/* an NMI, which may end it, too, does not */
		}
		if (need_resched()) {
			__schedule(WHY_PREEMPT);
			/* Preemption stays off in the idle thread: it switches here only. */
		}
	}
}

/* The calling context becomes @cpu's idle thread. */
void sched_init_cpu(unsigned int cpu, struct task_struct *idle)
{
	struct rq *rq = cpu_rq(cpu);

	rq->idle = rq->curr = idle;
	idle->cpu = cpu;
	idle->exec_start_ns = rq->idle_since = arch_clock_ns();
}

void __init sched_init(void)
{
	unsigned int cpu, level;

	for_each_possible_cpu(cpu) {
		struct rq *rq = cpu_rq(cpu);

		raw_spin_lock_init(&rq->lock);
		rq->cpu = cpu;
		rq->epoch = 2;		/* 0 is "long ago" for a new thread */
		rq->active = &rq->arrays[0];
		rq->expired = &rq->arrays[1];
		rq->slice_deadline = U64_MAX;
		for (level = 0; level < NR_LEVELS; level++) {
			INIT_LIST_HEAD(&rq->arrays[0].queue[level]);
			INIT_LIST_HEAD(&rq->arrays[1].queue[level]);
		}
	}
	sched_init_cpu(0, &init_task);
	workqueue_init_early();
}

void sched_start(int (*init_main)(void *))
{
	struct task_struct *init = thread_run(init_main, NULL, "init");

	if (IS_ERR(init))
		panic("sched: cannot start the first thread");
	WRITE_ONCE(system_state, SYSTEM_SCHEDULING);
	arch_irq_enable();
	cpu_idle_loop();
}
