// SPDX-License-Identifier: MIT
/*
 * The slab allocator and kmalloc: objects are aligned and distinct, keep their contents, and come back;
 * mistakes are reported in SLUB's words and survived. Caches with checks: slab_debug_test.c.
 *
 * Caches here have SLAB_NO_KFENCE where a case counts objects or damages them.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/kfence.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <paddock/slab.h>
#include "mm_kunit.h"

/* ---- kmalloc ---- */

static void kmalloc_sizes_are_aligned(struct kunit *test)
{
	for (size_t size = 1; size <= 20000; size += size < 600 ? 1 : 331) {
		u8 *p = kmalloc(size, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_EXPECT_GE(test, ksize(p), size);
		if (!is_kfence_address(p)) {
			KUNIT_EXPECT_EQ(test, (unsigned long)p & 7, 0UL);
			if (!(size & (size - 1)) && size <= PAGE_SIZE)
				KUNIT_EXPECT_EQ(test, (unsigned long)p & (size - 1), 0UL);
		}
		memset(p, 0xa5, size);
		kfree(p);
	}
}

static void kmalloc_zero_size(struct kunit *test)
{
	volatile size_t zero = 0;

	KUNIT_EXPECT_PTR_EQ(test, kmalloc(zero, GFP_KERNEL), ZERO_SIZE_PTR);
	KUNIT_EXPECT_PTR_EQ(test, kzalloc(zero, GFP_KERNEL), ZERO_SIZE_PTR);
	KUNIT_EXPECT_EQ(test, ksize(ZERO_SIZE_PTR), (size_t)0);
	kfree(ZERO_SIZE_PTR);
	kfree(NULL);
}

static void kmalloc_overflow_is_null(struct kunit *test)
{
	volatile size_t huge = SIZE_MAX / 2;

	KUNIT_EXPECT_NULL(test, kmalloc_array(huge, 3, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, kcalloc(huge, 3, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, kvmalloc_array(huge, 3, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, krealloc_array(NULL, huge, 3, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, kmalloc(huge, GFP_KERNEL | __GFP_NOWARN));
	KUNIT_EXPECT_NULL(test, kmalloc(KMALLOC_MAX_SIZE + 1, GFP_KERNEL | __GFP_NOWARN));
}

static void kzalloc_zeroes(struct kunit *test)
{
	static const size_t sizes[] = { 1, 8, 33, 96, 192, 500, 4096, 8192, 8193, 70000 };

	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < ARRAY_SIZE(sizes); i++) {
			void *p = kmalloc(sizes[i], GFP_KERNEL);

			KUNIT_ASSERT_NOT_NULL(test, p);
			memset(p, 0xff, sizes[i]);
			kfree(p);
			p = kzalloc(sizes[i], GFP_KERNEL);
			KUNIT_ASSERT_NOT_NULL(test, p);
			KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, sizes[i]));
			kfree(p);
		}
	}
}

static void large_kmalloc_is_pages(struct kunit *test)
{
	void *p = kmalloc(20000, GFP_KERNEL), *q;

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, ksize(p), (size_t)32768);
	memset(p, 7, 32768);
	q = krealloc(p, 30000, GFP_KERNEL);
	KUNIT_EXPECT_PTR_EQ(test, q, p);
	q = krealloc(p, 100, GFP_KERNEL);
	KUNIT_EXPECT_PTR_EQ(test, q, p);
	kfree(q);
}

static void krealloc_keeps_contents(struct kunit *test)
{
	char *p = kmalloc(10, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	strcpy(p, "paddock");
	for (size_t size = 20; size < 40000; size *= 3) {
		p = krealloc(p, size, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_EXPECT_STREQ(test, p, "paddock");
	}
	KUNIT_EXPECT_PTR_EQ(test, krealloc(p, 0, GFP_KERNEL), ZERO_SIZE_PTR);
}

static void kvmalloc_falls_back(struct kunit *test)
{
	void *small = kvmalloc(100, GFP_KERNEL), *large = kvmalloc(KMALLOC_MAX_SIZE + PAGE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, small);
	KUNIT_ASSERT_NOT_NULL(test, large);
	KUNIT_EXPECT_FALSE(test, is_vmalloc_addr(small));
	KUNIT_EXPECT_TRUE(test, is_vmalloc_addr(large));
	kvfree(small);
	kvfree(large);
	kvfree(NULL);
}

static void dma_objects_lie_below_4g(struct kunit *test)
{
	void *p = kmalloc(100, GFP_KERNEL | GFP_DMA);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_LT(test, __pa(p), (unsigned long)SZ_4G);
	kfree(p);
}

/* ---- Caches ---- */

static void set_count(void *object)
{
	*(u64 *)object = 0x5ca1ab1e;
}

static void constructed_once_per_slab(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("kunit_ctor", 40, 0, 0, set_count);
	u64 *objects[50];

	KUNIT_ASSERT_NOT_NULL(test, s);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 50; i++) {
			objects[i] = kmem_cache_alloc(s, GFP_KERNEL);
			KUNIT_ASSERT_NOT_NULL(test, objects[i]);
			KUNIT_EXPECT_EQ(test, *objects[i], 0x5ca1ab1eULL);
		}
		for (int i = 0; i < 50; i++)
			kmem_cache_free(s, objects[i]);
	}
	kmem_cache_destroy(s);
}

