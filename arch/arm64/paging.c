// SPDX-License-Identifier: MIT
/*
 * Translation tables in force, and TLB maintenance beyond one page.
 *
 * Only TTBR1 is walked; TCR_EL1.EPD0 closes the lower half, but for the moments when a CPU changes its
 * root: then the code must run in neither of the two trees, and runs in the identity map.
 *
 * TLBI ...IS instructions reach all CPUs without interrupting them, so nothing here sends cross-calls.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <arch/cpu.h>
#include <arch/paging.h>
#include <asm/layout.h>
#include <asm/page.h>
#include "../../boot/arm64/boot.h"

/* Above this many pages one flush of everything is cheaper than many single ones. */
#define FLUSH_ALL_PAGES	512

extern pte_t early_root[PT_ENTRIES];				/* head.S */
extern char switch_root_code[], _start_image[];

void arch_tlb_flush_all_local(void)
{
	asm volatile("dsb nshst\n\ttlbi vmalle1\n\tdsb nsh\n\tisb" : : : "memory");
}

unsigned long arch_tlb_nr_flushes;

void arch_tlb_flush_range_all(unsigned long start, unsigned long end)
{
	__atomic_fetch_add(&arch_tlb_nr_flushes, 1, __ATOMIC_RELAXED);
	asm volatile("dsb ishst" : : : "memory");
	start &= ~0xfffUL;
	if (end - start > FLUSH_ALL_PAGES * 4096UL)
		asm volatile("tlbi vmalle1is" : : : "memory");
	else
		for (unsigned long va = start; va < end; va += 4096)
			asm volatile("tlbi vaae1is, %0" : : "r"(arm64_tlbi_va(va)) : "memory");
	asm volatile("dsb ish\n\tisb" : : : "memory");
}

void arch_tlb_shootdown_page(unsigned long va)
{
	arch_tlb_flush_range_all(va, va + 1);
}

/*
 * Break-before-make: no moment may see a translation of the old size together with one of the new, or the
 * CPU may raise a TLB conflict abort or combine both. So: nothing, everywhere; then the new one.
 */
void arch_pt_set_live(pte_t *slot, pte_t e, unsigned long va)
{
	*(volatile pte_t *)slot = 0;
	asm volatile(
		"dsb ishst\n\t"
		"tlbi vaae1is, %0\n\t"
		"dsb ish\n\t"
		"isb" : : "r"(arm64_tlbi_va(va)) : "memory");
	arch_pt_set(slot, e);
}

phys_addr_t arm64_idle_ttbr0 __ro_after_init;

/* The lower half has a root of its own here; there is nothing to take over from the kernel's. */
void arch_private_root_init(phys_addr_t root_pa)
{
	arm64_idle_ttbr0 = read_sysreg(ttbr0_el1);
}

/* A CPU that touched the range between break and make would fault. */
bool arch_pt_needs_stop(void)
{
	return true;
}

phys_addr_t arch_pt_active(void)
{
	return read_sysreg(ttbr1_el1) & PTE_ADDR_MASK;
}

/* The early window's tables hang on one root entry, which every root shares. */
static void carry_early_window(phys_addr_t root_pa)
{
	unsigned int i = PT_INDEX(EARLY_WINDOW_START, PT_LEVELS - 1);
	pte_t *root = __va(root_pa);

	if (arch_pt_is_none(root[i]))
		arch_pt_set(&root[i], early_root[i]);
}

void arch_pt_activate(phys_addr_t root_pa)
{
	void (*switch_root)(phys_addr_t root);
	unsigned long daif;

	if (arch_pt_active() != root_pa)
		carry_early_window(root_pa);
	switch_root = (void *)(arm64_image_pa + (switch_root_code - _start_image));
	daif = arch_irq_save();
	write_sysreg(read_sysreg(tcr_el1) & ~(u64)TCR_EPD0, tcr_el1);
	arm64_isb();
	switch_root(root_pa);
	write_sysreg(read_sysreg(tcr_el1) | TCR_EPD0, tcr_el1);
	arm64_isb();
	arch_tlb_flush_all_local();
	arch_irq_restore(daif);
}

unsigned int arch_phys_bits(void)
{
	static const u8 bits[] = { 32, 36, 40, 42, 44, 48 };
	unsigned int range = id_field(read_sysreg(id_aa64mmfr0_el1), 0);

	return range < ARRAY_SIZE(bits) ? bits[range] : 48;
}
