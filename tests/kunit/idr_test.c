// SPDX-License-Identifier: MIT
/* kernel/idr.c: against an array, with random operations from a fixed seed; far numbers; without memory. */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/idr.h>
#include <linux/prandom.h>
#include <linux/slab.h>
#include <paddock/fault_inject.h>
#include "mm_kunit.h"

#define NUMBERS	5000		/* three levels */

static struct rnd_state rnd;

static unsigned int below(unsigned int n)
{
	return reciprocal_scale(prandom_u32_state(&rnd), n);
}

static unsigned int smallest_free(char *const *taken, unsigned int from)
{
	while (taken[from])
		from++;
	return from;
}

static int count_one(int id, void *p, void *data)
{
	char *const *taken = data;

	return taken[id] == p ? 0 : -EINVAL;
}

static void numbers_agree_with_an_array(struct kunit *test)
{
	char **taken = kunit_kzalloc(test, (NUMBERS + 64) * sizeof(*taken), GFP_KERNEL), base[NUMBERS / 64];
	struct mm_watch watch;
	unsigned int i, n = 0, walked = 0;
	DEFINE_IDR(idr);
	char *entry;
	int id;

	KUNIT_ASSERT_NOT_NULL(test, taken);
	prandom_seed_state(&rnd, 20240911);
	mm_watch_begin(test, &watch);
	for (i = 0; i < 30000; i++) {
		unsigned int from = below(4) ? 0 : below(NUMBERS), at = below(NUMBERS);

		/* First it fills, then it empties. */
		if (n < NUMBERS - 100 && below(16) < (i < 15000 ? 11 : 5)) {
			char *p = base + below(sizeof(base));

			id = idr_alloc(&idr, p, from, 0, GFP_KERNEL);
			KUNIT_ASSERT_EQ(test, id, (int)smallest_free(taken, from));
			if (id >= NUMBERS) {
				KUNIT_ASSERT_PTR_EQ(test, idr_remove(&idr, id), p);
				continue;
			}
			taken[id] = p;
			n++;
		} else {
			KUNIT_ASSERT_PTR_EQ(test, idr_remove(&idr, at), taken[at]);
			n -= taken[at] != NULL;
			taken[at] = NULL;
		}
		at = below(NUMBERS);
		KUNIT_ASSERT_PTR_EQ(test, idr_find(&idr, at), taken[at]);
	}
	idr_for_each_entry(&idr, entry, id) {
		KUNIT_ASSERT_PTR_EQ(test, entry, taken[id]);
		walked++;
	}
	KUNIT_EXPECT_EQ(test, walked, n);
	KUNIT_EXPECT_EQ(test, 0, idr_for_each(&idr, count_one, taken));
	for (i = 0; i < NUMBERS; i++)
		if (below(2))
			idr_remove(&idr, i);
	idr_destroy(&idr);
	KUNIT_EXPECT_TRUE(test, idr_is_empty(&idr));
	rcu_barrier();
	mm_watch_end(test, &watch);
}

