/* SPDX-License-Identifier: MIT */
/*
 * Pools of memory that is sealed: set up once, then read-only for everybody.
 *
 * Data that decides (tables of operations, policies, configuration) lives in a pool of its own. Sealing makes every
 * mapping of its pages read-only, the linear map's alias included. A write to it afterwards does not happen: it is
 * reported with pool, object and culprit, and the writing thread is ended.
 *
 *	pool = pmalloc_create_pool("policy", PMALLOC_MODE_RO);
 *	table = pmalloc_array(pool, n, sizeof(*table));
 *	… fill it …
 *	pmalloc_protect_pool(pool);
 *
 * A pool belongs to the module that created it and goes with it, however it was forgotten.
 * How it works, and what it cannot do: docs/pmalloc.md.
 */
#pragma once

#include <linux/overflow.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/export.h>

struct pmalloc_pool;
struct module;

/*
 * AUTO: a page is sealed as soon as it is full and the next one is begun, so an object has to be filled in before the
 *       next one is asked for. The last page, half full, waits for pmalloc_protect_pool().
 * WR:   words of sealed objects can still be changed, by wr_memcpy() and its kin and by nothing else.
 */
enum pmalloc_mode {
	PMALLOC_MODE_RO,
	PMALLOC_MODE_AUTO_RO,
	PMALLOC_MODE_WR,
	PMALLOC_MODE_AUTO_WR,
	PMALLOC_MODE_START_WR,	/* sealed from the first byte on: zero, and written by wr_memcpy() only */
};

#define PMALLOC_NAME_LEN	64	/* NUL included */
#define PMALLOC_REFILL_DEFAULT	0	/* 16 KiB, then 64, 256, 512 and from there on 1024 KiB */
#define PMALLOC_ALIGN_DEFAULT	8
#define PMALLOC_ALIGN_MAX	4096

/*
 * pmalloc_create_pool - an empty pool. No memory is taken for objects until the first is asked for.
 * @name:   1 .. PMALLOC_NAME_LEN - 1 characters without '/' and white space; no other live pool has it.
 * @refill: bytes to take at once when the pool grows, rounded up to pages. A request of more than half of
 *          that gets pages of its own.
 * @align:  of objects that are not asked for by an _align function; a power of two, 8 .. PMALLOC_ALIGN_MAX.
 *
 * Context: thread, may sleep.
 * Returns: the pool; NULL with one log line: -EEXIST (the name is taken), -ENAMETOOLONG, -EINVAL (name, mode,
 *          align), -E2BIG (refill exceeds the machine's memory), -ENOMEM.
 * Owner:   the module that calls it; pmalloc_destroy_pool().
 */
#define pmalloc_create_pool(name, mode) \
	pmalloc_create_custom_pool(name, mode, PMALLOC_REFILL_DEFAULT, PMALLOC_ALIGN_DEFAULT)
#define pmalloc_create_custom_pool(name, mode, refill, align) \
	__pmalloc_create_pool(name, mode, refill, align, THIS_MODULE)
struct pmalloc_pool *__pmalloc_create_pool(const char *name, enum pmalloc_mode mode, size_t refill, size_t align,
					   struct module *owner);

/*
 * pmalloc - @size bytes from @pool, contents undefined but in PMALLOC_MODE_START_WR (zero).
 *
 * Context: thread, may sleep. Some 30 instructions as long as like objects follow each other: same size, same caller.
 * Returns: aligned to the pool's alignment. NULL with one log line for size 0, a size that no memory holds, a bad
 *          pool; NULL when memory is short.
 * pmalloc_align: @align is a power of two up to PMALLOC_ALIGN_MAX.
 */
void *pmalloc(struct pmalloc_pool *pool, size_t size);
void *pmalloc_align(struct pmalloc_pool *pool, size_t size, size_t align);
void *pzalloc(struct pmalloc_pool *pool, size_t size);
void *pzalloc_align(struct pmalloc_pool *pool, size_t size, size_t align);
char *pstrdup(struct pmalloc_pool *pool, const char *s);
char *pstrdup_align(struct pmalloc_pool *pool, const char *s, size_t align);

/* n * size that overflows gives NULL, not a small object. */
static __always_inline void *pmalloc_array_align(struct pmalloc_pool *pool, size_t n, size_t size, size_t align)
{
	size_t bytes;

	return check_mul_overflow(n, size, &bytes) ? NULL : pmalloc_align(pool, bytes, align);
}

static __always_inline void *pmalloc_array(struct pmalloc_pool *pool, size_t n, size_t size)
{
	size_t bytes;

	return check_mul_overflow(n, size, &bytes) ? NULL : pmalloc(pool, bytes);
}

