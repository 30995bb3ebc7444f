// SPDX-License-Identifier: MIT
/* Page tables: splitting and merging keep what is mapped, permissions hold, addresses go round. */
#include <kunit/test.h>
#include <linux/jiffies.h>
#include <linux/kfence.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/set_memory.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <paddock/memblock.h>
#include <paddock/page.h>
#include <paddock/pgtable.h>
#include "mm_kunit.h"

#define LARGE_PAGES	512UL

/* 2 MiB of the linear map that nobody else uses, mapped by whatever page size. */
static struct page *take_large(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_KERNEL, 9);

	KUNIT_ASSERT_NOT_NULL(test, page);
	return page;
}

static void addresses_go_round(struct kunit *test)
{
	void *objects[] = { kmalloc(64, GFP_KERNEL), kmalloc(4096, GFP_KERNEL), kmalloc(100000, GFP_KERNEL) };

	for (int i = 0; i < ARRAY_SIZE(objects); i++) {
		void *p = objects[i];
		struct page *page = virt_to_page(p);

		KUNIT_EXPECT_PTR_EQ(test, __va(__pa(p)), p);
		KUNIT_EXPECT_PTR_EQ(test, page_to_virt(page), (void *)((unsigned long)p & PAGE_MASK));
		KUNIT_EXPECT_PTR_EQ(test, pfn_to_page(page_to_pfn(page)), page);
		KUNIT_EXPECT_TRUE(test, virt_addr_valid(p));
		KUNIT_EXPECT_EQ(test, kernel_va_to_pa((unsigned long)p), (phys_addr_t)__pa(p));
		kfree(p);
	}
	KUNIT_EXPECT_FALSE(test, virt_addr_valid(addresses_go_round));
	KUNIT_EXPECT_FALSE(test, virt_addr_valid(NULL));
	KUNIT_EXPECT_FALSE(test, virt_addr_valid(PAGE_OFFSET + PFN_PHYS(max_pfn)));
	KUNIT_EXPECT_EQ(test, kernel_va_to_pa((unsigned long)addresses_go_round),
			(phys_addr_t)__pa_symbol(addresses_go_round));
}

/* KFENCE's objects, too, are linear-map addresses: that is why its pool is taken from RAM and not from .bss. */
static void guarded_addresses_go_round(struct kunit *test)
{
	void *p = NULL;

	for (unsigned long end = jiffies + 10 * HZ; time_before(jiffies, end); cond_resched()) {
		p = kmalloc(100, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, p);
		if (is_kfence_address(p))
			break;
		kfree(p);
		p = NULL;
	}
	if (!p)
		kunit_skip(test, "KFENCE is off, or its pool is full");
	KUNIT_EXPECT_PTR_EQ(test, __va(__pa(p)), p);
	KUNIT_EXPECT_PTR_EQ(test, page_to_virt(virt_to_page(p)), (void *)((unsigned long)p & PAGE_MASK));
	KUNIT_EXPECT_PTR_EQ(test, pfn_to_virt(virt_to_pfn(p)), (void *)((unsigned long)p & PAGE_MASK));
	KUNIT_EXPECT_EQ(test, kernel_va_to_pa((unsigned long)p), (phys_addr_t)__pa(p));
	KUNIT_EXPECT_TRUE(test, is_kfence_page(virt_to_page(p)));
	KUNIT_EXPECT_TRUE(test, virt_addr_valid(p));
	kfree(p);
}

/*
 * An image or vmalloc address survives no round trip: __pa() of it is a mistake, told with a stack. Each __pa() asks in
 * builds with DEBUG=1; the check itself is in all.
 */
static void other_addresses_are_told(struct kunit *test)
{
	void *area = vmalloc(100);
	u64 seq = log_next_seq();

	KUNIT_ASSERT_NOT_NULL(test, area);
	KUNIT_EXPECT_EQ(test, virt_to_phys_checked((unsigned long)other_addresses_are_told),
			(unsigned long)__pa_symbol(other_addresses_are_told));
	KUNIT_EXPECT_EQ(test, virt_to_phys_checked((unsigned long)area), (unsigned long)page_to_phys(vmalloc_to_page(area)));
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "virt_to_phys used for non-linear address"), 2u);
	KUNIT_EXPECT_GE(test, mm_logged(seq, "other_addresses_are_told+"), 2u);
	if (DEBUG_VIRTUAL) {
		KUNIT_EXPECT_EQ(test, __pa(other_addresses_are_told), (unsigned long)__pa_symbol(other_addresses_are_told));
		KUNIT_EXPECT_EQ(test, mm_logged(seq, "virt_to_phys used for non-linear address"), 3u);
	}
	vfree(area);
}

