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
 * magazine counts as used in its slab's bitmap. It is between them and the slabs (slab_node.c) that objects are moved
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
#include <linux/bug.h>
#include <linux/export.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/kfence.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/rculist.h>
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

/* ---- This CPU's magazines ---- */

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
	    (s->slot && (oot_watched(s->slot) || slab_holds_noted(s))))
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
		unsigned int count = slab_take_from_node(s, node, m->head + 1, s->capacity);

		shuffle(m->head + 1, count);
		m->head += count;
		return count ? *m->head-- : NULL;
	}
	slab_take_from_node(s, node, &object, 1);
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
		slab_take_from_node(s, node, &object, 1);
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

		if (!slab_take_from_node(s, node, &object, 1)) {
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
	/* A slot that watches keeps the gate open: that it is says nothing of KFENCE. */
	if (!(unlikely(s->slot) && oot_watched(s->slot) && !kfence_wants_one()) &&
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

void *slab_alloc_slow(struct kmem_cache *s, gfp_t flags, size_t size)
{
	return slab_alloc(s, flags, NUMA_NO_NODE, size ?: s->object_size, _RET_IP_);
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
		slab_put_run_locked(s, n, &object, 1);
		slab_trim_empty_locked(n, slab_may_keep(s, n), &release);
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

/* All that this CPU has of @s, of whatever nodes. Interrupts masked, gate closed. */
static void drain_own(struct kmem_cache *s, struct cpu_magazines *m)
{
	magazines_drain(m, s->capacity, slab_put_objects, s);
	if (s->slot)
		slab_put_held(s);
	for (int node = 0; s->remote && node < MAX_NUMNODES; node++)
		if (s->node[node])
			magazines_drain(this_cpu_ptr(s->remote) + node, s->capacity, slab_put_objects, s);
}

static void drain_this_cpu(void *cache)
{
	struct kmem_cache *s = cache;
	unsigned long flags;
	struct cpu_magazines *m = magazines_lock(s, &flags);

	drain_own(s, m);
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
		drain_own(s, m);
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
