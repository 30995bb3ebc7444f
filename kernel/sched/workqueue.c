// SPDX-License-Identifier: MIT
/*
 * Work queues.
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
#include <linux/bug.h>
#include <linux/completion.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mutex.h>
#include <linux/numa.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/topology.h>
#include <linux/workqueue.h>
#include <paddock/init.h>
#include <paddock/rcu.h>
#include <paddock/workqueue.h>
#include "sched.h"

#define IDLE_KEPT	2		/* workers that a pool keeps in reserve */
#define IDLE_TIMEOUT	(30 * HZ)
#define WORKERS_MAX	512		/* in one pool: items that all wait for ever */

struct worker {
	struct list_head node;		/* [L] pool->idle or pool->busy */
	struct worker_pool *pool;	/* [I] */
	struct task_struct *task;	/* [I] */
	struct work_struct *current_work; /* [L] what it runs, also after that was freed: only compared */
	work_func_t current_func;	/* [L] */
	struct workqueue_struct *current_wq; /* [L] */
	u32 current_color;		/* [L] */
	struct list_head scheduled;	/* [L] to run directly behind the current item: its flushers and itself */
	bool is_busy;			/* [L] on pool->busy */
	bool counted;			/* [L] in pool->nr_running */
	int id;				/* [I] */
};

struct worker_pool {
	raw_spinlock_t lock;
	int cpu;			/* [I] -1: any */
	bool highpri;			/* [I] */
	struct list_head worklist;	/* [L] items, in the order of queueing */
	struct list_head idle;		/* [L] workers, the last one that went idle first */
	struct list_head busy;		/* [L] */
	unsigned int nr_workers, nr_idle; /* [L] */
	unsigned int nr_running;	/* [L] busy and not asleep */
	unsigned int next_id;		/* [L] */
	bool creating;			/* [L] a worker is busy making another one */
};

struct workqueue_struct {
	char name[24];			/* [I] */
	unsigned int flags;		/* [I] */
	int max_active;			/* [L] wq->lock */
	raw_spinlock_t lock;
	struct list_head waiting;	/* [L] items above the limit */
	int nr_active[NR_CPUS + 1];	/* [L] on a pool's list or running; by CPU, the last: unbound */
	u32 color;			/* [L] of items queued now */
	unsigned int in_flight[2];	/* [L] items queued or running, by color */
	struct completion *flusher;	/* [L] waits for in_flight[!color] to become 0 */
	struct mutex flush_mutex;	/* one flush at a time */
	struct list_head all;		/* [wq_mutex] */
};

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

static int *active_count(struct workqueue_struct *wq, const struct worker_pool *pool)
{
	return &wq->nr_active[pool->cpu < 0 ? NR_CPUS : pool->cpu];
}

/* ---- waking workers; pool->lock held ---- */

static void wake_idle_worker(struct worker_pool *pool)
{
	struct worker *w = list_first_entry_or_null(&pool->idle, struct worker, node);

	if (w)
		wake_up_process(w->task);
}

static void kick_pool(struct worker_pool *pool)
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
		kick_pool(w->pool);
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

/* ---- items; pool->lock held ---- */

static struct worker *find_running(struct worker_pool *pool, const struct work_struct *work)
{
	struct worker *w;

	list_for_each_entry(w, &pool->busy, node)
		if (w->current_work == work && w->current_func == work->func)
			return w;
	return NULL;
}

/* Put @work on its way: to the worker that runs it already, to the pool, or to wait for room. */
static void insert_work(struct worker_pool *pool, struct workqueue_struct *wq, struct work_struct *work)
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
	kick_pool(pool);
}

/*
 * @work, which waits for room in @wq, goes to @pool, or nowhere (it is being cancelled); the items of
 * its flushers, which stand directly behind it, go to @pool in any case.
 */
static void leave_waiting(struct worker_pool *pool, struct workqueue_struct *wq, struct work_struct *work,
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
static void release_active(struct worker_pool *pool, struct workqueue_struct *wq)
{
	struct work_struct *work;

	raw_spin_lock(&wq->lock);
	--*active_count(wq, pool);
	list_for_each_entry(work, &wq->waiting, entry) {
		if (work->pool != pool || !work->wq)
			continue;
		++*active_count(wq, pool);
		leave_waiting(pool, wq, work, true);
		break;
	}
	raw_spin_unlock(&wq->lock);
}

static void release_color(struct workqueue_struct *wq, u32 color)
{
	raw_spin_lock(&wq->lock);
	if (--wq->in_flight[color] == 0 && wq->flusher && color != wq->color) {
		complete(wq->flusher);
		wq->flusher = NULL;
	}
	raw_spin_unlock(&wq->lock);
}

/* ---- workers ---- */

static int worker_thread(void *arg);

/* Context: thread. @pool->creating is ours. */
static void create_worker(struct worker_pool *pool)
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
	create_worker(pool);
	raw_spin_lock_irq(&pool->lock);
	pool->creating = false;
}

