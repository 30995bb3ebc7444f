// SPDX-License-Identifier: MIT
/*
 * The audit: is what should be sealed really so? It believes the page tables alone, not what pmalloc remembers having done.
 *
 *	audit      walks every entry of the kernel's tables, and of each CPU's private root; for each that is present and
 *	           writable, it looks whether a sealed frame lies behind it. Those are listed: there should be none.
 *	pointers   reads all writable memory, word by word, for addresses of sealed objects. Such a pointer can be made to point
 *	           elsewhere; sealing what it points to does not help against that.
 *
 * Lock: pm_mutex while it runs, so that pools stand still; page tables may change beside it, which gives a stale line, no harm.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <paddock/page.h>
#include <paddock/pgtable.h>
#include "pmalloc.h"

/* ---- Writable aliases ---- */

struct audit {
	struct seq_file *m;		/* NULL: the log, if report */
	bool report;
	unsigned long entries, writable;
};

static bool frame_is_sealed(const struct pm_frame *frame)
{
	const struct pm_chunk *chunk;

	if (!frame || frame->owner == FRAME_FREE)
		return false;
	if (frame->owner < FRAME_CHUNK)
		return true;
	chunk = chunk_of_frame(frame);
	return chunk && (frame->index < chunk->sealed_pages || frame->index >= chunk->nr_pages);
}

static void found_alias(struct audit *audit, unsigned long va, unsigned long pfn)
{
	const struct pm_chunk *chunk = chunk_of_frame(frame_of(pfn));
	const char *whose = chunk ? chunk->pool->name : "(records)";

	audit->writable++;
	if (audit->m)
		seq_printf(audit->m, "writable alias at 0x%lx of frame %#lx, pool %s\n", va, pfn, whose);
	else if (audit->report)
		pr_err("pmalloc: writable alias at 0x%lx of frame %#lx, pool %s\n", va, pfn, whose);
}

static void audit_leaf(void *ctx, unsigned long va, pte_t e, unsigned int level)
{
	struct audit *audit = ctx;
	unsigned long pfn = PHYS_PFN(arch_pt_pa(e, level)), n = PT_LEVEL_SIZE(level) / PAGE_SIZE;

	audit->entries++;
	if ((arch_pt_prot(e, level) & (PT_PRESENT | PT_WRITE)) != (PT_PRESENT | PT_WRITE))
		return;
	for (unsigned long i = 0; i < n; i++) {
		if (frame_is_sealed(frame_of(pfn + i)))
			found_alias(audit, va + i * PAGE_SIZE, pfn + i);
		/* None of a region is ours: on to the next. */
		else if (!frames_in_region(pfn + i))
			i += 511 - (pfn + i) % 512;
	}
}

static unsigned long run_audit(struct audit *audit)
{
	mutex_lock(&pm_mutex);
	kernel_for_each_leaf(PAGE_OFFSET, ~0UL, audit_leaf, audit);
	windows_for_each_leaf(audit_leaf, audit);
	mutex_unlock(&pm_mutex);
	return audit->writable;
}

unsigned long pmalloc_audit(bool report)
{
	struct audit audit = { .report = report };

	return run_audit(&audit);
}

int pmalloc_audit_show(struct seq_file *m)
{
	struct audit audit = { .m = m };
	unsigned long sealed = 0, records;
	struct frame_counts frames;

	run_audit(&audit);
	mutex_lock(&pm_mutex);
	frames_count(&frames);
	for (const struct pmalloc_pool *pool = pm_root ? pm_root->pools : NULL; pool; pool = pool->next)
		for (const struct pm_chunk *chunk = pool->chunks; chunk; chunk = chunk->next)
			sealed += min(chunk->sealed_pages, chunk->held_pages) + chunk->bitmap_pages;
	mutex_unlock(&pm_mutex);
	records = frames.table + frames.vault;
	seq_printf(m, "sealed frames: %lu of pools, %lu of records\n", sealed, records);
	seq_printf(m, "page table entries: %lu\n", audit.entries);
	seq_printf(m, "writable aliases: %lu\n", audit.writable);
	if (!seal_is_on())
		seq_puts(m, "pmalloc.seal=0: sealed pages are writable on purpose\n");
	return 0;
}

