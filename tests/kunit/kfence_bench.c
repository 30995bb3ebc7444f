// SPDX-License-Identifier: MIT
/*
 * What KFENCE costs: printed as figures, "kfence_bench: NAME ns_per_op=N". With `tools/vm --icount` a nanosecond is an
 * instruction and they repeat exactly: `tools/bench --only kfence` runs this and compares with the goals.
 * What must hold on any machine (each allocation guarded, no report lost) is asserted here.
 */
#include <linux/kfence.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/stringify.h>
#include "../../mm/kfence/kfence.h"
#include "kfence_kunit.h"

#define DEPTH	16	/* frames below the allocation: as many as KFENCE records */
#define ROUNDS	5
#define OPS	400

static noinline void pairs_of(size_t size)
{
	for (unsigned int i = 0; i < OPS; i++)
		kfree(kmalloc(size, GFP_KERNEL));
}

static noinline void pairs_of_64(size_t unused)
{
	for (unsigned int i = 0; i < OPS; i++)
		kfree(kmalloc(64, GFP_KERNEL));
}

static noinline void pairs_of_pages(size_t unused)
{
	for (unsigned int i = 0; i < OPS; i++)
		__free_page(alloc_page(GFP_KERNEL));
}

/* What a pair does to page tables and TLBs: open, close, and take the translation from all CPUs. */
static noinline void page_pairs(size_t page)
{
	struct kfence_area *area = virt_to_page((void *)page)->kfence_area;

	for (unsigned int i = 0; i < OPS; i++) {
		kfence_page_open(area, page);
		kfence_page_close(area, page);
	}
}

/* Call @fn at the bottom of @depth frames. Not a tail call: the addition comes after it. */
static noinline unsigned int at_depth(unsigned int depth, void (*fn)(size_t), size_t arg)
{
	if (depth)
		return at_depth(depth - 1, fn, arg) + 1;
	fn(arg);
	return 0;
}

static void measure(const char *name, void (*fn)(size_t), size_t arg)
{
	u64 best = U64_MAX;

	at_depth(DEPTH, fn, arg);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		u64 t = ktime_get_ns();

		at_depth(DEPTH, fn, arg);
		best = min(best, ktime_get_ns() - t);
	}
	pr_info("kfence_bench: %s ns_per_op=%llu\n", name, best / OPS);
}

static void guarded_pairs(struct kunit *test)
{
	static const size_t sizes[] = { 8, 64, 96, 1024, 2048, 4096 };
	char name[32];
	long allocs;

	KUNIT_ASSERT_EQ(test, kfence_setup("-1", "1000", "global"), 0);
	allocs = kfence_stat("total slab allocations");
	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		snprintf(name, sizeof(name), "pair_%zu", sizes[i]);
		measure(name, pairs_of, sizes[i]);
	}
	measure("pair_constant_64", pairs_of_64, 0);
	/* Others may have allocated meanwhile, too; but not one of these was passed over. */
	KUNIT_EXPECT_GE(test, kfence_stat("total slab allocations") - allocs,
			(long)(ARRAY_SIZE(sizes) + 1) * (ROUNDS + 1) * OPS);
	measure("pair_page", pairs_of_pages, 0);
	kfence_expect_none(test);
}

static void page_table_work(struct kunit *test)
{
	char *p;

	KUNIT_ASSERT_EQ(test, kfence_setup("-1", "1000", "global"), 0);
	p = kfence_test_alloc(test, NULL, 64, GFP_KERNEL, KFENCE_LEFT);
	/* Open, as it is now; the last close is undone for the object's sake. */
	measure("page_table_pair", page_pairs, (unsigned long)p);
	kfence_page_open(virt_to_page(p)->kfence_area, (unsigned long)p);
	kfree(p);
	kfence_expect_none(test);
}

static void metadata(struct kunit *test)
{
	pr_info("kfence_bench: metadata bytes_per_object=%zu\n", sizeof(struct kfence_object));
	KUNIT_EXPECT_LE(test, sizeof(struct kfence_object), (size_t)64);
}

/*
 * A pool of 128 MiB: tables split, entries, page structs and metadata written, the list linked. What does not depend on
 * the size is lost in it, so a pool of 8 GiB takes as much per object.
 */
#define ENABLED_OBJECTS	16383

static void enabling(struct kunit *test)
{
	u64 best = U64_MAX;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		long objects;
		u64 t;

		KUNIT_ASSERT_EQ(test, kfence_setup("0", __stringify(ENABLED_OBJECTS), "global"), 0);
		objects = kfence_pool_objects();
		t = ktime_get_ns();
		KUNIT_ASSERT_EQ(test, kfence_param_set("sample_interval", "-1"), 0);
		best = min(best, ktime_get_ns() - t);
		KUNIT_EXPECT_EQ(test, kfence_pool_objects(), objects + ENABLED_OBJECTS);
		KUNIT_ASSERT_EQ(test, kfence_param_set("sample_interval", "0"), 0);
		KUNIT_ASSERT_TRUE(test, kfence_wait_drained(objects));
	}
	pr_info("kfence_bench: enable_per_object ns=%llu\n", div_u64(best, ENABLED_OBJECTS));
}

#define REPORTS	1000

/* One after the other as fast as they come; each is looked for in the log, whole and in order. */
static void thousand_reports(struct kunit *test)
{
	unsigned int complete = 0, right = 0;
	long bugs;

	KUNIT_ASSERT_EQ(test, kfence_setup("-1", "1000", "global"), 0);
	bugs = kfence_stat("total bugs");
	for (unsigned int i = 0; i < REPORTS; i++) {
		struct kfence_seen r;
		char *p = kmalloc(32, GFP_KERNEL);

		kfree(p);
		READ_ONCE(p[i % 32]);
		complete += kfence_seen_all(&r, 1) == 1 && r.complete;
		right += r.addr == (unsigned long)p + i % 32;
		kfence_seen_start();
	}
	pr_info("kfence_bench: reports wanted=%u complete=%u\n", REPORTS, complete);
	KUNIT_EXPECT_EQ(test, complete, REPORTS);
	KUNIT_EXPECT_EQ(test, right, REPORTS);
	KUNIT_EXPECT_EQ(test, kfence_stat("total bugs") - bugs, (long)REPORTS);
}

static struct kunit_case bench_cases[] = {
	KUNIT_CASE(guarded_pairs),
	KUNIT_CASE(page_table_work),
	KUNIT_CASE(metadata),
	KUNIT_CASE(enabling),
	KUNIT_CASE(thousand_reports),
	{}
};

static struct kunit_suite bench_suite = {
	.name = "kfence_bench",
	.suite_exit = kfence_suite_exit,
	.test_cases = bench_cases,
};
kunit_test_suite(bench_suite);
