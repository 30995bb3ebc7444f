// SPDX-License-Identifier: MIT
/*
 * Generated programs without a crime: not one report may come. They use everything that an allocator offers, in
 * all contexts, and look whether their bytes are still theirs: a fence that damages what it guards would show here.
 */
#include <linux/gfp.h>
#include <linux/kfence.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "kfence_gen.h"

enum kind { EMPTY, KMALLOC, CACHE, CTOR_CACHE, RCU_CACHE, PAGE_ };

struct slot {
	enum kind kind;
	u8 *p;
	size_t size;
	u8 first;		/* byte i is first + i */
};

#define SLOTS 16

struct world {
	struct kunit *test;
	struct rnd_state rng;
	struct kmem_cache *cache, *ctor_cache, *rcu_cache;
	struct slot slots[SLOTS];
	unsigned int ops;
	const char *wrong;	/* what was not as it should be */
	bool atomic;
	unsigned long guarded, all;
};

static u32 below(struct world *w, u32 n)
{
	return prandom_u32_state(&w->rng) % n;
}

static gfp_t gfp(const struct world *w)
{
	return w->atomic ? GFP_ATOMIC : GFP_KERNEL;
}

static void write_bytes(struct slot *s, size_t from)
{
	for (size_t i = from; i < s->size; i++)
		s->p[i] = s->first + i;
}

static void check_bytes(struct world *w, const struct slot *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s->p[i] != (u8)(s->first + i))
			w->wrong = "contents";
}

static void check_zero(struct world *w, const struct slot *s)
{
	if (memchr_inv(s->p, 0, s->size))
		w->wrong = "not zero";
}

static void set_slot(struct world *w, struct slot *s, enum kind kind, void *p, size_t size)
{
	if (!p)
		return;		/* GFP_ATOMIC may fail */
	*s = (struct slot){ .kind = kind, .p = p, .size = size, .first = below(w, 256) };
	w->all++;
	w->guarded += is_kfence_address(p);
}

/* ---- Allocation ---- */

static size_t some_size(struct world *w)
{
	return 1 + below(w, 1u << (1 + below(w, 13)));		/* up to two pages */
}

static void alloc_kmalloc(struct world *w, struct slot *s)
{
	size_t size = some_size(w);
	bool zero = below(w, 2);

	set_slot(w, s, KMALLOC, kmalloc(size, gfp(w) | (zero ? __GFP_ZERO : 0)), size);
	if (s->kind && zero)
		check_zero(w, s);
	/* ksize() tells what may be used; all of it is used. */
	if (s->kind && ksize(s->p) < size)
		w->wrong = "ksize";
	if (s->kind && below(w, 2))
		s->size = ksize(s->p);
}

static void ctor(void *p)
{
	memset(p, 'c', 40);
}

static void alloc_cache(struct world *w, struct slot *s)
{
	switch (below(w, 3)) {
	case 0:
		set_slot(w, s, CACHE, kmem_cache_alloc(w->cache, gfp(w) | __GFP_ZERO), 200);
		if (s->kind)
			check_zero(w, s);
		break;
	case 1:
		set_slot(w, s, CTOR_CACHE, kmem_cache_alloc(w->ctor_cache, gfp(w)), 40);
		if (s->kind && memchr_inv(s->p, 'c', 40))
			w->wrong = "not constructed";
		break;
	case 2:
		set_slot(w, s, RCU_CACHE, kmem_cache_alloc(w->rcu_cache, gfp(w)), 64);
		break;
	}
}

static void alloc_page_(struct world *w, struct slot *s)
{
	set_slot(w, s, PAGE_, (void *)__get_free_page(gfp(w) | __GFP_ZERO), PAGE_SIZE);
	if (s->kind)
		check_zero(w, s);
}

static void alloc_copy(struct world *w, struct slot *s)
{
	static const u8 text[] = "what is to be copied";

	set_slot(w, s, KMALLOC, kmemdup(text, sizeof(text), gfp(w)), sizeof(text));
	if (s->kind && memcmp(s->p, text, sizeof(text)))
		w->wrong = "copy";
}

/* ---- Free ---- */

static void free_slot(struct world *w, struct slot *s)
{
	switch (s->kind) {
	case EMPTY:
		return;
	case KMALLOC:
		if (below(w, 4) == 0)
			kfree_sensitive(s->p);
		else
			kfree(s->p);
		break;
	case CACHE:
		if (below(w, 2))
			kmem_cache_free(w->cache, s->p);
		else
			kmem_cache_free_bulk(w->cache, 1, (void **)&s->p);
		break;
	case CTOR_CACHE:
		memset(s->p, 'c', 40);		/* objects go back as they came */
		kmem_cache_free(w->ctor_cache, s->p);
		break;
	case RCU_CACHE:
		rcu_read_lock();
		kmem_cache_free(w->rcu_cache, s->p);
		READ_ONCE(s->p[0]);		/* still there until the grace period is over */
		rcu_read_unlock();
		break;
	case PAGE_:
		get_page(virt_to_page(s->p));
		put_page(virt_to_page(s->p));
		free_page((unsigned long)s->p);
		break;
	}
	*s = (struct slot){};
}

