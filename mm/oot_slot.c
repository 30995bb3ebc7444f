// SPDX-License-Identifier: MIT
/*
 * A slot as a whole: its caches, what they hold, and the limits on that.
 *
 * A slot's kmalloc caches are made at its first use and stay for ever; only its owner changes. The
 * owner's own caches (kmem_cache_create()) join them for as long as they live, so that pages, quotas, notes and
 * the verdict at unload are about all of a module's objects. kmalloc()s beyond 8 KiB are ordinary pages, but
 * listed here, for the same reason.
 *
 * Locks: slab_mutex for the list of caches; large_lock for large ones; the loader calls under module_mutex.
 */
#include <linux/kernel.h>
#include <linux/kfence.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <asm/layout.h>
#include <paddock/page.h>
#include <paddock/pmalloc.h>
#include "oot.h"
#include "slab.h"

struct oot_slot oot_slots[OOT_SLOTS_MAX];

static unsigned long page_limit __lockable(oot) = ULONG_MAX;	/* slab_mutex; constant after module.oot_lock */

const char *slab_owner(const struct kmem_cache *s)
{
	return s && s->slot ? s->slot->owner : "";
}

/* ---- Pages ---- */

bool oot_charge(struct oot_slot *slot, unsigned long pages)
{
	unsigned long now = atomic_long_add_return(pages, &slot->pages);

	if (now + READ_ONCE(slot->large_pages) > READ_ONCE(slot->quota)) {
		atomic_long_sub(pages, &slot->pages);
		WRITE_ONCE(slot->failed, slot->failed + 1);
		return false;
	}
	if (now > slot->peak)
		WRITE_ONCE(slot->peak, now);
	return true;
}

void oot_uncharge(struct oot_slot *slot, unsigned long pages)
{
	atomic_long_sub(pages, &slot->pages);
}

/* ---- Large ones ---- */

void *oot_kmalloc_large(struct oot_slot *slot, size_t size, gfp_t flags, int node)
{
	unsigned long pages = PAGE_ALIGN(size) / PAGE_SIZE, irq_flags;
	struct page *page;
	void *p;

	if (atomic_long_read(&slot->pages) + READ_ONCE(slot->large_pages) + pages > READ_ONCE(slot->quota)) {
		WRITE_ONCE(slot->failed, slot->failed + 1);
		return NULL;
	}
	p = kmalloc_large_node(size, flags, node);
	if (!p)
		return NULL;
	if (kfence_full_mode())
		atomic_long_inc(&slot->seen[OOT_TOO_LARGE]);
	page = virt_to_page(p);
	page->mapping = slot;
	page->index = size;
	page->private = oot_call_site(_RET_IP_);
	spin_lock_irqsave(&slot->large_lock, irq_flags);
	list_add(&page->lru, &slot->large);
	slot->nr_large++;
	slot->large_pages += 1UL << page_kind_order(page);
	spin_unlock_irqrestore(&slot->large_lock, irq_flags);
	return p;
}

void oot_large_freed(struct page *page)
{
	struct oot_slot *slot = page->mapping;
	unsigned long flags;

	spin_lock_irqsave(&slot->large_lock, flags);
	list_del(&page->lru);
	slot->nr_large--;
	slot->large_pages -= 1UL << page_kind_order(page);
	spin_unlock_irqrestore(&slot->large_lock, flags);
	page->mapping = NULL;
}

/* ---- Who asks ---- */

bool oot_is_module_code(unsigned long addr)
{
	return addr >= MODULES_START && addr < MODULES_END;
}

unsigned long oot_call_site(unsigned long caller)
{
	unsigned long stack[16];
	unsigned int i, nr;

	if (oot_is_module_code(caller))
		return caller;
	/* kstrdup() and the like: the module is some frames up. */
	nr = stack_trace_save(stack, ARRAY_SIZE(stack), 1);
	for (i = 0; i < nr; i++)
		if (oot_is_module_code(stack[i]))
			return stack[i];
	return 0;
}

/* ---- What KFENCE saw ---- */

