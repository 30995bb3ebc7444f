/* SPDX-License-Identifier: MIT */
/*
 * Numbers for pointers (IDR), and numbers alone (IDA): the smallest free one, and back from a number to its pointer.
 *
 * Locking: of an IDR the caller's, for all that changes it; idr_find() and the walks may run beside under
 * rcu_read_lock(). An IDA locks itself.
 */
#pragma once

#include <linux/gfp.h>
#include <linux/limits.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct idr_node;

struct idr {
	struct idr_node __rcu *root;	/* NULL: empty */
	unsigned int idr_base;		/* the smallest number it gives out */
	unsigned int idr_next;		/* of idr_alloc_cyclic(): where to go on */
};

#define IDR_INIT_BASE(name, base)	{ .root = NULL, .idr_base = (base), .idr_next = 0 }
#define IDR_INIT(name)			IDR_INIT_BASE(name, 0)
#define DEFINE_IDR(name)		struct idr name = IDR_INIT(name)

static inline void idr_init_base(struct idr *idr, int base)
{
	*idr = (struct idr)IDR_INIT_BASE(*idr, base);
}

static inline void idr_init(struct idr *idr)
{
	idr_init_base(idr, 0);
}

static inline bool idr_is_empty(const struct idr *idr)
{
	return !idr->root;
}

static inline unsigned int idr_get_cursor(const struct idr *idr)
{
	return READ_ONCE(idr->idr_next);
}

static inline void idr_set_cursor(struct idr *idr, unsigned int val)
{
	WRITE_ONCE(idr->idr_next, val);
}

/*
 * idr_alloc - the smallest free number of [start, end); end <= 0: as far as an int goes.
 * idr_alloc_cyclic - the next one after the last it gave, round again at the end.
 * idr_alloc_u32 - the smallest of [*nextid, max], into *nextid.
 *
 * @ptr may be NULL: the number is taken, and idr_find() finds nothing yet.
 * Returns: the number (the last: 0), -ENOMEM, -ENOSPC, or -EINVAL for a negative start. Context: by @gfp.
 */
int idr_alloc(struct idr *idr, void *ptr, int start, int end, gfp_t gfp);
int idr_alloc_cyclic(struct idr *idr, void *ptr, int start, int end, gfp_t gfp);
int __must_check idr_alloc_u32(struct idr *idr, void *ptr, u32 *nextid, unsigned long max, gfp_t gfp);
/* Returns: what was there, or NULL. */
void *idr_remove(struct idr *idr, unsigned long id);
void *idr_find(const struct idr *idr, unsigned long id);
/* Returns: what was there, or ERR_PTR(-ENOENT): the number is not taken. */
void *idr_replace(struct idr *idr, void *ptr, unsigned long id);
/* In order, until @fn returns something else than 0, which is returned. */
int idr_for_each(const struct idr *idr, int (*fn)(int id, void *p, void *data), void *data);
/* The first entry at *nextid or behind it, whose number is put there; NULL: none. */
void *idr_get_next(struct idr *idr, int *nextid);
void *idr_get_next_ul(struct idr *idr, unsigned long *nextid);
/* Forgets all numbers; what the pointers point to is the caller's. */
void idr_destroy(struct idr *idr);

/*
 * idr_preload - memory for one idr_alloc() to come, which may then be called with GFP_NOWAIT under a spinlock.
 * Preemption is off until idr_preload_end(). Context: by @gfp.
 */
void idr_preload(gfp_t gfp);

static inline void idr_preload_end(void)
{
	preempt_enable();
}

#define idr_for_each_entry(idr, entry, id) \
	for ((id) = 0; ((entry) = idr_get_next(idr, &(id))) != NULL; (id) += 1U)
#define idr_for_each_entry_continue(idr, entry, id) \
	for ((entry) = idr_get_next((idr), &(id)); (entry); ++(id), (entry) = idr_get_next((idr), &(id)))
#define idr_for_each_entry_ul(idr, entry, tmp, id) \
	for ((tmp) = 0, (id) = 0; (tmp) <= (id) && ((entry) = idr_get_next_ul(idr, &(id))) != NULL; \
	     (tmp) = (id), ++(id))

/* ---- Numbers alone ---- */

struct ida {
	struct idr idr;
	spinlock_t lock;
};

#define IDA_INIT(name)		{ .idr = IDR_INIT(name), .lock = __SPIN_LOCK_UNLOCKED((name).lock) }
#define DEFINE_IDA(name)	struct ida name = IDA_INIT(name)

void ida_init(struct ida *ida);
/* The smallest free number of [min, max]. Returns: it, -ENOMEM or -ENOSPC. Context: by @gfp. */
int ida_alloc_range(struct ida *ida, unsigned int min, unsigned int max, gfp_t gfp);
void ida_free(struct ida *ida, unsigned int id);	/* one that was not taken is told of */
void ida_destroy(struct ida *ida);

static inline int ida_alloc(struct ida *ida, gfp_t gfp)
{
	return ida_alloc_range(ida, 0, ~0, gfp);
}

static inline int ida_alloc_min(struct ida *ida, unsigned int min, gfp_t gfp)
{
	return ida_alloc_range(ida, min, ~0, gfp);
}

static inline int ida_alloc_max(struct ida *ida, unsigned int max, gfp_t gfp)
{
	return ida_alloc_range(ida, 0, max, gfp);
}

static inline bool ida_is_empty(const struct ida *ida)
{
	return idr_is_empty(&ida->idr);
}

/* The older names: end is exclusive, 0: as far as an int goes. */
#define ida_simple_get(ida, start, end, gfp)	ida_alloc_range(ida, start, (end) - 1, gfp)
#define ida_simple_remove(ida, id)		ida_free(ida, id)
