/* SPDX-License-Identifier: MIT */
/* Making, stopping, parking and binding kernel threads; and threads that work off a queue. */
#pragma once

#include <linux/err.h>
#include <linux/numa.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/workqueue.h>

/*
 * kthread_create - a thread that waits for its first wake_up_process().
 * Context: thread, may sleep. Returns: the task or ERR_PTR(-ENOMEM).
 * Owner:   the thread goes when its function returns or calls kthread_exit(). Whoever wants to stop it
 *          must know that it still exists: hold a reference, or let it end by kthread_stop() only.
 */
struct task_struct *kthread_create_on_node(int (*threadfn)(void *data), void *data, int node,
					   const char *namefmt, ...) __printf(4, 5);
#define kthread_create(threadfn, data, namefmt, arg...) \
	kthread_create_on_node(threadfn, data, NUMA_NO_NODE, namefmt, ##arg)
/* %u in @namefmt is the CPU. Bound to it. */
struct task_struct *kthread_create_on_cpu(int (*threadfn)(void *data), void *data, unsigned int cpu,
					  const char *namefmt);
#define kthread_run(threadfn, data, namefmt, ...) ({			\
	struct task_struct *__k = kthread_create(threadfn, data, namefmt, ##__VA_ARGS__); \
	if (!IS_ERR(__k))						\
		wake_up_process(__k);					\
	__k;								\
})
static inline struct task_struct *kthread_run_on_cpu(int (*threadfn)(void *data), void *data,
						     unsigned int cpu, const char *namefmt)
{
	struct task_struct *p = kthread_create_on_cpu(threadfn, data, cpu, namefmt);

	if (!IS_ERR(p))
		wake_up_process(p);
	return p;
}

/* Before its first wakeup: it may run there only, for good. */
void kthread_bind(struct task_struct *k, unsigned int cpu);
void kthread_bind_mask(struct task_struct *k, const struct cpumask *mask);

/* Make kthread_should_stop() true, wake it, wait for its end. Returns its result; -EINTR if it never ran. */
int kthread_stop(struct task_struct *k);
bool kthread_should_stop(void);
bool __kthread_should_park(struct task_struct *k);
bool kthread_should_park(void);
bool kthread_freezable_should_stop(bool *was_frozen);
void *kthread_func(struct task_struct *k);
void *kthread_data(struct task_struct *k);
int kthread_park(struct task_struct *k);
void kthread_unpark(struct task_struct *k);
void kthread_parkme(void);
void __noreturn kthread_exit(long result);
void __noreturn kthread_complete_and_exit(struct completion *comp, long code);

/* A thread that works off a queue: kthread_worker_fn(worker). */
struct kthread_work;
typedef void (*kthread_work_func_t)(struct kthread_work *work);

struct kthread_worker {
	unsigned int flags;
	raw_spinlock_t lock;
	struct list_head work_list;		/* [L] */
	struct list_head delayed_work_list;	/* [L] */
	struct task_struct *task;
	struct kthread_work *current_work;	/* [L] */
};

struct kthread_work {
	struct list_head node;			/* [L] the worker's lock */
	kthread_work_func_t func;
	struct kthread_worker *worker;		/* the last one it was queued on */
	int canceling;
};

struct kthread_delayed_work {
	struct kthread_work work;
	struct timer_list timer;
};

#define KTHREAD_WORK_INIT(work, fn) { .node = LIST_HEAD_INIT((work).node), .func = (fn) }
#define DEFINE_KTHREAD_WORK(work, fn) struct kthread_work work = KTHREAD_WORK_INIT(work, fn)
void kthread_init_worker(struct kthread_worker *worker);
#define kthread_init_work(work, fn) do {			\
	memset((work), 0, sizeof(struct kthread_work));		\
	INIT_LIST_HEAD(&(work)->node);				\
	(work)->func = (fn);					\
} while (0)
#define kthread_init_delayed_work(dwork, fn) do {		\
	kthread_init_work(&(dwork)->work, (fn));		\
	timer_setup(&(dwork)->timer, kthread_delayed_work_timer_fn, 0); \
} while (0)
int kthread_worker_fn(void *worker_ptr);
struct kthread_worker *kthread_create_worker(unsigned int flags, const char namefmt[], ...) __printf(2, 3);
struct kthread_worker *kthread_create_worker_on_cpu(int cpu, unsigned int flags, const char namefmt[], ...) __printf(3, 4);
void kthread_delayed_work_timer_fn(struct timer_list *t);
bool kthread_queue_work(struct kthread_worker *worker, struct kthread_work *work);
bool kthread_queue_delayed_work(struct kthread_worker *worker, struct kthread_delayed_work *dwork, unsigned long delay);
bool kthread_mod_delayed_work(struct kthread_worker *worker, struct kthread_delayed_work *dwork, unsigned long delay);
void kthread_flush_work(struct kthread_work *work);
void kthread_flush_worker(struct kthread_worker *worker);
bool kthread_cancel_work_sync(struct kthread_work *work);
bool kthread_cancel_delayed_work_sync(struct kthread_delayed_work *work);
void kthread_destroy_worker(struct kthread_worker *worker);
