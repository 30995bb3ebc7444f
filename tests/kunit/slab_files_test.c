// SPDX-License-Identifier: MIT
/*
 * What is written to a cache's files does what it says; and whether alike caches are one, as the command line asks
 * (slab_merge, slab_nomerge: tests/system/test_slab_files.py boots with each).
 */
#include <kunit/test.h>
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <paddock/fs.h>
#include <paddock/slab.h>
#include "mm_kunit.h"

#define MANY 6000

/* Allocate MANY and free them: what is kept shows. */
static void swell_and_shrink(struct kunit *test, struct kmem_cache *s, void **objects)
{
	KUNIT_ASSERT_EQ(test, kmem_cache_alloc_bulk(s, GFP_KERNEL, MANY, objects), MANY);
	kmem_cache_free_bulk(s, MANY, objects);
}

static unsigned int full_magazines(const struct kmem_cache *s)
{
	unsigned int nr = 0;

	for (int node = 0; node < MAX_NUMNODES; node++)
		if (s->node[node])
			nr += s->node[node]->depot.nr_full;
	return nr;
}

static void min_partial_limits_empty_slabs(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("kunit_min", 512, 0, SLAB_NO_KFENCE, NULL);
	void **objects = kunit_kmalloc_array(test, MANY, sizeof(*objects), GFP_KERNEL);
	unsigned int nodes = nodes_weight(node_memory_map);
	struct slab_stats stats;

	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_ASSERT_NOT_NULL(test, objects);
	for (unsigned int keep = 0; keep <= 40; keep += 20) {
		char text[8];

		sprintf(text, "%u", keep);
		KUNIT_ASSERT_EQ(test, mm_write_file("/sys/kernel/slab/kunit_min/min_partial", text), 0);
		swell_and_shrink(test, s, objects);
		slab_drain(s);
		slab_get_stats(s, &stats);
		KUNIT_EXPECT_EQ(test, stats.active_objs, 0UL);
		KUNIT_EXPECT_LE(test, stats.empty_slabs, (unsigned long)keep * nodes);
		KUNIT_EXPECT_GE(test, stats.empty_slabs, (unsigned long)keep);
	}
	KUNIT_EXPECT_EQ(test, mm_write_file("/sys/kernel/slab/kunit_min/min_partial", "-1"), -EINVAL);
	KUNIT_EXPECT_EQ(test, mm_write_file("/sys/kernel/slab/kunit_min/min_partial", "many"), -EINVAL);
	KUNIT_EXPECT_EQ(test, s->keep_empty, 40u);
	kmem_cache_destroy(s);
}

