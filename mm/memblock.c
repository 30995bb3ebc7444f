// SPDX-License-Identifier: MIT
/*
 * Memory before the page allocator.
 *
 * Two lists of physical ranges, each sorted by address and free of overlaps:
 *
 *   ram       what there is. Firmware's word, made sane: rounded in to whole pages, cut at the CPU's
 *             physical width and at mem=, overlaps merged. Where firmware calls the same bytes RAM and
 *             something else, they are not RAM. What the loader has filled (image, initramfs) is RAM for sure.
 *   reserved  what of it is taken: image, initramfs, device tree, tables, everything handed out here.
 *
 *   ram       [--------------------]      [-----------------------------]
 *   reserved  [##]    [####]                                [#####][####]
 *   free          ....      ........      ..................
 *
 * Allocation takes the highest free place that fits: low memory is scarce on machines with much, and boot-time
 * memory stays in one heap at the end, away from what KFENCE wants in GiB-aligned GiB's.
 *
 * A third list says which range is on which node; it is only asked, never allocated from.
 *
 * The boot CPU alone changes the lists, before buddy_init(). After it they are read by section_open().
 */
#include <linux/align.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/numa.h>
#include <linux/pfn.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <arch/boot.h>
#include <arch/paging.h>
#include <paddock/init.h>
#include <paddock/memblock.h>
#include <paddock/numa.h>

#define MAX_RANGES	256
#define MAX_BITS	46u		/* of a physical address: what linear map and vmemmap reach */

struct range {
	phys_addr_t base, end;		/* [base, end), page-aligned */
	int node;			/* nodes list only */
};

struct range_list {
	const char *name;
	unsigned int count;
	struct range ranges[MAX_RANGES];
};

static struct range_list ram = { .name = "RAM" };
static struct range_list reserved = { .name = "reserved" };
static struct range_list nodes = { .name = "NUMA" };

static phys_addr_t mem_limit = PHYS_ADDR_MAX;	/* mem=: use this much RAM, from the lowest address up */

unsigned long kimage_voffset;

extern char _start_image[];

/* ---- Lists of ranges ---- */

static void range_delete(struct range_list *list, unsigned int i)
{
	list->count--;
	memmove(&list->ranges[i], &list->ranges[i + 1], (list->count - i) * sizeof(list->ranges[0]));
}

/* Room for one more at @i. A full list is survived by forgetting the range, loudly. */
static bool range_insert(struct range_list *list, unsigned int i, phys_addr_t base, phys_addr_t end, int node)
{
	if (list->count == MAX_RANGES) {
		pr_err("memblock: more than %d %s ranges; [mem %#018llx-%#018llx] is forgotten\n", MAX_RANGES,
		       list->name, base, end - 1);
		return false;
	}
	memmove(&list->ranges[i + 1], &list->ranges[i], (list->count - i) * sizeof(list->ranges[0]));
	list->ranges[i] = (struct range){ base, end, node };
	list->count++;
	return true;
}

/* Merge [base, end) into the list. Returns: it overlapped what was there. */
static bool range_add(struct range_list *list, phys_addr_t base, phys_addr_t end)
{
	unsigned int i = 0;
	bool overlapped = false;

	while (i < list->count && list->ranges[i].end < base)
		i++;
	/* Swallow all that touch it. */
	while (i < list->count && list->ranges[i].base <= end) {
		const struct range *r = &list->ranges[i];

		overlapped |= r->base < end && base < r->end;
		base = min(base, r->base);
		end = max(end, r->end);
		range_delete(list, i);
	}
	range_insert(list, i, base, end, 0);
	return overlapped;
}

/* Cut [base, end) out of the list. Returns: bytes that were cut. */
static phys_addr_t range_remove(struct range_list *list, phys_addr_t base, phys_addr_t end)
{
	phys_addr_t cut = 0;
	unsigned int i = 0;

	while (i < list->count && list->ranges[i].base < end) {
		struct range r = list->ranges[i];

		if (r.end <= base) {
			i++;
			continue;
		}
		cut += min(r.end, end) - max(r.base, base);
		range_delete(list, i);
		if (r.base < base)
			range_insert(list, i++, r.base, base, r.node);
		if (r.end > end)
			range_insert(list, i++, end, r.end, r.node);
	}
	return cut;
}

