/* SPDX-License-Identifier: MIT */
/* All memory is in the linear map: mapping a page is taking its address. */
#pragma once

#include <linux/mm.h>
#include <linux/string.h>

static inline void *kmap(struct page *page) { return page_address(page); }
static inline void kunmap(struct page *page) { }
static inline void *kmap_local_page(struct page *page) { return page_address(page); }
static inline void *kmap_atomic(struct page *page) { return page_address(page); }
#define kunmap_local(addr)	((void)(addr))
#define kunmap_atomic(addr)	((void)(addr))

static inline void clear_highpage(struct page *page) { clear_page(page_address(page)); }
static inline void copy_highpage(struct page *to, struct page *from)
{
	copy_page(page_address(to), page_address(from));
}
static inline void zero_user(struct page *page, unsigned int start, unsigned int size)
{
	memset((char *)page_address(page) + start, 0, size);
}
