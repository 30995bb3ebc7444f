// SPDX-License-Identifier: MIT
/*
 * pmalloc: pools, modes, sealing, write-rare, and what is refused. Writes that must fail are made by
 * arch_probe_write(), which answers -EFAULT where an ordinary store would end the thread; that it does, and with which
 * report, is in pmalloc_fault_test.c.
 */
#include "pmalloc_kunit.h"

/* ---- What every mode does ---- */

static void objects_are_separate_and_sealed(struct kunit *test)
{
	enum pmalloc_mode mode = *(const enum pmalloc_mode *)test->param_value;
	struct pmalloc_pool *pool = pm_pool(test, "kunit", mode);
	static const size_t sizes[] = { 1, 7, 8, 64, 100, 4096, 5000, 20000, 300000 };
	u8 *objects[ARRAY_SIZE(sizes)];

	for (int i = 0; i < ARRAY_SIZE(sizes); i++) {
		u8 *p = objects[i] = pzalloc(pool, sizes[i]);

		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_EXPECT_TRUE(test, IS_ALIGNED((unsigned long)p, 8));
		KUNIT_EXPECT_TRUE(test, is_vmalloc_addr(p));
		KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, sizes[i]));
		KUNIT_EXPECT_EQ(test, is_pmalloc_object(p, sizes[i]), 1);
		KUNIT_EXPECT_EQ(test, is_pmalloc_object(p, sizes[i] + 1), -1);
		if (mode == PMALLOC_MODE_START_WR) {
			KUNIT_EXPECT_FALSE(test, pm_can_write(p));
			KUNIT_EXPECT_TRUE(test, wr_memset(p, 'a' + i, sizes[i]));
		} else {
			memset(p, 'a' + i, sizes[i]);
		}
	}
	KUNIT_ASSERT_EQ(test, pmalloc_protect_pool(pool), 0);
	for (int i = 0; i < ARRAY_SIZE(sizes); i++) {
		KUNIT_EXPECT_NULL(test, memchr_inv(objects[i], 'a' + i, sizes[i]));
		KUNIT_EXPECT_TRUE(test, pmalloc_verify(pool, objects[i], sizes[i]));
		pm_expect_sealed(test, objects[i], sizes[i]);
	}
	KUNIT_EXPECT_EQ(test, pmalloc_audit(true), 0UL);
	pmalloc_destroy_pool(pool);
	KUNIT_EXPECT_EQ(test, is_pmalloc_object(objects[0], 1), 0);
}

static void a_pool_grows_after_a_seal(struct kunit *test)
{
	enum pmalloc_mode mode = *(const enum pmalloc_mode *)test->param_value;
	struct pmalloc_pool *pool = pm_pool(test, "kunit", mode);
	u64 *first = pzalloc(pool, 24), *second;

	KUNIT_ASSERT_NOT_NULL(test, first);
	for (int round = 0; round < 30; round++) {
		KUNIT_ASSERT_EQ(test, pmalloc_protect_pool(pool), 0);
		KUNIT_ASSERT_EQ(test, pmalloc_protect_pool(pool), 0);	/* twice is fine */
		second = pzalloc(pool, 24);
		KUNIT_ASSERT_NOT_NULL(test, second);
		KUNIT_EXPECT_FALSE(test, pm_can_write(first));
		if (mode != PMALLOC_MODE_START_WR) {
			KUNIT_EXPECT_NE(test, (unsigned long)first & PAGE_MASK, (unsigned long)second & PAGE_MASK);
			*second = round;
			KUNIT_EXPECT_FALSE(test, pmalloc_verify(pool, second, 24));
		}
		first = second;
	}
	pmalloc_destroy_pool(pool);
}

