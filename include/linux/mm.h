/* SPDX-License-Identifier: MIT */
/* What may be asked of pages and addresses. */
#pragma once

#include <linux/align.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/mm_types.h>
#include <linux/mmzone.h>
#include <linux/page-flags.h>
#include <linux/pfn.h>
#include <linux/sizes.h>
#include <linux/topology.h>
#include <asm/page.h>

extern void *high_memory;	/* end of the linear map of RAM */

#define PAGE_ALIGN(addr)	(((addr) + PAGE_SIZE - 1) & PAGE_MASK)
#define PAGE_ALIGN_DOWN(addr)	((addr) & PAGE_MASK)
#define PAGE_ALIGNED(addr)	(!((unsigned long)(addr) & ~PAGE_MASK))
#define offset_in_page(p)	((unsigned long)(p) & ~PAGE_MASK)
#define untagged_addr(addr)	(addr)

/* The smallest order whose block holds @size bytes. */
static inline int get_order(unsigned long size)
{
	size = (size - 1) >> PAGE_SHIFT;
	return size ? 64 - __builtin_clzl(size) : 0;
}

static inline void *page_address(const struct page *page)
{
	return page_to_virt(page);
}

static inline void *lowmem_page_address(const struct page *page)
{
	return page_to_virt(page);
}

int page_to_nid(const struct page *page);
struct zone *page_zone(const struct page *page);

/* The head of the compound page that @page belongs to, or itself. */
struct page *compound_head(struct page *page);
static inline struct page *virt_to_head_page(const void *addr)
{
	return compound_head(virt_to_page(addr));
}
unsigned int compound_order(struct page *page);	/* order of an allocated head page, 0 else */
static inline unsigned long page_size(struct page *page)
{
	return PAGE_SIZE << compound_order(page);
}

/* References. The last put_page() frees the page, or the compound page that it is part of. */
static inline int page_count(struct page *page)
{
	return __atomic_load_n(&compound_head(page)->_refcount, __ATOMIC_RELAXED);
}
static inline int page_ref_count(struct page *page)
{
	return __atomic_load_n(&page->_refcount, __ATOMIC_RELAXED);
}
void get_page(struct page *page);
void put_page(struct page *page);

bool is_vmalloc_addr(const void *addr);
struct page *vmalloc_to_page(const void *addr);
unsigned long vmalloc_to_pfn(const void *addr);

/* Totals for /proc/meminfo, sysinfo and free(1). */
struct sysinfo {
	unsigned long uptime;
	unsigned long totalram, freeram, sharedram, bufferram, totalswap, freeswap;	/* pages */
	unsigned int mem_unit;
};
void si_meminfo(struct sysinfo *out);

/* show_mem - the memory summary of an allocation failure. Context: any. */
void show_mem(unsigned int flags, nodemask_t *nodemask);

/* mem_dump_obj - print what is known about the memory at @addr: slab object, vmalloc area, page… */
void mem_dump_obj(void *addr);

/* Give image or firmware pages to the page allocator; they stay mapped as they are. */
void free_reserved_page(struct page *page);
unsigned long free_reserved_area(void *start, void *end, int poison, const char *what);

#define VM_BUG_ON(cond)			BUG_ON(cond)
#define VM_BUG_ON_PAGE(cond, page)	BUG_ON(cond)
#define VM_WARN_ON(cond)		((void)WARN_ON(cond))
#define VM_WARN_ON_ONCE(cond)		((void)WARN_ON_ONCE(cond))

/* Declared there in Linux 6.1, used through <linux/mm.h> by many drivers. */
void *kvmalloc_node(size_t size, gfp_t flags, int node);
void kvfree(const void *addr);

/* Print @page and why. Context: any. */
void dump_page(struct page *page, const char *reason);
