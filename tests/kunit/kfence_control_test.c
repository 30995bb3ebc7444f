// SPDX-License-Identifier: MIT
/*
 * What KFENCE has beyond Linux 6.1: full mode on pools of any size, switches per cache, guarded pages,
 * the canary sweep, rearming, oopses on request, and frees that all CPUs see. On and off: kfence_switch_test.c.
 */
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/kfence.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <paddock/log.h>
#include <paddock/page.h>
#include "../../mm/kfence/kfence.h"
#include "kfence_kunit.h"
#include "wait_until.h"

/* ---- Full mode, and what it passes over ---- */

static void full_mode_guards_everything(struct kunit *test)
{
	void *objects[200];
	int i;

	kfence_must_setup(test, "-1", "1000", "global");
	for (i = 0; i < ARRAY_SIZE(objects); i++) {
		objects[i] = kmalloc(1 + i * 20, GFP_KERNEL);
		KUNIT_EXPECT_TRUE_MSG(test, is_kfence_address(objects[i]), "object %d is not guarded", i);
		KUNIT_EXPECT_EQ(test, ksize(objects[i]), (size_t)(1 + i * 20));
	}
	for (i = 0; i < ARRAY_SIZE(objects); i++)
		kfree(objects[i]);
	kfence_expect_none(test);
}

static void used_up_pool_is_counted(struct kunit *test)
{
	long before, unguarded = 0;
	void *objects[40];
	int i;

	kfence_must_setup(test, "-1", "16", "global");
	before = kfence_stat("skipped allocations (capacity)");
	for (i = 0; i < ARRAY_SIZE(objects); i++) {
		objects[i] = kmalloc(64, GFP_KERNEL);
		KUNIT_EXPECT_NOT_NULL(test, objects[i]);
		unguarded += !is_kfence_address(objects[i]);
	}
	KUNIT_EXPECT_GE(test, unguarded, (long)ARRAY_SIZE(objects) - 16);
	KUNIT_EXPECT_GE(test, kfence_stat("skipped allocations (capacity)"), before + unguarded);
	for (i = 0; i < ARRAY_SIZE(objects); i++)
		kfree(objects[i]);
	kfence_expect_none(test);
}

/* One CPU gets all objects there are, wherever they were freed last. */
static void whole_pool_is_usable(struct kunit *test)
{
	void **objects;
	int i, n = 3000, guarded_now = 0;

	kfence_must_setup(test, "-1", "2000", "global");
	objects = kvcalloc(n, sizeof(*objects), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, objects);
	for (i = 0; i < n; i++)
		objects[i] = kmalloc(32, GFP_KERNEL);
	for (i = 0; i < n; i++)
		guarded_now += is_kfence_address(objects[i]);
	/* The last quarter is for modules; other parts of the kernel have some. */
	KUNIT_EXPECT_GE(test, guarded_now, 1400);
	KUNIT_EXPECT_LE(test, guarded_now, 1501);
	for (i = 0; i < n; i++)
		kfree(objects[i]);
	kvfree(objects);
	kfence_expect_none(test);
}

static void unfit_allocations_are_not_guarded(struct kunit *test)
{
	long before;
	void *p;

	kfence_must_setup(test, "-1", "255", "global");
	before = kfence_stat("skipped allocations (incompatible)");
	p = kmalloc(4097, GFP_KERNEL);
	KUNIT_EXPECT_FALSE(test, is_kfence_address(p));
	kfree(p);
	p = kmalloc(64, GFP_KERNEL | GFP_DMA);
	KUNIT_EXPECT_FALSE(test, is_kfence_address(p));
	kfree(p);
	KUNIT_EXPECT_GT(test, kfence_stat("skipped allocations (incompatible)"), before);
	p = kmalloc(4096, GFP_KERNEL);
	KUNIT_EXPECT_TRUE(test, is_kfence_address(p));
	kfree(p);
}

/* The first line of a stack is the caller of kmalloc(), of a constant size, too. */
static noinline void *alloc_constant(void)
{
	void *p = kmalloc(64, GFP_KERNEL);

	barrier();
	return p;
}

static void stacks_begin_with_the_caller(struct kunit *test)
{
	struct kfence_seen r;
	char *p;

	kfence_must_setup(test, "-1", "255", "global");
	p = alloc_constant();
	kfree(p);
	READ_ONCE(*p);
	kfence_expect_one(test, &r);
	KUNIT_EXPECT_STREQ(test, r.alloc_first, "alloc_constant");
	KUNIT_EXPECT_STREQ(test, r.free_first, "stacks_begin_with_the_caller");
	KUNIT_EXPECT_STREQ(test, r.cache, "kmalloc-64");
}

