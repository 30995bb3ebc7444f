/* SPDX-License-Identifier: MIT */
/*
 * x86_64's page-table entries. Contract: <arch/paging.h>.
 *
 *   63   51..12        8   7    6 5   4   3   2   1 0
 *   NX | address ... | G | PS | D A | PCD PWT | U | W P
 *
 * PS (levels 1 and 2) tells a leaf from a table and stays set in an invalidated leaf, so that an
 * entry without P still says what it is. Leaves are made with A and D set: the CPU never has to
 * write to a table. Entries without P keep their address, which is open to L1TF on the CPUs that
 * have it; all code here is the kernel's, so there is nobody to hide memory from.
 * Source: Intel SDM vol 3A, "4-Level Paging and 5-Level Paging", tables 4-15 to 4-20.
 */
#pragma once

#include <linux/types.h>
#include <arch/paging.h>

#define X86_PTE_P	(1ull << 0)
#define X86_PTE_W	(1ull << 1)
#define X86_PTE_PWT	(1ull << 3)
#define X86_PTE_PCD	(1ull << 4)
#define X86_PTE_A	(1ull << 5)
#define X86_PTE_D	(1ull << 6)
#define X86_PTE_PS	(1ull << 7)
#define X86_PTE_G	(1ull << 8)
#define X86_PTE_NX	(1ull << 63)
#define X86_PTE_ADDR	0x000ffffffffff000ull

/* CPUID 80000001H EDX bit 26; set before paging_init(). */
extern bool x86_has_1g_pages;

static inline bool arch_pt_has_1g(void)
{
	return x86_has_1g_pages;
}

static inline pte_t arch_pt_leaf(phys_addr_t pa, pgprot_bits_t prot, unsigned int level)
{
	pte_t e = (pa & X86_PTE_ADDR) | X86_PTE_A | X86_PTE_D;

	if (prot & PT_PRESENT)
		e |= X86_PTE_P;
	if (prot & PT_WRITE)
		e |= X86_PTE_W;
	if (!(prot & PT_EXEC))
		e |= X86_PTE_NX;
	if (prot & PT_GLOBAL)
		e |= X86_PTE_G;
	if (prot & PT_UNCACHED)
		e |= X86_PTE_PCD | X86_PTE_PWT;	/* PAT entry 3: UC */
	if (level)
		e |= X86_PTE_PS;
	return e;
}

static inline pte_t arch_pt_table(phys_addr_t pa)
{
	/* The most permissive: the leaf decides. */
	return (pa & X86_PTE_ADDR) | X86_PTE_A | X86_PTE_W | X86_PTE_P;
}

static inline bool arch_pt_is_none(pte_t e)
{
	return !e;
}

static inline bool arch_pt_is_leaf(pte_t e, unsigned int level)
{
	return level ? e & X86_PTE_PS : e;
}

static inline bool arch_pt_is_table(pte_t e, unsigned int level)
{
	return level && (e & X86_PTE_P) && !(e & X86_PTE_PS);
}

static inline phys_addr_t arch_pt_pa(pte_t e, unsigned int level)
{
	phys_addr_t pa = e & X86_PTE_ADDR;

	/* In a large leaf the low address bits are PAT and reserved. */
	return arch_pt_is_leaf(e, level) ? pa & ~(PT_LEVEL_SIZE(level) - 1) : pa;
}

static inline pgprot_bits_t arch_pt_prot(pte_t e, unsigned int level)
{
	pgprot_bits_t prot = 0;

	if (e & X86_PTE_P)
		prot |= PT_PRESENT;
	if (e & X86_PTE_W)
		prot |= PT_WRITE;
	if (!(e & X86_PTE_NX))
		prot |= PT_EXEC;
	if (e & X86_PTE_G)
		prot |= PT_GLOBAL;
	if (e & X86_PTE_PCD)
		prot |= PT_UNCACHED;
	return prot;
}

static inline pte_t arch_pt_with_write(pte_t leaf, bool on)
{
	return on ? leaf | X86_PTE_W : leaf & ~X86_PTE_W;
}

static inline void arch_pt_set(pte_t *slot, pte_t e)
{
	/* One aligned 8-byte store: a table walk sees all of it or nothing. */
	*(volatile pte_t *)slot = e;
}

static inline void arch_tlb_flush_page_local(unsigned long va)
{
	asm volatile("invlpg (%0)" : : "r"(va) : "memory");
}

static inline bool arch_tlb_flush_is_broadcast(void)
{
	return false;
}

/* What this CPU walks; for arch_private_leave(). */
extern phys_addr_t x86_kernel_cr3;

/* Drops what is not global: the lower half, of which nothing is. */
static inline void arch_private_enter(phys_addr_t root_pa)
{
	asm volatile("movq %0, %%cr3" : : "r"(root_pa) : "memory");
}

static inline void arch_private_leave(unsigned long va)
{
	asm volatile("movq %0, %%cr3" : : "r"(x86_kernel_cr3) : "memory");
}
