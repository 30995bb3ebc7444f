// SPDX-License-Identifier: MIT
/* Work queues: everything runs once, limits and order hold, flush and cancel do what they say. */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/workqueue.h>
#include "wait_until.h"

struct job {
	struct work_struct work;
	struct delayed_work dwork;
	struct completion gate, done;
	atomic_t begun, runs;
	int cpu;
	bool requeue;
};

static void job_fn(struct work_struct *work)
{
	struct job *j = container_of(work, struct job, work);

	j->cpu = smp_processor_id();
	atomic_inc(&j->runs);
	if (j->requeue) {
		j->requeue = false;
		schedule_work(work);
	}
	complete(&j->done);
}

static void gated_fn(struct work_struct *work)
{
	struct job *j = container_of(work, struct job, work);

	atomic_inc(&j->begun);
	wait_for_completion(&j->gate);
	atomic_inc(&j->runs);
	complete(&j->done);
}

static void delayed_fn(struct work_struct *work)
{
	struct job *j = container_of(to_delayed_work(work), struct job, dwork);

	atomic_inc(&j->runs);
	complete(&j->done);
}

static void job_init(struct job *j, work_func_t fn)
{
	memset(j, 0, sizeof(*j));
	INIT_WORK(&j->work, fn);
	INIT_DELAYED_WORK(&j->dwork, delayed_fn);
	init_completion(&j->gate);
	init_completion(&j->done);
}

static struct job *new_job(struct kunit *test, work_func_t fn)
{
	struct job *j = kunit_kzalloc(test, sizeof(*j), GFP_KERNEL);

	job_init(j, fn);
	return j;
}

static void work_runs_once_per_queueing(struct kunit *test)
{
	struct job *j = new_job(test, job_fn);

	KUNIT_EXPECT_FALSE(test, flush_work(&j->work));
	KUNIT_EXPECT_TRUE(test, schedule_work(&j->work));
	wait_for_completion(&j->done);
	flush_work(&j->work);
	KUNIT_EXPECT_EQ(test, atomic_read(&j->runs), 1);
	KUNIT_EXPECT_EQ(test, work_busy(&j->work), 0U);
}

static void work_runs_on_the_cpu_asked_for(struct kunit *test)
{
	struct job *j = new_job(test, job_fn);
	int cpu;

	for_each_online_cpu(cpu) {
		schedule_work_on(cpu, &j->work);
		flush_work(&j->work);
		KUNIT_EXPECT_EQ(test, j->cpu, cpu);
	}
}

static void pending_work_is_queued_once(struct kunit *test)
{
	struct job *gate = new_job(test, gated_fn), *j = new_job(test, job_fn);
	struct workqueue_struct *wq = alloc_ordered_workqueue("t_once", 0);

	KUNIT_ASSERT_NOT_NULL(test, wq);
	queue_work(wq, &gate->work);
	KUNIT_EXPECT_TRUE(test, queue_work(wq, &j->work));
	KUNIT_EXPECT_FALSE(test, queue_work(wq, &j->work));
	KUNIT_EXPECT_TRUE(test, work_pending(&j->work));
	complete(&gate->gate);
	flush_workqueue(wq);
	KUNIT_EXPECT_EQ(test, atomic_read(&j->runs), 1);
	destroy_workqueue(wq);
}

static void work_may_queue_itself(struct kunit *test)
{
	struct job *j = new_job(test, job_fn);

	j->requeue = true;
	schedule_work(&j->work);
	wait_for_completion(&j->done);
	wait_for_completion(&j->done);
	flush_work(&j->work);
	KUNIT_EXPECT_EQ(test, atomic_read(&j->runs), 2);
}

/* Items that sleep must not hold up others: the first waits for the last. */
static void sleeping_items_do_not_block_the_pool(struct kunit *test)
{
	struct job *jobs = kunit_kcalloc(test, 20, sizeof(*jobs), GFP_KERNEL);
	int i, cpu = raw_smp_processor_id();

	for (i = 0; i < 20; i++) {
		job_init(&jobs[i], gated_fn);
		schedule_work_on(cpu, &jobs[i].work);
	}
	for (i = 19; i >= 0; i--) {
		complete(&jobs[i].gate);
		KUNIT_EXPECT_GT(test, wait_for_completion_timeout(&jobs[i].done, 10 * HZ), 0UL);
		flush_work(&jobs[i].work);
	}
}

#define ORDERED 50
static int order[ORDERED], order_next;
struct numbered {
	struct work_struct work;
	int number;
};

static void numbered_fn(struct work_struct *work)
{
	order[order_next++] = container_of(work, struct numbered, work)->number;
}