static void image_alias_is_not_writable(struct kunit *test)
{
	extern char _stext[], _srodata[];
	char byte = 0;

	/* Both mappings of text and rodata refuse a write, and read alike. */
	KUNIT_EXPECT_NE(test, copy_to_kernel_nofault(_stext, &byte, 1), 0L);
	KUNIT_EXPECT_NE(test, copy_to_kernel_nofault(lm_alias(_stext), &byte, 1), 0L);
	KUNIT_EXPECT_NE(test, copy_to_kernel_nofault(_srodata, &byte, 1), 0L);
	KUNIT_EXPECT_NE(test, copy_to_kernel_nofault(lm_alias(_srodata), &byte, 1), 0L);
	KUNIT_EXPECT_EQ(test, memcmp(_srodata, lm_alias(_srodata), 4096), 0);
	KUNIT_EXPECT_EQ(test, kernel_count_wx(false), 0UL);
}

static void split_and_merge_keep_the_mapping(struct kunit *test)
{
	struct page *page = take_large(test);
	unsigned long va = (unsigned long)page_address(page), before[3], split[3], after[3];
	unsigned int level;

	memset((void *)va, 0x77, LARGE_PAGES * PAGE_SIZE);
	kernel_merge_range(va, LARGE_PAGES * PAGE_SIZE);
	kernel_direct_map_bytes(&before[0], &before[1], &before[2]);
	KUNIT_EXPECT_GE(test, before[0] + before[1] + before[2], totalram_pages() * PAGE_SIZE);
	KUNIT_ASSERT_EQ(test, kernel_split_range(va + PAGE_SIZE, PAGE_SIZE), 0);
	KUNIT_ASSERT_NOT_NULL(test, kernel_page_entry(va + PAGE_SIZE, &level));
	KUNIT_EXPECT_EQ(test, level, 0u);
	kernel_direct_map_bytes(&split[0], &split[1], &split[2]);
	KUNIT_EXPECT_EQ(test, split[0] + split[1] + split[2], before[0] + before[1] + before[2]);
	KUNIT_EXPECT_NULL(test, memchr_inv((void *)va, 0x77, LARGE_PAGES * PAGE_SIZE));
	kernel_merge_range(va, LARGE_PAGES * PAGE_SIZE);
	kernel_direct_map_bytes(&after[0], &after[1], &after[2]);
	for (int i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, after[i], before[i]);
	KUNIT_EXPECT_NULL(test, memchr_inv((void *)va, 0x77, LARGE_PAGES * PAGE_SIZE));
	__free_pages(page, 9);
}

static void read_only_refuses_writes(struct kunit *test)
{
	struct page *page = take_large(test);
	char *p = page_address(page), byte = 1;

	KUNIT_ASSERT_EQ(test, set_memory_ro((unsigned long)p + PAGE_SIZE, 2), 0);
	KUNIT_EXPECT_EQ(test, copy_to_kernel_nofault(p, &byte, 1), 0L);
	KUNIT_EXPECT_NE(test, copy_to_kernel_nofault(p + PAGE_SIZE, &byte, 1), 0L);
	KUNIT_EXPECT_NE(test, copy_to_kernel_nofault(p + 3 * PAGE_SIZE - 1, &byte, 1), 0L);
	KUNIT_EXPECT_EQ(test, copy_to_kernel_nofault(p + 3 * PAGE_SIZE, &byte, 1), 0L);
	KUNIT_EXPECT_EQ(test, set_memory_rw((unsigned long)p + PAGE_SIZE, 2), 0);
	KUNIT_EXPECT_EQ(test, copy_to_kernel_nofault(p + PAGE_SIZE, &byte, 1), 0L);
	kernel_merge_range((unsigned long)p, LARGE_PAGES * PAGE_SIZE);
	__free_pages(page, 9);
}