static void only_wr_modes_can_be_rewritten(struct kunit *test)
{
	enum pmalloc_mode mode = *(const enum pmalloc_mode *)test->param_value;
	struct pmalloc_pool *pool = pm_pool(test, "kunit", mode);
	bool wr = mode >= PMALLOC_MODE_WR;
	u64 seq = log_next_seq(), *p = pzalloc(pool, 10000);
	const u64 value = 0x1122334455667788ull;

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_ASSERT_EQ(test, pmalloc_protect_pool(pool), 0);
	KUNIT_EXPECT_EQ(test, wr_ulonglong((unsigned long long *)&p[3], value), wr);
	KUNIT_EXPECT_EQ(test, p[3], wr ? value : 0);
	KUNIT_EXPECT_EQ(test, wr_assign(p[4], value + 1), wr);
	KUNIT_EXPECT_EQ(test, p[4], wr ? value + 1 : 0);
	/* Across a page border, misaligned, and long. */
	KUNIT_EXPECT_EQ(test, wr_memset((u8 *)p + 4091, 0x5a, 4100), wr);
	KUNIT_EXPECT_EQ(test, ((u8 *)p)[4090], 0);
	KUNIT_EXPECT_PTR_EQ(test, memchr_inv((u8 *)p + 4091, wr ? 0x5a : 0, 4100), NULL);
	KUNIT_EXPECT_EQ(test, ((u8 *)p)[8191], 0);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "write-rare refused") > 0, !wr);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "the pool's mode allows no change") > 0, !wr);
	pm_expect_sealed(test, p, 10000);
	pmalloc_destroy_pool(pool);
}

static void pages_come_back(struct kunit *test)
{
	enum pmalloc_mode mode = *(const enum pmalloc_mode *)test->param_value;
	struct frame_counts before, after;

	pm_count_frames(&before);
	for (int round = 0; round < 8; round++) {
		struct pmalloc_pool *pool = pm_pool(test, "kunit", mode);

		for (int i = 0; i < 100 * (round % 4); i++)
			KUNIT_ASSERT_NOT_NULL(test, pmalloc(pool, 1 + i * 7));
		if (round % 3 == 0)
			pmalloc_protect_pool(pool);
		if (round % 5 == 0)
			KUNIT_ASSERT_NOT_NULL(test, pmalloc(pool, 3 << 20));
		pmalloc_destroy_pool(pool);
	}
	pm_count_frames(&after);
	KUNIT_EXPECT_EQ(test, after.chunk, before.chunk);
	KUNIT_EXPECT_LE(test, after.vault, before.vault + 2);
	KUNIT_EXPECT_EQ(test, pmalloc_audit(true), 0UL);
}

/* ---- Rolling over ---- */

static void auto_modes_seal_page_by_page(struct kunit *test)
{
	static const enum pmalloc_mode autos[] = { PMALLOC_MODE_AUTO_RO, PMALLOC_MODE_AUTO_WR };

	for (int m = 0; m < ARRAY_SIZE(autos); m++) {
		struct pmalloc_pool *pool = pm_pool(test, "kunit", autos[m]);
		u64 *last = NULL, *p;

		for (int i = 0; i < 1000; i++) {
			p = pmalloc(pool, 64);
			KUNIT_ASSERT_NOT_NULL(test, p);
			*p = i;
			/* Open as long as its page is not full, sealed from the moment the next is begun. */
			if (last && ((unsigned long)last & PAGE_MASK) != ((unsigned long)p & PAGE_MASK)) {
				KUNIT_EXPECT_FALSE(test, pm_can_write(last));
				KUNIT_EXPECT_FALSE(test, pm_can_write(pm_alias(last)));
			} else if (last) {
				KUNIT_EXPECT_TRUE(test, pm_can_write(last));
			}
			last = p;
		}
		/* An object that does not fit does not straddle: it begins the next page. */
		p = pmalloc(pool, 3000);
		KUNIT_EXPECT_EQ(test, (unsigned long)p & PAGE_MASK, ((unsigned long)p + 2999) & PAGE_MASK);
		/* One of several pages is sealed with the next request. */
		p = pmalloc(pool, 9000);
		memset(p, 1, 9000);
		last = pmalloc(pool, 8);
		pm_expect_sealed(test, p, 9000);
		KUNIT_EXPECT_TRUE(test, pm_can_write(last));
		pmalloc_destroy_pool(pool);
	}
}

