// SPDX-License-Identifier: MIT
/*
 * Stopping the machine: a thread per CPU, above all others, that runs what is asked.
 *
 * stop_machine() makes all stoppers meet, mask interrupts, and meet again; then the chosen ones run the function
 * while the rest spin. The spinning touches only the struct of the call, on the caller's vmalloc
 * stack: not the linear map, which the function may be about to take apart (arch_pt_set_live()).
 */
#include <linux/completion.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/kthread.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/stop_machine.h>
#include <paddock/sched.h>
#include <paddock/smp.h>
#include "sched/sched.h"

struct stop_work {
	struct list_head node;
	cpu_stop_fn_t fn;
	void *arg;
	int ret;
	struct completion done;
};

struct stopper {
	raw_spinlock_t lock;
	struct list_head works;		/* [L] */
	struct task_struct *thread;	/* [I] after start; NULL: not started */
};

static DEFINE_PER_CPU(struct stopper, stoppers);
static DEFINE_MUTEX(stop_mutex);	/* one stop_machine() or stop_cpus() at a time, or they would deadlock */

static int stopper_main(void *arg)
{
	struct stopper *s = arg;

	while (!kthread_should_stop()) {
		struct stop_work *w;

		set_current_state(TASK_INTERRUPTIBLE);
		raw_spin_lock_irq(&s->lock);
		w = list_first_entry_or_null(&s->works, struct stop_work, node);
		if (w)
			list_del(&w->node);
		raw_spin_unlock_irq(&s->lock);
		if (!w) {
			schedule();
			continue;
		}
		__set_current_state(TASK_RUNNING);
		preempt_disable();
		w->ret = w->fn(w->arg);
		preempt_enable();
		complete(&w->done);
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

void cpu_stopper_start(unsigned int cpu)
{
	struct stopper *s = &per_cpu(stoppers, cpu);
	struct task_struct *t;

	raw_spin_lock_init(&s->lock);
	INIT_LIST_HEAD(&s->works);
	t = kthread_create_on_cpu(stopper_main, s, cpu, "migration/%u");
	if (IS_ERR(t))
		panic("stop_machine: no thread for CPU%u\n", cpu);
	t->policy = SCHED_FIFO;		/* not queued yet: nobody looks */
	t->prio = LEVEL_STOP;
	wake_up_process(t);
	WRITE_ONCE(s->thread, t);
}

static void queue_work_for(unsigned int cpu, struct stop_work *w)
{
	struct stopper *s = &per_cpu(stoppers, cpu);
	unsigned long flags;

	init_completion(&w->done);
	raw_spin_lock_irqsave(&s->lock, flags);
	list_add_tail(&w->node, &s->works);
	raw_spin_unlock_irqrestore(&s->lock, flags);
	wake_up_process(s->thread);
}

int stop_one_cpu(unsigned int cpu, cpu_stop_fn_t fn, void *arg)
{
	struct stop_work w = { .fn = fn, .arg = arg };

	if (cpu >= nr_cpu_ids || !cpu_online(cpu) || !per_cpu(stoppers, cpu).thread)
		return -ENOENT;
	queue_work_for(cpu, &w);
	wait_for_completion(&w.done);
	return w.ret;
}

static int stop_cpus_locked(const struct cpumask *mask, cpu_stop_fn_t fn, void *arg, struct stop_work *works)
{
	unsigned int cpu;
	int ret = 0;

	/* All queued before any runs on this CPU, or a function that waits for the others would not see them come. */
	preempt_disable();
	for_each_cpu(cpu, mask) {
		works[cpu] = (struct stop_work){ .fn = fn, .arg = arg };
		queue_work_for(cpu, &works[cpu]);
	}
	preempt_enable();
	for_each_cpu(cpu, mask) {
		wait_for_completion(&works[cpu].done);
		if (works[cpu].ret)
			ret = works[cpu].ret;
	}
	return ret;
}

static struct stop_work all_works[NR_CPUS];	/* under stop_mutex */

int stop_cpus(const struct cpumask *cpumask, cpu_stop_fn_t fn, void *arg)
{
	struct cpumask online;
	int ret;

	if (!cpumask_and(&online, cpumask, cpu_online_mask))
		return -ENOENT;
	mutex_lock(&stop_mutex);
	ret = stop_cpus_locked(&online, fn, arg, all_works);
	mutex_unlock(&stop_mutex);
	return ret;
}

struct machine_stop {
	cpu_stop_fn_t fn;
	void *data;
	const struct cpumask *active;	/* who runs fn; NULL: the first CPU */
	atomic_t arrived, masked, finished;
	int nr;
};

static void meet(atomic_t *counter, int nr)
{
	atomic_inc(counter);
	while (atomic_read(counter) < nr)
		arch_cpu_relax();
}

static int stop_here(void *arg)
{
	struct machine_stop *m = arg;
	unsigned int cpu = raw_smp_processor_id();
	bool active = m->active ? cpumask_test_cpu(cpu, m->active) : cpu == cpumask_first(cpu_online_mask);
	unsigned long flags;
	int ret = 0;

	meet(&m->arrived, m->nr);
	local_irq_save(flags);
	meet(&m->masked, m->nr);
	if (active)
		ret = m->fn(m->data);
	meet(&m->finished, m->nr);
	local_irq_restore(flags);
	return ret;
}

int stop_machine_cpuslocked(cpu_stop_fn_t fn, void *data, const struct cpumask *cpus)
{
	struct machine_stop m = { .fn = fn, .data = data, .active = cpus, .nr = num_online_cpus() };
	unsigned long flags;
	int ret;

	/* While one CPU runs, masking its interrupts stops the machine. */
	if (m.nr == 1) {
		local_irq_save(flags);
		ret = fn(data);
		local_irq_restore(flags);
		return ret;
	}
	mutex_lock(&stop_mutex);
	ret = stop_cpus_locked(cpu_online_mask, stop_here, &m, all_works);
	mutex_unlock(&stop_mutex);
	return ret;
}

int stop_machine(cpu_stop_fn_t fn, void *data, const struct cpumask *cpus)
{
	return stop_machine_cpuslocked(fn, data, cpus);
}
EXPORT_SYMBOL_GPL(stop_machine);
