// SPDX-License-Identifier: MIT
/*
 * The slab allocator: objects of equal size, cut from pages.
 *
 * A slab is a block of pages that belongs to one cache. Its first struct page holds a bitmap of
 * the free objects (more than 64: the bitmap is elsewhere), so nothing is ever written into free objects, and a
 * stray write into one cannot lead the allocator astray.
 *
 *   cache "kmalloc-1k", slab of two pages
 *   [ obj 0 | obj 1 | obj 2 | obj 3 | obj 4 | obj 5 | obj 6 | obj 7 ]     free_bits 10110000
 *
 * In front of the slabs are magazines (<paddock/magazine.h>): this CPU's, then the node's depot. An object in a
 * magazine counts as used in its slab's bitmap. It is between them and the slabs that objects are moved
 * here, dozens at a time; single ones only when memory for a magazine is short. Other nodes' objects have magazines of
 * their own on each CPU, which are exchanged with the depot of the node that they belong to.
 *
 *   kmalloc -> [CPU: head, prev] <-> [node: depot] <-> [node: slabs partial, empty, full] <-> pages
 *              fast.c                magazine.c        this file                              page_alloc.c
 *
 * A magazine filled from slabs is shuffled: which object comes next is not for callers to guess.
 *
 * A slab is on one of its node's lists by its use; when it becomes empty, a few are kept, others return to the page
 * allocator (SLAB_TYPESAFE_BY_RCU: after a grace period; SLAB_KEEP_PAGES: never, or zeroed).
 *
 * Invariants (slab_check() verifies them):
 *   - slab_inuse is the number of clear bits; the list a slab is on follows from it;
 *   - nr_inuse of a node is the sum over its slabs;
 *   - an object is in at most one magazine, and its bit is clear then.
 *
 * Locks: interrupts masked for this CPU's magazines; node->lock for slabs; node->lock, then zone->lock.
 *        New slabs are made without either, since that may sleep.
 */
#include <linux/bitops.h>
#include <linux/bug.h>
#include <linux/export.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/kfence.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <paddock/alloc_watch.h>
#include <paddock/page.h>
#include <paddock/pmalloc.h>
#include <paddock/slab.h>
#include "oot.h"
#include "slab.h"

DEFINE_PER_CPU_FIRST(u32, slab_local_kind);

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

static unsigned int take_from_node(struct kmem_cache *s, int node, void **out, unsigned int max)
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

static inline void swap_slots(void **objects, unsigned int i, unsigned int j)
{
	void *t = objects[i];

	objects[i] = objects[j];
	objects[j] = t;
}

/* The last of @count objects changes places with any of them; @choice: 16 random bits. */
static inline void place_last(void **objects, unsigned long count, unsigned long choice)
{
	swap_slots(objects, count - 1, choice * count >> 16);
}

static inline u64 xorshift(u64 x)
{
	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return x;
}

/* Fisher-Yates with xorshift: not for secrets, but no caller can count on an order. Interrupts masked. */
static void shuffle(void **objects, unsigned long count)
{
	static DEFINE_PER_CPU(u64, state);
	u64 x = xorshift((__this_cpu_read(state) ^ arch_cycles() << 7) | 1);	/* 0 would stay 0 */

	/* A number has bits for four choices among at most 64. */
	for (; count > 4; count -= 4, x = xorshift(x)) {
		place_last(objects, count, x & 0xffff);
		place_last(objects, count - 1, x >> 16 & 0xffff);
		place_last(objects, count - 2, x >> 32 & 0xffff);
		place_last(objects, count - 3, x >> 48);
	}
	for (; count > 1; count--, x >>= 16)
		place_last(objects, count, x & 0xffff);
	__this_cpu_write(state, x);
}

/* ---- Making and giving up slabs ---- */

static struct kmem_cache *map_cache;	/* bitmaps of slabs with more than 64 objects */

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
static unsigned long may_keep(struct kmem_cache *s, struct kmem_cache_node *n)
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

/* Returns: whether the object was in use and is free now; if not, that was reported. */
static inline bool mark_free(struct kmem_cache *s, struct page *slab, unsigned long *map, void *object,
			     unsigned int index, unsigned long offset)
{
	unsigned long *word = map + index / BITS_PER_LONG, bit = 1UL << index % BITS_PER_LONG;

	if (unlikely(index >= slab->slab_objects || offset != (unsigned long)index * s->size + s->red_left_pad)) {
		slab_bug(s, slab, NULL, "Invalid object pointer 0x%px", object);
		return false;
	}
	if (unlikely(*word & bit || (page_type(slab) == PAGE_SLAB_NOTED && !slab_note_is_live(slab, index)))) {
		slab_bug(s, slab, object, "Object already free");
		return false;
	}
	*word |= bit;
	slab->slab_inuse--;
	return true;
}

