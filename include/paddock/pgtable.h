/* SPDX-License-Identifier: MIT */
/*
 * The kernel's page tables: one tree for all CPUs, walked, split and merged by mm/pgtable*.c over
 * the entries that <arch/paging.h> makes and reads. What drivers see of it is <linux/set_memory.h>,
 * <linux/vmalloc.h> and ioremap().
 */
#pragma once

#include <linux/list.h>
#include <arch/paging.h>

/*
 * kernel_map_range - map [pa, pa + size) at [va, va + size), with the largest pages that alignment allows.
 * @prot: PT_* bits. All addresses are page-aligned; the range must not be mapped yet.
 *
 * Context: boot, or any (tables come from GFP_ATOMIC pages then). No flush: what was not mapped is not cached.
 * Locking: takes and drops the page-table lock where a table is added.
 * Returns: 0, -ENOMEM (what was mapped so far stays; unmap it), -EEXIST where something is mapped.
 */
int kernel_map_range(unsigned long va, phys_addr_t pa, unsigned long size, pgprot_bits_t prot);

/*
 * kernel_unmap_range - remove leaves; nothing mapped is fine. A large page that the range cuts is split.
 * Tables that become empty are kept: the next mapping there is likely; see kernel_unlink_tables().
 * The caller flushes (arch_tlb_flush_range_all) before the addresses or the memory are used again.
 */
void kernel_unmap_range(unsigned long va, unsigned long size);

/*
 * kernel_unlink_tables - take out the tables of 4 KiB pages that serve only addresses in [start, end), so that 2 MiB pages
 * can be mapped there. Nothing is mapped in the range, and nobody maps anything meanwhile.
 * kernel_free_tables - give them back, after a flush of the range on all CPUs.
 * @tables: list through page->lru. Context: any. Locking: pt_lock. Returns: how many.
 */
unsigned int kernel_unlink_tables(unsigned long start, unsigned long end, struct list_head *tables);
void kernel_free_tables(struct list_head *tables);

/*
 * kernel_page_entry - the leaf that maps @va.
 * @level: receives its level, 0..2, or the level where the walk ended; may be NULL.
 * Returns: the slot, or NULL when nothing maps @va. Unlocked: good while the caller knows that the
 *          mapping stays. A leaf with PT_PRESENT off is returned too.
 */
pte_t *kernel_page_entry(unsigned long va, unsigned int *level);

/* Physical address of mapped kernel memory at @va, or PHYS_ADDR_MAX. */
phys_addr_t kernel_va_to_pa(unsigned long va);

/*
 * kernel_change_prot - set and clear PT_* bits of the pages in [va, va + size), splitting large pages at
 * the range's ends; flushes on all CPUs.
 * Context: thread, interrupts on. Returns: 0, -EINVAL (hole), -ENOMEM (table for a split).
 */
int kernel_change_prot(unsigned long va, unsigned long size, pgprot_bits_t set, pgprot_bits_t clear);

/*
 * The two halves of kernel_change_prot(), for callers who change many ranges and flush once.
 *
 * kernel_split_cut - split the large pages of which [va, va + size) is only a part, where @set and @clear change
 *                    anything. Context: thread. Returns: 0, -EINVAL (hole), -ENOMEM (part is split; harmless).
 * kernel_set_prot  - change the entries. No flush: the caller's. A large page that the range cuts is changed whole, so
 *                    kernel_split_cut() comes first; then this can fail only for a hole. Context: any.
 */
int kernel_split_cut(unsigned long va, unsigned long size, pgprot_bits_t set, pgprot_bits_t clear);
int kernel_set_prot(unsigned long va, unsigned long size, pgprot_bits_t set, pgprot_bits_t clear);

/*
 * kernel_change_prot_alias - kernel_change_prot() of [va, va + size), and of the linear map's alias of each page in it.
 *
 * Memory that is mapped a second time (vmalloc, modules, the image) can be written through the linear map, too;
 * what shall be read-only must be so in both. The alias takes over PT_WRITE alone: it is never executable.
 * All splitting comes first, then all changes, then one flush on all CPUs for everything.
 * @va: page-aligned, mapped; also an address of the linear map (then that is the alias).
 * Context: thread, interrupts on.
 * Returns: 0; -EINVAL (a page is not mapped), -ENOMEM (table for a split): then no permission has changed.
 * Owner:   whoever frees the pages makes the alias writable again before.
 */
int kernel_change_prot_alias(unsigned long va, unsigned long size, pgprot_bits_t set, pgprot_bits_t clear);

/*
 * kernel_restore_alias - [va, va + size) and its alias are writable again, before the pages go back; parts of the linear
 * map that can be one large page again become so. Context: thread, interrupts on.
 */
