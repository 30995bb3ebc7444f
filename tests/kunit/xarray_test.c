// SPDX-License-Identifier: MIT
/* kernel/xarray.c: against plain arrays, with random operations from a fixed seed; far indexes; without memory. */
#include <kunit/test.h>
#include <linux/prandom.h>
#include <linux/slab.h>
#include <linux/xarray.h>
#include <paddock/fault_inject.h>
#include "mm_kunit.h"

#define N	300
static struct rnd_state rnd;

static unsigned int below(unsigned int n)
{
	return reciprocal_scale(prandom_u32_state(&rnd), n);
}

/* Model index i stands for this one: dense, sparse, and at the very end. */
static unsigned long real(unsigned int i)
{
	return i < 100 ? i : i < 200 ? (unsigned long)(i - 99) * 1000003 : ULONG_MAX - (N - 1 - i) * 77777777777ul;
}

struct model {
	void *entry[N];
	unsigned char marks[N];
};

static void compare(struct kunit *test, struct xarray *xa, const struct model *m)
{
	unsigned long index, at;
	unsigned int i, mark, any = 0;
	void *entry;

	i = 0;
	xa_for_each(xa, index, entry) {
		while (i < N && !m->entry[i])
			i++;
		KUNIT_ASSERT_LT(test, i, (unsigned int)N);
		KUNIT_ASSERT_EQ(test, index, real(i));
		KUNIT_ASSERT_PTR_EQ(test, entry, m->entry[i]);
		i++;
	}
	for (; i < N; i++)
		KUNIT_ASSERT_NULL(test, m->entry[i]);
	for (mark = 0; mark < 3; mark++) {
		any = i = 0;
		xa_for_each_marked(xa, at, entry, mark) {
			while (i < N && !(m->marks[i] & 1 << mark))
				i++;
			KUNIT_ASSERT_LT(test, i, (unsigned int)N);
			KUNIT_ASSERT_EQ(test, at, real(i++));
			any = 1;
		}
		for (; i < N; i++)
			KUNIT_ASSERT_FALSE(test, m->marks[i] & 1 << mark);
		KUNIT_ASSERT_EQ(test, any, (unsigned int)xa_marked(xa, mark));
	}
}

static void agrees_with_plain_arrays(struct kunit *test)
{
	struct model *m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);
	struct mm_watch watch;
	DEFINE_XARRAY(xa);
	void *got[10];

	KUNIT_ASSERT_NOT_NULL(test, m);
	prandom_seed_state(&rnd, 5);
	mm_watch_begin(test, &watch);
	for (unsigned int round = 0; round < 6000; round++) {
		unsigned int i = below(N), bit = below(3);
		void *e = below(3) ? (void *)&m->entry[below(N)] : xa_mk_value(below(100)), *was = m->entry[i];

		switch (below(8)) {
		case 0: case 1:
			KUNIT_ASSERT_PTR_EQ(test, was, xa_store(&xa, real(i), e, GFP_KERNEL));
			m->entry[i] = e;
			break;
		case 2: case 3:
			KUNIT_ASSERT_PTR_EQ(test, was, xa_erase(&xa, real(i)));
			m->entry[i] = NULL;
			m->marks[i] = 0;
			break;
		case 4:
			KUNIT_ASSERT_EQ(test, was ? -EBUSY : 0, xa_insert(&xa, real(i), e, GFP_KERNEL));
			if (!was)
				m->entry[i] = e;
			break;
		case 5:
			KUNIT_ASSERT_PTR_EQ(test, was, xa_cmpxchg(&xa, real(i), m->entry[below(N)], e, GFP_KERNEL));
			m->entry[i] = xa_load(&xa, real(i));
			KUNIT_ASSERT_TRUE(test, m->entry[i] == was || m->entry[i] == e);
			break;
		case 6:
			xa_set_mark(&xa, real(i), bit);
			m->marks[i] |= was ? 1 << bit : 0;
			break;
		default:
			xa_clear_mark(&xa, real(i), bit);
			m->marks[i] &= ~(1 << bit);
		}
		KUNIT_ASSERT_PTR_EQ(test, m->entry[i], xa_load(&xa, real(i)));
		KUNIT_ASSERT_EQ(test, (bool)(m->marks[i] & 1 << bit), xa_get_mark(&xa, real(i), bit));
		if (round % 200 == 0)
			compare(test, &xa, m);
	}
	KUNIT_EXPECT_EQ(test, 10u, xa_extract(&xa, got, 0, ULONG_MAX, 10, XA_PRESENT));
	for (unsigned int i = 0; i < N; i++)
		xa_erase(&xa, real(i));
	KUNIT_EXPECT_TRUE(test, xa_empty(&xa));
	rcu_barrier();
	mm_watch_end(test, &watch);
}

