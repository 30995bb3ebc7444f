// SPDX-License-Identifier: MIT
/*
 * Work queues: taking items back, and waiting for them: cancel, flush, drain. The picture is in workqueue.c.
 *
 * To cancel is to become the owner of the item's PENDING bit, from wherever it is. To flush one item is to put
 * another one, which tells us, directly behind it. To flush a work queue is to count by colors: see
 * __flush_workqueue().
 */
#include <linux/bug.h>
#include <linux/completion.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/timer.h>
#include <paddock/rcu.h>
#include "workqueue_internal.h"

/* ---- Taking back ---- */

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
			wq_leave_waiting(pool, wq, work, false);
		raw_spin_unlock(&wq->lock);
		if (was_active)
			wq_release_active(pool, wq);
		wq_release_color(wq, work->color);
		wq_kick_pool(pool);
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

	wq_start_delay(cpu, wq, dwork, delay);
	return was_pending;
}
EXPORT_SYMBOL_GPL(mod_delayed_work_on);

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

/* ---- Waiting ---- */

static void flush_fn(struct work_struct *work)
{
	complete(&container_of(work, struct flush_item, work)->done);
}

/* Wait for @work if it is queued or runs. The item used for it belongs to no work queue, so no limit holds it up. */
static bool wait_for_work(struct work_struct *work, bool running_only)
{
	struct flush_item flush = { .work = __WORK_INITIALIZER(flush.work, flush_fn),
				    .target = work, .done = COMPLETION_INITIALIZER(flush.done) };
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
	w = wq_find_running(pool, work);
	if (!running_only && !list_empty(&work->entry)) {
		raw_spin_lock(&work->wq->lock);	/* it may be among the waiting */
		list_add(&flush.work.entry, &work->entry);
		raw_spin_unlock(&work->wq->lock);
		flush.work.pool = pool;
		wq_kick_pool(pool);
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
		wq_queue_owned(dwork->cpu, dwork->wq, &dwork->work);
		local_irq_restore(flags);
	}
	return flush_work(&dwork->work);
}
EXPORT_SYMBOL(flush_delayed_work);

bool flush_rcu_work(struct rcu_work *rwork)
{
	if (work_pending(&rwork->work))
		rcu_barrier();
	return flush_work(&rwork->work);
}
EXPORT_SYMBOL(flush_rcu_work);

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
