// SPDX-License-Identifier: MIT
/*
 * Caches: making them, taking them down, taking memory back from them. What happens inside is in slab.c; what can
 * be seen of one from outside, in slab_look.c.
 *
 * How a cache is laid out follows from object size and alignment alone:
 *
 *   size      object size, rounded up to the alignment (debug caches: and the bytes around it)
 *   order     pages per slab: enough for 8 objects and for a waste of at most 1/16, at most 8 pages
 *   capacity  objects per magazine: 63 small ones, fewer large ones, so that a magazine holds some 32 KiB
 *
 * The first caches, of caches' own structures and of bitmaps, cannot come from caches: they are static.
 *
 * Locks: slab_mutex guards the list of caches, creation and destruction. slab_gate_open_this_cpu() reads the
 *        list from interrupts without it: a cache leaves the list by list_del_rcu(), and is not freed before a
 *        cross-call has been answered by all CPUs, so no interrupt handler is still at it.
 */
#include <linux/bitops.h>
#include <linux/bug.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kfence.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <paddock/init.h>
#include <paddock/page.h>
#include <paddock/slab.h>
#include "buddy.h"
#include "oot.h"
#include "slab.h"

LIST_HEAD(slab_caches);
static DEFINE_MUTEX(slab_mutex);

static struct kmem_cache boot_cache_cache, boot_node_cache, boot_map_cache;
static struct kmem_cache *node_cache;

void slab_mutex_lock(void)
{
	mutex_lock(&slab_mutex);
}

void slab_mutex_unlock(void)
{
	mutex_unlock(&slab_mutex);
}

/* ---- Layout ---- */

#define MAX_SLAB_ORDER	3
#define MIN_OBJECTS	8
#define MAGAZINE_GOAL_BYTES (32 * 1024)

static unsigned int choose_order(unsigned int size)
{
	unsigned int order = get_order(size);

	for (; order < MAX_SLAB_ORDER; order++) {
		unsigned int bytes = PAGE_SIZE << order, objects = bytes / size;

		if (objects >= MIN_OBJECTS && bytes - objects * size <= bytes / 16)
			break;
	}
	return order;
}

unsigned int slab_alignment(unsigned int object_size, unsigned int align, slab_flags_t flags)
{
	if (flags & SLAB_HWCACHE_ALIGN) {
		unsigned int line = 64;

		/* Small objects share a cache line rather than waste one. */
		while (object_size <= line / 2)
			line /= 2;
		align = max(align, line);
	}
	return max_t(unsigned int, align, ARCH_SLAB_MINALIGN);
}

static void layout_cache(struct kmem_cache *s)
{
	s->align = slab_alignment(s->object_size, s->align, s->flags);
	s->inuse = ALIGN(s->object_size, sizeof(void *));
	s->size = ALIGN(s->inuse, s->align);
	s->slab_kind = PAGE_SLAB;
	if (s->flags & SLAB_DEBUG_FLAGS) {
		s->slab_kind = PAGE_SLAB_DEBUG;
		slab_debug_layout(s);
	}
	s->order = choose_order(s->size);
	s->objects = min_t(unsigned int, (PAGE_SIZE << s->order) / s->size, SLAB_MAX_OBJECTS);
	s->reciprocal = DIV_ROUND_UP(1ULL << 32, s->size);
	s->capacity = clamp_t(unsigned int, MAGAZINE_GOAL_BYTES / s->size, 7, MAGAZINE_MAX);
	s->keep_empty = 2 * DIV_ROUND_UP(s->capacity, s->objects) + 2;
	s->keep_limit = ULONG_MAX;
	/* Full magazines may keep a 256th of memory out of use; always some. */
	s->depot_limit = max(16UL, totalram_pages() * PAGE_SIZE / 256 / (s->capacity * s->size));
	if (s->flags & SLAB_CACHE_DMA)
		s->allocflags |= GFP_DMA;
	if (s->flags & SLAB_CACHE_DMA32)
		s->allocflags |= GFP_DMA32;
}

/* ---- Bringing one up ---- */

static void init_node(struct kmem_cache_node *n)
{
	spin_lock_init(&n->lock);
	for (int i = 0; i < NR_SLAB_STATES; i++)
		INIT_LIST_HEAD(&n->slabs[i]);
	depot_init(&n->depot);
}