static void far_numbers_and_bounds(struct kunit *test)
{
	static const u32 far[] = { 0, 63, 64, 4095, 4096, 262143, 262144, 0x7fffffff, 0x80000000, 0xffffffff };
	DEFINE_IDR(idr);
	struct idr from_1 = IDR_INIT_BASE(from_1, 1);
	struct mm_watch watch;
	int x, y, id = 0;

	mm_watch_begin(test, &watch);
	for (unsigned int i = 0; i < ARRAY_SIZE(far); i++) {
		u32 at = far[i];

		KUNIT_EXPECT_EQ(test, 0, idr_alloc_u32(&idr, &x, &at, far[i], GFP_KERNEL));
		KUNIT_EXPECT_EQ(test, at, far[i]);
		KUNIT_EXPECT_EQ(test, -ENOSPC, idr_alloc_u32(&idr, &x, &at, far[i], GFP_KERNEL));
		KUNIT_EXPECT_PTR_EQ(test, idr_find(&idr, far[i]), (void *)&x);
		KUNIT_EXPECT_NULL(test, idr_find(&idr, far[i] ^ 2));
	}
	KUNIT_EXPECT_NULL(test, idr_find(&idr, 1UL << 32));
	KUNIT_EXPECT_PTR_EQ(test, idr_replace(&idr, &y, 4096), (void *)&x);
	KUNIT_EXPECT_PTR_EQ(test, idr_find(&idr, 4096), (void *)&y);
	KUNIT_EXPECT_EQ(test, PTR_ERR(idr_replace(&idr, &y, 4097)), -ENOENT);
	for (unsigned int i = 0; i < ARRAY_SIZE(far); i++)
		KUNIT_EXPECT_NOT_NULL(test, idr_remove(&idr, far[i]));
	KUNIT_EXPECT_TRUE(test, idr_is_empty(&idr));

	/* NULL takes the number, and no walk meets it. */
	KUNIT_EXPECT_EQ(test, 0, idr_alloc(&idr, NULL, 0, 0, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, 1, idr_alloc(&idr, &x, 0, 0, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, idr_find(&idr, 0));
	KUNIT_EXPECT_PTR_EQ(test, idr_get_next(&idr, &id), (void *)&x);
	KUNIT_EXPECT_EQ(test, id, 1);
	idr_destroy(&idr);

	KUNIT_EXPECT_EQ(test, 1, idr_alloc(&from_1, &x, 0, 0, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, 2, idr_alloc(&from_1, &y, 0, 0, GFP_KERNEL));
	KUNIT_EXPECT_PTR_EQ(test, idr_find(&from_1, 2), (void *)&y);
	KUNIT_EXPECT_NULL(test, idr_find(&from_1, 0));
	idr_destroy(&from_1);

	for (int i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, 5 + i, idr_alloc_cyclic(&idr, &x, 5, 9, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, -ENOSPC, idr_alloc_cyclic(&idr, &x, 5, 9, GFP_KERNEL));
	idr_remove(&idr, 6);
	KUNIT_EXPECT_EQ(test, 6, idr_alloc_cyclic(&idr, &x, 5, 9, GFP_KERNEL));
	idr_destroy(&idr);
	rcu_barrier();
	mm_watch_end(test, &watch);
}

/* Whichever node is not to be had: the number is not taken, and nothing is lost. */
static void each_node_may_fail(struct kunit *test)
{
	struct mm_watch watch;
	DEFINE_IDR(idr);
	DEFINE_IDA(ida);
	unsigned int nth = 0;
	bool fired;
	int x, id;

	mm_watch_begin(test, &watch);
	do {
		KUNIT_EXPECT_EQ(test, 0, idr_alloc(&idr, &x, 0, 0, GFP_KERNEL));
		fail_nth_begin(++nth);
		id = idr_alloc(&idr, &x, 1000000, 0, GFP_KERNEL);
		fired = fail_nth_end();
		KUNIT_EXPECT_EQ(test, id, fired ? -ENOMEM : 1000000);
		KUNIT_EXPECT_PTR_EQ(test, idr_find(&idr, 0), (void *)&x);
		KUNIT_EXPECT_PTR_EQ(test, idr_find(&idr, 1000000), fired ? NULL : (void *)&x);
		KUNIT_EXPECT_EQ(test, 1, idr_alloc(&idr, &x, 0, 0, GFP_KERNEL));
		idr_destroy(&idr);
	} while (fired && nth < 30);
	KUNIT_EXPECT_GE(test, nth, 6u);

	KUNIT_EXPECT_EQ(test, 0, ida_alloc(&ida, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, 70, ida_alloc_min(&ida, 70, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, 1, ida_alloc(&ida, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, -ENOSPC, ida_alloc_max(&ida, 1, GFP_KERNEL));
	ida_free(&ida, 0);
	KUNIT_EXPECT_EQ(test, 0, ida_alloc_max(&ida, 1, GFP_KERNEL));
	KUNIT_EXPECT_FALSE(test, ida_is_empty(&ida));
	ida_destroy(&ida);
	KUNIT_EXPECT_TRUE(test, ida_is_empty(&ida));
	rcu_barrier();
	mm_watch_end(test, &watch);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(numbers_agree_with_an_array),
	KUNIT_CASE(far_numbers_and_bounds),
	KUNIT_CASE(each_node_may_fail),
	{}
};

static struct kunit_suite suite = { .name = "idr", .test_cases = cases };
kunit_test_suite(suite);