/* The very first object of a cache, too, on each CPU. */
static void new_caches_are_guarded_at_once(struct kunit *test)
{
	struct kmem_cache *cache;
	void *p;

	kfence_must_setup(test, "-1", "255", "global");
	cache = kmem_cache_create("kfence-new", 72, 0, SLAB_NO_MERGE, NULL);
	KUNIT_ASSERT_NOT_NULL(test, cache);
	p = kmem_cache_alloc(cache, GFP_KERNEL);
	KUNIT_EXPECT_TRUE(test, is_kfence_address(p));
	kmem_cache_free(cache, p);
	kmem_cache_destroy(cache);
	kfence_expect_none(test);
}

/* ---- Switches per cache ---- */

static int switch_write(const char *name, const char *value)
{
	struct file *f = filp_open(name, O_WRONLY, 0);
	loff_t pos = 0;
	ssize_t n;

	if (IS_ERR(f))
		return PTR_ERR(f);
	n = kernel_write(f, value, strlen(value), &pos);
	filp_close(f, NULL);
	return n < 0 ? n : 0;
}

static bool is_guarded_now(struct kmem_cache *cache)
{
	void *p = kmem_cache_alloc(cache, GFP_KERNEL);
	bool yes = is_kfence_address(p);

	kmem_cache_free(cache, p);
	return yes;
}

static void caches_can_be_switched_off(struct kunit *test)
{
	struct kmem_cache *cache = kmem_cache_create("kfence-switch", 48, 0, SLAB_NO_MERGE, NULL);

	KUNIT_ASSERT_NOT_NULL(test, cache);
	kfence_must_setup(test, "-1", "255", "global");
	KUNIT_EXPECT_TRUE(test, is_guarded_now(cache));
	KUNIT_EXPECT_EQ(test, switch_write("/sys/kernel/slab/kfence-switch/kfence_enable", "0"), 0);
	KUNIT_EXPECT_FALSE(test, is_guarded_now(cache));
	KUNIT_EXPECT_EQ(test, switch_write("/sys/kernel/slab/kfence-switch/skip_kfence", "0"), 0);
	KUNIT_EXPECT_TRUE(test, is_guarded_now(cache));
	KUNIT_EXPECT_EQ(test, switch_write("/sys/kernel/slab/kfence-switch/skip_kfence", "1"), 0);
	KUNIT_EXPECT_FALSE(test, is_guarded_now(cache));
	kmem_cache_destroy(cache);
}

/* ---- Pages ---- */

static void pages_are_guarded(struct kunit *test)
{
	struct kfence_seen r;
	struct page *page;
	char *p;

	kfence_must_setup(test, "-1", "255", "global");
	page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	KUNIT_ASSERT_NOT_NULL(test, page);
	p = page_address(page);
	KUNIT_ASSERT_TRUE(test, is_kfence_address(p));
	KUNIT_EXPECT_PTR_EQ(test, virt_to_page(p), page);
	KUNIT_EXPECT_EQ(test, p[0] | p[PAGE_SIZE - 1], 0);
	kfence_expect_none(test);

	READ_ONCE(p[PAGE_SIZE]);
	kfence_expect_one(test, &r);
	KUNIT_EXPECT_STREQ(test, r.kind, "out-of-bounds read");
	KUNIT_EXPECT_STREQ(test, r.cache, "PAGE");
	KUNIT_EXPECT_EQ(test, r.distance, PAGE_SIZE);
	KUNIT_EXPECT_STREQ(test, r.alloc_first, "pages_are_guarded");

	get_page(page);
	put_page(page);
	kfence_expect_none(test);
	__free_page(page);
	READ_ONCE(p[100]);
	kfence_expect_one(test, &r);
	KUNIT_EXPECT_STREQ(test, r.kind, "use-after-free read");
	KUNIT_EXPECT_STREQ(test, r.free_first, "pages_are_guarded");

	KUNIT_EXPECT_EQ(test, kfence_param_set("order0_page", "0"), 0);
	page = alloc_page(GFP_KERNEL);
	KUNIT_EXPECT_FALSE(test, is_kfence_address(page_address(page)));
	__free_page(page);
	KUNIT_EXPECT_EQ(test, kfence_param_set("order0_page", "1"), 0);
}

