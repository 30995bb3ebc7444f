// SPDX-License-Identifier: MIT
/*
 * Isolated memory, seen from the allocator: dirty pages stay in their slot, limits hold, what is left is closed,
 * and can be freed all the same. The slots used here are above those that modules get.
 */
#include <kunit/test.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/kfence.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <arch/trap.h>
#include <paddock/fs.h>
#include <paddock/isolation.h>
#include <paddock/page.h>
#include <paddock/slab.h>
#include "../../mm/oot.h"
#include "../../mm/slab.h"
#include "mm_kunit.h"

#define DIRT		0xd1d1d1d1d1d1d1d1ull	/* what the slot's owner writes; nobody else does */
#define OTHERS_DIRT	0xe2e2e2e2e2e2e2e2ull	/* by which the search shows that it finds */

static const struct oot_options plain = { .quota = ULONG_MAX, .notes = 4096 };
static unsigned int slot;

static void *(*slot_kmalloc)(size_t, gfp_t);
static struct kmem_cache *(*own_cache_create)(const char *, unsigned int, unsigned int, slab_flags_t, void (*)(void *));
static struct kmem_cache *(*slot_caches_of)[KMALLOC_SHIFT_HIGH + 1];

/* Each case has a slot to itself. */
static int next_slot(struct kunit *test)
{
	static unsigned int next = OOT_SLOTS_MAX - 1;

	slot = next--;
	if (next < 32)
		next = OOT_SLOTS_MAX - 1;
	if (oot_slot_open(slot))
		return -ENOMEM;
	slot_kmalloc = (void *)oot_slot_symbol(slot, "__kmalloc", NULL);
	own_cache_create = (void *)oot_slot_symbol(slot, "kmem_cache_create", NULL);
	slot_caches_of = (void *)oot_slot_symbol(slot, "kmalloc_caches", NULL);
	return 0;
}

static void leave_slot(struct kunit *test)
{
	struct oot_leftovers *left = kmalloc(sizeof(*left), GFP_KERNEL | __GFP_NOFAIL);

	oot_slot_leave(slot, NULL, left);
	kfree(left);
	oot_set_page_limit(0);
	oot_set_page_limit(ULONG_MAX);
}

static struct kmem_cache *slot_cache(unsigned int index)
{
	return slot_caches_of[KMALLOC_NORMAL][index];
}

/* The file's text, cut to @size. Returns: 0 or -errno. */
static int read_text(const char *path, char *text, size_t size)
{
	void *data;
	size_t len;
	int err = read_whole_file(NULL, path, &data, &len);

	if (err)
		return err;
	strscpy(text, data, min(size, len + 1));
	kvfree(data);
	return 0;
}

/* How many words of [p, p + bytes) are @dirt. */
static unsigned long dirty_words(const void *p, size_t bytes, u64 dirt)
{
	const u64 *word = p;
	unsigned long n = 0;

	for (size_t i = 0; i < bytes / sizeof(*word); i++)
		n += word[i] == dirt;
	return n;
}

/* ---- Dirty pages ---- */

#define OBJECTS 200

/* Objects of all sizes, from the slot's caches and from one of its owner's, filled with dirt and freed. */
static void make_dirt(struct kunit *test)
{
	static const size_t sizes[] = { 8, 16, 32, 64, 96, 128, 192, 256, 512, 1024, 2048, 4096, 8192 };
	struct kmem_cache *own = own_cache_create("kunit_oot_own", 320, 0, 0, NULL);
	void **p = kunit_kzalloc(test, OBJECTS * sizeof(*p), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, own);
	KUNIT_ASSERT_NOT_NULL(test, p);
	for (unsigned int s = 0; s <= ARRAY_SIZE(sizes); s++) {
		size_t size = s < ARRAY_SIZE(sizes) ? sizes[s] : 320;

		for (unsigned int i = 0; i < OBJECTS; i++) {
			p[i] = s < ARRAY_SIZE(sizes) ? slot_kmalloc(size, GFP_KERNEL) : kmem_cache_alloc(own, GFP_KERNEL);
			KUNIT_ASSERT_NOT_NULL(test, p[i]);
			memset64(p[i], DIRT, size / sizeof(u64));
		}
		for (unsigned int i = 0; i < OBJECTS; i++)
			kfree(p[i]);
	}
	kmem_cache_destroy(own);
}

