// SPDX-License-Identifier: MIT
/*
 * A write to sealed memory: who did it, to what, and whose that is.
 *
 * Comes from the fault handler, with whatever locks the culprit holds. So nothing here allocates or waits; records are in
 * the vault, which can be read at any time. The write has not happened, and will not: the thread is ended.
 *
 * The address may be the pool's own (vmalloc), or the linear map's alias of the frame: what is told is the same, and
 * the alias is said to be one.
 */
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <arch/trap.h>
#include <paddock/pgtable.h>
#include "../fault_access.h"
#include "pmalloc.h"

#define BAR "==================================================================\n"
#define REPORT_FRAMES 32

static bool is_function_of(unsigned long pc, const char *const *prefixes)
{
	char name[KSYM_NAME_LEN];
	char *modname = NULL;
	const char *fn = kallsyms_lookup(pc, NULL, NULL, &modname, name);

	for (; fn && !modname && *prefixes; prefixes++)
		if (!strncmp(fn, *prefixes, strlen(*prefixes)))
			return true;
	return false;
}

/* Who is to blame: memset() does what it is told. */
static unsigned long culprit(const unsigned long *entries, unsigned int nr)
{
	static const char *const tools[] = { "mem", "fill", "copy", "str", "kernel_strscpy", NULL };
	unsigned int i = 0;

	while (i + 1 < nr && is_function_of(entries[i], tools))
		i++;
	return nr ? entries[i] : 0;
}

/* Allocation stacks begin with pmalloc's own functions: shown is what is above them. */
static bool is_own_frame(unsigned long entry)
{
	static const char *const own[] = { "save_stack", "alloc_", "pmalloc", "pzalloc", "pstrdup", "__kmalloc_sealed", NULL };

	return is_function_of(entry - 1, own);
}

/* A pool is often filled by its owner's init function, whose code, and name, are gone afterwards. */
static void print_entry(unsigned long entry, const struct pmalloc_pool *pool)
{
	if (entry >= MODULES_START && entry < MODULES_END && !__module_text_address(entry))
		printk(" 0x%lx [init code of %s, freed]\n", entry, pool->owner_name);
	else
		stack_trace_print(&entry, 1, 0);
}

static void print_allocation(depot_stack_handle_t handle, const struct pmalloc_pool *pool)
{
	unsigned long *entries;
	unsigned int nr = stack_depot_fetch(handle, &entries), i = 0;

	printk("\nallocated at:\n");
	while (i < nr && is_own_frame(entries[i]))
		i++;
	if (i == nr)
		printk(" no allocation stack\n");
	for (; i < nr; i++)
		print_entry(entries[i], pool);
}

static void print_pool(const struct pmalloc_pool *pool)
{
	printk("pool \"%s\", mode %s, owner %s%s\n", pool->name, pm_mode_names[pool->mode], pool->owner_name,
	       pool->owner_gone ? " (gone)" : "");
}

/* What of pmalloc's own records @addr, a linear-map address, belongs to. */
static void print_record(unsigned long addr, u32 owner)
{
	const struct pmalloc_pool *pool;

	if (owner == FRAME_TABLE) {
		printk("pmalloc's own records: which frame is whose\n");
		return;
	}
	for_each_pool(pool) {
		bool hit = addr - (unsigned long)pool < sizeof(*pool);

		for (const struct pm_chunk *chunk = pool->chunks; chunk && !hit; chunk = chunk->next) {
			hit = addr - (unsigned long)chunk < sizeof(*chunk) ||
				(chunk->bitmap && addr - (unsigned long)chunk->bitmap < chunk->nr_pages * PM_UNIT);
			for (const struct pm_runs *runs = chunk->runs; runs && !hit; runs = runs->next)
				hit = addr - (unsigned long)runs < sizeof(*runs);
		}
		if (!hit)
			continue;
		printk("pmalloc's own records: %s of\n",
		       addr - (unsigned long)pool < sizeof(*pool) ? "the descriptor" : "the page lists");
		print_pool(pool);
		return;
	}
	printk("pmalloc's own records\n");
}

