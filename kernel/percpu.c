// SPDX-License-Identifier: MIT
/*
 * Per-CPU areas: one block of memory for each CPU, all laid out alike.
 *
 *      unit of one CPU, on its node:
 *      +------------------+------------------+---------------------------+
 *      | static variables | modules' static  | alloc_percpu()            |
 *      | (copy of the     | variables        |                           |
 *      |  image's section)|                  |                           |
 *      +------------------+------------------+---------------------------+
 *      0             static_bytes       dynamic_start              unit_bytes
 *
 * A per-CPU pointer is an address in an imaginary unit that begins at the image's section
 * .data..percpu; adding __per_cpu_offset[cpu] gives the CPU's own copy. Beyond the section's end
 * such a pointer is the address of unrelated data, so it must never be followed as it is.
 *
 * Modules' variables have a part of their own near the start, since their code addresses
 * them, as the kernel's own, with 32-bit displacements from the image.
 *
 * What is taken is kept in two bitmaps of 16-byte granules: "used", and "last", which marks the end of
 * each allocation so that freeing needs no size. They are static: alloc_percpu() works before any
 * other allocator, and the slab allocator begins with it.
 *
 * Lock: percpu_lock (leaf, interrupt-safe) guards the bitmaps.
 */
#include <linux/bitmap.h>
#include <linux/bug.h>
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/topology.h>
#include <arch/smp.h>
#include <asm/page.h>
#include <paddock/alloc_watch.h>
#include <paddock/init.h>
#include <paddock/isolation.h>
#include <paddock/memblock.h>
#include <paddock/percpu.h>
#include <paddock/smp.h>

#define GRANULE		16UL
#define MODULE_BYTES	(64UL << 10)
#define DYNAMIC_SMALL	(96UL << 10)		/* a machine of less than 256 MiB */
#define DYNAMIC_LARGE	(512UL << 10)
#define UNIT_MAX	(64UL << 10)		/* of static variables */
#define MAX_GRANULES	((UNIT_MAX + MODULE_BYTES + DYNAMIC_LARGE) / GRANULE)

extern char __per_cpu_start[], __per_cpu_end[];

unsigned long __per_cpu_offset[NR_CPUS] __ro_after_init;
EXPORT_SYMBOL(__per_cpu_offset);

static size_t static_bytes, dynamic_start, unit_bytes;	/* [I]; 0 until set up */
static DEFINE_RAW_SPINLOCK(percpu_lock);
static DECLARE_BITMAP(used, MAX_GRANULES);
static DECLARE_BITMAP(last, MAX_GRANULES);

/* Every possible CPU's copy at @offset. */
static void clear_copies(size_t offset, size_t bytes)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(__per_cpu_start + offset, cpu), 0, bytes);
}

/* Returns a per-CPU pointer into [from, to) of the unit, or NULL. */
static void *percpu_alloc_between(size_t size, size_t align, size_t from, size_t to)
{
	unsigned long granule, count, flags, mask;

	if (!size || size > to - from || align > PAGE_SIZE || align & (align - 1))
		return NULL;
	count = DIV_ROUND_UP(size, GRANULE);
	mask = align > GRANULE ? align / GRANULE - 1 : 0;

	raw_spin_lock_irqsave(&percpu_lock, flags);
	granule = bitmap_find_next_zero_area(used, to / GRANULE, from / GRANULE, count, mask);
	if (granule + count > to / GRANULE) {
		raw_spin_unlock_irqrestore(&percpu_lock, flags);
		return NULL;
	}
	bitmap_set(used, granule, count);
	__set_bit(granule + count - 1, last);
	raw_spin_unlock_irqrestore(&percpu_lock, flags);

	clear_copies(granule * GRANULE, count * GRANULE);
	return __per_cpu_start + granule * GRANULE;
}

