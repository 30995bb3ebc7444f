// SPDX-License-Identifier: MIT
/*
 * What happens to one guarded object: it is allocated and freed. Where it is touched where it should not be: fault.c; what
 * becomes of all objects of one cache: cache.c.
 *
 *	          kfence_alloc                     __kfence_free
 *	UNUSED ────────────────▶ ALLOCATED ──────────────────────────▶ FREED ──▶ a free list ──▶ …
 *	         page opens          │                page closes        ▲
 *	                             └──▶ RCU_FREEING ──(grace period)───┘
 *
 * Invariant "closed unless live": the page of an object that is not live is not present, and neither is any
 * guard page, except where a report has opened it to let the one bad access go on. Then the object
 * page closes again when its object is freed next, a guard when either neighbour is.
 *
 * Whose TLB? Opening a page needs no flush: absent entries are not cached. Closing one takes its
 * translation from all CPUs before the free returns (arch_tlb_shootdown_page()): otherwise a CPU that has
 * used the object lately could go on using it unseen.
 *
 * Locks: the object lock for each change of state; nothing is printed and no page closed under it,
 * since both may take long. Between state FREED and the free list the object belongs to the freeing CPU.
 */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <paddock/slab.h>
#include <asm/sections.h>
#include "../oot.h"
#include "canary.h"
#include "kfence.h"
#include "object.h"

/* ---- Pages ---- */

void kfence_page_open(const struct kfence_area *area, unsigned long addr)
{
	arch_pt_set(page_entry(area, addr), arch_pt_leaf(__pa(addr & PAGE_MASK), PT_KERNEL_RW, 0));
}

void kfence_page_close(const struct kfence_area *area, unsigned long addr)
{
	page_close_entry(area, addr);
	arch_tlb_shootdown_page(addr & PAGE_MASK);
}

/* What strayed into an open page is wiped, so that it does not look like something when it is opened again. */
static void wipe_and_close(const struct kfence_area *area, unsigned long page)
{
	memset((void *)page, 0, PAGE_SIZE);
	page_close_entry(area, page);
}

/* Close the guard to the left of @obj (or of the sentinel), and page 0 to the left of that, if a report has opened it. */
static void close_guard(const struct kfence_area *area, struct kfence_object *obj, unsigned long guard)
{
	unsigned long flags;
	u8 was_open;

	if (likely(!(READ_ONCE(obj->flags) & KFENCE_OPEN)))
		return;
	flags = kfence_object_lock(obj);
	was_open = obj->flags;
	obj->flags &= ~KFENCE_OPEN;
	if (was_open & KFENCE_OPEN_GUARD)
		wipe_and_close(area, guard);
	if (was_open & KFENCE_OPEN_FIRST)
		wipe_and_close(area, guard - PAGE_SIZE);
	kfence_object_unlock(obj, flags);
	if (was_open & KFENCE_OPEN_GUARD)
		arch_tlb_shootdown_page(guard);
	if (was_open & KFENCE_OPEN_FIRST)
		arch_tlb_shootdown_page(guard - PAGE_SIZE);
}

/* ---- Finding objects ---- */

/* The object in whose page @addr lies, if that is an address of KFENCE's at all. */
static struct kfence_object *object_at(const void *addr)
{
	struct kfence_area *area;

	if (!is_kfence_address(addr))
		return NULL;
	return object_in_page(addr, &area);
}

struct kfence_object *nearest_live(struct kfence_area *area, unsigned long addr)
{
	unsigned long guard = (addr - area->start) / PAGE_SIZE;
	unsigned long l = kfence_left_of(guard, area->nr_objects);
	unsigned long r = kfence_right_of(guard, area->nr_objects);
	struct kfence_object *left = NULL, *right = NULL;

