// SPDX-License-Identifier: MIT
/*
 * Taking one page's translation from all CPUs: broadcast by the hardware, so any context will do.
 * Source: Arm ARM, "TLB maintenance instructions" (TLBI VAALE1IS: last level, any ASID, inner shareable; bits
 * 43..0 of the operand hold the page number), "Ordering and completion of TLB maintenance instructions".
 */
#include <arch/paging.h>

void arch_tlb_shootdown_page(unsigned long va)
{
	asm volatile("dsb ishst\n\t"		/* the entry's store is seen by all walkers */
		     "tlbi vaale1is, %0\n\t"
		     "dsb ish\n\t"		/* all have dropped it */
		     "isb" : : "r"(va >> 12 & 0xfffffffffffull) : "memory");
}
