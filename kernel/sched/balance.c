// SPDX-License-Identifier: MIT
/*
 * Spreading threads over the CPUs. Three occasions, each cheap:
 *
 *   a thread wakes         it waits on the waker's CPU, if the waker runs alone there: most wakers are about
 *                          to sleep, and to switch here costs less than to wake another CPU;
 *                          else it goes to an idle CPU, its former one first
 *   threads wait           after SPREAD_NS, if a CPU idles, or at the end of a slice, one of them is
 *                          handed to a CPU with clearly less to do
 *   a CPU runs dry         it takes a waiting thread from the busiest one
 *
 * Locks: see sched.h. A second queue's lock is only tried, never waited for: two CPUs that
 * balance towards each other then both give up instead of blocking.
 */
#include <linux/cpumask.h>
#include <linux/sched.h>
#include "sched.h"

static unsigned int least_loaded(const struct cpumask *allowed, unsigned int fallback)
{
	unsigned int cpu, best = fallback, best_nr = UINT_MAX;

	for_each_cpu_and(cpu, allowed, cpu_online_mask) {
		unsigned int nr = READ_ONCE(cpu_rq(cpu)->nr_running);

		if (nr < best_nr) {
			best_nr = nr;
			best = cpu;
		}
	}
	return best;
}

/* p->pi_lock held: the affinity cannot change meanwhile. Interrupts masked. */
unsigned int select_cpu(struct task_struct *p, unsigned int prev)
{
	const struct cpumask *allowed = &p->cpus_mask;
	unsigned int here = raw_smp_processor_id();
	bool first_time = !p->sum_exec_ns && !p->nvcsw;
	struct cpumask idle;

	if (p->nr_cpus_allowed == 1)
		return cpumask_first(allowed);
	if (cpumask_test_cpu(here, allowed)) {
		unsigned int nr = READ_ONCE(cpu_rq(here)->nr_running);

		/* An interrupt tells nothing about the thread below it: here only if that is the idle one. */
		if (in_interrupt() ? nr == 0 : nr <= 1)
			return here;
	}
	if (cpumask_and(&idle, allowed, &idle_cpus_mask))
		return cpumask_test_cpu(prev, &idle) ? prev : cpumask_next_wrap(prev, &idle);
	if (!first_time && cpumask_test_cpu(prev, allowed) && cpu_online(prev))
		return prev;
	return least_loaded(allowed, cpumask_first(allowed));
}

/* A waiting thread of @from that may run on @cpu: of the expired ones, which would wait longest, if any. */
static struct task_struct *find_movable(struct rq *from, unsigned int cpu)
{
	struct level_array *arrays[] = { from->expired, from->active };
	struct task_struct *p;
	unsigned int i;
	u64 levels;

	for (i = 0; i < 2; i++) {
		for (levels = arrays[i]->occupied; levels; levels &= levels - 1) {
			struct list_head *queue = &arrays[i]->queue[__builtin_ctzll(levels)];

			list_for_each_entry_reverse(p, queue, run_list)
				if (cpumask_test_cpu(cpu, &p->cpus_mask))
					return p;
		}
	}
	return NULL;
}

/* Both locks held. @p waits on @from: it does not run, so its stack is nobody's. */
static void move_queued(struct rq *from, struct rq *to, struct task_struct *p)
{
	u64 age = p->epoch - from->epoch;

	dequeue_task(from, p);
	WRITE_ONCE(p->cpu, to->cpu);
	p->epoch = to->epoch + (age <= 1 ? age : 0);
	enqueue_task(to, p, false);
}

bool balance_idle(struct rq *rq)
{
	struct rq *busiest = NULL;
	unsigned int cpu, most = 1;
	struct task_struct *p;
	bool moved = false;

	for_each_online_cpu(cpu) {
		unsigned int nr = READ_ONCE(cpu_rq(cpu)->nr_running);

		if (cpu != rq->cpu && nr > most) {
			most = nr;
			busiest = cpu_rq(cpu);
		}
	}
	if (!busiest || !do_raw_spin_trylock(&busiest->lock))
		return false;
	p = busiest->nr_running > 1 ? find_movable(busiest, rq->cpu) : NULL;
	if (p) {
		move_queued(busiest, rq, p);
		moved = true;
	}
	do_raw_spin_unlock(&busiest->lock);
	return moved;
}

void balance_push(struct rq *rq)
{
	struct rq *to;
	struct task_struct *p;

	if (rq->nr_running < 2 || num_online_cpus() == 1)
		return;
	to = cpu_rq(least_loaded(cpu_online_mask, rq->cpu));
	if (to == rq || READ_ONCE(to->nr_running) + 2 > rq->nr_running)
		return;
	if (!do_raw_spin_trylock(&to->lock))
		return;
	p = find_movable(rq, to->cpu);
	if (p) {
		move_queued(rq, to, p);
		cpumask_clear_cpu(to->cpu, &idle_cpus_mask);
		resched_curr(to);
	}
	do_raw_spin_unlock(&to->lock);
}
