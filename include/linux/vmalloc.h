/* SPDX-License-Identifier: MIT */
/*
 * Memory that is contiguous in virtual addresses only. Each area is followed by an unmapped guard page.
 */
#pragma once

#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/types.h>
#include <asm/page.h>

struct page;
struct seq_file;

#define VM_IOREMAP		0x00000001	/* ioremap() */
#define VM_ALLOC		0x00000002	/* vmalloc() */
#define VM_MAP			0x00000004	/* vmap() */
#define VM_NO_GUARD		0x00000040	/* no guard page behind it */
#define VM_FLUSH_RESET_PERMS	0x00000100	/* vfree() makes the linear alias writable again */
#define VM_MAP_PUT_PAGES	0x00000200	/* vfree() frees the pages of a vmap() too */
#define VM_ALLOW_HUGE_VMAP	0x00000400	/* 2 MiB pages where they fit */
#define VM_MODULE		0x00000800	/* pages from module_page_alloc() */
#define VM_STACK		0x00001000	/* a kernel stack: guard page below as well */

/* How a mapping may be used. */
typedef struct { u32 bits; } pgprot_t;	/* PT_* bits of <arch/paging.h> */
#define __pgprot(x)		((pgprot_t){ (x) })
#define pgprot_val(x)		((x).bits)
#define PAGE_KERNEL		__pgprot(0x0b)	/* PT_KERNEL_RW */
#define PAGE_KERNEL_RO		__pgprot(0x09)	/* PT_KERNEL_RO */
#define PAGE_KERNEL_ROX		__pgprot(0x0d)	/* PT_KERNEL_RX */

/* One mapped area. The second half is mm/vaspace.c's. */
struct vm_struct {
	void *addr;			/* [I] first usable byte */
	unsigned long size;		/* bytes, guard page behind it included */
	unsigned long flags;		/* VM_* */
	struct page **pages;		/* one per 4 KiB page; NULL for ioremap() */
	unsigned int nr_pages;		/* mapped 4 KiB pages */
	unsigned int nr_huge;		/* of these, the first nr_huge * 512 are mapped by 2 MiB pages */
	phys_addr_t phys_addr;		/* ioremap() */
	const void *caller;		/* for /proc/vmallocinfo */

	unsigned long va_start;		/* [I] with the guard page below, if any */
	unsigned int va_pages;		/* [I] all addresses that it takes, guards included */
	unsigned int state;		/* enum vm_state [space lock] */
	struct rb_node node;		/* in the space's tree by address [space lock] */
	struct list_head link;		/* lazy or bucket list [space lock] */
};

/*
 * vmalloc - @size bytes, rounded up to pages, readable and writable.
 * Context: thread or any context with interrupts on; may sleep. __vmalloc() takes GFP flags.
 * Returns: page-aligned address, or NULL with a report; size 0 is NULL.
 * Owner:   caller; vfree().
 */
void *vmalloc(unsigned long size);
void *vzalloc(unsigned long size);
void *vmalloc_node(unsigned long size, int node);
void *vzalloc_node(unsigned long size, int node);
void *vmalloc_user(unsigned long size);
void *vmalloc_32(unsigned long size);
void *vmalloc_huge(unsigned long size, gfp_t gfp);
void *__vmalloc(unsigned long size, gfp_t gfp);
void *vmalloc_array(size_t n, size_t size);
void *vcalloc(size_t n, size_t size);
void *__vmalloc_node_range(unsigned long size, unsigned long align, unsigned long start, unsigned long end,
			   gfp_t gfp, pgprot_t prot, unsigned long vm_flags, int node, const void *caller);

/*
 * vfree - give an area back. NULL is fine; anything but an area's start is warned about and ignored.
 * Context: any but NMI; from interrupts the work is left to a later vmalloc() or vfree().
 *          A translation on another CPU may outlive the call, but not the reuse of the address.
 */
void vfree(const void *addr);
void vfree_atomic(const void *addr);

/* vmap - show @count single pages at contiguous addresses. vunmap() undoes it; the pages stay the caller's. */
void *vmap(struct page **pages, unsigned int count, unsigned long flags, pgprot_t prot);
void vunmap(const void *addr);

struct vm_struct *find_vm_area(const void *addr);
struct vm_struct *get_vm_area(unsigned long size, unsigned long flags);
void free_vm_area(struct vm_struct *area);

/* Flush what vfree() left behind, now. */
/*
 * The pages at @addr are about to become read-only in the linear map, too: vfree() is to undo that.
 * Returns: false when @addr is not in an area whose pages are its own; then the linear map stays as it is.
 */
bool vmalloc_alias_changes(unsigned long addr);
void vm_unmap_aliases(void);
/* The same, and what free areas keep for the next one is given back. Context: thread. */
void vmalloc_settle(void);
unsigned long vmalloc_nr_pages(void);

bool is_vmalloc_addr(const void *addr);
bool is_vmalloc_or_module_addr(const void *addr);
struct page *vmalloc_to_page(const void *addr);
unsigned long vmalloc_to_pfn(const void *addr);
bool vmalloc_dump_obj(void *object);
