// SPDX-License-Identifier: MIT
/*
 * A node's slabs: their bitmaps and lists, objects out of them and back into them, making them and giving them up.
 * What a slab is, its invariants and locks: slab.c, whose magazines come here for dozens of objects at a time.
 */
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <paddock/page.h>
#include <paddock/slab.h>
#include "oot.h"
#include "slab.h"

/* ---- A slab's place on its node's lists ---- */

enum slab_state slab_state_of(const struct page *slab)
{
	if (unlikely(page_type(slab) == PAGE_SLAB_NOTED))
		return slab->slab_notes->quarantined ? SLAB_QUARANTINED : SLAB_NOTED;
	if (!slab->slab_inuse)
		return SLAB_EMPTY;
	return slab->slab_inuse == slab->slab_objects ? SLAB_FULL : SLAB_PARTIAL;
}

void slab_list_locked(struct kmem_cache_node *n, struct page *slab)
{
	enum slab_state state = slab_state_of(slab);

	list_add(&slab->slab_list, &n->slabs[state]);
	n->nr_slabs[state]++;
}

static void relist_slab_locked(struct kmem_cache_node *n, struct page *slab, enum slab_state old)
{
	enum slab_state new = slab_state_of(slab);

	if (new == old)
		return;
	list_move(&slab->slab_list, &n->slabs[new]);
	n->nr_slabs[old]--;
	n->nr_slabs[new]++;
}

/* ---- Objects out of slabs ---- */

/* Up to @max of the free objects that one word of a bitmap tells of, whose first would lie at @base. */
static inline unsigned int take_bits(unsigned long *map, char *base, size_t size, void **out, unsigned int max)
{
	void **next = out, **end = out + max;
	unsigned long word;

	for (word = *map; word && next != end; word &= word - 1)
		*next++ = base + __builtin_ctzl(word) * size;
	*map = word;
	return next - out;
}

unsigned int slab_take_locked(struct kmem_cache *s, struct kmem_cache_node *n, struct page *slab, void **out,
			      unsigned int max)
{
	enum slab_state old = slab_state_of(slab);
	unsigned long *map = slab_free_map(slab);
	unsigned int count = 0;

	lockdep_assert_held(&n->lock);
	for (unsigned int first = 0; first < slab->slab_objects && count < max; first += BITS_PER_LONG)
		count += take_bits(map++, slab_object(s, slab, first), s->size, out + count, max - count);
	slab->slab_inuse += count;
	n->nr_inuse += count;
	relist_slab_locked(n, slab, old);
	return count;
}

/* A slab of the node that has a free object: a used one, so that empty ones can go. */
static struct page *find_slab_locked(struct kmem_cache_node *n)
{
	struct page *slab = list_first_entry_or_null(&n->slabs[SLAB_PARTIAL], struct page, slab_list);

	return slab ?: list_first_entry_or_null(&n->slabs[SLAB_EMPTY], struct page, slab_list);
}

unsigned int slab_take_from_node(struct kmem_cache *s, int node, void **out, unsigned int max)
{
	struct kmem_cache_node *n = s->node[node];
	unsigned int count = 0;
	unsigned long flags;
	struct page *slab;

	if (!n)
		return 0;
	spin_lock_irqsave(&n->lock, flags);
	while (count < max && (slab = find_slab_locked(n)))
		count += slab_take_locked(s, n, slab, out + count, max - count);
	spin_unlock_irqrestore(&n->lock, flags);
	return count;
}

/* ---- Making and giving up slabs ---- */

static struct kmem_cache *map_cache;	/* bitmaps of slabs with more than 64 objects */

/* For slab_cache.c, which makes the cache of bitmaps before any that needs it. */
void slab_set_map_cache(struct kmem_cache *s)
{
	map_cache = s;
}

static bool alloc_free_map(struct kmem_cache *s, struct page *slab, gfp_t flags)
{
	unsigned long *map;

	if (s->objects <= BITS_PER_LONG) {
		slab->free_bits = ~0UL >> (BITS_PER_LONG - s->objects);
		return true;
	}
	map = slab_alloc_unwatched(map_cache, flags & ~__GFP_ZERO, NUMA_NO_NODE, map_cache->object_size, _RET_IP_);
	if (!map)
		return false;
	for (unsigned int i = 0; i < SLAB_MAX_OBJECTS / BITS_PER_LONG; i++) {
		unsigned int first = i * BITS_PER_LONG, bits = s->objects > first ? s->objects - first : 0;

		map[i] = !bits ? 0 : bits >= BITS_PER_LONG ? ~0UL : (1UL << bits) - 1;
	}
	slab->free_map = map;
	return true;
}

