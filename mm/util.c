// SPDX-License-Identifier: MIT
/*
 * Other forms of asking for pages (by address, of an exact size, many at once), and answers to questions
 * about pages and addresses. Everything here stands on page_alloc.c's few functions and on page->kind.
 */
#include <linux/align.h>
#include <linux/bug.h>
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <paddock/memblock.h>
#include <paddock/page.h>
#include "buddy.h"

/* ---- By address ---- */

unsigned long __get_free_pages(gfp_t gfp, unsigned int order)
{
	struct page *page = alloc_pages(gfp, order);

	return page ? (unsigned long)page_address(page) : 0;
}
EXPORT_SYMBOL(__get_free_pages);

unsigned long get_zeroed_page(gfp_t gfp)
{
	return __get_free_pages(gfp | __GFP_ZERO, 0);
}
EXPORT_SYMBOL(get_zeroed_page);

void free_pages(unsigned long addr, unsigned int order)
{
	if (!addr)
		return;
	if (WARN_ON_ONCE(!virt_addr_valid(addr)))
		return;
	__free_pages(virt_to_page(addr), order);
}
EXPORT_SYMBOL(free_pages);

void *alloc_pages_exact(size_t size, gfp_t gfp)
{
	unsigned int order = get_order(size);
	unsigned long used = PAGE_ALIGN(size) / PAGE_SIZE;
	struct page *page;

	if (!size)
		return NULL;
	page = alloc_pages(gfp & ~__GFP_COMP, order);
	if (!page)
		return NULL;
	split_page(page, order);
	for (unsigned long i = used; i < 1UL << order; i++)
		__free_page(page + i);
	return page_address(page);
}
EXPORT_SYMBOL(alloc_pages_exact);

void free_pages_exact(void *addr, size_t size)
{
	for (char *p = addr; p < (char *)addr + size; p += PAGE_SIZE)
		free_page((unsigned long)p);
}
EXPORT_SYMBOL(free_pages_exact);

unsigned long alloc_pages_bulk_array(gfp_t gfp, unsigned long nr_pages, struct page **array)
{
	unsigned long i;

	for (i = 0; i < nr_pages; i++) {
		if (!array[i])
			array[i] = alloc_page(gfp);
		if (!array[i])
			break;
	}
	return i;
}
EXPORT_SYMBOL_GPL(alloc_pages_bulk_array);

/* ---- Giving the image's pages to the allocator ---- */

void free_reserved_page(struct page *page)
{
	section_open(page_to_pfn(page));
	zone_give(page_zone(page), page, 0);
	zone_add_managed(page_zone(page), 1);
}

unsigned long free_reserved_area(void *start, void *end, int poison, const char *what)
{
	unsigned long pages = 0;

	for (char *p = PTR_ALIGN((char *)start, PAGE_SIZE); p + PAGE_SIZE <= (char *)end; p += PAGE_SIZE) {
		if ((unsigned int)poison <= 0xff)
			memset(p, poison, PAGE_SIZE);
		free_reserved_page(virt_to_page(p));
		pages++;
	}
	if (pages && what)
		pr_info("Freeing %s memory: %luK\n", what, pages << (PAGE_SHIFT - 10));
	return pages;
}

/* ---- What a page is ---- */

int page_to_nid(const struct page *page)
{
	return section_node(page_to_pfn(page));
}
EXPORT_SYMBOL(page_to_nid);

struct zone *page_zone(const struct page *page)
{
	enum zone_type type = page_to_phys(page) < SZ_4G ? ZONE_DMA32 : ZONE_NORMAL;

	return &NODE_DATA(page_to_nid(page))->node_zones[type];
}

bool PageSlab(const struct page *page)
{
	return page_is_slab(page);
}
EXPORT_SYMBOL(PageSlab);

