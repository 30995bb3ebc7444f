/* SPDX-License-Identifier: MIT */
/*
 * Inside isolation: what a slot is, and what the allocator's slow paths ask about caches that belong to one.
 *
 *   oot.c         the kmalloc family once per slot, and what each symbol is bound to
 *   oot_slot.c    a slot as a whole: its caches, pages, limits, counts
 *   oot_fail.c    allocations that are made to fail
 *   slab_noted.c  slabs that remember who allocated what is in them
 *   quarantine.c  what an unloaded module left, closed and poisoned
 *
 * Nothing here is on a fast path. A slot that wants to see every allocation (oot_watched()) keeps the
 * gates of its caches open, as KFENCE does in full mode, and so makes them all go slow.
 */
#pragma once

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/stdarg.h>
#include <paddock/isolation.h>
#include <paddock/slab.h>

/*
 * Field key: [M] slab_mutex   [A] any time, a counter or flag   [L] set when a module is loaded or unloaded
 */
struct oot_slot {
	unsigned int number;
	bool open;			/* [L] its kmalloc caches exist; they stay for ever */
	bool loaded;			/* [L] its owner is */
	bool kfence;			/* [L] what kfence_enable of its owner's new caches is */
	bool watch_all;			/* [L] every allocation is to be seen, not only the first ones */
	char owner[64];			/* [L] the module whose memory it is */
	struct list_head caches;	/* [M] its kmalloc caches and those its module made, by cache->of_slot */
	spinlock_t large_lock;		/* leaf, interrupts masked */
	struct list_head large;		/* [large_lock] kmalloc()s above 8 KiB, through page->lru */
	unsigned long nr_large;		/* [large_lock] how many, */
	unsigned long large_pages;	/* [large_lock] and their pages */
	atomic_long_t pages;		/* slabs of all its caches: used, cached, quarantined */
	unsigned long peak;		/* [A] most pages since the load; may lag under contention */
	atomic_long_t notes_left;	/* so many of the next allocations are noted, from whichever cache; see hold_more() */
	u16 note_mark;			/* [L] with this as note->live */
	bool fails;			/* [L] some allocations are to: it watches them all (alloc_watch.h) */
	unsigned long quota;		/* [A] most pages; ULONG_MAX: any number */
	unsigned long failed;		/* [A] allocations refused by quota or fail_alloc since the load */
	atomic_long_t seen[NR_OOT_FATES];	/* [A] allocations that came by the slow path, by what KFENCE did */
	unsigned long fail_nth;		/* [L] fail this one; 0: none */
	bool fail_stacks;		/* [L] fail each new call stack once */
	struct oot_text text[2];	/* [L] its owner's code, while that is to fail; of init only until init is done */
	atomic_long_t fail_count;	/* allocations since the load, while fails is on */
};

extern struct oot_slot oot_slots[OOT_SLOTS_MAX];

/* ---- Asked by slab.c, slow paths, for caches with s->slot ---- */

static inline bool oot_takes_notes(const struct oot_slot *slot)
{
	return atomic_long_read(&slot->notes_left) > 0;
}

/* Does the slot want to see every allocation? */
static inline bool oot_watched(const struct oot_slot *slot)
{
	return slot->watch_all || oot_takes_notes(slot);
}

/* It did (or will, from a slab): how KFENCE took it. @guarded: it has. */
void oot_count(struct kmem_cache *s, size_t size, gfp_t flags, bool guarded);
/* A slab is about to be made: false when that would be more than the quota. oot_uncharge() takes it back. */
bool oot_charge(struct oot_slot *slot, unsigned long pages);
void oot_uncharge(struct oot_slot *slot, unsigned long pages);

/* oot_fail.c: what the options say is to fail does from now on; nothing does. Context: thread, module_mutex. */
void oot_fail_begin(struct oot_slot *slot, const struct oot_options *options);
void oot_fail_end(struct oot_slot *slot);

/*
 * oot_call_site - the innermost return address in module code on this thread's stack, or 0.
 * @caller: where to look first: the allocator's own caller.
 */
unsigned long oot_call_site(unsigned long caller);
bool oot_is_module_code(unsigned long addr);

/* kmalloc.c asks when it frees pages that oot_kmalloc_large() has marked. */
void oot_large_freed(struct page *page);
void *oot_kmalloc_large(struct oot_slot *slot, size_t size, gfp_t flags, int node);

/* ---- The kmalloc family, by slot (oot_family.c). Context as the function of the same name. ---- */

typedef struct kmem_cache *kmalloc_cache_set[NR_KMALLOC_TYPES][KMALLOC_SHIFT_HIGH + 1];
extern kmalloc_cache_set slot_caches[OOT_SLOTS_MAX];	/* oot.c; what kmalloc_caches is to others */

