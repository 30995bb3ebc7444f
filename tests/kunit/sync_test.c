// SPDX-License-Identifier: MIT
/* Locks, semaphores, wait queues, completions: exclusion under load, order, timeouts, signals. */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/rwsem.h>
#include <linux/semaphore.h>
#include <linux/seqlock.h>
#include <linux/spinlock.h>
#include <linux/srcu.h>
#include <linux/wait.h>
#include <paddock/sched.h>
#include "wait_until.h"

#define THREADS	6
#define ROUNDS	2000

/*
 * All locks are tried alike: threads change two counters that must agree whenever one holds the lock.
 */
static struct arena {
	void (*lock)(struct arena *);
	void (*unlock)(struct arena *);
	spinlock_t spin;
	rwlock_t rw;
	struct mutex mutex;
	struct semaphore sem;
	struct rw_semaphore rwsem;
	unsigned long a, b;
	atomic_t wrong;
} arena;

static void spin_in(struct arena *x) { spin_lock(&x->spin); }
static void spin_out(struct arena *x) { spin_unlock(&x->spin); }
static void write_in(struct arena *x) { write_lock(&x->rw); }
static void write_out(struct arena *x) { write_unlock(&x->rw); }
static void mutex_in(struct arena *x) { mutex_lock(&x->mutex); }
static void mutex_out(struct arena *x) { mutex_unlock(&x->mutex); }
static void sem_in(struct arena *x) { down(&x->sem); }
static void sem_out(struct arena *x) { up(&x->sem); }
static void rwsem_in(struct arena *x) { down_write(&x->rwsem); }
static void rwsem_out(struct arena *x) { up_write(&x->rwsem); }

static int contend(void *arg)
{
	struct arena *x = arg;
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		x->lock(x);
		if (x->a != x->b)
			atomic_inc(&x->wrong);
		WRITE_ONCE(x->a, x->a + 1);
		if (i % 64 == 0)
			udelay(1);
		WRITE_ONCE(x->b, x->b + 1);
		x->unlock(x);
		if (i % 128 == 0)
			cond_resched();
	}
	return 0;
}

static const struct lock_kind {
	const char *name;
	void (*lock)(struct arena *);
	void (*unlock)(struct arena *);
} lock_kinds[] = {
	{ "spinlock", spin_in, spin_out },
	{ "rwlock", write_in, write_out },
	{ "mutex", mutex_in, mutex_out },
	{ "semaphore", sem_in, sem_out },
	{ "rwsem", rwsem_in, rwsem_out },
};

static void describe_kind(const struct lock_kind *kind, char *desc)
{
	strscpy(desc, kind->name, KUNIT_PARAM_DESC_SIZE);
}
KUNIT_ARRAY_PARAM(lock_kind, lock_kinds, describe_kind);

static void lock_excludes_under_load(struct kunit *test)
{
	const struct lock_kind *kind = test->param_value;
	struct task_struct *t[THREADS];
	unsigned int i;

	memset(&arena, 0, sizeof(arena));
	spin_lock_init(&arena.spin);
	rwlock_init(&arena.rw);
	mutex_init(&arena.mutex);
	sema_init(&arena.sem, 1);
	init_rwsem(&arena.rwsem);
	arena.lock = kind->lock;
	arena.unlock = kind->unlock;
	for (i = 0; i < THREADS; i++) {
		t[i] = thread_run(contend, &arena, "contend/%u", i);
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, t[i]);
	}
	for (i = 0; i < THREADS; i++)
		thread_join(t[i]);
	KUNIT_EXPECT_EQ(test, atomic_read(&arena.wrong), 0);
	KUNIT_EXPECT_EQ(test, arena.a, (unsigned long)THREADS * ROUNDS);
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&arena.spin));
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&arena.mutex));
}

