// SPDX-License-Identifier: MIT
/*
 * Virtual addresses for vmalloc and modules.
 *
 * A space (vmalloc's, the modules') is made of areas and holes. An area goes round in a circle:
 *
 *            va_alloc                   va_free                     va_purge
 *   [READY] ----------> [BUSY, mapped] ---------> [LAZY, unmapped] ----------> [READY]
 *
 * LAZY, since TLBs of other CPUs may still know the old mapping: a flush on all CPUs is expensive, so one is
 * made for many areas at once. Until then the addresses are not used again.
 *
 * What becomes a hole takes with it the page tables that no area needs any more, so that large pages fit there again.
 *
 * READY areas of up to 64 pages wait in a bucket by size, and stay in the tree of areas: most vmalloc()s are a
 * list operation, and use page tables that exist. Larger ones are dissolved into the hole around them,
 * and so are all when addresses run out.
 *
 *   address space:  [hole][busy 5][ready 5][lazy 9][ hole                     ][busy 513][hole ...
 *
 * Lock: space->lock, a leaf. TLBs are flushed, and memory is allocated and freed, without it.
 */
#include <linux/align.h>
#include <linux/bug.h>
#include <linux/container_of.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/rbtree.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <arch/paging.h>
#include <paddock/alloc_watch.h>
#include <paddock/pgtable.h>
#include "vaspace.h"

#define LAZY_MAX_PAGES	1024UL	/* 4 MiB of addresses */
#define TABLE_SPAN	PT_LEVEL_SIZE(1)	/* what one table of 4 KiB pages maps */

struct va_hole {
	unsigned long start, end;
	struct rb_node node;
};

/* Which of two holes that become one is given back is chance, so they are nobody's in particular (SLAB_OWN). */
static struct kmem_cache *hole_cache;

static void free_hole(struct va_hole *hole)
{
	if (hole)
		kmem_cache_free(hole_cache, hole);
}

/* ---- Trees ---- */

#define area_of(n)	rb_entry(n, struct vm_struct, node)
#define hole_of(n)	rb_entry(n, struct va_hole, node)

static unsigned long area_end(const struct vm_struct *area)
{
	return area->va_start + area->va_pages * PAGE_SIZE;
}

static void insert_area(struct va_space *space, struct vm_struct *area)
{
	struct rb_node **link = &space->areas.rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = area->va_start < area_of(parent)->va_start ? &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&area->node, parent, link);
	rb_insert_color(&area->node, &space->areas);
}

static void insert_hole(struct va_space *space, struct va_hole *hole)
{
	struct rb_node **link = &space->holes.rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = hole->start < hole_of(parent)->start ? &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&hole->node, parent, link);
	rb_insert_color(&hole->node, &space->holes);
}

/* The area, in any state, that covers @addr. */
static struct vm_struct *area_around(struct va_space *space, unsigned long addr)
{
	struct rb_node *n = space->areas.rb_node;

	while (n) {
		struct vm_struct *area = area_of(n);

		if (addr < area->va_start)
			n = n->rb_left;
		else if (addr >= area_end(area))
			n = n->rb_right;
		else
			return area;
	}
	return NULL;
}

/* ---- Holes ---- */

/*
 * Cut [start, end) out of @hole. @spare becomes the part behind it, if there is one and one before.
 * Returns: what is not needed any more, for free_hole(): @spare, the hole itself, or NULL.
 */
static struct va_hole *cut_hole(struct va_space *space, struct va_hole *hole, unsigned long start,
				unsigned long end, struct va_hole *spare)
{
	unsigned long hole_end = hole->end;

	if (hole->start == start) {
		if (end == hole_end) {
			rb_erase(&hole->node, &space->holes);
			free_hole(spare);
			return hole;
		}
		hole->start = end;	/* its place among the others does not change */
		return spare;
	}
	hole->end = start;
	if (end == hole_end)
		return spare;
	*spare = (struct va_hole){ .start = end, .end = hole_end };
	insert_hole(space, spare);
	return NULL;
}

