// SPDX-License-Identifier: MIT
/*
 * Work queues: what they are, and how an item is queued. Their workers are in workqueue_worker.c; cancelling and
 * flushing in workqueue_wait.c.
 *
 * Items run in worker threads. The workers belong to pools: two for each CPU (normal, and
 * WQ_HIGHPRI), whose workers stay on it, and two for all CPUs together (WQ_UNBOUND). A work queue
 * is a name, limits, and a way to wait for its items.
 *
 *      queue_work() -> workqueue: at its limit?  --yes--> wq->waiting
 *                          | no                              | when one of its items ends
 *                          v                                 |
 *                      pool->worklist <-----------------------
 *                          | a worker takes the first
 *                          v
 *                      work->func(work)
 *
 * How many workers? A pool wants one that runs, no more: that keeps a CPU busy. When the running one
 * goes to sleep inside an item, the scheduler tells us (wq_worker_sleeping()) and the next idle one is
 * woken. A worker that takes an item while no other is idle first makes one: so there is always one in
 * reserve, and items that wait for each other cannot block a pool. Idle ones in excess end after a
 * while. Unbound pools wake a worker for each item instead.
 *
 * An item: whoever sets its PENDING bit owns it until it runs: it is on a list, or its timer runs, or it is
 * being cancelled. The worker clears the bit just before it calls the function, so that the item may be
 * queued again from then on; if it is, it goes to the pool that runs it, behind its own end.
 *
 * Locks: pool->lock (interrupt-safe, one at a time) guards the pool, its workers, the items on its lists;
 * wq->lock (interrupt-safe, taken inside pool->lock) guards the counts and the waiting list of a work queue.
 * Below both: the wakeup locks. wq_mutex guards the list of work queues.
 */
#include <linux/export.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/workqueue.h>
#include <paddock/init.h>
#include <paddock/rcu.h>
#include "workqueue_internal.h"

static DEFINE_PER_CPU(struct worker_pool, cpu_pools[2]);
static struct worker_pool unbound_pools[2];
static DEFINE_MUTEX(wq_mutex);
static LIST_HEAD(all_workqueues);

struct workqueue_struct *system_wq, *system_highpri_wq, *system_long_wq, *system_unbound_wq,
	*system_freezable_wq, *system_power_efficient_wq, *system_freezable_power_efficient_wq;
EXPORT_SYMBOL(system_wq);
EXPORT_SYMBOL_GPL(system_highpri_wq);
EXPORT_SYMBOL_GPL(system_long_wq);
EXPORT_SYMBOL_GPL(system_unbound_wq);
EXPORT_SYMBOL_GPL(system_freezable_wq);
EXPORT_SYMBOL_GPL(system_power_efficient_wq);
EXPORT_SYMBOL_GPL(system_freezable_power_efficient_wq);

static bool is_unbound(const struct workqueue_struct *wq)
{
	return wq->flags & WQ_UNBOUND;
}

static struct worker_pool *pool_for(const struct workqueue_struct *wq, int cpu)
{
	unsigned int high = wq->flags & WQ_HIGHPRI ? 1 : 0;

	return is_unbound(wq) ? &unbound_pools[high] : &per_cpu(cpu_pools, cpu)[high];
}

/* ---- Queueing ---- */

/* The caller owns PENDING; interrupts masked. */
void wq_queue_owned(int cpu, struct workqueue_struct *wq, struct work_struct *work)
{
	struct worker_pool *pool, *last = READ_ONCE(work->pool);

	if (cpu == WORK_CPU_UNBOUND || !cpu_online(cpu))
		cpu = raw_smp_processor_id();
	pool = pool_for(wq, cpu);
	/* Never twice at once: if it still runs in another pool, it is queued there. */
	if (last && last != pool) {
		raw_spin_lock(&last->lock);
		if (wq_find_running(last, work) && wq_find_running(last, work)->current_wq == wq) {
			wq_insert_work(last, wq, work);
			raw_spin_unlock(&last->lock);
			return;
		}
		raw_spin_unlock(&last->lock);
	}
	raw_spin_lock(&pool->lock);
	WARN_ONCE(wq->flags & __WQ_DESTROYING, "workqueue: work %ps queued on %s, which is being destroyed\n",
		  work->func, wq->name);
	wq_insert_work(pool, wq, work);
	raw_spin_unlock(&pool->lock);
}

bool queue_work_on(int cpu, struct workqueue_struct *wq, struct work_struct *work)
{
	unsigned long flags;
	bool queued = false;

	local_irq_save(flags);
	if (!test_and_set_bit(WORK_STRUCT_PENDING_BIT, &work->data)) {
		wq_queue_owned(cpu, wq, work);
		queued = true;
	}
	local_irq_restore(flags);
	return queued;
}
EXPORT_SYMBOL(queue_work_on);

