// SPDX-License-Identifier: MIT
/*
 * The kthread interface of drivers over thread.c: create, stop, park, bind; and kthread_worker, a
 * thread with a queue of work of its own.
 *
 * Lock: worker->lock (interrupt-safe) guards a worker's queues; it is taken before the run queues' locks.
 */
#include <linux/bug.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/kthread.h>
#include <linux/numa.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/topology.h>
#include <paddock/sched.h>
#include "sched.h"

struct task_struct *kthread_create_on_node(int (*threadfn)(void *data), void *data, int node,
					   const char *namefmt, ...)
{
	struct task_struct *t;
	va_list args;

	va_start(args, namefmt);
	t = thread_make(threadfn, data, node, namefmt, args);
	va_end(args);
	return t;
}
EXPORT_SYMBOL(kthread_create_on_node);

void kthread_bind_mask(struct task_struct *k, const struct cpumask *mask)
{
	unsigned long flags;

	/* Only before the first wakeup: it is on no queue, so that its lock is enough. */
	WARN_ON(k->on_rq || !(READ_ONCE(k->__state) & TASK_UNINTERRUPTIBLE));
	raw_spin_lock_irqsave(&k->pi_lock, flags);
	cpumask_copy(&k->cpus_mask, mask);
	k->nr_cpus_allowed = cpumask_weight(mask);
	k->flags |= PF_NO_SETAFFINITY;
	raw_spin_unlock_irqrestore(&k->pi_lock, flags);
}
EXPORT_SYMBOL(kthread_bind_mask);

void kthread_bind(struct task_struct *k, unsigned int cpu)
{
	k->kthread->bound_cpu = cpu;
	kthread_bind_mask(k, cpumask_of(cpu));
}
EXPORT_SYMBOL(kthread_bind);

struct task_struct *kthread_create_on_cpu(int (*threadfn)(void *data), void *data, unsigned int cpu,
					  const char *namefmt)
{
	struct task_struct *t = kthread_create_on_node(threadfn, data, cpu_to_node(cpu), namefmt, cpu);

	if (!IS_ERR(t))
		kthread_bind(t, cpu);
	return t;
}
EXPORT_SYMBOL(kthread_create_on_cpu);

int kthread_stop(struct task_struct *k)
{
	int ret;

	get_task_struct(k);
	set_bit(KTHREAD_SHOULD_STOP, &k->kthread->flags);
	kthread_unpark(k);
	wake_up_process(k);
	wait_for_completion(&k->kthread->exited);
	ret = k->kthread->result;
	put_task_struct(k);
	return ret;
}
EXPORT_SYMBOL(kthread_stop);

bool kthread_should_stop(void)
{
	return test_bit(KTHREAD_SHOULD_STOP, &current->kthread->flags);
}
EXPORT_SYMBOL(kthread_should_stop);

bool __kthread_should_park(struct task_struct *k)
{
	return test_bit(KTHREAD_SHOULD_PARK, &k->kthread->flags);
}
EXPORT_SYMBOL_GPL(__kthread_should_park);

bool kthread_should_park(void)
{
	return __kthread_should_park(current);
}
EXPORT_SYMBOL_GPL(kthread_should_park);

bool kthread_freezable_should_stop(bool *was_frozen)
{
	if (was_frozen)
		*was_frozen = false;
	return kthread_should_stop();
}
EXPORT_SYMBOL_GPL(kthread_freezable_should_stop);

void *kthread_func(struct task_struct *k)
{
	return k->kthread->fn;
}
EXPORT_SYMBOL_GPL(kthread_func);

void *kthread_data(struct task_struct *k)
{
	return k->kthread->data;
}
EXPORT_SYMBOL_GPL(kthread_data);

/*
 * The thread waits here until unparked. It completes "parked" each time round: who parks it again before it got away
 * from here waits for the next time. kthread_unpark() makes "parked" incomplete while the thread still stands; to do
 * so in kthread_park(), behind its bit, would forget a thread that was quick.
 */
void kthread_parkme(void)
{
	struct kthread *self = current->kthread;

	for (;;) {
		set_current_state(TASK_PARKED);
		if (!test_bit(KTHREAD_SHOULD_PARK, &self->flags))
			break;
		complete_all(&self->parked);
		schedule();
	}
	__set_current_state(TASK_RUNNING);
}
EXPORT_SYMBOL_GPL(kthread_parkme);

int kthread_park(struct task_struct *k)
{
	struct kthread *kthread = k->kthread;

	if (WARN_ON(k->flags & PF_EXITING))
		return -ENOSYS;
	if (test_and_set_bit(KTHREAD_SHOULD_PARK, &kthread->flags))
		return -EBUSY;
	if (k != current) {
		wake_up_process(k);
		wait_for_completion(&kthread->parked);
	}
	return 0;
}
EXPORT_SYMBOL_GPL(kthread_park);

