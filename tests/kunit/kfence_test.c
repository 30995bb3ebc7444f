// SPDX-License-Identifier: MIT
/*
 * KFENCE's cases, those of Linux's suite by the same names: each commits one crime (or none), and the report is
 * compared word by word: kind, function, address, distance, object, stacks.
 *
 * The suite runs twice: `kfence` samples every millisecond, `kfence_full` guards every allocation. A case
 * whose name ends in "-memcache" uses a cache of its own, the others kmalloc().
 */
#include <linux/kfence.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <paddock/page.h>
#include "kfence_kunit.h"

/* What a case works with; in test->priv. */
struct ground {
	struct kmem_cache *cache;	/* of "-memcache" cases */
};

static struct kmem_cache *cache_of(struct kunit *test)
{
	return ((struct ground *)test->priv)->cache;
}

/* Called first in a case that works with objects of @size. Returns it. */
static size_t use_size(struct kunit *test, size_t size, slab_flags_t flags, void (*ctor)(void *))
{
	struct ground *g = test->priv;

	if (strstr(test->name, "memcache")) {
		g->cache = kmem_cache_create("test", size, 1, flags | SLAB_NO_MERGE, ctor);
		KUNIT_ASSERT_NOT_NULL(test, g->cache);
	}
	return size;
}

/* How kmalloc() of @size aligns on the right side; a cache of ours has alignment 8 at least. */
static size_t alignment_of(struct kunit *test, size_t size)
{
	return cache_of(test) || (size & (size - 1)) ? 8 : size;
}

static char *alloc(struct kunit *test, size_t size, gfp_t gfp, enum kfence_side side)
{
	return kfence_test_alloc(test, cache_of(test), size, gfp, side);
}

static void release(struct kunit *test, void *p)
{
	kfence_test_free(cache_of(test), p);
}

static char peek(const char *p)
{
	return READ_ONCE(*p);
}

/* ---- Out of bounds ---- */

static void test_out_of_bounds_read(struct kunit *test)
{
	size_t size = use_size(test, 32, 0, NULL);
	char *p;

	p = alloc(test, size, GFP_KERNEL, KFENCE_LEFT);
	READ_ONCE(p[-1]);
	kfence_expect(test, "out-of-bounds read", p - 1, __func__, p, size, NULL);
	release(test, p);

	p = alloc(test, size, GFP_KERNEL, KFENCE_RIGHT);
	READ_ONCE(p[size]);
	kfence_expect(test, "out-of-bounds read", p + size, __func__, p, size, NULL);
	release(test, p);
	kfence_expect_none(test);
}

