/* SPDX-License-Identifier: MIT */
/*
 * Between workqueue.c (work queues, queueing), workqueue_worker.c (pools and their workers) and
 * workqueue_wait.c (cancelling and flushing). The picture is in workqueue.c.
 *
 * Field key: [I] set at creation, then constant   [L] the pool's or the work queue's own lock
 * Order: pool->lock, then wq->lock, then the wakeup locks. All are taken with interrupts off.
 */
#pragma once

#include <linux/completion.h>
#include <linux/mutex.h>
#include <linux/cpumask.h>
#include <linux/workqueue.h>
#include <paddock/workqueue.h>
#include "sched.h"

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

/*
 * What a flusher waits on: an item of no work queue (work.wq is NULL, as of no other), queued directly behind the one that it
 * waits for. Whoever runs that one runs this next; a worker that stands by must not, while that one sleeps.
 */
struct flush_item {
	struct work_struct work;
	const struct work_struct *target;
	struct completion done;
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

/* ---- workqueue_worker.c; pool->lock held, unless said otherwise ---- */

/* There may be something to do for one more worker: wake one. */
void wq_kick_pool(struct worker_pool *pool);
/* The worker that runs @work now, or NULL. */
struct worker *wq_find_running(struct worker_pool *pool, const struct work_struct *work);
/* @work, whose PENDING bit the caller owns, goes to @pool, or waits for room in @wq. Takes wq->lock. */
void wq_insert_work(struct worker_pool *pool, struct workqueue_struct *wq, struct work_struct *work);
/* @work does not wait for room any more: it goes to @pool, or nowhere. wq->lock held, too. */
void wq_leave_waiting(struct worker_pool *pool, struct workqueue_struct *wq, struct work_struct *work, bool to_pool);
/* An item of @wq has ended or was taken back: its room is for a waiting one. Takes wq->lock. */
void wq_release_active(struct worker_pool *pool, struct workqueue_struct *wq);
/* … and the flusher that waits for items of its color may go on. Takes wq->lock. */
void wq_release_color(struct workqueue_struct *wq, u32 color);
/* An empty pool; before any other use. @cpu: -1: any. No lock. */
void wq_pool_init(struct worker_pool *pool, int cpu, bool highpri);
/* One more worker; none when memory runs out. Context: thread. No lock; pool->creating is the caller's. */
void wq_create_worker(struct worker_pool *pool);
/* Call @visit for each item that runs or waits in @pool. Takes pool->lock around all calls. */
void wq_visit_pool(struct worker_pool *pool, workqueue_visit_fn visit, void *ctx);

/* ---- workqueue.c ---- */

/* @work's PENDING bit is the caller's: put it on its way. Interrupts off; takes pool->lock. */
void wq_queue_owned(int cpu, struct workqueue_struct *wq, struct work_struct *work);
/* The same @delay jiffies from now. Context: any. */
void wq_start_delay(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork, unsigned long delay);
