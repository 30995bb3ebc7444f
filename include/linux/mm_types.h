/* SPDX-License-Identifier: MIT */
/*
 * struct page: what the kernel knows about one page frame.
 *
 * The structs of all frames form the array at VMEMMAP_START. It is opened section by section (128 MiB of
 * RAM, 2 MiB of array) when a page of the section is first needed, so a struct page starts as zeroes,
 * and zeroes mean: nobody's head. One cache line each: the fast paths of kfree() and __free_pages() touch one.
 */
#pragma once

#include <linux/list.h>
#include <linux/types.h>

struct kfence_area;
struct kmem_cache;
struct mm_struct;
struct slab_notes;
struct vm_area_struct;

struct page {
	union {
		unsigned long flags;	/* PG_*, see page-flags.h */
		struct slab_notes *slab_notes;	/* kind SLAB_NOTED: in all pages of the slab [node lock, RCU] */
	};

	/*
	 * What the frame is in use for. Fixed while it is allocated, so that whoever owns an address in it may
	 * read it without a lock. The free paths compare both fields at once with "allocated, ordinary, of
	 * this CPU's node": one compare tells the common case from everything else and from most mistakes.
	 */
	union {
		struct {
			u32 kind;		/* PAGE_KIND(), see paddock/page.h */
			s32 _refcount;		/* of an allocated head page; 0 when free */
		};
		u64 kind_and_count;
	};

	union {
		/* Ordinary pages: the owner's to use. */
		struct {
			struct list_head lru;	/* in the buddy: list of free blocks [zone->lock] */
			void *mapping;
			unsigned long index;
			unsigned long private;
		};
		/* Slab pages; fields of a slab of several pages count in the first, [I] ones in all. */
		struct {
			struct list_head slab_list;	/* partial, full or empty [node lock] */
			struct kmem_cache *slab_cache;	/* [I] */
			void ***slab_head;		/* [I] where kfree() pushes: per-CPU magazine pointer */
			union {
				unsigned long free_bits;	/* bit set: object is free; up to 64 objects */
				unsigned long *free_map;	/* more: off-slab bitmap [node lock] */
			};
		};
		/* Compound pages (__GFP_COMP): each tail page. */
		struct {
			unsigned long compound_head;	/* head page's address + 1 */
		};
		/* Slabs of SLAB_TYPESAFE_BY_RCU caches on their way back to the buddy. */
		struct {
			void *rcu_words[2];		/* struct rcu_head */
		};
	};

	union {
		struct {
			u16 slab_inuse;		/* objects handed out or in magazines [node lock] */
			u16 slab_objects;	/* [I] objects it has room for */
			u16 slab_index;		/* [I] which page of its slab this is; 0: the first */
			u16 slab_align_mask;	/* [I] in all: bits that are 0 in every object's address */
		};
		struct kfence_area *kfence_area;	/* KFENCE's pages: [I] the area; the words above stay the owner's */
		unsigned long spare;
	};
};

_Static_assert(sizeof(struct page) == 64, "one cache line; the vmemmap's arithmetic, see asm/page.h");
