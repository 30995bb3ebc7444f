/* SPDX-License-Identifier: MIT */
/*
 * The stack depot: every distinct call stack is kept once, and known by a 32-bit handle.
 *
 * Stacks are never removed, so a handle stays good for ever and looking one up takes no lock. The
 * depot's memory is bounded (STACK_DEPOT_MAX_BYTES): when it is full, new stacks get handle 0, old
 * ones are still found. mm/stackdepot.c has the layout.
 */
#pragma once

#include <linux/types.h>

typedef u32 depot_stack_handle_t;	/* 0: no stack */

#define STACK_DEPOT_MAX_FRAMES	64		/* longer stacks are cut */
#define STACK_DEPOT_MAX_BYTES	(32ul << 20)	/* about 200,000 stacks of 16 frames */

/*
 * stack_depot_save - the handle of a stack.
 * @entries, @nr_entries: return addresses, innermost first.
 * @gfp: for Linux's signature: a new chunk (one for a hundred new stacks) is always taken
 *       without waiting and without a warning.
 * Context: any but NMI; a stack that is known already is found without a lock.
 * Returns: the handle, the same for equal stacks; 0 when @nr_entries is 0 or memory is used up.
 */
depot_stack_handle_t stack_depot_save(unsigned long *entries, unsigned int nr_entries, gfp_t gfp);

/*
 * stack_depot_fetch - the frames behind @handle.
 * @entries: receives a pointer into the depot: constant, valid for ever.
 * Returns: how many; 0 for handle 0 or one that the depot never gave out. Context: any.
 */
unsigned int stack_depot_fetch(depot_stack_handle_t handle, unsigned long **entries);

/* stack_depot_print - print the stack as %pS lines at the default level. */
void stack_depot_print(depot_stack_handle_t handle);

/*
 * stack_depot_init - get the hash table.
 * Context: thread or boot, after the page allocator. Idempotent. Users call it before their first save;
 *          without it every save returns 0.
 * Returns: 0 or -ENOMEM.
 */
int stack_depot_init(void);

/* What the depot holds, for stats files: distinct stacks, bytes taken, stacks refused for lack of room. */
struct stack_depot_stats {
	unsigned long stacks, bytes, refused;
};
void stack_depot_get_stats(struct stack_depot_stats *out);
