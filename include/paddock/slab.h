/* SPDX-License-Identifier: MIT */
/*
 * Inside the slab allocator: what a cache is made of, its fast paths, and what the files, KFENCE,
 * isolation and tests need to know. How it works: mm/slab.c and docs/mm.md.
 */
#pragma once

#include <linux/kobject.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/topology.h>
#include <paddock/magazine.h>
#include <paddock/page.h>

/*
 * A cache's share of one node.
 * Field key: [L] lock. Order: lock, then zone->lock. The depot has a lock of its own, never taken together.
 */
enum slab_state {
	SLAB_PARTIAL,		/* has free and used objects */
	SLAB_EMPTY,		/* no used one: kept for the next need, or for ever (KEEP_PAGES) */
	SLAB_FULL,		/* no free one */
	SLAB_NOTED,		/* who has its objects is noted; those with free ones first (mm/slab_noted.c) */
	SLAB_QUARANTINED,	/* what an unloaded module left in it: nothing is allocated from it */
	NR_SLAB_STATES
};

struct slab_notes;

struct kmem_cache_node {
	spinlock_t lock;		/* taken with interrupts masked */
	struct list_head slabs[NR_SLAB_STATES];		/* [L] every slab of this node, through page->slab_list */
	unsigned long nr_slabs[NR_SLAB_STATES];		/* [L] */
	unsigned long nr_inuse;		/* [L] objects out of the slabs: live, in magazines, or in depots */
	struct slab_notes *spare_notes;	/* [L] of a slab that was noted and is empty now; all zeroes */
	struct depot depot;
};

/*
 * Field key: [I] constant after creation   [M] slab_mutex   [A] any time, a flag or counter
 */
struct kmem_cache {
	struct cpu_magazines __percpu *cpu;	/* [I] address in the per-CPU template; fast paths read this first */
	/*
	 * [I] Per CPU, one for each node: magazines of other nodes' objects that this CPU freed, or was asked for by node.
	 * Full ones go to the owner's depot, so that there is no lock per object. NULL on machines with one node.
	 */
	struct cpu_magazines __percpu *remote;
	unsigned int object_size;	/* [M] what was asked for; merged caches: the largest */
	unsigned int size;		/* [I] distance of two objects: with alignment and debug bytes */
	unsigned int align;		/* [M] of each object; merged caches: the largest */
	slab_flags_t flags;		/* [I] */
	u8 order;			/* [I] pages per slab, log2 */
	u8 capacity;			/* [I] objects per magazine; 0: none (debug caches) */
	u16 objects;			/* [I] per slab */
	u32 reciprocal;			/* [I] 2^32 / size rounded up: offset to index without dividing */
	u32 slab_kind;			/* [I] PAGE_SLAB or PAGE_SLAB_DEBUG, type only */
	gfp_t allocflags;		/* [I] for its slabs */
	bool kfence_enable;		/* [A] objects may be guarded */
	bool dead;			/* [M] being destroyed */
	void (*ctor)(void *);		/* [I] */
	const char *name;		/* [I] */
	unsigned int red_left_pad;	/* [I] debug: bytes before the object */
	unsigned int inuse;		/* [M] debug: offset of the bytes behind the object */
	unsigned int keep_empty;	/* [A] empty slabs that a node keeps when nothing says otherwise: min_partial */
	unsigned int depot_limit;	/* [A] full magazines that a node keeps: cpu_partial / capacity */
	unsigned long keep_limit;	/* [A] KEEP_PAGES: most empty slabs, all nodes together; ULONG_MAX: any */
	struct oot_slot *slot;		/* [I] the isolated module's slot that it belongs to, or NULL */
	struct list_head of_slot;	/* [M] in slot->caches */
	int refcount;			/* [M] merged caches */
	struct list_head list;		/* [M] all caches */
	struct kobject kobj;		/* its folder under /sys/kernel/slab */
	struct dentry *traces;		/* and under /sys/kernel/debug/slab: caches with SLAB_STORE_USER */
	struct kmem_cache_node *node[MAX_NUMNODES];	/* [I] NULL: no such node */
};