static void test_out_of_bounds_write(struct kunit *test)
{
	size_t size = use_size(test, 32, 0, NULL);
	struct kfence_seen r;
	char *p;

	p = alloc(test, size, GFP_KERNEL, KFENCE_LEFT);
	WRITE_ONCE(p[-1], 42);
	kfence_expect(test, "out-of-bounds write", p - 1, __func__, p, size, &r);
	KUNIT_EXPECT_NOT_NULL(test, strstr(r.access, "write"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(r.access, "1 byte before the start"));
	release(test, p);
	kfence_expect_none(test);
}

/* ---- Use after free ---- */

static void test_use_after_free_read(struct kunit *test)
{
	size_t size = use_size(test, 32, 0, NULL);
	struct kfence_seen r;
	char *p;

	p = alloc(test, size, GFP_KERNEL, KFENCE_ANY);
	release(test, p);
	READ_ONCE(*p);
	kfence_expect(test, "use-after-free read", p, __func__, p, size, &r);
	KUNIT_EXPECT_NOT_NULL(test, strstr(r.access, "0 bytes into the object"));
}

static void test_use_after_free_read_nofault(struct kunit *test)
{
	size_t size = use_size(test, 32, 0, NULL);
	char *p, c;

	p = alloc(test, size, GFP_KERNEL, KFENCE_ANY);
	release(test, p);
	KUNIT_EXPECT_EQ(test, copy_from_kernel_nofault(&c, p, 1), -EFAULT);
	kfence_expect_none(test);
}

/* ---- Bad frees ---- */

static void test_double_free(struct kunit *test)
{
	size_t size = use_size(test, 32, 0, NULL);
	struct kfence_seen r;
	char *p;

	p = alloc(test, size, GFP_KERNEL, KFENCE_ANY);
	release(test, p);
	release(test, p);
	kfence_expect(test, "invalid free", p, "kfence_test_free", p, size, &r);
	KUNIT_EXPECT_STREQ(test, r.free_first, "kfence_test_free");
}

static void test_invalid_addr_free(struct kunit *test)
{
	size_t size = use_size(test, 32, 0, NULL);
	struct kfence_seen r;
	char *p;

	p = alloc(test, size, GFP_KERNEL, KFENCE_ANY);
	release(test, p + 1);
	kfence_expect(test, "invalid free", p + 1, "kfence_test_free", p, size, &r);
	KUNIT_EXPECT_FALSE(test, r.has_free);
	release(test, p);
	kfence_expect_none(test);
}

/* ---- Damage within the page ---- */

static void test_corruption(struct kunit *test)
{
	size_t size = use_size(test, 32, 0, NULL);
	struct kfence_seen r;
	char *p;

	p = alloc(test, size, GFP_KERNEL, KFENCE_LEFT);
	WRITE_ONCE(p[size], 42);
	release(test, p);
	kfence_expect(test, "memory corruption", p + size, "kfence_test_free", p, size, &r);
	KUNIT_EXPECT_STREQ(test, r.damage, " 0x2a . . . . . . . . . . . . . . . ");

	p = alloc(test, size, GFP_KERNEL, KFENCE_RIGHT);
	WRITE_ONCE(p[-1], 42);
	release(test, p);
	kfence_expect(test, "memory corruption", p - 1, "kfence_test_free", p, size, &r);
	KUNIT_EXPECT_STREQ(test, r.damage, " 0x2a ");
	KUNIT_EXPECT_TRUE(test, r.has_free);
}

/* kmalloc(73) at the right edge leaves a gap of 7: nobody sees a read in it, the canary sees a write. */
static void test_kmalloc_aligned_oob_read(struct kunit *test)
{
	size_t size = use_size(test, 73, 0, NULL), align = alignment_of(test, size);
	char *p;

	p = alloc(test, size, GFP_KERNEL, KFENCE_RIGHT);
	READ_ONCE(p[-1]);
	kfence_expect_none(test);
	READ_ONCE(p[size]);
	kfence_expect_none(test);
	READ_ONCE(p[size + align]);
	kfence_expect(test, "out-of-bounds read", p + size + align, __func__, p, size, NULL);
	release(test, p);
	kfence_expect_none(test);
}

static void test_kmalloc_aligned_oob_write(struct kunit *test)
{
	size_t size = use_size(test, 73, 0, NULL);
	char *p;

	p = alloc(test, size, GFP_KERNEL, KFENCE_RIGHT);
	WRITE_ONCE(p[size], peek(p + size) + 1);
	kfence_expect_none(test);
	release(test, p);
	kfence_expect(test, "memory corruption", p + size, "kfence_test_free", p, size, NULL);
}

/* ---- The allocators' ways ---- */

static void ctor_set_x(void *p)
{
	memset(p, 'x', 8);
}

static void test_free_bulk(struct kunit *test)
{
	for (int round = 0; round < 5; round++) {
		struct ground *g = test->priv;
		size_t size = use_size(test, 8 + get_random_u32_below(300), 0, round & 1 ? ctor_set_x : NULL);
		enum kfence_side plain = kfence_full_mode() ? KFENCE_ANY : KFENCE_NONE;
		void *objects[] = {
			alloc(test, size, GFP_KERNEL, plain),
			alloc(test, size, GFP_KERNEL, KFENCE_RIGHT),
			alloc(test, size, GFP_KERNEL, plain),
			alloc(test, size, GFP_KERNEL, KFENCE_LEFT),
			alloc(test, size, GFP_KERNEL, plain),
		};

		kmem_cache_free_bulk(cache_of(test), ARRAY_SIZE(objects), objects);
		kfence_expect_none(test);
		kmem_cache_destroy(g->cache);
		g->cache = NULL;
	}
}

/* Boot with init_on_free=1 for it; tests/system/test_kfence_gen.py does. */
static void test_init_on_free(struct kunit *test)
{
	size_t size = use_size(test, 32, 0, NULL), i;
	char *p;

	if (!init_on_free) {
		kunit_skip(test, "needs init_on_free=1");
		return;
	}
	p = alloc(test, size, GFP_KERNEL, KFENCE_ANY);
	for (i = 0; i < size; i++)
		p[i] = i + 1;
	release(test, p);
	READ_ONCE(*p);
	kfence_expect(test, "use-after-free read", p, __func__, p, size, NULL);
	for (i = 0; i < size; i++)		/* the report has opened the page */
		KUNIT_EXPECT_EQ_MSG(test, p[i], (char)0, "byte %zu", i);
	kfence_expect_none(test);
}

static void test_shrink_memcache(struct kunit *test)
{
	size_t size = use_size(test, 32, 0, NULL);
	char *p;

	p = alloc(test, size, GFP_KERNEL, KFENCE_ANY);
	kmem_cache_shrink(cache_of(test));
	release(test, p);
	kfence_expect_none(test);
}

static void test_memcache_ctor(struct kunit *test)
{
	size_t size = use_size(test, 32, 0, ctor_set_x);
	char *p;

	p = alloc(test, size, GFP_KERNEL, KFENCE_ANY);
	for (int i = 0; i < 8; i++)
		KUNIT_EXPECT_EQ(test, p[i], (char)'x');
	release(test, p);
	kfence_expect_none(test);
}

/* The first page of an area is nobody's. An object tells where the area is, through its number. */
static void test_invalid_access(struct kunit *test)
{
	struct kfence_seen r;
	char *p, *pool;

	p = alloc(test, 32, GFP_KERNEL, KFENCE_LEFT);
	READ_ONCE(p[-1]);
	kfence_expect(test, "out-of-bounds read", p - 1, __func__, p, 32, &r);
	release(test, p);
	pool = (char *)PAGE_ALIGN_DOWN((unsigned long)p) - (2 * r.number + 2) * PAGE_SIZE;

	READ_ONCE(pool[10]);
	kfence_expect(test, "invalid read", pool + 10, __func__, NULL, 0, &r);
	KUNIT_EXPECT_FALSE(test, r.has_object);
}

static void test_gfpzero(struct kunit *test)
{
	size_t size = PAGE_SIZE, i;
	char *first, *p;
	int tries;

	first = alloc(test, size, GFP_KERNEL, KFENCE_ANY);
	memset(first, 42, size);
	release(test, first);
	for (tries = 0; tries < 3000; tries++) {
		p = alloc(test, size, GFP_KERNEL | __GFP_ZERO, KFENCE_ANY);
		for (i = 0; i < size && !p[i]; i++)
			;
		KUNIT_EXPECT_EQ_MSG(test, i, size, "byte %zu is not zero", i);
		release(test, p);
		if (p == first)
			break;
	}
	kfence_expect_none(test);
	KUNIT_EXPECT_PTR_EQ_MSG(test, p, first, "the object did not come back");
}

static void test_memcache_typesafe_by_rcu(struct kunit *test)
{
	size_t size = use_size(test, 32, SLAB_TYPESAFE_BY_RCU, NULL);
	struct kfence_seen r;
	char *p;

	p = alloc(test, size, GFP_KERNEL, KFENCE_ANY);
	*p = 42;
	rcu_read_lock();
	release(test, p);
	KUNIT_EXPECT_EQ(test, peek(p), (char)42);
	rcu_read_unlock();
	kfence_expect_none(test);

	rcu_barrier();
	READ_ONCE(*p);
	kfence_expect(test, "use-after-free read", p, __func__, p, size, &r);
}

static void test_krealloc(struct kunit *test)
{
	size_t size = use_size(test, 32, 0, NULL), i;
	char *first, *p, *q;

	p = first = alloc(test, size, GFP_KERNEL, KFENCE_ANY);
	KUNIT_EXPECT_EQ(test, ksize(p), size);
	for (i = 0; i < size; i++)
		p[i] = i + 1;

	q = krealloc(p, size * 3, GFP_KERNEL);		/* grows: moves */
	KUNIT_ASSERT_NOT_NULL(test, q);
	KUNIT_EXPECT_GE(test, ksize(q), size * 3);
	for (i = 0; i < size; i++)
		KUNIT_EXPECT_EQ(test, q[i], (char)(i + 1));
	for (; i < size * 3; i++)
		q[i] = i + 1;

	p = krealloc(q, size * 2, GFP_KERNEL);		/* shrinks */
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_GE(test, ksize(p), size * 2);
	for (i = 0; i < size * 2; i++)
		KUNIT_EXPECT_EQ(test, p[i], (char)(i + 1));

	q = krealloc(p, 0, GFP_KERNEL);			/* frees */
	KUNIT_EXPECT_PTR_EQ(test, (void *)q, ZERO_SIZE_PTR);
	kfence_expect_none(test);

	READ_ONCE(*first);				/* freed when it moved */
	kfence_expect_one(test, &(struct kfence_seen){});
}

static void test_memcache_alloc_bulk(struct kunit *test)
{
	bool guarded = false;
	void *objects[100];

	use_size(test, 32, 0, NULL);
	for (int round = 0; round < 10000 && !guarded; round++) {
		int n = kmem_cache_alloc_bulk(cache_of(test), GFP_ATOMIC, ARRAY_SIZE(objects), objects);

		KUNIT_ASSERT_EQ(test, n, (int)ARRAY_SIZE(objects));
		for (int i = 0; i < n; i++)
			guarded |= is_kfence_address(objects[i]);
		kmem_cache_free_bulk(cache_of(test), n, objects);
	}
	KUNIT_EXPECT_TRUE(test, guarded);
	kfence_expect_none(test);
}

/* ---- The suites ---- */

static int case_init(struct kunit *test)
{
	test->priv = kunit_kzalloc(test, sizeof(struct ground), GFP_KERNEL);
	kfence_seen_start();
	return test->priv ? 0 : -ENOMEM;
}

static void case_exit(struct kunit *test)
{
	struct ground *g = test->priv;

	if (g && g->cache)
		kmem_cache_destroy(g->cache);
}

/* With kmalloc(), and with a cache of the test's own. */
#define BOTH(fn) { .run_case = fn, .name = #fn }, { .run_case = fn, .name = #fn "-memcache" }

#define CASES {							\
	BOTH(test_out_of_bounds_read),				\
	BOTH(test_out_of_bounds_write),				\
	BOTH(test_use_after_free_read),				\
	BOTH(test_use_after_free_read_nofault),			\
	BOTH(test_double_free),					\
	BOTH(test_invalid_addr_free),				\
	BOTH(test_corruption),					\
	BOTH(test_free_bulk),					\
	BOTH(test_init_on_free),				\
	KUNIT_CASE(test_kmalloc_aligned_oob_read),		\
	KUNIT_CASE(test_kmalloc_aligned_oob_write),		\
	KUNIT_CASE(test_shrink_memcache),			\
	KUNIT_CASE(test_memcache_ctor),				\
	KUNIT_CASE(test_invalid_access),			\
	KUNIT_CASE(test_gfpzero),				\
	KUNIT_CASE(test_memcache_typesafe_by_rcu),		\
	KUNIT_CASE(test_krealloc),				\
	KUNIT_CASE(test_memcache_alloc_bulk),			\
	{}							\
}
static struct kunit_case sampling_cases[] = CASES, full_cases[] = CASES;

static int sampling_init(struct kunit_suite *suite)
{
	return kfence_setup("1", "255", "global");
}

/* More objects than the kernel itself keeps alive meanwhile. */
static int full_init(struct kunit_suite *suite)
{
	return kfence_setup("-1", "2000", "global");
}

static struct kunit_suite sampling_suite = {
	.name = "kfence",
	.suite_init = sampling_init,
	.suite_exit = kfence_suite_exit,
	.init = case_init,
	.exit = case_exit,
	.test_cases = sampling_cases,
};

static struct kunit_suite full_suite = {
	.name = "kfence_full",
	.suite_init = full_init,
	.suite_exit = kfence_suite_exit,
	.init = case_init,
	.exit = case_exit,
	.test_cases = full_cases,
};
kunit_test_suites(&sampling_suite, &full_suite);