static void objects_are_not_pages(struct kunit *test)
{
	struct kfence_seen r;
	char *p;

	kfence_must_setup(test, "-1", "255", "global");
	p = kfence_guarded(test, 4096);
	free_page((unsigned long)p);
	kfence_expect_one(test, &r);
	KUNIT_EXPECT_STREQ(test, r.kind, "invalid free");
	kfree(p);
	kfence_expect_none(test);
}

/* ---- Sampling ---- */

static void burst_guards_more_per_interval(struct kunit *test)
{
	unsigned int n = 0;
	void *p[64];
	int i;

	kfence_must_setup(test, "200", "255", "global");
	KUNIT_EXPECT_EQ(test, kfence_param_set("burst", "9"), 0);
	msleep(450);		/* an interval that began with the new burst is under way */
	for (i = 0; i < ARRAY_SIZE(p); i++) {
		p[i] = kmalloc(40, GFP_KERNEL);
		n += is_kfence_address(p[i]);
	}
	for (i = 0; i < ARRAY_SIZE(p); i++)
		kfree(p[i]);
	KUNIT_EXPECT_EQ(test, kfence_param_set("burst", "0"), 0);
	/* Others may allocate, too; a second interval may begin. */
	KUNIT_EXPECT_GE(test, n, 5u);
	KUNIT_EXPECT_LE(test, n, 20u);
}

/* One place: what is alive of it covers it, so no second object of it is guarded, and each that is passed over is counted. */
static void covered_stacks_are_passed_over(struct kunit *test)
{
	long before = kfence_stat("skipped allocations (covered)");
	unsigned long deadline = jiffies + 10 * HZ;
	void *keep = NULL, *p;
	unsigned int more = 0;

	kfence_must_setup(test, "1", "32", "global");
	KUNIT_EXPECT_EQ(test, kfence_param_set("skip_covered_thresh", "0"), 0);
	do {
		for (int i = 0; i < 1000; i++) {
			p = kmalloc(32, GFP_KERNEL);
			if (!keep && is_kfence_address(p)) {
				keep = p;
				continue;
			}
			more += is_kfence_address(p);
			kfree(p);
		}
	} while ((!keep || kfence_stat("skipped allocations (covered)") < before + 5) && time_before(jiffies, deadline));
	KUNIT_EXPECT_NOT_NULL(test, keep);
	KUNIT_EXPECT_EQ(test, more, 0u);
	KUNIT_EXPECT_GE(test, kfence_stat("skipped allocations (covered)"), before + 5);
	kfree(keep);
	KUNIT_EXPECT_EQ(test, kfence_param_set("skip_covered_thresh", "75"), 0);
}

/* ---- Zombies, sweep, rearm, oops ---- */

static void destroyed_caches_leave_zombies(struct kunit *test)
{
	long before = kfence_stat("zombie slab allocations");
	struct kmem_cache *cache;
	struct kfence_seen r;
	char *p;

	kfence_must_setup(test, "-1", "255", "global");
	cache = kmem_cache_create("kfence-zombie", 32, 0, SLAB_NO_MERGE, NULL);
	KUNIT_ASSERT_NOT_NULL(test, cache);
	p = kfence_test_alloc(test, cache, 32, GFP_KERNEL, KFENCE_ANY);
	kmem_cache_destroy(cache);
	KUNIT_EXPECT_EQ(test, kfence_stat("zombie slab allocations"), before + 1);
	kfence_seen_start();	/* the slab allocator may have had its say */

	READ_ONCE(*p);
	kfence_expect_one(test, &r);
	KUNIT_EXPECT_STREQ(test, r.kind, "use-after-free read");
	KUNIT_EXPECT_STREQ(test, r.cache, "<destroyed>");
	KUNIT_EXPECT_STREQ(test, r.free_first, "destroyed_caches_leave_zombies");
}

