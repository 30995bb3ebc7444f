// SPDX-License-Identifier: MIT
/*
 * Noted slabs: slabs that remember, for each object, which call asked for it and for how many bytes.
 *
 * An isolated module's first allocations are noted, so that at unload it can be told
 * where what it forgot came from. To note an allocation costs, and a freed object must not keep a
 * note that its next owner did not write. So noted objects live on slabs of their own kind:
 *
 *   - kfree() compares page->kind with PAGE_SLAB and goes slow for these, so a free is always seen, and the
 *     object goes straight back into its slab, never into a magazine;
 *   - the fast paths hand out none of them: these slabs are on the list SLAB_NOTED, where magazines are not filled from.
 *
 * When a slot has taken its notes (oot_slot_enter() says how many), the gates close and its allocations are as fast
 * as anybody's. Its noted slabs keep what is on them, and give nothing out, until they are empty; then they become ordinary.
 *
 * Invariants: a noted slab has an object in use; an object's note is of its last allocation; site 0 of a
 * free one. All under the node's lock.
 */
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <asm/layout.h>
#include <paddock/page.h>
#include "oot.h"
#include "slab.h"

/* ---- Sites in 31 bits ---- */

_Static_assert(MODULES_END - MODULES_START < 1UL << 31, "a site is an offset into the modules' range");

unsigned long slab_site_encode(unsigned long addr)
{
	return oot_is_module_code(addr) ? addr - MODULES_START + 1 : 0;
}

unsigned long slab_site_decode(u32 site)
{
	return site ? MODULES_START + site - 1 : 0;
}

/* ---- Into and out of the kind ---- */

struct slab_notes *slab_notes_alloc(const struct kmem_cache *s, gfp_t flags)
{
	size_t bytes = struct_size_t(struct slab_notes, note, s->objects);
	struct slab_notes *notes;

	flags &= ~(__GFP_DMA | __GFP_DMA32 | __GFP_COMP | __GFP_NOFAIL);
	notes = slab_alloc_unwatched(kmalloc_cache_in(kmalloc_caches, bytes, flags), flags | __GFP_ZERO | __GFP_NOWARN,
				     NUMA_NO_NODE, bytes, _RET_IP_);
	if (notes)
		notes->slot = s->slot;
	return notes;
}

void slab_note_slab_locked(struct kmem_cache *s, struct kmem_cache_node *n, struct page *slab,
			   struct slab_notes *notes)
{
	enum slab_state state = notes->quarantined ? SLAB_QUARANTINED : SLAB_NOTED;

	WRITE_ONCE(s->slot->noted, true);
	smp_store_release(&slab->slab_notes, notes);
	slab_set_pages(s, slab, PAGE_SLAB_NOTED);
	list_add(&slab->slab_list, &n->slabs[state]);
	n->nr_slabs[state]++;
}

/* The last object is free: an ordinary empty slab again. */
static void unnote_slab_locked(struct kmem_cache *s, struct kmem_cache_node *n, struct page *slab)
{
	struct slab_notes *notes = slab->slab_notes;

	list_del(&slab->slab_list);
	n->nr_slabs[slab_state_of(slab)]--;
	if (notes->closed)
		quarantine_open(s, slab);
	slab_set_pages(s, slab, s->slab_kind);
	slab->flags = 0;
	slab_list_locked(n, slab);
	/* One is kept, for the next: an object that comes and goes alone would have notes made each time. */
	if (n->spare_notes || notes->quarantined)
		kfree_rcu(notes, rcu);
	else
		n->spare_notes = notes;
}

void slab_noted_put_locked(struct kmem_cache *s, struct kmem_cache_node *n, struct page *slab, unsigned int index)
{
	slab->slab_notes->note[index] = (struct slab_note){ };
	if (!slab->slab_inuse)
		unnote_slab_locked(s, n, slab);
	else
		list_move(&slab->slab_list, &n->slabs[slab_state_of(slab)]);
}