/* What looks into a pool, or seals it, ends no run for good: like objects that follow are known as well. */
static void objects_after_a_commit_are_known(struct kunit *test)
{
	enum pmalloc_mode mode = *(const enum pmalloc_mode *)test->param_value;
	struct pmalloc_pool *pool = pm_pool(test, "kunit", mode);
	struct pool_stats s;
	u64 *p[200];

	for (int i = 0; i < ARRAY_SIZE(p); i++) {
		p[i] = pmalloc(pool, 40);
		KUNIT_ASSERT_NOT_NULL(test, p[i]);
		if (i % 3 == 1) {
			mutex_lock(&pm_mutex);
			pool_get_stats(pool, &s);
			mutex_unlock(&pm_mutex);
			KUNIT_EXPECT_EQ(test, s.objects, i + 1UL);
		}
		if (i % 17 == 16)
			KUNIT_ASSERT_EQ(test, pmalloc_protect_pool(pool), 0);
	}
	KUNIT_ASSERT_EQ(test, pmalloc_protect_pool(pool), 0);
	for (int i = 0; i < ARRAY_SIZE(p); i++) {
		KUNIT_EXPECT_EQ(test, is_pmalloc_object(p[i], 40), 1);
		KUNIT_EXPECT_EQ(test, is_pmalloc_object(p[i], 41), -1);
		KUNIT_EXPECT_TRUE(test, pmalloc_verify(pool, p[i], 40));
	}
	pmalloc_destroy_pool(pool);
}

/* ---- pfree ---- */

static void freed_pages_go_back(struct kunit *test)
{
	struct pmalloc_pool *pool = pm_pool(test, "kunit", PMALLOC_MODE_RO);
	struct frame_counts before, after;
	static u8 *objects[640];
	u64 seq;

	for (int i = 0; i < ARRAY_SIZE(objects); i++) {
		objects[i] = pmalloc(pool, 64);
		KUNIT_ASSERT_NOT_NULL(test, objects[i]);
		objects[i][0] = i;
	}
	pm_count_frames(&before);
	/* Every second: no page is empty. Then the others of one page. */
	for (int i = 0; i < 128; i += 2)
		pfree(pool, objects[i]);
	pm_count_frames(&after);
	KUNIT_EXPECT_EQ(test, after.chunk, before.chunk);
	for (int i = 1; i < 128; i += 2) {
		KUNIT_EXPECT_EQ(test, is_pmalloc_object(objects[i], 64), 1);
		KUNIT_EXPECT_EQ(test, is_pmalloc_object(objects[i - 1], 64), -1);
		pfree(pool, objects[i]);
	}
	pm_count_frames(&after);
	KUNIT_EXPECT_EQ(test, after.chunk, before.chunk - 2);
	KUNIT_EXPECT_EQ(test, is_pmalloc_object(objects[0], 64), 0);
	KUNIT_EXPECT_FALSE(test, pm_can_write(objects[0]));
	for (int i = 128; i < ARRAY_SIZE(objects); i++)
		KUNIT_EXPECT_EQ(test, objects[i][0], (u8)i);

	/* Twice, in the middle, another pool's, and after the seal: told, and nothing happens. */
	seq = log_next_seq();
	pfree(pool, objects[200]);
	pfree(pool, objects[200]);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "no object begins there, or it is free already"), 1u);
	pfree(pool, objects[201] + 8);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "no object begins there, or it is free already"), 2u);
	KUNIT_ASSERT_EQ(test, pmalloc_protect_pool(pool), 0);
	pfree(pool, objects[300]);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "it is sealed"), 1u);
	KUNIT_EXPECT_EQ(test, is_pmalloc_object(objects[300], 64), 1);
	pm_expect_sealed(test, objects[300], 64);
	KUNIT_EXPECT_EQ(test, pmalloc_audit(true), 0UL);
	pmalloc_destroy_pool(pool);
}

