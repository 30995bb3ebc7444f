// SPDX-License-Identifier: MIT
/*
 * A KUnit suite in a module: it runs when the module is loaded, and its results are in the log, as KTAP.
 *
 *	insmod kunit_sample
 *	ok 1 sqrt_of_squares …
 *
 * The code under test is here too; in a driver it would be the driver's. (Debian's kernel has no KUnit:
 * there CONFIG_KUNIT is not set, and the Makefile leaves this file out.)
 */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/math.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

/* ---- Under test: a stack of numbers, and a name for a size ---- */

struct number {
	struct list_head list;
	int value;
};

static const char *size_name(unsigned int n)
{
	return n < 10 ? "small" : n < 100 ? "medium" : "large";
}

/* ---- Cases ---- */

struct stack {
	struct list_head head;
};

static int sample_init(struct kunit *test)
{
	struct stack *stack = kunit_kzalloc(test, sizeof(*stack), GFP_KERNEL);

	if (!stack)
		return -ENOMEM;
	INIT_LIST_HEAD(&stack->head);
	test->priv = stack;
	return 0;
}

static void sqrt_of_squares(struct kunit *test)
{
	unsigned long n;

	for (n = 0; n < 100; n++)
		KUNIT_EXPECT_EQ(test, int_sqrt(n * n), n);
}

static void stack_is_last_in_first_out(struct kunit *test)
{
	struct stack *stack = test->priv;
	struct number *n;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, stack);
	KUNIT_EXPECT_TRUE(test, list_empty(&stack->head));
	for (i = 0; i < 3; i++) {
		n = kunit_kzalloc(test, sizeof(*n), GFP_KERNEL);	/* freed when the case is over */
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, n);
		n->value = i;
		list_add(&n->list, &stack->head);
	}
	list_for_each_entry(n, &stack->head, list)
		KUNIT_EXPECT_EQ_MSG(test, n->value, --i, "at depth %d", 2 - i);
	KUNIT_EXPECT_FALSE(test, list_is_singular(&stack->head));
}

struct size_case {
	unsigned int n;
	const char *name;
};

static const struct size_case size_cases[] = { { 0, "small" }, { 10, "medium" }, { 99, "medium" }, { 100, "large" } };

static void size_case_desc(const struct size_case *c, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%u is %s", c->n, c->name);
}

KUNIT_ARRAY_PARAM(size, size_cases, size_case_desc);

static void sizes_have_names(struct kunit *test)
{
	const struct size_case *c = test->param_value;

	KUNIT_EXPECT_STREQ(test, size_name(c->n), c->name);
}

static void memory_is_compared(struct kunit *test)
{
	u8 a[4] = { 1, 2, 3, 4 }, b[4] = { 1, 2, 3, 5 };

	KUNIT_EXPECT_EQ(test, memcmp(a, b, 3), 0);	/* newer than 6.1: KUNIT_EXPECT_MEMEQ() */
	KUNIT_EXPECT_NE(test, memcmp(a, b, sizeof(a)), 0);
	KUNIT_EXPECT_PTR_NE(test, (void *)a, (void *)b);
}

static void skipped(struct kunit *test)
{
	kunit_skip(test, "nothing to see here");
}

static struct kunit_case sample_cases[] = {
	KUNIT_CASE(sqrt_of_squares),
	KUNIT_CASE(stack_is_last_in_first_out),
	KUNIT_CASE_PARAM(sizes_have_names, size_gen_params),
	KUNIT_CASE(memory_is_compared),
	KUNIT_CASE(skipped),
	{}
};

static struct kunit_suite sample_suite = {
	.name = "sample",
	.init = sample_init,
	.test_cases = sample_cases,
};

kunit_test_suite(sample_suite);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A KUnit suite");
