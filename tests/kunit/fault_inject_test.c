// SPDX-License-Identifier: MIT
/*
 * Fault injection and scopes: the n-th allocation fails and no other; what a thread leaves is told exactly,
 * and what others do meanwhile does not disturb.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/fs.h>
#include <linux/kthread.h>
#include <linux/rcupdate.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <paddock/fault_inject.h>
#include <paddock/fs.h>
#include <paddock/page.h>
#include <paddock/sched.h>
#include "mm_kunit.h"

/* Five requests of different kinds; a bit for each that failed. */
static unsigned int five_allocations(void)
{
	void *object = kmalloc(64, GFP_KERNEL), *large = kmalloc(100000, GFP_KERNEL);
	struct page *page = alloc_page(GFP_KERNEL), *block = alloc_pages(GFP_KERNEL, 5);
	struct page *range = alloc_contig_pages(3, GFP_KERNEL, NUMA_NO_NODE, NULL);
	unsigned int failed = (!object) | (!large) << 1 | (!page) << 2 | (!block) << 3 | (!range) << 4;

	kfree(object);
	kfree(large);
	if (page)
		__free_page(page);
	if (block)
		__free_pages(block, 5);
	if (range)
		free_contig_range(page_to_pfn(range), 3);
	return failed;
}

static void the_nth_fails_and_no_other(struct kunit *test)
{
	for (unsigned int nth = 1; nth <= 5; nth++) {
		fail_nth_begin(nth);
		KUNIT_EXPECT_EQ(test, five_allocations(), 1u << (nth - 1));
		KUNIT_EXPECT_TRUE(test, fail_nth_end());
	}
	fail_nth_begin(6);
	KUNIT_EXPECT_EQ(test, five_allocations(), 0u);
	KUNIT_EXPECT_FALSE(test, fail_nth_end());
	KUNIT_EXPECT_EQ(test, five_allocations(), 0u);
}

static void nofail_does_not_fail(struct kunit *test)
{
	void *p;

	fail_nth_begin(1);
	p = kmalloc(32, GFP_KERNEL | __GFP_NOFAIL);
	KUNIT_EXPECT_NOT_NULL(test, p);
	KUNIT_EXPECT_NULL(test, kmalloc(32, GFP_KERNEL));
	KUNIT_EXPECT_TRUE(test, fail_nth_end());
	kfree(p);
}

/* vmalloc() asks for its area, the array, each page, and page tables: every one may fail, nothing is left. */
static void every_step_of_vmalloc_may_fail(struct kunit *test)
{
	unsigned int nth = 0;
	struct mm_watch watch;
	bool fired;
	void *p;

	mm_watch_begin(test, &watch);
	do {
		mm_settle();
		fail_nth_begin(++nth);
		p = __vmalloc(5 * PAGE_SIZE, GFP_KERNEL | __GFP_NOWARN);
		fired = fail_nth_end();
		KUNIT_EXPECT_TRUE(test, fired || p);
		vfree(p);
	} while (fired && nth < 100);
	KUNIT_EXPECT_GE(test, nth, 8u);
	KUNIT_EXPECT_LT(test, nth, 20u);
	mm_watch_end(test, &watch);
}

static int allocate_for_ever(void *unused)
{
	void *held[64] = { };

	for (unsigned int i = 0; !kthread_should_stop(); i = (i + 1) % ARRAY_SIZE(held)) {
		kfree(held[i]);
		held[i] = kmalloc(64 << i % 8, GFP_KERNEL);
		cond_resched();
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(held); i++)
		kfree(held[i]);
	return 0;
}

static void other_threads_do_not_count(struct kunit *test)
{
	struct task_struct *other = kthread_run(allocate_for_ever, NULL, "allocator");
	struct mm_watch watch;
	void *p;

	KUNIT_ASSERT_FALSE(test, IS_ERR(other));
	get_task_struct(other);
	mm_watch_begin(test, &watch);
	fail_nth_begin(2);
	for (int i = 0; i < 20; i++)
		cond_resched();
	p = kmalloc(100, GFP_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, p);
	KUNIT_EXPECT_NULL(test, kmalloc(100, GFP_KERNEL));
	KUNIT_EXPECT_TRUE(test, fail_nth_end());
	kthread_stop(other);
	put_task_struct(other);
	mm_expect_left(test, &watch, 1, 0);
	kfree(p);
	mm_watch_end(test, &watch);
}

static void *left_by_child;

static int leave_one(void *unused)
{
	left_by_child = kmalloc(40, GFP_KERNEL);
	return 0;
}

static void threads_it_starts_count(struct kunit *test)
{
	struct task_struct *child;
	struct mm_watch watch;

	mm_watch_begin(test, &watch);
	child = thread_run(leave_one, NULL, "child");
	KUNIT_ASSERT_FALSE(test, IS_ERR(child));
	thread_join(child);
	mm_expect_left(test, &watch, 1, 0);	/* its stack and its task are gone */
	kfree(left_by_child);
	mm_watch_end(test, &watch);
}

struct late {
	struct rcu_head rcu;
	struct work_struct work;
};

static void free_by_work(struct work_struct *work)
{
	kfree(container_of(work, struct late, work));
}