/* Objects that follow each other in @objects and are of the first one's slab, which is of @n, are free again. Returns: how many. */
static unsigned int put_run_locked(struct kmem_cache *s, struct kmem_cache_node *n, void **objects, unsigned int count)
{
	struct page *slab = slab_first_page(virt_to_page(*objects));
	unsigned long base = (unsigned long)page_address(slab), bytes = PAGE_SIZE << s->order;
	unsigned long *map = slab_free_map(slab);
	enum slab_state old = slab_state_of(slab);
	bool noted = page_type(slab) == PAGE_SLAB_NOTED;
	u32 reciprocal = s->reciprocal;
	unsigned int done = 0, freed = 0;

	lockdep_assert_held(&n->lock);
	do {
		unsigned long offset = (unsigned long)objects[done] - base;
		unsigned int index = (u64)offset * reciprocal >> 32;

		if (offset >= bytes)
			break;
		if (mark_free(s, slab, map, objects[done], index, offset)) {
			freed++;
			if (unlikely(noted)) {
				n->nr_inuse--;
				/* Lists it where it belongs; it may be gone afterwards. */
				slab_noted_put_locked(s, n, slab, index);
				return 1;
			}
		}
		done++;
	} while (done < count);
	n->nr_inuse -= freed;
	relist_slab_locked(n, slab, old);
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
			unsigned int done = put_run_locked(s, n, objects, count);

			objects += done;
			count -= done;
		} while (count && s->node[page_kind_node(virt_to_page(*objects))] == n);
		slab_trim_empty_locked(n, may_keep(s, n), &release);
		spin_unlock_irqrestore(&n->lock, flags);
		slab_release_list(s, &release);
	}
}

/* ---- This CPU's magazines ---- */

static bool full_mode;		/* KFENCE is asked for every object of caches with kfence_enable */

static struct cpu_magazines *magazines_lock(struct kmem_cache *s, unsigned long *flags)
{
	struct cpu_magazines *m;

	local_irq_save(*flags);
	m = this_cpu_ptr(s->cpu);
	m->reopen = magazines_close_gate(m);
	return m;
}

static void magazines_unlock(struct kmem_cache *s, struct cpu_magazines *m, unsigned long flags)
{
	/* Only an allocation may pass the gate for good: a free that came through leaves it as it was. */
	if (m->reopen || (READ_ONCE(full_mode) && (s->kfence_enable || s->slot)) || alloc_is_watched() ||
	    (s->slot && oot_watched(s->slot)))
		magazines_open_gate(m);
	local_irq_restore(flags);
}

/* An object of @node by way of @m, without making a slab; NULL: there is none. */
static void *pop_object(struct kmem_cache *s, struct cpu_magazines *m, int node)
{
	struct depot *depot = &s->node[node]->depot;
	void *object = NULL;

	if (magazines_load(m, depot))
		return *m->head--;
	if (magazines_need_empty(m, depot, s->capacity)) {
		unsigned int count = take_from_node(s, node, m->head + 1, s->capacity);

		shuffle(m->head + 1, count);
		m->head += count;
		return count ? *m->head-- : NULL;
	}
	take_from_node(s, node, &object, 1);
	return object;
}

static void push_object(struct kmem_cache *s, struct cpu_magazines *m, int node, void *object)
{
	struct depot *depot = &s->node[node]->depot;

	if (unlikely(*m->head == object))
		slab_bug(s, slab_first_page(virt_to_page(object)), object, "Object already free");
	else if (magazines_make_room(m, depot, s->capacity, READ_ONCE(s->depot_limit), slab_put_objects, s))
		*++m->head = object;
	else
		slab_put_objects(s, &object, 1);
}

static void *alloc_local(struct kmem_cache *s, int *node)
{
	unsigned long flags;
	struct cpu_magazines *m = magazines_lock(s, &flags);
	void *object;

	*node = slab_local_node();
	if (unlikely(s->slot))
		slab_put_held(s);	/* no notes any more, or no memory for one */
	object = pop_object(s, m, *node);
	magazines_unlock(s, m, flags);
	return object;
}

#define GATE_PATIENCE	64

