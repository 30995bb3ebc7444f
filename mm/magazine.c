// SPDX-License-Identifier: MIT
/*
 * Memory for magazines, and depots. What they are: <paddock/magazine.h>.
 *
 * Magazines are cut eight from a page (kind PAGE_TABLE, straight from the zones: the page allocator's own
 * lists stand on magazines). Free blocks are linked through slot 0. A page is given back when all of its
 * eight are free: page->slab_inuse counts those in use.
 *
 * Locks: magazine_lock, then zone->lock. depot->lock is a leaf.
 */
#include <linux/align.h>
#include <linux/init.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/spinlock.h>
#include <paddock/magazine.h>
#include <paddock/page.h>

void *const magazine_none[MAGAZINE_SLOTS] __aligned(MAGAZINE_BYTES);

#define PER_PAGE	(PAGE_SIZE / MAGAZINE_BYTES)

static DEFINE_SPINLOCK(magazine_lock);
static LIST_HEAD(pages_with_room);	/* [magazine_lock] through page->lru */
static unsigned long nr_pages;		/* [magazine_lock] */

/* page->mapping: the page's free blocks; page->slab_inuse: how many are in use. */

static bool add_page(void)
{
	struct page *page = alloc_internal_page(GFP_NOWAIT | __GFP_NOWARN, 0, NUMA_NO_NODE);
	void **block;

	if (!page)
		return false;
	block = page_address(page);
	page->slab_inuse = 0;
	page->mapping = NULL;
	for (unsigned int i = 0; i < PER_PAGE; i++, block += MAGAZINE_SLOTS) {
		block[0] = page->mapping;
		page->mapping = block;
	}
	list_add(&page->lru, &pages_with_room);
	nr_pages++;
	return true;
}

void **magazine_new(unsigned int capacity)
{
	void **block = NULL;
	unsigned long flags;

	spin_lock_irqsave(&magazine_lock, flags);
	if (!list_empty(&pages_with_room) || add_page()) {
		struct page *page = list_first_entry(&pages_with_room, struct page, lru);

		block = page->mapping;
		page->mapping = block[0];
		page->slab_inuse++;
		if (!page->mapping)
			list_del(&page->lru);
	}
	spin_unlock_irqrestore(&magazine_lock, flags);
	if (!block)
		return NULL;
	*magazine_bottom(block, capacity) = NULL;
	return magazine_bottom(block, capacity);
}

void magazine_delete(void **block)
{
	struct page *page = virt_to_page(block);
	unsigned long flags;

	spin_lock_irqsave(&magazine_lock, flags);
	if (!page->mapping)
		list_add(&page->lru, &pages_with_room);
	block[0] = page->mapping;
	page->mapping = block;
	if (!--page->slab_inuse) {
		list_del(&page->lru);
		nr_pages--;
		free_internal_page(page, 0);
	}
	spin_unlock_irqrestore(&magazine_lock, flags);
}

unsigned long magazine_bytes(void)
{
	return nr_pages * PAGE_SIZE;
}

/* ---- Depots ---- */

void depot_init(struct depot *depot)
{
	*depot = (struct depot){ .lock = __SPIN_LOCK_UNLOCKED(depot->lock) };
}

/* Returns: top of a full magazine, or NULL. */
static void **depot_take_full(struct depot *depot)
{
	void **block;

	/* Unlocked look: one that arrives now might as well have arrived after we left. */
	if (!READ_ONCE(depot->full))
		return NULL;
	spin_lock(&depot->lock);
	block = depot->full;
	if (block) {
		depot->full = block[0];
		depot->nr_full--;
	}
	spin_unlock(&depot->lock);
	if (!block)
		return NULL;
	block[0] = NULL;	/* the sentinel, when the magazine is as large as can be */
	return block + MAGAZINE_MAX;
}

/* Returns: bottom of an empty one, or NULL. */
static void **depot_take_empty(struct depot *depot, unsigned int capacity)
{
	void **block;

	if (!READ_ONCE(depot->empty))
		return NULL;
	spin_lock(&depot->lock);
	block = depot->empty;
	if (block) {
		depot->empty = block[0];
		depot->nr_empty--;
	}
	spin_unlock(&depot->lock);
	if (!block)
		return NULL;
	*magazine_bottom(block, capacity) = NULL;
	return magazine_bottom(block, capacity);
}