static void cpu_partial_limits_full_magazines(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("kunit_cpu", 64, 0, SLAB_NO_KFENCE, NULL);
	void **objects = kunit_kmalloc_array(test, MANY, sizeof(*objects), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_ASSERT_NOT_NULL(test, objects);
	KUNIT_ASSERT_EQ(test, mm_write_file("/sys/kernel/slab/kunit_cpu/cpu_partial", "0"), 0);
	swell_and_shrink(test, s, objects);
	KUNIT_EXPECT_EQ(test, full_magazines(s), 0u);
	/* One object more than five magazines hold: six. */
	KUNIT_ASSERT_EQ(test, mm_write_file("/sys/kernel/slab/kunit_cpu/cpu_partial", "316"), 0);
	KUNIT_EXPECT_EQ(test, s->capacity, 63);
	swell_and_shrink(test, s, objects);
	KUNIT_EXPECT_LE(test, full_magazines(s), 6 * nodes_weight(node_memory_map));
	KUNIT_EXPECT_GE(test, full_magazines(s), 6u);
	/* A new limit empties what was kept by the old one. */
	KUNIT_ASSERT_EQ(test, mm_write_file("/sys/kernel/slab/kunit_cpu/cpu_partial", "0"), 0);
	KUNIT_EXPECT_EQ(test, full_magazines(s), 0u);
	KUNIT_EXPECT_EQ(test, mm_write_file("/sys/kernel/slab/kunit_cpu/cpu_partial", "4294967296"), -ERANGE);
	slab_check(s);
	kmem_cache_destroy(s);
}

static void checked_caches_have_no_magazines(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("kunit_nomag", 64, 0, SLAB_RED_ZONE | SLAB_NO_KFENCE, NULL);

	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_EXPECT_EQ(test, mm_write_file("/sys/kernel/slab/kunit_nomag/cpu_partial", "30"), -EINVAL);
	KUNIT_EXPECT_EQ(test, mm_write_file("/sys/kernel/slab/kunit_nomag/cpu_partial", "0"), 0);
	kmem_cache_destroy(s);
	/* Isolated modules' empty slabs have a limit of their own. */
	s = kmem_cache_create("kunit_keeps", 64, 0, SLAB_KEEP_PAGES | SLAB_NO_KFENCE, NULL);
	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_EXPECT_EQ(test, mm_write_file("/sys/kernel/slab/kunit_keeps/min_partial", "3"), -EINVAL);
	kmem_cache_destroy(s);
}

static void do_nothing(void *object)
{
}

/* Where /sys/kernel/slab/@name leads, to be compared only. ERR_PTR: nowhere. */
static const void *folder_of(const char *name)
{
	struct dentry *d;
	char path[64];

	snprintf(path, sizeof(path), "/sys/kernel/slab/%s", name);
	d = path_lookup(NULL, path, true);
	if (!IS_ERR(d))
		dput(d);
	return d;
}

static void alike_caches(struct kunit *test)
{
	struct kmem_cache *a = kmem_cache_create("kunit_alike_a", 1000, 0, 0, NULL);
	struct kmem_cache *b = kmem_cache_create("kunit_alike_b", 996, 0, 0, NULL);
	struct kmem_cache *other[] = {
		kmem_cache_create("kunit_unlike_ctor", 1000, 0, 0, do_nothing),
		kmem_cache_create("kunit_unlike_flag", 1000, 0, SLAB_NO_MERGE, NULL),
		kmem_cache_create("kunit_unlike_size", 900, 0, 0, NULL),
		kmem_cache_create("kunit_unlike_checks", 1000, 0, SLAB_RED_ZONE, NULL),
		kmem_cache_create("kunit_unlike_rcu", 1000, 0, SLAB_TYPESAFE_BY_RCU, NULL),
	};
	void *p, *q;

	KUNIT_ASSERT_NOT_NULL(test, a);
	KUNIT_ASSERT_NOT_NULL(test, b);
	kunit_info(test, "alike caches are %s\n", a == b ? "one" : "two");
	for (unsigned int i = 0; i < ARRAY_SIZE(other); i++) {
		KUNIT_EXPECT_NOT_NULL(test, other[i]);
		KUNIT_EXPECT_PTR_NE(test, a, other[i]);
		kmem_cache_destroy(other[i]);
	}
	KUNIT_EXPECT_EQ(test, a->refcount, a == b ? 2 : 1);
	KUNIT_EXPECT_FALSE(test, IS_ERR(folder_of("kunit_alike_a")));
	KUNIT_EXPECT_FALSE(test, IS_ERR(folder_of("kunit_alike_b")));
	KUNIT_EXPECT_EQ(test, folder_of("kunit_alike_a") == folder_of("kunit_alike_b"), a == b);
	p = kmem_cache_alloc(a, GFP_KERNEL);
	q = kmem_cache_alloc(b, GFP_KERNEL);
	kmem_cache_free(b, q);
	/* The last one out takes it down: nothing is in use then, so nothing is told. */
	kmem_cache_destroy(b);
	KUNIT_EXPECT_EQ(test, a->refcount, 1);
	KUNIT_EXPECT_FALSE(test, IS_ERR(folder_of("kunit_alike_a")));
	kmem_cache_free(a, p);
	slab_check(a);
	kmem_cache_destroy(a);
	KUNIT_EXPECT_PTR_EQ(test, folder_of("kunit_alike_a"), ERR_PTR(-ENOENT));
	KUNIT_EXPECT_PTR_EQ(test, folder_of("kunit_alike_b"), ERR_PTR(-ENOENT));
}

/* What was merged must do for each: the larger object, the stricter alignment. And a name leads to its last cache. */
static void merged_cache_does_for_both(struct kunit *test)
{
	struct kmem_cache *a = kmem_cache_create("kunit_both", 1018, 0, 0, NULL);
	struct kmem_cache *b = kmem_cache_create("kunit_both_aligned", 1020, 0, SLAB_HWCACHE_ALIGN, NULL);
	struct kmem_cache *c = kmem_cache_create("kunit_both/x", 1024, 256, 0, NULL);
	struct kmem_cache *moved;

	KUNIT_ASSERT_NOT_NULL(test, a);
	KUNIT_ASSERT_NOT_NULL(test, b);
	KUNIT_ASSERT_NOT_NULL(test, c);
	if (a != b) {
		kmem_cache_destroy(a);
		kmem_cache_destroy(b);
		kmem_cache_destroy(c);
		kunit_skip(test, "nothing is merged");
	}
	KUNIT_EXPECT_PTR_EQ(test, a, c);
	KUNIT_EXPECT_EQ(test, a->object_size, 1024u);
	KUNIT_EXPECT_EQ(test, a->align, 256u);
	KUNIT_EXPECT_PTR_EQ(test, folder_of("kunit_both"), folder_of(":0001024"));
	KUNIT_EXPECT_PTR_EQ(test, folder_of("kunit_both!x"), folder_of(":0001024"));
	moved = kmem_cache_create("kunit_both_aligned", 1500, 0, 0, NULL);
	KUNIT_ASSERT_NOT_NULL(test, moved);
	KUNIT_EXPECT_PTR_EQ(test, folder_of("kunit_both_aligned"), folder_of(":0001504"));
	kmem_cache_destroy(a);
	kmem_cache_destroy(b);
	kmem_cache_destroy(c);
	KUNIT_EXPECT_PTR_EQ(test, folder_of("kunit_both"), ERR_PTR(-ENOENT));
	KUNIT_EXPECT_PTR_EQ(test, folder_of(":0001024"), ERR_PTR(-ENOENT));
	KUNIT_EXPECT_FALSE(test, IS_ERR(folder_of("kunit_both_aligned")));
	/* One that is never merged takes its name back. */
	c = kmem_cache_create("kunit_both_aligned", 1504, 0, SLAB_NO_MERGE, NULL);
	KUNIT_ASSERT_NOT_NULL(test, c);
	KUNIT_EXPECT_PTR_NE(test, folder_of("kunit_both_aligned"), folder_of(":0001504"));
	kmem_cache_destroy(moved);
	KUNIT_EXPECT_FALSE(test, IS_ERR(folder_of("kunit_both_aligned")));
	kmem_cache_destroy(c);
	KUNIT_EXPECT_PTR_EQ(test, folder_of("kunit_both_aligned"), ERR_PTR(-ENOENT));
}

static struct kunit_case slab_files_cases[] = {
	KUNIT_CASE(min_partial_limits_empty_slabs),
	KUNIT_CASE(cpu_partial_limits_full_magazines),
	KUNIT_CASE(checked_caches_have_no_magazines),
	KUNIT_CASE(alike_caches),
	KUNIT_CASE(merged_cache_does_for_both),
	{}
};

static struct kunit_suite slab_files_suite = {
	.name = "slab_files",
	.test_cases = slab_files_cases,
};
kunit_test_suites(&slab_files_suite);
