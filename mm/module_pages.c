// SPDX-License-Identifier: MIT
/*
 * Pages for modules, close together.
 *
 * A module's text and rodata are read-only through the linear map as well, which therefore maps them by 4 KiB pages. If
 * each page came from somewhere else, each would cost the linear map a 2 MiB page. So modules' pages are
 * cut from blocks of 2 MiB: a dozen modules cost one.
 *
 *   linear map   … [2 MiB][ 4K 4K 4K 4K … one block ][2 MiB] …
 *                            |  |     |
 *   modules      [ text | rodata | data ]  [ text | … ]
 *
 * A block is given back when its last page is free; its part of the linear map is merged again. Where no block is to be
 * had, single pages do.
 *
 * page->mapping of each page of a block: the block's first page (single pages: NULL); that one's index counts pages in
 * use. Free pages are linked through page->lru. All are kind TABLE to the page allocator: not for __free_page().
 *
 * Lock: pool_lock, a leaf.
 */
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/spinlock.h>
#include <paddock/alloc_watch.h>
#include <paddock/page.h>
#include <paddock/pgtable.h>
#include "vaspace.h"

#define BLOCK_ORDER	9
#define BLOCK_PAGES	(1u << BLOCK_ORDER)

static DEFINE_SPINLOCK(pool_lock);
static LIST_HEAD(free_pages_list);	/* [L] of all blocks: pages that came back */
/* The youngest block, whose pages behind the first nr_used were never taken and are on no list; NULL: none has such. */
static struct page *fresh_block;	/* [L] */
static unsigned int nr_used;		/* [L] */

static struct page *take_locked(void)
{
	struct page *page = list_first_entry_or_null(&free_pages_list, struct page, lru);

	if (page) {
		list_del(&page->lru);
	} else if (fresh_block) {
		page = fresh_block + nr_used++;
		page->mapping = (void *)fresh_block;
		if (nr_used == BLOCK_PAGES)
			fresh_block = NULL;
	} else {
		return NULL;
	}
	((struct page *)page->mapping)->index++;
	return page;
}

/* All of @block's pages are free: take them off the list. */
static void forget_locked(struct page *block)
{
	unsigned int used = block == fresh_block ? nr_used : BLOCK_PAGES;

	for (unsigned int i = 0; i < used; i++) {
		list_del(&block[i].lru);
		block[i].mapping = NULL;
	}
	if (block == fresh_block)
		fresh_block = NULL;
}

static struct page *take_free_page(void)
{
	struct page *page;
	unsigned long flags;

	spin_lock_irqsave(&pool_lock, flags);
	page = take_locked();
	spin_unlock_irqrestore(&pool_lock, flags);
	return page;
}

/* True: take_free_page() may find one. */
static bool add_block(gfp_t gfp)
{
	struct page *block = alloc_internal_page(gfp | __GFP_NOWARN, BLOCK_ORDER, NUMA_NO_NODE);
	unsigned long flags;

	if (!block)
		return false;
	block->index = 0;
	spin_lock_irqsave(&pool_lock, flags);
	if (!fresh_block) {
		fresh_block = block;
		nr_used = 0;
		block = NULL;
	}
	spin_unlock_irqrestore(&pool_lock, flags);
	if (block)	/* another CPU was here first */
		free_internal_page(block, BLOCK_ORDER);
	return true;
}

struct page *module_page_alloc(gfp_t gfp)
{
	struct page *page;

	if (alloc_is_watched() && watch_fails_pages(gfp, 0))
		return NULL;
	page = take_free_page();
	if (!page && add_block(gfp))
		page = take_free_page();
	if (!page) {
		page = alloc_internal_page(gfp, 0, NUMA_NO_NODE);
		if (page)
			page->mapping = NULL;
	}
	if (alloc_is_watched() && page)
		watch_note_page(page);
	return page;
}

void module_page_free(struct page *page)
{
	struct page *block = page->mapping;
	unsigned long flags;
	bool last = false;

	if (alloc_is_watched())
		watch_forget_page(page);
	if (!block) {
		free_internal_page(page, 0);
		return;
	}
	spin_lock_irqsave(&pool_lock, flags);
	list_add(&page->lru, &free_pages_list);
	last = !--block->index;
	if (last)
		forget_locked(block);
	spin_unlock_irqrestore(&pool_lock, flags);
	if (last) {
		kernel_merge_range((unsigned long)page_address(block), PAGE_SIZE << BLOCK_ORDER);
		free_internal_page(block, BLOCK_ORDER);
	}
}
