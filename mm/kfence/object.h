/* SPDX-License-Identifier: MIT */
/* One guarded object and its pages, between core.c, cache.c and fault.c. */
#pragma once

#include <arch/paging.h>
#include <paddock/page.h>
#include <paddock/pgtable.h>
#include "kfence.h"

/* ---- Pages ---- */

static inline pte_t *page_entry(const struct kfence_area *area, unsigned long addr)
{
	return area->tables[(addr - area->tables_base) / PT_LEVEL_SIZE(1)] + PT_INDEX(addr, 0);
}

/* On this CPU no more than that: others may have a translation until arch_tlb_shootdown_page(). */
static inline void page_close_entry(const struct kfence_area *area, unsigned long addr)
{
	arch_pt_set(page_entry(area, addr), arch_pt_leaf(__pa(addr & PAGE_MASK), PT_KERNEL_RW & ~PT_PRESENT, 0));
}

static inline bool page_is_open(const struct kfence_area *area, unsigned long addr)
{
	return arch_pt_prot(READ_ONCE(*page_entry(area, addr)), 0) & PT_PRESENT;
}

/* ---- Objects ---- */

/* The object in whose page @addr, an address in a page of KFENCE's, lies. NULL: a guard page. */
static inline struct kfence_object *object_in_page(const void *addr, struct kfence_area **area)
{
	struct kfence_area *a = virt_to_page(addr)->kfence_area;
	unsigned long index = kfence_object_in(((unsigned long)addr - a->start) / PAGE_SIZE, a->nr_objects);

	*area = a;
	return index == KFENCE_NOBODY ? NULL : &a->objects[index];
}

/* The live object next to the guard page that @addr is in: the nearer one, if there are two. */
struct kfence_object *nearest_live(struct kfence_area *area, unsigned long addr);

/* Copy @obj into what is to be reported. Context: any but NMI, takes the object's lock. */
void note_object(struct kfence_incident *in, struct kfence_area *area, struct kfence_object *obj);
/* Who frees it: the caller's caller. The object's lock is held. */
void note_freer_locked(struct kfence_object *obj);

/*
 * From FREED on: look at what was left behind, close, and make it available again. Context: any but NMI, without the lock.
 * Returns: there was a report; the caller lets kfence_act_on_fault() follow when it holds no lock.
 */
bool retire_object(struct kfence_area *area, struct kfence_object *obj);
