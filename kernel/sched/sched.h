/* SPDX-License-Identifier: MIT */
/* Inside the scheduler: the run queues. */
#pragma once

#include <linux/completion.h>
#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <paddock/sched.h>

/*
 * Levels, 0 best: 0 the stopper, 1..16 SCHED_FIFO, 17..56 nice -20..19. One word has a bit for each.
 */
#define LEVEL_STOP	0
#define LEVEL_FIFO	1
#define LEVEL_NORMAL	17
#define NR_LEVELS	57

/* Slice of nice 0; a thread of nice n gets (20 - n) / 20 of it. */
#define SLICE_NS	(6ULL * 1000 * 1000)

/* How long a ready thread may wait behind a running one while other CPUs idle; see balance.c. */
#define SPREAD_NS	(300ULL * 1000)

struct level_array {
	u64 occupied;				/* bit l: queue[l] is not empty */
	struct list_head queue[NR_LEVELS];
};

/*
 * All fields: [R] the queue's own lock, unless said otherwise.
 * Order: p->pi_lock, then rq->lock; two rq->locks only by trylock for the second.
 */
struct rq {
	raw_spinlock_t lock;
	unsigned int cpu;		/* [I] */
	unsigned int nr_running;	/* threads queued or running, the idle thread not; read by others */
	struct task_struct *curr;	/* read by others */
	struct task_struct *idle;	/* [I] */
	u64 epoch;			/* counts the swaps of active and expired */
	struct level_array *active, *expired;
	struct level_array arrays[2];
	u64 slice_deadline;		/* when the running thread's turn ends; U64_MAX: no need to know */
	u64 nr_switches;
	u64 idle_ns;
	u64 idle_since;
};

DECLARE_PER_CPU(struct rq, runqueues);
#define cpu_rq(cpu)	(&per_cpu(runqueues, (cpu)))
#define this_rq()	this_cpu_ptr(&runqueues)
#define task_rq(p)	cpu_rq(task_cpu(p))

extern raw_spinlock_t task_list_lock;	/* guards task_list and pid hand-out */

/* ---- core.c; the queue's lock held, unless said otherwise ---- */

/* SCHED_FIFO threads and the stopper have no slice. */
static inline bool has_slice(const struct task_struct *p)
{
	return p->prio >= LEVEL_NORMAL;
}

/* ns that a thread of this nice value gets in each epoch. No lock. */
s64 sched_full_slice(const struct task_struct *p);
/* Lock the queue that @p belongs to, with interrupts off already. */
struct rq *task_rq_lock(struct task_struct *p);
/* Ask the CPU of @rq to choose again. */
void resched_curr(struct rq *rq);
/* @p becomes ready here, or is not any more. */
void enqueue_task(struct rq *rq, struct task_struct *p, bool head);
void dequeue_task(struct rq *rq, struct task_struct *p);
/* Into and out of the array of @p's level, for one that stays ready. */
void queue_insert(struct rq *rq, struct task_struct *p, bool head);
void queue_remove(struct rq *rq, struct task_struct *p);
/* @p has just become ready on @rq: does it run at once? */
void check_preempt(struct rq *rq, struct task_struct *p);

/* ---- wakeup.c ---- */

/* Give @p, which is off all queues, to the queue of @cpu. p->pi_lock held. */
void activate_on(struct task_struct *p, unsigned int cpu);
/*
 * Wake @p if its state is one of @state. Context: any. Takes p->pi_lock and the queue's lock.
 * Returns: whether it was woken.
 */
int try_to_wake_up(struct task_struct *p, unsigned int state, int wake_flags);

/* balance.c: where a thread that becomes ready should run. */
unsigned int select_cpu(struct task_struct *p, unsigned int prev);
/* An idle CPU takes a waiting thread from the busiest one. rq->lock held; may drop and retake it. */
bool balance_idle(struct rq *rq);
/* Threads wait on @rq: hand one to a CPU with less to do, if there is one. rq->lock held. */
void balance_push(struct rq *rq);

/* thread.c */
void task_leave_cpu(struct task_struct *dead);	/* after the last switch away from it */
void __noreturn schedule_dead(void);	/* do_exit()'s last step: leaves the CPU for ever; no lock held */

/* mutex.c: @self, the running thread, ends with mutexes held: robust ones are unlocked, the others named. */
void mutex_thread_exit(struct task_struct *self);

/* workqueue_worker.c: a worker is about to sleep, or runs again. */
void wq_worker_sleeping(struct task_struct *task);
void wq_worker_running(struct task_struct *task);

extern struct cpumask idle_cpus_mask;

/* What a thread carries besides its task_struct; in one allocation with it. */
struct kthread {
	unsigned long flags;		/* [A] KTHREAD_* bits */
	int (*fn)(void *);		/* [I] */
	void *data;			/* [I] */
	int result;			/* [T] before exited */
	unsigned int bound_cpu;		/* [I] */
	struct completion exited;	/* it has left the CPU: its stack and code are not in use any more */
	struct completion parked;
};
#define KTHREAD_SHOULD_STOP	0
#define KTHREAD_SHOULD_PARK	1
#define KTHREAD_OOPSED		3

/* thread.c: a new thread, not yet woken, with one reference: its own. */
struct task_struct *thread_make(int (*fn)(void *), void *data, int node, const char *fmt, va_list args);
/* workqueue.c: from here on work may be queued; threads are needed only by workqueue_init(). */
void workqueue_init_early(void);
/* workqueue_worker.c: a worker ends with an oops. */
void wq_worker_died(struct task_struct *task);