void kthread_unpark(struct task_struct *k)
{
	if (!test_bit(KTHREAD_SHOULD_PARK, &k->kthread->flags))
		return;
	reinit_completion(&k->kthread->parked);
	smp_mb__before_atomic();	/* whoever sees the bit clear and sets it sees "parked" incomplete */
	clear_bit(KTHREAD_SHOULD_PARK, &k->kthread->flags);
	wake_up_state(k, TASK_PARKED);
}
EXPORT_SYMBOL_GPL(kthread_unpark);

void kthread_exit(long result)
{
	do_exit(result);
}
EXPORT_SYMBOL(kthread_exit);

void kthread_complete_and_exit(struct completion *comp, long code)
{
	if (comp)
		complete(comp);
	do_exit(code);
}
EXPORT_SYMBOL(kthread_complete_and_exit);

/* ---- kthread_worker ---- */

void kthread_init_worker(struct kthread_worker *worker)
{
	memset(worker, 0, sizeof(*worker));
	raw_spin_lock_init(&worker->lock);
	INIT_LIST_HEAD(&worker->work_list);
	INIT_LIST_HEAD(&worker->delayed_work_list);
}
EXPORT_SYMBOL(kthread_init_worker);

int kthread_worker_fn(void *worker_ptr)
{
	struct kthread_worker *worker = worker_ptr;
	struct kthread_work *work;

	worker->task = current;
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (kthread_should_stop()) {
			__set_current_state(TASK_RUNNING);
			return 0;
		}
		raw_spin_lock_irq(&worker->lock);
		work = list_first_entry_or_null(&worker->work_list, struct kthread_work, node);
		if (work)
			list_del_init(&work->node);
		worker->current_work = work;
		raw_spin_unlock_irq(&worker->lock);

		if (!work) {
			schedule();
			continue;
		}
		__set_current_state(TASK_RUNNING);
		work->func(work);
		/* The item may be free by now. */
		raw_spin_lock_irq(&worker->lock);
		worker->current_work = NULL;
		raw_spin_unlock_irq(&worker->lock);
		cond_resched();
	}
}
EXPORT_SYMBOL_GPL(kthread_worker_fn);

static struct kthread_worker *create_worker(int cpu, const char *namefmt, va_list args)
{
	struct kthread_worker *worker = kzalloc(sizeof(*worker), GFP_KERNEL);
	struct task_struct *task;

	if (!worker)
		return ERR_PTR(-ENOMEM);
	kthread_init_worker(worker);
	task = thread_make(kthread_worker_fn, worker, NUMA_NO_NODE, namefmt, args);
	if (IS_ERR(task)) {
		kfree(worker);
		return ERR_CAST(task);
	}
	if (cpu >= 0)
		kthread_bind(task, cpu);
	worker->task = task;
	wake_up_process(task);
	return worker;
}

struct kthread_worker *kthread_create_worker(unsigned int flags, const char namefmt[], ...)
{
	struct kthread_worker *worker;
	va_list args;

	va_start(args, namefmt);
	worker = create_worker(-1, namefmt, args);
	va_end(args);
	return worker;
}
EXPORT_SYMBOL(kthread_create_worker);

struct kthread_worker *kthread_create_worker_on_cpu(int cpu, unsigned int flags, const char namefmt[], ...)
{
	struct kthread_worker *worker;
	va_list args;

	va_start(args, namefmt);
	worker = create_worker(cpu, namefmt, args);
	va_end(args);
	return worker;
}
EXPORT_SYMBOL(kthread_create_worker_on_cpu);

static bool queue_locked(struct kthread_worker *worker, struct kthread_work *work)
{
	if (!list_empty(&work->node) || work->canceling)
		return false;
	work->worker = worker;
	list_add_tail(&work->node, &worker->work_list);
	if (!worker->current_work && worker->task)
		wake_up_process(worker->task);
	return true;
}

bool kthread_queue_work(struct kthread_worker *worker, struct kthread_work *work)
{
	unsigned long flags;
	bool queued;

	raw_spin_lock_irqsave(&worker->lock, flags);
	queued = queue_locked(worker, work);
	raw_spin_unlock_irqrestore(&worker->lock, flags);
	return queued;
}
EXPORT_SYMBOL_GPL(kthread_queue_work);

