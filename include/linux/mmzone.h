/* SPDX-License-Identifier: MIT */
/*
 * Nodes and zones. Each NUMA node has two zones: DMA32, frames below 4 GiB that small devices can
 * reach, and NORMAL, the rest. A zone's free pages are kept in blocks of 2^order, orders 0..10.
 */
#pragma once

#include <linux/list.h>
#include <linux/numa.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#define MAX_ORDER		11	/* first order that does not exist, as in Linux 6.1 */
#define MAX_ORDER_NR_PAGES	(1UL << (MAX_ORDER - 1))
#define PAGE_ALLOC_COSTLY_ORDER	3

/* 128 MiB of RAM: its part of the vmemmap is one 2 MiB page. */
#define SECTION_SIZE_BITS	27
#define SECTION_PAGES		(1UL << (SECTION_SIZE_BITS - 12))

enum zone_type {
	ZONE_DMA32,
	ZONE_NORMAL,
	MAX_NR_ZONES
};

struct free_area {
	struct list_head free_list;
	unsigned long nr_free;		/* blocks */
};

/*
 * Field key: [I] set at boot, then constant   [L] zone->lock
 * zone->lock is a leaf; it is taken with interrupts masked.
 */
struct zone {
	spinlock_t lock;
	struct free_area free_area[MAX_ORDER];	/* [L] */
	unsigned long nr_free;			/* [L] pages in free_area */
	u32 free_orders;			/* [L] bit n: free_area[n] is not empty */
	unsigned long deferred_pages;		/* [L] free pages in sections not opened yet */
	unsigned int next_section;		/* [L] first section that may still be unopened */
	unsigned int end_section;		/* [I] */
	unsigned long start_pfn, end_pfn;	/* [I] span; may have holes */
	unsigned long present_pages;		/* [I] RAM */
	unsigned long managed_pages;		/* RAM less what was reserved at boot [L] */
	unsigned long reserve_pages;		/* [I] kept for __GFP_HIGH and __GFP_ATOMIC */
	int node;				/* [I] */
	enum zone_type type;			/* [I] */
};

typedef struct pglist_data {
	struct zone node_zones[MAX_NR_ZONES];
	int node_id;
	u8 fallback[MAX_NUMNODES];		/* [I] nodes to try, nearest first, this one leading */
	u8 nr_fallback;				/* [I] */
} pg_data_t;

extern struct pglist_data node_data[MAX_NUMNODES];
#define NODE_DATA(nid)		(&node_data[nid])

extern const char *const zone_names[MAX_NR_ZONES];

/* Pages that the page allocator got at boot, and now free ones (per-CPU lists included). */
unsigned long totalram_pages(void);
unsigned long nr_free_pages(void);