#define PAGES 8192

/* Take a lot of memory of every kind that is handed out, and look for dirt in all of it. */
static unsigned long dirt_elsewhere(struct kunit *test, u64 pattern)
{
	struct page **pages = kunit_kzalloc(test, PAGES * sizeof(*pages), GFP_KERNEL);
	void **p = kunit_kzalloc(test, OBJECTS * sizeof(*p), GFP_KERNEL);
	unsigned long dirt = 0;
	unsigned int i, n;

	KUNIT_ASSERT_NOT_NULL(test, pages);
	KUNIT_ASSERT_NOT_NULL(test, p);
	/* What waits in magazines, slabs and per-CPU lists goes back first, so that it is what comes next. */
	slab_reclaim();
	for (size_t size = 8; size <= 16384; size *= 2) {
		for (i = 0; i < OBJECTS; i++) {
			p[i] = kmalloc(size, GFP_KERNEL);
			dirt += p[i] ? dirty_words(p[i], size, pattern) : 0;
		}
		for (i = 0; i < OBJECTS; i++)
			kfree(p[i]);
	}
	for (n = 0; n < PAGES && nr_free_pages() > totalram_pages() / 4; n++) {
		pages[n] = alloc_pages(GFP_KERNEL, 0);
		if (!pages[n])
			break;
		dirt += dirty_words(page_address(pages[n]), PAGE_SIZE, pattern);
	}
	while (n--)
		__free_page(pages[n]);
	return dirt;
}

/* The most in an object of the slot's, from whichever node: this thread may have moved. KFENCE may answer with a clean one. */
static unsigned long dirt_at_hand(u64 pattern)
{
	unsigned long found = 0;
	int node;

	for (int tries = 0; tries < 10 && !found; tries++) {
		for_each_online_node(node) {
			void *mine = kmem_cache_alloc_node(slot_cache(12), GFP_KERNEL, node);

			found = max(found, mine ? dirty_words(mine, 4096, pattern) : 0);
			kfree(mine);
		}
	}
	return found;
}

static void dirty_pages_never_leave_their_slot(struct kunit *test)
{
	unsigned long pages;

	oot_slot_enter(slot, "kunit", &plain);
	make_dirt(test);
	pages = oot_slot_pages(slot);
	KUNIT_EXPECT_GE(test, pages, OBJECTS * 16384UL / PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, 0UL, dirt_elsewhere(test, DIRT));
	KUNIT_EXPECT_EQ(test, pages, oot_slot_pages(slot));
	/* The search can find: the dirt is there, in the slot's own hands. */
	KUNIT_EXPECT_GT(test, dirt_at_hand(DIRT), 500UL);
}

