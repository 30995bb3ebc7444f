/* SPDX-License-Identifier: MIT */
/*
 * XArrays: arrays of pointers with unsigned long indexes, of which most are empty. An entry is a pointer aligned to 4, or an
 * integer (xa_mk_value()); three marks can be set on each. An array of XA_FLAGS_ALLOC gives out free indexes.
 *
 * Locking: each array has a spinlock. The plain functions take it; those that begin with __ want it held, and may let it go
 * for a while if @gfp allows to sleep. Looking (xa_load(), xa_find(), xa_for_each()) needs no lock: it runs under RCU, and what
 * was found is kept by the caller's own rules. Of Linux's interface there is the simple part: no xas_*(), no entries of
 * several indexes.
 */
#pragma once

#include <linux/bug.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/kconfig.h>
#include <linux/limits.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct xa_node;

struct xarray {
	spinlock_t xa_lock;
	gfp_t xa_flags;			/* XA_FLAGS_*; [I] but for ALLOC_WRAPPED: xa_lock */
	struct xa_node __rcu *xa_head;	/* NULL: empty */
};

/* ---- Entries ---- */

#define XA_ZERO_ENTRY	xa_mk_internal(257)	/* reserved: loads find nothing */

static inline void *xa_mk_value(unsigned long v)
{
	WARN_ON((long)v < 0);
	return (void *)((v << 1) | 1);
}

static inline unsigned long xa_to_value(const void *entry) { return (unsigned long)entry >> 1; }
static inline bool xa_is_value(const void *entry) { return (unsigned long)entry & 1; }

/* A pointer with a tag of 0, 1 or 3 in its lowest bits; not to be mixed with values in one array. */
static inline void *xa_tag_pointer(void *p, unsigned long tag) { return (void *)((unsigned long)p | tag); }
static inline void *xa_untag_pointer(void *entry) { return (void *)((unsigned long)entry & ~3UL); }
static inline unsigned int xa_pointer_tag(void *entry) { return (unsigned long)entry & 3UL; }

static inline void *xa_mk_internal(unsigned long v) { return (void *)((v << 2) | 2); }
static inline bool xa_is_internal(const void *entry) { return ((unsigned long)entry & 3) == 2; }
static inline bool xa_is_zero(const void *entry) { return entry == XA_ZERO_ENTRY; }

/* What a store returned: an error? */
static inline bool xa_is_err(const void *entry)
{
	return xa_is_internal(entry) && (unsigned long)entry >= (unsigned long)xa_mk_internal(-MAX_ERRNO);
}

static inline int xa_err(void *entry)
{
	return xa_is_err(entry) ? (long)entry >> 2 : 0;
}

/* ---- Arrays ---- */

#define XA_FLAGS_LOCK_IRQ	((gfp_t)1u)	/* which kind of lock the __ functions let go */
#define XA_FLAGS_LOCK_BH	((gfp_t)2u)
#define XA_FLAGS_TRACK_FREE	((gfp_t)4u)
#define XA_FLAGS_ZERO_BUSY	((gfp_t)8u)
#define XA_FLAGS_ALLOC_WRAPPED	((gfp_t)16u)	/* the count of __xa_alloc_cyclic() has gone round */
#define XA_FLAGS_ALLOC		XA_FLAGS_TRACK_FREE
#define XA_FLAGS_ALLOC1		(XA_FLAGS_TRACK_FREE | XA_FLAGS_ZERO_BUSY)	/* never gives 0 */

#define XARRAY_INIT(name, flags) {				\
	.xa_lock = __SPIN_LOCK_UNLOCKED(name.xa_lock), .xa_flags = (flags), .xa_head = NULL }
#define DEFINE_XARRAY_FLAGS(name, flags)	struct xarray name = XARRAY_INIT(name, flags)
#define DEFINE_XARRAY(name)			DEFINE_XARRAY_FLAGS(name, 0)
#define DEFINE_XARRAY_ALLOC(name)		DEFINE_XARRAY_FLAGS(name, XA_FLAGS_ALLOC)
#define DEFINE_XARRAY_ALLOC1(name)		DEFINE_XARRAY_FLAGS(name, XA_FLAGS_ALLOC1)

