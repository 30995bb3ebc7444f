// SPDX-License-Identifier: MIT
/* mm/mempool.c: a source that runs dry when it is told to, the usual kinds, and threads that live on the reserve alone. */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/mempool.h>
#include "mm_kunit.h"
#include "wait_until.h"

/* A source of numbered elements. */
struct source {
	atomic_t out;		/* elements that exist */
	int left;		/* so many more are given; negative: as many as wanted */
	gfp_t last, all;	/* how it was asked the last time; at any time */
};

static void *source_alloc(gfp_t gfp, void *data)
{
	struct source *s = data;

	s->last = gfp;
	s->all |= gfp;
	if (!s->left)
		return NULL;
	s->left -= s->left > 0;
	atomic_inc(&s->out);
	return kmalloc(8, GFP_ATOMIC);
}

static void source_free(void *element, void *data)
{
	struct source *s = data;

	atomic_dec(&s->out);
	kfree(element);
}

static void the_reserve_is_the_last_resort(struct kunit *test)
{
	struct source s = { .left = -1 };
	mempool_t *pool = mempool_create(3, source_alloc, source_free, &s);
	void *e[3];
	int i;

	KUNIT_ASSERT_NOT_NULL(test, pool);
	KUNIT_EXPECT_EQ(test, 3, pool->curr_nr);
	e[0] = mempool_alloc(pool, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, 4, atomic_read(&s.out));
	KUNIT_EXPECT_EQ(test, 0u, s.last & __GFP_DIRECT_RECLAIM);	/* asked modestly: the reserve is full */
	KUNIT_EXPECT_EQ(test, 3, pool->curr_nr);
	mempool_free(e[0], pool);
	KUNIT_EXPECT_EQ(test, 3, atomic_read(&s.out));		/* the reserve had no place for it */

	s.left = 0;
	for (i = 0; i < 3; i++) {
		e[i] = mempool_alloc(pool, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, e[i]);
		KUNIT_EXPECT_EQ(test, 2 - i, pool->curr_nr);
	}
	KUNIT_EXPECT_NULL(test, mempool_alloc(pool, GFP_NOWAIT));
	KUNIT_EXPECT_NULL(test, mempool_alloc(pool, GFP_ATOMIC));
	for (i = 0; i < 3; i++)
		mempool_free(e[i], pool);
	KUNIT_EXPECT_EQ(test, 3, pool->curr_nr);
	mempool_free(NULL, pool);
	mempool_destroy(pool);
	mempool_destroy(NULL);
	KUNIT_EXPECT_EQ(test, 0, atomic_read(&s.out));
}

static void a_source_that_ends_early_leaves_nothing(struct kunit *test)
{
	struct mm_watch watch;

	mm_watch_begin(test, &watch);
	for (int n = 0; n < 4; n++) {
		struct source s = { .left = n };
		mempool_t pool = {};

		KUNIT_EXPECT_NULL(test, mempool_create(4, source_alloc, source_free, &s));
		s.left = n;
		KUNIT_EXPECT_EQ(test, -ENOMEM, mempool_init(&pool, 4, source_alloc, source_free, &s));
		KUNIT_EXPECT_FALSE(test, mempool_initialized(&pool));
		mempool_exit(&pool);
		KUNIT_EXPECT_EQ(test, 0, atomic_read(&s.out));
	}
	mm_watch_end(test, &watch);
}

static void the_size_can_change(struct kunit *test)
{
	struct source s = { .left = -1 };
	mempool_t pool;
	void *e;

	KUNIT_ASSERT_EQ(test, 0, mempool_init(&pool, 0, source_alloc, source_free, &s));
	KUNIT_EXPECT_EQ(test, 1, pool.min_nr);
	KUNIT_EXPECT_EQ(test, 0, mempool_resize(&pool, 5));
	KUNIT_EXPECT_EQ(test, 5, pool.curr_nr);
	KUNIT_EXPECT_EQ(test, 0, mempool_resize(&pool, 2));
	KUNIT_EXPECT_EQ(test, 2, pool.curr_nr);
	KUNIT_EXPECT_EQ(test, 2, atomic_read(&s.out));
	s.left = 1;
	KUNIT_EXPECT_EQ(test, 0, mempool_resize(&pool, 4));		/* one comes, the other one later */
	KUNIT_EXPECT_EQ(test, 3, pool.curr_nr);
	KUNIT_EXPECT_EQ(test, -EINVAL, mempool_resize(&pool, 0));
	s.left = 1;
	e = mempool_alloc(&pool, GFP_KERNEL);
	mempool_free(e, &pool);
	KUNIT_EXPECT_EQ(test, 4, pool.curr_nr);
	mempool_exit(&pool);
	KUNIT_EXPECT_EQ(test, 0, atomic_read(&s.out));
}