/* A tail has no kind, and the head's address, odd, in a word that otherwise is a list pointer, even. */
bool PageTail(const struct page *page)
{
	return page_is_slab(page) ? page->slab_index != 0 : !page->kind && page->compound_head & 1;
}
EXPORT_SYMBOL(PageTail);

bool PageHead(const struct page *page)
{
	return page_type(page) == PAGE_COMPOUND;
}
EXPORT_SYMBOL(PageHead);

bool PageCompound(const struct page *page)
{
	return PageHead(page) || PageTail(page);
}
EXPORT_SYMBOL(PageCompound);

bool PageBuddy(const struct page *page)
{
	return page_type(page) == PAGE_BUDDY;
}

bool PageReserved(const struct page *page)
{
	phys_addr_t start = page_to_phys(page), end;

	return !memblock_next_free(&start, &end, start + PAGE_SIZE) || start != page_to_phys(page);
}

struct page *compound_head(struct page *page)
{
	if (page_is_slab(page))
		return page - page->slab_index;
	if (PageTail(page))
		return (struct page *)(page->compound_head - 1);
	return page;
}
EXPORT_SYMBOL(compound_head);

unsigned int compound_order(struct page *page)
{
	switch (page_type(page)) {
	case PAGE_PLAIN:
	case PAGE_COMPOUND:
	case PAGE_LARGE:
	case PAGE_BUDDY:
		return page_kind_order(page);
	default:
		return 0;
	}
}
EXPORT_SYMBOL(compound_order);

/* ---- What an address is ---- */

bool virt_addr_valid_slow(unsigned long va)
{
	return va - PAGE_OFFSET < linear_bytes && memblock_is_ram(va - PAGE_OFFSET);
}
EXPORT_SYMBOL(virt_addr_valid_slow);

void mem_dump_obj(void *addr)
{
	const char *what;

	if (kmem_valid_obj(addr)) {
		kmem_dump_obj(addr);
		return;
	}
	if (vmalloc_dump_obj(addr))
		return;
	if (is_vmalloc_or_module_addr(addr))
		what = "vmalloc memory";
	else if (virt_addr_valid(addr))
		what = "non-slab/vmalloc memory";
	else if (!addr)
		what = "NULL pointer";
	else if (addr == ZERO_SIZE_PTR)
		what = "zero-size pointer";
	else
		what = "non-paged memory";
	pr_cont(" %s\n", what);
}
EXPORT_SYMBOL_GPL(mem_dump_obj);

/* ---- Whole pages ---- */

void clear_page(void *page)
{
	memset(page, 0, PAGE_SIZE);
}
EXPORT_SYMBOL(clear_page);

void copy_page(void *to, const void *from)
{
	memcpy(to, from, PAGE_SIZE);
}
EXPORT_SYMBOL(copy_page);

/* ---- Totals ---- */

static unsigned long total_pages;	/* atomic */

unsigned long totalram_pages(void)
{
	return total_pages;
}
EXPORT_SYMBOL(totalram_pages);

void zone_add_managed(struct zone *zone, unsigned long pages)
{
	__atomic_fetch_add(&zone->managed_pages, pages, __ATOMIC_RELAXED);
	__atomic_fetch_add(&total_pages, pages, __ATOMIC_RELAXED);
}

unsigned long nr_free_pages(void)
{
	unsigned long pages = 0;

	for (int node = 0; node < MAX_NUMNODES; node++) {
		for (int type = 0; type < MAX_NR_ZONES; type++) {
			const struct zone *zone = &NODE_DATA(node)->node_zones[type];

			pages += READ_ONCE(zone->nr_free) + READ_ONCE(zone->deferred_pages);
		}
		pages += page_lists_nr_pages(node);
	}
	return pages;
}

void si_meminfo(struct sysinfo *out)
{
	*out = (struct sysinfo){
		.totalram = totalram_pages(),
		.freeram = nr_free_pages(),
		.mem_unit = PAGE_SIZE,
	};
}
EXPORT_SYMBOL(si_meminfo);
