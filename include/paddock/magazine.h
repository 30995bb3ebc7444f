/* SPDX-License-Identifier: MIT */
/*
 * Magazines: small stacks of free things (objects, pages), the common layer in front of both allocators.
 *
 *   this CPU          head -> loaded magazine    pop and push here: a few instructions, no lock
 *                     prev    a second one       full or empty; swapped in when loaded runs out
 *   the node          depot: full ones, empty ones   exchanged whole, under a lock, every ~60 operations
 *   behind it         slabs or buddy             bitmaps and lists, one thing at a time
 *
 * A magazine is a block of MAGAZINE_BYTES, aligned to its size, so that "full" is visible in the
 * address of the next slot. One for fewer things than fit has its sentinel (NULL) further up:
 *
 *   slot:   0            first              63
 *           [ link ] … [ NULL | t | t | … | t ]       first = MAGAZINE_SLOTS - 1 - capacity
 *                        ^ head when empty  ^ head when full
 *
 * In a depot, slot 0 links to the next magazine.
 * The idea is Bonwick and Adams', "Magazines and Vmem", USENIX 2001.
 */
#pragma once

#include <linux/spinlock.h>
#include <linux/types.h>
#include <arch/percpu.h>

#define MAGAZINE_MAX	(MAGAZINE_SLOTS - 1)	/* most things in one */

/* Empty and full at once: nothing can be taken from it or put on it, so every operation goes the slow way. */
extern void *const magazine_none[MAGAZINE_SLOTS];
#define MAGAZINE_NONE	((void **)&magazine_none[MAGAZINE_SLOTS - 1])

/*
 * One CPU's magazines of one kind of thing. head is changed by arch_magazine_pop/push with interrupts
 * on; the rest, and head otherwise, only by this CPU with interrupts masked (P).
 */
struct cpu_magazines {
	void **head;	/* must be first: fast paths know its address alone */
	void **prev;	/* [P] top of the second one; MAGAZINE_NONE: there is none */
	void **stash;	/* [P] where head is while the gate makes this CPU go slow; NULL: gate closed */
};

/* Full and empty magazines that no CPU uses now. */
struct depot {
	spinlock_t lock;	/* leaf; interrupts masked */
	void **full, **empty;	/* [lock] by block address, linked through slot 0 */
	unsigned int nr_full, nr_empty;	/* [lock] */
};

static inline void **magazine_block(void **top)
{
	return (void **)((unsigned long)top & ~(MAGAZINE_BYTES - 1));
}

static inline void **magazine_bottom(void **block, unsigned int capacity)
{
	return block + (MAGAZINE_MAX - capacity);
}

static inline unsigned int magazine_count(void **top, unsigned int capacity)
{
	return top == MAGAZINE_NONE ? 0 : top - magazine_bottom(magazine_block(top), capacity);
}

static inline bool magazine_is_empty(void **top)
{
	return !*top;
}

/*
 * magazine_new - an empty one, or NULL. magazine_delete() takes it back.
 * Returns: its top (that is, its bottom).
 * Context: any. Locking: takes the magazine lock, then a zone's.
 */
void **magazine_new(unsigned int capacity);
void magazine_delete(void **block);

void depot_init(struct depot *depot);
/* Returns: top of a full magazine, or NULL. Context: interrupts masked. */
void **depot_take_full(struct depot *depot);
/* Returns: bottom of an empty one, or NULL. */
void **depot_take_empty(struct depot *depot, unsigned int capacity);
/* Returns: false, unchanged, when the depot holds @limit full ones already. */
bool depot_put_full(struct depot *depot, void **top, unsigned int limit);
void depot_put_empty(struct depot *depot, void **top);

/* Bytes that magazines take, for the memory summary. */
unsigned long magazine_bytes(void);
