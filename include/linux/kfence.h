/* SPDX-License-Identifier: MIT */
/*
 * KFENCE: the electric fence around heap objects. What allocators, the fault handler and the
 * panic path call. docs/kfence.md tells the whole story; mm/kfence/ implements it.
 *
 * A guarded object has a page of its own between two guard pages; its struct page says so, which
 * is how the free paths find out: they read page->kind anyway (see is_kfence_page() in mm).
 * All objects lie in the linear map, so virt_to_page() and __pa() treat them as any other.
 *
 * How the allocators take part (the whole interface; none of it is on a fast path):
 *
 *   slab slow path, gate open   kfence_alloc()          slab free, page of KFENCE's   __kfence_free()
 *   page slow path, gate open   kfence_alloc_page()     page free, page of KFENCE's   kfence_free_page()
 *   ksize()                     kfence_ksize()          kmem_cache_destroy()          kfence_shutdown_cache()
 *
 * Pages that hold page tables, slabs or the allocators' own tables never come from here: whoever
 * allocates those does not ask.
 */
#pragma once

#include <linux/atomic.h>
#include <linux/types.h>

struct kmem_cache;
struct page;
struct pt_regs;
struct seq_file;

/*
 * is_kfence_address - does @addr lie in one of KFENCE's areas (an object, its page, or a guard)?
 * True also for areas that are being given up. Context: any. Any value is a valid argument.
 */
bool is_kfence_address(const void *addr);

/*
 * kfence_alloc - a guarded object instead of one from a slab, if it is @cache's turn.
 * @cache: who the object belongs to; its kfence_enable switch is looked at here.
 * @size:  bytes asked for: for kmalloc() the caller's number, not the cache's object size.
 * @flags: as given to the allocator.
 *
 * In sampling mode answers one call per interval (and `burst` more), in full mode each one.
 * The memory is as the cache would have made it: zeroed for __GFP_ZERO, else the constructor has
 * run. The caller does neither.
 *
 * Context: any but NMI; takes only KFENCE's own leaf locks; never allocates from slab.
 * Returns: the object, or NULL: not guarded this time, serve it from the slab.
 * Owner:   caller; kfree() or kmem_cache_free() as for any object of @cache.
 */
void *kfence_alloc(struct kmem_cache *cache, size_t size, gfp_t flags);

/* The same, preferring @node's pool (NUMA_NO_NODE: this CPU's); strictly so with __GFP_THISNODE. */
void *kfence_alloc_node(struct kmem_cache *cache, size_t size, gfp_t flags, int node);

/*
 * __kfence_free - take back a guarded object.
 * @addr: what was passed to kfree() or kmem_cache_free(), in a page of KFENCE's. Anything but the start
 *        of a live object is reported (`invalid free`) and otherwise ignored.
 *
 * Checks the canaries, closes the object's page for all CPUs. Objects of SLAB_TYPESAFE_BY_RCU
 * caches stay accessible until the end of a grace period.
 * Context: any but NMI, interrupts masked or not.
 */
void __kfence_free(void *addr);

/* For callers that have not looked at the page: true if @addr was KFENCE's and has been dealt with. */
static inline bool kfence_free(void *addr)
{
	if (!is_kfence_address(addr))
		return false;
	__kfence_free(addr);
	return true;
}

/*
 * kfence_alloc_page - a guarded page (order 0), reference count 1, or NULL: not this time.
 * @gfp: as given to alloc_pages(). DMA zones are refused; __GFP_ZERO is honoured.
 * Context: any but NMI.
 */
struct page *kfence_alloc_page(gfp_t gfp);
struct page *kfence_alloc_page_node(gfp_t gfp, int node);

/* kfence_free_page - the last reference to a page from kfence_alloc_page() is gone. Context: any but NMI. */
void kfence_free_page(struct page *page);

/*
 * kfence_ksize - the exact size that was asked for. 0: @addr is not KFENCE's.
 * kfence_object_start - start of the object in whose page @addr lies; NULL: not KFENCE's, or a guard page.
 */
size_t kfence_ksize(const void *addr);
void *kfence_object_start(const void *addr);

/* The cache of the live object at @addr; NULL: a guarded page, or not a live guarded object. */
struct kmem_cache *kfence_object_cache(const void *addr);

/*
 * kfence_shutdown_cache - @cache is about to be destroyed.
 * Its live guarded objects become zombies: closed, never reused, a touch is reported as use after
 * free with `cache=<destroyed>`. Freed ones forget the cache's name. Zombies do not count as
 * objects in the cache: kmem_cache_destroy() need not complain about them.
 * Context: thread, before the cache's memory and name go away.
 * Returns: how many zombies it made.
 */
unsigned long kfence_shutdown_cache(struct kmem_cache *cache);

/*
 * kfence_cache_objects - visit @cache's live guarded objects; NULL as @fn: only count them.
 * @fn: gets the object, the bytes asked for, and its allocation stack. Called without locks; the object may be
 *      freed meanwhile if its owner still runs.
 * Context: thread. Returns: how many.
 */
unsigned long kfence_cache_objects(struct kmem_cache *cache,
				   void (*fn)(void *ctx, void *object, size_t size, u32 stack), void *ctx);
/*
 * kfence_leave_objects - the same for the objects that @cache's module has left behind: each is visited
 * once for ever, filled with poison and closed, so that a touch is reported. It can still be freed.
 */
unsigned long kfence_leave_objects(struct kmem_cache *cache,
				   void (*fn)(void *ctx, void *object, size_t size, u32 stack), void *ctx);

/*
 * kfence_handle_page_fault - was this fault the fence?
 * @addr: address touched; @is_write; @regs: the faulting context, may be changed (single step).
 * Reports, opens the page and returns true: let the access go on. False: not KFENCE's.
 * Does not return with fault=oops (the thread ends) or fault=panic.
 * Context: exception handler, interrupts masked or not.
 */
bool kfence_handle_page_fault(unsigned long addr, bool is_write, struct pt_regs *regs);

/* The single step after a fault with rearm=1 is done: close the page again. False: not KFENCE's step. */
bool kfence_step_done(struct pt_regs *regs);

/* kfence_check_on_panic - with check_on_panic=1, report every live object whose canaries are damaged. */
void kfence_check_on_panic(void);

/* kfence_guard_pages - the parameter order0_page. Context: thread. Returns: 0, or -EPERM: parameters are locked. */
int kfence_guard_pages(bool on);

/*
 * kfence_wants_one - is an allocation to be guarded now? One that comes the slow way for other reasons need not ask
 * further if not. Context: any.
 */
extern atomic_t kfence_owed;	/* guarded allocations that this interval still owes; mm/kfence/sample.c */
static inline bool kfence_wants_one(void)
{
	return atomic_read(&kfence_owed) > 0;
}

/* kfence_sampling_is_on, kfence_full_mode - what the allocators' gates should be; for their initialisation. */
bool kfence_is_enabled(void);
bool kfence_full_mode(void);