/* ---- Allocating ---- */

static void *take_noted_locked(struct kmem_cache *s, struct kmem_cache_node *n, size_t size, u32 site)
{
	struct page *slab = list_first_entry_or_null(&n->slabs[SLAB_NOTED], struct page, slab_list);
	void *object;

	if (!slab || !slab_take_locked(s, n, slab, &object, 1))
		return NULL;
	slab->slab_notes->note[slab_object_index(s, slab, object)] = (struct slab_note){ .site = site, .size = size };
	if (slab->slab_inuse == slab->slab_objects)
		list_move_tail(&slab->slab_list, &n->slabs[SLAB_NOTED]);
	return object;
}

/* An empty slab of the node becomes a noted one. */
static bool note_empty_locked(struct kmem_cache *s, struct kmem_cache_node *n, struct slab_notes *notes)
{
	struct page *slab = list_first_entry_or_null(&n->slabs[SLAB_EMPTY], struct page, slab_list);

	if (!slab)
		return false;
	list_del(&slab->slab_list);
	n->nr_slabs[SLAB_EMPTY]--;
	slab_note_slab_locked(s, n, slab, notes);
	return true;
}

void slab_drop_spare_notes(struct kmem_cache *s)
{
	for (int node = 0; node < MAX_NUMNODES; node++) {
		struct kmem_cache_node *n = s->node[node];
		struct slab_notes *spare;
		unsigned long flags;

		if (!n)
			continue;
		spin_lock_irqsave(&n->lock, flags);
		spare = n->spare_notes;
		n->spare_notes = NULL;
		spin_unlock_irqrestore(&n->lock, flags);
		kfree(spare);
	}
}

static struct slab_notes *get_notes(struct kmem_cache *s, struct kmem_cache_node *n, gfp_t flags)
{
	struct slab_notes *notes;
	unsigned long irq_flags;

	spin_lock_irqsave(&n->lock, irq_flags);
	notes = n->spare_notes;
	n->spare_notes = NULL;
	spin_unlock_irqrestore(&n->lock, irq_flags);
	return notes ?: slab_notes_alloc(s, flags);
}

/* A noted slab with nothing in use yet; it gets an object before the lock is dropped. */
static void *alloc_from_new(struct kmem_cache *s, gfp_t flags, int node, size_t size, u32 site)
{
	struct kmem_cache_node *n = s->node[node];
	struct slab_notes *notes = get_notes(s, n, flags);
	struct page *slab = NULL;
	unsigned long irq_flags;
	void *object;

	if (!notes)
		return NULL;
	spin_lock_irqsave(&n->lock, irq_flags);
	if (!note_empty_locked(s, n, notes)) {
		spin_unlock_irqrestore(&n->lock, irq_flags);
		slab = slab_make(s, flags, node);
		if (!slab) {
			kfree(notes);
			return NULL;
		}
		n = s->node[page_kind_node(slab)];
		spin_lock_irqsave(&n->lock, irq_flags);
		slab_note_slab_locked(s, n, slab, notes);
	}
	object = take_noted_locked(s, n, size, site);
	spin_unlock_irqrestore(&n->lock, irq_flags);
	return object;
}

void *slab_alloc_noted(struct kmem_cache *s, gfp_t flags, int node, size_t size, unsigned long caller)
{
	struct kmem_cache_node *n = s->node[node];
	u32 site = slab_site_encode(oot_call_site(caller));
	unsigned long irq_flags;
	void *object;

	if (!n)
		return NULL;
	spin_lock_irqsave(&n->lock, irq_flags);
	object = take_noted_locked(s, n, size, site);
	spin_unlock_irqrestore(&n->lock, irq_flags);
	if (!object)
		object = alloc_from_new(s, flags, node, size, site);
	/* The last one closes the gates: each as its CPU comes by. */
	if (object)
		atomic_long_dec(&s->slot->notes_left);
	return object;
}