static void the_search_finds_dirt_of_others(struct kunit *test)
{
	void **p = kunit_kzalloc(test, OBJECTS * sizeof(*p), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	for (unsigned int i = 0; i < OBJECTS; i++) {
		p[i] = kmalloc(1024, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, p[i]);
		memset64(p[i], OTHERS_DIRT, 128);
	}
	for (unsigned int i = 0; i < OBJECTS; i++)
		kfree(p[i]);
	KUNIT_EXPECT_GT(test, dirt_elsewhere(test, OTHERS_DIRT), 0UL);
}

static void pages_over_the_limit_leave_zeroed(struct kunit *test)
{
	struct kmem_cache *s = slot_cache(12);		/* 4 KiB, order 3: eight to a slab */
	unsigned long kept;
	char path[80], text[32];
	void *p[64];

	oot_slot_enter(slot, "kunit", &plain);
	for (unsigned int i = 0; i < ARRAY_SIZE(p); i++) {
		p[i] = slot_kmalloc(4096, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, p[i]);
		memset64(p[i], DIRT, 512);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(p); i++)
		kfree(p[i]);
	slab_drain(s);
	KUNIT_EXPECT_GE(test, slab_kept_slabs(s), 6UL);
	/* n slabs' worth, n times 2^order pages, at once. */
	oot_set_page_limit(3);
	KUNIT_EXPECT_EQ(test, 3UL, slab_kept_slabs(s));
	snprintf(path, sizeof(path), "/sys/kernel/slab/%s/oot_page", s->name);
	KUNIT_EXPECT_EQ(test, 0, read_text(path, text, sizeof(text)));
	KUNIT_EXPECT_EQ(test, 3UL << s->order, simple_strtoul(text, NULL, 10));
	KUNIT_EXPECT_EQ(test, 0UL, dirt_elsewhere(test, DIRT));
	/* From now on it holds: more is not kept when it becomes empty. */
	for (unsigned int i = 0; i < ARRAY_SIZE(p); i++)
		p[i] = slot_kmalloc(4096, GFP_KERNEL);
	for (unsigned int i = 0; i < ARRAY_SIZE(p); i++)
		kfree(p[i]);
	slab_drain(s);
	kept = slab_kept_slabs(s);
	KUNIT_EXPECT_LE(test, kept, 3UL);
	oot_set_page_limit(ULONG_MAX);
	KUNIT_EXPECT_EQ(test, kept, slab_kept_slabs(s));
	kmem_cache_shrink(s);
	KUNIT_EXPECT_EQ(test, 0UL, slab_kept_slabs(s));
	KUNIT_EXPECT_EQ(test, 0UL, dirt_elsewhere(test, DIRT));
}

static void notes_stop_and_slabs_become_ordinary(struct kunit *test)
{
	struct kmem_cache *s = slot_cache(7);
	void *early[40], *p;

	oot_slot_enter(slot, "kunit", &plain);
	for (unsigned int i = 0; i < ARRAY_SIZE(early); i++)
		early[i] = slot_kmalloc(128, GFP_KERNEL);
	KUNIT_EXPECT_GE(test, slab_count_slabs(s, SLAB_NOTED), 1UL);
	slab_check(s);
	for (unsigned int i = 0; i < 5000; i++) {
		p = slot_kmalloc(128, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, p);
		kfree(p);
	}
	/* The early ones still lie on noted slabs, and later ones do not. */
	KUNIT_EXPECT_GE(test, slab_count_slabs(s, SLAB_NOTED), 1UL);
	p = slot_kmalloc(128, GFP_KERNEL);
	if (!is_kfence_address(p))
		KUNIT_EXPECT_EQ(test, PAGE_SLAB, page_type(virt_to_page(p)));
	kfree(p);
	for (unsigned int i = 0; i < ARRAY_SIZE(early); i++)
		kfree(early[i]);
	slab_drain(s);		/* what another CPU holds, where this thread was before */
	KUNIT_EXPECT_EQ(test, 0UL, slab_count_slabs(s, SLAB_NOTED));
	KUNIT_EXPECT_EQ(test, 0UL, oot_slot_objects(slot, NULL));
	slab_check(s);
}

/* ---- Noted objects that a CPU holds ---- */

#define HELD_SIZE	128
#define HELD_LIST	64	/* of objects; more than a slab has */

/* Of @slab's objects, those that some CPU holds: used in the bitmap, and not handed out. Nobody else works with the slot. */
static unsigned int held_objects(struct kmem_cache *s, struct page *slab, void **held)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < slab->slab_objects && n < HELD_LIST; i++)
		if (!(slab->free_bits >> i & 1) && !slab_note_is_live(slab, i))
			held[n++] = slab_object(s, slab, i);
	return n;
}

static int allocate_one(void *out)
{
	*(void **)out = slot_kmalloc(HELD_SIZE, GFP_KERNEL);
	while (!kthread_should_stop())
		msleep(1);
	return 0;
}

/* One allocation by @cpu, which then holds some more. */
static void *allocated_on(struct kunit *test, unsigned int cpu)
{
	void *object = NULL;
	struct task_struct *t = kthread_create_on_cpu(allocate_one, &object, cpu, "holder/%u");

	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	wake_up_process(t);
	for (unsigned int i = 0; i < 1000 && !READ_ONCE(object); i++)
		msleep(1);
	kthread_stop(t);
	KUNIT_ASSERT_NOT_NULL(test, object);
	return object;
}

/*
 * Objects are freed, then @cpu takes them out of the slab again to have them at hand, and then they are freed once more.
 * Each time it is said, and afterwards nothing is handed out twice, and no other's object is lost.
 */
