// SPDX-License-Identifier: MIT
/* vmalloc: guard pages fault, large areas use large pages, pages and addresses come back. */
#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/minmax.h>
#include <linux/moduleloader.h>
#include <linux/preempt.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <paddock/page.h>
#include <paddock/pgtable.h>
#include "mm_kunit.h"

static void sizes_are_usable_to_the_last_byte(struct kunit *test)
{
	static const unsigned long sizes[] = { 1, 4095, 4096, 4097, 16384, 300000, 3 << 20 };

	for (int i = 0; i < ARRAY_SIZE(sizes); i++) {
		char *p = vmalloc(sizes[i]), byte;

		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_EXPECT_TRUE(test, PAGE_ALIGNED(p));
		memset(p, 0x3c, sizes[i]);
		KUNIT_EXPECT_NULL(test, memchr_inv(p, 0x3c, sizes[i]));
		/* The guard page. */
		KUNIT_EXPECT_NE(test, copy_from_kernel_nofault(&byte, p + PAGE_ALIGN(sizes[i]), 1), 0L);
		vfree(p);
		KUNIT_EXPECT_NE(test, copy_from_kernel_nofault(&byte, p, 1), 0L);
	}
}

static void impossible_sizes_are_null(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, vmalloc(0));
	KUNIT_EXPECT_NULL(test, __vmalloc(ULONG_MAX, GFP_KERNEL | __GFP_NOWARN));
	KUNIT_EXPECT_NULL(test, __vmalloc((totalram_pages() + 1) * PAGE_SIZE, GFP_KERNEL | __GFP_NOWARN));
	vfree(NULL);
}

static void vzalloc_zeroes(struct kunit *test)
{
	char *p = vmalloc(5 * PAGE_SIZE);

	KUNIT_ASSERT_NOT_NULL(test, p);
	memset(p, 0xff, 5 * PAGE_SIZE);
	vfree(p);
	p = vzalloc(5 * PAGE_SIZE);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, 5 * PAGE_SIZE));
	vfree(p);
}

/* Where a smaller area left its page table behind, 4 KiB pages are used again; so many addresses are asked for. */
static void large_areas_use_large_pages(struct kunit *test)
{
	const unsigned long size = 64UL << 20, part = 2UL << 20;
	char *p = vmalloc(size);
	unsigned int level, large = 0;

	KUNIT_ASSERT_NOT_NULL(test, p);
	for (unsigned long at = 0; at < size; at += part) {
		KUNIT_ASSERT_NOT_NULL(test, kernel_page_entry((unsigned long)p + at, &level));
		large += level == 1;
	}
	KUNIT_EXPECT_GT(test, large, 0u);
	KUNIT_EXPECT_EQ(test, page_to_phys(vmalloc_to_page(p + (3 << 20))),
			kernel_va_to_pa((unsigned long)p + (3 << 20)));
	vfree(p);
}

static unsigned int large_parts(const char *p, unsigned long size)
{
	unsigned int level, large = 0;

	for (unsigned long at = 0; at < size; at += PT_LEVEL_SIZE(1))
		large += kernel_page_entry((unsigned long)p + at, &level) && level == 1;
	return large;
}

/* Nothing is mapped there, and there is no table that could map something small. */
static bool tables_are_gone(const char *block)
{
	unsigned int level;

	return !kernel_page_entry((unsigned long)block, &level) && level >= 1;
}

/* Another thread's, a stack say: whoever frees addresses doesn't own them. */
static bool somebody_is_there(const char *block)
{
	for (unsigned long at = 0; at < PT_LEVEL_SIZE(1); at += PAGE_SIZE)
		if (find_vm_area(block + at))
			return true;
	return false;
}

/* Blocks of the freed area that others have taken since; all the rest must have lost their tables. */
static unsigned int expect_tables_gone(struct kunit *test, const char *small, unsigned long size)
{
	const char *first = PTR_ALIGN(small, PT_LEVEL_SIZE(1));
	unsigned int taken = 0;

	for (const char *block = first; block + PT_LEVEL_SIZE(1) <= small + size; block += PT_LEVEL_SIZE(1)) {
		bool gone = false, theirs = false;

		/* One who came and went meanwhile leaves tables until the next purge. */
		for (int tries = 0; tries < 100 && !gone && !theirs; tries++) {
			gone = tables_are_gone(block);
			theirs = !gone && somebody_is_there(block);
			if (!gone && !theirs)
				mm_settle();
		}
		KUNIT_EXPECT_TRUE_MSG(test, gone || theirs, "the tables of %p are still there", block);
		taken += theirs;
	}
	return taken;
}

/* Aligned as a large area is, so that one fits where it was, but mapped by small pages. */
static char *small_area(unsigned long size)
{
	return __vmalloc_node_range(size, PT_LEVEL_SIZE(1), VMALLOC_START, VMALLOC_END, GFP_KERNEL, PAGE_KERNEL, 0,
				    NUMA_NO_NODE, __builtin_return_address(0));
}

/* The same addresses, by small pages first: their tables must not be in the way of large ones. */
static void reused_addresses_use_large_pages(struct kunit *test)
{
	unsigned long size = 4 * PT_LEVEL_SIZE(1);
	unsigned int reused = 0;
	char *small, *large;

	for (int round = 0; round < 20 && reused < 3; round++) {
		small = small_area(size);
		KUNIT_ASSERT_NOT_NULL(test, small);
		KUNIT_EXPECT_EQ(test, large_parts(small, size), 0u);
		vfree(small);
		mm_settle();
		if (expect_tables_gone(test, small, size))
			continue;
		large = vmalloc(size);
		KUNIT_ASSERT_NOT_NULL(test, large);
		/* Elsewhere if another thread was quicker, so not each time; but mostly it is alone. */
		if (large == small) {
			KUNIT_EXPECT_GT(test, large_parts(large, size), 0u);
			reused++;
		}
		vfree(large);
		mm_settle();
	}
	KUNIT_EXPECT_EQ_MSG(test, reused, 3u, "the addresses are used again");
}

