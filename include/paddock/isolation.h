/* SPDX-License-Identifier: MIT */
/*
 * Memory isolation of out-of-tree modules: where modloader/isolate.c and mm/oot.c meet.
 *
 * A slot is one module's pasture: a set of caches oot-kmalloc-<slot>-<size>, and entry points of
 * its own for the kmalloc family, which the loader binds the module's undefined symbols to. mm
 * knows slots by number; which module gets one, and which symbols are bound, is the loader's business.
 */
#pragma once

#include <linux/types.h>

#define OOT_SLOTS_DEFAULT	16
#define OOT_SLOTS_MAX		64	/* entry points that are compiled in; module.oot_slots= */

/* ---- mm/oot.c, called by the loader under module_mutex ---- */

/*
 * oot_slot_open - make the slot's caches.
 * Context: thread, may sleep. Idempotent: a slot's caches stay for ever, only its owner changes.
 * Returns: 0, or -ENOMEM with nothing changed.
 */
int oot_slot_open(unsigned int slot);

/*
 * oot_slot_symbol - what @name, an undefined symbol of an isolated module, is bound to in @slot.
 * @target: receives the name to tell people, e.g. "oot___kmalloc"; may be NULL.
 * Returns: the address, or 0: not one of the rewritten ones, bind it as usual.
 */
unsigned long oot_slot_symbol(unsigned int slot, const char *name, const char **target);

/* The names that oot_slot_symbol() knows, by number; NULL behind the last. */
const char *oot_rewritten_name(unsigned int n, const char **target);

/* Pages of the slot: its caches' slabs, in use and cached, and large kmalloc()s. */
unsigned long oot_slot_pages(unsigned int slot);
/* Nothing of the owner is left: no page, no object, guarded ones included. Context: thread. */
bool oot_slot_is_clean(unsigned int slot);
/* Live objects over all of the slot's caches, and the bytes they take; @bytes may be NULL. Context: thread. */
unsigned long oot_slot_objects(unsigned int slot, unsigned long *bytes);

/* ---- A module's life in its slot; all in thread context, under module_mutex ---- */

struct oot_text {
	unsigned long start, end;	/* 0, 0: none */
};

struct oot_options {
	bool sites;			/* note the call site of every allocation, */
	unsigned int notes;		/* not only of so many */
	unsigned long quota;		/* most pages; ULONG_MAX: any */
	unsigned long fail_nth;		/* this allocation fails; 0: none */
	bool fail_stacks;		/* each new call stack fails once */
	struct oot_text text[2];	/* the module's code, of init second: whose an allocation is that is to fail */
	bool kfence_only;		/* KFENCE is for some modules only, */
	bool kfence;			/* and this is one of them */
};

/* oot_slot_enter - a module's code is about to use the slot: counters start, notes are taken. */
void oot_slot_enter(unsigned int slot, const char *owner, const struct oot_options *options);

/* oot_slot_init_done - init has ended; its code in [start, end) is about to be freed. */
void oot_slot_init_done(unsigned int slot, unsigned long start, unsigned long end);

/* Objects that one call site left. */
struct oot_left {
	unsigned long site;		/* return address of the call; 0: not noted, or its text is gone: */
	const char *site_name;		/* "f+0x12/0x34 [mod]", or NULL; good for ever */
	unsigned int asked;		/* bytes asked for, if noted; 0: various */
	const char *cache;		/* NULL: a large kmalloc() */
	unsigned long objects, bytes;
};

#define OOT_LEFT_MAX	48

struct oot_leftovers {
	unsigned long objects, bytes;	/* in all */
	unsigned int nr_sites;		/* of left[]; more sites than there is room for are in the last one, site 0 */
	struct oot_left left[OOT_LEFT_MAX];
	unsigned int nr_caches;		/* caches that the module made and did not destroy, of caches[] */
	char caches[8][32];
};

/*
 * oot_slot_leave - the module is gone but for its text, and the symbols of its init, which are still there to name sites.
 * Fills @left with what it has not freed; closes and poisons that. kfree() of it goes on working.
 */
struct module;
void oot_slot_leave(unsigned int slot, const struct module *owner, struct oot_leftovers *left);

/*
 * module_sprint_init_symbol - "f+0x12/0x34 [mod]" for @addr in the init text of @mod, even if that text is gone.
 * @buffer: KSYM_SYMBOL_LEN bytes. Context: thread, @mod stays. Returns: false: @addr was not in it.
 */
bool module_sprint_init_symbol(const struct module *mod, unsigned long addr, char *buffer);

/* What KFENCE did about an allocation. */
enum oot_fate { OOT_GUARDED, OOT_TOO_LARGE, OOT_POOL_FULL, OOT_SWITCHED_OFF, OOT_SPECIAL, NR_OOT_FATES };

struct oot_memory {
	unsigned long objects, bytes;		/* live */
	unsigned long pages, cached_pages, peak_pages;
	unsigned long quota, failed;
	unsigned long seen[NR_OOT_FATES];	/* since the load; all but OOT_GUARDED only in full mode */
};
void oot_slot_memory(unsigned int slot, struct oot_memory *out);

void oot_slot_set_quota(unsigned int slot, unsigned long pages);
/* KFENCE for all of the slot's caches, on or off. */
void oot_slot_set_kfence(unsigned int slot, bool on);

/*
 * oot_fails - does an allocation fail because of module.fail_alloc? It is the module's whose code is the innermost on this
 * stack, whichever function of the kernel it called that allocates. Asked by fault_inject.c for what is watched, and by alloc_percpu().
 * Context: any.
 */
bool oot_fails(gfp_t gfp);

/* A fault at @addr: something that an unloaded module left? Reports, opens the page, and returns true. Context: any. */
struct pt_regs;
bool quarantine_handle_fault(unsigned long addr, bool write, struct pt_regs *regs);

/*
 * oot_set_page_limit - each slot cache keeps at most @slabs empty slabs; what is over goes back to
 * the page allocator, zeroed. ULONG_MAX: no limit. Context: thread. Takes effect at once.
 */
void oot_set_page_limit(unsigned long slabs);