static void spinlock_knows_its_holder(struct kunit *test)
{
	DEFINE_SPINLOCK(lock);

	KUNIT_EXPECT_FALSE(test, lockdep_is_held(&lock));
	spin_lock(&lock);
	KUNIT_EXPECT_TRUE(test, lockdep_is_held(&lock));
	KUNIT_EXPECT_FALSE(test, spin_trylock(&lock));
	KUNIT_EXPECT_FALSE(test, preemptible());
	spin_unlock(&lock);
	KUNIT_EXPECT_TRUE(test, preemptible());
	KUNIT_EXPECT_TRUE(test, spin_trylock(&lock));
	spin_unlock(&lock);
}

static int lock_and_return(void *arg)
{
	struct mutex *m = arg;
	int ret = mutex_lock_interruptible(m);

	if (!ret)
		mutex_unlock(m);
	return ret;
}

static void mutex_wait_can_be_interrupted(struct kunit *test)
{
	struct mutex m;
	struct task_struct *t;
	int i;

	mutex_init(&m);
	mutex_lock(&m);
	t = thread_run(lock_and_return, &m, "waiter");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, t);
	for (i = 0; i < 1000 && READ_ONCE(t->blocked_on) != &m; i++)
		msleep(1);
	KUNIT_EXPECT_PTR_EQ(test, READ_ONCE(t->blocked_on), &m);
	send_sig(SIGINT, t, 0);
	KUNIT_EXPECT_EQ(test, thread_join(t), -EINTR);
	mutex_unlock(&m);
	KUNIT_EXPECT_EQ(test, mutex_trylock(&m), 1);
	KUNIT_EXPECT_EQ(test, mutex_trylock(&m), 0);
	mutex_unlock(&m);
}

/* Even if the others lock again at once, a waiter gets its turn. */
static struct mutex hot_mutex;
static int hog_mutex(void *arg)
{
	int *stop = arg;

	while (!READ_ONCE(*stop)) {
		mutex_lock(&hot_mutex);
		udelay(20);
		mutex_unlock(&hot_mutex);
	}
	return 0;
}

static void mutex_waiter_is_not_starved(struct kunit *test)
{
	struct task_struct *t[2];
	int stop = 0, i;

	mutex_init(&hot_mutex);
	for (i = 0; i < 2; i++)
		t[i] = thread_run(hog_mutex, &stop, "hog/%d", i);
	for (i = 0; i < 20; i++) {
		mutex_lock(&hot_mutex);
		KUNIT_EXPECT_TRUE(test, lockdep_is_held(&hot_mutex));
		mutex_unlock(&hot_mutex);
	}
	WRITE_ONCE(stop, 1);
	for (i = 0; i < 2; i++)
		thread_join(t[i]);
}

static void semaphore_times_out(struct kunit *test)
{
	struct semaphore sem;
	unsigned long start = jiffies;

	sema_init(&sem, 0);
	KUNIT_EXPECT_EQ(test, down_timeout(&sem, 10), -ETIME);
	KUNIT_EXPECT_GE(test, jiffies - start, 10UL);
	KUNIT_EXPECT_EQ(test, down_trylock(&sem), 1);
	up(&sem);
	KUNIT_EXPECT_EQ(test, down_trylock(&sem), 0);
}

static int read_side(void *arg)
{
	struct rw_semaphore *sem = arg;

	down_read(sem);
	up_read(sem);
	return 0;
}

static void rwsem_lets_readers_in_together(struct kunit *test)
{
	struct rw_semaphore sem;
	struct task_struct *t;
	int i;

	init_rwsem(&sem);
	down_read(&sem);
	t = thread_run(read_side, &sem, "reader");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, t);
	KUNIT_EXPECT_EQ(test, thread_join(t), 0);
	KUNIT_EXPECT_EQ(test, down_write_trylock(&sem), 0);
	up_read(&sem);

	down_write(&sem);
	KUNIT_EXPECT_EQ(test, down_read_trylock(&sem), 0);
	t = thread_run(read_side, &sem, "reader");
	for (i = 0; i < 1000 && !rwsem_is_contended(&sem); i++)
		msleep(1);
	KUNIT_EXPECT_TRUE(test, rwsem_is_contended(&sem));
	downgrade_write(&sem);		/* now the reader gets in beside us */
	KUNIT_EXPECT_EQ(test, thread_join(t), 0);
	up_read(&sem);
	KUNIT_EXPECT_FALSE(test, rwsem_is_locked(&sem));
}