void oot_count(struct kmem_cache *s, size_t size, gfp_t flags, bool guarded)
{
	enum oot_fate fate = OOT_POOL_FULL;

	if (guarded)
		fate = OOT_GUARDED;
	else if (!kfence_full_mode())
		return;		/* not every allocation comes by here: a count would mean nothing */
	else if (size > PAGE_SIZE)
		fate = OOT_TOO_LARGE;
	else if (!s->kfence_enable)
		fate = OOT_SWITCHED_OFF;
	else if (flags & (__GFP_DMA | __GFP_DMA32) || s->flags & (SLAB_CACHE_DMA | SLAB_CACHE_DMA32))
		fate = OOT_SPECIAL;
	atomic_long_inc(&s->slot->seen[fate]);
}

/* ---- Coming and going ---- */

void oot_slot_init(unsigned int number)
{
	struct oot_slot *slot = &oot_slots[number];

	if (slot->caches.next)
		return;		/* a try before this one ran out of memory */
	slot->number = number;
	slot->quota = ULONG_MAX;
	slot->kfence = true;
	spin_lock_init(&slot->large_lock);
	INIT_LIST_HEAD(&slot->caches);
	INIT_LIST_HEAD(&slot->large);
}


/* ---- For the loader ---- */

static void for_each_cache(struct oot_slot *slot, void (*fn)(struct kmem_cache *s, void *ctx), void *ctx)
{
	struct kmem_cache *s;

	slab_mutex_lock();
	if (slot->caches.next)
		list_for_each_entry(s, &slot->caches, of_slot)
			fn(s, ctx);
	slab_mutex_unlock();
}

/* What magazines hold is back in the slabs, and the gates are as oot_watched() says. */
static void settle(struct oot_slot *slot)
{
	slab_mutex_lock();
	slab_settle_slot(&slot->caches);
	slab_mutex_unlock();
}

void oot_slot_enter(unsigned int number, const char *owner, const struct oot_options *options)
{
	struct oot_slot *slot = &oot_slots[number];

	strscpy(slot->owner, owner, sizeof(slot->owner));
	WRITE_ONCE(slot->loaded, true);
	if (options->kfence_only)
		oot_slot_set_kfence(number, options->kfence);
	slot->watch_all = options->sites;
	slot->note_mark = NOTE_LIVE_OF_INIT;
	slot->failed = 0;
	oot_fail_begin(slot, options);
	WRITE_ONCE(slot->quota, options->quota);
	slot->peak = atomic_long_read(&slot->pages);
	for (int i = 0; i < NR_OOT_FATES; i++)
		atomic_long_set(&slot->seen[i], 0);
	/* Gates need no opening: oot_slot_leave() has emptied the magazines, so the first operations go slow anyway. */
	atomic_long_set(&slot->notes_left, options->sites ? LONG_MAX : options->notes);
}

static void set_kfence(struct kmem_cache *s, void *on)
{
	slab_set_kfence_enable(s, *(bool *)on);
}

void oot_slot_set_quota(unsigned int slot, unsigned long pages)
{
	WRITE_ONCE(oot_slots[slot].quota, pages);
}

void oot_slot_set_kfence(unsigned int slot, bool on)
{
	oot_slots[slot].kfence = on;
	for_each_cache(&oot_slots[slot], set_kfence, &on);
}

unsigned long oot_slot_pages(unsigned int slot)
{
	return atomic_long_read(&oot_slots[slot].pages) + READ_ONCE(oot_slots[slot].large_pages);
}

bool oot_slot_is_clean(unsigned int slot)
{
	return !oot_slot_pages(slot) && !oot_slot_objects(slot, NULL);
}

static void add_memory(struct kmem_cache *s, void *ctx)
{
	struct oot_memory *m = ctx;
	unsigned long guarded = kfence_cache_objects(s, NULL, NULL);
	struct slab_stats stats;

	slab_get_stats(s, &stats);
	m->objects += stats.active_objs + guarded;
	m->bytes += (stats.active_objs + guarded) * s->object_size;
	m->cached_pages += stats.empty_slabs << s->order;
}

