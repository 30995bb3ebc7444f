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

/* X(type, function, parameters, arguments, what flags it is asked with) */
#define FOR_EACH_FAILING(X)										\
	X(struct page *, alloc_pages, (gfp_t gfp, unsigned int order), (gfp, order), gfp)		\
	X(struct page *, __alloc_pages_node, (int node, gfp_t gfp, unsigned int order), (node, gfp, order), gfp) \
	X(unsigned long, __get_free_pages, (gfp_t gfp, unsigned int order), (gfp, order), gfp)		\
	X(unsigned long, get_zeroed_page, (gfp_t gfp), (gfp), gfp)					\
	X(void *, alloc_pages_exact, (size_t size, gfp_t gfp), (size, gfp), gfp)			\
	X(unsigned long, alloc_pages_bulk_array, (gfp_t gfp, unsigned long nr, struct page **array), (gfp, nr, array), gfp) \
	X(void *, __vmalloc, (unsigned long size, gfp_t gfp), (size, gfp), gfp)				\
	X(void *, vmalloc, (unsigned long size), (size), GFP_KERNEL)					\
	X(void *, vzalloc, (unsigned long size), (size), GFP_KERNEL)					\
	X(void *, vmalloc_node, (unsigned long size, int node), (size, node), GFP_KERNEL)		\
	X(void *, vzalloc_node, (unsigned long size, int node), (size, node), GFP_KERNEL)		\
	X(void *, vmalloc_user, (unsigned long size), (size), GFP_KERNEL)				\
	X(void *, vmalloc_32, (unsigned long size), (size), GFP_KERNEL)					\
	X(void *, vmalloc_huge, (unsigned long size, gfp_t gfp), (size, gfp), gfp)			\
	X(void *, vmalloc_array, (size_t n, size_t size), (n, size), GFP_KERNEL)			\
	X(void __percpu *, __alloc_percpu, (size_t size, size_t align), (size, align), GFP_KERNEL)	\
	X(void __percpu *, __alloc_percpu_gfp, (size_t size, size_t align, gfp_t gfp), (size, align, gfp), gfp)

#define FAILING_FUNCTION(type, function, parameters, arguments, flags)					\
static type fail_##function parameters { return admit(flags) ? function arguments : 0; }
FOR_EACH_FAILING(FAILING_FUNCTION)

#define FAILING_ENTRY(type, function, parameters, arguments, flags) { #function, "fail_" #function, fail_##function },

static const struct {
	const char *name, *target;
	const void *entry;
} failing[] = {
	FOR_EACH_FAILING(FAILING_ENTRY)
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