static void free_what_a_cpu_holds(struct kunit *test, unsigned int cpu)
{
	struct kmem_cache *s = slot_cache(ilog2(HELD_SIZE));
	void *first, *second, *held[HELD_LIST], *p[HELD_LIST], *still[HELD_LIST];
	unsigned int nr_held, n = 0;
	struct page *slab;
	u64 seq;

	oot_slot_enter(slot, "kunit", &(struct oot_options){ .quota = ULONG_MAX, .notes = 4096, .kfence_only = true });
	first = allocated_on(test, cpu);
	slab = slab_first_page(virt_to_page(first));
	KUNIT_ASSERT_EQ(test, PAGE_SLAB_NOTED, page_type(slab));
	/* All of the slab's objects are used once, and but for the first one freed: what is held from here on was somebody's. */
	for (unsigned int i = 1; i < slab->slab_objects; i++) {
		p[i] = allocated_on(test, cpu);
		KUNIT_ASSERT_PTR_EQ(test, slab, slab_first_page(virt_to_page(p[i])));
	}
	KUNIT_EXPECT_EQ(test, 0U, held_objects(s, slab, held));
	for (unsigned int i = 1; i < slab->slab_objects; i++)
		kfree(p[i]);
	second = allocated_on(test, cpu);
	nr_held = held_objects(s, slab, held);
	KUNIT_ASSERT_GE(test, nr_held, 4U);
	seq = log_next_seq();
	for (unsigned int i = 0; i < nr_held; i++)
		kfree(held[i]);
	KUNIT_EXPECT_EQ(test, nr_held, mm_logged(seq, "Object already free"));
	KUNIT_EXPECT_EQ(test, nr_held, held_objects(s, slab, still));
	KUNIT_EXPECT_EQ(test, 2UL, oot_slot_objects(slot, NULL));
	slab_check(s);
	/* The CPU gives them out, each once, with notes; and the first free of each is one. */
	for (n = 0; n < nr_held; n++) {
		p[n] = allocated_on(test, cpu);
		for (unsigned int i = 0; i < n; i++)
			KUNIT_EXPECT_PTR_NE(test, p[i], p[n]);
		KUNIT_EXPECT_PTR_NE(test, p[n], first);
		KUNIT_EXPECT_PTR_NE(test, p[n], second);
	}
	seq = log_next_seq();
	for (unsigned int i = 0; i < n; i++)
		kfree(p[i]);
	kfree(first);
	kfree(second);
	KUNIT_EXPECT_EQ(test, 0U, mm_logged(seq, "BUG"));
	KUNIT_EXPECT_EQ(test, 0UL, oot_slot_objects(slot, NULL));
	slab_check(s);
}

/* The test runs on one CPU meanwhile. */
static void free_here_what_is_held_on(struct kunit *test, unsigned int here, unsigned int holder)
{
	KUNIT_ASSERT_EQ(test, 0, set_cpus_allowed_ptr(current, cpumask_of(here)));
	free_what_a_cpu_holds(test, holder);
	set_cpus_allowed_ptr(current, cpu_possible_mask);
}

static void a_second_free_of_what_this_cpu_holds_is_told(struct kunit *test)
{
	unsigned int here = raw_smp_processor_id();

	free_here_what_is_held_on(test, here, here);
}

static void a_second_free_of_what_another_cpu_holds_is_told(struct kunit *test)
{
	unsigned int here = raw_smp_processor_id(), other = cpumask_any_but(cpu_online_mask, here);

	if (other >= nr_cpu_ids)
		kunit_skip(test, "there is one CPU");
	free_here_what_is_held_on(test, here, other);
}

/* ---- Quarantine ---- */