/* pool->lock held, dropped while the item runs. The worker is busy and counted. */
static void run_one(struct worker *w, struct work_struct *work)
{
	struct worker_pool *pool = w->pool;
	struct workqueue_struct *wq = work->wq;
	struct worker *other = find_running(pool, work);
	int before, after;

	if (other) {	/* it was queued again while it runs there: that worker goes on with it */
		list_move_tail(&work->entry, &other->scheduled);
		return;
	}
	list_del_init(&work->entry);
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
		release_active(pool, wq);
		release_color(wq, w->current_color);
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
		kick_pool(pool);
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
		release_active(pool, w->current_wq);
		release_color(w->current_wq, w->current_color);
	}
	list_splice_init(&w->scheduled, &pool->worklist);
	task->worker = NULL;
	task->flags &= ~PF_WQ_WORKER;
	kick_pool(pool);
	raw_spin_unlock_irqrestore(&pool->lock, flags);
	kfree(w);
}

/* ---- queueing ---- */

/* The caller owns PENDING; interrupts masked. */
static void queue_owned(int cpu, struct workqueue_struct *wq, struct work_struct *work)
{
	struct worker_pool *pool, *last = READ_ONCE(work->pool);

	if (cpu == WORK_CPU_UNBOUND || !cpu_online(cpu))
		cpu = raw_smp_processor_id();
	pool = pool_for(wq, cpu);
	/* Never twice at once: if it still runs in another pool, it is queued there. */
	if (last && last != pool) {
		raw_spin_lock(&last->lock);
		if (find_running(last, work) && find_running(last, work)->current_wq == wq) {
			insert_work(last, wq, work);
			raw_spin_unlock(&last->lock);
			return;
		}
		raw_spin_unlock(&last->lock);
	}
	raw_spin_lock(&pool->lock);
	WARN_ONCE(wq->flags & __WQ_DESTROYING, "workqueue: work %ps queued on %s, which is being destroyed\n",
		  work->func, wq->name);
	insert_work(pool, wq, work);
	raw_spin_unlock(&pool->lock);
}