static void free_local(struct kmem_cache *s, void *object)
{
	unsigned long flags;
	struct cpu_magazines *m = magazines_lock(s, &flags);

	/* Who only frees would go slow for as long as the gate waits for an allocation: it is given up till next time. */
	if (m->reopen && ++m->frees_at_gate == GATE_PATIENCE) {
		m->reopen = false;
		m->frees_at_gate = 0;
	}
	push_object(s, m, slab_local_node(), object);
	magazines_unlock(s, m, flags);
}

/* ---- Other nodes' objects: see struct kmem_cache, remote ---- */

static void *alloc_remote(struct kmem_cache *s, int node)
{
	unsigned long flags;
	void *object = NULL;

	if (!s->node[node])
		return NULL;
	local_irq_save(flags);
	if (s->remote)
		object = pop_object(s, this_cpu_ptr(s->remote) + node, node);
	else
		take_from_node(s, node, &object, 1);
	local_irq_restore(flags);
	return object;
}

static void free_remote(struct kmem_cache *s, int node, void *object)
{
	unsigned long flags;

	local_irq_save(flags);
	if (s->remote)
		push_object(s, this_cpu_ptr(s->remote) + node, node, object);
	else
		slab_put_objects(s, &object, 1);
	local_irq_restore(flags);
}

/*
 * KFENCE's gate: was it open for this cache on this CPU? In full mode it always is: the first allocation from a
 * new cache comes the slow way because there is no magazine yet, and is to be guarded like the rest.
 */
static bool gate_was_open(struct kmem_cache *s)
{
	unsigned long flags;
	struct cpu_magazines *m;
	bool open;

	local_irq_save(flags);
	m = this_cpu_ptr(s->cpu);
	open = magazines_close_gate(m) || READ_ONCE(full_mode);
	m->reopen = false;
	m->frees_at_gate = 0;
	magazines_unlock(s, m, flags);
	return open;
}

/* ---- Allocating ---- */

/* One object out of a new slab, the rest to its node. */
static void *alloc_from_new_slab(struct kmem_cache *s, gfp_t flags, int node)
{
	struct page *slab = slab_make(s, flags, node);
	struct kmem_cache_node *n;
	unsigned long irq_flags;
	void *object;

	if (!slab)
		return NULL;
	n = s->node[page_kind_node(slab)];
	spin_lock_irqsave(&n->lock, irq_flags);
	slab_list_locked(n, slab);
	slab_take_locked(s, n, slab, &object, 1);
	spin_unlock_irqrestore(&n->lock, irq_flags);
	return object;
}

/* Caches with checks: one object at a time; one that fails its checks stays out of use for ever. */
static void *alloc_debug(struct kmem_cache *s, gfp_t flags, int node, size_t size, unsigned long caller)
{
	for (;;) {
		struct kmem_cache_node *n;
		unsigned long irq_flags;
		struct page *slab;
		void *object;
		bool good;

		if (!take_from_node(s, node, &object, 1)) {
			object = alloc_from_new_slab(s, flags, node);
			if (!object)
				return NULL;
		}
		slab = slab_first_page(virt_to_page(object));
		n = s->node[page_kind_node(slab)];
		spin_lock_irqsave(&n->lock, irq_flags);
		good = slab_debug_alloc(s, slab, object, size, caller);
		spin_unlock_irqrestore(&n->lock, irq_flags);
		if (good)
			return object;
	}
}

void *slab_alloc_unwatched(struct kmem_cache *s, gfp_t flags, int node, size_t size, unsigned long caller)
{
	int local = slab_local_node();
	void *object = NULL;

	might_sleep_if(flags & __GFP_DIRECT_RECLAIM);
	if (unlikely(s->flags & SLAB_SEALED))
		return pmalloc_gfp_seal_caller(size, flags);
	if (unlikely(s->slot) && !oot_admit(s->slot, flags))
		return NULL;
	/* A slot that watches keeps the gate open; without KFENCE there is nobody to ask for whom. */
	if (!(unlikely(s->slot) && oot_watched(s->slot) && !kfence_is_enabled()) &&
	    unlikely(gate_was_open(s) && s->kfence_enable))
		object = kfence_alloc_node(s, size, flags, node);
	if (unlikely(s->slot))
		oot_count(s, size, flags, object);
	if (object)
		return object;
	if (node < 0 || node >= MAX_NUMNODES)
		node = NUMA_NO_NODE;
	if (slab_is_debug(s)) {
		object = alloc_debug(s, flags, node == NUMA_NO_NODE ? local : node, size, caller);
		if (!object)
			return NULL;
	} else if (unlikely(s->slot) && oot_takes_notes(s->slot) &&
		   (object = slab_alloc_noted(s, flags, node == NUMA_NO_NODE ? local : node, size, caller))) {
		/* That was it. */
	} else if (node == NUMA_NO_NODE || node == local) {
		object = alloc_local(s, &local);
		node = local;
	} else {
		object = alloc_remote(s, node);
	}
	if (!object)
		object = alloc_from_new_slab(s, flags, node);
	if (object && flags & __GFP_ZERO)
		memset(object, 0, s->object_size);
	return object;
}

