/* SPDX-License-Identifier: MIT */
/* Bits of page->flags, for owners of pages; the allocators themselves go by page->kind. */
#pragma once

#include <linux/mm_types.h>

enum pageflags {
	PG_locked,
	PG_referenced,
	PG_uptodate,
	PG_dirty,
	PG_lru,
	PG_active,
	PG_owner_priv_1,
	PG_arch_1,
	PG_reserved,
	PG_private,
	PG_writeback,
	PG_hwpoison,		/* bad page state was found: never handed out again */
	__NR_PAGEFLAGS,
};

#define PAGE_FLAG(Name, bit)							\
static inline bool Page##Name(const struct page *page)				\
{ return __atomic_load_n(&page->flags, __ATOMIC_RELAXED) & (1UL << (bit)); }	\
static inline void SetPage##Name(struct page *page)				\
{ __atomic_fetch_or(&page->flags, 1UL << (bit), __ATOMIC_RELAXED); }		\
static inline void ClearPage##Name(struct page *page)				\
{ __atomic_fetch_and(&page->flags, ~(1UL << (bit)), __ATOMIC_RELAXED); }

PAGE_FLAG(Locked, PG_locked)
PAGE_FLAG(Referenced, PG_referenced)
PAGE_FLAG(Uptodate, PG_uptodate)
PAGE_FLAG(Dirty, PG_dirty)
PAGE_FLAG(Active, PG_active)
PAGE_FLAG(Private, PG_private)
PAGE_FLAG(HWPoison, PG_hwpoison)
#undef PAGE_FLAG

/* These follow from page->kind; mm/util.c. */
bool PageSlab(const struct page *page);
bool PageCompound(const struct page *page);
bool PageHead(const struct page *page);
bool PageTail(const struct page *page);
bool PageBuddy(const struct page *page);
/* Not under the page allocator: firmware's, the image's, a hole. */
bool PageReserved(const struct page *page);
