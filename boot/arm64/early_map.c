// SPDX-License-Identifier: MIT
/*
 * Mappings for the first C code: the device tree, the console, RAM.
 *
 * head.S has put a root into force that maps nothing but the image. Here two further regions are
 * added to it, with tables from a small pool in .bss:
 *
 *   linear map     RAM, rounded out to 2 MiB, so that memblock can hand out memory and paging_init()
 *                  can write its tables; replaced by mm's exact one
 *   early window   the device tree (read-only) and the console's registers. arch_pt_activate()
 *                  carries the window's root entry over into mm's tables, so these stay for ever
 *
 * Single-threaded: boot CPU, before the other CPUs. Nothing is ever unmapped.
 */
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <asm/layout.h>
#include "boot.h"

#define POOL_TABLES	32

static pte_t pool[POOL_TABLES][PT_ENTRIES] __attribute__((aligned(4096), section(".bss..page_aligned")));
static unsigned int pool_used;
static unsigned long window_next = EARLY_WINDOW_START;

extern pte_t early_root[PT_ENTRIES];

/* Image address to physical, before mm can tell. */
static phys_addr_t image_pa(const void *p)
{
	return (unsigned long)p - IMAGE_BASE + arm64_image_pa;
}

static pte_t *image_va(phys_addr_t pa)
{
	return (pte_t *)(pa - arm64_image_pa + IMAGE_BASE);
}

/* The slot for @va at @level, tables above it made where missing. NULL: the pool is empty, or a leaf is in the way. */
static pte_t *early_slot(unsigned long va, unsigned int level)
{
	pte_t *table = early_root;

	for (unsigned int l = PT_LEVELS - 1; l > level; l--) {
		pte_t *slot = &table[PT_INDEX(va, l)];

		if (arch_pt_is_none(*slot)) {
			if (pool_used == POOL_TABLES)
				return NULL;
			arch_pt_set(slot, arch_pt_table(image_pa(pool[pool_used++])));
		}
		if (!arch_pt_is_table(*slot, l))
			return NULL;
		table = image_va(arch_pt_pa(*slot, l));
	}
	return &table[PT_INDEX(va, level)];
}

void *early_map_window(phys_addr_t pa, size_t size, pgprot_bits_t prot)
{
	phys_addr_t first = pa & ~0xfffUL, end = (pa + size + 0xfff) & ~0xfffUL;
	unsigned long va = window_next;

	if (end <= first || end - first > EARLY_WINDOW_START + EARLY_WINDOW_BYTES - va)
		return NULL;
	for (phys_addr_t at = first; at < end; at += 4096) {
		pte_t *slot = early_slot(va + (at - first), 0);

		if (!slot)
			return NULL;
		arch_pt_set(slot, arch_pt_leaf(at, prot, 0));
	}
	window_next = va + (end - first);
	return (void *)(va + (pa - first));
}

bool early_map_linear(phys_addr_t pa, u64 size)
{
	phys_addr_t end, limit = min(LINEAR_END - PAGE_OFFSET, 1UL << arch_phys_bits());

	if (!size || pa >= limit)
		return true;
	end = size > limit - pa ? limit : pa + size;
	pa &= ~(PT_LEVEL_SIZE(1) - 1);
	while (pa < end) {
		unsigned int level = 2;
		pte_t *slot = early_slot(pa + PAGE_OFFSET, level);
		bool whole = !(pa & (PT_LEVEL_SIZE(2) - 1)) && end - pa >= PT_LEVEL_SIZE(2);

		/* A block of 1 GiB, unless part of it is mapped already, or is not RAM. */
		if (slot && (arch_pt_is_table(*slot, 2) || (arch_pt_is_none(*slot) && !whole)))
			slot = early_slot(pa + PAGE_OFFSET, --level);
		if (!slot)
			return false;
		/* Taken: two ranges share the block. */
		if (arch_pt_is_none(*slot))
			arch_pt_set(slot, arch_pt_leaf(pa, PT_KERNEL_RW, level));
		pa = (pa & ~(PT_LEVEL_SIZE(level) - 1)) + PT_LEVEL_SIZE(level);
	}
	return true;
}
