// SPDX-License-Identifier: MIT
/*
 * The kernel's address space is laid out here, once, and the image's permissions are sealed.
 *
 *   image mapping                       linear map (alias of the same frames)
 *   text            R-X                 R--
 *   rodata          R--                 R--
 *   ro_after_init   RW-, later R--      RW-, later R--
 *   init text       R-X, later gone     R--, later RW- (its pages are free memory then)
 *   init data       RW-, later gone     RW-
 *   data, bss       RW-                 RW-
 *
 * All other RAM is in the linear map RW-, by the largest pages that fit. Nothing is ever both writable and
 * executable (/sys/kernel/debug/wx_check).
 *
 * paging_init() faces a riddle: tables are written through mappings that they are yet to make. The first
 * tables come from .bss, which the boot code has mapped; they suffice for the image and for one GiB of RAM.
 * With these in force, tables for the rest come from that GiB.
 */
#include <linux/align.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/pfn.h>
#include <linux/printk.h>
#include <linux/set_memory.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <arch/boot.h>
#include <arch/paging.h>
#include <paddock/init.h>
#include <paddock/memblock.h>
#include "pgtable.h"

unsigned long linear_bytes __ro_after_init;
unsigned long max_pfn __ro_after_init;
void *high_memory __ro_after_init;

extern char _stext[], _etext[], _srodata[], _erodata[], _sroinit[], _eroinit[];
extern char _sinit[], _sinittext[], _einittext[], _einit[], _sdata[], _end[];

/* ---- The fixmap window: one alias page, then 8 MiB for early_ioremap() ---- */

#define FIXMAP_ALIAS	(FIXMAP_START + 0x100000UL)
#define FIXMAP_IO	(FIXMAP_START + 0x200000UL)
#define FIXMAP_IO_END	(FIXMAP_START + 0xa00000UL)

static unsigned long fixmap_io_next = FIXMAP_IO;
static pte_t *fixmap_alias_slot;	/* level-0 entry of FIXMAP_ALIAS */

pte_t *fixmap_alias(pte_t *slot)
{
	unsigned long va = (unsigned long)slot;
	phys_addr_t pa = va >= PAGE_OFFSET && va < LINEAR_END ? va - PAGE_OFFSET : __pa_symbol(va);

	arch_pt_set(fixmap_alias_slot, arch_pt_leaf(ALIGN_DOWN(pa, PAGE_SIZE), PT_KERNEL_RW, 0));
	return (pte_t *)(FIXMAP_ALIAS + offset_in_page(pa));
}

void fixmap_alias_done(void)
{
	arch_pt_set(fixmap_alias_slot, 0);
	arch_tlb_flush_page_local(FIXMAP_ALIAS);
}

void *early_ioremap(phys_addr_t pa, size_t size)
{
	unsigned long offset = offset_in_page(pa), va = fixmap_io_next;

	size = PAGE_ALIGN(size + offset);
	if (size > FIXMAP_IO_END - va ||
	    map_range_up_to(va, ALIGN_DOWN(pa, PAGE_SIZE), size, PT_KERNEL_DEV, 0))
		return NULL;
	fixmap_io_next = va + size;
	return (void *)(va + offset);
}

/* ---- Laying out ---- */

static void __init map_or_die(unsigned long va, phys_addr_t pa, unsigned long size, pgprot_bits_t prot)
{
	if (size && kernel_map_range(va, pa, size, prot))
		panic("paging: cannot map %#lx, %lu bytes", va, size);
}

static void __init map_image_part(const char *start, const char *end, pgprot_bits_t prot)
{
	map_or_die((unsigned long)start, __pa_symbol(start), end - start, prot);
}

static void __init map_image(void)
{
	map_image_part(_stext, _etext, PT_KERNEL_RX);
	map_image_part(_srodata, _erodata, PT_KERNEL_RO);
	map_image_part(_sroinit, _eroinit, PT_KERNEL_RW);
	map_image_part(_sinittext, _einittext, PT_KERNEL_RX);
	map_image_part(_einittext, _einit, PT_KERNEL_RW);
	map_image_part(_sdata, _end, PT_KERNEL_RW);
}