/* The holes below and above @addr, which is in none; NULL: there is none. */
static void find_neighbours(struct va_space *space, unsigned long addr, struct va_hole **before,
			    struct va_hole **behind)
{
	struct rb_node *n = space->holes.rb_node;

	*before = *behind = NULL;
	while (n) {
		struct va_hole *hole = hole_of(n);

		if (hole->end <= addr) {
			*before = hole;
			n = n->rb_right;
		} else {
			*behind = hole;
			n = n->rb_left;
		}
	}
}

/* Give [start, end) back to the holes beside it, or make it one of its own in @spare. Returns: for free_hole(). */
static struct va_hole *fill_hole(struct va_space *space, unsigned long start, unsigned long end,
				 struct va_hole *spare)
{
	struct va_hole *before, *behind;

	find_neighbours(space, start, &before, &behind);
	if (before && before->end == start) {
		before->end = end;
		if (!behind || behind->start != end)
			return spare;
		before->end = behind->end;
		rb_erase(&behind->node, &space->holes);
		free_hole(spare);
		return behind;
	}
	if (behind && behind->start == end) {
		behind->start = start;
		return spare;
	}
	*spare = (struct va_hole){ .start = start, .end = end };
	insert_hole(space, spare);
	return NULL;
}

/* ---- Allocating ---- */

/* Usable addresses begin behind the guard below, and are aligned there. */
static bool fits(const struct va_hole *hole, unsigned long bytes, unsigned long lead, unsigned long align,
		 unsigned long *start)
{
	*start = ALIGN(hole->start + lead, align) - lead;
	return *start >= hole->start && *start < hole->end && hole->end - *start >= bytes;
}

/* First fit: low addresses are used again, and so are their page tables. */
static bool carve(struct va_space *space, struct vm_struct *area, unsigned long lead, unsigned long align,
		  struct va_hole **spare)
{
	unsigned long bytes = area->va_pages * PAGE_SIZE, start;

	for (struct rb_node *n = rb_first(&space->holes); n; n = rb_next(n)) {
		struct va_hole *hole = hole_of(n);

		if (!fits(hole, bytes, lead, align, &start))
			continue;
		*spare = cut_hole(space, hole, start, start + bytes, *spare);
		area->va_start = start;
		insert_area(space, area);
		return true;
	}
	return false;
}

static struct vm_struct *take_ready(struct va_space *space, unsigned int va_pages)
{
	struct vm_struct *area = list_first_entry_or_null(&space->bucket[va_pages], struct vm_struct, link);

	if (area) {
		list_del(&area->link);
		area->state = VM_BUSY;
		space->busy_pages += va_pages;
	}
	return area;
}

static struct vm_struct *make_area(struct va_space *space, unsigned int va_pages, unsigned long lead,
				   unsigned long align, gfp_t gfp)
{
	struct vm_struct *area = kzalloc(sizeof(*area), gfp);
	struct va_hole *spare = kmem_cache_zalloc(hole_cache, gfp);
	unsigned long flags;
	bool carved = false;

	if (area && spare) {
		area->va_pages = va_pages;
		spin_lock_irqsave(&space->lock, flags);
		carved = carve(space, area, lead, align, &spare);
		if (carved)
			space->busy_pages += va_pages;
		spin_unlock_irqrestore(&space->lock, flags);
	}
	free_hole(spare);
	if (!carved) {
		kfree(area);
		return NULL;
	}
	return area;
}

/* May this context wait for all CPUs? */
static bool may_flush(void)
{
	return num_online_cpus() == 1 || preemptible();
}