static void wait_event_timeout_runs_out(struct kunit *test)
{
	DECLARE_WAIT_QUEUE_HEAD_ONSTACK(q);
	unsigned long start = jiffies;

	KUNIT_EXPECT_EQ(test, wait_event_timeout(q, false, 5), 0L);
	KUNIT_EXPECT_GE(test, jiffies - start, 5UL);
	KUNIT_EXPECT_EQ(test, wait_event_timeout(q, true, 5), 5L);
	KUNIT_EXPECT_EQ(test, wait_event_interruptible(q, true), 0);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&q));
	KUNIT_EXPECT_EQ(test, wait_event_hrtimeout(q, false, us_to_ktime(500)), -ETIME);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&q));
}

/* Two threads hand a token to and fro: a single lost wakeup stops them. */
static struct pingpong {
	struct wait_queue_head q;
	int turn, rounds;
} pp;

static int ping(void *arg)
{
	int me = (long)arg, i;

	for (i = 0; i < pp.rounds; i++) {
		if (!wait_event_timeout(pp.q, READ_ONCE(pp.turn) == me, 5 * HZ))
			return -ETIME;
		WRITE_ONCE(pp.turn, !me);
		wake_up(&pp.q);
	}
	return 0;
}

static void no_wakeup_is_lost(struct kunit *test)
{
	struct task_struct *t[2];
	long i;

	init_waitqueue_head(&pp.q);
	pp.turn = 0;
	pp.rounds = 3000;
	for (i = 0; i < 2; i++) {
		t[i] = thread_run(ping, (void *)i, "ping/%ld", i);
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, t[i]);
	}
	KUNIT_EXPECT_EQ(test, thread_join(t[0]), 0);
	KUNIT_EXPECT_EQ(test, thread_join(t[1]), 0);
}

static atomic_t woken;
static int exclusive_waiter(void *arg)
{
	struct wait_queue_head *q = arg;
	DEFINE_WAIT(wait);

	prepare_to_wait_exclusive(q, &wait, TASK_UNINTERRUPTIBLE);
	schedule();
	finish_wait(q, &wait);
	atomic_inc(&woken);
	return 0;
}

static void exclusive_waiters_wake_one_at_a_time(struct kunit *test)
{
	DECLARE_WAIT_QUEUE_HEAD_ONSTACK(q);
	struct task_struct *t[3];
	int i;

	atomic_set(&woken, 0);
	for (i = 0; i < 3; i++)
		t[i] = thread_run(exclusive_waiter, &q, "exclusive/%d", i);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_TRUE(test, wait_until(READ_ONCE(t[i]->__state) == TASK_UNINTERRUPTIBLE));
	wake_up(&q);
	KUNIT_EXPECT_TRUE(test, wait_until(atomic_read(&woken)));
	msleep(10);
	KUNIT_EXPECT_EQ(test, atomic_read(&woken), 1);
	wake_up_all(&q);
	for (i = 0; i < 3; i++)
		thread_join(t[i]);
	KUNIT_EXPECT_EQ(test, atomic_read(&woken), 3);
}

static void completion_counts(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(done);

	KUNIT_EXPECT_FALSE(test, try_wait_for_completion(&done));
	complete(&done);
	complete(&done);
	KUNIT_EXPECT_TRUE(test, try_wait_for_completion(&done));
	wait_for_completion(&done);
	KUNIT_EXPECT_FALSE(test, completion_done(&done));
	KUNIT_EXPECT_EQ(test, wait_for_completion_timeout(&done, 3), 0UL);
	complete_all(&done);
	wait_for_completion(&done);
	wait_for_completion(&done);
	KUNIT_EXPECT_GT(test, wait_for_completion_timeout(&done, 3), 0UL);
}

static int wait_killable(void *arg)
{
	return wait_for_completion_killable(arg);
}

