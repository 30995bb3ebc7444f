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
 * A CPU takes some objects of a noted slab at a time (NOTED_MAX): to allocate one is then to pop it and to write its note
 * (mm/fast.c), which is nobody else's business until it is freed. What it holds counts as used in the slab's bitmap.
 *
 * When a slot has taken its notes (oot_slot_enter() says how many), the gates close and its allocations are as fast
 * as anybody's. Its noted slabs keep what is on them, and give nothing out, until they are empty; then they become ordinary.
 *
 * Invariants: a noted slab has an object in use; an object's note is of its last allocation, and all zeroes while it is
 * free or held by a CPU. A note goes from zeroes to something without a lock, and back under the node's.
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
	return notes;
}

void slab_note_slab_locked(struct kmem_cache *s, struct kmem_cache_node *n, struct page *slab,
			   struct slab_notes *notes)
{
	enum slab_state state = notes->quarantined ? SLAB_QUARANTINED : SLAB_NOTED;

	notes->base = slab_object(s, slab, 0);
	for (unsigned int i = 0; i < 1u << s->order; i++)
		smp_store_release(&slab[i].slab_notes, notes);
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
	for (unsigned int i = 0; i < 1u << s->order; i++)
		slab[i].flags = 0;
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

static void ***held_by_this_cpu(struct kmem_cache *s)
{
	return &this_cpu_ptr(s->cpu)[1].head;
}

/* An object that this CPU holds. A noted slab's first object is at its start: it has no red zones. */
static void *pop_held(struct kmem_cache *s, size_t size, u32 site)
{
	struct slab_notes *notes = NULL;
	void ***head, *object;
	unsigned long flags;

	local_irq_save(flags);
	head = held_by_this_cpu(s);
	object = **head;
	if (object) {
		notes = (void *)magazine_block(*head)[0];
		--*head;
	}
	local_irq_restore(flags);
	if (object)
		notes->note[(u64)((char *)object - notes->base) * s->reciprocal >> 32] =
			slab_note_of(site, size, s->slot->note_mark);
	return object;
}

bool slab_holds_noted(struct kmem_cache *s)
{
	return !magazine_is_empty(*held_by_this_cpu(s));
}

/*
 * This CPU has nothing left: it takes free objects of a noted slab, few as long as few are used, and their notes
 * off the slot's account. Returns: it has some.
 */
static bool hold_more(struct kmem_cache *s, struct kmem_cache_node *n)
{
	long notes_left = atomic_long_read(&s->slot->notes_left);
	unsigned int count;
	unsigned long flags;
	struct page *slab;
	void ***head;
	bool some;

	if (notes_left <= 0)
		return false;
	local_irq_save(flags);
	head = held_by_this_cpu(s);
	if (*head == MAGAZINE_NONE)
		*head = magazine_new(NOTED_MAX) ?: MAGAZINE_NONE;
	if (*head != MAGAZINE_NONE && magazine_is_empty(*head)) {
		spin_lock(&n->lock);
		slab = list_first_entry_or_null(&n->slabs[SLAB_NOTED], struct page, slab_list);
		if (slab) {
			magazine_block(*head)[0] = slab->slab_notes;
			count = n->nr_slabs[SLAB_NOTED] > 1 ? NOTED_MAX : clamp_t(unsigned int, 3 * slab->slab_inuse, 16, NOTED_MAX);
			count = slab_take_locked(s, n, slab, *head + 1, min_t(long, count, notes_left));
			*head += count;
			atomic_long_sub(count, &s->slot->notes_left);
			if (slab->slab_inuse == slab->slab_objects)
				list_move_tail(&slab->slab_list, &n->slabs[SLAB_NOTED]);
		}
		spin_unlock(&n->lock);
	}
	some = !magazine_is_empty(*head);
	local_irq_restore(flags);
	return some;
}

void slab_put_held(struct kmem_cache *s)
{
	void ***head = held_by_this_cpu(s), **top = *head, **bottom, **p;
	struct slab_notes *notes;

	if (top == MAGAZINE_NONE)
		return;
	*head = MAGAZINE_NONE;
	bottom = magazine_bottom(magazine_block(top), NOTED_MAX);
	notes = (void *)bottom[-1];
	/* As if they had been handed out: what is freed has to be. */
	for (p = top; p > bottom; p--)
		notes->note[(u64)((char *)*p - notes->base) * s->reciprocal >> 32].live = NOTE_LIVE;
	if (top > bottom)
		slab_put_objects(s, bottom + 1, top - bottom);
	magazine_delete(magazine_block(top));
}

static void *take_noted_locked(struct kmem_cache *s, struct kmem_cache_node *n, size_t size, u32 site)
{
	struct page *slab = list_first_entry_or_null(&n->slabs[SLAB_NOTED], struct page, slab_list);
	void *object;

	if (!slab || !slab_take_locked(s, n, slab, &object, 1))
		return NULL;
	slab->slab_notes->note[slab_object_index(s, slab, object)] = slab_note_of(site, size, s->slot->note_mark);
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
	/* Twice: it may be another CPU's turn in between. */
	for (int i = 0; node == slab_local_node() && i < 2; i++) {
		object = pop_held(s, size, site);
		if (object)
			return object;
		if (!hold_more(s, n))
			break;
	}
	spin_lock_irqsave(&n->lock, irq_flags);
	object = take_noted_locked(s, n, size, site);
	spin_unlock_irqrestore(&n->lock, irq_flags);
	if (!object)
		object = alloc_from_new(s, flags, node, size, site);
	/* The last note closes the gates: each as its CPU comes by, and has used up what it holds. */
	if (object)
		atomic_long_dec(&s->slot->notes_left);
	return object;
}