static const struct range *range_find(const struct range_list *list, phys_addr_t pa)
{
	for (unsigned int i = 0; i < list->count; i++)
		if (list->ranges[i].base <= pa && pa < list->ranges[i].end)
			return &list->ranges[i];
	return NULL;
}

static phys_addr_t range_bytes(const struct range_list *list)
{
	phys_addr_t sum = 0;

	for (unsigned int i = 0; i < list->count; i++)
		sum += list->ranges[i].end - list->ranges[i].base;
	return sum;
}

/* ---- Firmware's word ---- */

static int __init mem_option(char *text)
{
	phys_addr_t bytes = text ? memparse(text, &text) : 0;

	if (!bytes) {
		pr_warn("mem=: not a size, ignored\n");
		return -EINVAL;
	}
	mem_limit = ALIGN_DOWN(bytes, PAGE_SIZE);
	return 0;
}
early_param("mem", mem_option);

static phys_addr_t __init reachable_top(void)
{
	return 1ULL << min(arch_phys_bits(), MAX_BITS);
}

/* One range of firmware's, as [*base, *end) in bytes. Returns: false when nothing usable is left. */
static bool __init trim_firmware_range(const struct boot_range *r, phys_addr_t *base, phys_addr_t *end)
{
	phys_addr_t top = reachable_top();

	*base = r->base;
	*end = r->base + r->size;
	if (*end < *base)		/* wraps */
		*end = PHYS_ADDR_MAX;
	if (*end > top) {
		if (r->type == BOOT_RAM)
			pr_warn("memblock: [mem %#018llx-%#018llx] exceeds the %s %u physical bits, cut\n", *base, *end - 1,
				arch_phys_bits() > MAX_BITS ? "linear map's" : "CPU's", min(arch_phys_bits(), MAX_BITS));
		*end = top;
	}
	return *base < *end;
}

static void __init add_firmware_ram(const struct boot_range *r)
{
	phys_addr_t base, end;

	if (!trim_firmware_range(r, &base, &end))
		return;
	if (!PAGE_ALIGNED(base) || !PAGE_ALIGNED(end))
		pr_info("memblock: [mem %#018llx-%#018llx] is not of whole pages, trimmed\n", base, end - 1);
	base = ALIGN(base, PAGE_SIZE);
	end = ALIGN_DOWN(end, PAGE_SIZE);
	if (base < end && range_add(&ram, base, end))
		pr_warn("memblock: [mem %#018llx-%#018llx] overlaps other RAM, merged\n", base, end - 1);
}

/* What firmware says is not ours is not, even where it says RAM as well. */
static void __init remove_firmware_reserved(const struct boot_range *r)
{
	phys_addr_t base, end;

	if (r->type == BOOT_RAM || !trim_firmware_range(r, &base, &end))
		return;
	base = ALIGN_DOWN(base, PAGE_SIZE);
	end = ALIGN(end, PAGE_SIZE);
	if (range_remove(&ram, base, end))
		pr_info("memblock: [mem %#018llx-%#018llx] is both RAM and reserved, not used\n", base, end - 1);
}

/* mem=: keep the lowest ranges that add up to it. */
static void __init apply_mem_limit(void)
{
	phys_addr_t left = mem_limit;

	if (range_bytes(&ram) <= left)
		return;
	for (unsigned int i = 0; i < ram.count; i++) {
		struct range *r = &ram.ranges[i];
		phys_addr_t size = r->end - r->base;

		if (size >= left) {
			r->end = r->base + left;
			ram.count = left ? i + 1 : i;
			break;
		}
		left -= size;
	}
	pr_info("memblock: mem=%lluK\n", mem_limit >> 10);
}

