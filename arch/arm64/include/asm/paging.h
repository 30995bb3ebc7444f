/* SPDX-License-Identifier: MIT */
/*
 * arm64: translation table entries and TLB maintenance. Contract: <arch/paging.h>.
 *
 * A leaf is a block (bit 1 clear) at levels 1 and 2 and a page (bit 1 set) at level 0; our levels
 * count up from the leaves, the architecture's count down from the root. An invalidated leaf keeps
 * everything but bit 0; being shareable and "accessed" it is never 0, so that it differs from "none".
 * Source: Arm ARM, "VMSAv8-64 translation table format descriptors", "TLB maintenance instructions".
 */
#pragma once

#include <linux/types.h>
#include <arch/paging.h>
#include <asm/sysreg.h>

#define PTE_VALID	(1UL << 0)
#define PTE_TABLE	(1UL << 1)	/* levels 3..1: next table; level 0: always set */
#define PTE_ATTR(n)	((u64)(n) << 2)
#define PTE_ATTR_MASK	PTE_ATTR(7)
#define PTE_RDONLY	(1UL << 7)
#define PTE_INNER	(3UL << 8)
#define PTE_AF		(1UL << 10)
#define PTE_NG		(1UL << 11)
#define PTE_PXN		(1UL << 53)
#define PTE_UXN		(1UL << 54)
#define PTE_ADDR_MASK	0x0000fffffffff000UL

static inline pte_t arch_pt_leaf(phys_addr_t pa, pgprot_bits_t prot, unsigned int level)
{
	pte_t e = (pa & PTE_ADDR_MASK) | PTE_INNER | PTE_AF | PTE_UXN;

	if (prot & PT_PRESENT)
		e |= PTE_VALID;
	if (level == 0)
		e |= PTE_TABLE;
	if (!(prot & PT_WRITE))
		e |= PTE_RDONLY;
	if (!(prot & PT_EXEC))
		e |= PTE_PXN;
	if (!(prot & PT_GLOBAL))
		e |= PTE_NG;
	return e | PTE_ATTR(prot & PT_UNCACHED ? MT_DEVICE : MT_NORMAL);
}

static inline pte_t arch_pt_table(phys_addr_t pa)
{
	return (pa & PTE_ADDR_MASK) | PTE_VALID | PTE_TABLE;
}

static inline bool arch_pt_is_none(pte_t e)
{
	return e == 0;
}

static inline bool arch_pt_is_leaf(pte_t e, unsigned int level)
{
	return e && (level == 0 || !(e & PTE_TABLE));
}

static inline bool arch_pt_is_table(pte_t e, unsigned int level)
{
	return level > 0 && (e & (PTE_VALID | PTE_TABLE)) == (PTE_VALID | PTE_TABLE);
}

static inline phys_addr_t arch_pt_pa(pte_t e, unsigned int level)
{
	if (arch_pt_is_leaf(e, level))
		return e & PTE_ADDR_MASK & ~(PT_LEVEL_SIZE(level) - 1);
	return e & PTE_ADDR_MASK;
}

static inline pgprot_bits_t arch_pt_prot(pte_t e, unsigned int level)
{
	pgprot_bits_t prot = 0;

	if (e & PTE_VALID)
		prot |= PT_PRESENT;
	if (!(e & PTE_RDONLY))
		prot |= PT_WRITE;
	if (!(e & PTE_PXN))
		prot |= PT_EXEC;
	if (!(e & PTE_NG))
		prot |= PT_GLOBAL;
	if ((e & PTE_ATTR_MASK) == PTE_ATTR(MT_DEVICE))
		prot |= PT_UNCACHED;
	return prot;
}

static inline pte_t arch_pt_with_write(pte_t leaf, bool on)
{
	return on ? leaf & ~PTE_RDONLY : leaf | PTE_RDONLY;
}

/* The 4 KiB granule always has 1 GiB blocks. */
static inline bool arch_pt_has_1g(void)
{
	return true;
}

/*
 * The DSB makes the store visible to table walks before anything that follows, and the ISB
 * discards a fault that this CPU may have speculated its way into.
 */
static inline void arch_pt_set(pte_t *slot, pte_t e)
{
	*(volatile pte_t *)slot = e;
	if (e & PTE_VALID)
		asm volatile("dsb ishst\n\tisb" : : : "memory");
}

/* Operand of the TLBI ...VA... instructions: ASID 0, page number. */
static inline unsigned long arm64_tlbi_va(unsigned long va)
{
	return (va >> 12) & ((1UL << 44) - 1);
}

/* The leading DSB orders the entry's store before the invalidation. */
static inline void arch_tlb_flush_page_local(unsigned long va)
{
	asm volatile(
		"dsb nshst\n\t"
		"tlbi vaae1, %0\n\t"
		"dsb nsh\n\t"
		"isb"
		: : "r"(arm64_tlbi_va(va)) : "memory");
}

static inline bool arch_tlb_flush_is_broadcast(void)
{
	return true;
}

/*
 * The lower half is TTBR0's, and closed by TCR_EL1.EPD0: opened here, for this CPU, as the registers are its own.
 * The entries do not allow EL0, so PAN does not care. What TTBR0 held before (the identity map) comes back.
 */
extern phys_addr_t arm64_idle_ttbr0;

static inline void arch_private_enter(phys_addr_t root_pa)
{
	asm volatile("dsb ishst" : : : "memory");	/* the caller's entry first */
	write_sysreg(root_pa, ttbr0_el1);
	write_sysreg(read_sysreg(tcr_el1) & ~(u64)TCR_EPD0, tcr_el1);
	arm64_isb();
}

static inline void arch_private_leave(unsigned long va)
{
	write_sysreg(read_sysreg(tcr_el1) | TCR_EPD0, tcr_el1);
	write_sysreg(arm64_idle_ttbr0, ttbr0_el1);
	arm64_isb();
	/* EPD0 stops walks, not hits. */
	arch_tlb_flush_page_local(va);
}