static __always_inline void *slab_alloc(struct kmem_cache *s, gfp_t flags, int node, size_t size,
					unsigned long caller)
{
	void *object;

	if (alloc_is_watched() && watch_fails_object(s, flags, size))
		return NULL;
	object = slab_alloc_unwatched(s, flags, node, size, caller);
	if (alloc_is_watched() && object && !(s->flags & SLAB_OWN))
		watch_add_object(object, size);
	return object;
}

static noinline void *alloc_slow(struct kmem_cache *s, gfp_t flags, size_t size, unsigned long caller)
{
	return slab_alloc(s, flags, NUMA_NO_NODE, size, caller);
}

void *__kmem_cache_alloc_slow(struct kmem_cache *s, gfp_t flags, size_t size)
{
	const struct oot_slot *slot = s->slot;

	/* A module's first allocations, while nobody else wants to be asked. */
	if (unlikely(slot) && slot->asked_nothing && oot_takes_notes(slot) && !kfence_is_enabled() && !alloc_is_watched()) {
		void *object = slab_pop_noted(s, flags, size ?: s->object_size, _RET_IP_);

		if (object)
			return object;
	}
	return alloc_slow(s, flags, size ?: s->object_size, _RET_IP_);
}

void *__kmem_cache_alloc_node(struct kmem_cache *s, gfp_t flags, int node, size_t size)
{
	return slab_alloc(s, flags, node, size, _RET_IP_);
}

void *kmem_cache_alloc_node(struct kmem_cache *s, gfp_t flags, int node)
{
	return slab_alloc(s, flags, node, s->object_size, _RET_IP_);
}
EXPORT_SYMBOL(kmem_cache_alloc_node);

void *kmalloc_node_trace(struct kmem_cache *s, gfp_t flags, int node, size_t size)
{
	return slab_alloc(s, flags, node, size, _RET_IP_);
}
EXPORT_SYMBOL(kmalloc_node_trace);

/* ---- Freeing ---- */

static void free_debug(struct kmem_cache *s, struct page *slab, void *object, unsigned long caller)
{
	struct kmem_cache_node *n = s->node[page_kind_node(slab)];
	LIST_HEAD(release);
	unsigned long flags;

	spin_lock_irqsave(&n->lock, flags);
	if (slab_debug_free(s, slab, object, caller)) {
		put_run_locked(s, n, &object, 1);
		slab_trim_empty_locked(n, may_keep(s, n), &release);
	}
	spin_unlock_irqrestore(&n->lock, flags);
	slab_release_list(s, &release);
}

static void slab_free(struct kmem_cache *s, struct page *page, void *object, unsigned long caller)
{
	struct page *slab = slab_first_page(page);
	unsigned int index = slab_object_index(s, slab, object);

	/* An address inside an object must not get into a magazine: it would be handed out. */
	if (unlikely(index >= slab->slab_objects || object != slab_object(s, slab, index))) {
		slab_bug(s, slab, NULL, "Invalid object pointer 0x%px", object);
		return;
	}
	if (slab_wants_init_on_free(s))
		memset(object, 0, s->object_size);
	if (slab_is_debug(s))
		free_debug(s, slab_first_page(page), object, caller);
	else if (page_type(page) != PAGE_SLAB)
		slab_put_objects(s, &object, 1);	/* noted: no magazines */
	else if (page_kind_node(page) == slab_local_node())
		free_local(s, object);
	else
		free_remote(s, page_kind_node(page), object);
}

/* The struct page behind @object, whatever that is; NULL when it is not RAM's. */
static struct page *page_of(const void *object)
{
	unsigned long offset = (unsigned long)object - PAGE_OFFSET;

	return offset < linear_bytes ? pfn_to_page(PHYS_PFN(offset)) : NULL;
}

