// SPDX-License-Identifier: MIT
/*
 * What pmalloc costs, and that nothing is lost: figures as "pmalloc_bench: NAME ns_per_op=N". With `tools/vm --icount` a
 * nanosecond is an instruction, and they repeat exactly:
 *
 *	tools/vm --icount --smp 1 --append 'kunit=pmalloc_bench pmalloc_bench.cycles=10000' --timeout 600 -c ''
 *
 * pmalloc_bench.cycles: how often pools are made and destroyed, and the module is loaded, that forgets its own.
 */
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <paddock/fs.h>
#include <paddock/module.h>
#include <paddock/page.h>
#include "pmalloc_kunit.h"

static unsigned int cycles = 60;
module_param(cycles, uint, 0444);

static void figure(const char *name, u64 ns, unsigned long ops)
{
	pr_info("pmalloc_bench: %s ns_per_op=%llu.%02llu\n", name, ns / ops, ns * 100 / ops % 100);
}

/* What a loop of @n costs by itself. */
static noinline u64 empty_loop(unsigned long n)
{
	u64 t = ktime_get_ns();

	for (unsigned long i = 0; i < n; i++)
		barrier();
	return ktime_get_ns() - t;
}

static void fill(struct kunit *test, enum pmalloc_mode mode, const char *name, size_t size, unsigned long n)
{
	struct pmalloc_pool *pool = pm_pool(test, "bench", mode);
	void *p = NULL;
	u64 t = ktime_get_ns();

	for (unsigned long i = 0; i < n; i++)
		p = pmalloc(pool, size);
	t = ktime_get_ns() - t;
	figure(name, t - min(t, empty_loop(n)), n);
	KUNIT_EXPECT_NOT_NULL(test, p);
	pmalloc_destroy_pool(pool);
}

/* What the pages cost, without the objects. */
static void growing(struct kunit *test)
{
	for (int round = 0; round < 2; round++) {
		struct pmalloc_pool *pool = pmalloc_create_custom_pool("bench", PMALLOC_MODE_RO, 64 * PAGE_SIZE, 8);
		u64 t = ktime_get_ns();

		KUNIT_EXPECT_NOT_NULL(test, pmalloc(pool, 8));
		if (round)
			figure("grow_64_pages_per_page", ktime_get_ns() - t, 64);
		t = ktime_get_ns();
		KUNIT_EXPECT_NOT_NULL(test, pmalloc(pool, 64 * PAGE_SIZE - 16));
		if (round)
			figure("alloc_64_pages_per_page", ktime_get_ns() - t, 64);
		pmalloc_destroy_pool(pool);
	}
}

/* Two sizes in turn: each request begins a run of its own. */
static void fill_mixed(struct kunit *test)
{
	struct pmalloc_pool *pool = pm_pool(test, "bench", PMALLOC_MODE_RO);
	const unsigned long n = 4096;
	u64 t = ktime_get_ns();

	for (unsigned long i = 0; i < n; i++)
		KUNIT_ASSERT_NOT_NULL(test, pmalloc(pool, i & 1 ? 64 : 48));
	figure("pmalloc_mixed_sizes", ktime_get_ns() - t, n);
	pmalloc_destroy_pool(pool);
}

static void allocating(struct kunit *test)
{
	fill(test, PMALLOC_MODE_RO, "warm_up", 64, 16384);
	fill(test, PMALLOC_MODE_RO, "pmalloc_64_ro", 64, 65536);
	fill(test, PMALLOC_MODE_WR, "pmalloc_64_wr", 64, 65536);
	fill(test, PMALLOC_MODE_AUTO_RO, "pmalloc_64_auto_ro", 64, 65536);
	fill(test, PMALLOC_MODE_AUTO_WR, "pmalloc_64_auto_wr", 64, 65536);
	fill(test, PMALLOC_MODE_START_WR, "pmalloc_64_start_wr", 64, 1024);
	fill_mixed(test);
	growing(test);
}

static void seal_1MiB(struct kunit *test, size_t refill, const char *name)
{
	const unsigned long pages = 256;
	unsigned long least = ULONG_MAX;	/* others may flush meanwhile, but hardly in every round */

	for (int round = 0; round < 3; round++) {
		struct pmalloc_pool *pool = pmalloc_create_custom_pool("bench", PMALLOC_MODE_RO, refill, 8);
		unsigned long flushes;
		u64 t;

		for (unsigned long i = 0; i < pages * 64; i++)
			pmalloc(pool, 64);
		flushes = arch_tlb_nr_flushes;
		t = ktime_get_ns();
		pmalloc_protect_pool(pool);
		t = ktime_get_ns() - t;
		least = min(least, arch_tlb_nr_flushes - flushes);
		if (round == 2)
			figure(name, t, pages);
		t = ktime_get_ns();
		pmalloc_destroy_pool(pool);
		if (round == 2)
			figure("destroy_1MiB_per_page", ktime_get_ns() - t, pages);
	}
	KUNIT_EXPECT_EQ(test, least, 1UL);
}

static void sealing(struct kunit *test)
{
	seal_1MiB(test, PMALLOC_REFILL_DEFAULT, "seal_1MiB_per_page");
	seal_1MiB(test, 1 << 20, "seal_1MiB_one_chunk_per_page");
}

