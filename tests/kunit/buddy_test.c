// SPDX-License-Identifier: MIT
/*
 * The page allocator: pages are aligned, distinct, and all come back; mistakes are reported and survived.
 * buddy_check() verifies the free lists' invariants after each storm.
 */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/kfence.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <paddock/page.h>
#include "mm_kunit.h"

static void every_order_is_aligned_and_returns(struct kunit *test)
{
	struct mm_watch watch;

	mm_watch_begin(test, &watch);
	for (unsigned int order = 0; order < MAX_ORDER; order++) {
		struct page *page = alloc_pages(GFP_KERNEL, order);

		KUNIT_ASSERT_NOT_NULL(test, page);
		KUNIT_EXPECT_EQ(test, page_to_pfn(page) & ((1UL << order) - 1), 0UL);
		KUNIT_EXPECT_EQ(test, page_count(page), 1);
		memset(page_address(page), 0x5a, PAGE_SIZE << order);
		__free_pages(page, order);
	}
	mm_watch_end(test, &watch);
	buddy_check();
}

static void impossible_order_is_null(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, alloc_pages(GFP_KERNEL | __GFP_NOWARN, MAX_ORDER));
	KUNIT_EXPECT_NULL(test, alloc_pages(GFP_KERNEL | __GFP_NOWARN, 1000));
}

static void zero_flag_zeroes(struct kunit *test)
{
	for (unsigned int order = 0; order < 5; order++) {
		struct page *page = alloc_pages(GFP_KERNEL, order);

		KUNIT_ASSERT_NOT_NULL(test, page);
		memset(page_address(page), 0xff, PAGE_SIZE << order);
		__free_pages(page, order);
		page = alloc_pages(GFP_KERNEL | __GFP_ZERO, order);
		KUNIT_ASSERT_NOT_NULL(test, page);
		KUNIT_EXPECT_NULL(test, memchr_inv(page_address(page), 0, PAGE_SIZE << order));
		__free_pages(page, order);
	}
}

static void dma32_lies_below_4g(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_KERNEL | GFP_DMA32, 2);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_LT(test, page_to_phys(page), (phys_addr_t)SZ_4G);
	__free_pages(page, 2);
}

static void compound_tails_know_their_head(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_COMP, 3);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_TRUE(test, PageHead(page));
	for (int i = 1; i < 8; i++) {
		KUNIT_EXPECT_TRUE(test, PageTail(page + i));
		KUNIT_EXPECT_PTR_EQ(test, compound_head(page + i), page);
	}
	KUNIT_EXPECT_EQ(test, compound_order(page), 3u);
	get_page(page + 5);		/* counts at the head */
	KUNIT_EXPECT_EQ(test, page_count(page), 2);
	__free_pages(page, 3);
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	put_page(page + 2);
	KUNIT_EXPECT_FALSE(test, PageTail(page + 5));
}

static void references_keep_a_page(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	get_page(page);
	__free_page(page);
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	put_page(page);
}

static void split_pages_are_freed_one_by_one(struct kunit *test)
{
	struct mm_watch watch;
	struct page *page;

	mm_watch_begin(test, &watch);
	page = alloc_pages(GFP_KERNEL, 4);
	KUNIT_ASSERT_NOT_NULL(test, page);
	split_page(page, 4);
	for (int i = 15; i >= 0; i--) {
		mm_expect_left(test, &watch, 0, i + 1);
		__free_page(page + i);
	}
	mm_watch_end(test, &watch);
	buddy_check();
}

