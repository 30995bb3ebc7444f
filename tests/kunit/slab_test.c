// SPDX-License-Identifier: MIT
/*
 * The slab allocator and kmalloc: objects are aligned and distinct, keep their contents, and come back;
 * mistakes are reported in SLUB's words and survived; caches with checks find damage.
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

/* ---- Caches with checks ---- */

#define ALL_CHECKS (SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER)

static struct kmem_cache *checked_cache(struct kunit *test, slab_flags_t flags)
{
	struct kmem_cache *s = kmem_cache_create("kunit_checked", 60, 0, flags | SLAB_NO_KFENCE, NULL);

	KUNIT_ASSERT_NOT_NULL(test, s);
	return s;
}

static void correct_use_is_silent(struct kunit *test)
{
	struct kmem_cache *s = checked_cache(test, ALL_CHECKS);
	u64 seq = log_next_seq();
	void *objects[100];

	for (int round = 0; round < 3; round++) {
		KUNIT_ASSERT_EQ(test, kmem_cache_alloc_bulk(s, GFP_KERNEL, 100, objects), 100);
		for (int i = 0; i < 100; i++)
			memset(objects[i], i, 60);
		KUNIT_EXPECT_EQ(test, slab_validate(s), 0UL);
		kmem_cache_free_bulk(s, 100, objects);
	}
	KUNIT_EXPECT_EQ(test, slab_validate(s), 0UL);
	slab_check(s);
	kmem_cache_destroy(s);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "BUG "), 0u);
}

static void write_past_the_end(struct kunit *test)
{
	struct kmem_cache *s = checked_cache(test, ALL_CHECKS);
	char *p = kmem_cache_alloc(s, GFP_KERNEL);
	u64 seq = log_next_seq();

	OPTIMIZER_HIDE_VAR(p);
	p[60] = 0x41;
	kmem_cache_free(s, p);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "Right Redzone overwritten"), 1u);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "First byte 0x41 instead of 0xcc"), 1u);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "Allocated in "), 1u);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "FIX kunit_checked: Restoring Right Redzone"), 1u);
	kmem_cache_destroy(s);
}

static void write_before_the_start(struct kunit *test)
{
	struct kmem_cache *s = checked_cache(test, SLAB_RED_ZONE);
	char *p = kmem_cache_alloc(s, GFP_KERNEL);
	u64 seq = log_next_seq();

	OPTIMIZER_HIDE_VAR(p);
	p[-1] = 0x42;
	KUNIT_EXPECT_EQ(test, slab_validate(s), 1UL);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "Left Redzone overwritten"), 1u);
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

static void write_after_free(struct kunit *test)
{
	struct kmem_cache *s = checked_cache(test, SLAB_POISON | SLAB_STORE_USER);
	char *p = kmem_cache_alloc(s, GFP_KERNEL);
	u64 seq = log_next_seq();

	kmem_cache_free(s, p);
	OPTIMIZER_HIDE_VAR(p);
	p[10] = 1;
	KUNIT_EXPECT_EQ(test, slab_validate(s), 1UL);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "Poison overwritten"), 1u);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "Freed in "), 1u);
	kmem_cache_destroy(s);
}

/*
 * @object + @offset is given to @free, and told, once: at once when its low bits show it or the slow way is gone, else
 * when the magazine is emptied. Returns: it was told late.
 */
static bool inside_is_told(struct kunit *test, struct kmem_cache *s, char *object, unsigned int offset,
			   void (*free)(struct kmem_cache *s, void *object))
{
	bool at_once;
	char line[64];
	void *other;
	u64 seq;

	slab_drain(s);
	seq = log_next_seq();
	preempt_disable();
	/* This CPU has a magazine then, with room for one: the fast way can be gone. */
	other = kmem_cache_alloc(s, GFP_NOWAIT);
	free(s, object + offset);
	preempt_enable();
	kmem_cache_free(s, other);
	at_once = mm_logged(seq, "Invalid object pointer");
	if (offset & virt_to_page(object)->slab_align_mask)
		KUNIT_EXPECT_TRUE_MSG(test, at_once, "%s, offset %u", s->name, offset);
	slab_drain(s);
	sprintf(line, "BUG %s ", s->name);
	KUNIT_EXPECT_EQ_MSG(test, mm_logged(seq, line), 1u, "%s, offset %u", s->name, offset);
	sprintf(line, "Invalid object pointer 0x%px", object + offset);
	KUNIT_EXPECT_EQ_MSG(test, mm_logged(seq, line), 1u, "%s, offset %u", s->name, offset);
	return !at_once;
}

static void free_by_cache(struct kmem_cache *s, void *object)
{
	kmem_cache_free(s, object);
}

static void free_by_kfree(struct kmem_cache *s, void *object)
{
	kfree(object);
}

