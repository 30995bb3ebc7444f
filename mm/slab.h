/* SPDX-License-Identifier: MIT */
/* Between slab.c (objects), slab_node.c (slabs), slab_cache.c (caches), slab_merge.c, slab_debug.c (checks), kmalloc.c and fast.c. */
#pragma once

#include <paddock/page.h>
#include <paddock/slab.h>

/* ---- slab.c ---- */

/* Where the fast paths jump. */
void kfree_slow(const void *object);
void kmem_cache_free_slow(struct kmem_cache *s, void *object);
void *__kmalloc_odd(size_t size, gfp_t flags);	/* kmalloc.c: size 0 or large */

/* kmalloc.c: kfree() of what is no slab object: large, or a mistake. */
void kfree_not_slab(const void *object);

/* @slab's free bitmap. Context: node lock, or a slab that nobody else knows. */
static inline unsigned long *slab_free_map(struct page *slab)
{
	return slab->slab_objects <= BITS_PER_LONG ? &slab->free_bits : slab->free_map;
}

/* The objects' place: with left red zones, each object lies a little behind its slot's start. */
static inline void *slab_object(const struct kmem_cache *s, const struct page *slab, unsigned int index)
{
	return (char *)page_address(slab) + (size_t)index * s->size + s->red_left_pad;
}

static inline bool slab_is_debug(const struct kmem_cache *s)
{
	return s->slab_kind == PAGE_SLAB_DEBUG;
}

/* The node whose objects this CPU's magazines hold. */
static inline int slab_local_node(void)
{
	return this_cpu_read(slab_local_kind) >> 8 & 0xff;
}

/* Open or close KFENCE's gate for @s on all CPUs as full mode and s->kfence_enable ask for. Context: thread. */
void slab_renew_gates(struct kmem_cache *s);

/*
 * slab_settle_slot - slab_drain() and new gates for all @caches of a slot, by one cross-call.
 * Context: thread, slab_mutex held.
 */
void slab_settle_slot(struct list_head *caches);

/* Return every empty slab beyond @keep (per cache). Context: thread. Returns: pages. */
unsigned long slab_release_empty(struct kmem_cache *s, unsigned long keep);

/* ---- slab_debug.c: caches with SLAB_DEBUG_FLAGS; all under the slab's node lock ---- */

#define SLAB_DEBUG_FLAGS (SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER | SLAB_TRACE)

/* The layout of one object's slot: sets size, inuse, red_left_pad from object_size, align, flags. */
void slab_debug_layout(struct kmem_cache *s);
/* slub_debug= for the cache of this name. */
slab_flags_t slab_debug_flags(const char *name, slab_flags_t flags);
/* An object of a slab that is being made; and as it changes hands. */
void slab_debug_new_object(struct kmem_cache *s, void *object);
void slab_debug_init_object(struct kmem_cache *s, void *object, bool active);
/* Check and mark. False: reported; the object is not to be used (alloc), or not to be freed. */
bool slab_debug_alloc(struct kmem_cache *s, struct page *slab, void *object, size_t size, unsigned long caller);
bool slab_debug_free(struct kmem_cache *s, struct page *slab, void *object, unsigned long caller);
/* Check one object as it should be. False: reported. */
bool slab_debug_check(struct kmem_cache *s, struct page *slab, void *object, bool active);

/* Who allocated @object, or freed it last. Only of caches with SLAB_STORE_USER. */
struct track *slab_track(struct kmem_cache *s, void *object, enum track_kind kind);

/* Reports in SLUB's form. */
void slab_bug(struct kmem_cache *s, struct page *slab, void *object, const char *fmt, ...) __printf(4, 5);
void slab_print_tracks(struct kmem_cache *s, void *object);

#define SLAB_MAX_OBJECTS	512	/* per slab: what a bitmap of 64 bytes can tell */

/* ---- slab_merge.c: alike caches are one, when the command line asks for it. slab_mutex held. ---- */

/* May others join @s, or could it have joined another? */
bool slab_is_mergeable(const struct kmem_cache *s);
/* A cache that serves as well as the one that is asked for, or NULL. */
struct kmem_cache *slab_find_mergeable(const char *name, unsigned int object_size, unsigned int align,
				       slab_flags_t flags, void (*ctor)(void *));