struct vm_struct *va_alloc(struct va_space *space, unsigned long size, unsigned long align, unsigned long flags,
			   gfp_t gfp)
{
	unsigned long lead = flags & VM_STACK ? PAGE_SIZE : 0;
	unsigned long va_pages = (size + lead) / PAGE_SIZE + !(flags & VM_NO_GUARD), irq_flags;
	struct vm_struct *area = NULL;

	if (!size || va_pages > (space->end - space->start) / PAGE_SIZE)
		return NULL;
	align = max(align, PAGE_SIZE);
	/* Who counts allocations shall not find one's area, and what it keeps, with another. */
	if (align == PAGE_SIZE && va_pages < VA_BUCKETS && !(flags & (VM_NO_GUARD | VM_STACK)) && !alloc_is_watched()) {
		spin_lock_irqsave(&space->lock, irq_flags);
		area = take_ready(space, va_pages);
		spin_unlock_irqrestore(&space->lock, irq_flags);
	}
	if (!area)
		area = make_area(space, va_pages, lead, align, gfp);
	if (!area && may_flush()) {
		/* Addresses are short: make one hole of all that is not in use. */
		va_dissolve_all(space);
		area = make_area(space, va_pages, lead, align, gfp);
	}
	if (!area)
		return NULL;
	area->addr = (void *)(area->va_start + lead);
	area->size = area->va_pages * PAGE_SIZE - lead;
	area->flags = flags;
	return area;
}

/* ---- Freeing ---- */

void va_free(struct va_space *space, struct vm_struct *area)
{
	unsigned long flags;
	bool many;

	spin_lock_irqsave(&space->lock, flags);
	area->state = VM_LAZY;
	list_add_tail(&area->link, &space->lazy);
	space->busy_pages -= area->va_pages;
	space->lazy_pages += area->va_pages;
	many = space->lazy_pages > LAZY_MAX_PAGES;
	spin_unlock_irqrestore(&space->lock, flags);
	if (!many)
		return;
	/* Threads' stacks are freed by RCU's callbacks, which may not wait: if nobody flushed for them, areas would add up. */
	if (may_flush())
		va_purge(space);
	else
		schedule_work(&space->purge);
}

/*
 * Grow @area, which is on its way to become a hole, into the holes beside it up to the next 2 MiB boundaries: then
 * it owns each 2 MiB in which nothing else lives, and the tables there.
 */
static void swallow_neighbours(struct va_space *space, struct vm_struct *area)
{
	unsigned long start = area->va_start, end = area_end(area), flags;
	struct va_hole *before, *behind, *empty[2] = { };

	spin_lock_irqsave(&space->lock, flags);
	find_neighbours(space, start, &before, &behind);
	if (before && before->end == start) {
		start = max(before->start, ALIGN_DOWN(start, TABLE_SPAN));
		before->end = start;
		if (before->start == start)
			empty[0] = before;
	}
	if (behind && behind->start == end) {
		end = min(behind->end, ALIGN(end, TABLE_SPAN));
		behind->start = end;
		if (behind->end == end)
			empty[1] = behind;
	}
	for (int i = 0; i < 2; i++)
		if (empty[i])
			rb_erase(&empty[i]->node, &space->holes);
	/* Its place in the tree of areas stays the same. */
	area->va_start = start;
	area->va_pages = (end - start) / PAGE_SIZE;
	spin_unlock_irqrestore(&space->lock, flags);
	free_hole(empty[0]);
	free_hole(empty[1]);
}

/* Out of the tree, its addresses to the holes. The area and what it keeps are freed. */
static void make_hole(struct va_space *space, struct vm_struct *area)
{
	struct va_hole *spare = kmem_cache_zalloc(hole_cache, GFP_ATOMIC | __GFP_NOWARN);
	unsigned long flags;

	kvfree(area->pages);
	spin_lock_irqsave(&space->lock, flags);
	if (!spare) {
		/* No memory to note a hole: the area itself keeps the addresses, until the next time. */
		area->pages = NULL;
		area->flags |= VM_NO_GUARD;	/* grown as it is, no bucket is right for it */
		area->state = VM_LAZY;
		list_add(&area->link, &space->lazy);
		space->lazy_pages += area->va_pages;
		spin_unlock_irqrestore(&space->lock, flags);
		return;
	}
	rb_erase(&area->node, &space->areas);
	spare = fill_hole(space, area->va_start, area_end(area), spare);
	spin_unlock_irqrestore(&space->lock, flags);
	free_hole(spare);
	kfree(area);
}

/*
 * Areas, flushed, through link: they become holes, and no 2 MiB without an area keeps a table of 4 KiB pages: the next
 * who gets the addresses may map a 2 MiB page. A second flush, since CPUs remember tables, too.
 */