static void invalid_page_faults_and_returns(struct kunit *test)
{
	struct page *page = take_large(test);
	char *p = page_address(page), byte;

	p[5 * PAGE_SIZE] = 'x';
	KUNIT_ASSERT_EQ(test, set_memory_valid((unsigned long)p + 5 * PAGE_SIZE, 1, 0), 0);
	KUNIT_EXPECT_NE(test, copy_from_kernel_nofault(&byte, p + 5 * PAGE_SIZE, 1), 0L);
	KUNIT_EXPECT_EQ(test, copy_from_kernel_nofault(&byte, p + 4 * PAGE_SIZE, 1), 0L);
	KUNIT_EXPECT_TRUE(test, kernel_page_protect((unsigned long)p + 5 * PAGE_SIZE, true));
	KUNIT_EXPECT_EQ(test, copy_from_kernel_nofault(&byte, p + 5 * PAGE_SIZE, 1), 0L);
	KUNIT_EXPECT_EQ(test, byte, 'x');
	kernel_merge_range((unsigned long)p, LARGE_PAGES * PAGE_SIZE);
	__free_pages(page, 9);
}

static void bad_ranges_are_refused(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, set_memory_ro(PAGE_OFFSET + 1, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_memory_ro(VMALLOC_END - 16 * PAGE_SIZE, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_memory_ro(PAGE_OFFSET, -1), -EINVAL);
	KUNIT_EXPECT_EQ(test, kernel_map_range((unsigned long)__va(PFN_PHYS(max_pfn - 1)), 0, PAGE_SIZE,
					       PT_KERNEL_RO), -EEXIST);
}

/* Can a byte be written at @p? It is put back. */
static bool writable(char *p)
{
	char byte = *(volatile char *)p;

	return !copy_to_kernel_nofault(p, &byte, 1);
}

static void alias_follows_the_mapping(struct kunit *test)
{
	const unsigned long pages = 7;
	char *p = vmalloc((pages + 2) * PAGE_SIZE);
	unsigned long va = (unsigned long)p + PAGE_SIZE;

	KUNIT_ASSERT_NOT_NULL(test, p);
	memset(p, 0x11, (pages + 2) * PAGE_SIZE);
	KUNIT_ASSERT_EQ(test, kernel_change_prot_alias(va, pages * PAGE_SIZE, 0, PT_WRITE), 0);
	for (unsigned long i = 0; i < pages + 2; i++) {
		char *page = p + i * PAGE_SIZE, *alias = page_address(vmalloc_to_page(page));
		bool expected = i == 0 || i == pages + 1;

		KUNIT_EXPECT_EQ(test, writable(page), expected);
		KUNIT_EXPECT_EQ(test, writable(page + PAGE_SIZE - 1), expected);
		KUNIT_EXPECT_EQ(test, writable(alias), expected);
		KUNIT_EXPECT_EQ(test, writable(alias + PAGE_SIZE - 1), expected);
	}
	KUNIT_ASSERT_EQ(test, kernel_change_prot_alias(va, pages * PAGE_SIZE, PT_WRITE, 0), 0);
	for (unsigned long i = 0; i < pages + 2; i++) {
		KUNIT_EXPECT_TRUE(test, writable(p + i * PAGE_SIZE));
		KUNIT_EXPECT_TRUE(test, writable(page_address(vmalloc_to_page(p + i * PAGE_SIZE))));
	}
	/* With a hole in the range (the guard page) nothing at all is changed. */
	KUNIT_EXPECT_EQ(test, kernel_change_prot_alias(va, (pages + 2) * PAGE_SIZE, 0, PT_WRITE), -EINVAL);
	for (unsigned long i = 0; i < pages + 2; i++)
		KUNIT_EXPECT_TRUE(test, writable(p + i * PAGE_SIZE));
	for (unsigned long i = 0; i < pages + 2; i++)
		kernel_merge_range(ALIGN_DOWN((unsigned long)page_address(vmalloc_to_page(p + i * PAGE_SIZE)), PT_LEVEL_SIZE(1)),
				   PT_LEVEL_SIZE(1));
	vfree(p);
}

static struct kunit_case pgtable_cases[] = {
	KUNIT_CASE(addresses_go_round),
	KUNIT_CASE(guarded_addresses_go_round),
	KUNIT_CASE(other_addresses_are_told),
	KUNIT_CASE(image_alias_is_not_writable),
	KUNIT_CASE(split_and_merge_keep_the_mapping),
	KUNIT_CASE(read_only_refuses_writes),
	KUNIT_CASE(invalid_page_faults_and_returns),
	KUNIT_CASE(bad_ranges_are_refused),
	KUNIT_CASE(alias_follows_the_mapping),
	{}
};

static struct kunit_suite pgtable_suite = {
	.name = "pgtable",
	.test_cases = pgtable_cases,
};
kunit_test_suite(pgtable_suite);
