/* SPDX-License-Identifier: MIT */
/*
 * The hosted machine's page tables: an entry is address and permissions, and setting one asks the host to
 * map. Only section.c gets as far as this. Contract: <arch/paging.h>.
 */
#pragma once

#include <linux/types.h>
#include <arch/paging.h>

void host_pt_set(pte_t *slot, pte_t e);

static inline pte_t arch_pt_leaf(phys_addr_t pa, pgprot_bits_t prot, unsigned int level)
{
	return pa | prot;
}

/* Entries are of one level. */
static inline bool arch_pt_is_table(pte_t e, unsigned int level)
{
	return false;
}

static inline phys_addr_t arch_pt_pa(pte_t e, unsigned int level)
{
	return e & ~0xfffull;
}

static inline pgprot_bits_t arch_pt_prot(pte_t e, unsigned int level)
{
	return e & 0xfff;
}

static inline void arch_pt_set(pte_t *slot, pte_t e)
{
	host_pt_set(slot, e);
}