/* While the grace period runs the object lives; its report says who is freeing it, and since when: the free's time, for good. */
static void rcu_freeing_has_a_time(struct kunit *test)
{
	struct kmem_cache *cache;
	struct kfence_seen r;
	u64 before, after, freed;
	char *p;

	kfence_must_setup(test, "-1", "255", "global");
	cache = kmem_cache_create("kfence-rcu", 32, 0, SLAB_TYPESAFE_BY_RCU | SLAB_NO_MERGE, NULL);
	KUNIT_ASSERT_NOT_NULL(test, cache);
	p = kfence_test_alloc(test, cache, 32, GFP_KERNEL, KFENCE_LEFT);
	rcu_read_lock();
	before = kfence_now_us();
	kmem_cache_free(cache, p);
	after = kfence_now_us();
	mdelay(5);
	READ_ONCE(p[-1]);
	rcu_read_unlock();
	kfence_expect_one(test, &r);
	KUNIT_EXPECT_STREQ(test, r.kind, "out-of-bounds read");
	KUNIT_EXPECT_TRUE(test, r.rcu_freeing);
	KUNIT_EXPECT_STREQ(test, r.free_first, "rcu_freeing_has_a_time");
	KUNIT_EXPECT_EQ(test, r.free_pid, current->pid);
	KUNIT_EXPECT_GE(test, r.free_us, before);
	KUNIT_EXPECT_LE(test, r.free_us, after);
	KUNIT_EXPECT_LE(test, r.alloc_us, r.free_us);
	freed = r.free_us;

	rcu_barrier();
	READ_ONCE(*p);
	kfence_expect_one(test, &r);
	KUNIT_EXPECT_STREQ(test, r.kind, "use-after-free read");
	KUNIT_EXPECT_FALSE(test, r.rcu_freeing);
	KUNIT_EXPECT_STREQ(test, r.free_first, "rcu_freeing_has_a_time");
	KUNIT_EXPECT_EQ(test, r.free_us, freed);
	kmem_cache_destroy(cache);
}

/* What is kept of that time is its low half: it is right across an overflow of that, too. */
static void rcu_freeing_time_is_whole(struct kunit *test)
{
	struct kfence_object obj = { .state = KFENCE_RCU_FREEING };
	u64 now;

	for (u64 ago = 0; ago < 1ull << 32; ago = ago * 3 + 1) {
		now = kfence_now_us();
		obj.freeing_us = now - ago;
		KUNIT_EXPECT_EQ(test, kfence_freeing_us(&obj), now - ago);
	}
}

static void sweep_finds_damage_in_live_objects(struct kunit *test)
{
	struct kfence_seen r;
	char *p;

	kfence_must_setup(test, "-1", "255", "global");
	p = kfence_test_alloc(test, NULL, 24, GFP_KERNEL, KFENCE_LEFT);
	p[24 + 3] = 1;
	kfence_expect_none(test);
	KUNIT_EXPECT_EQ(test, kfence_param_set("check", "1"), 0);
	kfence_expect_one(test, &r);
	KUNIT_EXPECT_STREQ(test, r.kind, "memory corruption");
	KUNIT_EXPECT_EQ(test, r.addr, (unsigned long)p + 27);
	KUNIT_EXPECT_FALSE(test, r.has_free);
	KUNIT_EXPECT_EQ(test, kfence_param_set("check", "1"), 0);
	kfree(p);
	kfence_expect_none(test);
}

static void rearmed_fence_reports_each_access(struct kunit *test)
{
	struct kfence_seen r[4];
	char *p;
	int i;

	kfence_must_setup(test, "-1", "255", "global");
	p = kfence_guarded(test, 32);
	kfree(p);
	KUNIT_EXPECT_EQ(test, kfence_param_set("rearm", "1"), 0);
	for (i = 0; i < 3; i++)
		WRITE_ONCE(p[i], 7);
	KUNIT_EXPECT_EQ(test, kfence_param_set("rearm", "0"), 0);
	KUNIT_EXPECT_EQ(test, kfence_seen_all(r, ARRAY_SIZE(r)), 3u);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, r[i].addr, (unsigned long)p + i);
	kfence_seen_start();
}

/* After the report the guard is open; it closes when its neighbour is freed. */
static void guards_close_again(struct kunit *test)
{
	struct kfence_seen r;
	char *p;

	kfence_must_setup(test, "-1", "255", "global");
	p = kfence_test_alloc(test, NULL, 32, GFP_KERNEL, KFENCE_LEFT);
	WRITE_ONCE(p[-1], 1);
	kfence_expect(test, "out-of-bounds write", p - 1, __func__, p, 32, &r);
	WRITE_ONCE(p[-2], 1);
	kfence_expect_none(test);
	kfree(p);
	READ_ONCE(p[-1]);
	kfence_expect_one(test, &r);
	KUNIT_EXPECT_NOT_NULL(test, strstr(r.kind, " read"));
}

struct culprit {
	char *p;
	struct completion ready;
};

static int touch_freed(void *data)
{
	struct culprit *c = data;
	char *p = c->p;

	complete(&c->ready);
	READ_ONCE(*p);
	panic("not reached");
}