static void deferred_frees_are_waited_for(struct kunit *test)
{
	struct mm_watch watch;
	struct late *a, *b;

	mm_watch_begin(test, &watch);
	a = kmalloc(sizeof(*a), GFP_KERNEL);
	b = kmalloc(sizeof(*b), GFP_KERNEL);
	KUNIT_ASSERT_TRUE(test, a && b);
	kfree_rcu(a, rcu);
	INIT_WORK(&b->work, free_by_work);
	schedule_work(&b->work);
	mm_watch_end(test, &watch);
}

static void a_leak_is_told_with_its_stack(struct kunit *test)
{
	u64 seq = log_next_seq();
	struct alloc_scope outer, inner;
	struct alloc_left left;
	void *p;

	KUNIT_ASSERT_EQ(test, 0, alloc_scope_begin(&outer));
	KUNIT_ASSERT_EQ(test, 0, alloc_scope_begin(&inner));
	p = kmalloc(77, GFP_KERNEL);
	alloc_scope_end(&inner, &left, ALLOC_SCOPE_PRINT);
	KUNIT_EXPECT_EQ(test, left.objects, 1UL);
	KUNIT_EXPECT_EQ(test, left.bytes, 77UL);
	KUNIT_EXPECT_EQ(test, left.pages, 0UL);
	KUNIT_EXPECT_EQ(test, left.allocations, 1UL);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "not freed: object of 77 bytes at"), 1u);
	KUNIT_EXPECT_GE(test, mm_logged(seq, "a_leak_is_told_with_its_stack"), 1u);
	/* It is the outer scope's now. */
	alloc_scope_count(&outer, &left);
	KUNIT_EXPECT_EQ(test, left.objects, 1UL);
	kfree(p);
	alloc_scope_end(&outer, &left, ALLOC_SCOPE_PRINT);
	KUNIT_EXPECT_EQ(test, left.objects, 0UL);
}

static int write_text(const char *path, const char *text)
{
	struct file *f = filp_open(path, O_WRONLY, 0);
	int err;

	if (IS_ERR(f))
		return PTR_ERR(f);
	err = file_write_all(f, text, strlen(text));
	filp_close(f, NULL);
	return err;
}

#define SLAB_DIR "/sys/kernel/debug/failslab/"

/* Only this thread's (task-filter), every third, two times. */
static void chance_follows_the_files(struct kunit *test)
{
	static const char *const set[][2] = {
		{ SLAB_DIR "task-filter", "Y" }, { SLAB_DIR "interval", "3" }, { SLAB_DIR "times", "2" },
		{ SLAB_DIR "verbose", "1" }, { "/proc/self/make-it-fail", "1" }, { SLAB_DIR "probability", "100" },
	};
	u64 seq = log_next_seq();
	unsigned int failed = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(set); i++)
		KUNIT_ASSERT_EQ_MSG(test, 0, write_text(set[i][0], set[i][1]), "%s", set[i][0]);
	for (int i = 0; i < 30; i++) {
		void *p = kmalloc(64, GFP_KERNEL);

		failed += !p;
		kfree(p);
	}
	current->make_it_fail = false;
	KUNIT_EXPECT_EQ(test, 0, write_text(SLAB_DIR "probability", "0"));
	KUNIT_EXPECT_EQ(test, 0, write_text(SLAB_DIR "task-filter", "N"));
	KUNIT_EXPECT_EQ(test, 0, write_text(SLAB_DIR "interval", "1"));
	KUNIT_EXPECT_EQ(test, 0, write_text(SLAB_DIR "times", "1"));
	KUNIT_EXPECT_EQ(test, 0, write_text(SLAB_DIR "verbose", "2"));
	KUNIT_EXPECT_EQ(test, failed, 2u);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "FAULT_INJECTION: forcing a failure."), 2u);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "name failslab, interval 3, probability 100, space 0, times 2"), 1u);
	KUNIT_EXPECT_EQ(test, -EINVAL, write_text(SLAB_DIR "probability", "101"));
}

static void fail_nth_file_is_the_threads(struct kunit *test)
{
	u64 seq = log_next_seq();
	struct page *page;

	KUNIT_EXPECT_EQ(test, 0, write_text("/proc/thread-self/fail-nth", "1000"));
	KUNIT_EXPECT_LT(test, current->fail_nth, 1001u);
	current->fail_nth = 1;
	page = alloc_page(GFP_KERNEL);
	KUNIT_EXPECT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "name fail_page_alloc, interval 1, probability 0"), 1u);
	KUNIT_EXPECT_EQ(test, 0, write_text("/proc/thread-self/fail-nth", "0"));
	KUNIT_EXPECT_EQ(test, -EINVAL, write_text("/proc/thread-self/fail-nth", "often"));
}

static struct kunit_case fault_inject_cases[] = {
	KUNIT_CASE(the_nth_fails_and_no_other),
	KUNIT_CASE(nofail_does_not_fail),
	KUNIT_CASE(every_step_of_vmalloc_may_fail),
	KUNIT_CASE(other_threads_do_not_count),
	KUNIT_CASE(threads_it_starts_count),
	KUNIT_CASE(deferred_frees_are_waited_for),
	KUNIT_CASE(a_leak_is_told_with_its_stack),
	KUNIT_CASE(chance_follows_the_files),
	KUNIT_CASE(fail_nth_file_is_the_threads),
	{}
};

static struct kunit_suite fault_inject_suite = {
	.name = "fault_inject",
	.test_cases = fault_inject_cases,
};
kunit_test_suite(fault_inject_suite);
