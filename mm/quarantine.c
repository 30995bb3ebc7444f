// SPDX-License-Identifier: MIT
/*
 * What an unloaded module left: its objects are listed for the verdict, filled with poison, and closed.
 *
 * Who still has a pointer to such an object? Perhaps a list that the module forgot to leave, perhaps
 * another module; or the kernel, which was given the object and will free it. So it is not freed. Its slab gets
 * notes if it has none (slab_noted.c), goes to the list SLAB_QUARANTINED, from which nothing is allocated,
 * and its pages are made absent in the page tables:
 *
 *   a touch     faults, is reported with the module's name, opens that page, and goes on: one report per page
 *   kfree()     goes slow by page->kind and never touches the object: it works
 *   the last    object's kfree() opens the pages, and the slab is an ordinary empty one of the slot again
 *
 * Sites. A note has an address in the module's text, which is about to go. So its name is kept
 * (remember_site()), and the note gets the name's number; for code in init sections already when init is done.
 *
 * Locks: quarantine_cache() in thread context, one at a time (module_mutex). Notes change under the node's lock.
 *        The fault handler takes none: what it reads of a slab's notes does not change while its pages are closed.
 */
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/kfence.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/clock.h>
#include <linux/sched/debug.h>
#include <linux/slab.h>
#include <linux/stackdepot.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <asm/layout.h>
#include <arch/paging.h>
#include <arch/trap.h>
#include <paddock/page.h>
#include <paddock/pgtable.h>
#include "oot.h"
#include "slab.h"

/* ---- Names of sites whose text is gone ---- */

#define SITE_NAMED	0x80000000u	/* note->site: the rest is an index into site_names */
#define SITE_NAMES_MAX	1024

static struct {
	const char *name;
	unsigned long addr;	/* where it was last */
} site_names[SITE_NAMES_MAX];		/* module_mutex; entries are never removed */
static unsigned int nr_site_names;

/* Returns: @addr's number, 0 when there is no room or memory for one more name. */
static u32 remember_site(unsigned long addr)
{
	char name[KSYM_SYMBOL_LEN];
	unsigned int i;

	sprint_symbol(name, addr);
	for (i = 0; i < nr_site_names; i++)
		if (!strcmp(site_names[i].name, name))
			break;
	if (i == SITE_NAMES_MAX)
		return 0;
	if (i == nr_site_names) {
		site_names[i].name = kstrdup(name, GFP_KERNEL);
		if (!site_names[i].name)
			return 0;
		WRITE_ONCE(nr_site_names, i + 1);
	}
	site_names[i].addr = addr;
	return SITE_NAMED | i;
}

static const char *site_name(u32 site)
{
	return site & SITE_NAMED ? site_names[site & ~SITE_NAMED].name : NULL;
}

/* The name of code that is not there any more, if it was remembered. */
static const char *name_of_gone(unsigned long addr)
{
	if (is_module_text_address(addr))
		return NULL;
	for (unsigned int i = 0; i < nr_site_names; i++)
		if (site_names[i].addr == addr)
			return site_names[i].name;
	return NULL;
}

/*
 * A walk over notes that makes names of the sites in [start, end). Names are dear, and most objects come from a few places:
 * the latest ones are remembered.
 */
struct naming {
	unsigned long start, end;
	u32 first, last;		/* the same as codes of notes; SITE_NAMED ones lie above */
	struct {
		u32 code, named;
	} known[8];
	unsigned int nr_known;		/* ever: the next one goes to known[nr_known % 8] */
};

static struct naming naming_of(unsigned long start, unsigned long end)
{
	return (struct naming){
		.start = start, .end = end,
		.first = slab_site_encode(max(start, MODULES_START)),
		.last = slab_site_encode(min(end, MODULES_END) - 1),
	};
}

static bool known_name(const struct naming *nm, u32 code, u32 *named)
{
	for (unsigned int i = 0; i < min_t(unsigned int, nm->nr_known, ARRAY_SIZE(nm->known)); i++) {
		if (nm->known[i].code == code) {
			*named = nm->known[i].named;
			return true;
		}
	}
	return false;
}

/* From note *@i of @slab on. Node lock held. Returns: the code of the site at *@i, which has no name yet; 0: all have. */
static u32 name_known_locked(const struct kmem_cache *s, struct page *slab, const struct naming *nm, unsigned int *i)
{
	struct slab_note *note = slab->slab_notes->note + *i, *end = slab->slab_notes->note + s->objects;
	u32 first = nm->first, range = nm->last - first, code = 0, named = 0;

	for (; note < end; note++) {
		u32 site = note->site;

		if (site - first > range)
			continue;
		if (site != code) {
			if (!known_name(nm, site, &named)) {
				*i = note - slab->slab_notes->note;
				return site;
			}
			code = site;
		}
		note->site = named;
	}
	return 0;
}