static void entries_that_are_none(struct kunit *test)
{
	DEFINE_XARRAY(xa);
	unsigned long index = 0;

	KUNIT_EXPECT_EQ(test, 0, xa_reserve(&xa, 70, GFP_KERNEL));
	KUNIT_EXPECT_FALSE(test, xa_empty(&xa));
	KUNIT_EXPECT_NULL(test, xa_load(&xa, 70));
	KUNIT_EXPECT_NULL(test, xa_find(&xa, &index, ULONG_MAX, XA_PRESENT));
	KUNIT_EXPECT_EQ(test, -EBUSY, xa_insert(&xa, 70, xa_mk_value(1), GFP_KERNEL));
	xa_release(&xa, 70);
	KUNIT_EXPECT_TRUE(test, xa_empty(&xa));
	KUNIT_EXPECT_NULL(test, xa_store(&xa, 5, xa_mk_value(7), GFP_ATOMIC));
	xa_release(&xa, 5);		/* is no reservation */
	KUNIT_EXPECT_EQ(test, 7ul, xa_to_value(xa_load(&xa, 5)));
	KUNIT_EXPECT_TRUE(test, xa_is_value(xa_load(&xa, 5)));
	KUNIT_EXPECT_EQ(test, 3u, xa_pointer_tag(xa_tag_pointer(&xa, 3)));
	KUNIT_EXPECT_PTR_EQ(test, (void *)&xa, xa_untag_pointer(xa_tag_pointer(&xa, 3)));
	KUNIT_EXPECT_EQ(test, -ENOMEM, xa_err(xa_mk_internal(-ENOMEM)));
	KUNIT_EXPECT_EQ(test, 0, xa_err(&xa));
	xa_destroy(&xa);
	KUNIT_EXPECT_NULL(test, xa_load(&xa, 5));
}

static void free_indexes_are_given_out(struct kunit *test)
{
	DEFINE_XARRAY_ALLOC1(xa);
	u32 id = 0, next = 0;

	for (u32 i = 1; i <= 200; i++) {
		KUNIT_ASSERT_EQ(test, 0, xa_alloc(&xa, &id, &xa, xa_limit_32b, GFP_KERNEL));
		KUNIT_ASSERT_EQ(test, id, i);
	}
	xa_erase(&xa, 130);
	xa_erase(&xa, 64);
	KUNIT_EXPECT_EQ(test, 0, xa_alloc(&xa, &id, NULL, xa_limit_32b, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, 64u, id);
	KUNIT_EXPECT_NULL(test, xa_load(&xa, 64));
	KUNIT_EXPECT_EQ(test, -EBUSY, xa_alloc(&xa, &id, &xa, XA_LIMIT(1, 129), GFP_KERNEL));
	/* NULL stored is an index kept. */
	KUNIT_EXPECT_PTR_EQ(test, (void *)&xa, xa_store(&xa, 7, NULL, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, 0, xa_alloc(&xa, &id, &xa, XA_LIMIT(0, 500), GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, 130u, id);
	KUNIT_EXPECT_EQ(test, 0, xa_alloc(&xa, &id, &xa, XA_LIMIT(1000000, 1000000), GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, 0, xa_alloc(&xa, &id, &xa, XA_LIMIT(UINT_MAX, UINT_MAX), GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, UINT_MAX, id);
	next = 203;
	for (u32 i = 203; i <= 205; i++)
		KUNIT_EXPECT_EQ(test, 0, xa_alloc_cyclic(&xa, &id, &xa, XA_LIMIT(200, 205), &next, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, 206u, next);
	KUNIT_EXPECT_EQ(test, 1, xa_alloc_cyclic(&xa, &id, &xa, XA_LIMIT(200, 205), &next, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, 201u, id);
	xa_destroy(&xa);
	KUNIT_EXPECT_TRUE(test, xa_empty(&xa));
}

/* Whichever node is not to be had: nothing has changed, and nothing is lost; who may sleep gets it in the second try. */
static void each_node_may_fail(struct kunit *test)
{
	struct mm_watch watch;
	DEFINE_XARRAY_ALLOC(xa);
	unsigned int nth;
	bool fired;

	mm_watch_begin(test, &watch);
	for (int sleeps = 0; sleeps < 2; sleeps++) {
		nth = 0;
		do {
			u32 id = 0;
			int err;

			KUNIT_EXPECT_NULL(test, xa_store(&xa, 0, &xa, GFP_KERNEL));
			fail_nth_begin(++nth);
			err = xa_err(xa_store(&xa, 1ul << 40, &id, sleeps ? GFP_KERNEL : GFP_NOWAIT));
			fired = fail_nth_end();
			KUNIT_EXPECT_EQ(test, err, fired && !sleeps ? -ENOMEM : 0);
			KUNIT_EXPECT_PTR_EQ(test, xa_load(&xa, 0), (void *)&xa);
			KUNIT_EXPECT_PTR_EQ(test, xa_load(&xa, 1ul << 40), err ? NULL : (void *)&id);
			xa_destroy(&xa);
			KUNIT_EXPECT_NULL(test, xa_store(&xa, 0, &xa, GFP_KERNEL));
			fail_nth_begin(nth);
			err = xa_alloc(&xa, &id, &xa, XA_LIMIT(1000000, 2000000), sleeps ? GFP_KERNEL : GFP_NOWAIT);
			fail_nth_end();
			KUNIT_EXPECT_EQ(test, id, err ? 0 : 1000000);
			xa_destroy(&xa);
		} while (fired && nth < 30);
		KUNIT_EXPECT_GE(test, nth, 10u);
	}
	rcu_barrier();
	mm_watch_end(test, &watch);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(each_node_may_fail),
	KUNIT_CASE(agrees_with_plain_arrays),
	KUNIT_CASE(entries_that_are_none),
	KUNIT_CASE(free_indexes_are_given_out),
	{}
};

static struct kunit_suite suite = { .name = "xarray", .test_cases = cases };
kunit_test_suite(suite);
