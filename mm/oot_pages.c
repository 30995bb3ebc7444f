// SPDX-License-Identifier: MIT
/*
 * Pages, vmalloc and per-CPU memory for a module whose allocations are made to fail (module.fail_alloc).
 *
 * Isolation leaves these functions alone: they return whole pages, and pages are not shared. But an error path
 * behind alloc_pages() is an error path like any other. So the loader binds these names for a module that fail_alloc
 * names, and for no other: nobody else pays. There is one copy for all slots. It finds the slot by the innermost module
 * frame on the stack, which oot_should_fail() looks for anyway.
 *
 * Context, errors: as the function of the same name, but each may return NULL.
 */
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "oot.h"

static bool is_text_of(const struct oot_slot *slot, unsigned long addr)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(slot->text); i++)
		if (addr >= slot->text[i].start && addr < slot->text[i].end)
			return true;
	return false;
}

static struct oot_slot *asking_slot(void)
{
	unsigned long site = oot_call_site(0);

	if (site)
		for (unsigned int i = 0; i < OOT_SLOTS_MAX; i++)
			if (is_text_of(&oot_slots[i], site))
				return &oot_slots[i];
	return NULL;	/* called by other kernel code, through a pointer that the module gave it */
}

static bool admit(gfp_t gfp)
{
	struct oot_slot *slot = asking_slot();

	return !slot || oot_admit(slot, gfp);
}

static struct page *fail_alloc_pages(gfp_t gfp, unsigned int order)
{
	return admit(gfp) ? alloc_pages(gfp, order) : NULL;
}

static struct page *fail___alloc_pages_node(int node, gfp_t gfp, unsigned int order)
{
	return admit(gfp) ? __alloc_pages_node(node, gfp, order) : NULL;
}

static unsigned long fail___get_free_pages(gfp_t gfp, unsigned int order)
{
	return admit(gfp) ? __get_free_pages(gfp, order) : 0;
}

static unsigned long fail_get_zeroed_page(gfp_t gfp)
{
	return admit(gfp) ? get_zeroed_page(gfp) : 0;
}

static void *fail_alloc_pages_exact(size_t size, gfp_t gfp)
{
	return admit(gfp) ? alloc_pages_exact(size, gfp) : NULL;
}

static unsigned long fail_alloc_pages_bulk_array(gfp_t gfp, unsigned long nr, struct page **array)
{
	return admit(gfp) ? alloc_pages_bulk_array(gfp, nr, array) : 0;
}

static void *fail___vmalloc(unsigned long size, gfp_t gfp)
{
	return admit(gfp) ? __vmalloc(size, gfp) : NULL;
}

static void *fail_vmalloc(unsigned long size)
{
	return admit(GFP_KERNEL) ? vmalloc(size) : NULL;
}

static void *fail_vzalloc(unsigned long size)
{
	return admit(GFP_KERNEL) ? vzalloc(size) : NULL;
}

static void *fail_vmalloc_node(unsigned long size, int node)
{
	return admit(GFP_KERNEL) ? vmalloc_node(size, node) : NULL;
}

static void *fail_vzalloc_node(unsigned long size, int node)
{
	return admit(GFP_KERNEL) ? vzalloc_node(size, node) : NULL;
}

static void *fail_vmalloc_user(unsigned long size)
{
	return admit(GFP_KERNEL) ? vmalloc_user(size) : NULL;
}

static void *fail_vmalloc_32(unsigned long size)
{
	return admit(GFP_KERNEL) ? vmalloc_32(size) : NULL;
}

static void *fail_vmalloc_huge(unsigned long size, gfp_t gfp)
{
	return admit(gfp) ? vmalloc_huge(size, gfp) : NULL;
}

static void *fail_vmalloc_array(size_t n, size_t size)
{
	return admit(GFP_KERNEL) ? vmalloc_array(n, size) : NULL;
}

static void __percpu *fail___alloc_percpu(size_t size, size_t align)
{
	return admit(GFP_KERNEL) ? __alloc_percpu(size, align) : NULL;
}

static void __percpu *fail___alloc_percpu_gfp(size_t size, size_t align, gfp_t gfp)
{
	return admit(gfp) ? __alloc_percpu_gfp(size, align, gfp) : NULL;
}

#define FAILING(function) { #function, "fail_" #function, fail_##function }

static const struct {
	const char *name, *target;
	const void *entry;
} failing[] = {
	FAILING(alloc_pages),
	FAILING(__alloc_pages_node),
	FAILING(__get_free_pages),
	FAILING(get_zeroed_page),
	FAILING(alloc_pages_exact),
	FAILING(alloc_pages_bulk_array),
	FAILING(__vmalloc),
	FAILING(vmalloc),
	FAILING(vzalloc),
	FAILING(vmalloc_node),
	FAILING(vzalloc_node),
	FAILING(vmalloc_user),
	FAILING(vmalloc_32),
	FAILING(vmalloc_huge),
	FAILING(vmalloc_array),
	FAILING(__alloc_percpu),
	FAILING(__alloc_percpu_gfp),
};

unsigned long oot_failing_symbol(const char *name, const char **target)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(failing); i++) {
		if (strcmp(failing[i].name, name))
			continue;
		if (target)
			*target = failing[i].target;
		return (unsigned long)failing[i].entry;
	}
	return 0;
}