static __always_inline void *pcalloc_align(struct pmalloc_pool *pool, size_t n, size_t size, size_t align)
{
	size_t bytes;

	return check_mul_overflow(n, size, &bytes) ? NULL : pzalloc_align(pool, bytes, align);
}

static __always_inline void *pcalloc(struct pmalloc_pool *pool, size_t n, size_t size)
{
	size_t bytes;

	return check_mul_overflow(n, size, &bytes) ? NULL : pzalloc(pool, bytes);
}

/*
 * pfree - give an object back that is not sealed yet. NULL is fine. Its room is not used again; a page
 * whose objects are all free goes back. After the seal, or for what is no object of @pool: a warning, nothing happens.
 * Context: thread, may sleep.
 */
void pfree(struct pmalloc_pool *pool, const void *ptr);

/*
 * pmalloc_protect_pool - seal all there is. Later requests open new pages. Sealing again is fine.
 * Context: thread, interrupts on; one TLB flush on all CPUs, however large the pool is.
 * Returns: 0; -EINVAL for what is no live pool. It needs no memory, so nothing is ever half sealed.
 */
int pmalloc_protect_pool(struct pmalloc_pool *pool);

/*
 * pmalloc_destroy_pool - everything back at once; no pointer into it may be used any more. NULL is fine.
 * After pmalloc.lock=1 a pool with sealed pages is not given back: a warning, and it stays.
 * Context: thread, may sleep.
 */
void pmalloc_destroy_pool(struct pmalloc_pool *pool);

/*
 * is_pmalloc_object - does [ptr, ptr + n) lie in one object of a pool?
 * Context: any but NMI, while the pool is not being destroyed.
 * Returns: 1 yes; 0 no byte of it is a pool's; -1: some are, but it is not within one live object.
 */
int is_pmalloc_object(const void *ptr, unsigned long n);

/*
 * pmalloc_verify - is [ptr, ptr + n) within one object of @pool, and sealed? For users who reach sealed data by a
 * pointer that is not: it may have been made to point elsewhere, but only this pool holds what can be believed.
 */
bool pmalloc_verify(const struct pmalloc_pool *pool, const void *ptr, unsigned long n);

/* ---- Write-rare ---- */

/*
 * wr_memcpy, wr_memset - change sealed memory of a WR pool (or __wr_after_init data).
 *
 * The write goes through an alias that no other CPU has, with interrupts masked, for some instructions.
 * An aligned word is written by one store; more than that other CPUs may see half done.
 * Context: any but NMI. Objects that are not sealed yet can be written so, too.
 * Returns: true; false with a report ("BUG: pmalloc: write-rare refused …"), and nothing is written: memory of
 *          an RO pool, words that pmalloc_wr_deny() has closed, not in one object, no pool's memory at all.
 */
bool wr_memcpy(const void *dst, const void *src, size_t n);
bool wr_memset(const void *dst, int c, size_t n);

#define __WR_FUNCTION(name, type)						\
	static __always_inline bool wr_##name(const type *dst, type val)	\
	{ return wr_memcpy(dst, &val, sizeof(val)); }
__WR_FUNCTION(char, char)
__WR_FUNCTION(short, short)
__WR_FUNCTION(ushort, unsigned short)
__WR_FUNCTION(int, int)
__WR_FUNCTION(uint, unsigned int)
__WR_FUNCTION(long, long)
__WR_FUNCTION(ulong, unsigned long)
__WR_FUNCTION(longlong, long long)
__WR_FUNCTION(ulonglong, unsigned long long)

/* @dst: the address of the pointer that shall become @val. */
static __always_inline bool wr_ptr(const void *dst, const void *val)
{
	return wr_memcpy(dst, &val, sizeof(val));
}

static __always_inline bool wr_array(const void *dst, const void *src, size_t n)
{
	return wr_memcpy(dst, src, n);
}

/* wr_assign(table->limit, 5) */
#define wr_assign(var, val) ({						\
	typeof(var) __wr_value = (val);					\
	wr_memcpy(&(var), (const void *)&__wr_value, sizeof(__wr_value));	\
})
#define wr_rcu_assign_pointer(p, v) ({ smp_wmb(); wr_ptr(&(p), (v)); })

/*
 * pmalloc_wr_deny - the words of [ptr, ptr + n) can no longer be changed by the functions above: the constant fields
 * of an object whose others change. Once closed, words stay closed.
 * @ptr, @n: multiples of 8, within one object of @pool, a WR pool.
 * Context: thread. Returns: 0 or -EINVAL.
 */
int pmalloc_wr_deny(struct pmalloc_pool *pool, const void *ptr, size_t n);