static void ordered_queue_keeps_order(struct kunit *test)
{
	struct numbered *n = kunit_kcalloc(test, ORDERED, sizeof(*n), GFP_KERNEL);
	struct workqueue_struct *wq = alloc_ordered_workqueue("t_order", 0);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, wq);
	order_next = 0;
	for (i = 0; i < ORDERED; i++) {
		n[i].number = i;
		INIT_WORK(&n[i].work, numbered_fn);
		queue_work(wq, &n[i].work);
	}
	destroy_workqueue(wq);
	for (i = 0; i < ORDERED; i++)
		KUNIT_EXPECT_EQ(test, order[i], i);
}

static atomic_t active, most_active;
static void crowd_fn(struct work_struct *work)
{
	int now = atomic_inc_return(&active), seen = atomic_read(&most_active);

	while (now > seen && !atomic_try_cmpxchg(&most_active, &seen, now))
		;
	msleep(2);
	atomic_dec(&active);
}

static void max_active_is_the_limit(struct kunit *test)
{
	struct work_struct *w = kunit_kcalloc(test, 12, sizeof(*w), GFP_KERNEL);
	struct workqueue_struct *wq = alloc_workqueue("t_limit", WQ_UNBOUND, 3);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, wq);
	atomic_set(&most_active, 0);
	for (i = 0; i < 12; i++) {
		INIT_WORK(&w[i], crowd_fn);
		queue_work(wq, &w[i]);
	}
	/* One that waits for room can be cancelled and flushed like any other. */
	KUNIT_EXPECT_TRUE(test, cancel_work_sync(&w[11]));
	KUNIT_EXPECT_TRUE(test, flush_work(&w[10]));
	flush_workqueue(wq);
	KUNIT_EXPECT_LE(test, atomic_read(&most_active), 3);
	KUNIT_EXPECT_EQ(test, atomic_read(&active), 0);
	destroy_workqueue(wq);
}

static void delayed_work_waits_and_can_be_changed(struct kunit *test)
{
	struct job *j = new_job(test, job_fn);
	unsigned long start = jiffies;

	KUNIT_EXPECT_TRUE(test, schedule_delayed_work(&j->dwork, 10));
	KUNIT_EXPECT_FALSE(test, schedule_delayed_work(&j->dwork, 1));
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(&j->dwork));
	wait_for_completion(&j->done);
	KUNIT_EXPECT_GE(test, jiffies - start, 10UL);

	schedule_delayed_work(&j->dwork, 1000 * HZ);
	KUNIT_EXPECT_TRUE(test, mod_delayed_work(system_wq, &j->dwork, 1));
	wait_for_completion(&j->done);

	schedule_delayed_work(&j->dwork, 1000 * HZ);
	KUNIT_EXPECT_TRUE(test, flush_delayed_work(&j->dwork));
	KUNIT_EXPECT_EQ(test, atomic_read(&j->runs), 3);

	schedule_delayed_work(&j->dwork, 1000 * HZ);
	KUNIT_EXPECT_TRUE(test, cancel_delayed_work_sync(&j->dwork));
	KUNIT_EXPECT_FALSE(test, cancel_delayed_work_sync(&j->dwork));
	KUNIT_EXPECT_EQ(test, atomic_read(&j->runs), 3);
}

static int open_gate_soon(void *arg)
{
	struct job *j = arg;

	msleep(10);
	complete(&j->gate);
	return 0;
}

static void cancel_sync_waits_for_the_running_item(struct kunit *test)
{
	struct job *j = new_job(test, gated_fn);

	schedule_work(&j->work);
	KUNIT_EXPECT_TRUE(test, wait_until(atomic_read(&j->begun)));
	kthread_run(open_gate_soon, j, "gate");
	KUNIT_EXPECT_FALSE(test, cancel_work_sync(&j->work));
	KUNIT_EXPECT_EQ(test, atomic_read(&j->runs), 1);
}

static struct job storm[64];
static int storm_thread(void *arg)
{
	unsigned int i, seed = (unsigned long)arg * 2654435761u + 1;

	for (i = 0; i < 500; i++) {
		struct job *j = &storm[(seed = seed * 1664525 + 1013904223) >> 26];

		switch (seed >> 8 & 7) {
		case 0: cancel_work_sync(&j->work); break;
		case 1: flush_work(&j->work); break;
		case 2: mod_delayed_work(system_unbound_wq, &j->dwork, seed >> 12 & 3); break;
		case 3: cancel_delayed_work_sync(&j->dwork); break;
		case 4: queue_work(system_unbound_wq, &j->work); break;
		default: schedule_work(&j->work); break;
		}
	}
	return 0;
}

