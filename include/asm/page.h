/* SPDX-License-Identifier: MIT */
/*
 * Pages, and the arithmetic between an address, its frame and its struct page. The same on both
 * processors, since only the numbers of <asm/layout.h> differ:
 *
 *   physical  --__va()-->            linear map        PAGE_OFFSET + pa
 *   frame     --pfn_to_page()-->     struct page       VMEMMAP_START + 64 * pfn
 *   linear    --virt_to_page()-->    struct page       by way of the frame number
 *   image     --__pa_symbol()-->     physical          the image is mapped apart from the linear map
 *
 * All of it is exact for every address of the linear map, KFENCE objects included. Image addresses (of
 * functions and static variables) have another mapping: __pa_symbol() and lm_alias() are for them, and
 * a build with DEBUG_VIRTUAL=1 warns when __pa() or virt_to_page() meets one.
 */
#pragma once

#include <asm/layout.h>

#define PAGE_SHIFT	12
#ifdef __ASSEMBLY__
#define PAGE_SIZE	(1 << PAGE_SHIFT)
#else
#include <linux/types.h>

#define PAGE_SIZE	(1UL << PAGE_SHIFT)
#define PAGE_MASK	(~(PAGE_SIZE - 1))

#ifndef DEBUG_VIRTUAL
#define DEBUG_VIRTUAL	0
#endif

struct page;

/* Image address minus physical address, the same for the whole image; set before memblock_init() ends. */
extern unsigned long kimage_voffset;
/* Bytes of linear map that RAM can occupy: every RAM address is below PAGE_OFFSET + linear_bytes. */
extern unsigned long linear_bytes;
extern unsigned long max_pfn;	/* first frame number above all RAM */

/* mm/pgtable_look.c: warns once per caller when @va is no linear-map address; returns its best translation. */
unsigned long virt_to_phys_checked(unsigned long va);
/* mm/util.c: @va lies in RAM that the linear map shows (KFENCE pools included). Context: any. */
bool virt_addr_valid_slow(unsigned long va);

static inline unsigned long __virt_to_phys(unsigned long va)
{
	if (DEBUG_VIRTUAL)
		return virt_to_phys_checked(va);
	return va - PAGE_OFFSET;
}

#define __pa(x)			__virt_to_phys((unsigned long)(x))
#define __va(x)			((void *)((unsigned long)(x) + PAGE_OFFSET))
#define __pa_symbol(x)		((unsigned long)(x) - kimage_voffset)
#define lm_alias(x)		__va(__pa_symbol(x))

#define __pfn_to_phys(pfn)	((phys_addr_t)(pfn) << PAGE_SHIFT)
#define PFN_PHYS(pfn)		((phys_addr_t)(pfn) << PAGE_SHIFT)
#define PHYS_PFN(pa)		((unsigned long)((pa) >> PAGE_SHIFT))

#define vmemmap			((struct page *)VMEMMAP_START)
#define STRUCT_PAGE_SHIFT	6	/* sizeof(struct page) is 64, see mm_types.h */

#define pfn_to_page(pfn)	((struct page *)(VMEMMAP_START + ((unsigned long)(pfn) << STRUCT_PAGE_SHIFT)))
#define page_to_pfn(page)	(((unsigned long)(page) - VMEMMAP_START) >> STRUCT_PAGE_SHIFT)
#define page_to_phys(page)	PFN_PHYS(page_to_pfn(page))
#define phys_to_page(pa)	pfn_to_page(PHYS_PFN(pa))
#define virt_to_pfn(va)		PHYS_PFN(__pa(va))
#define virt_to_page(va)	pfn_to_page(virt_to_pfn(va))
#define page_to_virt(page)	__va(page_to_phys(page))
#define pfn_to_virt(pfn)	__va(PFN_PHYS(pfn))
#define virt_addr_valid(va)	virt_addr_valid_slow((unsigned long)(va))

/* Words rather than bytes: whole pages are cleared and copied often. mm/util.c. */
void clear_page(void *page);
void copy_page(void *to, const void *from);
#endif /* __ASSEMBLY__ */