static void alignment_is_kept(struct kunit *test)
{
	for (unsigned int align = 8; align <= 1024; align *= 2) {
		struct kmem_cache *s = kmem_cache_create("kunit_align", 24, align, 0, NULL);
		void *p = kmem_cache_alloc(s, GFP_KERNEL);

		KUNIT_EXPECT_EQ(test, (unsigned long)p & (align - 1), 0UL);
		kmem_cache_free(s, p);
		kmem_cache_destroy(s);
	}
}

static void bad_caches_are_refused(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, kmem_cache_create("kunit_bad", 0, 0, 0, NULL));
	KUNIT_EXPECT_NULL(test, kmem_cache_create("kunit_bad", 64, 24, 0, NULL));
	KUNIT_EXPECT_NULL(test, kmem_cache_create("", 64, 0, 0, NULL));
}

static void bulk_is_all_or_nothing(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("kunit_bulk", 100, 0, SLAB_NO_KFENCE, NULL);
	void *objects[200];
	struct slab_stats stats;

	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_EXPECT_EQ(test, kmem_cache_alloc_bulk(s, GFP_KERNEL, 200, objects), 200);
	slab_get_stats(s, &stats);
	KUNIT_EXPECT_EQ(test, stats.active_objs, 200UL);
	kmem_cache_free_bulk(s, 100, objects);
	kmem_cache_free_bulk(NULL, 100, objects + 100);
	slab_get_stats(s, &stats);
	KUNIT_EXPECT_EQ(test, stats.active_objs, 0UL);
	KUNIT_EXPECT_EQ(test, kmem_cache_shrink(s), 0);
	slab_get_stats(s, &stats);
	KUNIT_EXPECT_EQ(test, stats.slabs, 0UL);
	kmem_cache_destroy(s);
}

static void typesafe_objects_outlive_their_free(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("kunit_rcu", 64, 0, SLAB_TYPESAFE_BY_RCU | SLAB_NO_KFENCE, NULL);
	u64 *p = kmem_cache_alloc(s, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	*p = 42;
	rcu_read_lock();
	kmem_cache_free(s, p);
	KUNIT_EXPECT_EQ(test, *p, 42ULL);	/* nothing is written into free objects */
	rcu_read_unlock();
	kmem_cache_destroy(s);
}

static void kept_pages_stay_and_are_zeroed(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("kunit_keep", 512, 0, SLAB_KEEP_PAGES | SLAB_NO_KFENCE, NULL);
	static void *objects[200];
	unsigned long kept;

	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_ASSERT_EQ(test, kmem_cache_alloc_bulk(s, GFP_KERNEL, 200, objects), 200);
	for (int i = 0; i < 200; i++)
		memset(objects[i], 0xee, 512);
	kmem_cache_free_bulk(s, 200, objects);
	slab_drain(s);
	kept = slab_kept_slabs(s);
	KUNIT_EXPECT_GE(test, kept, 20UL);
	slab_set_keep_limit(s, 3);
	KUNIT_EXPECT_EQ(test, slab_kept_slabs(s), 3UL);
	/* Free pages now hold none of it, unless somebody has them already. */
	KUNIT_ASSERT_EQ(test, kmem_cache_alloc_bulk(s, GFP_KERNEL, 200, objects), 200);
	kmem_cache_free_bulk(s, 200, objects);
	slab_drain(s);
	KUNIT_EXPECT_EQ(test, slab_kept_slabs(s), 3UL);
	slab_check(s);
	kmem_cache_shrink(s);
	KUNIT_EXPECT_EQ(test, slab_kept_slabs(s), 0UL);
	kmem_cache_destroy(s);
}

static void remaining_objects_are_reported(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("kunit_left", 64, 0, SLAB_NO_KFENCE, NULL);
	void *p = kmem_cache_alloc(s, GFP_KERNEL);
	u64 seq = log_next_seq();

	KUNIT_ASSERT_NOT_NULL(test, p);
	kmem_cache_destroy(s);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "Objects remaining in kunit_left on __kmem_cache_shutdown()"), 1u);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "Slab cache still has objects when called from"), 1u);
	kfree(p);	/* still finds its cache */
}