static void fault_oops_ends_the_thread(struct kunit *test)
{
	struct culprit c;
	struct task_struct *t;
	struct kfence_seen r;

	kfence_must_setup(test, "-1", "255", "global");
	c.p = kfence_guarded(test, 32);
	init_completion(&c.ready);
	kfree(c.p);
	KUNIT_EXPECT_EQ(test, kfence_param_set("fault", "oops"), 0);
	t = kthread_create(touch_freed, &c, "kfence-victim");
	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	get_task_struct(t);
	wake_up_process(t);
	wait_for_completion(&c.ready);
	KUNIT_EXPECT_NE(test, kthread_stop(t), 0);
	put_task_struct(t);
	KUNIT_EXPECT_EQ(test, kfence_param_set("fault", "report"), 0);
	kfence_expect_one(test, &r);
	KUNIT_EXPECT_STREQ(test, r.kind, "use-after-free read");
	KUNIT_EXPECT_STREQ(test, r.function, "touch_freed");
}

/* ---- Several CPUs ---- */

struct remote {
	char *p;
	struct completion warm, freed;
};

/* Use the object until it is in this CPU's TLB; once more after it was freed elsewhere. */
static int use_remotely(void *data)
{
	struct remote *remote = data;

	for (int i = 0; i < 1000; i++)
		READ_ONCE(*remote->p);
	complete(&remote->warm);
	while (!try_wait_for_completion(&remote->freed))
		cpu_relax();		/* no switch, no flush by the way */
	READ_ONCE(*remote->p);
	return 0;
}

static void frees_are_seen_by_all_cpus(struct kunit *test)
{
	int here, other;

	if (num_online_cpus() < 2) {
		kunit_skip(test, "one CPU");
		return;
	}
	kfence_must_setup(test, "-1", "1000", "global");
	for (int round = 0; round < 20; round++) {
		struct remote remote = { .p = kfence_guarded(test, 32) };
		struct task_struct *t;
		struct kfence_seen r;
		unsigned long flags;

		init_completion(&remote.warm);
		init_completion(&remote.freed);
		here = get_cpu();
		other = cpumask_any_but(cpu_online_mask, here);
		put_cpu();
		t = kthread_create_on_cpu(use_remotely, &remote, other, "kfence-remote/%u");
		KUNIT_ASSERT_FALSE(test, IS_ERR(t));
		get_task_struct(t);
		wake_up_process(t);
		wait_for_completion(&remote.warm);
		/* Interrupts masked in every other round: the free must not need them. */
		if (round & 1)
			local_irq_save(flags);
		kfree(remote.p);
		if (round & 1)
			local_irq_restore(flags);
		complete(&remote.freed);
		kthread_stop(t);
		put_task_struct(t);
		kfence_expect_one(test, &r);
		KUNIT_EXPECT_STREQ(test, r.kind, "use-after-free read");
		KUNIT_EXPECT_EQ(test, r.addr, (unsigned long)remote.p);
	}
}

static struct kunit_case control_cases[] = {
	KUNIT_CASE(full_mode_guards_everything),
	KUNIT_CASE(used_up_pool_is_counted),
	KUNIT_CASE(whole_pool_is_usable),
	KUNIT_CASE(unfit_allocations_are_not_guarded),
	KUNIT_CASE(stacks_begin_with_the_caller),
	KUNIT_CASE(new_caches_are_guarded_at_once),
	KUNIT_CASE(caches_can_be_switched_off),
	KUNIT_CASE(pages_are_guarded),
	KUNIT_CASE(objects_are_not_pages),
	KUNIT_CASE(burst_guards_more_per_interval),
	KUNIT_CASE(covered_stacks_are_passed_over),
	KUNIT_CASE(destroyed_caches_leave_zombies),
	KUNIT_CASE(rcu_freeing_has_a_time),
	KUNIT_CASE(rcu_freeing_time_is_whole),
	KUNIT_CASE(sweep_finds_damage_in_live_objects),
	KUNIT_CASE(rearmed_fence_reports_each_access),
	KUNIT_CASE(guards_close_again),
	KUNIT_CASE(fault_oops_ends_the_thread),
	KUNIT_CASE(frees_are_seen_by_all_cpus),
	{}
};

static struct kunit_suite control_suite = {
	.name = "kfence_control",
	.suite_exit = kfence_suite_exit,
	.exit = kfence_case_exit,
	.test_cases = control_cases,
};
kunit_test_suite(control_suite);
