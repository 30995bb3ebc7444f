// SPDX-License-Identifier: MIT
/*
 * Looks at the whole tree: what is mapped, by how large pages, writable and executable, read-only here and writable there.
 */
#include <linux/align.h>
#include <linux/bug.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <asm/sections.h>
#include <paddock/memblock.h>
#include <paddock/pgtable.h>
#include "pgtable.h"

struct walk_run {
	void (*fn)(void *ctx, unsigned long va, unsigned long size, pgprot_bits_t prot, unsigned int level);
	void *ctx;
	unsigned long va, size;
	pgprot_bits_t prot;
	unsigned int level;
};

static void run_end(struct walk_run *run)
{
	if (run->size)
		run->fn(run->ctx, run->va, run->size, run->prot, run->level);
	run->size = 0;
}

static void run_leaf(struct walk_run *run, unsigned long va, pte_t e, unsigned int level)
{
	pgprot_bits_t prot = arch_pt_prot(e, level);

	if (run->size && (run->va + run->size != va || run->prot != prot || run->level != level))
		run_end(run);
	if (!run->size) {
		run->va = va;
		run->prot = prot;
		run->level = level;
	}
	run->size += PT_LEVEL_SIZE(level);
}

static void walk_table(struct walk_run *run, pte_t *table, unsigned int level, unsigned long base,
		       unsigned long start, unsigned long end)
{
	for (unsigned int i = 0; i < PT_ENTRIES; i++) {
		unsigned long va = base + i * PT_LEVEL_SIZE(level);
		pte_t e = table[i];

		/* "last" addresses: the end of the address space does not fit. */
		if (va + PT_LEVEL_SIZE(level) - 1 < start || va > end - 1)
			continue;
		if (arch_pt_is_leaf(e, level))
			run_leaf(run, va, e, level);
		else if (arch_pt_is_table(e, level))
			walk_table(run, table_va(arch_pt_pa(e, level)), level - 1, va, start, end);
	}
}

void kernel_walk(unsigned long start, unsigned long end,
		 void (*fn)(void *ctx, unsigned long va, unsigned long size, pgprot_bits_t prot,
			    unsigned int level),
		 void *ctx)
{
	struct walk_run run = { .fn = fn, .ctx = ctx };

	rcu_read_lock();
	for (unsigned int i = PT_INDEX(PAGE_OFFSET, 3); i < PT_ENTRIES; i++) {
		unsigned long va = ~0UL << 48 | (unsigned long)i << PT_LEVEL_SHIFT(3);
		pte_t e = kernel_root[i];

		if (va + PT_LEVEL_SIZE(3) - 1 >= start && va <= end - 1 && arch_pt_is_table(e, 3))
			walk_table(&run, table_va(arch_pt_pa(e, 3)), 2, va, start, end);
	}
	run_end(&run);
	rcu_read_unlock();
}

static void leaves_of(pte_t *table, unsigned int level, unsigned long base, unsigned long start, unsigned long end,
		      void (*fn)(void *ctx, unsigned long va, pte_t e, unsigned int level), void *ctx)
{
	for (unsigned int i = 0; i < PT_ENTRIES; i++) {
		unsigned long va = base + i * PT_LEVEL_SIZE(level);
		pte_t e = READ_ONCE(table[i]);

		if (va + PT_LEVEL_SIZE(level) - 1 < start || va > end - 1)
			continue;
		if (arch_pt_is_leaf(e, level))
			fn(ctx, va, e, level);
		else if (arch_pt_is_table(e, level))
			leaves_of(table_va(arch_pt_pa(e, level)), level - 1, va, start, end, fn, ctx);
	}
}

void kernel_for_each_leaf(unsigned long start, unsigned long end,
			  void (*fn)(void *ctx, unsigned long va, pte_t e, unsigned int level), void *ctx)
{
	for (unsigned int i = PT_INDEX(PAGE_OFFSET, 3); i < PT_ENTRIES; i++) {
		unsigned long va = ~0UL << 48 | (unsigned long)i << PT_LEVEL_SHIFT(3);
		pte_t e = kernel_root[i];

		if (va + PT_LEVEL_SIZE(3) - 1 >= start && va <= end - 1 && arch_pt_is_table(e, 3))
			leaves_of(table_va(arch_pt_pa(e, 3)), 2, va, start, end, fn, ctx);
	}
}

static void count_direct_map(void *ctx, unsigned long va, unsigned long size, pgprot_bits_t prot,
			     unsigned int level)
{
	unsigned long *bytes = ctx;

	bytes[level] += size;
}

void kernel_direct_map_bytes(unsigned long *by_4k, unsigned long *by_2m, unsigned long *by_1g)
{
	unsigned long bytes[3] = { 0 };

	kernel_walk(PAGE_OFFSET, PAGE_OFFSET + linear_bytes, count_direct_map, bytes);
	*by_4k = bytes[0];
	*by_2m = bytes[1];
	*by_1g = bytes[2];
}

struct wx_count {
	bool report;
	unsigned long pages;
};

static void count_wx(void *ctx, unsigned long va, unsigned long size, pgprot_bits_t prot, unsigned int level)
{
	struct wx_count *wx = ctx;

	if ((prot & (PT_PRESENT | PT_WRITE | PT_EXEC)) != (PT_PRESENT | PT_WRITE | PT_EXEC))
		return;
	wx->pages += size / PAGE_SIZE;
	if (wx->report)
		pr_warn("pgtable: %#lx-%#lx is writable and executable\n", va, va + size - 1);
}

unsigned long kernel_count_wx(bool report)
{
	struct wx_count wx = { .report = report };

	kernel_walk(PAGE_OFFSET, ~0UL, count_wx, &wx);
	return wx.pages;
}

/* ---- Read-only here, writable there? ---- */

static void count_alias(void *ctx, unsigned long va, unsigned long size, pgprot_bits_t prot, unsigned int level)
{
	struct wx_count *count = ctx;

	if ((prot & (PT_PRESENT | PT_WRITE)) != PT_PRESENT)
		return;
	for (unsigned long end = va + size; va < end; va += PAGE_SIZE) {
		phys_addr_t pa = kernel_va_to_pa(va);
		unsigned int alias_level;
		pte_t *alias = memblock_is_ram(pa) ? kernel_page_entry((unsigned long)__va(pa), &alias_level) : NULL;

		if (!alias || (arch_pt_prot(*alias, alias_level) & (PT_PRESENT | PT_WRITE)) != (PT_PRESENT | PT_WRITE))
			continue;
		count->pages++;
		if (count->report)
			pr_warn("pgtable: %#lx is read-only, and writable as %#lx\n", va, (unsigned long)__va(pa));
	}
}

unsigned long kernel_count_writable_aliases(bool report)
{
	struct wx_count count = { .report = report };

	kernel_walk(MODULES_START, MODULES_END, count_alias, &count);
	kernel_walk((unsigned long)_stext & PAGE_MASK, PAGE_ALIGN((unsigned long)__bss_stop), count_alias, &count);
	return count.pages;
}

unsigned long virt_to_phys_checked(unsigned long va)
{
	if (va >= PAGE_OFFSET && va < LINEAR_END)
		return va - PAGE_OFFSET;
	WARN(1, "virt_to_phys used for non-linear address: %pS (%#lx)\n", (void *)va, va);
	/* What the caller wanted, as far as can be told. */
	return kernel_va_to_pa(va);
}
EXPORT_SYMBOL(virt_to_phys_checked);