void oot_slot_memory(unsigned int number, struct oot_memory *m)
{
	struct oot_slot *slot = &oot_slots[number];
	struct page *page;
	unsigned long flags;

	memset(m, 0, sizeof(*m));
	for_each_cache(slot, add_memory, m);
	m->pages = atomic_long_read(&slot->pages);
	if (!slot->caches.next)
		return;		/* never used */
	spin_lock_irqsave(&slot->large_lock, flags);
	m->objects += slot->nr_large;
	m->pages += slot->large_pages;
	list_for_each_entry(page, &slot->large, lru)
		m->bytes += page->index;
	spin_unlock_irqrestore(&slot->large_lock, flags);
	m->peak_pages = max(READ_ONCE(slot->peak), m->pages);
	m->quota = READ_ONCE(slot->quota);
	m->failed = READ_ONCE(slot->failed);
	for (int i = 0; i < NR_OOT_FATES; i++)
		m->seen[i] = atomic_long_read(&slot->seen[i]);
}

unsigned long oot_slot_objects(unsigned int slot, unsigned long *bytes)
{
	struct oot_memory m;

	oot_slot_memory(slot, &m);
	if (bytes)
		*bytes = m.bytes;
	return m.objects;
}

void oot_set_page_limit(unsigned long slabs)
{
	struct kmem_cache *s;

	slab_mutex_lock();
	page_limit = slabs;
	for (unsigned int i = 0; i < OOT_SLOTS_MAX; i++)
		if (oot_slots[i].caches.next)
			list_for_each_entry(s, &oot_slots[i].caches, of_slot)
				slab_set_keep_limit(s, slabs);
	slab_mutex_unlock();
}

unsigned long oot_page_limit(void)
{
	return READ_ONCE(page_limit);
}

static void name_guarded(struct kmem_cache *s, void *ctx)
{
	const struct oot_text *text = ctx;

	quarantine_name_guarded(s, text->start, text->end);
}

void oot_slot_init_done(unsigned int number, unsigned long start, unsigned long end)
{
	struct oot_slot *slot = &oot_slots[number];
	struct oot_text text = { start, end };

	slot->text[1] = (struct oot_text){ };
	slot->note_mark = NOTE_LIVE;
	if (atomic_long_read(&slot->seen[OOT_GUARDED]))
		for_each_cache(slot, name_guarded, &text);
	if (READ_ONCE(slot->nr_large))
		quarantine_name_large(slot, start, end);
}

/* ---- The end ---- */

static bool is_own_cache(const struct oot_slot *slot, const struct kmem_cache *s)
{
	for (unsigned int i = 1; i <= KMALLOC_SHIFT_HIGH; i++)
		if (slot_caches[slot->number][KMALLOC_NORMAL][i] == s)
			return false;
	return true;
}

/* A cache that the module made and has not destroyed: its constructor is about to vanish. */
static struct kmem_cache *forgotten_cache(struct oot_slot *slot)
{
	struct kmem_cache *s, *found = NULL;

	slab_mutex_lock();
	list_for_each_entry(s, &slot->caches, of_slot) {
		if (is_own_cache(slot, s)) {
			found = s;
			break;
		}
	}
	slab_mutex_unlock();
	return found;
}

void oot_slot_leave(unsigned int number, const struct module *owner, struct oot_leftovers *left)
{
	struct oot_slot *slot = &oot_slots[number];
	struct kmem_cache *s;

	memset(left, 0, sizeof(*left));
	slot->watch_all = false;
	oot_fail_end(slot);
	atomic_long_set(&slot->notes_left, 0);
	WRITE_ONCE(slot->loaded, false);
	settle(slot);
	while ((s = forgotten_cache(slot))) {
		if (left->nr_caches < ARRAY_SIZE(left->caches))
			strscpy(left->caches[left->nr_caches], s->name, sizeof(left->caches[0]));
		left->nr_caches++;
		s->ctor = NULL;
		quarantine_cache(s, owner, left);
		slab_set_keep_limit(s, 0);	/* what is freed later need not wait for anybody */
		slab_abandon(s);
	}
	for (unsigned int i = 1; i <= KMALLOC_SHIFT_HIGH; i++)
		quarantine_cache(slot_caches[number][KMALLOC_NORMAL][i], owner, left);
	quarantine_large(slot, left);
	WRITE_ONCE(slot->quota, ULONG_MAX);
}