static void the_usual_kinds(struct kunit *test)
{
	struct kmem_cache *cache = kmem_cache_create("mempool_test", 40, 0, 0, NULL);
	struct mm_watch watch;
	mempool_t *pool[3];

	KUNIT_ASSERT_NOT_NULL(test, cache);
	mm_watch_begin(test, &watch);
	pool[0] = mempool_create_slab_pool(2, cache);
	pool[1] = mempool_create_kmalloc_pool(2, 100);
	pool[2] = mempool_create_page_pool(2, 1);
	for (int i = 0; i < 3; i++) {
		void *e;

		KUNIT_ASSERT_NOT_NULL(test, pool[i]);
		e = mempool_alloc(pool[i], GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, e);
		if (i == 2)
			memset(page_address(e), 1, 2 * PAGE_SIZE);
		else
			memset(e, 1, i ? 100 : 40);
		mempool_free(e, pool[i]);
		mempool_destroy(pool[i]);
	}
	kmem_cache_destroy(cache);
	mm_watch_end(test, &watch);
}

/* ---- Waiting ---- */

struct hungry {
	mempool_t pool;
	struct source source;
	atomic_t holding, most, meals;
	struct completion done;
};

static int eat(void *arg)
{
	struct hungry *h = arg;

	for (int i = 0; i < 200; i++) {
		void *e = mempool_alloc(&h->pool, GFP_KERNEL);
		int n = atomic_inc_return(&h->holding);

		if (n > atomic_read(&h->most))
			atomic_set(&h->most, n);
		if (i % 8 == 0)
			schedule_timeout_uninterruptible(1);
		else
			cond_resched();
		atomic_dec(&h->holding);
		mempool_free(e, &h->pool);
		atomic_inc(&h->meals);
	}
	complete(&h->done);
	return 0;
}

static void who_waits_gets_what_comes_back(struct kunit *test)
{
	struct hungry *h = kunit_kzalloc(test, sizeof(*h), GFP_KERNEL);
	int i, n = 6;

	KUNIT_ASSERT_NOT_NULL(test, h);
	h->source.left = -1;
	init_completion(&h->done);
	KUNIT_ASSERT_EQ(test, 0, mempool_init(&h->pool, 2, source_alloc, source_free, &h->source));
	h->source.left = 0;
	h->source.all = 0;
	for (i = 0; i < n; i++)
		KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(eat, h, "eat/%d", i)));
	for (i = 0; i < n; i++)
		KUNIT_ASSERT_NE(test, 0ul, wait_for_completion_timeout(&h->done, 60 * HZ));
	KUNIT_EXPECT_EQ(test, n * 200, atomic_read(&h->meals));
	KUNIT_EXPECT_LE(test, atomic_read(&h->most), 2);
	KUNIT_EXPECT_EQ(test, 2, h->pool.curr_nr);
	KUNIT_EXPECT_TRUE(test, h->source.all & __GFP_DIRECT_RECLAIM);	/* some did wait, and asked in earnest before */
	mempool_exit(&h->pool);
	KUNIT_EXPECT_EQ(test, 0, atomic_read(&h->source.out));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(the_reserve_is_the_last_resort),
	KUNIT_CASE(a_source_that_ends_early_leaves_nothing),
	KUNIT_CASE(the_size_can_change),
	KUNIT_CASE(the_usual_kinds),
	KUNIT_CASE(who_waits_gets_what_comes_back),
	{}
};

static struct kunit_suite suite = { .name = "mempool", .test_cases = cases };
kunit_test_suite(suite);