bool queue_work_node(int node, struct workqueue_struct *wq, struct work_struct *work)
{
	return queue_work_on(WORK_CPU_UNBOUND, wq, work);
}
EXPORT_SYMBOL_GPL(queue_work_node);

void delayed_work_timer_fn(struct timer_list *t)
{
	struct delayed_work *dwork = from_timer(dwork, t, timer);
	unsigned long flags;

	local_irq_save(flags);
	wq_queue_owned(dwork->cpu, dwork->wq, &dwork->work);
	local_irq_restore(flags);
}
EXPORT_SYMBOL(delayed_work_timer_fn);

/* The caller owns PENDING. */
void wq_start_delay(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork, unsigned long delay)
{
	unsigned long flags;

	if (!delay) {
		local_irq_save(flags);
		wq_queue_owned(cpu, wq, &dwork->work);
		local_irq_restore(flags);
		return;
	}
	dwork->wq = wq;
	dwork->cpu = cpu;
	mod_timer(&dwork->timer, jiffies + delay);
}

bool queue_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork, unsigned long delay)
{
	if (test_and_set_bit(WORK_STRUCT_PENDING_BIT, &dwork->work.data))
		return false;
	wq_start_delay(cpu, wq, dwork, delay);
	return true;
}
EXPORT_SYMBOL(queue_delayed_work_on);

static void rcu_work_fn(struct rcu_head *head)
{
	struct rcu_work *rwork = container_of(head, struct rcu_work, rcu);
	unsigned long flags;

	local_irq_save(flags);
	wq_queue_owned(WORK_CPU_UNBOUND, rwork->wq, &rwork->work);
	local_irq_restore(flags);
}

bool queue_rcu_work(struct workqueue_struct *wq, struct rcu_work *rwork)
{
	if (test_and_set_bit(WORK_STRUCT_PENDING_BIT, &rwork->work.data))
		return false;
	rwork->wq = wq;
	call_rcu(&rwork->rcu, rcu_work_fn);
	return true;
}
EXPORT_SYMBOL(queue_rcu_work);

/* ---- Work queues ---- */

struct workqueue_struct *alloc_workqueue(const char *fmt, unsigned int flags, int max_active, ...)
{
	struct workqueue_struct *wq = kzalloc(sizeof(*wq), GFP_KERNEL);
	va_list args;

	if (!wq)
		return NULL;
	va_start(args, max_active);
	vsnprintf(wq->name, sizeof(wq->name), fmt, args);
	va_end(args);
	wq->flags = flags;
	wq->max_active = max_active > 0 ? min_t(int, max_active, WQ_MAX_ACTIVE) : WQ_DFL_ACTIVE;
	raw_spin_lock_init(&wq->lock);
	mutex_init(&wq->flush_mutex);
	INIT_LIST_HEAD(&wq->waiting);
	mutex_lock(&wq_mutex);
	list_add_tail(&wq->all, &all_workqueues);
	mutex_unlock(&wq_mutex);
	return wq;
}
EXPORT_SYMBOL_GPL(alloc_workqueue);

void destroy_workqueue(struct workqueue_struct *wq)
{
	drain_workqueue(wq);
	wq->flags |= __WQ_DESTROYING;
	drain_workqueue(wq);
	mutex_lock(&wq_mutex);
	list_del(&wq->all);
	mutex_unlock(&wq_mutex);
	/* The worker that told us that nothing is left may still be about to drop the lock. */
	raw_spin_lock_irq(&wq->lock);
	raw_spin_unlock_irq(&wq->lock);
	kfree(wq);
}
EXPORT_SYMBOL_GPL(destroy_workqueue);

void workqueue_set_max_active(struct workqueue_struct *wq, int max_active)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&wq->lock, flags);
	wq->max_active = clamp_t(int, max_active, 1, WQ_MAX_ACTIVE);
	raw_spin_unlock_irqrestore(&wq->lock, flags);
}
EXPORT_SYMBOL_GPL(workqueue_set_max_active);

bool workqueue_congested(int cpu, struct workqueue_struct *wq)
{
	return !list_empty(&wq->waiting);
}
EXPORT_SYMBOL_GPL(workqueue_congested);

/* ---- Conveniences ---- */