void kernel_restore_alias(unsigned long va, unsigned long size);

/*
 * The steps of it, for many ranges with one flush: kernel_alias_prepare() for all (0, -EINVAL, -ENOMEM), then
 * kernel_alias_set() for all, which cannot fail any more, then kernel_flush_everywhere() once.
 */
/*
 * kernel_alias_lock - no part of the linear map is merged by others. A split page that nobody has changed yet looks like one
 * that nobody needs; merged before the change comes, the change would hit all of it. Held from the split to the change.
 * Context: thread. Order: after pm_mutex and module_mutex, before pt_resize_mutex.
 */
void kernel_alias_lock(void);
void kernel_alias_unlock(void);
int kernel_alias_prepare(unsigned long va, unsigned long size, pgprot_bits_t set, pgprot_bits_t clear);
void kernel_alias_set(unsigned long va, unsigned long size, pgprot_bits_t set, pgprot_bits_t clear);
void kernel_flush_everywhere(void);

/*
 * kernel_split_range - map [va, va + size) by 4 KiB pages from now on, permissions as they were.
 * kernel_merge_range - the reverse where 512 entries allow it: same permissions, contiguous, aligned.
 *
 * Context: thread, interrupts on; stops the other CPUs where the processor asks for it.
 * Returns: 0 or -ENOMEM (part is split; harmless). Merging is best effort.
 */
int kernel_split_range(unsigned long va, unsigned long size);
void kernel_merge_range(unsigned long va, unsigned long size);

/*
 * kernel_fence_range - map [va, va + size) of the linear map by 4 KiB pages, none of them present. All of it must
 *                      be mapped alike, and be the caller's own.
 * kernel_unfence_range - make all of it present again; to be merged when nobody looks at the tables any more.
 * kernel_page_table - the table that maps the 2 MiB around @va of a fenced range, by PT_INDEX(va, 0). It stays
 *                      until the range is merged. NULL: no 4 KiB pages there.
 *
 * In bulk: a few instructions per page. Flushes all CPUs' translations (fence; unfence has nothing to flush).
 * Context: thread, interrupts on.
 * Returns: 0; -ENOMEM: undo what was done with kernel_unfence_range() and kernel_merge_range().
 */
int kernel_fence_range(unsigned long va, unsigned long size);
void kernel_unfence_range(unsigned long va, unsigned long size);
pte_t *kernel_page_table(unsigned long va);

/*
 * kernel_page_protect - make one 4 KiB page of the linear map present or absent.
 * @va: in a range that kernel_split_range() has split.
 *
 * A few dozen instructions: a walk and one store. Flushing is the caller's choice
 * (arch_tlb_flush_page_local, arch_tlb_flush_range_all; making present needs none).
 * Context: any; callers serialise changes of the same page.
 * Returns: false (nothing changed) when @va is not mapped by a 4 KiB page.
 */
bool kernel_page_protect(unsigned long va, bool present);

/* The root, for secondary CPUs: arch_pt_activate(kernel_root_pa()). */
phys_addr_t kernel_root_pa(void);
/* Grows with each entry that the root gets; see arch_private_root_init(). */
extern unsigned long kernel_root_changes;

/*
 * kernel_walk - call @fn for every run of like leaves in [start, end): equal prot and level, adjacent addresses.
 * Context: thread; @fn must not sleep. Races with changes give a stale line, no harm.
 */
void kernel_walk(unsigned long start, unsigned long end,
		 void (*fn)(void *ctx, unsigned long va, unsigned long size, pgprot_bits_t prot, unsigned int level),
		 void *ctx);

/* The same, entry by entry: what maps each page, and where it leads. */
void kernel_for_each_leaf(unsigned long start, unsigned long end,
			  void (*fn)(void *ctx, unsigned long va, pte_t e, unsigned int level), void *ctx);

/* Bytes of the linear map by page size, for the DirectMap lines. */
void kernel_direct_map_bytes(unsigned long *by_4k, unsigned long *by_2m, unsigned long *by_1g);

/* Mappings that are both writable and executable; wx_check. @report prints each with pr_warn. */
unsigned long kernel_count_wx(bool report);

/* Pages of modules and of the image that are read-only there, but writable through the linear map. */
unsigned long kernel_count_writable_aliases(bool report);

/*
 * pt_page_alloc/free - a zeroed page for a table, at a linear-map address. From memblock before
 * buddy_init(), never guarded by KFENCE. NULL: none left.
 */
pte_t *pt_page_alloc(void);
void pt_page_free(pte_t *table);
unsigned long pt_nr_pages(void);	/* in tables */

/* mm/fixmap: ioremap() before vmalloc_init(); never undone. */
void *early_ioremap(phys_addr_t pa, size_t size);