static void what_is_left_is_closed_and_can_be_freed(struct kunit *test)
{
	struct oot_leftovers *left = kunit_kzalloc(test, sizeof(*left), GFP_KERNEL);
	u64 *p[4], *big, value;
	u64 seq;

	KUNIT_ASSERT_NOT_NULL(test, left);
	oot_slot_enter(slot, "kunit_ghost", &plain);
	for (unsigned int i = 0; i < ARRAY_SIZE(p); i++) {
		p[i] = slot_kmalloc(1000, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, p[i]);
		*p[i] = i;
	}
	big = slot_kmalloc(20000, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, big);
	kfree(p[0]);
	oot_slot_leave(slot, NULL, left);
	KUNIT_EXPECT_EQ(test, 4UL, left->objects);
	KUNIT_EXPECT_EQ(test, 3 * 1024 + 20000UL, left->bytes);
	/* A probe is an answer, not a report. */
	KUNIT_EXPECT_EQ(test, -EFAULT, arch_probe_read(&value, p[1], 8));
	seq = log_next_seq();
	value = READ_ONCE(*p[1]);
	KUNIT_EXPECT_EQ(test, 0x6b6b6b6b6b6b6b6bull, value);
	if (is_kfence_address(p[1])) {
		KUNIT_EXPECT_EQ(test, 1U, mm_logged(seq, "left behind by module kunit_ghost, which is unloaded"));
	} else {
		KUNIT_EXPECT_EQ(test, 1U, mm_logged(seq, "BUG: isolation: read from memory of unloaded module kunit_ghost in "));
		KUNIT_EXPECT_EQ(test, 1U, mm_logged(seq, "left by module kunit_ghost, unloaded "));
	}
	/* Freed later, by whom it was given to: silent, and the memory is the slot's again. */
	seq = log_next_seq();
	for (unsigned int i = 1; i < ARRAY_SIZE(p); i++)
		kfree(p[i]);
	KUNIT_EXPECT_EQ(test, 0x6b6b6b6b6b6b6b6bull, *big);
	kfree(big);
	KUNIT_EXPECT_EQ(test, 0U, mm_logged(seq, "BUG"));
	KUNIT_EXPECT_EQ(test, 0UL, oot_slot_objects(slot, NULL));
	KUNIT_EXPECT_EQ(test, 0UL, slab_count_slabs(slot_cache(10), SLAB_QUARANTINED));
	p[0] = slot_kmalloc(1000, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p[0]);
	memset(p[0], 1, 1000);
	kfree(p[0]);
	/* And nothing is left a second time. */
	oot_slot_leave(slot, NULL, left);
	KUNIT_EXPECT_EQ(test, 0UL, left->objects);
	slab_check(slot_cache(10));
}

static void a_second_load_does_not_get_what_was_left(struct kunit *test)
{
	struct oot_leftovers *left = kunit_kzalloc(test, sizeof(*left), GFP_KERNEL);
	void *old, *p[64];

	KUNIT_ASSERT_NOT_NULL(test, left);
	oot_slot_enter(slot, "kunit_ghost", &plain);
	old = slot_kmalloc(512, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, old);
	oot_slot_leave(slot, NULL, left);
	KUNIT_EXPECT_EQ(test, 1UL, left->objects);
	oot_slot_enter(slot, "kunit_ghost", &plain);
	for (unsigned int i = 0; i < ARRAY_SIZE(p); i++) {
		p[i] = slot_kmalloc(512, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, p[i]);
		KUNIT_EXPECT_NE(test, (unsigned long)old & PAGE_MASK, (unsigned long)p[i] & PAGE_MASK);
		memset(p[i], i, 512);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(p); i++)
		kfree(p[i]);
	/* The verdict is about this load. */
	oot_slot_leave(slot, NULL, left);
	KUNIT_EXPECT_EQ(test, 0UL, left->objects);
	kfree(old);
}

