// SPDX-License-Identifier: MIT
/*
 * Work queues: the pools and their workers, from an item's place on a list to the call of its function.
 * What a pool is, how many workers it has, and the locks: workqueue.c.
 */
#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/numa.h>
#include <linux/slab.h>
#include <linux/topology.h>
#include "workqueue_internal.h"

#define IDLE_KEPT	2		/* workers that a pool keeps in reserve */
#define IDLE_TIMEOUT	(30 * HZ)
#define WORKERS_MAX	512		/* in one pool: items that all wait for ever */

static int *active_count(struct workqueue_struct *wq, const struct worker_pool *pool)
{
	return &wq->nr_active[pool->cpu < 0 ? NR_CPUS : pool->cpu];
}

/* ---- Waking workers; pool->lock held ---- */

static void wake_idle_worker(struct worker_pool *pool)
{
	struct worker *w = list_first_entry_or_null(&pool->idle, struct worker, node);

	if (w)
		wake_up_process(w->task);
}

void wq_kick_pool(struct worker_pool *pool)
{
	if (!list_empty(&pool->worklist) && (pool->cpu < 0 || !pool->nr_running))
		wake_idle_worker(pool);
}

/* From schedule(), before the worker gives up its CPU. */
void wq_worker_sleeping(struct task_struct *task)
{
	struct worker *w = task->worker;
	unsigned long flags;

	if (!w || !w->counted)
		return;
	raw_spin_lock_irqsave(&w->pool->lock, flags);
	if (w->counted) {
		w->counted = false;
		w->pool->nr_running--;
		wq_kick_pool(w->pool);
	}
	raw_spin_unlock_irqrestore(&w->pool->lock, flags);
}

/* From schedule(), when it runs again. */
void wq_worker_running(struct task_struct *task)
{
	struct worker *w = task->worker;
	unsigned long flags;

	if (!w || w->counted || !w->is_busy)
		return;
	raw_spin_lock_irqsave(&w->pool->lock, flags);
	w->counted = true;
	w->pool->nr_running++;
	raw_spin_unlock_irqrestore(&w->pool->lock, flags);
}

/* ---- Items; pool->lock held ---- */

struct worker *wq_find_running(struct worker_pool *pool, const struct work_struct *work)
{
	struct worker *w;

	list_for_each_entry(w, &pool->busy, node)
		if (w->current_work == work && w->current_func == work->func)
			return w;
	return NULL;
}

/* Put @work on its way: to the worker that runs it already, to the pool, or to wait for room. */
void wq_insert_work(struct worker_pool *pool, struct workqueue_struct *wq, struct work_struct *work)
{
	int *active = active_count(wq, pool);

	work->wq = wq;
	work->pool = pool;
	raw_spin_lock(&wq->lock);
	work->color = wq->color;
	wq->in_flight[work->color]++;
	if (*active < wq->max_active) {
		++*active;
		list_add_tail(&work->entry, &pool->worklist);
	} else {
		list_add_tail(&work->entry, &wq->waiting);
	}
	raw_spin_unlock(&wq->lock);
	wq_kick_pool(pool);
}

/*
 * @work, which waits for room in @wq, goes to @pool, or nowhere (it is being cancelled); the items of
 * its flushers, which stand directly behind it, go to @pool in any case.
 */
void wq_leave_waiting(struct worker_pool *pool, struct workqueue_struct *wq, struct work_struct *work,
			  bool to_pool)
{
	struct work_struct *next = list_next_entry(work, entry), *after;

	if (to_pool)
		list_move_tail(&work->entry, &pool->worklist);
	else
		list_del_init(&work->entry);
	for (; &next->entry != &wq->waiting && !next->wq; next = after) {
		after = list_next_entry(next, entry);
		list_move_tail(&next->entry, &pool->worklist);
	}
}

/* An item that was active on @pool has ended (or was taken back): let a waiting one in. */
void wq_release_active(struct worker_pool *pool, struct workqueue_struct *wq)
{
	struct work_struct *work;

	raw_spin_lock(&wq->lock);
	--*active_count(wq, pool);
	list_for_each_entry(work, &wq->waiting, entry) {
		if (work->pool != pool || !work->wq)
			continue;
		++*active_count(wq, pool);
		wq_leave_waiting(pool, wq, work, true);
		break;
	}
	raw_spin_unlock(&wq->lock);
}

