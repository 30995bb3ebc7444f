// SPDX-License-Identifier: MIT
/*
 * What the page allocator says when something is wrong: a page in a state that it cannot be in, and
 * memory that has run out. The words are Linux's, so that people and tools find them.
 *
 * Context: any. Nothing here allocates or takes a lock other than printk's: counts are read as they are.
 */
#include <linux/cpumask.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/sched.h>
#include <linux/stacktrace.h>
#include <paddock/magazine.h>
#include <paddock/page.h>
#include "buddy.h"

/* ---- Bad pages ---- */

static const char *const type_names[] = {
	[PAGE_NONE] = "none", [PAGE_PLAIN] = "plain", [PAGE_BUDDY] = "buddy", [PAGE_SLAB] = "slab",
	[PAGE_SLAB_DEBUG] = "slab", [PAGE_SLAB_NOTED] = "slab", [PAGE_LARGE] = "kmalloc", [PAGE_COMPOUND] = "compound",
	[PAGE_KFENCE] = "kfence", [PAGE_TABLE] = "table", [PAGE_BAD] = "bad",
};

void dump_page(struct page *page, const char *reason)
{
	const u64 *words = (const u64 *)page;
	enum page_type type = page_type(page);

	pr_warn("page:%px refcount:%d mapping:%px index:0x%lx pfn:0x%lx\n", page, page_ref_count(page),
		page->mapping, page->index, page_to_pfn(page));
	pr_warn("kind: %s order:%u node:%d flags: 0x%lx\n", type <= PAGE_BAD ? type_names[type] : "damaged",
		page_kind_order(page), page_kind_node(page), page->flags);
	pr_warn("raw: %016llx %016llx %016llx %016llx\n", words[0], words[1], words[2], words[3]);
	pr_warn("raw: %016llx %016llx %016llx %016llx\n", words[4], words[5], words[6], words[7]);
	pr_warn("page dumped because: %s\n", reason);
}
EXPORT_SYMBOL(dump_page);

void bad_page(struct page *page, const char *reason)
{
	/* A broken loop must not drown the log. */
	static DEFINE_RATELIMIT_STATE(limit, 60 * HZ, 60);

	if (__ratelimit(&limit)) {
		pr_alert("BUG: Bad page state in process %s  pfn:%05lx\n", current->comm, page_to_pfn(page));
		dump_page(page, reason);
		dump_stack();
	}
	add_taint(TAINT_BAD_PAGE, LOCKDEP_NOW_UNRELIABLE);
}

/* ---- Out of memory ---- */

static void show_zone(const struct zone *zone)
{
	char line[160];
	int len = 0;
	unsigned long sum = 0;

	pr_warn("Node %d %s free:%lukB min:%lukB unopened:%lukB present:%lukB managed:%lukB\n", zone->node,
		zone_names[zone->type], zone->nr_free * 4, zone->reserve_pages * 4, zone->deferred_pages * 4,
		zone->present_pages * 4, zone->managed_pages * 4);
	for (unsigned int order = 0; order < MAX_ORDER; order++) {
		unsigned long blocks = zone->free_area[order].nr_free;

		len += scnprintf(line + len, sizeof(line) - len, "%lu*%lukB ", blocks, 4UL << order);
		sum += blocks << order;
	}
	pr_warn("Node %d %s: %s= %lukB\n", zone->node, zone_names[zone->type], line, sum * 4);
}

void show_mem(unsigned int flags, nodemask_t *nodemask)
{
	pr_warn("Mem-Info:\n");
	for (int node = 0; node < MAX_NUMNODES; node++) {
		if (nodemask && !node_isset(node, *nodemask))
			continue;
		for (int type = 0; type < MAX_NR_ZONES; type++)
			if (NODE_DATA(node)->node_zones[type].managed_pages)
				show_zone(&NODE_DATA(node)->node_zones[type]);
		if (page_lists_nr_pages(node))
			pr_warn("Node %d per-CPU lists and depots: %lukB\n", node, page_lists_nr_pages(node) * 4);
	}
	pr_warn("magazines:%lukB slab:%lukB\n", magazine_bytes() / 1024, slab_nr_pages() * 4);
	pr_warn("%lu pages RAM\n", totalram_pages());
}

static const struct {
	gfp_t flags;
	const char *name;
} gfp_names[] = {
	/* Combinations first: what is named is taken away. */
	{ GFP_KERNEL, "GFP_KERNEL" },
	{ GFP_NOFS, "GFP_NOFS" },
	{ GFP_ATOMIC, "GFP_ATOMIC" },
	{ GFP_NOIO, "GFP_NOIO" },
	{ GFP_NOWAIT, "GFP_NOWAIT" },
	{ __GFP_DIRECT_RECLAIM, "__GFP_DIRECT_RECLAIM" },
	{ __GFP_DMA, "GFP_DMA" },
	{ __GFP_DMA32, "GFP_DMA32" },
	{ __GFP_HIGH, "__GFP_HIGH" },
	{ __GFP_ATOMIC, "__GFP_ATOMIC" },
	{ __GFP_ZERO, "__GFP_ZERO" },
	{ __GFP_COMP, "__GFP_COMP" },
	{ __GFP_NORETRY, "__GFP_NORETRY" },
	{ __GFP_NOFAIL, "__GFP_NOFAIL" },
	{ __GFP_NOWARN, "__GFP_NOWARN" },
	{ __GFP_RETRY_MAYFAIL, "__GFP_RETRY_MAYFAIL" },
	{ __GFP_THISNODE, "__GFP_THISNODE" },
};

static void format_gfp(gfp_t gfp, char *buf, size_t size)
{
	int len = 0;

	buf[0] = '\0';
	for (unsigned int i = 0; i < ARRAY_SIZE(gfp_names); i++) {
		if ((gfp & gfp_names[i].flags) != gfp_names[i].flags)
			continue;
		len += scnprintf(buf + len, size - len, "%s%s", len ? "|" : "", gfp_names[i].name);
		gfp &= ~gfp_names[i].flags;
	}
}

void warn_alloc_failed(gfp_t gfp, unsigned int order, int node)
{
	static DEFINE_RATELIMIT_STATE(limit, 10 * HZ, 1);
	char flags[128];

	if (!__ratelimit(&limit))
		return;
	format_gfp(gfp, flags, sizeof(flags));
	pr_warn("%s: page allocation failure: order:%u, mode:%#x(%s), nodemask=(null)\n", current->comm, order,
		gfp, flags);
	dump_stack();
	show_mem(0, NULL);
}