static void writing_rarely(struct kunit *test)
{
	struct pmalloc_pool *pool = pm_pool(test, "bench", PMALLOC_MODE_WR);
	unsigned long *p = pcalloc(pool, 1024, sizeof(*p)), value = 5;
	const unsigned long n = 200;
	u64 t;

	KUNIT_ASSERT_NOT_NULL(test, p);
	pmalloc_protect_pool(pool);
	wr_memcpy(&p[1], &value, 8);
	t = ktime_get_ns();
	for (unsigned long i = 0; i < n; i++)
		wr_memcpy(&p[i], &value, 8);
	figure("wr_memcpy_8", ktime_get_ns() - t, n);
	t = ktime_get_ns();
	for (unsigned long i = 0; i < n; i++)
		wr_memset(p, i, 8192);
	figure("wr_memset_8192", ktime_get_ns() - t, n);
	t = ktime_get_ns();
	for (unsigned long i = 0; i < n; i++)
		KUNIT_ASSERT_EQ(test, is_pmalloc_object(p, 8), 1);
	figure("is_pmalloc_object", ktime_get_ns() - t, n);
	pmalloc_destroy_pool(pool);
}

/* ---- Nothing is lost ---- */

static void expect_no_frame_lost(struct kunit *test, const struct frame_counts *before)
{
	struct frame_counts after;

	pm_count_frames(&after);
	KUNIT_EXPECT_EQ(test, after.chunk, before->chunk);
	KUNIT_EXPECT_EQ(test, after.vault, before->vault);
	KUNIT_EXPECT_EQ(test, after.table, before->table);
	KUNIT_EXPECT_EQ(test, after.free, before->free);
	KUNIT_EXPECT_EQ(test, pmalloc_audit(true), 0UL);
}

static void one_cycle(struct kunit *test)
{
	struct pmalloc_pool *pool = pm_pool(test, "cycle", PMALLOC_MODE_WR);

	for (int i = 0; i < 100; i++)
		KUNIT_ASSERT_NOT_NULL(test, pmalloc(pool, 200));
	KUNIT_ASSERT_EQ(test, pmalloc_protect_pool(pool), 0);
	pmalloc_destroy_pool(pool);
}

static void cycles_lose_nothing(struct kunit *test)
{
	struct frame_counts before;
	struct alloc_scope scope;
	struct alloc_left left;
	u64 t;

	one_cycle(test);
	pm_count_frames(&before);
	KUNIT_ASSERT_EQ(test, alloc_scope_begin(&scope), 0);
	t = ktime_get_ns();
	for (unsigned int i = 0; i < cycles; i++)
		one_cycle(test);
	t = ktime_get_ns() - t;
	alloc_scope_end(&scope, &left, ALLOC_SCOPE_PRINT);
	figure("create_fill_seal_destroy", t, cycles);
	KUNIT_EXPECT_EQ(test, left.objects, 0UL);
	KUNIT_EXPECT_EQ(test, left.pages, 0UL);
	expect_no_frame_lost(test, &before);
	pr_info("pmalloc_bench: %u cycles, %lu objects and %lu pages lost\n", cycles, left.objects, left.pages);
}

static void one_load(struct kunit *test, const void *file, size_t len, unsigned int i)
{
	/* Every fourth init fails: its pools must go, too. */
	const char *args = i % 4 == 3 ? "forget=1 fail=5" : "forget=1";
	int err = module_load(file, len, args, 0, NULL);

	KUNIT_ASSERT_EQ(test, err, i % 4 == 3 ? -EIO : 0);
	if (!err)
		KUNIT_ASSERT_EQ(test, module_unload("pmalloc_user", 0, NULL), 0);
}

static void reloads_lose_nothing(struct kunit *test)
{
	struct frame_counts before;
	struct alloc_scope scope;
	struct alloc_left left;
	void *file;
	size_t len;
	u64 t;

	KUNIT_ASSERT_EQ(test, read_whole_file(NULL, "/lib/modules/pmalloc_user.ko", &file, &len), 0);
	one_load(test, file, len, 0);
	one_load(test, file, len, 3);
	pm_count_frames(&before);
	KUNIT_ASSERT_EQ(test, alloc_scope_begin(&scope), 0);
	t = ktime_get_ns();
	for (unsigned int i = 0; i < cycles; i++)
		one_load(test, file, len, i);
	t = ktime_get_ns() - t;
	alloc_scope_end(&scope, &left, ALLOC_SCOPE_PRINT);
	figure("reload_forgetful_module", t, cycles);
	KUNIT_EXPECT_EQ(test, left.objects, 0UL);
	KUNIT_EXPECT_EQ(test, left.pages, 0UL);
	expect_no_frame_lost(test, &before);
	pr_info("pmalloc_bench: %u reloads, %lu objects and %lu pages lost\n", cycles, left.objects, left.pages);
	kvfree(file);
}

static struct kunit_case pmalloc_bench_cases[] = {
	KUNIT_CASE(allocating),
	KUNIT_CASE(sealing),
	KUNIT_CASE(writing_rarely),
	KUNIT_CASE(cycles_lose_nothing),
	KUNIT_CASE(reloads_lose_nothing),
	{}
};

static struct kunit_suite pmalloc_bench_suite = {
	.name = "pmalloc_bench",
	.test_cases = pmalloc_bench_cases,
};
kunit_test_suite(pmalloc_bench_suite);