static void a_large_object_goes_back_at_once(struct kunit *test)
{
	struct pmalloc_pool *pool = pm_pool(test, "kunit", PMALLOC_MODE_WR);
	struct frame_counts before, after;
	void *p;

	pm_count_frames(&before);
	p = pmalloc(pool, 1 << 20);
	KUNIT_ASSERT_NOT_NULL(test, p);
	pfree(pool, p);
	pm_count_frames(&after);
	KUNIT_EXPECT_EQ(test, after.chunk, before.chunk);
	pmalloc_destroy_pool(pool);
}

/* ---- Bad input ---- */

static void bad_requests_are_refused(struct kunit *test)
{
	struct pmalloc_pool *pool = pm_pool(test, "kunit", PMALLOC_MODE_RO), *other;
	char name[PMALLOC_NAME_LEN + 1];
	u64 seq = log_next_seq();

	KUNIT_EXPECT_NULL(test, pmalloc(pool, 0));
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "size 0"), 1u);
	KUNIT_EXPECT_NULL(test, pmalloc(pool, SIZE_MAX));
	KUNIT_EXPECT_NULL(test, pmalloc(pool, (totalram_pages() + 1) * PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "exceeds total pages"), 2u);
	KUNIT_EXPECT_NULL(test, pmalloc_array(pool, SIZE_MAX / 8, 9));
	KUNIT_EXPECT_NULL(test, pcalloc(pool, SIZE_MAX / 8 + 2, 8));
	KUNIT_EXPECT_NULL(test, pmalloc_array_align(pool, 1ul << 33, 1ul << 33, 64));
	KUNIT_EXPECT_NULL(test, pmalloc_align(pool, 8, 24));
	KUNIT_EXPECT_NULL(test, pmalloc_align(pool, 8, 8192));
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "bad alignment"), 2u);
	KUNIT_EXPECT_NULL(test, pstrdup(pool, NULL));

	KUNIT_EXPECT_NULL(test, pmalloc_create_pool("kunit", PMALLOC_MODE_WR));
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "cannot create pool \"kunit\" for kernel: -EEXIST"), 1u);
	memset(name, 'n', sizeof(name));
	name[PMALLOC_NAME_LEN] = 0;
	KUNIT_EXPECT_NULL(test, pmalloc_create_pool(name, PMALLOC_MODE_RO));
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "-ENAMETOOLONG"), 1u);
	name[PMALLOC_NAME_LEN - 1] = 0;
	other = pmalloc_create_pool(name, PMALLOC_MODE_RO);
	KUNIT_EXPECT_NOT_NULL(test, other);
	pmalloc_destroy_pool(other);
	KUNIT_EXPECT_NULL(test, pmalloc_create_pool(NULL, PMALLOC_MODE_RO));
	KUNIT_EXPECT_NULL(test, pmalloc_create_pool("", PMALLOC_MODE_RO));
	KUNIT_EXPECT_NULL(test, pmalloc_create_pool("a/b", PMALLOC_MODE_RO));
	KUNIT_EXPECT_NULL(test, pmalloc_create_pool("..", PMALLOC_MODE_RO));
	KUNIT_EXPECT_NULL(test, pmalloc_create_pool("x", (enum pmalloc_mode)7));
	KUNIT_EXPECT_NULL(test, pmalloc_create_custom_pool("x", PMALLOC_MODE_RO, 0, 24));
	KUNIT_EXPECT_NULL(test, pmalloc_create_custom_pool("x", PMALLOC_MODE_RO, 0, 4));
	KUNIT_EXPECT_NULL(test, pmalloc_create_custom_pool("x", PMALLOC_MODE_RO, 0, 8192));
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "-EINVAL"), 8u);
	KUNIT_EXPECT_NULL(test, pmalloc_create_custom_pool("x", PMALLOC_MODE_RO, (totalram_pages() + 1) * PAGE_SIZE, 8));
	KUNIT_EXPECT_NULL(test, pmalloc_create_custom_pool("x", PMALLOC_MODE_RO, SIZE_MAX, 8));
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "-E2BIG"), 2u);
	pmalloc_destroy_pool(NULL);
	pfree(pool, NULL);
	pmalloc_destroy_pool(pool);
}

