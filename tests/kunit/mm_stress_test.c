// SPDX-License-Identifier: MIT
/*
 * All memory managers at once, from all CPUs: objects of all sizes, own caches, pages, vmalloc. What one thread
 * allocates and fills, another checks and frees. At the end every page must be back.
 *
 *   tools/vm --smp 4 --append 'kunit=mm_stress mm_stress_test.seconds=60'
 *
 * Pages that the memory managers keep on purpose (page tables, the stack depot) are counted, not excused.
 */
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/stackdepot.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <paddock/page.h>
#include <paddock/pgtable.h>
#include <paddock/slab.h>
#include "mm_kunit.h"

static unsigned int seconds = 1;
module_param(seconds, uint, 0644);
MODULE_PARM_DESC(seconds, "how long the stress runs");

enum kind { KMALLOC, CACHE, PAGES, VMALLOC, KVMALLOC, NR_KINDS };

struct thing {
	enum kind kind;
	unsigned int order;
	size_t size;
	void *data;
	u64 mark;
};

#define SLOTS 512
static struct thing *slots[SLOTS];	/* exchanged atomically */
static struct kmem_cache *cache;
static ktime_t deadline;
static atomic_long_t operations, damaged, from_elsewhere;

static void *get_memory(struct thing *t, struct mm_random *r)
{
	gfp_t gfp = GFP_KERNEL | __GFP_NOWARN | (mm_random_below(r, 4) ? 0 : __GFP_ZERO);

	t->kind = mm_random_below(r, 16) ? mm_random_below(r, PAGES + 1) : mm_random_below(r, NR_KINDS);
	switch (t->kind) {
	case KMALLOC:
		t->size = 1 + mm_random_below(r, 1u << mm_random_below(r, 17));
		if (!mm_random_below(r, 8))
			return kmalloc_node(t->size, gfp, mm_random_below(r, MAX_NUMNODES));
		return kmalloc(t->size, mm_random_below(r, 8) ? gfp : GFP_ATOMIC | __GFP_NOWARN);
	case CACHE:
		t->size = kmem_cache_size(cache);
		return kmem_cache_alloc(cache, gfp);
	case PAGES:
		t->order = mm_random_below(r, 4) ? 0 : mm_random_below(r, 5);
		t->size = PAGE_SIZE << t->order;
		if (!mm_random_below(r, 8))
			gfp |= GFP_DMA32;
		return (void *)__get_free_pages(gfp, t->order);
	case VMALLOC:
		t->size = 1 + mm_random_below(r, 20 * PAGE_SIZE);
		return vmalloc(t->size);
	default:
		t->size = 1 + mm_random_below(r, 8 * PAGE_SIZE);
		return kvmalloc(t->size, gfp);
	}
}

/* Every byte of small things, the ends and some of large ones. */
static size_t stride(const struct thing *t)
{
	return t->size <= 512 ? 1 : 61;
}

static void fill(struct thing *t)
{
	u8 *p = t->data;

	for (size_t i = 0; i < t->size; i += stride(t))
		p[i] = t->mark + i;
	p[t->size - 1] = t->mark;
}

static bool is_intact(const struct thing *t)
{
	const u8 *p = t->data;
	bool good = p[t->size - 1] == (u8)t->mark;

	for (size_t i = 0; i < t->size - 1; i += stride(t))
		good &= p[i] == (u8)(t->mark + i);
	return good;
}

static void put(struct thing *t)
{
	if (!is_intact(t))
		atomic_long_inc(&damaged);
	switch (t->kind) {
	case KMALLOC:
		kfree(t->data);
		break;
	case CACHE:
		kmem_cache_free(cache, t->data);
		break;
	case PAGES:
		free_pages((unsigned long)t->data, t->order);
		break;
	case VMALLOC:
		vfree(t->data);
		break;
	default:
		kvfree(t->data);
	}
	kfree(t);
}

static struct thing *make(struct mm_random *r)
{
	struct thing *t = kmalloc(sizeof(*t), GFP_KERNEL);

	if (!t)
		return NULL;
	t->data = get_memory(t, r);
	if (!t->data) {
		kfree(t);
		return NULL;
	}
	t->mark = (u64)raw_smp_processor_id() << 8 | mm_random_below(r, 256);
	fill(t);
	return t;
}

struct stress_worker {
	u64 seed;
	struct completion done;
};

static int work(void *arg)
{
	struct stress_worker *w = arg;
	struct mm_random r = { .state = w->seed };
	unsigned long count = 0, elsewhere = 0;

	while (ktime_before(ktime_get(), deadline)) {
		for (int i = 0; i < 64; i++, count++) {
			/* One time in four only a place is emptied, so that use swells and shrinks. */
			struct thing *mine = mm_random_below(&r, 4) ? make(&r) : NULL;
			struct thing *other = xchg(&slots[mm_random_below(&r, SLOTS)], mine);

			if (!other)
				continue;
			elsewhere += other->mark >> 8 != raw_smp_processor_id();
			put(other);
		}
		cond_resched();
	}
	atomic_long_add(count, &operations);
	atomic_long_add(elsewhere, &from_elsewhere);
	complete(&w->done);
	return 0;
}

