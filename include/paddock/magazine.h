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
	void **stash;	/* [P] where head is while the gate makes this CPU go slow; NULL: closed */
	bool reopen;	/* [P] the gate was open when a slow path closed it to work; it opens it again */
	u8 frees_at_gate;	/* [P] frees that found it open since an allocation did */
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

static inline bool magazine_is_full(void **top)
{
	return !((unsigned long)(top + 1) & (MAGAZINE_BYTES - 1));
}

/*
 * magazine_new - an empty one, or NULL. magazine_delete() takes it back.
 * Returns: its top (that is, its bottom).
 * Context: any. Locking: takes the magazine lock, then a zone's.
 */
void **magazine_new(unsigned int capacity);
void magazine_delete(void **block);

/* An empty depot. Context: any, before anybody else knows of it. */
void depot_init(struct depot *depot);

/*
 * What the slow paths of both allocators do with this CPU's magazines.
 * Context of all: interrupts masked, gate closed.
 *
 * magazines_load - head has nothing to take: bring one that has, from prev or the depot.
 * Returns: head has something now.
 */
bool magazines_load(struct cpu_magazines *m, struct depot *depot);

/* magazines_need_empty - make head an empty magazine (not MAGAZINE_NONE), to be filled. False: no memory for one. */
bool magazines_need_empty(struct cpu_magazines *m, struct depot *depot, unsigned int capacity);

/*
 * magazines_make_room - head has no room: bring a magazine that has.
 * @limit:   full magazines that the depot may hold; beyond, @flush gets the contents of one.
 * @flush:   gives @count things back to where they came from.
 * Returns: head has room now. False: no memory for a magazine, nothing changed.
 */
bool magazines_make_room(struct cpu_magazines *m, struct depot *depot, unsigned int capacity, unsigned int limit,
			 void (*flush)(void *arg, void **things, unsigned int count), void *arg);

/* Everything that @m, or the depot, holds goes to @flush; their magazines are deleted. */
void magazines_drain(struct cpu_magazines *m, unsigned int capacity,
		     void (*flush)(void *arg, void **things, unsigned int count), void *arg);
void depot_drain(struct depot *depot, unsigned int capacity,
		 void (*flush)(void *arg, void **things, unsigned int count), void *arg);

/* The gate: while it is open, head is MAGAZINE_NONE, so that this CPU's next operation goes the slow way. */
static inline void magazines_open_gate(struct cpu_magazines *m)
{
	if (!m->stash) {
		m->stash = m->head;
		m->head = MAGAZINE_NONE;
	}
}

/* Returns: it was open. */
static inline bool magazines_close_gate(struct cpu_magazines *m)
{
	if (!m->stash)
		return false;
	m->head = m->stash;
	m->stash = NULL;
	return true;
}

/* Things held, as seen from another CPU: a moment's blur. */
static inline unsigned int magazines_count(const struct cpu_magazines *m, unsigned int capacity)
{
	void **head = m->stash ? m->stash : m->head;

	return magazine_count(head, capacity) + magazine_count(m->prev, capacity);
}

/* Bytes that magazines take, for the memory summary. */
unsigned long magazine_bytes(void);