void kfree_slow(const void *object)
{
	struct page *page = page_of(object);

	if (ZERO_OR_NULL_PTR(object))
		return;
	if (alloc_is_watched())
		watch_remove_object(object);
	if (page && page_is_slab(page))
		slab_free(page->slab_cache, page, (void *)object, _RET_IP_);
	else if (page && is_kfence_page(page))
		__kfence_free((void *)object);
	else
		kfree_not_slab(object);
}

void kmem_cache_free_slow(struct kmem_cache *s, void *object)
{
	struct page *page = page_of(object);

	if (alloc_is_watched())
		watch_remove_object(object);
	if (page && is_kfence_page(page)) {
		__kfence_free(object);
		return;
	}
	if (!page || !page_is_slab(page)) {
		kfree_not_slab(object);
		return;
	}
	WARN(page->slab_cache != s, "%s: Wrong slab cache. %s but object is from %s\n", __func__, s->name,
	     page->slab_cache->name);
	slab_free(page->slab_cache, page, object, _RET_IP_);
}

/* ---- KFENCE's gate on all caches ---- */

void slab_gate_open_this_cpu(void)
{
	struct kmem_cache *s;

	/* The list only grows at its tail and shrinks under RCU: see slab_cache.c. */
	list_for_each_entry_rcu(s, &slab_caches, list)
		if (s->kfence_enable)
			magazines_open_gate(this_cpu_ptr(s->cpu));
}

void slab_gate_open_all_this_cpu(void)
{
	struct kmem_cache *s;

	list_for_each_entry_rcu(s, &slab_caches, list)
		magazines_open_gate(this_cpu_ptr(s->cpu));
}

static void renew_gate(void *cache)
{
	unsigned long flags;
	struct cpu_magazines *m = magazines_lock(cache, &flags);

	m->reopen = false;
	magazines_unlock(cache, m, flags);
}

/* One interrupt for all caches, not one each. A cache that is made meanwhile begins with an open gate. */
static void renew_all_gates(void *unused)
{
	struct kmem_cache *s;

	rcu_read_lock();
	list_for_each_entry_rcu(s, &slab_caches, list)
		renew_gate(s);
	rcu_read_unlock();
}

void slab_renew_gates(struct kmem_cache *s)
{
	on_each_cpu(renew_gate, s, 1);
}

void slab_set_full_mode(bool on)
{
	WRITE_ONCE(full_mode, on);
	on_each_cpu(renew_all_gates, NULL, 1);
}

void slab_set_kfence_enable(struct kmem_cache *s, bool on)
{
	WRITE_ONCE(s->kfence_enable, on);
	slab_renew_gates(s);
}

/* ---- Emptying the magazines ---- */

static void drain_this_cpu(void *cache)
{
	struct kmem_cache *s = cache;
	unsigned long flags;
	struct cpu_magazines *m = magazines_lock(s, &flags);

	magazines_drain(m, s->capacity, slab_put_objects, s);
	if (s->slot)
		slab_put_held(s);
	for (int node = 0; s->remote && node < MAX_NUMNODES; node++)
		if (s->node[node])
			magazines_drain(this_cpu_ptr(s->remote) + node, s->capacity, slab_put_objects, s);
	magazines_unlock(s, m, flags);
}

static void drain_depots(struct kmem_cache *s)
{
	unsigned long flags;

	local_irq_save(flags);
	for (int node = 0; node < MAX_NUMNODES; node++)
		if (s->node[node])
			depot_drain(&s->node[node]->depot, s->capacity, slab_put_objects, s);
	local_irq_restore(flags);
}

void slab_drain(struct kmem_cache *s)
{
	on_each_cpu(drain_this_cpu, s, 1);
	drain_depots(s);
}

static void settle_this_cpu(void *caches)
{
	struct kmem_cache *s;

	list_for_each_entry(s, (struct list_head *)caches, of_slot) {
		unsigned long flags;
		struct cpu_magazines *m = magazines_lock(s, &flags);

		m->reopen = false;	/* who wants it open now says so anew */
		magazines_drain(m, s->capacity, slab_put_objects, s);
		slab_put_held(s);
		magazines_unlock(s, m, flags);
	}
}

void slab_settle_slot(struct list_head *caches)
{
	struct kmem_cache *s;

	on_each_cpu(settle_this_cpu, caches, 1);
	list_for_each_entry(s, caches, of_slot)
		drain_depots(s);
}

/* For slab_cache.c, which makes the cache of bitmaps before any that needs it. */
void slab_set_map_cache(struct kmem_cache *s)
{
	map_cache = s;
}