/* A name is made without the lock, under which nothing may sleep. */
static void name_sites(struct kmem_cache *s, struct kmem_cache_node *n, struct page *slab, struct naming *nm)
{
	unsigned int i = 0, k;
	unsigned long flags;
	u32 code;

	for (;;) {
		spin_lock_irqsave(&n->lock, flags);
		/* It may have become an ordinary slab meanwhile. */
		code = page_type(slab) == PAGE_SLAB_NOTED ? name_known_locked(s, slab, nm, &i) : 0;
		spin_unlock_irqrestore(&n->lock, flags);
		if (!code)
			return;
		k = nm->nr_known++ % ARRAY_SIZE(nm->known);
		nm->known[k].code = code;
		nm->known[k].named = remember_site(slab_site_decode(code));
	}
}

static unsigned long first_in_module(u32 stack)
{
	unsigned long *entries;
	unsigned int nr = stack_depot_fetch(stack, &entries);

	for (unsigned int i = 0; i < nr; i++)
		if (oot_is_module_code(entries[i]))
			return entries[i];
	return 0;
}

static void name_guarded(void *ctx, void *object, size_t size, u32 stack)
{
	const struct naming *nm = ctx;
	unsigned long site = first_in_module(stack);

	if (site >= nm->start && site < nm->end)
		remember_site(site);
}

static void name_noted_of_node(struct kmem_cache *s, struct kmem_cache_node *n, struct naming *nm)
{
	/* A snapshot: slabs do not go away, they only may become ordinary ones. */
	unsigned long flags, i = 0, count = READ_ONCE(n->nr_slabs[SLAB_NOTED]);
	struct page **slabs, *slab;

	if (!count)
		return;
	slabs = kvmalloc_array(count, sizeof(*slabs), GFP_KERNEL);
	if (!slabs)
		return;
	spin_lock_irqsave(&n->lock, flags);
	list_for_each_entry(slab, &n->slabs[SLAB_NOTED], slab_list)
		if (i < count)
			slabs[i++] = slab;
	spin_unlock_irqrestore(&n->lock, flags);
	while (i--)
		name_sites(s, n, slabs[i], nm);
	kvfree(slabs);
}

void quarantine_name_sites(struct kmem_cache *s, unsigned long start, unsigned long end)
{
	struct naming nm;

	if (!READ_ONCE(s->noted) && !atomic_long_read(&s->slot->seen[OOT_GUARDED]))
		return;
	nm = naming_of(start, end);
	if (atomic_long_read(&s->slot->seen[OOT_GUARDED]))
		kfence_cache_objects(s, name_guarded, &nm);
	for (int node = 0; node < MAX_NUMNODES; node++)
		if (s->node[node])
			name_noted_of_node(s, s->node[node], &nm);
}

/* ---- The list of what is left ---- */

static void add_left(struct oot_leftovers *left, unsigned long site, const char *name, const char *cache,
		     unsigned int asked, unsigned long bytes)
{
	struct oot_left *l = left->left;
	unsigned int i;

	left->objects++;
	left->bytes += bytes;
	for (i = 0; i < left->nr_sites; i++, l++)
		if (l->site == site && l->site_name == name && (l->cache == cache || i == OOT_LEFT_MAX - 1))
			break;
	if (i == OOT_LEFT_MAX) {
		l--;		/* the rest, together */
		*l = (struct oot_left){ .objects = l->objects, .bytes = l->bytes };
	} else if (i == left->nr_sites) {
		left->nr_sites++;
		*l = (struct oot_left){ .site = site, .site_name = name, .cache = cache, .asked = asked };
	}
	l->objects++;
	l->bytes += bytes;
	if (l->asked != asked)
		l->asked = 0;
}

/* ---- Slabs ---- */

struct slab_closer {
	struct kmem_cache *cache;
	struct oot_leftovers *left;
};

static void list_objects_locked(struct kmem_cache *s, struct page *slab, struct oot_leftovers *left)
{
	for (unsigned int i = 0; i < slab->slab_objects; i++) {
		const struct slab_note *note = &slab->slab_notes->note[i];

		if (!test_bit(i, slab_free_map(slab)))
			add_left(left, note->site & SITE_NAMED ? 0 : slab_site_decode(note->site), site_name(note->site),
				 s->name, note->size, s->object_size);
	}
}