static void exact_gives_back_the_rest(struct kunit *test)
{
	struct mm_watch watch;
	void *p;

	mm_watch_begin(test, &watch);
	p = alloc_pages_exact(5 * PAGE_SIZE + 1, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	mm_expect_left(test, &watch, 0, 6);
	free_pages_exact(p, 5 * PAGE_SIZE + 1);
	mm_watch_end(test, &watch);
}

static void contig_range_is_contiguous_and_returns(struct kunit *test)
{
	unsigned long nr = totalram_pages() / 8;
	struct mm_watch watch;
	struct page *page;

	mm_watch_begin(test, &watch);
	/* Twice: alignment to a power of two, and an odd count. */
	nr = 1UL << (63 - __builtin_clzl(nr));
	page = alloc_contig_pages(nr, GFP_KERNEL, NUMA_NO_NODE, NULL);
	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, page_to_pfn(page) & (nr - 1), 0UL);
	memset(page_address(page), 1, PAGE_SIZE);
	memset(page_address(page + nr - 1), 1, PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, page_count(page + nr / 2), 1);
	free_contig_range(page_to_pfn(page), nr);
	mm_expect_left(test, &watch, 0, 0);

	page = alloc_contig_pages(1234, GFP_KERNEL, NUMA_NO_NODE, NULL);
	KUNIT_ASSERT_NOT_NULL(test, page);
	for (int i = 0; i < 1234; i++)
		__free_page(page + i);
	mm_watch_end(test, &watch);
	buddy_check();
}

static void contig_too_large_is_null(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, alloc_contig_pages(totalram_pages() + 1, GFP_KERNEL, NUMA_NO_NODE, NULL));
	KUNIT_EXPECT_NULL(test, alloc_contig_pages(0, GFP_KERNEL, NUMA_NO_NODE, NULL));
}

static void double_free_is_reported(struct kunit *test)
{
	u64 seq = log_next_seq();
	struct mm_watch watch;
	struct page *page;

	mm_watch_begin(test, &watch);
	page = alloc_pages(GFP_KERNEL, 1);
	KUNIT_ASSERT_NOT_NULL(test, page);
	__free_pages(page, 1);
	__free_pages(page, 1);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "BUG: Bad page state in process"), 1u);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "freed twice"), 1u);
	mm_watch_end(test, &watch);
	buddy_check();
}

static void wrong_order_is_reported_and_kept(struct kunit *test)
{
	u64 seq = log_next_seq();
	struct mm_watch watch;
	struct page *page;

	mm_watch_begin(test, &watch);
	page = alloc_pages(GFP_KERNEL, 2);
	KUNIT_ASSERT_NOT_NULL(test, page);
	__free_pages(page, 1);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "freed with another order than allocated"), 1u);
	/* Out of circulation: nobody knows which half is still in use. */
	mm_expect_left(test, &watch, 0, 4);
	buddy_check();
	/* The test knows. */
	page->kind_and_count = PAGE_LIVE(PAGE_KIND(PAGE_PLAIN, page_to_nid(page), 2));
	__free_pages(page, 2);
	mm_watch_end(test, &watch);
}

static void never_allocated_is_reported(struct kunit *test)
{
	u64 seq = log_next_seq();
	struct page *page = alloc_pages(GFP_KERNEL, 2);

	KUNIT_ASSERT_NOT_NULL(test, page);
	__free_page(page + 1);		/* a tail */
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "was never allocated"), 1u);
	__free_pages(page, 2);
}

static void failure_is_reported_once_with_a_summary(struct kunit *test)
{
	struct page *chain = NULL, *page;
	u64 seq = log_next_seq();
	unsigned int n = 0;

	/* More order-10 blocks than a small machine has; a large one is not brought to its end. */
	if (totalram_pages() > 256 * 1024)
		kunit_skip(test, "too much memory to use up");
	while ((page = alloc_pages(GFP_KERNEL | __GFP_NORETRY, MAX_ORDER - 1))) {
		page->lru.next = (void *)chain;
		chain = page;
		n++;
	}
	while (chain) {
		page = chain;
		chain = (void *)page->lru.next;
		__free_pages(page, MAX_ORDER - 1);
	}
	KUNIT_EXPECT_GT(test, n, 1u);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "page allocation failure: order:10, mode:"), 1u);
	KUNIT_EXPECT_GE(test, mm_logged(seq, "Mem-Info:"), 1u);
	buddy_check();
}

