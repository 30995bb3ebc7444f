// SPDX-License-Identifier: MIT
/*
 * Sections: the struct page array, opened piece by piece.
 *
 * A machine with 20 GiB has five million struct pages, 320 MiB of them. To write them all at boot
 * would take longer than all the rest. So RAM is divided into sections of 128 MiB, whose struct pages are one
 * 2 MiB piece of the array, and a section is dealt with when the page allocator first needs its pages:
 *
 *            vmemmap                                            RAM
 *   open    [ struct pages, zeroed, mapped          ]   free blocks are in their zone
 *   closed  [ memory set aside, mapped not present  ]   counted in zone->deferred_pages
 *   absent  [ nothing; zeroes are shown when touched ]  no RAM there
 *
 * Opening: zero the 2 MiB through the linear map, make the mapping present, put the free blocks (at most
 * 32 large ones in the common case) into the zone. Nothing is done per page: a zeroed struct page says
 * "nobody's head", and node and zone follow from the section number.
 *
 * A stray pointer, or free_reserved_page(), may touch the struct page of a closed section: that faults, and the
 * fault opens it (vmemmap_handle_fault()). The allocator itself never touches one that is not open.
 *
 * Invariant: a section is of one node and one zone (4 GiB is a section border; of two nodes, the first has it),
 *            so a block and its buddy, being in one section, are of one zone.
 * Lock: section_lock; order: section_lock, then zone->lock.
 */
#include <linux/align.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <paddock/memblock.h>
#include <paddock/page.h>
#include <paddock/pgtable.h>
#include "buddy.h"
#include "pgtable.h"

#define SECTION_BYTES	(1UL << SECTION_SIZE_BITS)

enum section_state { SECTION_ABSENT, SECTION_CLOSED, SECTION_OPEN };

struct section {
	phys_addr_t memmap;	/* [I] memory for the struct pages of map_first.. */
	u16 map_first;		/* [I] first page of the array piece that is backed, in blocks of 1024 frames */
	u16 map_blocks;		/* [I] how many such blocks: 32 for a whole section */
	u8 node;		/* [I] */
	u8 state;		/* [section_lock] only ever advances */
};

static struct section *sections __ro_after_init;
static unsigned long nr_sections __ro_after_init;
static DEFINE_SPINLOCK(section_lock);

/* Struct pages are backed for whole blocks of the top order, so that looking at a buddy is always safe. */
#define BLOCK_PAGES		MAX_ORDER_NR_PAGES
#define BLOCK_MAP_BYTES		(BLOCK_PAGES * sizeof(struct page))
#define SECTION_BLOCKS		(SECTION_PAGES / BLOCK_PAGES)

static unsigned long section_map_va(unsigned long nr)
{
	return (unsigned long)pfn_to_page(nr * SECTION_PAGES + sections[nr].map_first * BLOCK_PAGES);
}

static struct zone *section_zone(unsigned long nr)
{
	enum zone_type type = nr * SECTION_BYTES < SZ_4G ? ZONE_DMA32 : ZONE_NORMAL;

	return &NODE_DATA(sections[nr].node)->node_zones[type];
}

int section_node(unsigned long pfn)
{
	unsigned long nr = pfn_to_section(pfn);

	return nr < nr_sections ? sections[nr].node : 0;
}

/* Call @fn for each free run of whole pages of the section, by memblock's word. */
static void section_for_each_free(unsigned long nr, void (*fn)(struct zone *, unsigned long, unsigned long))
{
	phys_addr_t start = nr * SECTION_BYTES, limit = start + SECTION_BYTES, end;

	for (; start < limit && memblock_next_free(&start, &end, limit); start = end)
		fn(section_zone(nr), PHYS_PFN(start), PHYS_PFN(end));
}

/* ---- Boot ---- */

/* RAM of the section: its span, and whose it is. */
static bool __init section_find_ram(unsigned long nr)
{
	phys_addr_t base = nr * SECTION_BYTES, limit = base + SECTION_BYTES, start = base, end, last = base;
	struct section *s = &sections[nr];
	phys_addr_t first = limit;

	for (; start < limit && memblock_next_ram(&start, &end, limit); start = end) {
		if (first == limit)
			s->node = memblock_node_of(start);
		else if (memblock_node_of(start) != s->node)
			pr_warn("numa: [mem %#llx-%#llx] goes to node %d, which has the section's start\n", start,
				end - 1, s->node);
		first = min(first, start);
		last = end;
	}
	if (first == limit)
		return false;
	s->map_first = PHYS_PFN(first - base) / BLOCK_PAGES;
	s->map_blocks = DIV_ROUND_UP(PHYS_PFN(last - base), BLOCK_PAGES) - s->map_first;
	s->state = SECTION_CLOSED;
	return true;
}

static void __init section_set_memmap_aside(unsigned long nr)
{
	struct section *s = &sections[nr];
	unsigned long bytes = s->map_blocks * BLOCK_MAP_BYTES;
	unsigned long align = s->map_blocks == SECTION_BLOCKS ? bytes : PAGE_SIZE;

	s->memmap = memblock_alloc_phys(bytes, align, 0, s->node);
	if (!s->memmap)
		panic("sections: no room for the struct pages of [mem %#lx-]", nr * SECTION_BYTES);
	/* The mapping is made now, while tables are to be had, but not present. */
	if (kernel_map_range(section_map_va(nr), s->memmap, bytes, PT_KERNEL_RW & ~PT_PRESENT))
		panic("sections: cannot map the vmemmap");
}

static void __init count_free(struct zone *zone, unsigned long pfn, unsigned long end)
{
	zone->deferred_pages += end - pfn;
	zone_add_managed(zone, end - pfn);
}