/* Are objects of @s zeroed when they are freed? Not where others may look at them still, or a constructor's work is kept. */
static inline bool slab_wants_init_on_free(const struct kmem_cache *s)
{
	return unlikely(init_on_free) && !s->ctor && !(s->flags & (SLAB_TYPESAFE_BY_RCU | SLAB_POISON));
}

extern struct list_head slab_caches;	/* [M] */
void slab_mutex_lock(void);		/* the M lock: creation, destruction, the list. Thread context. */
void slab_mutex_unlock(void);

/* ---- Fast paths ---- */

/* What kfree() compares page->kind with: PAGE_SLAB of this CPU's node; nothing at all with init_on_free=1. */
DECLARE_PER_CPU(u32, slab_local_kind);

/*
 * For code in .text.restart. The files that hold such functions (mm/fast.c, mm/oot.c) are compiled without frame
 * pointers and with sibling calls (see Makefile): a fast path then has no frame, and leaves for its slow
 * path by a jump, whose stack trace begins with the slow path and the real caller.
 */
#define __slab_fast __restart_text

/*
 * slab_alloc_fast - this CPU's next free object of @s, or the slow way.
 * @size: what the caller asked for, 0: object_size; KFENCE puts exactly that much behind its fence.
 * Use only as the last expression of a __slab_fast function.
 */
void *__kmem_cache_alloc_slow(struct kmem_cache *s, gfp_t flags, size_t size);
static __always_inline void *slab_alloc_fast(struct kmem_cache *s, gfp_t flags, size_t size)
{
	void *object = arch_magazine_pop((void ***)(unsigned long)s->cpu);

	if (unlikely(!object))
		return __kmem_cache_alloc_slow(s, flags, size);
	if (unlikely(flags & __GFP_ZERO))
		return memset(object, 0, s->object_size);
	return object;
}

/*
 * slab_free_fast - put an object of @page's cache on this CPU's magazine.
 * Returns: false when the slow way must be gone: no room, freed twice in a row, or an address inside an object, as
 *          far as its low bits tell (all of those for sizes that are powers of two). Last but one expression of a
 *          __slab_fast function.
 */
static __always_inline bool slab_free_fast(struct page *page, void *object)
{
	/*
	 * An address inside an object would be handed out as one. slab_head means something only in a slab's page:
	 * kind is compared before it is followed. In other pages the mask is anything: the slow way sorts it out.
	 */
	return arch_magazine_push_if(page->slab_head, object, page->slab_align_mask, &slab_local_kind, page->kind);
}

/* Which of @caches serves @size (1..KMALLOC_MAX_CACHE_SIZE), for sizes known at run time. */
extern const u8 kmalloc_size_index[24];
static __always_inline struct kmem_cache *
kmalloc_cache_in(struct kmem_cache *(*caches)[KMALLOC_SHIFT_HIGH + 1], size_t size, gfp_t flags)
{
	unsigned int index = size <= 192 ? kmalloc_size_index[(size - 1) / 8]
					 : 64 - __builtin_clzl(size - 1);

	return caches[kmalloc_type(flags)][index];
}

/* The whole way for an object on @node (NUMA_NO_NODE: here). */
void *__kmem_cache_alloc_node(struct kmem_cache *s, gfp_t flags, int node, size_t size);

/* kmalloc() of a size known at run time from one set of caches: large, zero and ordinary sizes. */
void *__kmalloc_from(struct kmem_cache *(*caches)[KMALLOC_SHIFT_HIGH + 1], size_t size, gfp_t flags, int node);
/* krealloc() whose new object, if one is needed, comes from @caches. */
void *__krealloc_from(struct kmem_cache *(*caches)[KMALLOC_SHIFT_HIGH + 1], const void *object, size_t size,
		      gfp_t flags);

/* ---- KFENCE ---- */

/*
 * slab_gate_open_this_cpu - make the next allocation on this CPU go slow, from any cache that has
 * kfence_enable: it then asks kfence_alloc(). Costs nothing until then, and nothing on the fast path.
 * Context: interrupts masked.
 */