static inline void xa_init_flags(struct xarray *xa, gfp_t flags)
{
	spin_lock_init(&xa->xa_lock);
	xa->xa_flags = flags;
	xa->xa_head = NULL;
}

static inline void xa_init(struct xarray *xa) { xa_init_flags(xa, 0); }
static inline bool xa_empty(const struct xarray *xa) { return !xa->xa_head; }
/* All entries go; what they point to is the caller's. Context: any. */
void xa_destroy(struct xarray *xa);

#define xa_trylock(xa)			spin_trylock(&(xa)->xa_lock)
#define xa_lock(xa)			spin_lock(&(xa)->xa_lock)
#define xa_unlock(xa)			spin_unlock(&(xa)->xa_lock)
#define xa_lock_bh(xa)			spin_lock_bh(&(xa)->xa_lock)
#define xa_unlock_bh(xa)		spin_unlock_bh(&(xa)->xa_lock)
#define xa_lock_irq(xa)			spin_lock_irq(&(xa)->xa_lock)
#define xa_unlock_irq(xa)		spin_unlock_irq(&(xa)->xa_lock)
#define xa_lock_irqsave(xa, flags)	spin_lock_irqsave(&(xa)->xa_lock, flags)
#define xa_unlock_irqrestore(xa, flags)	spin_unlock_irqrestore(&(xa)->xa_lock, flags)

/* ---- Marks and limits ---- */

typedef unsigned int xa_mark_t;
#define XA_MARK_0	((xa_mark_t)0u)		/* not in arrays of XA_FLAGS_ALLOC, in Linux */
#define XA_MARK_1	((xa_mark_t)1u)
#define XA_MARK_2	((xa_mark_t)2u)
#define XA_MARK_MAX	XA_MARK_2
#define XA_PRESENT	((xa_mark_t)8u)		/* a filter: any entry */

struct xa_limit {
	u32 max, min;
};
#define XA_LIMIT(_min, _max)	((struct xa_limit){ .min = (_min), .max = (_max) })
#define xa_limit_32b		XA_LIMIT(0, UINT_MAX)
#define xa_limit_31b		XA_LIMIT(0, INT_MAX)
#define xa_limit_16b		XA_LIMIT(0, USHRT_MAX)

/* ---- Looking. Context: any ---- */

/* xa_load - the entry at @index; NULL: none, or only reserved. */
void *xa_load(struct xarray *xa, unsigned long index);
/* xa_find - the first entry from *@index to @max that has the mark @filter; its index in *@index. xa_find_after: behind *@index. */
void *xa_find(struct xarray *xa, unsigned long *index, unsigned long max, xa_mark_t filter);
void *xa_find_after(struct xarray *xa, unsigned long *index, unsigned long max, xa_mark_t filter);
/* Copy up to @n entries of [start, max] to @dst. Returns: how many. */
unsigned int xa_extract(struct xarray *xa, void **dst, unsigned long start, unsigned long max, unsigned int n, xa_mark_t filter);

#define xa_for_each_range(xa, index, entry, start, last)				\
	for (index = (start), entry = xa_find(xa, &index, last, XA_PRESENT); entry;	\
	     entry = xa_find_after(xa, &index, last, XA_PRESENT))
#define xa_for_each_start(xa, index, entry, start)	xa_for_each_range(xa, index, entry, start, ULONG_MAX)
#define xa_for_each(xa, index, entry)			xa_for_each_start(xa, index, entry, 0)
#define xa_for_each_marked(xa, index, entry, filter)					\
	for (index = 0, entry = xa_find(xa, &index, ULONG_MAX, filter); entry;		\
	     entry = xa_find_after(xa, &index, ULONG_MAX, filter))