static bool depot_put_full(struct depot *depot, void **top, unsigned int limit)
{
	void **block = magazine_block(top);
	bool room;

	spin_lock(&depot->lock);
	room = depot->nr_full < limit;
	if (room) {
		block[0] = depot->full;
		depot->full = block;
		depot->nr_full++;
	}
	spin_unlock(&depot->lock);
	return room;
}

static void depot_put_empty(struct depot *depot, void **top)
{
	void **block = magazine_block(top);

	spin_lock(&depot->lock);
	block[0] = depot->empty;
	depot->empty = block;
	depot->nr_empty++;
	spin_unlock(&depot->lock);
}

/* ---- A CPU's magazines ---- */

static void swap_magazines(struct cpu_magazines *m)
{
	void **head = m->head;

	m->head = m->prev;
	m->prev = head;
}

bool magazines_load(struct cpu_magazines *m, struct depot *depot)
{
	void **full;

	if (!magazine_is_empty(m->head))
		return true;
	if (!magazine_is_empty(m->prev)) {
		swap_magazines(m);
		return true;
	}
	full = depot_take_full(depot);
	if (!full)
		return false;
	/* Two empty ones are one too many; the one kept takes the next frees. */
	if (m->prev != MAGAZINE_NONE)
		depot_put_empty(depot, m->prev);
	m->prev = m->head;
	m->head = full;
	return true;
}

bool magazines_need_empty(struct cpu_magazines *m, struct depot *depot, unsigned int capacity)
{
	void **empty;

	if (m->head != MAGAZINE_NONE)
		return true;
	empty = depot_take_empty(depot, capacity) ?: magazine_new(capacity);
	if (!empty)
		return false;
	m->head = empty;
	return true;
}

static void flush_magazine(void **top, unsigned int capacity,
			   void (*flush)(void *, void **, unsigned int), void *arg)
{
	if (!magazine_is_empty(top))
		flush(arg, magazine_bottom(magazine_block(top), capacity) + 1, magazine_count(top, capacity));
}

bool magazines_make_room(struct cpu_magazines *m, struct depot *depot, unsigned int capacity, unsigned int limit,
			 void (*flush)(void *, void **, unsigned int), void *arg)
{
	void **empty;

	if (!magazine_is_full(m->head))
		return true;
	if (!magazine_is_full(m->prev)) {
		swap_magazines(m);
		return true;
	}
	if (m->prev != MAGAZINE_NONE && !depot_put_full(depot, m->prev, limit)) {
		flush_magazine(m->prev, capacity, flush, arg);
		m->prev = magazine_bottom(magazine_block(m->prev), capacity);
		swap_magazines(m);
		return true;
	}
	m->prev = m->head;
	m->head = MAGAZINE_NONE;
	empty = depot_take_empty(depot, capacity) ?: magazine_new(capacity);
	if (!empty) {
		/* Whatever prev was is in the depot; go on with one magazine. */
		m->head = m->prev;
		m->prev = MAGAZINE_NONE;
		return false;
	}
	m->head = empty;
	return true;
}

static void drain_one(void ***top, unsigned int capacity, void (*flush)(void *, void **, unsigned int), void *arg)
{
	void **old = *top;

	if (old == MAGAZINE_NONE)
		return;
	*top = MAGAZINE_NONE;
	flush_magazine(old, capacity, flush, arg);
	magazine_delete(magazine_block(old));
}

void magazines_drain(struct cpu_magazines *m, unsigned int capacity,
		     void (*flush)(void *, void **, unsigned int), void *arg)
{
	drain_one(&m->head, capacity, flush, arg);
	drain_one(&m->prev, capacity, flush, arg);
}

void depot_drain(struct depot *depot, unsigned int capacity, void (*flush)(void *, void **, unsigned int),
		 void *arg)
{
	void **top;

	while ((top = depot_take_full(depot))) {
		flush_magazine(top, capacity, flush, arg);
		magazine_delete(magazine_block(top));
	}
	while ((top = depot_take_empty(depot, capacity)))
		magazine_delete(magazine_block(top));
}
