// SPDX-License-Identifier: MIT
/*
 * Merging: with slab_merge on the command line, kmem_cache_create() hands out a cache that exists already when it serves
 * as well. Off unless asked for, since a report must name the cache; never for isolated modules (SLAB_KEEP_PAGES).
 *
 * A cache that others may join has a folder named for what is in it, as in Linux: /sys/kernel/slab/:0000064 holds
 * objects of 64 bytes. Each name that it was asked for by is a link to that folder (slab_sysfs.c).
 *
 * Invariant: no two mergeable caches are of the same size and kind, or the second would have been merged. So the
 * folder's name is nobody else's.
 */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <paddock/init.h>
#include <paddock/slab.h>
#include "slab.h"

static bool merge_caches;	/* the last of slab_merge and slab_nomerge on the command line */

static int __init merge_option(char *unused)
{
	merge_caches = true;
	return 0;
}
early_param("slab_merge", merge_option);
__setup_param("slub_merge", slub_merge, merge_option, 1);

static int __init nomerge_option(char *unused)
{
	merge_caches = false;
	return 0;
}
early_param("slab_nomerge", nomerge_option);
__setup_param("slub_nomerge", slub_nomerge, nomerge_option, 1);

#define NEVER_MERGE	(SLAB_DEBUG_FLAGS | SLAB_TYPESAFE_BY_RCU | SLAB_NO_MERGE | SLAB_KEEP_PAGES | SLAB_NO_KFENCE)
#define MERGE_ALIKE	(SLAB_RECLAIM_ACCOUNT | SLAB_CACHE_DMA | SLAB_CACHE_DMA32)	/* both have it, or neither */

static bool may_merge(slab_flags_t flags, void (*ctor)(void *))
{
	return merge_caches && !ctor && !(flags & NEVER_MERGE);
}

bool slab_is_mergeable(const struct kmem_cache *s)
{
	return may_merge(s->flags, s->ctor);
}

struct kmem_cache *slab_find_mergeable(const char *name, unsigned int object_size, unsigned int align,
				       slab_flags_t flags, void (*ctor)(void *))
{
	unsigned int size;
	struct kmem_cache *s;

	flags = slab_debug_flags(name, flags);
	if (!may_merge(flags, ctor))
		return NULL;
	align = slab_alignment(object_size, align, flags);
	size = ALIGN(object_size, align);
	list_for_each_entry(s, &slab_caches, list)
		/* Slabs start at a page: where the distance is a multiple of the alignment, every object has it. */
		if (s->size >= size && s->size - size < sizeof(void *) && s->size % align == 0 &&
		    slab_is_mergeable(s) && !((s->flags ^ flags) & MERGE_ALIKE))
			return s;
	return NULL;
}

void slab_join(struct kmem_cache *s, unsigned int object_size, unsigned int align, slab_flags_t flags)
{
	s->refcount++;
	/* What is zeroed, guarded, checked: all that one of them may use. */
	s->object_size = max(s->object_size, object_size);
	s->inuse = max_t(unsigned int, s->inuse, ALIGN(object_size, sizeof(void *)));
	s->align = max(s->align, slab_alignment(object_size, align, flags));
}

void slab_unique_id(const struct kmem_cache *s, char id[SLAB_ID_LEN])
{
	char kind[4], *p = kind;

	if (s->flags & SLAB_CACHE_DMA)
		*p++ = 'd';
	if (s->flags & SLAB_CACHE_DMA32)
		*p++ = 'D';
	if (s->flags & SLAB_RECLAIM_ACCOUNT)
		*p++ = 'a';
	*p = '\0';
	snprintf(id, SLAB_ID_LEN, ":%s%s%07u", kind, *kind ? "-" : "", s->size);
}