void *slot_alloc(unsigned int slot, size_t size, gfp_t gfp, int node);
void *slot_dup(unsigned int slot, const void *src, size_t len, size_t room, gfp_t gfp);
char *slot_strdup(unsigned int slot, const char *s, size_t max, gfp_t gfp);
const char *slot_strdup_const(unsigned int slot, const char *s, gfp_t gfp);
void *slot_krealloc(unsigned int slot, const void *p, size_t size, gfp_t gfp);
void *slot_krealloc_array(unsigned int slot, void *p, size_t count, size_t size, gfp_t gfp);
void *slot_kvmalloc(unsigned int slot, size_t size, gfp_t gfp, int node);
void *slot_kvrealloc(unsigned int slot, const void *old, size_t old_size, size_t size, gfp_t gfp);
char *slot_kvasprintf(unsigned int slot, gfp_t gfp, const char *fmt, va_list ap);
struct kmem_cache *slot_cache_create(unsigned int slot, const char *name, unsigned int size, unsigned int align,
				     slab_flags_t flags, void (*ctor)(void *));

/* ---- slab_noted.c ---- */

/*
 * What is known about one object of a noted slab. The site is kept as an offset into the modules' range; when its
 * module is unloaded, the text has been printed and this becomes the number of a remembered name.
 */
struct slab_note {
	union {
		struct {
			u32 site;	/* 0: not known */
			u16 size;	/* bytes asked for */
			u16 live;	/* enum note_mark */
		};
		u64 word;		/* written at once */
	};
};

enum note_mark {
	NOTE_FREE,		/* or with a CPU (see NOTED_MAX) */
	NOTE_LIVE,		/* handed out, */
	NOTE_LIVE_OF_INIT,	/* while the module's init ran: the site may be in text that is gone when it is to be named */
};

static inline struct slab_note slab_note_of(u32 site, size_t size, u16 mark)
{
	return (struct slab_note){ .word = site | (u64)(u16)size << 32 | (u64)mark << 48 };
}

struct slab_notes {
	struct rcu_head rcu;		/* freed so: the fault handler reads notes without a lock */
	const char *base;		/* the slab's first object */
	u64 left_ns;			/* when its module went */
	bool quarantined;		/* nothing is allocated from this slab any more */
	bool closed;			/* its pages were made absent */
	char owner[64];			/* quarantined: the module that left it */
	struct slab_note note[];	/* one per object: written by who allocates it, else [node lock] */
};

/*
 * Objects of noted slabs that a CPU holds, so that a note costs no lock: a magazine whose slot 0 says which slab's they
 * are. Its head is s->cpu[1].head, behind the cache's ordinary magazines, which a cache without SLAB_KEEP_PAGES has alone.
 */
#define NOTED_MAX	(MAGAZINE_MAX - 1)

/*
 * slab_alloc_noted - one object out of a noted slab, with a note of @site.
 * Returns: NULL: no memory for that; the ordinary way is still open.
 */
void *slab_alloc_noted(struct kmem_cache *s, gfp_t flags, int node, size_t size, unsigned long caller);
/* mm/fast.c does the same in a few instructions, if this CPU holds an object and nobody is to be asked. */
/* Does this CPU hold any? Context: interrupts masked. */
bool slab_holds_noted(struct kmem_cache *s);
/* What this CPU holds goes back to its slab. Context: interrupts masked. */
void slab_put_held(struct kmem_cache *s);
/* Has an object of a noted slab been handed out? Node lock held. */
static inline bool slab_note_is_live(const struct page *slab, unsigned int index)
{
	return slab->slab_notes->note[index].live;
}
/* Give back what is kept for the next noted slab. Context: thread. */
void slab_drop_spare_notes(struct kmem_cache *s);
/* An object of a noted slab has been put back. Node lock held. */
void slab_noted_put_locked(struct kmem_cache *s, struct kmem_cache_node *n, struct page *slab, unsigned int index);
/* Make room for notes on a slab: NULL when there is no memory. */
struct slab_notes *slab_notes_alloc(const struct kmem_cache *s, gfp_t flags);
/* @slab, on no list or on one of @n's, gets @notes and its list. */
void slab_note_slab_locked(struct kmem_cache *s, struct kmem_cache_node *n, struct page *slab,
			   struct slab_notes *notes);

/* oot_slot.c */
void oot_slot_init(unsigned int slot);		/* once, before its caches are made */
unsigned long oot_page_limit(void);		/* what oot_set_page_limit() has set */

unsigned long slab_site_encode(unsigned long addr);
unsigned long slab_site_decode(u32 site);

/* ---- quarantine.c ---- */

/*
 * Add all that is live in @s, whose magazines are empty, to @left, fill it with poison, close it. @owner: whose init's
 * sites may be gone; NULL: no module's. Context: thread, module_mutex.
 */
void quarantine_cache(struct kmem_cache *s, const struct module *owner, struct oot_leftovers *left);
/* Call sites in [start, end) of @s's guarded objects, or of large ones, are remembered by name. Context: thread, module_mutex. */
void quarantine_name_guarded(struct kmem_cache *s, unsigned long start, unsigned long end);
void quarantine_name_large(struct oot_slot *slot, unsigned long start, unsigned long end);
/* The same for the slot's large ones: poisoned, and nobody's from then on. */
void quarantine_large(struct oot_slot *slot, struct oot_leftovers *left);
/* The last object of a quarantined slab was freed: its pages are ordinary ones again. Context: any. */
void quarantine_open(struct kmem_cache *s, struct page *slab);