/* @pool_addr: where the pool itself has the byte. */
static void print_sealed_page(struct pt_regs *regs, unsigned long addr, unsigned long pool_addr,
			      const struct pm_chunk *chunk)
{
	struct pm_object object;
	bool found = object_at(pool_addr, &object);
	char where[40] = "";

	print_pool(chunk->pool);
	if (found) {
		printk("object 0x%lx-0x%lx, size=%lu", object.start, object.start + object.size - 1, object.size);
		if (object.of > 1)
			printk(KERN_CONT ", number %u of %u alike", object.nth + 1, object.of);
		printk(KERN_CONT "\n");
	} else {
		printk("no object: %s\n", pool_addr - chunk->va >= (unsigned long)chunk->nr_pages * PAGE_SIZE ?
		       "the pool's bitmap" : "unused bytes of a sealed page");
	}
	if (found)
		snprintf(where, sizeof(where), " at offset %lu", pool_addr - object.start);
	print_access(regs, addr, true, where);
	if (found)
		print_allocation(object.stack, chunk->pool);
}

/* Data of a module that is not a pool's, but sealed after init, with pages of its own. */
static void report_range(struct pt_regs *regs, unsigned long addr, const struct pm_range *range)
{
	unsigned long entries[REPORT_FRAMES];
	unsigned int nr = stack_trace_save_regs(regs, entries, REPORT_FRAMES, 0);

	pr_err(BAR);
	pr_err("BUG: pmalloc: write to sealed memory in %pS\n\n", (void *)culprit(entries, nr));
	pr_err("Write at 0x%px (%pS):\n", (void *)addr, (void *)addr);
	stack_trace_print(entries, nr, 0);
	pr_err("\n__wr_after_init data of %s: wr_assign() and its kin may change it\n",
	       range ? module_name(range->owner) : "the kernel");
	print_access(regs, addr, true, "");
	pr_err("\n");
	dump_stack_print_info(KERN_ERR);
	pr_err(BAR);
}

static void report(struct pt_regs *regs, unsigned long addr, const struct pm_frame *frame)
{
	const struct pm_chunk *chunk = chunk_of_frame(frame);
	bool is_alias = addr >= PAGE_OFFSET && addr < LINEAR_END;
	unsigned long entries[REPORT_FRAMES], pool_addr = addr;
	unsigned int nr = stack_trace_save_regs(regs, entries, REPORT_FRAMES, 0);

	if (chunk && is_alias)
		pool_addr = chunk->va + (unsigned long)frame->index * PAGE_SIZE + offset_in_page(addr);
	pr_err(BAR);
	pr_err("BUG: pmalloc: write to sealed memory in %pS\n\n", (void *)culprit(entries, nr));
	if (chunk && is_alias)
		pr_err("Write at 0x%px (the linear map's alias of 0x%px):\n", (void *)addr, (void *)pool_addr);
	else
		pr_err("Write at 0x%px:\n", (void *)addr);
	stack_trace_print(entries, nr, 0);
	pr_err("\n");
	if (chunk) {
		print_sealed_page(regs, addr, pool_addr, chunk);
	} else {
		print_record(addr, frame->owner);
		print_access(regs, addr, true, "");
	}
	pr_err("\n");
	dump_stack_print_info(KERN_ERR);
	pr_err(BAR);
}

bool pmalloc_handle_fault(struct pt_regs *regs, const struct fault_info *fault)
{
	const struct pm_range *range = NULL;
	const struct pm_frame *frame;
	unsigned long flags;

	if (!fault->write || !fault->present || !pm_root)
		return false;
	frame = frame_at(fault->addr);
	if (frame ? frame->owner == FRAME_FREE : !range_has(fault->addr, 1, &range))
		return false;
	printk_cpu_sync_get_irqsave(flags);
	if (frame)
		report(regs, fault->addr, frame);
	else
		report_range(regs, fault->addr, range);
	printk_cpu_sync_put_irqrestore(flags);
	add_taint(TAINT_BAD_PAGE, LOCKDEP_STILL_OK);
	if (pm_fault_action() == PM_FAULT_PANIC)
		panic("pmalloc.fault=panic set");
	die("pmalloc: write to sealed memory", regs, fault->code);
}