/* ---- Mistakes ---- */

static void double_free_is_caught(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("kunit_double", 64, 0, SLAB_NO_KFENCE, NULL);
	void *p = kmem_cache_alloc(s, GFP_KERNEL), *a, *b;
	u64 seq = log_next_seq();

	kmem_cache_free(s, p);
	kmem_cache_free(s, p);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "Object already free"), 1u);
	/* It is handed out once. */
	a = kmem_cache_alloc(s, GFP_KERNEL);
	b = kmem_cache_alloc(s, GFP_KERNEL);
	KUNIT_EXPECT_PTR_NE(test, a, b);
	kmem_cache_free(s, a);
	kmem_cache_free(s, b);
	kmem_cache_destroy(s);
}

static void late_double_free_is_caught(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("kunit_late", 64, 0, SLAB_NO_KFENCE, NULL);
	void *p = kmem_cache_alloc(s, GFP_KERNEL), *q = kmem_cache_alloc(s, GFP_KERNEL);
	u64 seq = log_next_seq();

	kmem_cache_free(s, p);
	kmem_cache_free(s, q);
	kmem_cache_free(s, p);		/* not on top any more: seen when the magazine is emptied */
	slab_drain(s);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "Object already free"), 1u);
	slab_check(s);
	kmem_cache_destroy(s);
}

static void wild_pointers_are_reported(struct kunit *test)
{
	static char in_image[64];
	void *v = vmalloc(100);
	u64 seq = log_next_seq();

	kfree(v);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "a vmalloc address"), 1u);
	kfree((void *)0x123456789000);
	kfree((void *)-8L);
	kfree(in_image);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "not an address of RAM"), 3u);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "Invalid object pointer 0x"), 4u);
	kfree(__va(PFN_PHYS(max_pfn) - PAGE_SIZE));	/* RAM, perhaps of a section that nobody has opened */
	vfree(v);
}

static void wrong_cache_is_reported(struct kunit *test)
{
	struct kmem_cache *a = kmem_cache_create("kunit_a", 64, 0, SLAB_NO_KFENCE, NULL);
	struct kmem_cache *b = kmem_cache_create("kunit_b", 64, 0, SLAB_NO_KFENCE, NULL);
	void *p = kmem_cache_alloc(a, GFP_KERNEL);
	u64 seq = log_next_seq();

	kmem_cache_free(b, p);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "Wrong slab cache. kunit_b but object is from kunit_a"), 1u);
	kmem_cache_destroy(b);
	kmem_cache_destroy(a);
}

/* ---- Storms ---- */

#define STORM_OBJECTS	2000

static void storm_of_all_sizes(struct kunit *test)
{
	struct mm_random r = { .state = 0xda3e39cb94b95bdbull ^ log_next_seq() };
	u8 **objects = vzalloc(STORM_OBJECTS * sizeof(*objects));
	u32 *sizes = vzalloc(STORM_OBJECTS * sizeof(*sizes));

	KUNIT_ASSERT_NOT_NULL(test, objects);
	KUNIT_ASSERT_NOT_NULL(test, sizes);
	kunit_info(test, "seed %#llx\n", r.state);
	for (unsigned int step = 0; step < 50000; step++) {
		unsigned int i = mm_random_below(&r, STORM_OBJECTS);

		if (objects[i]) {
			KUNIT_ASSERT_NULL(test, memchr_inv(objects[i], (u8)i, sizes[i]));
			kfree(objects[i]);
			objects[i] = NULL;
		} else {
			sizes[i] = 1 + mm_random_below(&r, 1u << mm_random_below(&r, 14));
			objects[i] = kmalloc(sizes[i], GFP_KERNEL);
			KUNIT_ASSERT_NOT_NULL(test, objects[i]);
			memset(objects[i], i, sizes[i]);
		}
	}
	for (unsigned int i = 0; i < STORM_OBJECTS; i++)
		kfree(objects[i]);
	for (unsigned int i = 1; i <= KMALLOC_SHIFT_HIGH; i++)
		slab_check(kmalloc_caches[KMALLOC_NORMAL][i]);
	vfree(objects);
	vfree(sizes);
}

/* Threads on all CPUs pass objects to each other: allocated here, freed there. */
#define EXCHANGE_SLOTS	64
static void *exchange[EXCHANGE_SLOTS];

struct exchanger {
	struct kmem_cache *s;
	u64 seed;
	unsigned int bad;
	struct completion done;
};