static void __init section_count(unsigned long nr)
{
	phys_addr_t start = nr * SECTION_BYTES, limit = start + SECTION_BYTES, end;
	struct zone *zone = section_zone(nr);

	for (; start < limit && memblock_next_ram(&start, &end, limit); start = end) {
		if (!zone->present_pages)
			zone->start_pfn = PHYS_PFN(start);
		zone->end_pfn = PHYS_PFN(end);
		zone->present_pages += PHYS_PFN(end - start);
	}
	if (!zone->end_section)
		zone->next_section = nr;
	zone->end_section = nr + 1;
	section_for_each_free(nr, count_free);
}

void __init sections_init(void)
{
	unsigned long nr;

	nr_sections = DIV_ROUND_UP(max_pfn, SECTION_PAGES);
	sections = memblock_alloc(nr_sections * sizeof(*sections), 64);

	node_memory_map = NODE_MASK_NONE;
	for (nr = 0; nr < nr_sections; nr++) {
		if (!section_find_ram(nr))
			continue;
		node_set(sections[nr].node, node_memory_map);
		node_set(sections[nr].node, node_online_map);
	}
	for (int node = 0; node < MAX_NUMNODES; node++) {
		NODE_DATA(node)->node_id = node;
		for (int type = 0; type < MAX_NR_ZONES; type++)
			zone_init(&NODE_DATA(node)->node_zones[type], node, type);
	}
	for (nr = 0; nr < nr_sections; nr++)
		if (sections[nr].state == SECTION_CLOSED)
			section_set_memmap_aside(nr);
	/* No more memory is taken from memblock: what is free now is the page allocator's. */
	for (nr = 0; nr < nr_sections; nr++)
		if (sections[nr].state == SECTION_CLOSED)
			section_count(nr);
}

/* ---- Opening ---- */

/* Hand [pfn, end) to the zone in the largest aligned blocks. */
static void give_range(struct zone *zone, unsigned long pfn, unsigned long end)
{
	while (pfn < end) {
		unsigned int order = pfn ? min_t(unsigned int, MAX_ORDER - 1, __builtin_ctzl(pfn)) : MAX_ORDER - 1;

		while (pfn + (1UL << order) > end)
			order--;
		zone_give(zone, pfn_to_page(pfn), order);
		pfn += 1UL << order;
	}
}

static void give_deferred(struct zone *zone, unsigned long pfn, unsigned long end)
{
	give_range(zone, pfn, end);
	zone->deferred_pages -= end - pfn;
}

static void section_open_locked(unsigned long nr)
{
	struct section *s = &sections[nr];
	unsigned long va = section_map_va(nr), end = va + s->map_blocks * BLOCK_MAP_BYTES;

	memset(__va(s->memmap), 0, end - va);
	while (va < end) {
		unsigned int level;
		pte_t *slot = kernel_page_entry(va, &level);

		/* Absent to present: nobody has cached anything, so nothing is flushed. */
		arch_pt_set(slot, arch_pt_leaf(arch_pt_pa(*slot, level), PT_KERNEL_RW, level));
		va += PT_LEVEL_SIZE(level);
	}
	smp_store_release(&s->state, SECTION_OPEN);
	section_for_each_free(nr, give_deferred);
}

bool section_is_open(unsigned long pfn)
{
	unsigned long nr = pfn_to_section(pfn);

	return nr < nr_sections && smp_load_acquire(&sections[nr].state) == SECTION_OPEN;
}

bool section_open(unsigned long pfn)
{
	unsigned long nr = pfn_to_section(pfn), flags;

	if (nr >= nr_sections || sections[nr].state == SECTION_ABSENT)
		return false;
	spin_lock_irqsave(&section_lock, flags);
	if (sections[nr].state == SECTION_CLOSED)
		section_open_locked(nr);
	spin_unlock_irqrestore(&section_lock, flags);
	return true;
}

/* Ascending, so that the highest sections stay untouched longest: for alloc_contig_pages(). */
bool zone_open_next(struct zone *zone)
{
	unsigned long flags;
	bool opened = false;

	if (!READ_ONCE(zone->deferred_pages))
		return false;
	spin_lock_irqsave(&section_lock, flags);
	while (!opened && zone->next_section < zone->end_section) {
		unsigned int nr = zone->next_section++;

		if (sections[nr].state == SECTION_CLOSED && section_zone(nr) == zone) {
			section_open_locked(nr);
			opened = true;
		}
	}
	spin_unlock_irqrestore(&section_lock, flags);
	return opened;
}

/* ---- Touches from outside ---- */

/* Where there is no RAM there are no struct pages; whoever looks reads zeroes: "nobody's". */
static const u8 zeroes[PAGE_SIZE] __aligned(PAGE_SIZE);

bool vmemmap_handle_fault(unsigned long addr, bool is_write)
{
	unsigned long pfn, nr, first;

	if (addr < VMEMMAP_START || addr >= VMEMMAP_END || !sections)
		return false;
	pfn = page_to_pfn(addr);
	nr = pfn_to_section(pfn);
	if (nr < nr_sections && sections[nr].state != SECTION_ABSENT) {
		first = nr * SECTION_PAGES + sections[nr].map_first * BLOCK_PAGES;
		if (pfn >= first && pfn < first + sections[nr].map_blocks * BLOCK_PAGES)
			return section_open(pfn);
	}
	if (is_write)
		return false;
	/* -EEXIST: another CPU was faster. */
	return kernel_map_range(addr & PAGE_MASK, __pa_symbol(zeroes), PAGE_SIZE, PT_KERNEL_RO) != -ENOMEM;
}
