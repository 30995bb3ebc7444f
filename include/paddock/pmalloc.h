/* SPDX-License-Identifier: MIT */
/*
 * What the rest of the kernel needs of pmalloc besides <linux/pmalloc.h>: the loader, the fault handler, the allocators.
 */
#pragma once

#include <linux/gfp.h>
#include <linux/pmalloc.h>

struct page;
struct pt_regs;
struct fault_info;
struct module;

/*
 * pmalloc_handle_fault - a write that the page tables refuse: was it to sealed memory?
 * Context: the fault handler. Returns: false: not ours. Does not return otherwise: reports, and ends the thread.
 */
bool pmalloc_handle_fault(struct pt_regs *regs, const struct fault_info *fault);

/*
 * For set_memory_*(), vmap(), vfree(): what would make sealed memory writable, or its addresses somebody else's, is told and
 * refused. @what: the call's name. Context: any.
 * pmalloc_refuses_range - [addr, addr + n), which is sealed. pmalloc_refuses_page - any page of pmalloc's.
 */
bool pmalloc_refuses_range(const void *addr, unsigned long n, const char *what);
bool pmalloc_refuses_page(const struct page *page, const char *what);
bool pmalloc_refuses_free(const void *addr, const char *what);

/* True when a write to any byte of [addr, addr + n) would be one to sealed memory. Context: any. */
bool pmalloc_is_sealed(const void *addr, unsigned long n);

/*
 * Settings that a lock makes constant. A variable marked __lockable(group) lies in pages of the group's own (linker.ld);
 * pmalloc_lock_group(group) makes those read-only in both mappings, for good.
 * Context: thread, interrupts on. Returns: 0, -ENOMEM (a table for a split): nothing is sealed then.
 */
#define __lockable(group)	__attribute__((__section__(".data..lock." #group)))
#define pmalloc_lock_group(group) ({						\
	extern char __start_lock_##group[], __end_lock_##group[];		\
	pmalloc_lock_image(#group, __start_lock_##group, __end_lock_##group);	\
})
int pmalloc_lock_image(const char *name, const char *start, const char *end);

/*
 * pmalloc_allow_wr - [start, end) has been sealed by its owner; write-rare may change it, and a write to it is reported.
 * For the loader: a module's __wr_after_init data. Ends with pmalloc_module_gone(). Returns: 0 or -ENOMEM.
 */
int pmalloc_allow_wr(struct module *owner, unsigned long start, unsigned long end);

/*
 * For the loader. pmalloc_module_live: its init is done; what it has allocated with GFP_SEAL is sealed.
 * pmalloc_module_gone: nothing of it runs any more; its pools are destroyed. Context: thread.
 */
void pmalloc_module_live(struct module *mod);
void pmalloc_module_gone(struct module *mod);

/*
 * pmalloc_module_pool - the @n-th pool that @mod made and has not destroyed; not the one that GFP_SEAL made for it.
 * Context: thread. Returns: false: it has no more.
 */
struct pmalloc_left {
	char name[64];		/* cut if longer */
	unsigned long objects, bytes, pages;
};
bool pmalloc_module_pool(const struct module *mod, unsigned int n, struct pmalloc_left *out);

/*
 * kmalloc() with GFP_SEAL. @owner: the module on whose behalf; _caller: the first module on the stack.
 * pmalloc_kfree, pmalloc_ksize: what kfree() and ksize() do with such an object. False, 0: not one.
 */
void *pmalloc_gfp_seal(size_t size, gfp_t flags, struct module *owner);
void *pmalloc_gfp_seal_caller(size_t size, gfp_t flags);
bool pmalloc_kfree(const void *object);
size_t pmalloc_ksize(const void *object);

/* Is there a mapping of a sealed frame that can be written? The number of such; @report: logs each. Context: thread. */
unsigned long pmalloc_audit(bool report);