static int exchange_objects(void *arg)
{
	struct exchanger *e = arg;
	struct mm_random r = { .state = e->seed };

	for (unsigned int step = 0; step < 20000; step++) {
		u64 *mine = kmem_cache_alloc(e->s, GFP_KERNEL), *other;

		if (!mine)
			continue;
		mine[0] = mine[1] = (u64)mine;
		other = xchg(&exchange[mm_random_below(&r, EXCHANGE_SLOTS)], mine);
		if (!other)
			continue;
		if (other[0] != (u64)other || other[1] != (u64)other)
			e->bad++;
		other[0] = 0;
		kmem_cache_free(e->s, other);
		if (!(step % 512))
			cond_resched();
	}
	complete(&e->done);
	return 0;
}

static void frees_on_other_cpus(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("kunit_exchange", 48, 0, 0, NULL);
	static struct exchanger workers[8];
	struct slab_stats stats;

	KUNIT_ASSERT_NOT_NULL(test, s);
	for (int i = 0, cpu = -1; i < 8; i++) {
		struct task_struct *t;

		workers[i] = (struct exchanger){ .s = s, .seed = 77 + i };
		init_completion(&workers[i].done);
		t = kthread_create(exchange_objects, &workers[i], "exchange/%d", i);
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, t);
		cpu = cpumask_next(cpu, cpu_online_mask);
		if (cpu >= nr_cpu_ids)
			cpu = cpumask_first(cpu_online_mask);
		kthread_bind(t, cpu);
		wake_up_process(t);
	}
	for (int i = 0; i < 8; i++) {
		wait_for_completion(&workers[i].done);
		KUNIT_EXPECT_EQ(test, workers[i].bad, 0u);
	}
	for (int i = 0; i < EXCHANGE_SLOTS; i++) {
		if (exchange[i])
			kmem_cache_free(s, exchange[i]);
		exchange[i] = NULL;
	}
	slab_drain(s);
	slab_check(s);
	slab_get_stats(s, &stats);
	KUNIT_EXPECT_EQ(test, stats.active_objs, 0UL);
	KUNIT_EXPECT_EQ(test, stats.cpu_objs, 0UL);
	kmem_cache_destroy(s);
}

static void nodes_are_respected(struct kunit *test)
{
	int node;

	for_each_node_mask(node, node_memory_map) {
		struct kmem_cache *s = kmem_cache_create("kunit_node", 128, 0, SLAB_NO_KFENCE, NULL);
		void *objects[40];

		for (int i = 0; i < 40; i++) {
			objects[i] = kmem_cache_alloc_node(s, GFP_KERNEL, node);
			KUNIT_ASSERT_NOT_NULL(test, objects[i]);
			KUNIT_EXPECT_EQ(test, page_to_nid(virt_to_page(objects[i])), node);
		}
		for (int i = 0; i < 40; i++)
			kfree(objects[i]);
		slab_drain(s);
		slab_check(s);
		kmem_cache_destroy(s);
	}
}

static void dump_obj_names_the_cache(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("kunit_dump", 64, 0, SLAB_NO_KFENCE, NULL);
	char *p = kmem_cache_alloc(s, GFP_KERNEL);
	u64 seq = log_next_seq();

	pr_info("%px:", p + 5);
	mem_dump_obj(p + 5);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "slab kunit_dump start"), 1u);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "pointer offset 5 size 64"), 1u);
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

static struct kunit_case slab_cases[] = {
	KUNIT_CASE(kmalloc_sizes_are_aligned),
	KUNIT_CASE(kmalloc_zero_size),
	KUNIT_CASE(kmalloc_overflow_is_null),
	KUNIT_CASE(kzalloc_zeroes),
	KUNIT_CASE(large_kmalloc_is_pages),
	KUNIT_CASE(krealloc_keeps_contents),
	KUNIT_CASE(kvmalloc_falls_back),
	KUNIT_CASE(dma_objects_lie_below_4g),
	KUNIT_CASE(constructed_once_per_slab),
	KUNIT_CASE(alignment_is_kept),
	KUNIT_CASE(bad_caches_are_refused),
	KUNIT_CASE(bulk_is_all_or_nothing),
	KUNIT_CASE(typesafe_objects_outlive_their_free),
	KUNIT_CASE(kept_pages_stay_and_are_zeroed),
	KUNIT_CASE(remaining_objects_are_reported),
	KUNIT_CASE(double_free_is_caught),
	KUNIT_CASE(late_double_free_is_caught),
	KUNIT_CASE(wild_pointers_are_reported),
	KUNIT_CASE(wrong_cache_is_reported),
	KUNIT_CASE(storm_of_all_sizes),
	KUNIT_CASE(frees_on_other_cpus),
	KUNIT_CASE(nodes_are_respected),
	KUNIT_CASE(dump_obj_names_the_cache),
	{}
};

static struct kunit_suite slab_suite = {
	.name = "slab",
	.test_cases = slab_cases,
};
kunit_test_suite(slab_suite);