	if (l != KFENCE_NOBODY && kfence_state_is_live(READ_ONCE(area->objects[l].state)))
		left = &area->objects[l];
	if (r != KFENCE_NOBODY && kfence_state_is_live(READ_ONCE(area->objects[r].state)))
		right = &area->objects[r];
	if (left && right) {
		unsigned long past = addr - ((unsigned long)kfence_object_addr(left) + left->size);

		return past <= (unsigned long)kfence_object_addr(right) - addr ? left : right;
	}
	return left ?: right;
}

size_t kfence_ksize(const void *addr)
{
	struct kfence_object *obj = object_at(addr);

	return obj ? obj->size : 0;
}

void *kfence_object_start(const void *addr)
{
	struct kfence_object *obj = object_at(addr);

	return obj ? kfence_object_addr(obj) : NULL;
}

struct kmem_cache *kfence_object_cache(const void *addr)
{
	struct kfence_object *obj = object_at(addr);

	return obj && kfence_state_is_live(READ_ONCE(obj->state)) ? obj->cache : NULL;
}

/* ---- Allocation ---- */

/* Left or right? One bit of a per-CPU generator: good enough for sides, a few instructions. */
static DEFINE_PER_CPU(u32, side_state);

static bool next_side(void)
{
	u32 x = this_cpu_read(side_state);

	x = x * 1664525u + 1013904223u + !x * smp_processor_id();
	this_cpu_write(side_state, x);
	return x >> 31;
}

/* The cover key of the stack that @obj was allocated by. */
static u32 object_cover_key(const struct kfence_object *obj)
{
	unsigned long *entries;
	unsigned int nr = stack_depot_fetch(obj->alloc_stack, &entries);

	return kfence_cover_key(entries, nr);
}

/* Does module code take part in this stack? Whatever return address is not in the image is a module's. */
static bool involves_module(const unsigned long *stack, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		if (stack[i] < (unsigned long)_stext || stack[i] >= (unsigned long)_end)
			return true;
	return false;
}

/*
 * A free object that may serve @cache (NULL: a page). What an isolated module has had stays with its slot while it is
 * loaded, as its slabs do: its stale pointers lead there, and would reach whoever came next.
 */
#define PASTURE_TRIES	16

static struct kfence_object *take_for(struct kmem_cache *cache, gfp_t flags, int node)
{
	u8 pasture = cache && cache->slot ? cache->slot->number + 1 : 0;

	for (unsigned int tries = 0; tries < PASTURE_TRIES; tries++) {
		struct kfence_object *obj = kfence_pool_take(node, flags & __GFP_THISNODE);

		if (!obj)
			return NULL;
		if (!obj->pasture || obj->pasture == pasture || !READ_ONCE(oot_slots[obj->pasture - 1].loaded)) {
			obj->pasture = pasture;
			return obj;
		}
		kfence_pool_put(virt_to_page(kfence_object_page(obj))->kfence_area, obj);
	}
	return NULL;
}

/*
 * The part that objects and pages share: a free object, marked and opened. @cache: NULL for a page.
 * @covered: an interval is being sampled, so count its stack. Returns: its address or NULL.
 */