int schedule_on_each_cpu(work_func_t func)
{
	struct work_struct *works = kcalloc(nr_cpu_ids, sizeof(*works), GFP_KERNEL);
	unsigned int cpu;

	if (!works)
		return -ENOMEM;
	for_each_online_cpu(cpu) {
		INIT_WORK(&works[cpu], func);
		schedule_work_on(cpu, &works[cpu]);
	}
	for_each_online_cpu(cpu)
		flush_work(&works[cpu]);
	kfree(works);
	return 0;
}

struct call_item {
	struct work_struct work;
	long (*fn)(void *);
	void *arg;
	long ret;
};

static void call_fn(struct work_struct *work)
{
	struct call_item *call = container_of(work, struct call_item, work);

	call->ret = call->fn(call->arg);
}

long work_on_cpu(int cpu, long (*fn)(void *), void *arg)
{
	struct call_item call = { .fn = fn, .arg = arg };

	INIT_WORK_ONSTACK(&call.work, call_fn);
	schedule_work_on(cpu, &call.work);
	flush_work(&call.work);
	return call.ret;
}
EXPORT_SYMBOL(work_on_cpu);

unsigned int work_busy(struct work_struct *work)
{
	struct worker_pool *pool = READ_ONCE(work->pool);
	unsigned int busy = work_pending(work) ? WORK_BUSY_PENDING : 0;
	unsigned long flags;

	if (pool) {
		raw_spin_lock_irqsave(&pool->lock, flags);
		if (wq_find_running(pool, work))
			busy |= WORK_BUSY_RUNNING;
		raw_spin_unlock_irqrestore(&pool->lock, flags);
	}
	return busy;
}
EXPORT_SYMBOL_GPL(work_busy);

struct work_struct *current_work(void)
{
	struct worker *w = current->flags & PF_WQ_WORKER ? current->worker : NULL;

	return w ? w->current_work : NULL;
}
EXPORT_SYMBOL(current_work);

bool current_is_workqueue_rescuer(void)
{
	return false;	/* there are none: a worker stands by in each pool instead */
}
EXPORT_SYMBOL(current_is_workqueue_rescuer);

/* ---- For the module loader: whose functions wait or run? ---- */

void workqueue_visit(workqueue_visit_fn visit, void *ctx)
{
	struct workqueue_struct *wq;
	struct work_struct *work;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		wq_visit_pool(&per_cpu(cpu_pools, cpu)[0], visit, ctx);
		wq_visit_pool(&per_cpu(cpu_pools, cpu)[1], visit, ctx);
	}
	wq_visit_pool(&unbound_pools[0], visit, ctx);
	wq_visit_pool(&unbound_pools[1], visit, ctx);
	mutex_lock(&wq_mutex);
	list_for_each_entry(wq, &all_workqueues, all) {
		raw_spin_lock_irq(&wq->lock);
		list_for_each_entry(work, &wq->waiting, entry)
			visit(work, work->func, NULL, ctx);
		raw_spin_unlock_irq(&wq->lock);
	}
	mutex_unlock(&wq_mutex);
}

/* ---- Boot ---- */

/* Work may be queued from here on; it runs once there are workers. */
void __init workqueue_init_early(void)
{
	unsigned int cpu, i;

	for (i = 0; i < 2; i++) {
		for_each_possible_cpu(cpu)
			wq_pool_init(&per_cpu(cpu_pools, cpu)[i], cpu, i);
		wq_pool_init(&unbound_pools[i], -1, i);
	}
	system_wq = alloc_workqueue("events", 0, 0);
	system_highpri_wq = alloc_workqueue("events_highpri", WQ_HIGHPRI, 0);
	system_long_wq = alloc_workqueue("events_long", 0, 0);
	system_unbound_wq = alloc_workqueue("events_unbound", WQ_UNBOUND, 0);
	system_freezable_wq = alloc_workqueue("events_freezable", WQ_FREEZABLE, 0);
	system_power_efficient_wq = alloc_workqueue("events_power_efficient", WQ_POWER_EFFICIENT, 0);
	system_freezable_power_efficient_wq =
		alloc_workqueue("events_freezable_power_efficient", WQ_FREEZABLE | WQ_POWER_EFFICIENT, 0);
	if (!system_wq || !system_highpri_wq || !system_long_wq || !system_unbound_wq ||
	    !system_freezable_wq || !system_power_efficient_wq || !system_freezable_power_efficient_wq)
		panic("workqueue: no memory");
}

void __init workqueue_init(void)
{
	unsigned int cpu;

	rcu_start();
	for_each_online_cpu(cpu) {
		wq_create_worker(&per_cpu(cpu_pools, cpu)[0]);
		wq_create_worker(&per_cpu(cpu_pools, cpu)[1]);
	}
	wq_create_worker(&unbound_pools[0]);
	wq_create_worker(&unbound_pools[1]);
}