static struct cpu_magazines __percpu *new_cpu_magazines(unsigned int nr)
{
	struct cpu_magazines __percpu *m = __alloc_percpu(nr * sizeof(*m), __alignof__(*m));
	int cpu;

	if (!m)
		return NULL;
	for_each_possible_cpu(cpu)
		for (unsigned int i = 0; i < nr; i++)
			per_cpu_ptr(m, cpu)[i] = (struct cpu_magazines){ .head = MAGAZINE_NONE, .prev = MAGAZINE_NONE };
	return m;
}

static bool init_cpus(struct kmem_cache *s)
{
	s->cpu = new_cpu_magazines(s->flags & SLAB_KEEP_PAGES ? 2 : 1);	/* [1]: see NOTED_MAX */
	if (!s->cpu)
		return false;
	/* Without them, and in caches with checks, other nodes' objects go one by one. */
	if (nodes_weight(node_memory_map) > 1 && !slab_is_debug(s))
		s->remote = new_cpu_magazines(BITS_PER_LONG - __builtin_clzl(node_memory_map.bits[0]));
	return true;
}

void slab_free_cache(struct kmem_cache *s)
{
	for (int node = 0; node < MAX_NUMNODES; node++)
		if (s->node[node])
			kmem_cache_free(node_cache, s->node[node]);
	free_percpu(s->cpu);
	free_percpu(s->remote);
	kfree_const(s->name);
	kmem_cache_free(&boot_cache_cache, s);
}

static struct kmem_cache *alloc_cache(const char *name, unsigned int size, unsigned int align,
				      slab_flags_t flags, void (*ctor)(void *))
{
	struct kmem_cache *s = kmem_cache_alloc(&boot_cache_cache, GFP_KERNEL | __GFP_ZERO);
	int node;

	if (!s)
		return NULL;
	s->object_size = size;
	s->align = align;
	s->flags = slab_debug_flags(name, flags);
	s->ctor = ctor;
	s->refcount = 1;
	s->kfence_enable = !(flags & SLAB_NO_KFENCE);
	layout_cache(s);
	s->name = kstrdup_const(name, GFP_KERNEL);
	if (!s->name || !init_cpus(s))
		goto fail;
	for_each_node_mask(node, node_memory_map) {
		s->node[node] = kmem_cache_alloc_node(node_cache, GFP_KERNEL, node);
		if (!s->node[node])
			goto fail;
		memset(s->node[node], 0, sizeof(*s->node[node]));
		init_node(s->node[node]);
	}
	return s;

fail:
	slab_free_cache(s);
	return NULL;
}

static bool kfence_for_all = true;	/* slab_mutex; kfence_enable of new caches that belong to no slot */

void slab_kfence_all(bool on)
{
	struct kmem_cache *s;

	mutex_lock(&slab_mutex);
	kfence_for_all = on;
	list_for_each_entry(s, &slab_caches, list)
		if (!s->slot && !(s->flags & SLAB_NO_KFENCE))
			slab_set_kfence_enable(s, on);
	mutex_unlock(&slab_mutex);
}

/* ---- kmem_cache_create ---- */

static const char *complaint(const char *name, unsigned int size, unsigned int align)
{
	if (!name || !*name)
		return "no name";
	if (!size || size > KMALLOC_MAX_CACHE_SIZE * 4)
		return "bad object size";
	if (align & (align - 1) || align > PAGE_SIZE)
		return "bad alignment";
	return NULL;
}

static void warn_of_same_name(const char *name)
{
	struct kmem_cache *s;

	list_for_each_entry(s, &slab_caches, list)
		if (!strcmp(s->name, name))
			pr_warn("kmem_cache of name '%s' already exists\n", name);
}

struct kmem_cache *slab_create_for(struct oot_slot *slot, const char *name, unsigned int size, unsigned int align,
				   slab_flags_t flags, void (*ctor)(void *))
{
	const char *why = complaint(name, size, align);
	struct kmem_cache *s = NULL;

	if (!why) {
		mutex_lock(&slab_mutex);
		s = slab_find_mergeable(name, size, align, flags, ctor);
		if (s) {
			slab_join(s, size, align, flags);
			slab_sysfs_add_name(s, name);
			mutex_unlock(&slab_mutex);
			return s;
		}
		warn_of_same_name(name);
		s = alloc_cache(name, size, align, flags, ctor);
		if (s) {
			s->slot = slot;
			s->kfence_enable &= slot ? slot->kfence : kfence_for_all;
			if (slot) {
				s->keep_limit = oot_page_limit();
				list_add_tail(&s->of_slot, &slot->caches);
			}
			/* Its gates need no opening: without a magazine each CPU's first operation goes slow, and sees to them. */
			list_add_tail_rcu(&s->list, &slab_caches);
			slab_sysfs_add(s);
		} else {
			why = "no memory";
		}
		mutex_unlock(&slab_mutex);
	}
	if (!s) {
		if (flags & SLAB_PANIC)
			panic("kmem_cache_create(%s): %s", name, why);
		pr_err("kmem_cache_create(%s) failed: %s\n", name ?: "(null)", why);
		dump_stack();
	}
	return s;
}

struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align,
				     slab_flags_t flags, void (*ctor)(void *))
{
	return slab_create_for(NULL, name, size, align, flags, ctor);
}
EXPORT_SYMBOL(kmem_cache_create);

struct kmem_cache *kmem_cache_create_usercopy(const char *name, unsigned int size, unsigned int align,
					      slab_flags_t flags, unsigned int useroffset,
					      unsigned int usersize, void (*ctor)(void *))
{
	return kmem_cache_create(name, size, align, flags, ctor);
}
EXPORT_SYMBOL(kmem_cache_create_usercopy);

/* ---- kmem_cache_destroy ---- */

/* Returns: slabs that are still in use. */
static unsigned long release_all_empty(struct kmem_cache *s)
{
	unsigned long in_use = 0;

	for (int node = 0; node < MAX_NUMNODES; node++) {
		struct kmem_cache_node *n = s->node[node];
		LIST_HEAD(release);
		unsigned long flags;

		if (!n)
			continue;
		spin_lock_irqsave(&n->lock, flags);
		slab_trim_empty_locked(n, 0, &release);
		in_use += n->nr_slabs[SLAB_PARTIAL] + n->nr_slabs[SLAB_FULL] + n->nr_slabs[SLAB_NOTED] +
			  n->nr_slabs[SLAB_QUARANTINED];
		spin_unlock_irqrestore(&n->lock, flags);
		slab_release_list(s, &release);
	}
	return in_use;
}

static void report_remaining(struct kmem_cache *s, struct page *slab, void *unused)
{
	slab_report_remaining(s, slab);
}

static void destroy_cache(struct kmem_cache *s, unsigned long caller)
{
	mutex_lock(&slab_mutex);
	if (--s->refcount) {
		mutex_unlock(&slab_mutex);
		return;
	}
	s->dead = true;
	slab_set_kfence_enable(s, false);
	kfence_shutdown_cache(s);
	list_del_rcu(&s->list);
	if (s->slot)
		list_del(&s->of_slot);
	slab_sysfs_remove(s);
	slab_drain(s);		/* a cross-call: nobody reads s from the list any more */
	slab_drop_spare_notes(s);
	if (release_all_empty(s)) {
		if (caller) {
			slab_for_each_slab(s, report_remaining, NULL);
			WARN(1, "kmem_cache_destroy %s: Slab cache still has objects when called from %pS\n", s->name,
			     (void *)caller);
		}
		/* Frees of what is left must still find a cache: it stays for ever, in no list. */
		mutex_unlock(&slab_mutex);
		return;
	}
	mutex_unlock(&slab_mutex);
	if (s->flags & SLAB_TYPESAFE_BY_RCU)
		rcu_barrier();		/* slabs on their way out look at their cache */
	if (s->kobj.state_initialized)
		kobject_put(&s->kobj);	/* slab_free_cache(), when no file of it is open any more */
	else
		slab_free_cache(s);
}

void kmem_cache_destroy(struct kmem_cache *s)
{
	if (s)
		destroy_cache(s, _RET_IP_);
}
EXPORT_SYMBOL(kmem_cache_destroy);

void slab_abandon(struct kmem_cache *s)
{
	destroy_cache(s, 0);
}

/* ---- Many at once ---- */

int kmem_cache_alloc_bulk(struct kmem_cache *s, gfp_t flags, size_t nr, void **objects)
{
	for (size_t i = 0; i < nr; i++) {
		objects[i] = kmem_cache_alloc(s, flags);
		if (!objects[i]) {
			kmem_cache_free_bulk(s, i, objects);
			return 0;
		}
	}
	return nr;
}
EXPORT_SYMBOL(kmem_cache_alloc_bulk);