void wq_release_color(struct workqueue_struct *wq, u32 color)
{
	raw_spin_lock(&wq->lock);
	if (--wq->in_flight[color] == 0 && wq->flusher && color != wq->color) {
		complete(wq->flusher);
		wq->flusher = NULL;
	}
	raw_spin_unlock(&wq->lock);
}

/* ---- Workers ---- */

void __init wq_pool_init(struct worker_pool *pool, int cpu, bool highpri)
{
	raw_spin_lock_init(&pool->lock);
	pool->cpu = cpu;
	pool->highpri = highpri;
	INIT_LIST_HEAD(&pool->worklist);
	INIT_LIST_HEAD(&pool->idle);
	INIT_LIST_HEAD(&pool->busy);
}

static int worker_thread(void *arg);

/* Context: thread. @pool->creating is ours. */
void wq_create_worker(struct worker_pool *pool)
{
	struct worker *w = kzalloc(sizeof(*w), GFP_KERNEL);
	struct task_struct *task;

	if (!w)
		return;
	w->pool = pool;
	INIT_LIST_HEAD(&w->scheduled);
	raw_spin_lock_irq(&pool->lock);
	w->id = pool->next_id++;
	raw_spin_unlock_irq(&pool->lock);

	if (pool->cpu >= 0)
		task = kthread_create_on_node(worker_thread, w, cpu_to_node(pool->cpu), "kworker/%d:%d%s",
					      pool->cpu, w->id, pool->highpri ? "H" : "");
	else
		task = kthread_create_on_node(worker_thread, w, NUMA_NO_NODE, "kworker/u%u:%d%s",
					      num_possible_cpus() * 2, w->id, pool->highpri ? "H" : "");
	if (IS_ERR(task)) {
		kfree(w);
		return;
	}
	w->task = task;
	task->worker = w;
	task->flags |= PF_WQ_WORKER;
	if (pool->highpri)
		set_user_nice(task, MIN_NICE);
	if (pool->cpu >= 0)
		kthread_bind(task, pool->cpu);
	raw_spin_lock_irq(&pool->lock);
	pool->nr_workers++;
	pool->nr_idle++;
	list_add(&w->node, &pool->idle);
	raw_spin_unlock_irq(&pool->lock);
	wake_up_process(task);
}

/* pool->lock held, dropped and retaken. */
static void keep_one_idle(struct worker_pool *pool)
{
	if (pool->nr_idle || pool->creating || pool->nr_workers >= WORKERS_MAX)
		return;
	pool->creating = true;
	raw_spin_unlock_irq(&pool->lock);
	wq_create_worker(pool);
	raw_spin_lock_irq(&pool->lock);
	pool->creating = false;
}

/* The flushers of @work, directly behind it on the pool's list or on @w's, to @out. */
static void take_flushers(struct worker *w, struct work_struct *work, struct list_head *out)
{
	struct list_head *next;

	while ((next = work->entry.next) != &w->pool->worklist && next != &w->scheduled) {
		struct work_struct *behind = list_entry(next, struct work_struct, entry);

		if (behind->wq || container_of(behind, struct flush_item, work)->target != work)
			break;
		list_move_tail(next, out);
	}
}

/* pool->lock held, dropped while the item runs. The worker is busy and counted. */
static void run_one(struct worker *w, struct work_struct *work)
{
	struct worker_pool *pool = w->pool;
	struct workqueue_struct *wq = work->wq;
	struct worker *other = wq_find_running(pool, work);
	LIST_HEAD(flushers);
	int before, after;

	take_flushers(w, work, &flushers);
	if (other) {	/* it was queued again while it runs there: that worker goes on with it */
		list_move_tail(&work->entry, &other->scheduled);
		list_splice_tail(&flushers, &other->scheduled);
		return;
	}
	list_del_init(&work->entry);
	list_splice(&flushers, &w->scheduled);
	w->current_work = work;
	w->current_func = work->func;
	w->current_wq = wq;
	w->current_color = work->color;
	/* From here on it may be queued again; the function sees what was written before that. */
	smp_mb();
	clear_bit(WORK_STRUCT_PENDING_BIT, &work->data);
	raw_spin_unlock_irq(&pool->lock);

	before = preempt_count();
	w->current_func(work);		/* may free the item */
	after = preempt_count();
	if (unlikely(before != after)) {
		pr_err("BUG: workqueue leaked lock or atomic: %s/0x%08x/%d\n     last function: %ps\n",
		       current->comm, after, current->pid, w->current_func);
		dump_stack();
		current->preempt_count = before;
	}

	raw_spin_lock_irq(&pool->lock);
	w->current_work = NULL;
	w->current_func = NULL;
	w->current_wq = NULL;
	if (wq) {		/* a flusher's own item belongs to no work queue */
		wq_release_active(pool, wq);
		wq_release_color(wq, w->current_color);
	}
}