/* All offsets in small objects; in large ones, whose sizes are powers of two, one for each bit, and the last. */
static void expect_all_inside_are_told(struct kunit *test, struct kmem_cache *s)
{
	unsigned int size = s->object_size, told = 0, late = 0;
	char *object = mm_plain_object(s), *again;
	u64 seq;

	KUNIT_ASSERT_NOT_NULL(test, object);
	for (unsigned int offset = 1; offset < size; offset = size > 256 ? 2 * offset : offset < 8 ? 8 : offset + 8, told++)
		late += inside_is_told(test, s, object, offset, told % 2 ? free_by_cache : free_by_kfree);
	inside_is_told(test, s, object, size - 1, free_by_kfree);
	/* Both ways were gone. (Where KFENCE may ask for each object, there may be the slow one only.) */
	if (!s->kfence_enable && size >= 2 * (s->size & -s->size))
		KUNIT_EXPECT_GT_MSG(test, late, 0u, "%s", s->name);
	slab_check(s);
	/* Nobody gets it from the cache, and the object itself is as good as before. */
	again = mm_plain_object(s);
	KUNIT_EXPECT_TRUE(test, again >= object + size || again + size <= object);
	seq = log_next_seq();
	kmem_cache_free(s, again);
	kmem_cache_free(s, object);
	slab_drain(s);
	KUNIT_EXPECT_EQ_MSG(test, mm_logged(seq, "BUG "), 0u, "%s", s->name);
}

/* With no checks on: an address inside an object is told as what it is, exactly once. */
static void inside_an_object_is_no_object(struct kunit *test)
{
	static const unsigned int odd_sizes[] = { 24, 40, 72, 200 };
	int loglevel = console_loglevel;

	console_loglevel = CONSOLE_LOGLEVEL_SILENT;	/* some 200 reports: the ring has them */
	for (unsigned int i = 1; i <= KMALLOC_SHIFT_HIGH; i++)
		expect_all_inside_are_told(test, kmalloc_caches[KMALLOC_NORMAL][i]);
	for (unsigned int i = 0; i < ARRAY_SIZE(odd_sizes); i++) {
		struct kmem_cache *s = kmem_cache_create("kunit_inside", odd_sizes[i], 0, SLAB_NO_KFENCE, NULL);

		KUNIT_ASSERT_NOT_NULL(test, s);
		expect_all_inside_are_told(test, s);
		kmem_cache_destroy(s);
	}
	console_loglevel = loglevel;
}

/* Told late, in between handed out as if it were one: still told, and no true object is lost or given twice. */
static void inside_an_object_handed_out_meanwhile(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("kunit_meanwhile", 96, 32, SLAB_NO_KFENCE, NULL);
	char *object, *again;
	struct slab_stats stats;
	u64 seq;

	KUNIT_ASSERT_NOT_NULL(test, s);
	seq = log_next_seq();
	/* On one CPU, whose magazine has room then: what this thread frees is what it gets. */
	preempt_disable();
	object = kmem_cache_alloc(s, GFP_NOWAIT);
	kfree(object + 32);
	again = kmem_cache_alloc(s, GFP_NOWAIT);
	preempt_enable();
	KUNIT_EXPECT_PTR_EQ(test, again, object + 32);
	kmem_cache_free(s, object);
	kmem_cache_free(s, again);
	slab_drain(s);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "BUG kunit_meanwhile "), 1u);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "Invalid object pointer"), 1u);
	slab_check(s);
	slab_get_stats(s, &stats);
	KUNIT_EXPECT_EQ(test, stats.active_objs, 0UL);
	kmem_cache_destroy(s);
}

static void checked_double_and_invalid_free(struct kunit *test)
{
	struct kmem_cache *s = checked_cache(test, ALL_CHECKS);
	char *p = kmem_cache_alloc(s, GFP_KERNEL);
	u64 seq = log_next_seq();

	kmem_cache_free(s, p + 8);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "Invalid object pointer"), 1u);
	kmem_cache_free(s, p);
	kmem_cache_free(s, p);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "Object already free"), 1u);
	slab_check(s);
	kmem_cache_destroy(s);
}

static struct kunit_case slab_debug_cases[] = {
	KUNIT_CASE(correct_use_is_silent),
	KUNIT_CASE(write_past_the_end),
	KUNIT_CASE(write_before_the_start),
	KUNIT_CASE(write_after_free),
	KUNIT_CASE(inside_an_object_is_no_object),
	KUNIT_CASE(inside_an_object_handed_out_meanwhile),
	KUNIT_CASE(checked_double_and_invalid_free),
	{}
};

static struct kunit_suite slab_debug_suite = {
	.name = "slab_debug",
	.test_cases = slab_debug_cases,
};
kunit_test_suites(&slab_suite, &slab_debug_suite);