static void *guarded_alloc(struct kmem_cache *cache, size_t size, gfp_t flags, int node)
{
	unsigned long stack[KFENCE_STACK_DEPTH];
	unsigned int nr = stack_trace_save(stack, KFENCE_STACK_DEPTH, 1);
	bool sampling = !kfence_full_mode();
	struct kfence_object *obj;
	unsigned long irqflags;
	u8 objflags = cache ? 0 : KFENCE_OBJ_PAGE;
	u32 key = 0;
	void *page;

	if (sampling) {
		key = kfence_cover_key(stack, nr);
		if (kfence_cover_applies() && kfence_cover_contains(key)) {
			kfence_count(KFENCE_COUNT_SKIP_COVERED);
			return NULL;
		}
		objflags |= KFENCE_OBJ_COVERED;
	}
	if (kfence_pool_is_scarce() && !involves_module(stack, nr)) {
		/* A small pool would be full of the kernel's own objects before the first driver is loaded. */
		kfence_count(KFENCE_COUNT_SKIP_CAPACITY);
		return NULL;
	}
	obj = take_for(cache, flags, node);
	if (!obj) {
		kfence_count(KFENCE_COUNT_SKIP_CAPACITY);
		return NULL;
	}
	page = kfence_object_page(obj);

	irqflags = kfence_object_lock(obj);
	obj->cache = cache;
	obj->size = size;
	obj->offset = cache ? kfence_place(size, cache->align, next_side()) : 0;
	obj->alloc_us = kfence_now_us();
	obj->alloc_pid = current->pid;
	obj->alloc_cpu = smp_processor_id();
	obj->alloc_stack = stack_depot_save(stack, nr, GFP_NOWAIT);
	obj->free_stack = 0;
	obj->flags = (obj->flags & KFENCE_OPEN) | objflags;
	kfence_page_open(virt_to_page(page)->kfence_area, (unsigned long)page);
	if (size < PAGE_SIZE)
		kfence_canary_fill(page, obj->offset, size);
	WRITE_ONCE(obj->state, KFENCE_ALLOCATED);
	kfence_object_unlock(obj, irqflags);

	if (sampling)
		kfence_cover_add(key, 1);
	return page + obj->offset;
}

/* Zones with a promise about addresses, which the pool does not keep. */
static bool wants_special_zone(gfp_t flags)
{
	return flags & (__GFP_DMA | __GFP_DMA32);
}

void *kfence_alloc_node(struct kmem_cache *cache, size_t size, gfp_t flags, int node)
{
	void *addr;

	if (!READ_ONCE(kfence_enabled))
		return NULL;
	if (!cache->kfence_enable) {
		kfence_sample_retry();
		return NULL;
	}
	if (size > PAGE_SIZE || wants_special_zone(flags) || cache->align > PAGE_SIZE ||
	    cache->flags & (SLAB_CACHE_DMA | SLAB_CACHE_DMA32)) {
		kfence_count(KFENCE_COUNT_SKIP_INCOMPAT);
		kfence_sample_retry();
		return NULL;
	}
	if (!kfence_sample_take())
		return NULL;
	addr = guarded_alloc(cache, size, flags, node);
	if (!addr)
		return NULL;
	kfence_count(KFENCE_COUNT_SLAB_ALLOCS);
	if (flags & __GFP_ZERO)
		memset(addr, 0, size);
	else if (cache->ctor)
		cache->ctor(addr);
	return addr;
}

void *kfence_alloc(struct kmem_cache *cache, size_t size, gfp_t flags)
{
	return kfence_alloc_node(cache, size, flags, NUMA_NO_NODE);
}

struct page *kfence_alloc_page_node(gfp_t gfp, int node)
{
	struct page *page;
	void *addr;

	if (!READ_ONCE(kfence_enabled) || !READ_ONCE(kfence_order0_page))
		return NULL;
	if (wants_special_zone(gfp)) {
		kfence_count(KFENCE_COUNT_SKIP_INCOMPAT);
		kfence_sample_retry();
		return NULL;
	}
	if (!kfence_sample_take())
		return NULL;
	addr = guarded_alloc(NULL, PAGE_SIZE, gfp, node);
	if (!addr)
		return NULL;
	kfence_count(KFENCE_COUNT_PAGE_ALLOCS);
	if (gfp & __GFP_ZERO)
		memset(addr, 0, PAGE_SIZE);
	page = virt_to_page(addr);
	page->flags = 0;
	page->_refcount = 1;
	return page;
}

struct page *kfence_alloc_page(gfp_t gfp)
{
	return kfence_alloc_page_node(gfp, NUMA_NO_NODE);
}

/* ---- Incidents ---- */

static void note_object_locked(struct kfence_incident *in, struct kfence_area *area, struct kfence_object *obj)
{
	in->has_object = true;
	in->obj = *obj;
	in->number = kfence_object_number(area, obj);
}