/* Map the part of [start, end) of RAM that lies in [from, to) by pages of at most @max_level. */
static void __init map_linear_part(phys_addr_t start, phys_addr_t end, phys_addr_t from, phys_addr_t to,
				   pgprot_bits_t prot, unsigned int max_level)
{
	start = max(start, from);
	end = min(end, to);
	if (start < end && map_range_up_to((unsigned long)__va(start), start, end - start, prot, max_level))
		panic("paging: cannot map RAM at %#llx, %llu bytes", start, end - start);
}

static void __init map_linear(phys_addr_t start, phys_addr_t end)
{
	unsigned int top = arch_pt_has_1g() ? 2 : 1;
	phys_addr_t ro = __pa_symbol(_stext), roinit = __pa_symbol(_sroinit);
	phys_addr_t init = __pa_symbol(_sinittext), einit = __pa_symbol(_einittext), data = __pa_symbol(_einit);

	map_linear_part(start, end, 0, ro, PT_KERNEL_RW, top);
	map_linear_part(start, end, ro, roinit, PT_KERNEL_RO, top);
	/* These change after boot: in small pages now, they need no split then. */
	map_linear_part(start, end, roinit, init, PT_KERNEL_RW, 0);
	map_linear_part(start, end, init, einit, PT_KERNEL_RO, 0);
	map_linear_part(start, end, einit, data, PT_KERNEL_RW, 0);
	map_linear_part(start, end, data, PHYS_ADDR_MAX, PT_KERNEL_RW, top);
}

/*
 * The boot code may have put its console into the fixmap window: keep the tables below that root entry.
 * Ours are added to them. They lie in the image's .bss.
 */
static void __init adopt_early_fixmap(void)
{
	phys_addr_t early_root = arch_pt_active();
	unsigned int slot = PT_INDEX(FIXMAP_START, 3);

	if (slot != PT_INDEX(IMAGE_BASE, 3) && early_root >= boot_info.kernel_start &&
	    early_root < boot_info.kernel_end)
		kernel_root[slot] = ((pte_t *)(early_root + kimage_voffset))[slot];
}

static void __init fixmap_init(void)
{
	/* Map and unmap the alias page once, so that its tables exist. */
	map_or_die(FIXMAP_ALIAS, boot_info.kernel_start & PAGE_MASK, PAGE_SIZE, PT_KERNEL_RO);
	fixmap_alias_slot = kernel_page_entry(FIXMAP_ALIAS, NULL);
	arch_pt_set(fixmap_alias_slot, 0);
}

/* The largest piece of RAM inside one GiB of addresses: the first to be mapped. */
static void __init choose_first_ram(phys_addr_t *start, phys_addr_t *end)
{
	phys_addr_t base = 0, limit;

	*start = *end = 0;
	while (memblock_next_ram(&base, &limit, PHYS_ADDR_MAX)) {
		limit = min_t(phys_addr_t, limit, ALIGN_DOWN(base, PT_LEVEL_SIZE(2)) + PT_LEVEL_SIZE(2));
		if (limit - base > *end - *start) {
			*start = base;
			*end = limit;
		}
		base = limit;
	}
}

void __init paging_init(void)
{
	phys_addr_t first, first_end, start = 0, end;

	adopt_early_fixmap();
	map_image();
	fixmap_init();
	choose_first_ram(&first, &first_end);
	map_linear(first, first_end);
	arch_pt_activate(kernel_root_pa());

	/* From here on a table can come from what is mapped. */
	pt_memblock_limit = first_end;
	for (; memblock_next_ram(&start, &end, PHYS_ADDR_MAX); start = end) {
		map_linear(start, min(end, first));
		map_linear(max(start, first_end), end);
	}
	pt_memblock_limit = 0;
}

/* ---- After boot ---- */

static void seal(char *start, char *end)
{
	int pages = (end - start) / PAGE_SIZE;

	set_memory_ro((unsigned long)start, pages);
	set_memory_ro((unsigned long)lm_alias(start), pages);
}

/*
 * Init code and data leave the image mapping, so that a stale pointer to them faults, and
 * become free memory, reached through the linear map.
 */
void free_init_memory(void)
{
	unsigned long bytes = _einit - _sinit;
	char *alias = lm_alias(_sinit);

	seal(_sroinit, _eroinit);

	kernel_unmap_range((unsigned long)_sinit, bytes);
	arch_tlb_flush_range_all((unsigned long)_sinit, (unsigned long)_einit);
	set_memory_rw((unsigned long)alias, bytes / PAGE_SIZE);
	free_reserved_area(alias, alias + bytes, -1, "unused kernel image (initmem)");
}
