// SPDX-License-Identifier: MIT
/* Threads: made, run, ended, joined; where and in what order they run. */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <paddock/sched.h>
#include "wait_until.h"

static int return_arg(void *arg)
{
	return (long)arg;
}

static void join_returns_what_the_function_returned(struct kunit *test)
{
	struct task_struct *t = thread_run(return_arg, (void *)42L, "answer");

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, t);
	KUNIT_EXPECT_EQ(test, thread_join(t), 42);
}

static int wait_for_stop(void *arg)
{
	int *loops = arg;

	while (!kthread_should_stop()) {
		++*loops;
		schedule_timeout_interruptible(1);
	}
	return 7;
}

static void kthread_stop_returns_the_result(struct kunit *test)
{
	int loops = 0;
	struct task_struct *t = kthread_run(wait_for_stop, &loops, "stoppable");

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, t);
	KUNIT_EXPECT_TRUE(test, wait_until(READ_ONCE(loops)));
	KUNIT_EXPECT_EQ(test, kthread_stop(t), 7);
}

static void stopping_a_thread_that_never_ran_gives_eintr(struct kunit *test)
{
	int loops = 0;
	struct task_struct *t = kthread_create(wait_for_stop, &loops, "unborn");

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, t);
	KUNIT_EXPECT_EQ(test, kthread_stop(t), -EINTR);
	KUNIT_EXPECT_EQ(test, loops, 0);
}

static int note_cpu(void *arg)
{
	unsigned int *cpu = arg;

	*cpu = smp_processor_id();
	return 0;
}

static void bound_thread_runs_on_its_cpu(struct kunit *test)
{
	unsigned int cpu, ran_on;

	for_each_online_cpu(cpu) {
		struct task_struct *t = thread_create(note_cpu, &ran_on, "bound/%u", cpu);

		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, t);
		kthread_bind(t, cpu);
		wake_up_process(t);
		thread_join(t);
		KUNIT_EXPECT_EQ(test, ran_on, cpu);
	}
}

static void set_cpus_allowed_moves_the_running_thread(struct kunit *test)
{
	struct cpumask old = current->cpus_mask;
	unsigned int cpu;

	for_each_online_cpu(cpu) {
		KUNIT_EXPECT_EQ(test, set_cpus_allowed_ptr(current, cpumask_of(cpu)), 0);
		KUNIT_EXPECT_EQ(test, smp_processor_id(), cpu);
	}
	KUNIT_EXPECT_EQ(test, set_cpus_allowed_ptr(current, cpu_none_mask), -EINVAL);
	set_cpus_allowed_ptr(current, &old);
}

static int spin_until(void *arg)
{
	int *stop = arg;

	while (!READ_ONCE(*stop))
		cpu_relax();
	return smp_processor_id();
}

static void set_cpus_allowed_moves_another_running_thread(struct kunit *test)
{
	unsigned int cpu;

	if (num_online_cpus() < 2)
		kunit_skip(test, "one CPU");
	for_each_online_cpu(cpu) {
		int stop = 0;
		struct task_struct *t = thread_run(spin_until, &stop, "spinner");

		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, t);
		msleep(2);
		KUNIT_EXPECT_EQ(test, set_cpus_allowed_ptr(t, cpumask_of(cpu)), 0);
		KUNIT_EXPECT_EQ(test, task_cpu(t), cpu);
		WRITE_ONCE(stop, 1);
		KUNIT_EXPECT_EQ(test, thread_join(t), cpu);
	}
}

/* More spinning threads than CPUs: each must get on, without ever giving up its CPU. */
static int count_until(void *arg)
{
	unsigned long *counts = arg;

	while (!READ_ONCE(counts[0]))
		WRITE_ONCE(counts[1], counts[1] + 1);
	return 0;
}

static void busy_threads_share_the_cpus(struct kunit *test)
{
	unsigned int n = 2 * num_online_cpus() + 1, i;
	unsigned long (*counts)[2] = kunit_kcalloc(test, n, sizeof(*counts), GFP_KERNEL);
	struct task_struct **t = kunit_kcalloc(test, n, sizeof(*t), GFP_KERNEL);

	for (i = 0; i < n; i++) {
		t[i] = thread_run(count_until, counts[i], "busy/%u", i);
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, t[i]);
	}
	for (i = 0; i < n; i++)
		KUNIT_EXPECT_TRUE(test, wait_until(READ_ONCE(counts[i][1]) && t[i]->sum_exec_ns > NSEC_PER_MSEC));
	for (i = 0; i < n; i++)
		WRITE_ONCE(counts[i][0], 1);
	for (i = 0; i < n; i++)
		thread_join(t[i]);
}