static void dissolve(struct va_space *space, struct list_head *areas)
{
	unsigned long start = ULONG_MAX, end = 0;
	struct vm_struct *area, *next;
	LIST_HEAD(tables);

	list_for_each_entry(area, areas, link) {
		swallow_neighbours(space, area);
		if (!kernel_unlink_tables(area->va_start, area_end(area), &tables))
			continue;
		start = min(start, area->va_start);
		end = max(end, area_end(area));
	}
	if (!list_empty(&tables))
		arch_tlb_flush_range_all(start, end);
	kernel_free_tables(&tables);
	list_for_each_entry_safe(area, next, areas, link) {
		list_del(&area->link);
		make_hole(space, area);
	}
}

static bool is_kept(const struct vm_struct *area)
{
	return area->va_pages < VA_BUCKETS && !(area->flags & (VM_NO_GUARD | VM_STACK));
}

void va_purge(struct va_space *space)
{
	unsigned long flags, start = ULONG_MAX, end = 0;
	struct vm_struct *area, *next;
	LIST_HEAD(list);
	LIST_HEAD(holes);

	spin_lock_irqsave(&space->lock, flags);
	list_splice_init(&space->lazy, &list);
	space->lazy_pages = 0;
	spin_unlock_irqrestore(&space->lock, flags);
	if (list_empty(&list))
		return;

	list_for_each_entry(area, &list, link) {
		start = min(start, area->va_start);
		end = max(end, area_end(area));
	}
	arch_tlb_flush_range_all(start, end);

	list_for_each_entry_safe(area, next, &list, link) {
		if (!is_kept(area)) {
			list_move_tail(&area->link, &holes);
			continue;
		}
		spin_lock_irqsave(&space->lock, flags);
		area->state = VM_READY;
		list_move(&area->link, &space->bucket[area->va_pages]);
		spin_unlock_irqrestore(&space->lock, flags);
	}
	dissolve(space, &holes);
}

static void purge_work(struct work_struct *work)
{
	va_purge(container_of(work, struct va_space, purge));
}

void va_dissolve_all(struct va_space *space)
{
	unsigned long flags;
	LIST_HEAD(holes);

	va_purge(space);
	spin_lock_irqsave(&space->lock, flags);
	for (unsigned int i = 0; i < VA_BUCKETS; i++)
		list_splice_init(&space->bucket[i], &holes);
	spin_unlock_irqrestore(&space->lock, flags);
	dissolve(space, &holes);
}

/* ---- Finding ---- */

struct vm_struct *va_find(struct va_space *space, unsigned long addr)
{
	struct vm_struct *area;
	unsigned long flags;

	spin_lock_irqsave(&space->lock, flags);
	area = area_around(space, addr);
	if (area && area->state != VM_BUSY)
		area = NULL;
	spin_unlock_irqrestore(&space->lock, flags);
	return area;
}

struct vm_struct *va_take(struct va_space *space, unsigned long addr)
{
	struct vm_struct *area;
	unsigned long flags;

	spin_lock_irqsave(&space->lock, flags);
	area = area_around(space, addr);
	if (area && area->state == VM_BUSY && area->addr == (void *)addr)
		area->state = VM_LAZY;	/* a second free of it finds nothing */
	else
		area = NULL;
	spin_unlock_irqrestore(&space->lock, flags);
	return area;
}

void va_space_init(struct va_space *space, const char *name, unsigned long start, unsigned long end)
{
	struct va_hole *hole;

	if (!hole_cache)
		hole_cache = KMEM_CACHE(va_hole, SLAB_PANIC | SLAB_OWN | SLAB_NO_KFENCE);
	hole = kmem_cache_zalloc(hole_cache, GFP_KERNEL | __GFP_NOFAIL);
	*space = (struct va_space){ .name = name, .start = start, .end = end };
	spin_lock_init(&space->lock);
	for (unsigned int i = 0; i < VA_BUCKETS; i++)
		INIT_LIST_HEAD(&space->bucket[i]);
	INIT_LIST_HEAD(&space->lazy);
	INIT_WORK(&space->purge, purge_work);
	hole->start = start;
	hole->end = end;
	insert_hole(space, hole);
}