/*
 * Take one slab with live objects into quarantine: from the list @from, with @notes if it has none.
 * Returns: the slab, not closed yet; NULL: no more such slabs. @notes is NULL if it was used.
 */
static struct page *seize_slab(struct kmem_cache *s, struct kmem_cache_node *n, enum slab_state from,
			       struct slab_notes **notes, struct oot_leftovers *left)
{
	unsigned long flags;
	struct page *slab;

	spin_lock_irqsave(&n->lock, flags);
	slab = list_first_entry_or_null(&n->slabs[from], struct page, slab_list);
	if (slab) {
		struct slab_notes *mine = from == SLAB_NOTED ? slab->slab_notes : *notes;

		if (mine == *notes) {
			*notes = NULL;
			for (unsigned int i = 0; i < s->objects; i++)
				mine->note[i].live = !test_bit(i, slab_free_map(slab));
		}
		list_del(&slab->slab_list);
		n->nr_slabs[from]--;
		strscpy(mine->owner, s->slot->owner, sizeof(mine->owner));
		mine->left_ns = local_clock();
		mine->quarantined = true;
		slab_note_slab_locked(s, n, slab, mine);
		list_objects_locked(s, slab, left);
	}
	spin_unlock_irqrestore(&n->lock, flags);
	return slab;
}

/* Poison into its live objects. */
static void poison_slab(struct kmem_cache *s, struct kmem_cache_node *n, struct page *slab)
{
	unsigned long flags;

	spin_lock_irqsave(&n->lock, flags);
	if (slab_state_of(slab) == SLAB_QUARANTINED)
		for (unsigned int i = 0; i < slab->slab_objects; i++)
			if (!test_bit(i, slab_free_map(slab)))
				memset(slab_object(s, slab, i), POISON_LEFT, s->object_size);
	spin_unlock_irqrestore(&n->lock, flags);
}

static void close_slab(struct kmem_cache *s, struct kmem_cache_node *n, struct page *slab)
{
	unsigned long start = (unsigned long)page_address(slab), bytes = PAGE_SIZE << s->order, flags;

	/* Cutting a large page may fail; then the objects are poisoned and not closed. */
	if (kernel_split_range(start, bytes))
		return;
	spin_lock_irqsave(&n->lock, flags);
	/* Freed meanwhile to the last object? */
	if (slab_state_of(slab) == SLAB_QUARANTINED) {
		slab->slab_notes->closed = true;
		for (unsigned long va = start; va < start + bytes; va += PAGE_SIZE)
			kernel_page_protect(va, false);
	}
	spin_unlock_irqrestore(&n->lock, flags);
	arch_tlb_flush_range_all(start, bytes);
}

static void quarantine_slabs(struct kmem_cache *s, struct kmem_cache_node *n, enum slab_state from,
			     struct oot_leftovers *left)
{
	struct naming nm = naming_of(MODULES_START, MODULES_END);
	struct slab_notes *notes = NULL;
	struct page *slab;

	for (;;) {
		if (!notes && from != SLAB_NOTED) {
			notes = slab_notes_alloc(s, GFP_KERNEL);
			if (!notes) {
				pr_warn("%s: no memory to put what is left in it into quarantine\n", s->name);
				return;
			}
		}
		slab = seize_slab(s, n, from, &notes, left);
		if (!slab)
			break;
		name_sites(s, n, slab, &nm);
		poison_slab(s, n, slab);
		close_slab(s, n, slab);
	}
	kfree(notes);
}

static void leave_guarded(void *ctx, void *object, size_t size, u32 stack)
{
	struct slab_closer *c = ctx;
	unsigned long site = first_in_module(stack);
	const char *name = name_of_gone(site);

	add_left(c->left, name ? 0 : site, name, c->cache->name, size, c->cache->object_size);
}

void quarantine_cache(struct kmem_cache *s, struct oot_leftovers *left)
{
	struct slab_closer c = { s, left };

	slab_drop_spare_notes(s);
	kfence_leave_objects(s, leave_guarded, &c);
	if (slab_is_debug(s))
		return;		/* its checks have to be able to read all of its objects */
	for (int node = 0; node < MAX_NUMNODES; node++) {
		if (!s->node[node])
			continue;
		quarantine_slabs(s, s->node[node], SLAB_NOTED, left);
		quarantine_slabs(s, s->node[node], SLAB_PARTIAL, left);
		quarantine_slabs(s, s->node[node], SLAB_FULL, left);
	}
}

