// SPDX-License-Identifier: MIT
/* RCU and SRCU: a grace period waits for the readers before it, and for no others; and is quick. */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/srcu.h>
#include <paddock/sched.h>

struct node {
	struct rcu_head rcu;
	struct list_head list;
	int value, poison;
};

static struct node __rcu *shared;
static int stop_readers;
static atomic_t bad_reads, reads;

static int reader(void *unused)
{
	while (!READ_ONCE(stop_readers)) {
		struct node *n;

		rcu_read_lock();
		n = rcu_dereference(shared);
		if (READ_ONCE(n->poison))
			atomic_inc(&bad_reads);
		udelay(2);
		if (READ_ONCE(n->poison))
			atomic_inc(&bad_reads);
		rcu_read_unlock();
		atomic_inc(&reads);
	}
	return 0;
}

static void readers_never_see_what_was_freed(struct kunit *test)
{
	unsigned int n = num_online_cpus() + 1, i;
	struct task_struct **t = kunit_kcalloc(test, n, sizeof(*t), GFP_KERNEL);

	stop_readers = 0;
	atomic_set(&bad_reads, 0);
	rcu_assign_pointer(shared, kzalloc(sizeof(struct node), GFP_KERNEL));
	for (i = 0; i < n; i++)
		t[i] = thread_run(reader, NULL, "rcureader/%u", i);
	for (i = 0; i < 30; i++) {
		struct node *new = kzalloc(sizeof(*new), GFP_KERNEL), *old;

		old = rcu_replace_pointer(shared, new, true);
		synchronize_rcu();
		WRITE_ONCE(old->poison, 1);
		kfree(old);
		if (i % 10 == 0)
			msleep(1);	/* one CPU: let the readers in */
	}
	WRITE_ONCE(stop_readers, 1);
	for (i = 0; i < n; i++)
		thread_join(t[i]);
	KUNIT_EXPECT_EQ(test, atomic_read(&bad_reads), 0);
	KUNIT_EXPECT_GT(test, atomic_read(&reads), 0);
	kfree(shared);
}

static void grace_period_is_quick(struct kunit *test)
{
	u64 start = ktime_get_ns();
	unsigned int i;

	for (i = 0; i < 20; i++)
		synchronize_rcu();
	/* Some microseconds each on a quiet machine; a loaded host may run its CPUs in turns of 100 ms. */
	KUNIT_EXPECT_LT(test, ktime_get_ns() - start, 20 * 200 * (u64)NSEC_PER_MSEC);
}

static atomic_t called;
static void count_call(struct rcu_head *head)
{
	atomic_inc(&called);
	kfree(container_of(head, struct node, rcu));
}

static void barrier_waits_for_all_callbacks(struct kunit *test)
{
	unsigned int i;

	atomic_set(&called, 0);
	for (i = 0; i < 500; i++) {
		struct node *n = kzalloc(sizeof(*n), GFP_KERNEL);

		if (i % 2)
			local_irq_disable();
		call_rcu(&n->rcu, count_call);
		if (i % 2)
			local_irq_enable();
	}
	rcu_barrier();
	KUNIT_EXPECT_EQ(test, atomic_read(&called), 500);
}

static void kfree_rcu_takes_any_offset(struct kunit *test)
{
	struct far {
		char space[1000];
		struct rcu_head rcu;
	} *far = kzalloc(sizeof(*far), GFP_KERNEL);
	struct node *n = kzalloc(sizeof(*n), GFP_KERNEL);

	kfree_rcu(far, rcu);
	kfree_rcu(n, rcu);
	kfree_rcu((struct node *)NULL, rcu);
	rcu_barrier();
	kfree_rcu(kzalloc(64, GFP_KERNEL));
}

static LIST_HEAD(list);
static int list_reader(void *unused)
{
	while (!READ_ONCE(stop_readers)) {
		struct node *n;
		int last = -1;

		rcu_read_lock();
		list_for_each_entry_rcu(n, &list, list) {
			if (n->poison || n->value <= last)
				atomic_inc(&bad_reads);
			last = n->value;
		}
		rcu_read_unlock();
		cond_resched();
	}
	return 0;
}

static void list_changes_under_readers(struct kunit *test)
{
	struct task_struct *t[2];
	struct node *n, *next;
	int i;

	stop_readers = 0;
	atomic_set(&bad_reads, 0);
	for (i = 0; i < 2; i++)
		t[i] = thread_run(list_reader, NULL, "listreader/%d", i);
	for (i = 0; i < 30; i++) {
		n = kzalloc(sizeof(*n), GFP_KERNEL);
		n->value = i;
		list_add_tail_rcu(&n->list, &list);
		if (i >= 10) {
			n = list_first_entry(&list, struct node, list);
			list_del_rcu(&n->list);
			synchronize_rcu();
			n->poison = 1;
			kfree(n);
		}
	}
	WRITE_ONCE(stop_readers, 1);
	for (i = 0; i < 2; i++)
		thread_join(t[i]);
	list_for_each_entry_safe(n, next, &list, list)
		kfree(n);
	INIT_LIST_HEAD(&list);
	KUNIT_EXPECT_EQ(test, atomic_read(&bad_reads), 0);
}

DEFINE_STATIC_SRCU(srcu);
static struct completion inside, leave;
static int srcu_reader(void *unused)
{
	int idx = srcu_read_lock(&srcu);

	complete(&inside);
	wait_for_completion(&leave);	/* sleeping is what SRCU is for */
	srcu_read_unlock(&srcu, idx);
	return 0;
}

static int srcu_updater(void *unused)
{
	synchronize_srcu(&srcu);
	return 0;
}

static void srcu_waits_for_its_sleeping_reader(struct kunit *test)
{
	struct task_struct *r, *u;

	init_completion(&inside);
	init_completion(&leave);
	synchronize_srcu(&srcu);
	r = thread_run(srcu_reader, NULL, "srcureader");
	wait_for_completion(&inside);
	u = thread_run(srcu_updater, NULL, "srcuupdater");
	msleep(5);
	KUNIT_EXPECT_EQ(test, u->exit_state, 0);
	complete(&leave);
	KUNIT_EXPECT_EQ(test, thread_join(u), 0);
	thread_join(r);
}

static struct kunit_case rcu_cases[] = {
	KUNIT_CASE(readers_never_see_what_was_freed),
	KUNIT_CASE(grace_period_is_quick),
	KUNIT_CASE(barrier_waits_for_all_callbacks),
	KUNIT_CASE(kfree_rcu_takes_any_offset),
	KUNIT_CASE(list_changes_under_readers),
	KUNIT_CASE(srcu_waits_for_its_sleeping_reader),
	{}
};

static struct kunit_suite rcu_suite = {
	.name = "rcu",
	.test_cases = rcu_cases,
};
kunit_test_suite(rcu_suite);
