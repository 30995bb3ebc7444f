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
 * (remember_name()), and the note gets the name's number. Init's text has gone long before: a note from that time says so,
 * and is named by the symbols that the module has kept (module_sprint_init_symbol()).
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

/* Returns: the number of @name, of code at @addr; 0 when there is no room or memory for one more. */
static u32 remember_name(const char *name, unsigned long addr)
{
	unsigned int i;

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

static void remember_site(unsigned long addr)
{
	char name[KSYM_SYMBOL_LEN];

	sprint_symbol(name, addr);
	remember_name(name, addr);
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
 * A walk over notes that makes names of their sites. Names are dear, and most objects come from a few places:
 * the latest ones are remembered.
 */
struct naming {
	const struct module *owner;	/* whose init noted those of init; NULL: nobody's */
	struct {
		u32 code, named;
		bool of_init;		/* the same code may mean two places: init's text, and what came there later */
	} known[8];
	unsigned int nr_known;		/* ever: the next one goes to known[nr_known % 8] */
};

static bool known_name(const struct naming *nm, const struct slab_note *note, u32 *named)
{
	bool of_init = note->live == NOTE_LIVE_OF_INIT;

	for (unsigned int i = 0; i < min_t(unsigned int, nm->nr_known, ARRAY_SIZE(nm->known)); i++) {
		if (nm->known[i].code == note->site && nm->known[i].of_init == of_init) {
			*named = nm->known[i].named;
			return true;
		}
	}
	return false;
}

/* From note *@i of @slab on. Node lock held. Returns: false: all have names; else *@unnamed, of *@i, has none yet. */
static bool name_known_locked(const struct kmem_cache *s, struct page *slab, const struct naming *nm, unsigned int *i,
			      struct slab_note *unnamed)
{
	for (; *i < s->objects; ++*i) {
		struct slab_note *note = &slab->slab_notes->note[*i];

		if (!note->site || note->site & SITE_NAMED)
			continue;
		if (!known_name(nm, note, &note->site)) {
			*unnamed = *note;
			return true;
		}
	}
	return false;
}

static u32 name_of(const struct naming *nm, const struct slab_note *note)
{
	unsigned long addr = slab_site_decode(note->site);
	char name[KSYM_SYMBOL_LEN];

	if (note->live != NOTE_LIVE_OF_INIT || !nm->owner || !module_sprint_init_symbol(nm->owner, addr, name))
		sprint_symbol(name, addr);
	return remember_name(name, addr);
}

/* A name is made without the lock, under which nothing may sleep. */
static void name_sites(struct kmem_cache *s, struct kmem_cache_node *n, struct page *slab, struct naming *nm)
{
	struct slab_note note;
	unsigned int i = 0, k;
	unsigned long flags;
	bool more;

	for (;;) {
		spin_lock_irqsave(&n->lock, flags);
		/* It may have become an ordinary slab meanwhile. */
		more = page_type(slab) == PAGE_SLAB_NOTED && name_known_locked(s, slab, nm, &i, &note);
		spin_unlock_irqrestore(&n->lock, flags);
		if (!more)
			return;
		k = nm->nr_known++ % ARRAY_SIZE(nm->known);
		nm->known[k].code = note.site;
		nm->known[k].of_init = note.live == NOTE_LIVE_OF_INIT;
		nm->known[k].named = name_of(nm, &note);
	}
}

/* ---- Sites of guarded objects: KFENCE has their stacks ---- */

static unsigned long first_in_module(u32 stack)
{
	unsigned long *entries;
	unsigned int nr = stack_depot_fetch(stack, &entries);

	for (unsigned int i = 0; i < nr; i++)
		if (oot_is_module_code(entries[i]))
			return entries[i];
	return 0;
}

static void remember_guarded(void *ctx, void *object, size_t size, u32 stack)
{
	const struct oot_text *text = ctx;
	unsigned long site = first_in_module(stack);

	if (site >= text->start && site < text->end)
		remember_site(site);
}

void quarantine_name_guarded(struct kmem_cache *s, unsigned long start, unsigned long end)
{
	struct oot_text text = { start, end };

	kfence_cache_objects(s, remember_guarded, &text);
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

/*
 * Take one slab with live objects into quarantine: from the list @from, with @notes if it has none.
 * Returns: the slab, not closed yet; NULL: no more such slabs. @notes is NULL if it was used.
 */
static struct page *seize_slab(struct kmem_cache *s, struct kmem_cache_node *n, enum slab_state from,
			       struct slab_notes **notes)
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
				mine->note[i].live = test_bit(i, slab_free_map(slab)) ? NOTE_FREE : NOTE_LIVE;
		}
		list_del(&slab->slab_list);
		n->nr_slabs[from]--;
		strscpy(mine->owner, s->slot->owner, sizeof(mine->owner));
		mine->left_ns = local_clock();
		mine->quarantined = true;
		slab_note_slab_locked(s, n, slab, mine);
	}
	spin_unlock_irqrestore(&n->lock, flags);
	return slab;
}

/* Its live objects, whose sites have names now, are listed, and filled with poison. */
static void poison_slab(struct kmem_cache *s, struct kmem_cache_node *n, struct page *slab, struct oot_leftovers *left)
{
	unsigned long flags;

	spin_lock_irqsave(&n->lock, flags);
	for (unsigned int i = 0; i < s->objects && slab_state_of(slab) == SLAB_QUARANTINED; i++) {
		const struct slab_note *note = &slab->slab_notes->note[i];

		if (test_bit(i, slab_free_map(slab)))
			continue;
		add_left(left, 0, site_name(note->site), s->name, note->size, s->object_size);
		memset(slab_object(s, slab, i), POISON_LEFT, s->object_size);
	}
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
			     const struct module *owner, struct oot_leftovers *left)
{
	struct naming nm = { .owner = owner };
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
		slab = seize_slab(s, n, from, &notes);
		if (!slab)
			break;
		name_sites(s, n, slab, &nm);
		poison_slab(s, n, slab, left);
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

void quarantine_cache(struct kmem_cache *s, const struct module *owner, struct oot_leftovers *left)
{
	struct slab_closer c = { s, left };

	slab_drop_spare_notes(s);
	kfence_leave_objects(s, leave_guarded, &c);
	if (slab_is_debug(s))
		return;		/* its checks have to be able to read all of its objects */
	for (int node = 0; node < MAX_NUMNODES; node++) {
		if (!s->node[node])
			continue;
		quarantine_slabs(s, s->node[node], SLAB_NOTED, owner, left);
		quarantine_slabs(s, s->node[node], SLAB_PARTIAL, owner, left);
		quarantine_slabs(s, s->node[node], SLAB_FULL, owner, left);
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