static void pages_come_back(struct kunit *test)
{
	struct mm_watch watch;
	void *p;

	mm_watch_begin(test, &watch);
	for (int i = 0; i < 2000; i++)
		vfree(vmalloc(40 * PAGE_SIZE));
	p = vmalloc(40 * PAGE_SIZE);
	/* The area, the array of its pages, and they. */
	mm_expect_left(test, &watch, 2, 40);
	vfree(p);
	mm_watch_end(test, &watch);
}

static void bad_vfree_is_reported(struct kunit *test)
{
	char *p = vmalloc(100);
	u64 seq = log_next_seq();

	KUNIT_ASSERT_NOT_NULL(test, p);
	vfree(p + PAGE_SIZE);
	vfree(p + 1);
	vfree(p);
	vfree(p);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "Trying to vfree() nonexistent vm area"), 3u);
}

static void vmap_shows_pages_elsewhere(struct kunit *test)
{
	struct page *pages[3];
	char *p;

	for (int i = 0; i < 3; i++) {
		pages[i] = alloc_page(GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, pages[i]);
		*(char *)page_address(pages[i]) = 'a' + i;
	}
	p = vmap(pages, 3, VM_MAP, PAGE_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	for (int i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, p[i * PAGE_SIZE], 'a' + i);
		KUNIT_EXPECT_PTR_EQ(test, vmalloc_to_page(p + i * PAGE_SIZE), pages[i]);
	}
	vunmap(p);
	for (int i = 0; i < 3; i++)
		__free_page(pages[i]);
}

static void module_memory_is_near_the_image(struct kunit *test)
{
	void *p = module_alloc(3 * PAGE_SIZE);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_GE(test, (unsigned long)p, MODULES_START);
	KUNIT_EXPECT_LT(test, (unsigned long)p, MODULES_END);
	KUNIT_EXPECT_TRUE(test, is_vmalloc_or_module_addr(p));
	KUNIT_EXPECT_FALSE(test, is_vmalloc_addr(p));
	module_memfree(p);
}

#define STORM_AREAS	100

static void storm_of_areas(struct kunit *test)
{
	struct mm_random r = { .state = 0x2545f4914f6cdd1dull ^ log_next_seq() };
	static u32 *areas[STORM_AREAS];
	static u32 words[STORM_AREAS];

	kunit_info(test, "seed %#llx\n", r.state);
	for (unsigned int step = 0; step < 5000; step++) {
		unsigned int i = mm_random_below(&r, STORM_AREAS);

		if (areas[i]) {
			KUNIT_ASSERT_EQ(test, areas[i][0], i);
			KUNIT_ASSERT_EQ(test, areas[i][words[i] - 1], i);
			vfree(areas[i]);
			areas[i] = NULL;
			continue;
		}
		words[i] = 1 + mm_random_below(&r, 1u << mm_random_below(&r, 18));
		areas[i] = vmalloc(words[i] * sizeof(u32));
		KUNIT_ASSERT_NOT_NULL(test, areas[i]);
		areas[i][0] = areas[i][words[i] - 1] = i;
	}
	for (unsigned int i = 0; i < STORM_AREAS; i++) {
		vfree(areas[i]);
		areas[i] = NULL;
	}
}

/*
 * Areas that are freed where nobody may wait for other CPUs, as threads' stacks are: their addresses come back all the same.
 * Without, 3000 of 5 pages and a guard would stretch over 70 MiB.
 */
static void freed_in_atomic_context_comes_back(struct kunit *test)
{
	unsigned long low = ULONG_MAX, high = 0;

	for (unsigned int i = 0; i < 3000; i++) {
		struct vm_struct *area = get_vm_area(4 * PAGE_SIZE, VM_STACK);

		KUNIT_ASSERT_NOT_NULL(test, area);
		low = min(low, (unsigned long)area->addr);
		high = max(high, (unsigned long)area->addr);
		preempt_disable();
		free_vm_area(area);
		preempt_enable();
		if (i % 256 == 0)
			flush_scheduled_work();
	}
	KUNIT_EXPECT_LT(test, high - low, 32UL << 20);
}

static struct kunit_case vmalloc_cases[] = {
	KUNIT_CASE(sizes_are_usable_to_the_last_byte),
	KUNIT_CASE(impossible_sizes_are_null),
	KUNIT_CASE(vzalloc_zeroes),
	KUNIT_CASE(large_areas_use_large_pages),
	KUNIT_CASE(reused_addresses_use_large_pages),
	KUNIT_CASE(pages_come_back),
	KUNIT_CASE(bad_vfree_is_reported),
	KUNIT_CASE(vmap_shows_pages_elsewhere),
	KUNIT_CASE(module_memory_is_near_the_image),
	KUNIT_CASE(storm_of_areas),
	KUNIT_CASE(freed_in_atomic_context_comes_back),
	{}
};

static struct kunit_suite vmalloc_suite = {
	.name = "vmalloc",
	.test_cases = vmalloc_cases,
};
kunit_test_suite(vmalloc_suite);