/* @what runs, or was put there by the loader: it is RAM, and taken, whatever the map (or mem=) says. */
static void __init keep_loaded(const char *what, phys_addr_t base, phys_addr_t size)
{
	phys_addr_t start = ALIGN_DOWN(base, PAGE_SIZE), end = ALIGN(base + size, PAGE_SIZE);
	const struct range *r = range_find(&ram, start);

	if (!size)
		return;
	if (!r || r->end < end) {
		pr_warn("memblock: [mem %#018llx-%#018llx] is not RAM by the memory map, but the %s lies there; kept\n",
			base, base + size - 1, what);
		range_add(&ram, start, end);
	}
	memblock_reserve(base, size);
}

/* An initramfs at an address that cannot be one, or where the kernel is, is none. */
static void __init check_initrd(struct boot_info *bi)
{
	phys_addr_t end = bi->initrd_start + bi->initrd_size;

	if (!bi->initrd_size || (end > bi->initrd_start && end <= reachable_top() &&
				 (end <= bi->kernel_start || bi->initrd_start >= bi->kernel_end)))
		return;
	pr_err("memblock: initramfs of %llu bytes at %#llx cannot be there, not used\n", bi->initrd_size,
	       bi->initrd_start);
	bi->initrd_size = 0;
}

void __init memblock_init(void)
{
	struct boot_info *bi = &boot_info;

	kimage_voffset = (unsigned long)_start_image - bi->kernel_start;

	if (bi->ranges_cut)
		pr_warn("memblock: firmware names more than %u memory ranges, the rest is not used\n",
			BOOT_MAX_RANGES);
	for (unsigned int i = 0; i < bi->nr_ranges; i++)
		if (bi->ranges[i].type == BOOT_RAM)
			add_firmware_ram(&bi->ranges[i]);
	for (unsigned int i = 0; i < bi->nr_ranges; i++)
		remove_firmware_reserved(&bi->ranges[i]);
	apply_mem_limit();
	if (!ram.count)
		panic("memblock: firmware names no usable RAM");

	/* Frame 0: its physical address would read as "no memory"; and firmware's tables lie there. */
	memblock_reserve(0, PAGE_SIZE);
	keep_loaded("kernel", bi->kernel_start, bi->kernel_end - bi->kernel_start);
	check_initrd(bi);
	keep_loaded("initramfs", bi->initrd_start, bi->initrd_size);
	memblock_reserve(bi->dtb, bi->dtb_size);

	max_pfn = PHYS_PFN(memblock_end_of_ram());
	linear_bytes = PFN_PHYS(max_pfn);
	high_memory = __va(linear_bytes);
}

/* ---- Reserving and allocating ---- */

void memblock_reserve(phys_addr_t base, phys_addr_t size)
{
	if (size && base + size > base)
		range_add(&reserved, ALIGN_DOWN(base, PAGE_SIZE), ALIGN(base + size, PAGE_SIZE));
}

bool memblock_next_ram(phys_addr_t *start, phys_addr_t *end, phys_addr_t limit)
{
	for (unsigned int i = 0; i < ram.count; i++) {
		const struct range *r = &ram.ranges[i];

		if (r->end <= *start)
			continue;
		if (max(*start, r->base) >= limit)	/* the limit may lie inside a range */
			return false;
		*start = max(*start, r->base);
		*end = min(limit, r->end);
		return true;
	}
	return false;
}

bool memblock_next_free(phys_addr_t *start, phys_addr_t *end, phys_addr_t limit)
{
	unsigned int i = 0;

	while (memblock_next_ram(start, end, limit)) {
		/* The first reserved range that ends behind *start cuts, or contains, what we found. */
		while (i < reserved.count && reserved.ranges[i].end <= *start)
			i++;
		if (i == reserved.count || reserved.ranges[i].base >= *end)
			return true;
		if (reserved.ranges[i].base > *start) {
			*end = reserved.ranges[i].base;
			return true;
		}
		*start = reserved.ranges[i].end;
		if (*start >= limit)
			return false;
	}
	return false;
}

