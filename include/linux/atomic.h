/* SPDX-License-Identifier: MIT */
/*
 * Atomic integers: Linux's names over the compiler's __atomic built-ins.
 *
 * Ordering, as in Linux (Documentation/atomic_t.txt): operations without a result are
 * relaxed; operations with a result are fully ordered, unless their name ends in _relaxed, _acquire
 * or _release; a failed compare-and-exchange orders nothing.
 *
 * "Fully" is more than C11's seq_cst on arm64, where an exclusive pair lets later loads pass its
 * store; hence the barrier after each (free on x86_64).
 */
#pragma once

#include <linux/types.h>
#include <linux/compiler.h>
#include <asm/barrier.h>
#include <asm/processor.h>

#define ATOMIC_INIT(i)		{ (i) }
#define ATOMIC64_INIT(i)	{ (i) }
#define ATOMIC_LONG_INIT(i)	{ (i) }

typedef struct {
	long counter;
} atomic_long_t;

/* A result that is ordered against everything before and after. */
#define __atomic_full(expr) ({ typeof(expr) __r = (expr); smp_mb__after_atomic(); __r; })

#define xchg_relaxed(p, v)	__atomic_exchange_n((p), (v), __ATOMIC_RELAXED)
#define xchg_acquire(p, v)	__atomic_exchange_n((p), (v), __ATOMIC_ACQUIRE)
#define xchg_release(p, v)	__atomic_exchange_n((p), (v), __ATOMIC_RELEASE)
#define xchg(p, v)		__atomic_full(__atomic_exchange_n((p), (v), __ATOMIC_SEQ_CST))

/* cmpxchg: the value found; equal to @o exactly when @n was stored. */
#define __cmpxchg_order(p, o, n, order) ({				\
	typeof(*(p)) __old = (o);					\
	__atomic_compare_exchange_n((p), &__old, (n), false, (order), __ATOMIC_RELAXED); \
	__old;								\
})
#define cmpxchg_relaxed(p, o, n) __cmpxchg_order(p, o, n, __ATOMIC_RELAXED)
#define cmpxchg_acquire(p, o, n) __cmpxchg_order(p, o, n, __ATOMIC_ACQUIRE)
#define cmpxchg_release(p, o, n) __cmpxchg_order(p, o, n, __ATOMIC_RELEASE)
#define cmpxchg(p, o, n)	__atomic_full(__cmpxchg_order(p, o, n, __ATOMIC_SEQ_CST))
#define cmpxchg_local(p, o, n)	cmpxchg_relaxed(p, o, n)
#define cmpxchg64(p, o, n)	cmpxchg(p, o, n)

/* try_cmpxchg: whether @n was stored; if not, *op becomes the value found. */
#define __try_cmpxchg_order(p, op, n, order)				\
	__atomic_compare_exchange_n((p), (op), (n), false, (order), __ATOMIC_RELAXED)
#define try_cmpxchg_relaxed(p, op, n) __try_cmpxchg_order(p, op, n, __ATOMIC_RELAXED)
#define try_cmpxchg_acquire(p, op, n) __try_cmpxchg_order(p, op, n, __ATOMIC_ACQUIRE)
#define try_cmpxchg_release(p, op, n) __try_cmpxchg_order(p, op, n, __ATOMIC_RELEASE)
#define try_cmpxchg(p, op, n)	__atomic_full(__try_cmpxchg_order(p, op, n, __ATOMIC_SEQ_CST))

