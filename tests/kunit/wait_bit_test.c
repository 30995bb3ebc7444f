// SPDX-License-Identifier: MIT
/* kernel/sched/wait_bit.c: who is woken, who is not, and a bit as a lock. */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/sched/signal.h>
#include <linux/wait_bit.h>
#include "wait_until.h"

struct waiter {
	unsigned long *word;
	int bit, mode, result;
	unsigned int naps;		/* how often it slept */
	struct task_struct *task;
	struct completion done;
};

static struct waiter *sleeper;		/* one at a time counts its naps */

static int counted_wait(struct wait_bit_key *key, int mode)
{
	sleeper->naps++;
	return bit_wait(key, mode);
}

static int wait_thread(void *arg)
{
	struct waiter *w = arg;

	allow_signal(SIGTERM);
	w->result = wait_on_bit_action(w->word, w->bit, counted_wait, w->mode);
	complete(&w->done);
	return 0;
}

static void start(struct kunit *test, struct waiter *w, unsigned long *word, int bit, int mode)
{
	*w = (struct waiter){ .word = word, .bit = bit, .mode = mode, .result = 1 };
	init_completion(&w->done);
	sleeper = w;
	w->task = kthread_create(wait_thread, w, "wait_bit");
	KUNIT_ASSERT_FALSE(test, IS_ERR(w->task));
	get_task_struct(w->task);
	wake_up_process(w->task);
	KUNIT_ASSERT_TRUE(test, wait_until(READ_ONCE(w->naps) == 1 && READ_ONCE(w->task->__state) == mode));
}

static void end(struct kunit *test, struct waiter *w, int result)
{
	KUNIT_ASSERT_NE(test, 0ul, wait_for_completion_timeout(&w->done, 30 * HZ));
	KUNIT_EXPECT_EQ(test, result, w->result);
	KUNIT_EXPECT_EQ(test, 1u, w->naps);
	put_task_struct(w->task);
}

static void only_the_bit_s_own_waiters_wake(struct kunit *test)
{
	unsigned long words[2] = { BIT(3) | BIT(4), BIT(3) };
	struct waiter w;

	KUNIT_EXPECT_EQ(test, 0, wait_on_bit(&words[0], 5, TASK_UNINTERRUPTIBLE));	/* clear: at once */
	start(test, &w, &words[0], 3, TASK_UNINTERRUPTIBLE);
	clear_and_wake_up_bit(4, &words[0]);
	clear_and_wake_up_bit(3, &words[1]);
	wake_up_bit(&words[0], 3);		/* still set: for nothing */
	wake_up_var(&words[0]);
	msleep(5);
	KUNIT_EXPECT_FALSE(test, completion_done(&w.done));
	clear_and_wake_up_bit(3, &words[0]);
	end(test, &w, 0);
	KUNIT_EXPECT_EQ(test, 0ul, words[0] | words[1]);
}

static void a_signal_or_the_time_ends_it(struct kunit *test)
{
	unsigned long word = 1, before = jiffies;
	struct waiter w;

	KUNIT_EXPECT_EQ(test, -EAGAIN, wait_on_bit_timeout(&word, 0, TASK_UNINTERRUPTIBLE, 5));
	KUNIT_EXPECT_GE(test, jiffies - before, 5ul);
	start(test, &w, &word, 0, TASK_INTERRUPTIBLE);
	send_sig(SIGTERM, w.task, 0);
	end(test, &w, -EINTR);
	KUNIT_EXPECT_EQ(test, 1ul, word);
	clear_bit(0, &word);
	KUNIT_EXPECT_EQ(test, 0, wait_on_bit_timeout(&word, 0, TASK_UNINTERRUPTIBLE, 5));
}

/* ---- A lock of one bit ---- */

#define ROUNDS	300

static unsigned long lock_word;
static unsigned int guarded, threads_left;
static struct completion all_done;

static int lock_thread(void *arg)
{
	for (unsigned int i = 0; i < ROUNDS; i++) {
		unsigned int n;

		wait_on_bit_lock(&lock_word, 7, TASK_UNINTERRUPTIBLE);
		n = READ_ONCE(guarded);
		if (i % 16 == 0)
			schedule_timeout_uninterruptible(1);
		else
			cond_resched();
		WRITE_ONCE(guarded, n + 1);
		if (i == ROUNDS - 1 && !--threads_left)
			complete(&all_done);
		clear_and_wake_up_bit(7, &lock_word);
	}
	return 0;
}

static void a_bit_is_a_lock(struct kunit *test)
{
	const unsigned int n = 5;

	guarded = 0;
	threads_left = n;
	lock_word = BIT(7);		/* held, until all of them are there */
	init_completion(&all_done);
	for (unsigned int i = 0; i < n; i++)
		KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(lock_thread, NULL, "bit_lock/%u", i)));
	msleep(2);
	KUNIT_EXPECT_EQ(test, 0u, guarded);
	clear_and_wake_up_bit(7, &lock_word);
	KUNIT_ASSERT_NE(test, 0ul, wait_for_completion_timeout(&all_done, 60 * HZ));
	KUNIT_EXPECT_TRUE(test, wait_until(!READ_ONCE(lock_word)));
	KUNIT_EXPECT_EQ(test, n * ROUNDS, guarded);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(only_the_bit_s_own_waiters_wake),
	KUNIT_CASE(a_signal_or_the_time_ends_it),
	KUNIT_CASE(a_bit_is_a_lock),
	{}
};

static struct kunit_suite suite = { .name = "wait_bit", .test_cases = cases };
kunit_test_suite(suite);