/* Random allocations and frees of all orders; contents must survive, everything must come back. */
#define STORM_SLOTS	256
struct storm_slot {
	struct page *page;
	u8 order;
	u32 stamp;
};

static void storm(struct kunit *test, struct storm_slot *slots)
{
	struct mm_random r = { .state = 0x9e3779b97f4a7c15ull ^ log_next_seq() };

	kunit_info(test, "seed %#llx\n", r.state);
	for (unsigned int step = 0; step < 20000; step++) {
		struct storm_slot *s = &slots[mm_random_below(&r, STORM_SLOTS)];

		if (s->page) {
			u32 *p = page_address(s->page);
			u32 *last = (u32 *)((char *)p + (PAGE_SIZE << s->order)) - 1;

			KUNIT_ASSERT_EQ(test, *p, s->stamp);
			KUNIT_ASSERT_EQ(test, *last, s->stamp);
			__free_pages(s->page, s->order);
			s->page = NULL;
			continue;
		}
		/* Small ones more often. */
		s->order = mm_random_below(&r, 1 + mm_random_below(&r, 8));
		s->page = alloc_pages(GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY, s->order);
		if (!s->page)
			continue;
		s->stamp = mm_random(&r);
		*(u32 *)page_address(s->page) = s->stamp;
		((u32 *)((char *)page_address(s->page) + (PAGE_SIZE << s->order)))[-1] = s->stamp;
	}
	for (unsigned int i = 0; i < STORM_SLOTS; i++) {
		if (slots[i].page)
			__free_pages(slots[i].page, slots[i].order);
		slots[i].page = NULL;
	}
	buddy_check();
}

/* By the fast paths; and once more by the slow ones, with every page counted. */
static void storm_of_all_orders(struct kunit *test)
{
	struct storm_slot *slots = kunit_kzalloc(test, STORM_SLOTS * sizeof(*slots), GFP_KERNEL);
	struct mm_watch watch;

	KUNIT_ASSERT_NOT_NULL(test, slots);
	storm(test, slots);
	mm_watch_begin(test, &watch);
	storm(test, slots);
	mm_watch_end(test, &watch);
}

static void nodes_are_respected(struct kunit *test)
{
	int node;

	for_each_node_mask(node, node_memory_map) {
		struct page *page = alloc_pages_node(node, GFP_KERNEL | __GFP_THISNODE, 0);

		KUNIT_ASSERT_NOT_NULL(test, page);
		KUNIT_EXPECT_EQ(test, page_to_nid(page), node);
		__free_page(page);
	}
	for (node = 0; node < MAX_NUMNODES; node++)
		if (!node_isset(node, node_memory_map))
			KUNIT_EXPECT_NULL(test, alloc_pages_node(node, GFP_KERNEL | __GFP_THISNODE | __GFP_NOWARN, 0));
}

static struct kunit_case buddy_cases[] = {
	KUNIT_CASE(every_order_is_aligned_and_returns),
	KUNIT_CASE(impossible_order_is_null),
	KUNIT_CASE(zero_flag_zeroes),
	KUNIT_CASE(dma32_lies_below_4g),
	KUNIT_CASE(compound_tails_know_their_head),
	KUNIT_CASE(references_keep_a_page),
	KUNIT_CASE(split_pages_are_freed_one_by_one),
	KUNIT_CASE(exact_gives_back_the_rest),
	KUNIT_CASE(contig_range_is_contiguous_and_returns),
	KUNIT_CASE(contig_too_large_is_null),
	KUNIT_CASE(double_free_is_reported),
	KUNIT_CASE(wrong_order_is_reported_and_kept),
	KUNIT_CASE(never_allocated_is_reported),
	KUNIT_CASE(failure_is_reported_once_with_a_summary),
	KUNIT_CASE(storm_of_all_orders),
	KUNIT_CASE(nodes_are_respected),
	{}
};

static struct kunit_suite buddy_suite = {
	.name = "buddy",
	.test_cases = buddy_cases,
};
kunit_test_suite(buddy_suite);
