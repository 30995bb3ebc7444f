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

/* Pages that the slot's caches hold, in use and cached. 0: nothing of the owner is left. */
unsigned long oot_slot_pages(unsigned int slot);
/* Live objects over all of the slot's caches, and the bytes they take; @bytes may be NULL. */
unsigned long oot_slot_objects(unsigned int slot, unsigned long *bytes);

/*
 * oot_set_page_limit - each slot cache keeps at most @slabs empty slabs; what is over goes back to
 * the page allocator, zeroed. ULONG_MAX: no limit. Context: thread. Takes effect at once.
 */
void oot_set_page_limit(unsigned long slabs);
