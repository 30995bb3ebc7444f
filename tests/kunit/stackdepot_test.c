// SPDX-License-Identifier: MIT
/* The stack depot: equal stacks share a handle, different ones do not, from any number of CPUs at once. */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/stackdepot.h>
#include <linux/string.h>

/* A stack that nobody else has: addresses count up from a place with no code. */
static unsigned int make_stack(unsigned long *entries, unsigned int n, unsigned long salt)
{
	for (unsigned int i = 0; i < n; i++)
		entries[i] = 0x1000000 + salt * 64 + i;
	return n;
}

static void equal_stacks_share_a_handle(struct kunit *test)
{
	unsigned long a[16], b[16], *out;
	depot_stack_handle_t first, second;

	make_stack(a, 16, 1);
	make_stack(b, 16, 1);
	first = stack_depot_save(a, 16, GFP_KERNEL);
	second = stack_depot_save(b, 16, GFP_KERNEL);
	KUNIT_EXPECT_NE(test, first, 0u);
	KUNIT_EXPECT_EQ(test, first, second);
	KUNIT_ASSERT_EQ(test, stack_depot_fetch(first, &out), 16u);
	KUNIT_EXPECT_EQ(test, memcmp(out, a, sizeof(a)), 0);
}

static void different_stacks_differ(struct kunit *test)
{
	unsigned long a[16], *out;
	depot_stack_handle_t whole, shorter, other;

	make_stack(a, 16, 2);
	whole = stack_depot_save(a, 16, GFP_KERNEL);
	shorter = stack_depot_save(a, 15, GFP_KERNEL);
	a[15]++;
	other = stack_depot_save(a, 16, GFP_KERNEL);
	KUNIT_EXPECT_NE(test, whole, shorter);
	KUNIT_EXPECT_NE(test, whole, other);
	KUNIT_EXPECT_NE(test, shorter, other);
	KUNIT_EXPECT_EQ(test, stack_depot_fetch(shorter, &out), 15u);
}

static void no_stack_is_handle_0(struct kunit *test)
{
	unsigned long a[1] = { 1 }, *out = a;

	KUNIT_EXPECT_EQ(test, stack_depot_save(a, 0, GFP_KERNEL), 0u);
	KUNIT_EXPECT_EQ(test, stack_depot_fetch(0, &out), 0u);
	KUNIT_EXPECT_PTR_EQ(test, (void *)out, (void *)a);
}

static void long_stacks_are_cut(struct kunit *test)
{
	unsigned long a[STACK_DEPOT_MAX_FRAMES + 10], *out;

	make_stack(a, ARRAY_SIZE(a), 3);
	KUNIT_EXPECT_EQ(test, stack_depot_fetch(stack_depot_save(a, ARRAY_SIZE(a), GFP_KERNEL), &out),
			(unsigned int)STACK_DEPOT_MAX_FRAMES);
}

/* A report may hold a handle that a bug has overwritten. */
static void wild_handles_do_no_harm(struct kunit *test)
{
	unsigned long *out;

	for (int i = 0; i < 10000; i++)
		KUNIT_EXPECT_LE(test, stack_depot_fetch(get_random_u32(), &out),
				(unsigned int)STACK_DEPOT_MAX_FRAMES);
}

#define RACE_STACKS 500

struct racer {
	struct task_struct *task;
	depot_stack_handle_t handles[RACE_STACKS];
};

static int race(void *data)
{
	struct racer *r = data;
	unsigned long a[12];

	for (int i = 0; i < RACE_STACKS; i++) {
		make_stack(a, 12, 1000 + i);
		r->handles[i] = stack_depot_save(a, 12, GFP_KERNEL);
		if (i % 50 == 0)
			cond_resched();
	}
	return 0;
}

static void racing_savers_agree(struct kunit *test)
{
	struct racer *racers = kunit_kcalloc(test, 4, sizeof(*racers), GFP_KERNEL);
	struct stack_depot_stats before, after;
	int i, j;

	KUNIT_ASSERT_NOT_NULL(test, racers);
	stack_depot_get_stats(&before);
	for (i = 0; i < 4; i++) {
		racers[i].task = kthread_create(race, &racers[i], "depot-race/%d", i);
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, racers[i].task);
		get_task_struct(racers[i].task);
	}
	for (i = 0; i < 4; i++)
		wake_up_process(racers[i].task);
	for (i = 0; i < 4; i++) {
		while (!READ_ONCE(racers[i].handles[RACE_STACKS - 1]))
			schedule_timeout_uninterruptible(1);
		kthread_stop(racers[i].task);
		put_task_struct(racers[i].task);
	}
	stack_depot_get_stats(&after);
	for (i = 0; i < RACE_STACKS; i++)
		for (j = 1; j < 4; j++)
			KUNIT_EXPECT_EQ(test, racers[j].handles[i], racers[0].handles[i]);
	/* Each once, but for what others save meanwhile. */
	KUNIT_EXPECT_GE(test, after.stacks - before.stacks, (unsigned long)RACE_STACKS);
	KUNIT_EXPECT_LE(test, after.stacks - before.stacks, (unsigned long)RACE_STACKS + 100);
}

static struct kunit_case depot_cases[] = {
	KUNIT_CASE(equal_stacks_share_a_handle),
	KUNIT_CASE(different_stacks_differ),
	KUNIT_CASE(no_stack_is_handle_0),
	KUNIT_CASE(long_stacks_are_cut),
	KUNIT_CASE(wild_handles_do_no_harm),
	KUNIT_CASE(racing_savers_agree),
	{}
};

static int depot_init(struct kunit_suite *suite)
{
	return stack_depot_init();
}

static struct kunit_suite depot_suite = {
	.name = "stackdepot",
	.suite_init = depot_init,
	.test_cases = depot_cases,
};
kunit_test_suite(depot_suite);