void note_object(struct kfence_incident *in, struct kfence_area *area, struct kfence_object *obj)
{
	unsigned long flags = kfence_object_lock(obj);

	note_object_locked(in, area, obj);
	kfence_object_unlock(obj, flags);
}

/* The damage that begins at offset @at: at most 16 bytes, up to @end. */
static void note_damage_locked(struct kfence_incident *in, struct kfence_area *area,
			       struct kfence_object *obj, unsigned int at, unsigned int end)
{
	const u8 *page = kfence_object_page(obj);

	in->error = KFENCE_ERROR_CORRUPTION;
	in->addr = (unsigned long)page + at;
	in->nr_bytes = min_t(unsigned int, sizeof(in->bytes), end - at);
	memcpy(in->bytes, page + at, in->nr_bytes);
	note_object_locked(in, area, obj);
}

/*
 * Look at the canaries of @obj if it is in @state, and report: one report per side, left first; the first
 * changed byte decides. With @repair the damage is undone. Returns: reports made.
 */
static unsigned int check_canaries(struct kfence_area *area, struct kfence_object *obj, u8 state, bool repair)
{
	struct kfence_incident in[2] = {};
	unsigned int nr = 0, i, end;
	u8 *page = kfence_object_page(obj);
	unsigned long flags;
	int at;

	flags = kfence_object_lock(obj);
	end = obj->offset + obj->size;
	if (obj->state == state && obj->size < PAGE_SIZE && !(obj->flags & KFENCE_OBJ_LEFT) &&
	    !kfence_canary_intact(page, obj->offset, obj->size)) {
		at = kfence_canary_find_left(page, obj->offset);
		if (at >= 0)
			note_damage_locked(&in[nr++], area, obj, at, obj->offset);
		at = kfence_canary_find_right(page, end);
		if (at >= 0)
			note_damage_locked(&in[nr++], area, obj, at, PAGE_SIZE);
		for (i = 0; repair && i < PAGE_SIZE; i++)
			if (i < obj->offset || i >= end)
				page[i] = kfence_canary_byte(i);
	}
	kfence_object_unlock(obj, flags);

	for (i = 0; i < nr; i++)
		kfence_report(&in[i]);
	return nr;
}

unsigned long kfence_check_all(bool repair)
{
	struct kfence_area *area;
	unsigned long reports = 0, i;

	rcu_read_lock();
	list_for_each_entry_rcu(area, &kfence_areas, list)
		for (i = 0; i < area->nr_objects; i++)
			if (READ_ONCE(area->objects[i].state) == KFENCE_ALLOCATED)
				reports += check_canaries(area, &area->objects[i], KFENCE_ALLOCATED, repair);
	rcu_read_unlock();
	return reports;
}

/* ---- Free ---- */

void note_freer_locked(struct kfence_object *obj)
{
	unsigned long stack[KFENCE_STACK_DEPTH];
	unsigned int nr = stack_trace_save(stack, KFENCE_STACK_DEPTH, 2);

	obj->free_stack = stack_depot_save(stack, nr, GFP_NOWAIT);
	obj->free_pid = current->pid;
	obj->free_cpu = smp_processor_id();
}

bool retire_object(struct kfence_area *area, struct kfence_object *obj)
{
	unsigned long page = (unsigned long)kfence_object_page(obj);
	unsigned int reports = 0;
	bool zombie = obj->flags & KFENCE_OBJ_ZOMBIE;

	if (obj->size < PAGE_SIZE && unlikely(!kfence_canary_intact((void *)page, obj->offset, obj->size)))
		reports = check_canaries(area, obj, KFENCE_FREED, false);
	if (unlikely(init_on_free) && !zombie && (!obj->cache || slab_wants_init_on_free(obj->cache)))
		memset(kfence_object_addr(obj), 0, obj->size);
	kfence_page_close(area, page);
	close_guard(area, obj, page - PAGE_SIZE);
	close_guard(area, obj + 1, page + PAGE_SIZE);

	if (obj->flags & KFENCE_OBJ_COVERED && !READ_ONCE(area->draining))
		kfence_cover_add(object_cover_key(obj), -1);
	if (obj->flags & KFENCE_OBJ_PAGE)
		kfence_count(KFENCE_COUNT_PAGE_FREES);
	else
		kfence_count(zombie ? KFENCE_COUNT_SLAB_ZOMBIES : KFENCE_COUNT_SLAB_FREES);
	if (zombie)
		kfence_pool_lose(area);
	else
		kfence_pool_put(area, obj);
	return reports;
}