void slab_set_pages(struct kmem_cache *s, struct page *slab, u32 type)
{
	u32 kind = PAGE_KIND(type, page_kind_node(slab), 0);
	/* A slab is aligned to its size, its objects to the largest power of two that divides their distance. */
	u16 mask = min_t(unsigned int, s->size & -s->size, PAGE_SIZE << s->order) - 1;

	for (unsigned int i = 0; i < 1u << s->order; i++) {
		slab[i].slab_cache = s;
		slab[i].slab_head = (void ***)s->cpu;
		slab[i].slab_index = i;
		slab[i].slab_align_mask = mask;
		slab[i].kind = kind;
	}
}

/* A new slab with all objects free, on no list. Context: as @flags say. */
struct page *slab_make(struct kmem_cache *s, gfp_t flags, int node)
{
	struct page *slab;

	if (unlikely(s->slot) && !oot_charge(s->slot, 1UL << s->order))
		return NULL;
	flags = (flags & ~(__GFP_ZERO | __GFP_DMA | __GFP_DMA32 | __GFP_COMP)) | s->allocflags;
	slab = alloc_pages_unguarded(flags, s->order, node);
	if (!slab)
		goto uncharge;
	if (!alloc_free_map(s, slab, flags)) {
		slab->_refcount = 0;
		free_pages_unwatched(slab, s->order);
		goto uncharge;
	}
	slab->slab_inuse = 0;
	slab->slab_objects = s->objects;
	slab_set_pages(s, slab, s->slab_kind);
	for (unsigned int i = 0; i < s->objects && (s->ctor || slab_is_debug(s)); i++) {
		void *object = slab_object(s, slab, i);

		if (slab_is_debug(s))
			slab_debug_new_object(s, object);
		if (s->ctor)
			s->ctor(object);
	}
	return slab;

uncharge:
	if (s->slot)
		oot_uncharge(s->slot, 1UL << s->order);
	return NULL;
}

static void free_slab_pages(struct kmem_cache *s, struct page *slab)
{
	int node = page_kind_node(slab);

	if (s->flags & SLAB_KEEP_PAGES)
		memset(page_address(slab), 0, PAGE_SIZE << s->order);
	if (s->slot)
		oot_uncharge(s->slot, 1UL << s->order);
	if (s->objects > BITS_PER_LONG)
		kmem_cache_free(map_cache, slab->free_map);
	for (unsigned int i = 0; i < 1u << s->order; i++)
		slab[i].kind_and_count = 0;
	slab->kind_and_count = PAGE_KIND(PAGE_PLAIN, node, s->order);
	free_pages_unwatched(slab, s->order);
}

static void free_slab_rcu(struct rcu_head *head)
{
	struct page *slab = container_of((void *)head, struct page, rcu_words);

	free_slab_pages(slab->slab_cache, slab);
}

void slab_release_list(struct kmem_cache *s, struct list_head *slabs)
{
	struct page *slab, *next;

	list_for_each_entry_safe(slab, next, slabs, slab_list) {
		if (s->flags & SLAB_TYPESAFE_BY_RCU)
			call_rcu((struct rcu_head *)slab->rcu_words, free_slab_rcu);
		else
			free_slab_pages(s, slab);
	}
}

/* How many empty slabs @n may keep when it has just got one more. */
unsigned long slab_may_keep(struct kmem_cache *s, struct kmem_cache_node *n)
{
	unsigned long limit = READ_ONCE(s->keep_limit), others = 0;

	if (!(s->flags & SLAB_KEEP_PAGES))
		return READ_ONCE(s->keep_empty);
	if (limit == ULONG_MAX)
		return limit;
	for (int node = 0; node < MAX_NUMNODES; node++)
		if (s->node[node] && s->node[node] != n)
			others += READ_ONCE(s->node[node]->nr_slabs[SLAB_EMPTY]);
	return limit > others ? limit - others : 0;
}

/* Empty slabs beyond @keep go to @out, for slab_release_list() once the lock is dropped. */
void slab_trim_empty_locked(struct kmem_cache_node *n, unsigned long keep, struct list_head *out)
{
	while (n->nr_slabs[SLAB_EMPTY] > keep) {
		list_move(n->slabs[SLAB_EMPTY].prev, out);
		n->nr_slabs[SLAB_EMPTY]--;
	}
}