static void killable_wait_ignores_sigint(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(never);
	struct task_struct *t = thread_run(wait_killable, &never, "killable");

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, t);
	msleep(2);
	send_sig(SIGINT, t, 0);
	msleep(5);
	KUNIT_EXPECT_EQ(test, t->exit_state, 0);
	send_sig(SIGKILL, t, 0);
	KUNIT_EXPECT_EQ(test, thread_join(t), -ERESTARTSYS);
}

static seqlock_t seq;
static u64 seq_a, seq_b;
static int seq_writer(void *arg)
{
	int i;

	for (i = 0; i < 5000; i++) {
		write_seqlock(&seq);
		WRITE_ONCE(seq_a, seq_a + 1);
		WRITE_ONCE(seq_b, seq_b + 1);
		write_sequnlock(&seq);
	}
	return 0;
}

static void seqlock_readers_see_whole_updates(struct kunit *test)
{
	struct task_struct *t;
	int i, wrong = 0;

	seqlock_init(&seq);
	seq_a = seq_b = 0;
	t = thread_run(seq_writer, NULL, "seqwriter");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, t);
	for (i = 0; i < 5000; i++) {
		unsigned int start;
		u64 a, b;

		do {
			start = read_seqbegin(&seq);
			a = READ_ONCE(seq_a);
			b = READ_ONCE(seq_b);
		} while (read_seqretry(&seq, start));
		wrong += a != b;
	}
	thread_join(t);
	KUNIT_EXPECT_EQ(test, wrong, 0);
}

static void atomics_return_what_linux_returns(struct kunit *test)
{
	atomic_t v = ATOMIC_INIT(5);
	refcount_t r = REFCOUNT_INIT(1);
	int old = 4;

	KUNIT_EXPECT_EQ(test, atomic_add_return(3, &v), 8);
	KUNIT_EXPECT_EQ(test, atomic_fetch_sub(2, &v), 8);
	KUNIT_EXPECT_EQ(test, atomic_cmpxchg(&v, 6, 10), 6);
	KUNIT_EXPECT_FALSE(test, atomic_try_cmpxchg(&v, &old, 1));
	KUNIT_EXPECT_EQ(test, old, 10);
	KUNIT_EXPECT_EQ(test, atomic_xchg(&v, 1), 10);
	KUNIT_EXPECT_TRUE(test, atomic_dec_and_test(&v));
	KUNIT_EXPECT_FALSE(test, atomic_inc_not_zero(&v));
	KUNIT_EXPECT_EQ(test, atomic_dec_if_positive(&v), -1);
	KUNIT_EXPECT_EQ(test, atomic_read(&v), 0);
	KUNIT_EXPECT_TRUE(test, refcount_inc_not_zero(&r));
	KUNIT_EXPECT_FALSE(test, refcount_dec_and_test(&r));
	KUNIT_EXPECT_TRUE(test, refcount_dec_and_test(&r));
	KUNIT_EXPECT_FALSE(test, refcount_inc_not_zero(&r));
}

static struct kunit_case sync_cases[] = {
	KUNIT_CASE_PARAM(lock_excludes_under_load, lock_kind_gen_params),
	KUNIT_CASE(spinlock_knows_its_holder),
	KUNIT_CASE(mutex_wait_can_be_interrupted),
	KUNIT_CASE(mutex_waiter_is_not_starved),
	KUNIT_CASE(semaphore_times_out),
	KUNIT_CASE(rwsem_lets_readers_in_together),
	KUNIT_CASE(wait_event_timeout_runs_out),
	KUNIT_CASE(no_wakeup_is_lost),
	KUNIT_CASE(exclusive_waiters_wake_one_at_a_time),
	KUNIT_CASE(completion_counts),
	KUNIT_CASE(killable_wait_ignores_sigint),
	KUNIT_CASE(seqlock_readers_see_whole_updates),
	KUNIT_CASE(atomics_return_what_linux_returns),
	{}
};

static struct kunit_suite sync_suite = {
	.name = "sync",
	.test_cases = sync_cases,
};
kunit_test_suite(sync_suite);
