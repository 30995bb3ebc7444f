/* SPDX-License-Identifier: MIT */
/*
 * Ranges of virtual addresses: who has which, and when freed ones may be used again. Used by vmalloc.c.
 */
#pragma once

#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

enum vm_state {
	VM_BUSY,	/* somebody's */
	VM_LAZY,	/* unmapped, but a TLB may still know it */
	VM_READY,	/* flushed; waits in a bucket for the next of its size */
};

#define VA_BUCKETS	65	/* sizes of up to 64 pages, guard included, are kept by size */

struct va_space {
	const char *name;
	unsigned long start, end;	/* [I] */
	spinlock_t lock;		/* leaf; interrupts masked */
	struct rb_root areas;		/* [lock] every area, busy or not, by address */
	struct rb_root holes;		/* [lock] addresses that belong to no area */
	struct list_head bucket[VA_BUCKETS];	/* [lock] READY areas by va_pages */
	struct list_head lazy;		/* [lock] */
	unsigned long lazy_pages, busy_pages;	/* [lock] */
	struct work_struct purge;	/* va_purge(), for who may not wait */
};

void va_space_init(struct va_space *space, const char *name, unsigned long start, unsigned long end);

/*
 * va_alloc - an area for @size bytes (whole pages), its addr a multiple of @align.
 * @flags: VM_NO_GUARD and VM_STACK change the guard pages.
 * Shape:  state BUSY; flags, size and addr set; pages may be an array left from before, of nr_pages entries.
 * Context: any; flushes TLBs when addresses have run out, if it may (see va_free()).
 * Returns: NULL when addresses or memory for the struct have run out.
 */
struct vm_struct *va_alloc(struct va_space *space, unsigned long size, unsigned long align, unsigned long flags,
			   gfp_t gfp);

/*
 * va_free - @area is unmapped: its addresses can be used again after a flush, which is put off until many
 * wait for it.
 * Context: any. The flush is made here where interrupts are on and preemption is possible, else by a work item.
 */
void va_free(struct va_space *space, struct vm_struct *area);

/* The busy area that starts at, or covers, @addr. */
struct vm_struct *va_find(struct va_space *space, unsigned long addr);
/* The same, taken: nobody else finds it from now on. NULL unless @addr is its very start. */
struct vm_struct *va_take(struct va_space *space, unsigned long addr);

/*
 * module_pages.c: single pages for module_alloc(), close together in the linear map. module_page_free(): the linear map's
 * alias is writable again. Context: thread, may sleep.
 */
struct page *module_page_alloc(gfp_t gfp);
void module_page_free(struct page *page);

/* Flush, and make holes of all areas that are not in use; what they kept is freed. Context: thread, interrupts on. */
void va_dissolve_all(struct va_space *space);

/* Flush all that waits. Context: thread, interrupts on. */
void va_purge(struct va_space *space);