void __percpu *__alloc_percpu_gfp(size_t size, size_t align, gfp_t gfp)
{
	void *p;

	if (alloc_is_watched() && oot_fails(gfp))
		return NULL;
	p = percpu_alloc_between(size, align, dynamic_start, unit_bytes);
	if (!p && !(gfp & __GFP_NOWARN))
		pr_warn_once("percpu: allocation failed, size=%zu align=%zu, %zu bytes free\n", size, align,
			     percpu_free_bytes());
	return p;
}
EXPORT_SYMBOL_GPL(__alloc_percpu_gfp);

void __percpu *__alloc_percpu(size_t size, size_t align)
{
	return __alloc_percpu_gfp(size, align, GFP_KERNEL);
}
EXPORT_SYMBOL_GPL(__alloc_percpu);

void free_percpu(void __percpu *ptr)
{
	unsigned long first, end, flags;
	size_t offset = (char *)ptr - __per_cpu_start;

	if (!ptr)
		return;
	if (WARN_ON(offset < static_bytes || offset >= unit_bytes || offset % GRANULE))
		return;
	first = offset / GRANULE;

	raw_spin_lock_irqsave(&percpu_lock, flags);
	/* An allocation begins where the granule before is free or ends another one. */
	if (WARN_ON(!test_bit(first, used) || (test_bit(first - 1, used) && !test_bit(first - 1, last))))
		goto unlock;
	end = find_next_bit(last, unit_bytes / GRANULE, first);
	__clear_bit(end, last);
	bitmap_clear(used, first, end - first + 1);
unlock:
	raw_spin_unlock_irqrestore(&percpu_lock, flags);
}
EXPORT_SYMBOL_GPL(free_percpu);

void __percpu *percpu_alloc_module(size_t size, size_t align)
{
	return percpu_alloc_between(size, align, ALIGN(static_bytes, GRANULE), dynamic_start);
}

void percpu_free_module(void __percpu *ptr)
{
	free_percpu(ptr);
}

size_t percpu_unit_size(void)
{
	return unit_bytes;
}

size_t percpu_free_bytes(void)
{
	return (unit_bytes - dynamic_start) -
	       (bitmap_weight(used, unit_bytes / GRANULE) - bitmap_weight(used, dynamic_start / GRANULE)) * GRANULE;
}

bool is_kernel_percpu_address(unsigned long addr)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		if (addr - ((unsigned long)__per_cpu_start + per_cpu_offset(cpu)) < static_bytes)
			return true;
	return false;
}

/*
 * From here on CPU 0 uses a copy like the others; the image's section stays as the template, with
 * what the boot CPU changed in it until now (CPU 0 only had cpu_number 0 and its own current).
 */
void __init setup_per_cpu_areas(void)
{
	unsigned int cpu;
	size_t page_mask = PAGE_SIZE - 1;

	smp_find_possible_cpus();

	static_bytes = __per_cpu_end - __per_cpu_start;
	BUG_ON(static_bytes > UNIT_MAX);
	dynamic_start = ALIGN(static_bytes, GRANULE) + MODULE_BYTES;
	unit_bytes = dynamic_start + (memblock_ram_bytes() < (256UL << 20) ? DYNAMIC_SMALL : DYNAMIC_LARGE);
	unit_bytes = (unit_bytes + page_mask) & ~page_mask;
	bitmap_set(used, 0, DIV_ROUND_UP(static_bytes, GRANULE));
	__set_bit(DIV_ROUND_UP(static_bytes, GRANULE) - 1, last);

	for_each_possible_cpu(cpu) {
		char *unit = memblock_alloc_node(unit_bytes, PAGE_SIZE, cpu_to_node(cpu));

		memcpy(unit, __per_cpu_start, static_bytes);
		__per_cpu_offset[cpu] = unit - __per_cpu_start;
		per_cpu(cpu_number, cpu) = cpu;
		per_cpu(numa_node, cpu) = cpu_to_node(cpu);
	}
	arch_set_percpu_offset(__per_cpu_offset[0]);
}