/* One operation in its void, op_return and fetch_op shapes, each in four orderings. */
#define __ATOMIC_OP(pfx, T, I, op)					\
static __always_inline void pfx##_##op(I i, T *v)			\
{ __atomic_fetch_##op(&v->counter, i, __ATOMIC_RELAXED); }

#define __ATOMIC_RETURN(pfx, T, I, name, builtin)			\
static __always_inline I pfx##_##name##_relaxed(I i, T *v)		\
{ return __atomic_##builtin(&v->counter, i, __ATOMIC_RELAXED); }	\
static __always_inline I pfx##_##name##_acquire(I i, T *v)		\
{ return __atomic_##builtin(&v->counter, i, __ATOMIC_ACQUIRE); }	\
static __always_inline I pfx##_##name##_release(I i, T *v)		\
{ return __atomic_##builtin(&v->counter, i, __ATOMIC_RELEASE); }	\
static __always_inline I pfx##_##name(I i, T *v)			\
{ return __atomic_full(__atomic_##builtin(&v->counter, i, __ATOMIC_SEQ_CST)); }

/* inc and dec in the same shapes. */
#define __ATOMIC_STEP(pfx, T, I, step, op)				\
static __always_inline void pfx##_##step(T *v) { pfx##_##op(1, v); }	\
static __always_inline I pfx##_##step##_return(T *v) { return pfx##_##op##_return(1, v); } \
static __always_inline I pfx##_##step##_return_relaxed(T *v) { return pfx##_##op##_return_relaxed(1, v); } \
static __always_inline I pfx##_##step##_return_acquire(T *v) { return pfx##_##op##_return_acquire(1, v); } \
static __always_inline I pfx##_##step##_return_release(T *v) { return pfx##_##op##_return_release(1, v); } \
static __always_inline I pfx##_fetch_##step(T *v) { return pfx##_fetch_##op(1, v); } \
static __always_inline I pfx##_fetch_##step##_relaxed(T *v) { return pfx##_fetch_##op##_relaxed(1, v); } \
static __always_inline bool pfx##_##step##_and_test(T *v) { return pfx##_##op##_return(1, v) == 0; }

#define __ATOMIC_TYPE(pfx, T, I)					\
static __always_inline I pfx##_read(const T *v) { return READ_ONCE(v->counter); } \
static __always_inline I pfx##_read_acquire(const T *v) { return smp_load_acquire(&v->counter); } \
static __always_inline void pfx##_set(T *v, I i) { WRITE_ONCE(v->counter, i); } \
static __always_inline void pfx##_set_release(T *v, I i) { smp_store_release(&v->counter, i); } \
__ATOMIC_OP(pfx, T, I, add)						\
__ATOMIC_OP(pfx, T, I, sub)						\
__ATOMIC_OP(pfx, T, I, and)						\
__ATOMIC_OP(pfx, T, I, or)						\
__ATOMIC_OP(pfx, T, I, xor)						\
static __always_inline void pfx##_andnot(I i, T *v) { pfx##_and(~i, v); } \
__ATOMIC_RETURN(pfx, T, I, add_return, add_fetch)			\
__ATOMIC_RETURN(pfx, T, I, sub_return, sub_fetch)			\
__ATOMIC_RETURN(pfx, T, I, fetch_add, fetch_add)			\
__ATOMIC_RETURN(pfx, T, I, fetch_sub, fetch_sub)			\
__ATOMIC_RETURN(pfx, T, I, fetch_and, fetch_and)			\
__ATOMIC_RETURN(pfx, T, I, fetch_or, fetch_or)				\
__ATOMIC_RETURN(pfx, T, I, fetch_xor, fetch_xor)			\
static __always_inline I pfx##_fetch_andnot(I i, T *v) { return pfx##_fetch_and(~i, v); } \
__ATOMIC_STEP(pfx, T, I, inc, add)					\
__ATOMIC_STEP(pfx, T, I, dec, sub)					\
static __always_inline bool pfx##_sub_and_test(I i, T *v) { return pfx##_sub_return(i, v) == 0; } \
static __always_inline bool pfx##_add_negative(I i, T *v) { return pfx##_add_return(i, v) < 0; } \
static __always_inline I pfx##_xchg(T *v, I n) { return xchg(&v->counter, n); } \
static __always_inline I pfx##_xchg_relaxed(T *v, I n) { return xchg_relaxed(&v->counter, n); } \
static __always_inline I pfx##_xchg_acquire(T *v, I n) { return xchg_acquire(&v->counter, n); } \
static __always_inline I pfx##_xchg_release(T *v, I n) { return xchg_release(&v->counter, n); } \
static __always_inline I pfx##_cmpxchg(T *v, I o, I n) { return cmpxchg(&v->counter, o, n); } \
static __always_inline I pfx##_cmpxchg_relaxed(T *v, I o, I n) { return cmpxchg_relaxed(&v->counter, o, n); } \
static __always_inline I pfx##_cmpxchg_acquire(T *v, I o, I n) { return cmpxchg_acquire(&v->counter, o, n); } \
static __always_inline I pfx##_cmpxchg_release(T *v, I o, I n) { return cmpxchg_release(&v->counter, o, n); } \
static __always_inline bool pfx##_try_cmpxchg(T *v, I *o, I n) { return try_cmpxchg(&v->counter, o, n); } \
static __always_inline bool pfx##_try_cmpxchg_relaxed(T *v, I *o, I n) { return try_cmpxchg_relaxed(&v->counter, o, n); } \
static __always_inline bool pfx##_try_cmpxchg_acquire(T *v, I *o, I n) { return try_cmpxchg_acquire(&v->counter, o, n); } \
static __always_inline bool pfx##_try_cmpxchg_release(T *v, I *o, I n) { return try_cmpxchg_release(&v->counter, o, n); } \
static __always_inline I pfx##_fetch_add_unless(T *v, I a, I u)		\
{									\
	I c = pfx##_read(v);						\
									\
	while (c != u && !pfx##_try_cmpxchg(v, &c, c + a))		\
		;							\
	return c;							\
}									\
static __always_inline bool pfx##_add_unless(T *v, I a, I u) { return pfx##_fetch_add_unless(v, a, u) != u; } \
static __always_inline bool pfx##_inc_not_zero(T *v) { return pfx##_add_unless(v, 1, 0); } \
static __always_inline bool pfx##_inc_unless_negative(T *v)		\
{									\
	I c = pfx##_read(v);						\
									\
	do {								\
		if (c < 0)						\
			return false;					\
	} while (!pfx##_try_cmpxchg(v, &c, c + 1));			\
	return true;							\
}									\
static __always_inline bool pfx##_dec_unless_positive(T *v)		\
{									\
	I c = pfx##_read(v);						\
									\
	do {								\
		if (c > 0)						\
			return false;					\
	} while (!pfx##_try_cmpxchg(v, &c, c - 1));			\
	return true;							\
}									\
static __always_inline I pfx##_dec_if_positive(T *v)			\
{									\
	I d, c = pfx##_read(v);						\
									\
	do {								\
		d = c - 1;						\
		if (d < 0)						\
			break;						\
	} while (!pfx##_try_cmpxchg(v, &c, d));				\
	return d;							\
}

__ATOMIC_TYPE(atomic, atomic_t, int)
__ATOMIC_TYPE(atomic64, atomic64_t, s64)
__ATOMIC_TYPE(atomic_long, atomic_long_t, long)

#define atomic_cond_read_acquire(v, c)	smp_cond_load_acquire(&(v)->counter, (c))
#define atomic_cond_read_relaxed(v, c)	smp_cond_load_relaxed(&(v)->counter, (c))