static void queue_cancel_flush_storm_ends(struct kunit *test)
{
	struct task_struct *t[4];
	unsigned long i;

	for (i = 0; i < ARRAY_SIZE(storm); i++)
		job_init(&storm[i], job_fn);
	for (i = 0; i < 4; i++) {
		t[i] = kthread_create(storm_thread, (void *)i, "storm/%lu", i);
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, t[i]);
		get_task_struct(t[i]);
		wake_up_process(t[i]);
	}
	for (i = 0; i < 4; i++) {
		kthread_stop(t[i]);
		put_task_struct(t[i]);
	}
	for (i = 0; i < ARRAY_SIZE(storm); i++) {
		cancel_work_sync(&storm[i].work);
		cancel_delayed_work_sync(&storm[i].dwork);
		KUNIT_EXPECT_EQ(test, work_busy(&storm[i].work), 0U);
	}
}

static long twice(void *arg)
{
	return 2 * (long)arg;
}

static atomic_t slept;

static void busy_fn(struct work_struct *work)
{
	mdelay(20);
}

static void sleeping_fn(struct work_struct *work)
{
	msleep(100);
	atomic_set(&slept, 1);
}

/* It is pending when the flush begins, and sleeps when it runs: then another worker goes on with the list. */
static void flush_waits_for_a_pending_item_that_sleeps(struct kunit *test)
{
	static DECLARE_WORK(busy, busy_fn);
	static DECLARE_WORK(sleeping, sleeping_fn);

	for (unsigned int i = 0; i < 5; i++) {
		atomic_set(&slept, 0);
		preempt_disable();
		schedule_work_on(smp_processor_id(), &busy);
		schedule_work_on(smp_processor_id(), &sleeping);
		preempt_enable();
		flush_work(&sleeping);
		KUNIT_EXPECT_EQ(test, 1, atomic_read(&slept));
		cancel_work_sync(&sleeping);
		cancel_work_sync(&busy);
	}
}

static void work_on_cpu_returns_the_result(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, work_on_cpu(0, twice, (void *)21L), 42L);
}

static struct kthread_worker *worker;
static atomic_t kruns;
static void kwork_fn(struct kthread_work *work)
{
	atomic_inc(&kruns);
}

static void kthread_worker_runs_its_queue(struct kunit *test)
{
	struct kthread_work w;
	struct kthread_delayed_work dw;

	atomic_set(&kruns, 0);
	worker = kthread_create_worker(0, "t_worker");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, worker);
	kthread_init_work(&w, kwork_fn);
	kthread_init_delayed_work(&dw, kwork_fn);
	KUNIT_EXPECT_TRUE(test, kthread_queue_work(worker, &w));
	kthread_flush_work(&w);
	KUNIT_EXPECT_EQ(test, atomic_read(&kruns), 1);
	KUNIT_EXPECT_TRUE(test, kthread_queue_delayed_work(worker, &dw, 3));
	KUNIT_EXPECT_TRUE(test, wait_until(atomic_read(&kruns) == 2));
	kthread_flush_worker(worker);
	KUNIT_EXPECT_TRUE(test, kthread_queue_delayed_work(worker, &dw, 1000 * HZ));
	KUNIT_EXPECT_TRUE(test, kthread_cancel_delayed_work_sync(&dw));
	kthread_destroy_worker(worker);
}

static struct kunit_case workqueue_cases[] = {
	KUNIT_CASE(work_runs_once_per_queueing),
	KUNIT_CASE(work_runs_on_the_cpu_asked_for),
	KUNIT_CASE(pending_work_is_queued_once),
	KUNIT_CASE(work_may_queue_itself),
	KUNIT_CASE(sleeping_items_do_not_block_the_pool),
	KUNIT_CASE(ordered_queue_keeps_order),
	KUNIT_CASE(max_active_is_the_limit),
	KUNIT_CASE(delayed_work_waits_and_can_be_changed),
	KUNIT_CASE(cancel_sync_waits_for_the_running_item),
	KUNIT_CASE(queue_cancel_flush_storm_ends),
	KUNIT_CASE(flush_waits_for_a_pending_item_that_sleeps),
	KUNIT_CASE(work_on_cpu_returns_the_result),
	KUNIT_CASE(kthread_worker_runs_its_queue),
	{}
};

static struct kunit_suite workqueue_suite = {
	.name = "workqueue",
	.test_cases = workqueue_cases,
};
kunit_test_suite(workqueue_suite);
