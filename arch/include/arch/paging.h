/* SPDX-License-Identifier: MIT */
/*
 * What a processor must give for page tables: how an entry is made and read, how a
 * translation is dropped, how a tree of tables is put into force.
 *
 * Both processors walk four levels of 512 entries with 4 KiB pages, so the geometry is common:
 *
 *   level 3: 512 GiB per entry (the root)    level 1: 2 MiB per entry, table or leaf
 *   level 2: 1 GiB per entry, table or leaf  level 0: 4 KiB per entry, leaf
 *
 * mm/pgtable.c does the walking, mm/pgtable_split.c the splitting and merging, for both.
 * Source: Intel SDM vol 3A 4.5, "4-Level Paging"; Arm ARM, "The VMSAv8-64 translation table format".
 */
#pragma once

#include <linux/types.h>

typedef u64 pte_t;		/* an entry of any level; encoding private to the architecture */

#define PT_LEVELS	4
#define PT_ENTRIES	512
#define PT_LEVEL_SHIFT(level)	(12 + 9 * (level))
#define PT_LEVEL_SIZE(level)	(1UL << PT_LEVEL_SHIFT(level))
#define PT_INDEX(va, level)	(((va) >> PT_LEVEL_SHIFT(level)) & (PT_ENTRIES - 1))

/* What an entry allows, by meaning. Reading is always allowed; kernel only, always. */
typedef u32 pgprot_bits_t;
#define PT_PRESENT	(1u << 0)	/* clear: any touch faults; the address bits are kept */
#define PT_WRITE	(1u << 1)
#define PT_EXEC		(1u << 2)
#define PT_GLOBAL	(1u << 3)
#define PT_UNCACHED	(1u << 4)	/* device memory (UC, Device-nGnRE) */

#define PT_KERNEL_RX	(PT_PRESENT | PT_EXEC | PT_GLOBAL)
#define PT_KERNEL_RO	(PT_PRESENT | PT_GLOBAL)
#define PT_KERNEL_RW	(PT_PRESENT | PT_WRITE | PT_GLOBAL)
#define PT_KERNEL_DEV	(PT_PRESENT | PT_WRITE | PT_GLOBAL | PT_UNCACHED)

/*
 * Entries. All are pure functions on the value.
 *
 * arch_pt_leaf:   an entry of @level that maps @pa; @level is 0, 1 or 2 (2 only when
 *                 arch_pt_has_1g()). Without PT_PRESENT the entry faults but still knows @pa.
 *                 The address has bits of its own: arch_pt_leaf(pa, prot, 0) == arch_pt_leaf(0, prot, 0) | pa.
 * arch_pt_table:  an entry of @level (1..3) that points at the next table, at @pa.
 * arch_pt_none:   no mapping: value 0 on both processors.
 * arch_pt_prot:   the bits of a leaf; PT_PRESENT clear for an invalidated one.
 * arch_pt_is_leaf: maps memory (present or invalidated by protection), as opposed to
 *                 pointing at a table or being empty.
 */
static inline pte_t arch_pt_leaf(phys_addr_t pa, pgprot_bits_t prot, unsigned int level);
static inline pte_t arch_pt_table(phys_addr_t pa);
static inline bool arch_pt_is_none(pte_t e);
static inline bool arch_pt_is_leaf(pte_t e, unsigned int level);
static inline bool arch_pt_is_table(pte_t e, unsigned int level);
static inline phys_addr_t arch_pt_pa(pte_t e, unsigned int level);
static inline pgprot_bits_t arch_pt_prot(pte_t e, unsigned int level);
static inline pte_t arch_pt_with_write(pte_t leaf, bool on);	/* the same leaf with or without PT_WRITE */
static inline bool arch_pt_has_1g(void);

/*
 * arch_pt_set - store an entry so that a concurrent hardware walk sees the old or the new one.
 * Going from invalid to valid is complete on return on this CPU (arm64: DSB, ISB) and
 * harmlessly late on others (they fault, and look again).
 */
static inline void arch_pt_set(pte_t *slot, pte_t e);

/*
 * arch_pt_set_live - replace a valid entry by a different valid one of another size or output
 * address (a split or a merge), in a range that may be in use.
 *
 * x86_64: stores it. arm64: break-before-make: the caller has stopped the other CPUs
 * (arch_pt_needs_stop() says so), code, stack and the data touched here lie outside the range,
 * and @slot is an alias of the entry that lies outside it too.
 * Source: Arm ARM, "Using break-before-make when updating translation table entries".
 */
void arch_pt_set_live(pte_t *slot, pte_t e, unsigned long va);
bool arch_pt_needs_stop(void);

/* Translations of kernel addresses. "local" is this CPU; "all" is every CPU, complete on return. */
static inline void arch_tlb_flush_page_local(unsigned long va);
void arch_tlb_flush_all_local(void);
/*
 * arch_tlb_flush_range_all - drop every CPU's translations of [start, end).
 * Context: x86_64 sends cross-calls and waits: interrupts on, no spinlock that an interrupt handler
 *          spins on; with interrupts masked it must not be called unless only one CPU is online.
 *          arm64 uses broadcast TLBI: any context.
 */
void arch_tlb_flush_range_all(unsigned long start, unsigned long end);
/* How often arch_tlb_flush_range_all() was called: what a change of permissions cost, for statistics and tests. */
extern unsigned long arch_tlb_nr_flushes;
/* True where arch_tlb_flush_range_all() is complete from any context (broadcast TLBI). */
static inline bool arch_tlb_flush_is_broadcast(void);

/*
 * arch_tlb_shootdown_page - no CPU has a translation of the page at @va on return.
 *
 * Context: any but NMI: also with interrupts masked, and with locks held that another CPU waits for with
 *          interrupts masked. x86_64 asks the others by NMI, which reaches them there; arm64 broadcasts.
 */
void arch_tlb_shootdown_page(unsigned long va);

/*
 * arch_pt_activate - walk the kernel half of the address space from the root at @root_pa.
 * Context: boot and secondary start; the running code is mapped alike in both.
 */
void arch_pt_activate(phys_addr_t root_pa);
phys_addr_t arch_pt_active(void);

/*
 * A private root: translations of lower-half addresses that one CPU sees, and for some instructions only. The
 * write-rare path of mm/pmalloc/window.c writes through one.
 *
 * arch_private_root_init - make @root_pa, a table whose upper half is empty, into one. Its lower half is the caller's to
 *                          fill, with entries that are not PT_GLOBAL. To be repeated when kernel_root_changes has
 *                          grown: x86_64's root has the kernel half in it, and keeps up with the kernel's so.
 * arch_private_enter     - walk it on this CPU from now on; the kernel half stays as it is.
 * arch_private_leave     - and not any more: on return this CPU has forgotten the lower half, of which only the page
 *                          at @va was used. The caller has cleared its entry before.
 * Context: interrupts masked from before enter until after leave; what runs between must not fault. An NMI there
 *          finds the kernel half as always.
 */
void arch_private_root_init(phys_addr_t root_pa);
static inline void arch_private_enter(phys_addr_t root_pa);
static inline void arch_private_leave(unsigned long va);

/* Physical address bits this CPU has: firmware ranges above are refused. */
unsigned int arch_phys_bits(void);

#include <asm/paging.h>