void quarantine_open(struct kmem_cache *s, struct page *slab)
{
	unsigned long start = (unsigned long)page_address(slab);

	for (unsigned long va = start; va < start + (PAGE_SIZE << s->order); va += PAGE_SIZE)
		kernel_page_protect(va, true);
}

/* ---- Large ones ---- */

void quarantine_name_large(struct oot_slot *slot, unsigned long start, unsigned long end)
{
	unsigned long sites[OOT_LEFT_MAX], flags;
	unsigned int nr = 0;
	struct page *page;

	spin_lock_irqsave(&slot->large_lock, flags);
	list_for_each_entry(page, &slot->large, lru)
		if (page->private >= start && page->private < end && nr < ARRAY_SIZE(sites))
			sites[nr++] = page->private;
	spin_unlock_irqrestore(&slot->large_lock, flags);
	while (nr--)
		remember_site(sites[nr]);
}

void quarantine_large(struct oot_slot *slot, struct oot_leftovers *left)
{
	unsigned long flags;
	struct page *page, *next;

	/* They leave the slot with the verdict: pages of their own that kfree() returns as anybody's. */
	spin_lock_irqsave(&slot->large_lock, flags);
	list_for_each_entry_safe(page, next, &slot->large, lru) {
		const char *name = name_of_gone(page->private);

		add_left(left, name ? 0 : page->private, name, NULL, min_t(unsigned long, page->index, INT_MAX), page->index);
		memset(page_address(page), POISON_LEFT, PAGE_SIZE << page_kind_order(page));
		list_del(&page->lru);
		page->mapping = NULL;
	}
	slot->nr_large = 0;
	slot->large_pages = 0;
	spin_unlock_irqrestore(&slot->large_lock, flags);
}

/* ---- A touch ---- */

static void report(struct page *slab, unsigned long addr, bool write, struct pt_regs *regs)
{
	const struct slab_notes *notes = slab->slab_notes;
	const struct kmem_cache *s = slab->slab_cache;
	unsigned int index = slab_object_index(s, slab, (void *)addr);
	unsigned long object = (unsigned long)slab_object(s, slab, index), entries[16], flags;
	const struct slab_note *note = index < slab->slab_objects ? &notes->note[index] : NULL;
	bool live = note && !test_bit(index, slab_free_map(slab));
	const char *site = live ? site_name(note->site) : NULL;
	unsigned int nr = stack_trace_save_regs(regs, entries, ARRAY_SIZE(entries), 0);
	u64 ago_ms = (local_clock() - notes->left_ns) / NSEC_PER_MSEC;

	printk_cpu_sync_get_irqsave(flags);
	pr_err("==================================================================\n");
	pr_err("BUG: isolation: %s memory of unloaded module %s in %pS\n\n", write ? "write to" : "read from", notes->owner,
	       (void *)regs_pc(regs));
	pr_err("%s at 0x%px by task %d:\n", write ? "Write" : "Read", (void *)addr, current->pid);
	for (unsigned int i = 0; i < nr; i++)
		pr_err(" %pS\n", (void *)entries[i]);
	pr_err("\n0x%px is %lu bytes inside of %s 0x%px, cache=%s\n", (void *)addr, addr - object,
	       live ? "the object" : "a free object", (void *)object, s->name);
	if (live)
		pr_err("left by module %s, unloaded %llu.%03llus ago; allocated at %s\n", notes->owner, ago_ms / 1000,
		       ago_ms % 1000, site ?: "a site that was not noted");
	else
		pr_err("in memory of module %s, unloaded %llu.%03llus ago\n", notes->owner, ago_ms / 1000, ago_ms % 1000);
	pr_err("==================================================================\n");
	printk_cpu_sync_put_irqrestore(flags);
	add_taint(TAINT_BAD_PAGE, LOCKDEP_STILL_OK);
}

bool quarantine_handle_fault(unsigned long addr, bool write, struct pt_regs *regs)
{
	struct page *page, *slab;
	bool ours = false;

	if (addr - PAGE_OFFSET >= linear_bytes)
		return false;
	page = virt_to_page(addr);
	rcu_read_lock();
	if (page_type(page) == PAGE_SLAB_NOTED) {
		slab = slab_first_page(page);
		ours = READ_ONCE(slab->slab_notes)->closed;
		if (ours) {
			report(slab, addr, write, regs);
			kernel_page_protect(addr & PAGE_MASK, true);
		}
	}
	rcu_read_unlock();
	return ours;
}