/* ---- Pointers to sealed objects ---- */

#define POINTERS_SHOWN 1000

struct search {
	struct seq_file *m;
	unsigned long low, high;	/* all sealed pages lie between */
	unsigned long words, found;
	u64 buffer[64];
};

static void found_pointer(struct search *s, unsigned long va, unsigned long value)
{
	struct pm_object object;
	const struct pm_chunk *chunk = chunk_at(value);

	if (!chunk || (value - chunk->va) / PAGE_SIZE >= chunk->sealed_pages || !object_at(value, &object))
		return;
	if (++s->found > POINTERS_SHOWN)
		return;
	seq_printf(s->m, "0x%lx (%pS) -> 0x%lx, pool %s, object 0x%lx + %lu\n", va, (void *)va, value, chunk->pool->name,
		   object.start, value - object.start);
}

/* Free pages hold what was; only memory that is somebody's can be used. */
static bool page_is_in_use(unsigned long va)
{
	const struct page *page;

	if (va < PAGE_OFFSET || va >= LINEAR_END)
		return true;
	if (!section_is_open(PHYS_PFN(va - PAGE_OFFSET)))
		return false;
	page = virt_to_page((void *)va);
	return page_type(page) != PAGE_BUDDY;
}

static void search_page(struct search *s, unsigned long va)
{
	for (unsigned int at = 0; at < PAGE_SIZE; at += sizeof(s->buffer)) {
		/* By the careful copy: a page may go away, or be KFENCE's. */
		if (copy_from_kernel_nofault(s->buffer, (void *)(va + at), sizeof(s->buffer)))
			return;
		s->words += ARRAY_SIZE(s->buffer);
		for (unsigned int i = 0; i < ARRAY_SIZE(s->buffer); i++)
			if (s->buffer[i] - s->low < s->high - s->low)
				found_pointer(s, va + at + i * 8, s->buffer[i]);
	}
}

static void search_leaf(void *ctx, unsigned long va, pte_t e, unsigned int level)
{
	pgprot_bits_t prot = arch_pt_prot(e, level);

	if ((prot & (PT_PRESENT | PT_WRITE | PT_UNCACHED)) != (PT_PRESENT | PT_WRITE))
		return;
	/* The vmemmap holds no pointers of drivers, and touching it would open sections. */
	if (va >= VMEMMAP_START && va < VMEMMAP_END)
		return;
	for (unsigned long at = va; at < va + PT_LEVEL_SIZE(level); at += PAGE_SIZE) {
		const struct page *page;

		if (!page_is_in_use(at)) {
			/* A free block at once. */
			page = section_is_open(PHYS_PFN(at - PAGE_OFFSET)) ? virt_to_page((void *)at) : NULL;
			at += page ? (PAGE_SIZE << page_kind_order(page)) - PAGE_SIZE : 0;
			continue;
		}
		search_page(ctx, at);
		cond_resched();
	}
}

int pmalloc_pointers_show(struct seq_file *m)
{
	struct search *s = kzalloc(sizeof(*s), GFP_KERNEL);

	if (!s)
		return -ENOMEM;
	s->m = m;
	s->low = ULONG_MAX;
	mutex_lock(&pm_mutex);
	for (const struct pmalloc_pool *pool = pm_root ? pm_root->pools : NULL; pool; pool = pool->next) {
		for (const struct pm_chunk *chunk = pool->chunks; chunk; chunk = chunk->next) {
			if (!chunk->sealed_pages)
				continue;
			s->low = min(s->low, chunk->va);
			s->high = max(s->high, chunk->va + (unsigned long)chunk->sealed_pages * PAGE_SIZE);
		}
	}
	if (s->high)
		kernel_for_each_leaf(PAGE_OFFSET, ~0UL, search_leaf, s);
	mutex_unlock(&pm_mutex);
	if (s->found > POINTERS_SHOWN)
		seq_printf(m, "… and %lu more\n", s->found - POINTERS_SHOWN);
	seq_printf(m, "words looked at: %lu\n", s->words);
	seq_printf(m, "pointers to sealed objects in writable memory: %lu\n", s->found);
	kfree(s);
	return 0;
}