/* A thread that sleeps most of the time must not wait for the spinners' slices to end. */
static void sleeper_preempts_spinners(struct kunit *test)
{
	unsigned int n = num_online_cpus(), i;
	struct task_struct **t = kunit_kcalloc(test, n, sizeof(*t), GFP_KERNEL);
	u64 start, best = U64_MAX;
	int stop = 0;

	for (i = 0; i < n; i++)
		t[i] = thread_run(spin_until, &stop, "spin/%u", i);
	msleep(20);
	for (i = 0; i < 10; i++) {
		start = ktime_get_ns();
		usleep_range(1000, 1000);
		best = min_t(u64, best, ktime_get_ns() - start);
	}
	WRITE_ONCE(stop, 1);
	for (i = 0; i < n; i++)
		thread_join(t[i]);
	/* Without preemption on wakeup even the best would be a slice. (The worst is up to the host.) */
	KUNIT_EXPECT_LT(test, best, 50 * (u64)NSEC_PER_MSEC);
}

static int note_order(void *arg)
{
	static atomic_t next;
	int *place = arg;

	*place = atomic_inc_return(&next);
	return 0;
}

static void better_priority_runs_first(struct kunit *test)
{
	struct cpumask old = current->cpus_mask;
	struct task_struct *low, *high, *fifo;
	int place_low, place_high, place_fifo;

	/* All on this CPU, and nobody else until we wait. */
	set_cpus_allowed_ptr(current, cpumask_of(raw_smp_processor_id()));
	low = thread_create(note_order, &place_low, "low");
	high = thread_create(note_order, &place_high, "high");
	fifo = thread_create(note_order, &place_fifo, "fifo");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, low);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, high);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, fifo);
	kthread_bind(low, smp_processor_id());
	kthread_bind(high, smp_processor_id());
	kthread_bind(fifo, smp_processor_id());
	set_user_nice(low, 10);
	set_user_nice(high, -10);
	sched_set_fifo(fifo);
	preempt_disable();
	wake_up_process(low);
	wake_up_process(high);
	wake_up_process(fifo);
	preempt_enable();
	thread_join(low);
	thread_join(high);
	thread_join(fifo);
	KUNIT_EXPECT_LT(test, place_fifo, place_high);
	KUNIT_EXPECT_LT(test, place_high, place_low);
	set_cpus_allowed_ptr(current, &old);
}

static int sleep_for_ever(void *arg)
{
	return schedule_timeout_interruptible(MAX_SCHEDULE_TIMEOUT) && signal_pending(current) ? -EINTR : 0;
}

static void signal_wakes_an_interruptible_sleeper(struct kunit *test)
{
	struct task_struct *t = thread_run(sleep_for_ever, NULL, "sleeper");

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, t);
	msleep(2);
	send_sig(SIGINT, t, 0);
	KUNIT_EXPECT_EQ(test, thread_join(t), -EINTR);
}

static int parkable(void *arg)
{
	int *loops = arg;

	while (!kthread_should_stop()) {
		if (kthread_should_park())
			kthread_parkme();
		WRITE_ONCE(*loops, *loops + 1);
		schedule_timeout_interruptible(1);
	}
	return 0;
}

static void parked_thread_stands_still(struct kunit *test)
{
	int loops = 0, before;
	struct task_struct *t = kthread_run(parkable, &loops, "parkable");

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, t);
	msleep(3);
	KUNIT_EXPECT_EQ(test, kthread_park(t), 0);
	before = READ_ONCE(loops);
	msleep(10);
	KUNIT_EXPECT_EQ(test, READ_ONCE(loops), before);
	kthread_unpark(t);
	KUNIT_EXPECT_TRUE(test, wait_until(READ_ONCE(loops) > before));
	kthread_stop(t);
}

static int parks_at_once(void *arg)
{
	while (!kthread_should_stop()) {
		if (kthread_should_park())
			kthread_parkme();
		WRITE_ONCE(*(int *)arg, *(int *)arg + 1);
		cond_resched();
	}
	return 0;
}

/* Whether the thread is quicker to park than we to wait, or slower to leave than we to park it again. */
static void parking_again_at_once_waits_for_the_thread(struct kunit *test)
{
	int loops = 0, i;
	struct task_struct *t = kthread_run(parks_at_once, &loops, "parks_at_once");

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, t);
	for (i = 0; i < 300; i++) {
		int before;

		KUNIT_ASSERT_EQ(test, kthread_park(t), 0);
		before = READ_ONCE(loops);
		if (i % 8 == 0)
			udelay(50);
		KUNIT_EXPECT_EQ(test, READ_ONCE(loops), before);
		kthread_unpark(t);
		if (i % 3 == 0)
			udelay(i);
	}
	kthread_stop(t);
}

static int exit_early(void *arg)
{
	kthread_complete_and_exit(arg, 3);
}

