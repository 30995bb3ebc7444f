// SPDX-License-Identifier: MIT
/* Damage that caches with checks find, and frees of addresses inside objects, which all caches find. */
#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <paddock/slab.h>
#include "mm_kunit.h"

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
kunit_test_suite(slab_debug_suite);