/* ---- Objects back into slabs ---- */

static void report_bad_free(struct kmem_cache *s, struct page *slab, void *object)
{
	unsigned int index = slab_object_index(s, slab, object);

	if (index >= slab->slab_objects || object != slab_object(s, slab, index))
		slab_bug(s, slab, NULL, "Invalid object pointer 0x%px", object);
	else
		slab_bug(s, slab, object, "Object already free");
}

/*
 * Objects in a row of @objects that begin at @first and at every @size bytes from there, and are in use by @map, are free
 * again. One multiplication by @reciprocal, 2^32 / size rounded up, tells both which object an offset is of and whether it
 * is the object's start: the upper half is the quotient, and the lower one, the remainder's share, is less than @reciprocal
 * only without a remainder. Returns: how many.
 */
static __always_inline unsigned int mark_free(unsigned long *map, bool one_word, void **objects, unsigned int count,
					      unsigned long first, unsigned long bytes, u32 reciprocal)
{
	unsigned long done;

	for (done = 0; done < count; done++) {
		unsigned long offset = (unsigned long)objects[done] - first;
		u64 product = offset * reciprocal;
		unsigned long index = product >> 32, bit = 1UL << index % BITS_PER_LONG;
		unsigned long *word = one_word ? map : map + index / BITS_PER_LONG;

		if (offset >= bytes || (u32)product >= reciprocal || *word & bit)
			break;
		*word |= bit;
	}
	return done;
}

/* One object of a slab whose users are noted. Afterwards the slab is listed where it belongs, or gone. */
static void put_noted_locked(struct kmem_cache *s, struct kmem_cache_node *n, struct page *slab, void *object)
{
	unsigned int index = slab_object_index(s, slab, object);

	if (index >= slab->slab_objects || !slab_note_is_live(slab, index) ||
	    !mark_free(slab_free_map(slab), false, &object, 1, (unsigned long)slab_object(s, slab, 0),
		       (unsigned long)slab->slab_objects * s->size, s->reciprocal)) {
		report_bad_free(s, slab, object);
		return;
	}
	slab->slab_inuse--;
	n->nr_inuse--;
	slab_noted_put_locked(s, n, slab, index);
}

/*
 * Objects that follow each other in @objects and are of the first one's slab, which is of @n, are free again. What cannot be
 * freed is reported, and ends the run. Returns: how many that was, in all.
 */
unsigned int slab_put_run_locked(struct kmem_cache *s, struct kmem_cache_node *n, void **objects, unsigned int count)
{
	struct page *slab = slab_first_page(virt_to_page(*objects));
	unsigned long first = (unsigned long)slab_object(s, slab, 0), bytes = (unsigned long)slab->slab_objects * s->size;
	enum slab_state old = slab_state_of(slab);
	unsigned int done;

	lockdep_assert_held(&n->lock);
	if (unlikely(page_type(slab) == PAGE_SLAB_NOTED)) {
		put_noted_locked(s, n, slab, *objects);
		return 1;
	}
	if (slab->slab_objects <= BITS_PER_LONG) {
		unsigned long bits = slab->free_bits;	/* in a register meanwhile */

		done = mark_free(&bits, true, objects, count, first, bytes, s->reciprocal);
		slab->free_bits = bits;
	} else {
		done = mark_free(slab->free_map, false, objects, count, first, bytes, s->reciprocal);
	}
	slab->slab_inuse -= done;
	n->nr_inuse -= done;
	relist_slab_locked(n, slab, old);
	if (done < count && slab_first_page(virt_to_page(objects[done])) == slab)
		report_bad_free(s, slab, objects[done++]);
	return done;
}

/* @count objects, of any nodes, go back to their slabs. The flush function of magazines. */
void slab_put_objects(void *cache, void **objects, unsigned int count)
{
	struct kmem_cache *s = cache;

	while (count) {
		struct kmem_cache_node *n = s->node[page_kind_node(virt_to_page(*objects))];
		LIST_HEAD(release);
		unsigned long flags;

		spin_lock_irqsave(&n->lock, flags);
		do {
			unsigned int done = slab_put_run_locked(s, n, objects, count);

			objects += done;
			count -= done;
		} while (count && s->node[page_kind_node(virt_to_page(*objects))] == n);
		slab_trim_empty_locked(n, slab_may_keep(s, n), &release);
		spin_unlock_irqrestore(&n->lock, flags);
		slab_release_list(s, &release);
	}
}
