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
#define VM_STACK		0x00001000	/* a kernel stack: guard page below as well */

/* How a mapping may be used. */
typedef struct { u32 bits; } pgprot_t;	/* PT_* bits of arch/paging.h */
#define __pgprot(x)		((pgprot_t){ (x) })
#define pgprot_val(x)		((x).bits)
#define PAGE_KERNEL		__pgprot(0x0b)	/* PT_KERNEL_RW */
#define PAGE_KERNEL_RO		__pgprot(0x09)	/* PT_KERNEL_RO */
#define PAGE_KERNEL_ROX		__pgprot(0x0d)	/* PT_KERNEL_RX */

struct vm_struct {
	struct vm_struct *next;		/* of areas waiting to be freed */
	void *addr;			/* [I] */
	unsigned long size;		/* [I] bytes, guard page included */
	unsigned long flags;		/* [I] VM_* */
	struct page **pages;		/* [I] single pages, or heads of 2 MiB ones; NULL for ioremap() */
	unsigned int nr_pages;		/* [I] 4 KiB pages mapped */
	unsigned int page_order;	/* [I] 9: mapped by 2 MiB pages */
	phys_addr_t phys_addr;		/* [I] ioremap() */
	const void *caller;		/* [I] for /proc/vmallocinfo */
	struct rb_node node;		/* in the tree by address */
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
struct vm_struct *remove_vm_area(const void *addr);
void free_vm_area(struct vm_struct *area);

/* Flush what vfree() left behind, now. */
void vm_unmap_aliases(void);
unsigned long vmalloc_nr_pages(void);

bool is_vmalloc_addr(const void *addr);
bool is_vmalloc_or_module_addr(const void *addr);
struct page *vmalloc_to_page(const void *addr);
unsigned long vmalloc_to_pfn(const void *addr);
bool vmalloc_dump_obj(void *object);