static void resize(struct world *w, struct slot *s)
{
	size_t size = some_size(w), kept = min(size, s->size);
	u8 *p = krealloc(s->p, size, gfp(w));

	if (!p)
		return;
	s->p = p;
	check_bytes(w, s, kept);
	s->size = size;
	write_bytes(s, 0);
}

static void bulk(struct world *w)
{
	void *objects[9];
	int n = kmem_cache_alloc_bulk(w->cache, gfp(w), ARRAY_SIZE(objects), objects);

	for (int i = 0; i < n; i++)
		memset(objects[i], i, 200);
	for (int i = 0; i < n; i++)
		if (memchr_inv(objects[i], i, 200))
			w->wrong = "bulk";
	kmem_cache_free_bulk(w->cache, n, objects);
}

/* ---- Programs ---- */

static void one_op(struct world *w)
{
	struct slot *s = &w->slots[below(w, SLOTS)];

	if (s->kind)
		check_bytes(w, s, s->size);
	switch (below(w, 8)) {
	case 0:
		bulk(w);
		return;
	case 1:
		if (s->kind == KMALLOC)
			return resize(w, s);
		break;
	}
	free_slot(w, s);
	switch (below(w, 6)) {
	case 0: alloc_page_(w, s); break;
	case 1: alloc_copy(w, s); break;
	case 2: case 3: alloc_cache(w, s); break;
	default: alloc_kmalloc(w, s); break;
	}
	if (s->kind)
		write_bytes(s, 0);
}

static void correct_program(void *arg)
{
	struct world *w = arg;

	for (unsigned int i = 0; i < w->ops; i++)
		one_op(w);
}

static void leave_world(void *arg)
{
	struct world *w = arg;

	for (int i = 0; i < SLOTS; i++)
		free_slot(w, &w->slots[i]);
	kmem_cache_destroy(w->cache);
	kmem_cache_destroy(w->ctor_cache);
	kmem_cache_destroy(w->rcu_cache);
}

static void run_correct(struct kunit *test, unsigned int programs)
{
	struct world *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);
	struct gen_actor who;

	KUNIT_ASSERT_NOT_NULL(test, w);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, leave_world, w), 0);
	w->cache = kmem_cache_create("gen-correct", 200, 0, SLAB_NO_MERGE, NULL);
	w->ctor_cache = kmem_cache_create("gen-ctor", 40, 0, SLAB_NO_MERGE, ctor);
	w->rcu_cache = kmem_cache_create("gen-rcu", 64, 0, SLAB_NO_MERGE | SLAB_TYPESAFE_BY_RCU, NULL);
	KUNIT_ASSERT_TRUE(test, w->cache && w->ctor_cache && w->rcu_cache);
	prandom_seed_state(&w->rng, kfence_gen_seed);
	kfence_seen_start();
	for (unsigned int i = 0; i < programs; i++) {
		enum gen_context context = below(w, below(w, 2) ? GEN_TIMER : GEN_CONTEXTS);

		w->atomic = context != GEN_THREAD && context != GEN_WORK && context != GEN_OTHER_CPU;
		w->ops = 1 + below(w, 4);
		gen_run_in(test, context, correct_program, w, &who);
		KUNIT_ASSERT_NULL_MSG(test, w->wrong, "seed %u, program %u, context %d: %s", kfence_gen_seed, i, context,
				      w->wrong ?: "");
		if (i % 16 == 15)
			kfence_expect_none(test);
		if (READ_ONCE(test->status) == KUNIT_FAILURE) {
			kunit_info(test, "seed %u, program %u or one of the 15 before\n", kfence_gen_seed, i);
			return;
		}
	}
	kfence_expect_none(test);
	kunit_info(test, "seed %u: %u programs, %lu of %lu objects guarded, no report\n", kfence_gen_seed, programs,
		   w->guarded, w->all);
	KUNIT_EXPECT_GT(test, w->guarded, programs / 10ul);
}

static void generated_correct(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, kfence_setup("-1", "2000", "global"), 0);
	run_correct(test, kfence_gen_programs() * 3 / 4);
}

static void generated_correct_sampled(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, kfence_setup("1", "1000", "global"), 0);
	KUNIT_ASSERT_EQ(test, kfence_param_set("burst", "1000000"), 0);
	run_correct(test, kfence_gen_programs() / 4);
	KUNIT_EXPECT_EQ(test, kfence_param_set("burst", "0"), 0);
}

static struct kunit_case correct_cases[] = {
	KUNIT_CASE(generated_correct),
	KUNIT_CASE(generated_correct_sampled),
	{}
};

static struct kunit_suite correct_suite = {
	.name = "kfence_generated_correct",
	.suite_exit = kfence_suite_exit,
	.test_cases = correct_cases,
};
kunit_test_suite(correct_suite);