/* Highest place for @size in the free part of [start, limit); 0: none. */
static phys_addr_t find_highest(phys_addr_t start, phys_addr_t limit, phys_addr_t size, phys_addr_t align)
{
	phys_addr_t end, best = 0;

	for (; memblock_next_free(&start, &end, limit); start = end) {
		phys_addr_t pa = ALIGN_DOWN(end - size, align);

		if (end - start >= size && pa >= start)
			best = pa;
	}
	return best;
}

phys_addr_t memblock_alloc_phys(phys_addr_t size, phys_addr_t align, phys_addr_t limit, int node)
{
	phys_addr_t pa = 0;

	size = ALIGN(size, PAGE_SIZE);
	align = max_t(phys_addr_t, align, PAGE_SIZE);
	if (!limit)
		limit = PHYS_ADDR_MAX;
	for (unsigned int i = 0; node != NUMA_NO_NODE && i < nodes.count; i++) {
		const struct range *r = &nodes.ranges[i];

		if (r->node == node && r->base < limit)
			pa = max(pa, find_highest(r->base, min(limit, r->end), size, align));
	}
	if (!pa)
		pa = find_highest(0, limit, size, align);
	if (pa)
		memblock_reserve(pa, size);
	return pa;
}

void *memblock_alloc_node(size_t size, size_t align, int node)
{
	/* Small things share pages, so that a hundred of them do not take a hundred. */
	static char *spare;
	static size_t spare_bytes;
	phys_addr_t pa;
	char *p;

	if (size < PAGE_SIZE / 2 && align < PAGE_SIZE / 2 && node == NUMA_NO_NODE) {
		p = PTR_ALIGN(spare, align);
		if (spare && p + size <= spare + spare_bytes) {
			spare_bytes -= p + size - spare;
			spare = p + size;
			return p;
		}
	}
	pa = memblock_alloc_phys(size, align, 0, node);
	if (!pa)
		panic("memblock: no room for %zu bytes", size);
	p = __va(pa);
	memset(p, 0, ALIGN(size, PAGE_SIZE));
	if (size < PAGE_SIZE / 2 && node == NUMA_NO_NODE) {
		spare = p + size;
		spare_bytes = PAGE_SIZE - size;
	}
	return p;
}

void *memblock_alloc(size_t size, size_t align)
{
	return memblock_alloc_node(size, align, NUMA_NO_NODE);
}

/* ---- Questions ---- */

bool memblock_is_ram(phys_addr_t pa)
{
	return range_find(&ram, pa);
}

phys_addr_t memblock_end_of_ram(void)
{
	return ram.ranges[ram.count - 1].end;
}

phys_addr_t memblock_ram_bytes(void)
{
	return range_bytes(&ram);
}

phys_addr_t memblock_reserved_bytes(void)
{
	phys_addr_t free = 0, start = 0, end;

	for (; memblock_next_free(&start, &end, PHYS_ADDR_MAX); start = end)
		free += end - start;
	return range_bytes(&ram) - free;
}

int memblock_node_of(phys_addr_t pa)
{
	const struct range *r = range_find(&nodes, pa);

	return r ? r->node : 0;
}

/* ---- NUMA, as far as memory is concerned; CPUs and distances: mm/numa.c ---- */

int numa_add_memory(int node, phys_addr_t base, phys_addr_t size)
{
	phys_addr_t end = base + size;
	unsigned int i = 0;

	if (node < 0 || node >= MAX_NUMNODES || end <= base) {
		pr_warn("numa: node %d [mem %#018llx-%#018llx] makes no sense, ignored\n", node, base, end - 1);
		return -EINVAL;
	}
	/* The first who claims an address has it. */
	while (i < nodes.count && nodes.ranges[i].base < end) {
		const struct range *r = &nodes.ranges[i++];

		if (base < r->end && r->node != node) {
			pr_warn("numa: node %d [mem %#018llx-%#018llx] overlaps node %d, ignored\n", node, base,
				end - 1, r->node);
			return -EINVAL;
		}
	}
	for (i = 0; i < nodes.count && nodes.ranges[i].base < base;)
		i++;
	return range_insert(&nodes, i, base, end, node) ? 0 : -ENOSPC;
}
