/* SPDX-License-Identifier: MIT */
/*
 * Watching allocations: to make some fail (fault_inject.h), and to count exactly what a piece of work left behind.
 *
 * While anybody watches, the gates of all magazines are open on all CPUs (<paddock/magazine.h>), as they are for KFENCE:
 * every operation takes its slow path, which asks here. While nobody does, the fast paths have not one
 * instruction more.
 *
 * A scope is a thread, with the threads that it starts, between two calls. All that they allocate is noted by address:
 * what other threads do meanwhile does not count, so that a leak of one page or one object is seen in a
 * system that is not idle.
 *
 *   alloc_scope_begin(&scope);
 *   … the work …
 *   alloc_scope_end(&scope, &left, ALLOC_SCOPE_PRINT);      left.objects, left.pages: not freed
 *
 * What is noted: objects (guarded ones too), pages of all orders, by who asked for them. Not noted: what the
 * allocators take for themselves (slabs, magazines, page tables), which stays theirs.
 */
#pragma once

#include <linux/types.h>
#include <linux/compiler.h>

struct kmem_cache;
struct page;

/* Somebody watches. Read by slow paths; written by alloc_watch_get/put. */
extern int alloc_watched;	/* not bool: one instruction less to test on arm64 */

static inline bool alloc_is_watched(void)
{
	return unlikely(READ_ONCE(alloc_watched));
}

/*
 * alloc_watch_get - all allocations and frees on all CPUs take their slow path, from the return of this on.
 * Context: thread, may sleep. After alloc_watch_put() the gates close by and by.
 */
void alloc_watch_get(void);
void alloc_watch_put(void);

/* ---- Scopes ---- */

struct alloc_scope {
	u32 id, outer;		/* as in task_struct.alloc_scope */
};

struct alloc_left {
	unsigned long objects, bytes;	/* objects of caches, and what was asked for */
	unsigned long pages;
	unsigned long allocations;	/* since the begin, all kinds */
	bool fault_fired;		/* alloc_scope_fail_nth()'s allocation came and failed */
};

#define ALLOC_SCOPES	8	/* open at a time, all threads together */

/*
 * alloc_scope_begin - note what this thread allocates; scopes nest.
 * Context: thread, may sleep. Returns: 0, -EBUSY (ALLOC_SCOPES are open), -ENOMEM.
 */
int alloc_scope_begin(struct alloc_scope *scope);

/* The @nth allocation of the scope from now on fails (0: none does), whichever of its threads makes it. */
void alloc_scope_fail_nth(struct alloc_scope *scope, unsigned int nth);

/*
 * alloc_scope_count - what the scope has allocated and nobody has freed, at this moment. Settles nothing.
 * Context: thread.
 */
void alloc_scope_count(struct alloc_scope *scope, struct alloc_left *out);

/*
 * alloc_scope_end - the scope is over: wait for what frees later, as mm_settle(), then tell what is left.
 * @flags: ALLOC_SCOPE_PRINT: log each thing that is left, with the stack that allocated it.
 * Context: the thread that began it, may sleep.
 */
#define ALLOC_SCOPE_PRINT	1u
void alloc_scope_end(struct alloc_scope *scope, struct alloc_left *out, unsigned int flags);

/*
 * mm_settle - everything that was freed is free: RCU callbacks and work items have run, kept stacks and unused
 * vmalloc areas are dissolved, magazines and depots are empty, empty slabs are returned.
 * Context: thread, may sleep.
 */
void mm_settle(void);

/*
 * page_balance - free pages, and those in use by slabs, the allocators themselves and everybody else. While all
 * are watched this is constant; a page that is lost, or is free twice, changes it.
 * A moment's blur when other threads are allocating: who compares repeats it, as mm_settle() makes no difference.
 */
long page_balance(void);

/* ---- For the allocators ---- */

/* Called with alloc_is_watched() only. True: this allocation is to fail. */
bool watch_fails_object(struct kmem_cache *s, gfp_t gfp, size_t size);
bool watch_fails_pages(gfp_t gfp, unsigned int order);

/* Allocated by, and freed: @object of @size bytes; @count pages of 2^order each. Any context but NMI. */
void watch_add_object(const void *object, size_t size);
void watch_remove_object(const void *object);
void watch_add_pages(struct page *page, unsigned int order);
void watch_remove_pages(struct page *page, unsigned int order);
/* One that is counted already, as a part of what the allocators took: for the scope only. */
void watch_note_page(struct page *page);
void watch_forget_page(struct page *page);
/* A block has become single pages. */
void watch_split_pages(struct page *page, unsigned int order);
/* Is this allocation the one that its scope wants to fail? */
bool alloc_scope_fails(void);
/* @current ends: what it watched by itself, it does no more. */
void watch_thread_exit(void);
