// SPDX-License-Identifier: MIT
/*
 * KUnit itself, and kernel/random.c. Failing checks are tried on a struct kunit of our own, so they print their
 * words and count for nothing.
 */
#include <kunit/test.h>
#include <linux/kthread.h>
#include <linux/random.h>
#include <paddock/log.h>

static struct kunit other = { .name = "meant_to_fail" };

static int reset(struct kunit *test)
{
	other.status = KUNIT_SUCCESS;
	other.status_comment[0] = '\0';
	spin_lock_init(&other.lock);
	INIT_LIST_HEAD(&other.resources);
	return 0;
}

/* Does a message from @seq on hold @text? */
static bool logged(struct kunit *test, u64 seq, const char *text)
{
	struct log_entry *e = kunit_kmalloc(test, sizeof(*e), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, e);
	for (; log_read(seq, e); seq = e->seq + 1)
		if (strstr(e->text, text))
			return true;
	return false;
}

static void failures_are_noted_and_explained(struct kunit *test)
{
	u64 seq = log_next_seq();
	int two = 2;

	KUNIT_EXPECT_EQ(&other, two, 2);
	KUNIT_EXPECT_EQ(test, other.status, KUNIT_SUCCESS);
	KUNIT_EXPECT_EQ_MSG(&other, two, 3, "said with %d", 5);
	KUNIT_EXPECT_EQ(test, other.status, KUNIT_FAILURE);
	KUNIT_EXPECT_TRUE(test, logged(test, seq, "# meant_to_fail: EXPECTATION FAILED at tests/kunit/"));
	KUNIT_EXPECT_TRUE(test, logged(test, seq, "Expected two == 3, but"));
	KUNIT_EXPECT_TRUE(test, logged(test, seq, "two == 2 (0x2)"));
	KUNIT_EXPECT_TRUE(test, logged(test, seq, "said with 5"));
	kunit_mark_skipped(&other, "too late");
	KUNIT_EXPECT_EQ(test, other.status, KUNIT_FAILURE);
}

static void every_check_can_fail(struct kunit *test)
{
	const char *a = "a";

#define FAILS(check) do { \
		other.status = KUNIT_SUCCESS; \
		check; \
		KUNIT_EXPECT_EQ(test, other.status, KUNIT_FAILURE); \
	} while (0)
	FAILS(KUNIT_EXPECT_TRUE(&other, !a));
	FAILS(KUNIT_EXPECT_FALSE(&other, a));
	FAILS(KUNIT_EXPECT_NE(&other, 1, 1));
	FAILS(KUNIT_EXPECT_LT(&other, 1, 1));
	FAILS(KUNIT_EXPECT_GE(&other, -1, 1));
	FAILS(KUNIT_EXPECT_PTR_EQ(&other, a, NULL));
	FAILS(KUNIT_EXPECT_NULL(&other, a));
	FAILS(KUNIT_EXPECT_STREQ(&other, a, "b"));
	FAILS(KUNIT_EXPECT_STREQ(&other, a, NULL));
	FAILS(KUNIT_EXPECT_MEMEQ(&other, a, "b", 1));
	FAILS(KUNIT_EXPECT_NOT_ERR_OR_NULL(&other, ERR_PTR(-ENOMEM)));
	FAILS(KUNIT_FAIL(&other, "plainly"));
}

static bool went_on;

static int assert_thread(void *arg)
{
	KUNIT_ASSERT_EQ(&other, 1, 2);
	went_on = true;
	return 0;
}

static void an_assertion_ends_its_thread(struct kunit *test)
{
	struct task_struct *task = kthread_create(assert_thread, NULL, "assertion");

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, task);
	get_task_struct(task);
	wake_up_process(task);
	while (!READ_ONCE(task->exit_state))
		schedule_timeout_uninterruptible(1);
	put_task_struct(task);
	KUNIT_EXPECT_FALSE(test, went_on);
	KUNIT_EXPECT_EQ(test, other.status, KUNIT_FAILURE);
}

static char order[8];

static void note(void *text)
{
	strcat(order, text);
}

static void init_runs_first(struct kunit *test)
{
	KUNIT_EXPECT_PTR_EQ(test, kunit_get_current_test(), test);
	order[0] = '\0';
	KUNIT_EXPECT_EQ(test, kunit_add_action(test, note, "a"), 0);
	KUNIT_EXPECT_EQ(test, kunit_add_action(test, note, "b"), 0);
	KUNIT_EXPECT_EQ(test, kunit_add_action(test, note, "c"), 0);
	kunit_release_action(test, note, "b");
	KUNIT_EXPECT_STREQ(test, order, "b");
	kunit_remove_action(test, note, "x");
}

static void resources_went_in_reverse_order(struct kunit *test)
{
	char *p = kunit_kzalloc(test, 100, GFP_KERNEL);

	KUNIT_EXPECT_STREQ(test, order, "bca");
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, 100));
	kunit_kfree(test, p);
}

static const int values[] = { 3, 5, 7 };
static int sum;

static void describe(const int *v, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "value %d", *v);
}
KUNIT_ARRAY_PARAM(values, values, describe);

static void each_parameter_is_tried(struct kunit *test)
{
	sum += *(const int *)test->param_value;
}

static void all_parameters_were_tried(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, sum, 15);
}

static void random_numbers_differ(struct kunit *test)
{
	u64 seen[64];
	unsigned int low = 0, bits = 0;

	for (int i = 0; i < 64; i++) {
		seen[i] = get_random_u64();
		for (int j = 0; j < i; j++)
			KUNIT_ASSERT_NE(test, seen[i], seen[j]);
		bits += hweight64(seen[i]);
		low += get_random_u32_below(10) < 5;
		KUNIT_EXPECT_LE(test, get_random_u32_inclusive(7, 9) - 7, 2);
	}
	/* Of 4096 bits one half, give or take ten standard deviations. */
	KUNIT_EXPECT_GT(test, bits, 2048 - 320);
	KUNIT_EXPECT_LT(test, bits, 2048 + 320);
	KUNIT_EXPECT_GT(test, low, 0);
	KUNIT_EXPECT_LT(test, low, 64);
	KUNIT_EXPECT_EQ(test, get_random_u32_below(1), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(failures_are_noted_and_explained),
	KUNIT_CASE(every_check_can_fail),
	KUNIT_CASE(an_assertion_ends_its_thread),
	KUNIT_CASE(init_runs_first),
	KUNIT_CASE(resources_went_in_reverse_order),
	KUNIT_CASE_PARAM(each_parameter_is_tried, values_gen_params),
	KUNIT_CASE(all_parameters_were_tried),
	KUNIT_CASE(random_numbers_differ),
	{}
};

static struct kunit_suite suite = { .name = "kunit", .init = reset, .test_cases = cases };
kunit_test_suite(suite);