static void run_for(struct kunit *test, unsigned int ms, u64 seed)
{
	unsigned int nr = 2 * num_online_cpus(), started = 0;
	struct stress_worker *w = kunit_kcalloc(test, nr, sizeof(*w), GFP_KERNEL);
	int cpu = -1;

	KUNIT_ASSERT_NOT_NULL(test, w);
	deadline = ktime_add_ms(ktime_get(), ms);
	for (; started < nr; started++) {
		struct task_struct *t;

		w[started].seed = seed * 0x9e3779b97f4a7c15ull + started + 1;
		init_completion(&w[started].done);
		t = kthread_create(work, &w[started], "stress/%u", started);
		if (IS_ERR(t))
			break;
		cpu = cpumask_next(cpu, cpu_online_mask);
		if (cpu >= nr_cpu_ids)
			cpu = cpumask_first(cpu_online_mask);
		kthread_bind(t, cpu);
		wake_up_process(t);
	}
	for (unsigned int i = 0; i < started; i++)
		wait_for_completion(&w[i].done);
	for (unsigned int i = 0; i < SLOTS; i++) {
		if (slots[i])
			put(slots[i]);
		slots[i] = NULL;
	}
	kunit_kfree(test, w);
	KUNIT_EXPECT_EQ(test, started, nr);
}

/*
 * What there is when all is settled: pages that are free, or kept for good reasons that can be told one by one
 * (page tables, the stack depot, slabs), and objects in use. A slab may stay because of one object that
 * somebody else allocated in it meanwhile; that is why both are counted.
 */
#define MAX_CACHES 256

struct account {
	long pages, objects;
	unsigned int caches;
	long by_cache[MAX_CACHES];
};

static void settle(struct account *sum)
{
	struct stack_depot_stats depot;
	struct kmem_cache *s;

	*sum = (struct account){ 0 };
	mm_settle();
	slab_mutex_lock();
	list_for_each_entry(s, &slab_caches, list) {
		struct slab_stats stats;

		slab_get_stats(s, &stats);
		/* The allocator's own objects follow from its slabs, which are counted as pages. */
		if (s->flags & SLAB_OWN)
			stats.active_objs = 0;
		sum->objects += stats.active_objs;
		if (sum->caches < MAX_CACHES)
			sum->by_cache[sum->caches++] = stats.active_objs;
	}
	slab_mutex_unlock();
	stack_depot_get_stats(&depot);
	sum->pages = nr_free_pages() + pt_nr_pages() + depot.bytes / PAGE_SIZE + slab_nr_pages() +
		    magazine_bytes() / PAGE_SIZE;
}

/* Which caches have more than before, or less. The list only grows at its end. */
static void print_difference(struct kunit *test, const struct account *before, const struct account *after)
{
	struct kmem_cache *s;
	unsigned int i = 0;

	slab_mutex_lock();
	list_for_each_entry(s, &slab_caches, list) {
		if (i < before->caches && i < after->caches && before->by_cache[i] != after->by_cache[i])
			kunit_info(test, "%s: %ld objects before, %ld after\n", s->name, before->by_cache[i],
				   after->by_cache[i]);
		i++;
	}
	slab_mutex_unlock();
}

static bool same_account(const struct account *a, const struct account *b)
{
	return a->pages == b->pages && a->objects == b->objects;
}

static void every_page_comes_back(struct kunit *test)
{
	u64 seed = ktime_get_ns() | 1;
	static struct account before, after;
	long balance;

	kunit_info(test, "seed %llu, %u s, %u CPUs\n", seed, seconds, num_online_cpus());
	cache = kmem_cache_create("kunit_stress", 200, 0, 0, NULL);
	KUNIT_ASSERT_NOT_NULL(test, cache);
	run_for(test, 100, seed);	/* threads' stacks and the like are allocated once */
	mm_settle();
	balance = mm_balance();
	/*
	 * What suites before this one left to be freed late may go meanwhile: fewer objects, and the comparison says
	 * nothing. Only then is there another round: a leak makes more objects, and a lost page is missing from the
	 * balance, in whichever round.
	 */
	for (int round = 0; round < 3; round++) {
		settle(&before);
		run_for(test, seconds * 1000, seed + 1);
		/* Somebody else may hold something at the moment of looking. */
		settle(&after);
		for (int tries = 0; tries < 20 && !same_account(&before, &after); tries++)
			settle(&after);
		if (after.objects >= before.objects)
			break;
	}
	mm_expect_balance(test, balance);
	print_difference(test, &before, &after);
	KUNIT_EXPECT_EQ(test, after.pages, before.pages);
	KUNIT_EXPECT_EQ(test, after.objects, before.objects);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&damaged), 0L);
	KUNIT_EXPECT_GT(test, atomic_long_read(&operations), 100L);
	kunit_info(test, "%ld operations, %ld frees from another CPU, pages %ld before and %ld after, objects %ld and %ld\n",
		   atomic_long_read(&operations), atomic_long_read(&from_elsewhere), before.pages, after.pages,
		   before.objects, after.objects);
	for (unsigned int i = 1; i <= KMALLOC_SHIFT_HIGH; i++)
		slab_check(kmalloc_caches[KMALLOC_NORMAL][i]);
	slab_check(cache);
	buddy_check();
	kmem_cache_destroy(cache);
}

static struct kunit_case mm_stress_cases[] = {
	KUNIT_CASE_SLOW(every_page_comes_back),
	{}
};

static struct kunit_suite mm_stress_suite = {
	.name = "mm_stress",
	.test_cases = mm_stress_cases,
};
kunit_test_suites(&mm_stress_suite);