bool xa_get_mark(struct xarray *xa, unsigned long index, xa_mark_t mark);
/* Does any entry have it? */
bool xa_marked(const struct xarray *xa, xa_mark_t mark);

/* ---- Changing, with the lock held ---- */

/*
 * __xa_store - @entry to @index. NULL is nothing; in an array of XA_FLAGS_ALLOC the index stays taken. Marks stay, unless
 * @entry is NULL. __xa_cmpxchg - only if @old is there. __xa_erase - also frees an index.
 * Returns: what was there, or, see xa_err(), -ENOMEM, -EINVAL (no entry can look like @entry).
 */
void *__xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp);
void *__xa_cmpxchg(struct xarray *xa, unsigned long index, void *old, void *entry, gfp_t gfp);
void *__xa_erase(struct xarray *xa, unsigned long index);
/* __xa_insert - only if nothing is there, not even a reservation. Returns: 0, -EBUSY, -ENOMEM, -EINVAL. */
int __xa_insert(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp);
/*
 * __xa_alloc - @entry to the smallest free index of @limit, into *@id. @entry NULL: reserved only. _cyclic: to the next from
 * *@next on, round again at the end. Returns: 0 (_cyclic: 1 when it went round), -EBUSY: all are taken, -ENOMEM, -EINVAL.
 */
int __xa_alloc(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, gfp_t gfp);
int __xa_alloc_cyclic(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, u32 *next, gfp_t gfp);
void __xa_set_mark(struct xarray *xa, unsigned long index, xa_mark_t mark);
void __xa_clear_mark(struct xarray *xa, unsigned long index, xa_mark_t mark);

/* ---- The same, taking the lock: plain, and with softirqs or interrupts off ---- */

#define __XA_LOCKED(type, name, call, args)						\
static inline type name args								\
{ type ret; xa_lock(xa); ret = call; xa_unlock(xa); return ret; }			\
static inline type name##_bh args							\
{ type ret; xa_lock_bh(xa); ret = call; xa_unlock_bh(xa); return ret; }			\
static inline type name##_irq args							\
{ type ret; xa_lock_irq(xa); ret = call; xa_unlock_irq(xa); return ret; }

__XA_LOCKED(void *, xa_store, __xa_store(xa, index, entry, gfp), (struct xarray *xa, unsigned long index, void *entry, gfp_t gfp))
__XA_LOCKED(void *, xa_erase, __xa_erase(xa, index), (struct xarray *xa, unsigned long index))
__XA_LOCKED(void *, xa_cmpxchg, __xa_cmpxchg(xa, index, old, entry, gfp),
	    (struct xarray *xa, unsigned long index, void *old, void *entry, gfp_t gfp))
__XA_LOCKED(int, xa_insert, __xa_insert(xa, index, entry, gfp), (struct xarray *xa, unsigned long index, void *entry, gfp_t gfp))
__XA_LOCKED(int, xa_alloc, __xa_alloc(xa, id, entry, limit, gfp),
	    (struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, gfp_t gfp))
__XA_LOCKED(int, xa_alloc_cyclic, __xa_alloc_cyclic(xa, id, entry, limit, next, gfp),
	    (struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, u32 *next, gfp_t gfp))
/* Room for @index, which stays empty to loads. Returns: 0 or -ENOMEM. xa_release: not needed after all. */
__XA_LOCKED(int, xa_reserve, xa_err(__xa_cmpxchg(xa, index, NULL, XA_ZERO_ENTRY, gfp)),
	    (struct xarray *xa, unsigned long index, gfp_t gfp))

static inline void xa_release(struct xarray *xa, unsigned long index)
{
	xa_cmpxchg(xa, index, XA_ZERO_ENTRY, NULL, 0);
}

static inline void xa_set_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	xa_lock(xa);
	__xa_set_mark(xa, index, mark);
	xa_unlock(xa);
}

static inline void xa_clear_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	xa_lock(xa);
	__xa_clear_mark(xa, index, mark);
	xa_unlock(xa);
}