static void exit_from_below_ends_the_thread(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(done);
	struct task_struct *t = thread_run(exit_early, &done, "early");

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, t);
	wait_for_completion(&done);
	KUNIT_EXPECT_EQ(test, thread_join(t), 3);
}

/* Thousands come and go: stacks and structures are used again, and nothing is lost on the way. */
static void many_threads_come_and_go(struct kunit *test)
{
	struct task_struct *t[16];
	unsigned int round, i;

	for (round = 0; round < 100; round++) {
		for (i = 0; i < ARRAY_SIZE(t); i++) {
			t[i] = thread_run(return_arg, (void *)(long)i, "brief/%u", i);
			KUNIT_ASSERT_NOT_ERR_OR_NULL(test, t[i]);
		}
		for (i = 0; i < ARRAY_SIZE(t); i++)
			KUNIT_EXPECT_EQ(test, thread_join(t[i]), i);
	}
}

static void snapshot_shows_this_thread_running(struct kunit *test)
{
	struct thread_info_row *rows = kunit_kcalloc(test, 256, sizeof(*rows), GFP_KERNEL);
	unsigned int n = threads_snapshot(rows, 256), i;
	bool seen = false;

	for (i = 0; i < min(n, 256u); i++) {
		if (rows[i].pid != current->pid)
			continue;
		seen = true;
		KUNIT_EXPECT_EQ(test, rows[i].state, 'R');
		KUNIT_EXPECT_STREQ(test, rows[i].comm, current->comm);
	}
	KUNIT_EXPECT_TRUE(test, seen);
}

#define ENDS		4000
#define END_STEP_NS	2

struct last_interrupt {
	struct hrtimer timer;
	struct task_struct *first;
	unsigned long delay;
	int runs;
};

static enum hrtimer_restart wake_first(struct hrtimer *timer)
{
	wake_up_process(container_of(timer, struct last_interrupt, timer)->first);
	return HRTIMER_NORESTART;
}

static int run_first(void *arg)
{
	struct last_interrupt *last = arg;

	while (!kthread_should_stop()) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (!kthread_should_stop())
			schedule();
		__set_current_state(TASK_RUNNING);
		last->runs++;
	}
	return 0;
}

static int end_with_timer(void *arg)
{
	struct last_interrupt *last = arg;

	hrtimer_start(&last->timer, ns_to_ktime(last->delay), HRTIMER_MODE_REL_PINNED_HARD);
	return 0;
}

/* An interrupt whose thread takes the CPU comes a little later each time, so that some come between the last instructions. */
static void preemption_at_the_end_of_a_thread(struct kunit *test)
{
	struct last_interrupt last = { };
	unsigned int threads = 0;

	hrtimer_init(&last.timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
	last.timer.function = wake_first;
	last.first = kthread_create(run_first, &last, "first");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, last.first);
	kthread_bind(last.first, 0);
	sched_set_fifo(last.first);
	wake_up_process(last.first);
	for (last.delay = 0; last.delay < ENDS * END_STEP_NS; last.delay += END_STEP_NS) {
		struct task_struct *t = thread_create(end_with_timer, &last, "ending");

		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, t);
		kthread_bind(t, 0);
		wake_up_process(t);
		threads += !thread_join(t);
		hrtimer_cancel(&last.timer);
	}
	KUNIT_EXPECT_EQ(test, kthread_stop(last.first), 0);
	KUNIT_EXPECT_EQ(test, threads, ENDS);
	KUNIT_EXPECT_GT(test, last.runs, 0);
}

static struct kunit_case sched_cases[] = {
	KUNIT_CASE(join_returns_what_the_function_returned),
	KUNIT_CASE(kthread_stop_returns_the_result),
	KUNIT_CASE(stopping_a_thread_that_never_ran_gives_eintr),
	KUNIT_CASE(bound_thread_runs_on_its_cpu),
	KUNIT_CASE(set_cpus_allowed_moves_the_running_thread),
	KUNIT_CASE(set_cpus_allowed_moves_another_running_thread),
	KUNIT_CASE(busy_threads_share_the_cpus),
	KUNIT_CASE(sleeper_preempts_spinners),
	KUNIT_CASE(better_priority_runs_first),
	KUNIT_CASE(signal_wakes_an_interruptible_sleeper),
	KUNIT_CASE(parked_thread_stands_still),
	KUNIT_CASE(parking_again_at_once_waits_for_the_thread),
	KUNIT_CASE(exit_from_below_ends_the_thread),
	KUNIT_CASE(many_threads_come_and_go),
	KUNIT_CASE(preemption_at_the_end_of_a_thread),
	KUNIT_CASE(snapshot_shows_this_thread_running),
	{}
};

static struct kunit_suite sched_suite = {
	.name = "sched",
	.test_cases = sched_cases,
};
kunit_test_suite(sched_suite);