/* One user more, whose objects are like this, of a cache that slab_find_mergeable() found. */
void slab_join(struct kmem_cache *s, unsigned int object_size, unsigned int align, slab_flags_t flags);
/* The name of a mergeable cache's folder, Linux's: ":", letters for flags and "-", the size in seven digits. */
#define SLAB_ID_LEN	24
void slab_unique_id(const struct kmem_cache *s, char id[SLAB_ID_LEN]);

/* slab_cache.c: what @align and @flags amount to for objects of this size. */
unsigned int slab_alignment(unsigned int object_size, unsigned int align, slab_flags_t flags);

/* slab_look.c: call @fn(s, slab, ctx) for every slab of the cache, under its node's lock. Context: any. */
void slab_for_each_slab(struct kmem_cache *s, void (*fn)(struct kmem_cache *, struct page *, void *), void *ctx);

/* A slab on its node's list; the list that its use (or its notes) puts it on. Node lock held. */
void slab_list_locked(struct kmem_cache_node *n, struct page *slab);
enum slab_state slab_state_of(const struct page *slab);
/* Up to @max free objects of @slab into @out. Node lock held. Returns: how many. */
unsigned int slab_take_locked(struct kmem_cache *s, struct kmem_cache_node *n, struct page *slab, void **out,
			      unsigned int max);
/* The same of whichever slabs of @node have some, used ones first. Context: any. Locking: takes the node lock. */
unsigned int slab_take_from_node(struct kmem_cache *s, int node, void **out, unsigned int max);
/* Objects in a row of @objects that are of the first one's slab, on @n, are free again. Node lock held. Returns: how many. */
unsigned int slab_put_run_locked(struct kmem_cache *s, struct kmem_cache_node *n, void **objects, unsigned int count);
/* How many empty slabs @n may keep when it has just got one more. Node lock held. */
unsigned long slab_may_keep(struct kmem_cache *s, struct kmem_cache_node *n);
/* A new slab with all objects free, on no list; NULL: no memory, or no more for this slot. Context: as @flags say. */
struct page *slab_make(struct kmem_cache *s, gfp_t flags, int node);
/* All pages of @slab are @s's, of kind @type. Node lock held, or nobody else knows the slab. */
void slab_set_pages(struct kmem_cache *s, struct page *slab, u32 type);

/* kmalloc() and kmem_cache_alloc() from where mm/fast.c gives up; their caller is this one's. @size: 0: object_size. */
void *slab_alloc_slow(struct kmem_cache *s, gfp_t flags, size_t size);
/* An object for the allocator itself: no scope counts it, no injected failure hits it. Context: as @flags say. */
void *slab_alloc_unwatched(struct kmem_cache *s, gfp_t flags, int node, size_t size, unsigned long caller);

/* slab_cache.c: kmem_cache_create() for an isolated module's slot: kept pages, never merged. */
struct kmem_cache *slab_create_for(struct oot_slot *slot, const char *name, unsigned int size, unsigned int align,
				   slab_flags_t flags, void (*ctor)(void *));
/* kmem_cache_destroy() of what its owner forgot: quiet about what is still in it. Context: thread. */
void slab_abandon(struct kmem_cache *s);

void slab_set_map_cache(struct kmem_cache *s);
void slab_put_objects(void *cache, void **objects, unsigned int count);
/* Empty slabs of @n beyond @keep go to @out; slab_release_list() gives their pages back, without the lock. */
void slab_trim_empty_locked(struct kmem_cache_node *n, unsigned long keep, struct list_head *out);
void slab_release_list(struct kmem_cache *s, struct list_head *slabs);

/* kmalloc.c: the caches of kmalloc(). */
void kmalloc_init(void);
/* slab_debug.c: one slab's part of "Objects remaining in …". Node lock held. */
void slab_report_remaining(struct kmem_cache *s, struct page *slab);
/* slab_cache.c: slabs in @state, all nodes together; a look without locks. */
unsigned long slab_count_slabs(const struct kmem_cache *s, enum slab_state state);
/* slab_cache.c: the memory of a cache that is in no list and has no slab. */
void slab_free_cache(struct kmem_cache *s);