static void a_destroyed_pool_is_told_from_a_live_one(struct kunit *test)
{
	struct pmalloc_pool *pool = pm_pool(test, "kunit", PMALLOC_MODE_RO);
	struct pmalloc_pool *fake = kunit_kzalloc(test, sizeof(*fake), GFP_KERNEL);
	void *p = pmalloc(pool, 16);
	u64 seq = log_next_seq();

	KUNIT_ASSERT_NOT_NULL(test, p);
	pmalloc_destroy_pool(pool);
	KUNIT_EXPECT_NULL(test, pmalloc(pool, 16));
	pfree(pool, p);
	KUNIT_EXPECT_EQ(test, pmalloc_protect_pool(pool), -EINVAL);
	pmalloc_destroy_pool(pool);
	KUNIT_EXPECT_FALSE(test, pmalloc_verify(pool, p, 16));
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "is no live pool; destroyed already?"), 4u);
	/* Nor is one that merely looks like one. */
	fake->magic = PM_POOL_MAGIC;
	KUNIT_EXPECT_EQ(test, pmalloc_protect_pool(fake), -EINVAL);
	pmalloc_destroy_pool(fake);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "is no live pool; destroyed already?"), 6u);
}

/* Every allocation on the way fails in turn: NULL, and the pool is as usable as before. */
static void failures_in_the_middle_of_growth(struct kunit *test)
{
	enum pmalloc_mode mode = *(const enum pmalloc_mode *)test->param_value;
	struct frame_counts before, after;
	unsigned int nth = 0;
	bool fired;

	pm_count_frames(&before);
	do {
		struct pmalloc_pool *pool;
		void *p[40] = {};
		int got = 0;

		fail_nth_begin(++nth);
		pool = pmalloc_create_custom_pool("kunit-fail", mode, 3 * PAGE_SIZE, 16);
		for (int i = 0; pool && i < ARRAY_SIZE(p); i++) {
			p[i] = pzalloc(pool, 100 + 150 * i);
			got += p[i] != NULL;
		}
		fired = fail_nth_end();
		if (!pool)
			continue;
		KUNIT_EXPECT_GE(test, got, ARRAY_SIZE(p) - 1);
		for (int i = 0; i < ARRAY_SIZE(p); i++)
			if (!p[i])
				p[i] = pzalloc(pool, 100 + 150 * i);
		/* Sealing asks for no memory at all: the very next allocation would fail. */
		fail_nth_begin(1);
		KUNIT_EXPECT_EQ(test, pmalloc_protect_pool(pool), 0);
		KUNIT_EXPECT_FALSE(test, fail_nth_end());
		for (int i = 0; i < ARRAY_SIZE(p); i++)
			pm_expect_sealed(test, p[i], 100 + 150 * i);
		pmalloc_destroy_pool(pool);
	} while (fired);
	KUNIT_EXPECT_GT(test, nth, 8u);
	pm_count_frames(&after);
	KUNIT_EXPECT_EQ(test, after.chunk, before.chunk);
	KUNIT_EXPECT_EQ(test, pmalloc_audit(true), 0UL);
}

/* ---- Costs ---- */