static void rcu_free_object(struct rcu_head *rcu)
{
	struct kfence_object *obj = container_of(rcu, struct kfence_object, rcu);
	unsigned long flags = kfence_object_lock(obj);

	/* As in Linux it is the free that counts, not the end of the grace period. */
	obj->freed_us = kfence_freeing_us(obj);
	WRITE_ONCE(obj->state, KFENCE_FREED);
	kfence_object_unlock(obj, flags);
	if (retire_object(virt_to_page(kfence_object_page(obj))->kfence_area, obj))
		kfence_act_on_fault(NULL);
}

/*
 * Whose pointer may it have been, that was freed and lies in a guard page? The live neighbour that it is nearer to (of
 * an object at the right edge, its end), else the object before it, which Linux always names.
 */
static struct kfence_object *object_near(struct kfence_area *area, unsigned long addr)
{
	unsigned long guard = (addr - area->start) / PAGE_SIZE, left = kfence_left_of(guard, area->nr_objects);
	struct kfence_object *obj = guard % 2 ? nearest_live(area, addr) : NULL;

	return obj ?: left == KFENCE_NOBODY ? NULL : &area->objects[left];
}

static void report_bad_free(void *addr, struct kfence_area *area, struct kfence_object *obj)
{
	struct kfence_incident in = { .error = KFENCE_ERROR_INVALID_FREE, .addr = (unsigned long)addr };

	if (obj)
		note_object(&in, area, obj);
	kfence_report(&in);
	kfence_act_on_fault(NULL);
}

/* @addr is given back as an object or as a page. */
static void guarded_free(void *addr, bool as_page)
{
	struct kfence_area *area;
	struct kfence_object *obj = object_in_page(addr, &area);
	bool by_rcu = false;
	unsigned long flags;

	if (!obj) {
		report_bad_free(addr, area, object_near(area, (unsigned long)addr));
		return;
	}
	flags = kfence_object_lock(obj);
	if (obj->state != KFENCE_ALLOCATED || kfence_object_addr(obj) != addr ||
	    !!(obj->flags & KFENCE_OBJ_PAGE) != as_page) {
		kfence_object_unlock(obj, flags);
		report_bad_free(addr, area, obj);
		return;
	}
	if (unlikely(obj->flags & KFENCE_OBJ_LEFT)) {
		obj->flags &= ~KFENCE_OBJ_LEFT;
		kfence_page_open(area, (unsigned long)addr);
	}
	note_freer_locked(obj);
	if (obj->cache && obj->cache->flags & SLAB_TYPESAFE_BY_RCU) {
		by_rcu = true;
		obj->freeing_us = kfence_now_us();
		WRITE_ONCE(obj->state, KFENCE_RCU_FREEING);
	} else {
		obj->freed_us = kfence_now_us();
		WRITE_ONCE(obj->state, KFENCE_FREED);
	}
	kfence_object_unlock(obj, flags);

	if (by_rcu)
		call_rcu(&obj->rcu, rcu_free_object);
	else if (retire_object(area, obj))
		kfence_act_on_fault(NULL);
}

void __kfence_free(void *addr)
{
	guarded_free(addr, false);
}

void kfence_free_page(struct page *page)
{
	guarded_free(page_address(page), true);
}
