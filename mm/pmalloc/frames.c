// SPDX-License-Identifier: MIT
/*
 * Page frames for pools: where they come from, and who has which.
 *
 * Sealing a page takes the write permission from its alias in the linear map, so the linear map there must consist of 4 KiB
 * pages. To split it for single pages scattered over all RAM would split all of it in the end. So frames come
 * in blocks of up to 2 MiB, whose part of the linear map is split once, when the block is taken, and put together
 * when it is given back: 1 MiB in pools costs one large page of the linear map, or two.
 *
 *	top[]      one pointer per 2 MiB region of RAM: to its records, or NULL: nothing of it is ours
 *	records    one page per region: struct pm_frame for each of its 512 frames. It is the first frame of the
 *	           region's first block.
 *	block      2^order frames in one region; its head is told by page->kind, which the page allocator keeps
 *
 * A small machine uses smaller blocks (see frames_init()), and so does one whose memory is in small pieces.
 * Records and top are in frames that are sealed, too: vault_write() changes them.
 *
 * Invariant: a frame with a record that is not NOT_OURS is mapped by a 4 KiB page of the linear map.
 * Lock: pm_mutex; frame_of() needs none.
 */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <paddock/page.h>
#include <paddock/pgtable.h>
#include "pmalloc.h"

#define REGION_ORDER	9
#define REGION_FRAMES	(1u << REGION_ORDER)
#define BLOCK_ORDER_MIN	3	/* one frame for records, seven for use */

static const struct pm_frame *const *top __ro_after_init;
static unsigned long nr_regions __ro_after_init;
static unsigned int block_order __ro_after_init = REGION_ORDER;
/* Hints: wrong ones cost time, nothing else. */
static unsigned long hint_region, nr_free;
static unsigned int hint_frame;	/* none before it in that region is free */

/* ---- Looking ---- */

const struct pm_frame *frame_of(unsigned long pfn)
{
	const struct pm_frame *records;

	if (pfn >> REGION_ORDER >= nr_regions)
		return NULL;
	records = READ_ONCE(top[pfn >> REGION_ORDER]);
	if (!records || records[pfn % REGION_FRAMES].owner == FRAME_NOT_OURS)
		return NULL;
	return &records[pfn % REGION_FRAMES];
}

const struct pm_frame *frame_at(unsigned long addr)
{
	phys_addr_t pa = addr >= PAGE_OFFSET && addr < LINEAR_END ? addr - PAGE_OFFSET : kernel_va_to_pa(addr);

	return frame_of(PHYS_PFN(pa));
}

bool frames_in_region(unsigned long pfn)
{
	return pfn >> REGION_ORDER < nr_regions && top[pfn >> REGION_ORDER];
}

void frames_count(struct frame_counts *out)
{
	*out = (struct frame_counts){};
	for (unsigned long r = 0; r < nr_regions; r++) {
		const struct pm_frame *records = top[r];

		for (unsigned int i = 0; records && i < REGION_FRAMES; i++) {
			u32 owner = records[i].owner;

			out->free += owner == FRAME_FREE;
			out->table += owner == FRAME_TABLE;
			out->vault += owner == FRAME_VAULT;
			out->chunk += owner >= FRAME_CHUNK;
		}
	}
}

/* ---- Blocks ---- */

static struct page *take_block(unsigned int *order)
{
	for (*order = block_order; *order >= BLOCK_ORDER_MIN; --*order) {
		struct page *page = alloc_internal_page(GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY, *order, NUMA_NO_NODE);

		if (!page)
			continue;
		if (!kernel_split_range((unsigned long)page_address(page), PAGE_SIZE << *order))
			return page;
		free_internal_page(page, *order);
		return NULL;
	}
	return NULL;
}

/* Pages of records become read-only. */
static void seal_tables(unsigned long va, unsigned long size)
{
	kernel_set_prot(va, size, 0, PT_WRITE);
	kernel_flush_everywhere();
}

static void note_frames(struct pm_frame *records, unsigned long pfn, unsigned int n, u32 owner)
{
	for (unsigned int i = 0; i < n; i++)
		records[(pfn + i) % REGION_FRAMES] = (struct pm_frame){ .owner = owner };
}