static void sealing_flushes_once(struct kunit *test)
{
	unsigned long flushes, by[3], before[3], sealing = ULONG_MAX, destroying = ULONG_MAX;

	/* Other CPUs may flush for reasons of their own, but hardly each time. */
	for (int round = 0; round < 5; round++) {
		struct pmalloc_pool *pool = pm_pool(test, "kunit", PMALLOC_MODE_RO);

		kernel_direct_map_bytes(&before[0], &before[1], &before[2]);
		for (int i = 0; i < (1 << 20) / 64; i++)
			KUNIT_ASSERT_NOT_NULL(test, pmalloc(pool, 64));
		kernel_direct_map_bytes(&by[0], &by[1], &by[2]);
		/* Of the linear map no more than a large page or two is split for a MiB. */
		KUNIT_EXPECT_LE(test, by[0] - before[0], 4ul << 20);
		flushes = arch_tlb_nr_flushes;
		KUNIT_EXPECT_EQ(test, pmalloc_protect_pool(pool), 0);
		sealing = min(sealing, arch_tlb_nr_flushes - flushes);
		flushes = arch_tlb_nr_flushes;
		pmalloc_destroy_pool(pool);
		destroying = min(destroying, arch_tlb_nr_flushes - flushes);
	}
	KUNIT_EXPECT_EQ(test, sealing, 1UL);
	/* One, and what giving a block back may take; not one a page. */
	KUNIT_EXPECT_LE(test, destroying, 8UL);
}

static void a_full_pool_wastes_little(struct kunit *test)
{
	enum pmalloc_mode mode = *(const enum pmalloc_mode *)test->param_value;
	struct pmalloc_pool *pool = pm_pool(test, "kunit", mode);
	/* In START_WR each object costs writes by the window: fewer. */
	size_t size = mode == PMALLOC_MODE_START_WR ? 512 : 64;
	struct pool_stats s;

	/* 4 + 16 + 64 + 128 pages: exactly full. */
	for (int i = 0; i < 212 * PAGE_SIZE / size; i++)
		KUNIT_ASSERT_NOT_NULL(test, pmalloc(pool, size));
	pmalloc_protect_pool(pool);
	mutex_lock(&pm_mutex);
	pool_get_stats(pool, &s);
	mutex_unlock(&pm_mutex);
	KUNIT_EXPECT_EQ(test, s.pages, 212UL);
	KUNIT_EXPECT_EQ(test, s.sealed_pages, 212UL);
	KUNIT_EXPECT_EQ(test, s.objects, 212 * PAGE_SIZE / size);
	KUNIT_EXPECT_EQ(test, s.bytes_wasted, 0UL);
	kunit_info(test, "%s: %lu bytes of records for %lu bytes in objects: %lu.%02lu %%\n", pm_mode_names[mode],
		   s.bookkeeping, s.bytes_used, s.bookkeeping * 100 / s.bytes_used, s.bookkeeping * 10000 / s.bytes_used % 100);
	KUNIT_EXPECT_LE(test, s.bookkeeping * 50, s.bytes_used);
	pmalloc_destroy_pool(pool);
}

static struct kunit_case pmalloc_cases[] = {
	KUNIT_CASE_PARAM(objects_are_separate_and_sealed, modes_gen_params),
	KUNIT_CASE_PARAM(objects_after_a_commit_are_known, modes_gen_params),
	KUNIT_CASE_PARAM(a_pool_grows_after_a_seal, modes_gen_params),
	KUNIT_CASE_PARAM(only_wr_modes_can_be_rewritten, modes_gen_params),
	KUNIT_CASE_PARAM(pages_come_back, modes_gen_params),
	KUNIT_CASE(auto_modes_seal_page_by_page),
	KUNIT_CASE(freed_pages_go_back),
	KUNIT_CASE(a_large_object_goes_back_at_once),
	KUNIT_CASE(bad_requests_are_refused),
	KUNIT_CASE(a_destroyed_pool_is_told_from_a_live_one),
	KUNIT_CASE_PARAM(failures_in_the_middle_of_growth, modes_gen_params),
	KUNIT_CASE(sealing_flushes_once),
	KUNIT_CASE_PARAM(a_full_pool_wastes_little, modes_gen_params),
	{}
};

static struct kunit_suite pmalloc_suite = {
	.name = "pmalloc",
	.test_cases = pmalloc_cases,
};
kunit_test_suite(pmalloc_suite);