void kmem_cache_free_bulk(struct kmem_cache *s, size_t nr, void **objects)
{
	for (size_t i = 0; i < nr; i++) {
		if (s)
			kmem_cache_free(s, objects[i]);
		else
			kfree(objects[i]);
	}
}
EXPORT_SYMBOL(kmem_cache_free_bulk);

/* ---- Giving memory back ---- */

int kmem_cache_shrink(struct kmem_cache *s)
{
	slab_drain(s);
	return release_all_empty(s) ? 1 : 0;
}
EXPORT_SYMBOL(kmem_cache_shrink);

unsigned long slab_reclaim(void)
{
	unsigned long before = nr_free_pages();
	struct kmem_cache *s;

	/* Whoever creates a cache now allocates under the lock, and comes here when there is no memory. */
	if (!mutex_trylock(&slab_mutex))
		return 0;
	/* From the last to the first: slabs that go free their bitmaps, into one of the first caches. */
	list_for_each_entry_reverse(s, &slab_caches, list) {
		slab_drain(s);
		if (!(s->flags & SLAB_KEEP_PAGES))
			release_all_empty(s);
	}
	mutex_unlock(&slab_mutex);
	return nr_free_pages() - before;
}

unsigned long slab_count_slabs(const struct kmem_cache *s, enum slab_state state)
{
	unsigned long slabs = 0;

	for (int node = 0; node < MAX_NUMNODES; node++)
		if (s->node[node])
			slabs += READ_ONCE(s->node[node]->nr_slabs[state]);
	return slabs;
}

unsigned long slab_kept_slabs(struct kmem_cache *s)
{
	return slab_count_slabs(s, SLAB_EMPTY);
}

void slab_set_keep_limit(struct kmem_cache *s, unsigned long slabs)
{
	WRITE_ONCE(s->keep_limit, slabs);
	for (int node = 0; node < MAX_NUMNODES; node++) {
		struct kmem_cache_node *n = s->node[node];
		unsigned long flags, kept = slab_kept_slabs(s), surplus = kept > slabs ? kept - slabs : 0;
		LIST_HEAD(release);

		if (!n || !surplus)
			continue;
		spin_lock_irqsave(&n->lock, flags);
		slab_trim_empty_locked(n, n->nr_slabs[SLAB_EMPTY] - min(surplus, n->nr_slabs[SLAB_EMPTY]), &release);
		spin_unlock_irqrestore(&n->lock, flags);
		slab_release_list(s, &release);
	}
}

/* ---- Boot ---- */

static bool slab_is_up;

bool slab_is_available(void)
{
	return slab_is_up;
}

/* One of the caches that the others are made of. */
static struct kmem_cache *boot_cache(struct kmem_cache *s, struct kmem_cache_node *nodes, const char *name,
				     unsigned int size)
{
	int node;

	s->name = name;
	s->object_size = size;
	s->flags = SLAB_HWCACHE_ALIGN | SLAB_NO_MERGE | SLAB_NO_KFENCE;
	s->refcount = 1;
	layout_cache(s);
	if (!init_cpus(s))
		panic("slab: no per-CPU memory for %s", name);
	for_each_node_mask(node, node_memory_map) {
		s->node[node] = &nodes[node];
		init_node(s->node[node]);
	}
	list_add_tail(&s->list, &slab_caches);
	return s;
}

void slab_set_cpu_node(int cpu)
{
	int node = NODE_DATA(cpu_to_node(cpu))->fallback[0];

	per_cpu(slab_local_kind, cpu) = PAGE_KIND(init_on_free ? PAGE_BAD : PAGE_SLAB, node, 0);
}

void __init slab_init(void)
{
	static struct kmem_cache_node nodes[3][MAX_NUMNODES];
	int cpu;

	for_each_possible_cpu(cpu)
		slab_set_cpu_node(cpu);
	boot_cache(&boot_cache_cache, nodes[0], "kmem_cache", sizeof(struct kmem_cache));
	node_cache = boot_cache(&boot_node_cache, nodes[1], "kmem_cache_node", sizeof(struct kmem_cache_node));
	slab_set_map_cache(boot_cache(&boot_map_cache, nodes[2], "slab_map", SLAB_MAX_OBJECTS / 8));
	boot_map_cache.flags |= SLAB_OWN;	/* they come and go with slabs, which nobody's scope notes either */
	kmalloc_init();
	slab_is_up = true;
}