/* Another block. Returns: its region, or nr_regions: no memory. Locking: kernel_alias_lock(). */
static unsigned long add_block_locked(void)
{
	unsigned int order, n;
	struct page *page = take_block(&order);
	unsigned long pfn, region;

	if (!page)
		return nr_regions;
	pfn = page_to_pfn(page);
	region = pfn >> REGION_ORDER;
	n = 1u << order;
	hint_frame = 0;
	if (top[region]) {
		struct pm_frame some[32];

		note_frames(some, 0, ARRAY_SIZE(some), FRAME_FREE);
		for (unsigned int i = 0; i < n; i += ARRAY_SIZE(some))
			vault_write(&top[region][(pfn + i) % REGION_FRAMES], some,
				    min_t(unsigned int, n - i, ARRAY_SIZE(some)) * sizeof(some[0]));
		nr_free += n;
	} else {
		struct pm_frame *records = page_address(page);

		clear_page(records);
		note_frames(records, pfn, 1, FRAME_TABLE);
		note_frames(records, pfn + 1, n - 1, FRAME_FREE);
		seal_tables((unsigned long)records, PAGE_SIZE);
		vault_set(&top[region], (const struct pm_frame *)records);
		nr_free += n - 1;
	}
	return region;
}

static unsigned long add_block(void)
{
	unsigned long region;

	kernel_alias_lock();
	region = add_block_locked();
	kernel_alias_unlock();
	return region;
}

/* Is frame @i of the region the head of a block? Its order, or -1. */
static int head_order(unsigned long region, unsigned int i)
{
	struct page *page = pfn_to_page((region << REGION_ORDER) + i);

	return page_type(page) == PAGE_TABLE ? (int)page_kind_order(page) : -1;
}

static bool all_free(const struct pm_frame *records, unsigned int from, unsigned int to)
{
	for (unsigned int i = from; i < to; i++)
		if (records[i].owner != FRAME_FREE)
			return false;
	return true;
}

static void give_block(unsigned long region, unsigned int first, unsigned int order, bool last_of_region)
{
	const struct pm_frame *records = top[region];
	struct page *page = pfn_to_page((region << REGION_ORDER) + first);
	unsigned long va = (unsigned long)page_address(page);
	unsigned int n = 1u << order;

	if (last_of_region) {
		vault_set(&top[region], (const struct pm_frame *)NULL);
		kernel_set_prot((unsigned long)records, PAGE_SIZE, PT_WRITE, 0);
		kernel_flush_everywhere();
		nr_free -= n - 1;
	} else {
		static const struct pm_frame none[32];

		for (unsigned int i = 0; i < n; i += ARRAY_SIZE(none))
			vault_write(&records[first + i], none, min_t(unsigned int, n - i, ARRAY_SIZE(none)) * sizeof(none[0]));
		nr_free -= n;
	}
	kernel_alias_lock();
	kernel_merge_range(ALIGN_DOWN(va, PAGE_SIZE << REGION_ORDER), PAGE_SIZE << REGION_ORDER);
	kernel_alias_unlock();
	free_internal_page(page, order);
}

/* Every block of the region without a user but for its records goes; the one with the records goes last. */
static void trim_region(unsigned long region)
{
	const struct pm_frame *records = top[region];
	unsigned int table = page_to_pfn(virt_to_page(records)) % REGION_FRAMES, others = 0;

	for (unsigned int i = 0; i < REGION_FRAMES; i++) {
		int order = records[i].owner != FRAME_NOT_OURS && i != table ? head_order(region, i) : -1;

		if (order >= 0 && all_free(records, i, i + (1u << order)))
			give_block(region, i, order, false);
	}
	for (unsigned int i = 0; i < REGION_FRAMES; i++)
		others += records[i].owner != FRAME_NOT_OURS && (i < table || i >= table + (1u << head_order(region, table)));
	if (!others && all_free(records, table + 1, table + (1u << head_order(region, table))))
		give_block(region, table, head_order(region, table), true);
}

void frames_trim(void)
{
	for (unsigned long r = 0; r < nr_regions; r++)
		if (top[r])
			trim_region(r);
}

