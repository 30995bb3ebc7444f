// SPDX-License-Identifier: MIT
/*
 * The window: how sealed memory is written all the same.
 *
 * Each CPU has a root of page tables of its own, whose lower half maps one page, or none:
 *
 *	kernel half ──── the kernel's own tables, as always ────┐
 *	                                                        ├── this CPU's private root
 *	lower half  ──── l2 ── l1 ── l0 ── [ one entry ] ───────┘
 *
 * A write masks interrupts, makes the entry point at the frame, walks the private root, stores, and undoes all of it.
 * The alias exists for these instructions only, and in this CPU's translation alone: no other CPU, no thread
 * and no interrupt handler can write through it. No mapping that others have changes, so nothing is shot down.
 *
 * Invariant: what runs while the window is open touches nothing that could fault: this file's stack, the source (which
 *            callers have made sure of, or copied to their stack), and the window.
 * Context: any but NMI, whose handler could find the window open under it. It never nests: interrupts are masked.
 */
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/cpumask.h>
#include <linux/string.h>
#include <arch/paging.h>
#include <paddock/pgtable.h>
#include "pmalloc.h"

#define WINDOW_VA	0x00005ea100000000UL	/* any page-aligned address of the lower half */

/* Sealed after boot: a false slot would be a write to anywhere. */
static struct window {
	phys_addr_t root_pa;
	pte_t *slot;			/* its one entry */
} windows[NR_CPUS] __ro_after_init;

/* kernel_root_changes as of when the root took them over; a false number costs time. */
static DEFINE_PER_CPU(unsigned long, root_changes);

/* A chain of tables down to the last level. */
static int window_create(struct window *w, unsigned long *changes)
{
	pte_t *root = pt_page_alloc(), *table = root;

	if (!root)
		return -ENOMEM;
	for (unsigned int level = PT_LEVELS - 1; level > 0; level--) {
		pte_t *next = pt_page_alloc();

		if (!next)
			return -ENOMEM;	/* at boot: the caller gives up pmalloc altogether */
		arch_pt_set(&table[PT_INDEX(WINDOW_VA, level)], arch_pt_table(kernel_va_to_pa((unsigned long)next)));
		table = next;
	}
	w->root_pa = kernel_va_to_pa((unsigned long)root);
	w->slot = &table[PT_INDEX(WINDOW_VA, 0)];
	*changes = smp_load_acquire(&kernel_root_changes);
	arch_private_root_init(w->root_pa);
	return 0;
}

int window_init(void)
{
	unsigned int cpu;
	int err = 0;

	for_each_possible_cpu(cpu)
		err = err ?: window_create(&windows[cpu], per_cpu_ptr(&root_changes, cpu));
	return err;
}

/* An aligned word is one store, so that others see the old or the new one; the rest goes by bytes. */
static __always_inline void store(void *dst, const void *src, size_t n)
{
	while (n) {
		if (n >= 8 && !((unsigned long)dst & 7)) {
			do {
				u64 word;

				__builtin_memcpy(&word, src, 8);
				*(volatile u64 *)dst = word;
				dst += 8;
				src += 8;
				n -= 8;
			} while (n >= 8);
		} else if (n >= 4 && !((unsigned long)dst & 3)) {
			u32 word;

			__builtin_memcpy(&word, src, 4);
			*(volatile u32 *)dst = word;
			dst += 4;
			src += 4;
			n -= 4;
		} else if (n >= 2 && !((unsigned long)dst & 1)) {
			u16 word;

			__builtin_memcpy(&word, src, 2);
			*(volatile u16 *)dst = word;
			dst += 2;
			src += 2;
			n -= 2;
		} else {
			*(volatile u8 *)dst = *(const u8 *)src;
			dst++;
			src++;
			n--;
		}
	}
}

void window_write(phys_addr_t pa, const void *src, size_t n)
{
	void *dst = (void *)(WINDOW_VA + offset_in_page(pa));
	unsigned long flags;
	const struct window *w;

	local_irq_save(flags);
	w = &windows[smp_processor_id() % NR_CPUS];
	if (unlikely(this_cpu_read(root_changes) != READ_ONCE(kernel_root_changes))) {
		this_cpu_write(root_changes, smp_load_acquire(&kernel_root_changes));
		arch_private_root_init(w->root_pa);
	}
	*(volatile pte_t *)w->slot = arch_pt_leaf(pa & PAGE_MASK, PT_PRESENT | PT_WRITE, 0);
	arch_private_enter(w->root_pa);
	store(dst, src, n);
	*(volatile pte_t *)w->slot = 0;
	arch_private_leave(WINDOW_VA);
	local_irq_restore(flags);
}

void windows_for_each_leaf(void (*fn)(void *ctx, unsigned long va, pte_t e, unsigned int level), void *ctx)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		const struct window *w = &windows[cpu];
		pte_t e = w->slot ? READ_ONCE(*w->slot) : 0;

		if (arch_pt_is_leaf(e, 0))
			fn(ctx, WINDOW_VA, e, 0);
	}
}