static int worker_thread(void *arg)
{
	struct worker *w = arg;
	struct worker_pool *pool = w->pool;
	struct work_struct *work;

	raw_spin_lock_irq(&pool->lock);
	for (;;) {
		/* Idle, until there is something to do and (on a CPU's pool) nobody else does it. */
		while (list_empty(&pool->worklist) || (pool->cpu >= 0 && pool->nr_running)) {
			bool spare = pool->nr_idle > IDLE_KEPT;
			long left;

			__set_current_state(TASK_IDLE);
			raw_spin_unlock_irq(&pool->lock);
			left = schedule_timeout(spare ? IDLE_TIMEOUT : MAX_SCHEDULE_TIMEOUT);
			raw_spin_lock_irq(&pool->lock);
			if (!left && pool->nr_idle > IDLE_KEPT && list_empty(&pool->worklist)) {
				list_del(&w->node);
				pool->nr_idle--;
				pool->nr_workers--;
				current->worker = NULL;
				current->flags &= ~PF_WQ_WORKER;
				raw_spin_unlock_irq(&pool->lock);
				kfree(w);
				return 0;
			}
		}

		list_move(&w->node, &pool->busy);
		pool->nr_idle--;
		w->is_busy = true;
		w->counted = true;
		pool->nr_running++;
		do {
			keep_one_idle(pool);
			work = list_first_entry_or_null(&pool->worklist, struct work_struct, entry);
			if (!work)
				break;
			run_one(w, work);
			while (!list_empty(&w->scheduled))
				run_one(w, list_first_entry(&w->scheduled, struct work_struct, entry));
			if (need_resched()) {
				raw_spin_unlock_irq(&pool->lock);
				cond_resched();
				raw_spin_lock_irq(&pool->lock);
			}
		} while (!list_empty(&pool->worklist) && (pool->cpu < 0 || pool->nr_running == 1));
		w->is_busy = false;
		if (w->counted) {
			w->counted = false;
			pool->nr_running--;
		}
		list_move(&w->node, &pool->idle);
		pool->nr_idle++;
		wq_kick_pool(pool);
	}
}

/* An item's function oopsed, and takes its worker along. Its flushers must not wait for ever. */
void wq_worker_died(struct task_struct *task)
{
	struct worker *w = task->worker;
	struct worker_pool *pool;
	unsigned long flags;

	if (!w)
		return;
	pool = w->pool;
	raw_spin_lock_irqsave(&pool->lock, flags);
	list_del(&w->node);
	pool->nr_workers--;
	if (w->counted)
		pool->nr_running--;
	if (w->current_wq) {
		wq_release_active(pool, w->current_wq);
		wq_release_color(w->current_wq, w->current_color);
	}
	list_splice_init(&w->scheduled, &pool->worklist);
	task->worker = NULL;
	task->flags &= ~PF_WQ_WORKER;
	wq_kick_pool(pool);
	raw_spin_unlock_irqrestore(&pool->lock, flags);
	kfree(w);
}

/* ---- For the module loader ---- */

void wq_visit_pool(struct worker_pool *pool, workqueue_visit_fn visit, void *ctx)
{
	struct work_struct *work;
	struct worker *w;
	unsigned long flags;

	raw_spin_lock_irqsave(&pool->lock, flags);
	list_for_each_entry(w, &pool->busy, node)
		if (w->current_func)
			visit(w->current_work, w->current_func, w->task, ctx);
	list_for_each_entry(work, &pool->worklist, entry)
		visit(work, work->func, NULL, ctx);
	raw_spin_unlock_irqrestore(&pool->lock, flags);
}