/* ---- Frames ---- */

/* Up to @n frames of @region, as pages @index and on of @owner. Returns: how many. */
static unsigned int take_from(unsigned long region, unsigned int n, u32 owner, u32 index, struct page **pages)
{
	const struct pm_frame *records = top[region];
	unsigned int got = 0;

	for (unsigned int i = region == hint_region ? hint_frame : 0; i < REGION_FRAMES && got < n; i++) {
		struct pm_frame some[32];
		unsigned int k = 0;

		/* Neighbours at once. */
		while (k < ARRAY_SIZE(some) && got < n && i + k < REGION_FRAMES && records[i + k].owner == FRAME_FREE) {
			some[k++] = (struct pm_frame){ .owner = owner, .index = index + got };
			pages[got++] = pfn_to_page((region << REGION_ORDER) + i + k - 1);
		}
		if (k) {
			vault_write(&records[i], some, k * sizeof(some[0]));
			i += k - 1;
			hint_frame = i + 1;
		}
	}
	hint_region = region;
	nr_free -= got;
	return got;
}

int frames_alloc(unsigned int n, u32 owner, struct page **pages)
{
	unsigned int got = 0;
	unsigned long r = hint_region < nr_regions ? hint_region : 0;

	for (unsigned long tried = 0; nr_free && got < n && tried < nr_regions; tried++) {
		if (top[r])
			got += take_from(r, n - got, owner, got, pages + got);
		if (got < n)
			r = r + 1 < nr_regions ? r + 1 : 0;
	}
	while (got < n) {
		r = add_block();
		if (r == nr_regions) {
			frames_free(pages, got);
			frames_trim();
			return -ENOMEM;
		}
		got += take_from(r, n - got, owner, got, pages + got);
	}
	return 0;
}

void frames_free(struct page **pages, unsigned int n)
{
	hint_frame = 0;
	for (unsigned int i = 0; i < n; i++) {
		const struct pm_frame *frame = frame_of(page_to_pfn(pages[i]));
		unsigned int k = 1;
		struct pm_frame some[32];

		if (WARN_ON(!frame || frame->owner < FRAME_VAULT))
			continue;
		while (k < ARRAY_SIZE(some) && i + k < n && pages[i + k] == pages[i] + k &&
		       (page_to_pfn(pages[i]) + k) % REGION_FRAMES)
			k++;
		note_frames(some, 0, k, FRAME_FREE);
		vault_write(frame, some, k * sizeof(some[0]));
		nr_free += k;
		i += k - 1;
	}
}

/* ---- Boot ---- */

/*
 * The first block holds the records of its region, and top. It is written as it is, before there is anything to hide
 * from, and then sealed.
 */
int __init frames_init(void)
{
	unsigned int order, top_pages, n;
	struct pm_frame *records;
	struct page *page;
	unsigned long pfn;
	void **new_top;

	nr_regions = DIV_ROUND_UP(max_pfn, REGION_FRAMES);
	top_pages = PFN_UP(nr_regions * sizeof(*top));
	/* A 256th of memory at once: 256 KiB of 64 MiB, 2 MiB from 512 MiB on. */
	block_order = clamp(ilog2(totalram_pages()) - 8, BLOCK_ORDER_MIN + 1, REGION_ORDER);
	page = take_block(&order);
	if (!page || 1u << order < top_pages + 2) {
		if (page)
			free_internal_page(page, order);
		nr_regions = 0;
		return -ENOMEM;
	}
	pfn = page_to_pfn(page);
	n = 1u << order;
	records = page_address(page);
	new_top = page_address(page + 1);
	memset(records, 0, (1 + top_pages) * PAGE_SIZE);
	note_frames(records, pfn, 1 + top_pages, FRAME_TABLE);
	note_frames(records, pfn + 1 + top_pages, n - 1 - top_pages, FRAME_FREE);
	new_top[pfn >> REGION_ORDER] = records;
	top = (const struct pm_frame *const *)new_top;
	nr_free = n - 1 - top_pages;
	seal_tables((unsigned long)records, (1 + top_pages) * PAGE_SIZE);
	return 0;
}