void slab_gate_open_this_cpu(void);
/* All caches, for who watches allocations: stays open until nobody does. Context: interrupts masked. */
void slab_gate_open_all_this_cpu(void);
/* slab_set_full_mode - every allocation of a cache with kfence_enable goes slow, on all CPUs. Context: thread. */
void slab_set_full_mode(bool on);
/* Change s->kfence_enable; takes effect at once in full mode. */
void slab_set_kfence_enable(struct kmem_cache *s, bool on);
/* The same for all caches that belong to no slot, now and when they are made. Context: thread. */
void slab_kfence_all(bool on);

/* ---- Objects and slabs ---- */

struct oot_slot;
/* The module whose isolated memory @s is part of, "" for everybody's caches. */
const char *slab_owner(const struct kmem_cache *s);

/* What objects are filled with that an unloaded module left: as a pointer it leads nowhere. */
#define POISON_LEFT	0x6b

struct slab_stats {
	unsigned long active_objs;	/* handed out: in nobody's magazine */
	unsigned long total_objs;
	unsigned long slabs, partial_slabs, empty_slabs;
	unsigned long node_active[MAX_NUMNODES], node_total[MAX_NUMNODES];
	unsigned long node_slabs[MAX_NUMNODES], node_partial[MAX_NUMNODES];
	unsigned long cpu_objs, node_cpu_objs[MAX_NUMNODES];	/* in magazines and depots */
};
/* Exact when the cache is idle, else a moment's blur. Context: thread. */
void slab_get_stats(struct kmem_cache *s, struct slab_stats *out);

/* First page of the slab that @page is part of. */
static inline struct page *slab_first_page(struct page *page)
{
	return page - page->slab_index;
}

static inline unsigned int slab_object_index(const struct kmem_cache *s, const struct page *slab, const void *p)
{
	return (u64)((const char *)p - (const char *)page_address(slab)) * s->reciprocal >> 32;
}

/*
 * slab_for_each_live - call @fn for every object that is handed out (not in a magazine, not guarded by KFENCE).
 * Context: thread; empties all CPUs' magazines first; @fn runs under the node lock: no allocation.
 */
void slab_for_each_live(struct kmem_cache *s, void (*fn)(void *ctx, void *object), void *ctx);

/* Give per-CPU and depot objects back to their slabs, on all CPUs. Context: thread. */
void slab_drain(struct kmem_cache *s);

/*
 * Caches with SLAB_KEEP_PAGES (isolated modules'): an empty slab never leaves the cache, so that nobody
 * else gets pages that stale pointers may still point into, except
 *   slab_set_keep_limit():  what is over @slabs empty ones is zeroed and returned, now and from now on;
 *   kmem_cache_shrink():    all empty ones are, zeroed.
 * slab_kept_slabs(): how many are kept empty now.
 */
void slab_set_keep_limit(struct kmem_cache *s, unsigned long slabs);
unsigned long slab_kept_slabs(struct kmem_cache *s);

/* slab_validate - check every object of a cache with debug flags; reports and counts what is wrong. Context: thread. */
unsigned long slab_validate(struct kmem_cache *s);
/* slab_check - the allocator's own invariants for @s, for tests: panics with the one that does not hold. */
void slab_check(struct kmem_cache *s);

/* mm/slab_debug.c: who allocated and freed an object (SLAB_STORE_USER). */
enum track_kind { TRACK_ALLOC, TRACK_FREE };
struct track {
	unsigned long addr;	/* caller */
	u32 stack;		/* stack depot handle */
	int cpu, pid;
	u32 waste;		/* bytes of the object that the caller did not ask for */
	u64 when_ns;
};

/* mm/slab_sysfs.c. Context: thread, slab_mutex held. */
int slab_sysfs_add(struct kmem_cache *s);
/* One more name of a mergeable cache: a link to its folder. Without memory for it there is none, and a line in the log. */
void slab_sysfs_add_name(struct kmem_cache *s, const char *name);
void slab_sysfs_remove(struct kmem_cache *s);

/* mm/slab_traces.c. Context: thread, slab_mutex held. */
void slab_traces_add(struct kmem_cache *s);
void slab_traces_remove(struct kmem_cache *s);