static void a_forgotten_cache_is_told_and_taken_away(struct kunit *test)
{
	struct oot_leftovers *left = kunit_kzalloc(test, sizeof(*left), GFP_KERNEL);
	struct kmem_cache *own;
	char text[8];
	void *p;

	KUNIT_ASSERT_NOT_NULL(test, left);
	oot_slot_enter(slot, "kunit_ghost", &plain);
	own = own_cache_create("kunit_oot_forgotten", 200, 0, 0, NULL);
	KUNIT_ASSERT_NOT_NULL(test, own);
	KUNIT_EXPECT_TRUE(test, own->flags & SLAB_NO_MERGE);
	p = kmem_cache_alloc(own, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	oot_slot_leave(slot, NULL, left);
	KUNIT_EXPECT_EQ(test, 1U, left->nr_caches);
	KUNIT_EXPECT_STREQ(test, "kunit_oot_forgotten", left->caches[0]);
	KUNIT_EXPECT_EQ(test, 1UL, left->objects);
	KUNIT_EXPECT_EQ(test, -ENOENT, read_text("/sys/kernel/slab/kunit_oot_forgotten/order", text, sizeof(text)));
	kfree(p);
	KUNIT_EXPECT_EQ(test, 0UL, oot_slot_pages(slot));
}

/* ---- Failures and quotas ---- */

static void the_quota_is_for_this_slot_only(struct kunit *test)
{
	struct oot_options options = { .quota = 3, .notes = 4096 };
	struct oot_memory m;
	unsigned int n;
	void *p[128];

	oot_slot_enter(slot, "kunit", &options);
	for (n = 0; n < ARRAY_SIZE(p) && (p[n] = slot_kmalloc(256, GFP_KERNEL)); n++)
		;
	/* 16 in a page; what KFENCE guards lies elsewhere. */
	KUNIT_EXPECT_GE(test, n, 32U);
	KUNIT_EXPECT_LT(test, n, (unsigned int)ARRAY_SIZE(p));
	KUNIT_EXPECT_LE(test, oot_slot_pages(slot), 3UL);
	KUNIT_EXPECT_NULL(test, slot_kmalloc(20000, GFP_KERNEL));
	kfree(kmalloc(256, GFP_KERNEL));
	oot_slot_memory(slot, &m);
	KUNIT_EXPECT_EQ(test, 3UL, m.quota);
	KUNIT_EXPECT_GE(test, m.failed, 2UL);
	/* Raised while it runs. */
	oot_slot_set_quota(slot, 100);
	p[n] = slot_kmalloc(256, GFP_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, p[n]);
	kfree(p[n]);
	while (n--)
		kfree(p[n]);
}

static void the_nth_allocation_fails_once(struct kunit *test)
{
	/* This function passes for the module's code. */
	unsigned long text = (unsigned long)the_nth_allocation_fails_once;
	struct oot_options options = { .quota = ULONG_MAX, .notes = 4096, .fail_nth = 3, .text = { { text, text + 2048 } } };
	struct oot_leftovers *left = kunit_kzalloc(test, sizeof(*left), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, left);
	oot_slot_enter(slot, "kunit", &options);
	for (unsigned int i = 1; i <= 20; i++) {
		void *p = slot_kmalloc(8 * i, GFP_KERNEL);

		if (i == 3)
			KUNIT_EXPECT_NULL(test, p);
		else
			KUNIT_EXPECT_NOT_NULL(test, p);
		kfree(p);
	}
	/* Who cannot fail does not. */
	oot_slot_leave(slot, NULL, left);
	options.fail_nth = 1;
	oot_slot_enter(slot, "kunit", &options);
	{
		void *p = slot_kmalloc(64, GFP_KERNEL | __GFP_NOFAIL);

		KUNIT_EXPECT_NOT_NULL(test, p);
		kfree(p);
	}
}

static void every_size_has_its_cache(struct kunit *test)
{
	oot_slot_enter(slot, "kunit", &plain);
	for (size_t size = 1; size <= 8192; size += size < 200 ? 1 : 37) {
		struct kmem_cache *s = slot_cache(kmalloc_index(size));
		void *p = slot_kmalloc(size, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_EXPECT_GE(test, s->object_size, size);
		if (!is_kfence_address(p))
			KUNIT_EXPECT_PTR_EQ(test, s, virt_to_page(p)->slab_cache);
		kfree(p);
	}
	for (unsigned int i = 1; i <= KMALLOC_SHIFT_HIGH; i++)
		slab_check(slot_cache(i));
}

static struct kunit_case oot_cases[] = {
	KUNIT_CASE(every_size_has_its_cache),
	KUNIT_CASE(dirty_pages_never_leave_their_slot),
	KUNIT_CASE(the_search_finds_dirt_of_others),
	KUNIT_CASE(pages_over_the_limit_leave_zeroed),
	KUNIT_CASE(notes_stop_and_slabs_become_ordinary),
	KUNIT_CASE(a_second_free_of_what_this_cpu_holds_is_told),
	KUNIT_CASE(a_second_free_of_what_another_cpu_holds_is_told),
	KUNIT_CASE(what_is_left_is_closed_and_can_be_freed),
	KUNIT_CASE(a_second_load_does_not_get_what_was_left),
	KUNIT_CASE(a_forgotten_cache_is_told_and_taken_away),
	KUNIT_CASE(the_quota_is_for_this_slot_only),
	KUNIT_CASE(the_nth_allocation_fails_once),
	{ }
};

static struct kunit_suite oot_suite = {
	.name = "oot",
	.init = next_slot,
	.exit = leave_slot,
	.test_cases = oot_cases,
};
kunit_test_suite(oot_suite);