void kthread_delayed_work_timer_fn(struct timer_list *t)
{
	struct kthread_delayed_work *dwork = from_timer(dwork, t, timer);
	struct kthread_worker *worker = dwork->work.worker;
	unsigned long flags;

	raw_spin_lock_irqsave(&worker->lock, flags);
	list_del_init(&dwork->work.node);
	queue_locked(worker, &dwork->work);
	raw_spin_unlock_irqrestore(&worker->lock, flags);
}
EXPORT_SYMBOL(kthread_delayed_work_timer_fn);

bool kthread_queue_delayed_work(struct kthread_worker *worker, struct kthread_delayed_work *dwork,
				unsigned long delay)
{
	unsigned long flags;
	bool queued = false;

	raw_spin_lock_irqsave(&worker->lock, flags);
	if (!delay) {
		queued = queue_locked(worker, &dwork->work);
	} else if (list_empty(&dwork->work.node) && !dwork->work.canceling) {
		dwork->work.worker = worker;
		list_add(&dwork->work.node, &worker->delayed_work_list);
		mod_timer(&dwork->timer, jiffies + delay);
		queued = true;
	}
	raw_spin_unlock_irqrestore(&worker->lock, flags);
	return queued;
}
EXPORT_SYMBOL_GPL(kthread_queue_delayed_work);

bool kthread_mod_delayed_work(struct kthread_worker *worker, struct kthread_delayed_work *dwork,
			      unsigned long delay)
{
	bool was_pending;
	unsigned long flags;

	del_timer_sync(&dwork->timer);
	raw_spin_lock_irqsave(&worker->lock, flags);
	was_pending = !list_empty(&dwork->work.node);
	list_del_init(&dwork->work.node);
	raw_spin_unlock_irqrestore(&worker->lock, flags);
	kthread_queue_delayed_work(worker, dwork, delay);
	return was_pending;
}
EXPORT_SYMBOL_GPL(kthread_mod_delayed_work);

struct flush_item {
	struct kthread_work work;
	struct completion done;
};

static void flush_fn(struct kthread_work *work)
{
	complete(&container_of(work, struct flush_item, work)->done);
}

/* An item behind @after, or at the head of the queue when that runs already. */
static void wait_behind(struct kthread_worker *worker, struct kthread_work *after)
{
	struct flush_item flush = { .work = KTHREAD_WORK_INIT(flush.work, flush_fn),
				    .done = COMPLETION_INITIALIZER(flush.done) };
	bool wait = true;

	raw_spin_lock_irq(&worker->lock);
	if (!after)
		list_add_tail(&flush.work.node, &worker->work_list);
	else if (!list_empty(&after->node))
		list_add(&flush.work.node, &after->node);
	else if (worker->current_work == after)
		list_add(&flush.work.node, &worker->work_list);
	else
		wait = false;
	if (wait && !worker->current_work && worker->task)
		wake_up_process(worker->task);
	raw_spin_unlock_irq(&worker->lock);
	if (wait)
		wait_for_completion(&flush.done);
}

void kthread_flush_work(struct kthread_work *work)
{
	if (work->worker)
		wait_behind(work->worker, work);
}
EXPORT_SYMBOL_GPL(kthread_flush_work);

void kthread_flush_worker(struct kthread_worker *worker)
{
	wait_behind(worker, NULL);
}
EXPORT_SYMBOL_GPL(kthread_flush_worker);

bool kthread_cancel_work_sync(struct kthread_work *work)
{
	struct kthread_worker *worker = work->worker;
	bool was_pending, running;

	if (!worker)
		return false;
	raw_spin_lock_irq(&worker->lock);
	was_pending = !list_empty(&work->node);
	list_del_init(&work->node);
	running = worker->current_work == work;
	work->canceling++;		/* keeps it from queueing itself */
	raw_spin_unlock_irq(&worker->lock);
	if (running)
		wait_behind(worker, work);
	raw_spin_lock_irq(&worker->lock);
	work->canceling--;
	raw_spin_unlock_irq(&worker->lock);
	return was_pending;
}
EXPORT_SYMBOL_GPL(kthread_cancel_work_sync);

bool kthread_cancel_delayed_work_sync(struct kthread_delayed_work *dwork)
{
	bool was_timed;

	dwork->work.canceling++;
	was_timed = del_timer_sync(&dwork->timer);
	dwork->work.canceling--;
	return kthread_cancel_work_sync(&dwork->work) || was_timed;
}
EXPORT_SYMBOL_GPL(kthread_cancel_delayed_work_sync);

void kthread_destroy_worker(struct kthread_worker *worker)
{
	kthread_flush_worker(worker);
	kthread_stop(worker->task);
	WARN_ON(!list_empty(&worker->delayed_work_list));
	WARN_ON(!list_empty(&worker->work_list));
	kfree(worker);
}
EXPORT_SYMBOL(kthread_destroy_worker);