bool queue_work_on(int cpu, struct workqueue_struct *wq, struct work_struct *work)
{
	unsigned long flags;
	bool queued = false;

	local_irq_save(flags);
	if (!test_and_set_bit(WORK_STRUCT_PENDING_BIT, &work->data)) {
		queue_owned(cpu, wq, work);
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
	queue_owned(dwork->cpu, dwork->wq, &dwork->work);
	local_irq_restore(flags);
}
EXPORT_SYMBOL(delayed_work_timer_fn);

/* The caller owns PENDING. */
static void start_delay(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork, unsigned long delay)
{
	unsigned long flags;

	if (!delay) {
		local_irq_save(flags);
		queue_owned(cpu, wq, &dwork->work);
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
	start_delay(cpu, wq, dwork, delay);
	return true;
}
EXPORT_SYMBOL(queue_delayed_work_on);

/*
 * Become the owner of PENDING, from whoever has it: take it off its list, stop its timer.
 * Returns: whether it was pending; -EAGAIN when somebody is just about to queue or has just taken it.
 */
static int try_grab(struct work_struct *work, struct timer_list *timer)
{
	struct worker_pool *pool;
	unsigned long flags;
	int ret = -EAGAIN;

	if (timer && del_timer(timer))
		return 1;
	if (!test_and_set_bit(WORK_STRUCT_PENDING_BIT, &work->data))
		return 0;
	pool = READ_ONCE(work->pool);
	if (!pool)
		return -EAGAIN;
	raw_spin_lock_irqsave(&pool->lock, flags);
	if (work->pool == pool && !list_empty(&work->entry)) {
		struct workqueue_struct *wq = work->wq;
		bool was_active = true;
		struct work_struct *other;

		raw_spin_lock(&wq->lock);
		list_for_each_entry(other, &wq->waiting, entry)
			if (other == work) {
				was_active = false;
				break;
			}
		if (was_active)
			list_del_init(&work->entry);
		else
			leave_waiting(pool, wq, work, false);
		raw_spin_unlock(&wq->lock);
		if (was_active)
			release_active(pool, wq);
		release_color(wq, work->color);
		kick_pool(pool);
		ret = 1;
	}
	raw_spin_unlock_irqrestore(&pool->lock, flags);
	return ret;
}

static int grab(struct work_struct *work, struct timer_list *timer)
{
	unsigned int tries = 0;
	int ret;

	/* Who has it gives it up at once, unless it is another canceller, which sleeps. */
	while ((ret = try_grab(work, timer)) == -EAGAIN) {
		if (++tries > 100 && preemptible())
			schedule_timeout_uninterruptible(1);
		else
			cpu_relax();
	}
	return ret;
}

bool mod_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork, unsigned long delay)
{
	bool was_pending = grab(&dwork->work, &dwork->timer);

	start_delay(cpu, wq, dwork, delay);
	return was_pending;
}
EXPORT_SYMBOL_GPL(mod_delayed_work_on);

static void rcu_work_fn(struct rcu_head *head)
{
	struct rcu_work *rwork = container_of(head, struct rcu_work, rcu);
	unsigned long flags;

	local_irq_save(flags);
	queue_owned(WORK_CPU_UNBOUND, rwork->wq, &rwork->work);
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

bool flush_rcu_work(struct rcu_work *rwork)
{
	if (work_pending(&rwork->work))
		rcu_barrier();
	return flush_work(&rwork->work);
}
EXPORT_SYMBOL(flush_rcu_work);

/* ---- waiting ---- */

struct flush_item {
	struct work_struct work;
	struct completion done;
};

static void flush_fn(struct work_struct *work)
{
	complete(&container_of(work, struct flush_item, work)->done);
}

/* Wait for @work if it is queued or runs. The item used for it belongs to no work queue, so no limit holds it up. */
static bool wait_for_work(struct work_struct *work, bool running_only)
{
	struct flush_item flush = { .work = __WORK_INITIALIZER(flush.work, flush_fn),
				    .done = COMPLETION_INITIALIZER(flush.done) };
	struct worker_pool *pool;
	struct worker *w;
	bool wait = true;

	might_sleep();
again:
	pool = READ_ONCE(work->pool);
	if (!pool)
		return false;
	raw_spin_lock_irq(&pool->lock);
	if (work->pool != pool) {
		raw_spin_unlock_irq(&pool->lock);
		goto again;
	}
	flush.work.data = BIT(WORK_STRUCT_PENDING_BIT);
	w = find_running(pool, work);
	if (!running_only && !list_empty(&work->entry)) {
		raw_spin_lock(&work->wq->lock);	/* it may be among the waiting */
		list_add(&flush.work.entry, &work->entry);
		raw_spin_unlock(&work->wq->lock);
		flush.work.pool = pool;
		kick_pool(pool);
	} else if (w) {
		if (WARN_ON(w->task == current)) {	/* would wait for itself */
			wait = false;
		} else {
			list_add(&flush.work.entry, &w->scheduled);
			flush.work.pool = pool;
		}
	} else {
		wait = false;
	}
	raw_spin_unlock_irq(&pool->lock);
	if (wait)
		wait_for_completion(&flush.done);
	return wait;
}

bool flush_work(struct work_struct *work)
{
	return wait_for_work(work, false);
}
EXPORT_SYMBOL_GPL(flush_work);

bool flush_delayed_work(struct delayed_work *dwork)
{
	unsigned long flags;

	if (del_timer_sync(&dwork->timer)) {
		local_irq_save(flags);
		queue_owned(dwork->cpu, dwork->wq, &dwork->work);
		local_irq_restore(flags);
	}
	return flush_work(&dwork->work);
}
EXPORT_SYMBOL(flush_delayed_work);

bool cancel_work(struct work_struct *work)
{
	bool was_pending = grab(work, NULL);

	clear_bit(WORK_STRUCT_PENDING_BIT, &work->data);
	return was_pending;
}
EXPORT_SYMBOL(cancel_work);

bool cancel_delayed_work(struct delayed_work *dwork)
{
	bool was_pending = grab(&dwork->work, &dwork->timer);

	clear_bit(WORK_STRUCT_PENDING_BIT, &dwork->work.data);
	return was_pending;
}
EXPORT_SYMBOL(cancel_delayed_work);

/* With PENDING ours the item cannot be queued; then what runs is the last. */
bool cancel_work_sync(struct work_struct *work)
{
	bool was_pending = grab(work, NULL);

	wait_for_work(work, true);
	clear_bit(WORK_STRUCT_PENDING_BIT, &work->data);
	return was_pending;
}
EXPORT_SYMBOL_GPL(cancel_work_sync);

bool cancel_delayed_work_sync(struct delayed_work *dwork)
{
	bool was_pending = grab(&dwork->work, &dwork->timer);

	wait_for_work(&dwork->work, true);
	clear_bit(WORK_STRUCT_PENDING_BIT, &dwork->work.data);
	return was_pending;
}
EXPORT_SYMBOL(cancel_delayed_work_sync);

/*
 * Everything queued before has the present color. Items queued from now on get the other one, of which
 * none is left from before: the last flush waited for that.
 */
void __flush_workqueue(struct workqueue_struct *wq)
{
	DECLARE_COMPLETION_ONSTACK(done);
	bool wait;

	might_sleep();
	mutex_lock(&wq->flush_mutex);
	raw_spin_lock_irq(&wq->lock);
	wait = wq->in_flight[wq->color] != 0;
	if (wait) {
		wq->color ^= 1;
		wq->flusher = &done;
	}
	raw_spin_unlock_irq(&wq->lock);
	if (wait)
		wait_for_completion(&done);
	mutex_unlock(&wq->flush_mutex);
}
EXPORT_SYMBOL(__flush_workqueue);

static bool wq_is_empty(struct workqueue_struct *wq)
{
	return !READ_ONCE(wq->in_flight[0]) && !READ_ONCE(wq->in_flight[1]);
}

void drain_workqueue(struct workqueue_struct *wq)
{
	unsigned int flushes = 0;

	do {
		__flush_workqueue(wq);
		if (++flushes == 10)
			pr_warn("workqueue %s: drain_workqueue() isn't complete after %u tries\n", wq->name, flushes);
	} while (!wq_is_empty(wq));
}
EXPORT_SYMBOL_GPL(drain_workqueue);

/* ---- work queues ---- */

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

/* ---- conveniences ---- */

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
		if (find_running(pool, work))
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

/* ---- for the module loader: whose functions wait or run? ---- */

static void visit_pool(struct worker_pool *pool, workqueue_visit_fn visit, void *ctx)
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

void workqueue_visit(workqueue_visit_fn visit, void *ctx)
{
	struct workqueue_struct *wq;
	struct work_struct *work;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		visit_pool(&per_cpu(cpu_pools, cpu)[0], visit, ctx);
		visit_pool(&per_cpu(cpu_pools, cpu)[1], visit, ctx);
	}
	visit_pool(&unbound_pools[0], visit, ctx);
	visit_pool(&unbound_pools[1], visit, ctx);
	mutex_lock(&wq_mutex);
	list_for_each_entry(wq, &all_workqueues, all) {
		raw_spin_lock_irq(&wq->lock);
		list_for_each_entry(work, &wq->waiting, entry)
			visit(work, work->func, NULL, ctx);
		raw_spin_unlock_irq(&wq->lock);
	}
	mutex_unlock(&wq_mutex);
}

/* ---- boot ---- */

static void __init pool_init(struct worker_pool *pool, int cpu, bool highpri)
{
	raw_spin_lock_init(&pool->lock);
	pool->cpu = cpu;
	pool->highpri = highpri;
	INIT_LIST_HEAD(&pool->worklist);
	INIT_LIST_HEAD(&pool->idle);
	INIT_LIST_HEAD(&pool->busy);
}

/* Work may be queued from here on; it runs once there are workers. */
void __init workqueue_init_early(void)
{
	unsigned int cpu, i;

	for (i = 0; i < 2; i++) {
		for_each_possible_cpu(cpu)
			pool_init(&per_cpu(cpu_pools, cpu)[i], cpu, i);
		pool_init(&unbound_pools[i], -1, i);
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
		create_worker(&per_cpu(cpu_pools, cpu)[0]);
		create_worker(&per_cpu(cpu_pools, cpu)[1]);
	}
	create_worker(&unbound_pools[0]);
	create_worker(&unbound_pools[1]);
}
