/* SPDX-License-Identifier: MIT */
/* Arithmetic that tells when the result does not fit. */
#pragma once

#include <linux/compiler.h>
#include <linux/limits.h>
#include <linux/types.h>

#define __type_half_max(type)	((type)1 << (8 * sizeof(type) - 1 - is_signed_type(type)))
#define type_max(T)		((T)((__type_half_max(T) - 1) + __type_half_max(T)))
#define type_min(T)		((T)((T)-type_max(T) - (T)1))

static inline bool __must_check __must_check_overflow(bool overflow)
{
	return unlikely(overflow);
}

/* True when it overflowed; *d then holds the wrapped result. */
#define check_add_overflow(a, b, d) __must_check_overflow(__builtin_add_overflow(a, b, d))
#define check_sub_overflow(a, b, d) __must_check_overflow(__builtin_sub_overflow(a, b, d))
#define check_mul_overflow(a, b, d) __must_check_overflow(__builtin_mul_overflow(a, b, d))

/* *d = a << s; true when bits were lost, the sign changed, or s is no possible shift. */
#define check_shl_overflow(a, s, d) __must_check_overflow(({ \
	typeof(a) __shl_a = (a); \
	long long __shl_s = (s); \
	typeof(d) __shl_d = (d); \
	bool __shl_ok = __shl_s >= 0 && __shl_s < 8 * (long long)sizeof(*__shl_d); \
	*__shl_d = (u64)__shl_a << (__shl_ok ? __shl_s : 0); \
	!__shl_ok || *__shl_d < 0 || __shl_a < 0 || (*__shl_d >> __shl_s) != __shl_a; }))

/* Sizes that stick at SIZE_MAX, so that an allocation of an overflowed size fails. */
static inline size_t __must_check size_mul(size_t a, size_t b)
{
	size_t bytes;

	return __builtin_mul_overflow(a, b, &bytes) ? SIZE_MAX : bytes;
}

static inline size_t __must_check size_add(size_t a, size_t b)
{
	size_t bytes;

	return __builtin_add_overflow(a, b, &bytes) ? SIZE_MAX : bytes;
}

static inline size_t __must_check size_sub(size_t a, size_t b)
{
	size_t bytes;

	if (a == SIZE_MAX || b == SIZE_MAX || __builtin_sub_overflow(a, b, &bytes))
		return SIZE_MAX;
	return bytes;
}

#define array_size(a, b)		size_mul(a, b)
#define array3_size(a, b, c)		size_mul(size_mul(a, b), c)
#define flex_array_size(p, member, n)	size_mul(n, sizeof(*(p)->member) + __must_be_array((p)->member))
#define struct_size(p, member, n)	size_add(sizeof(*(p)), flex_array_size(p, member, n))
#define struct_size_t(type, member, n)	struct_size((type *)NULL, member, n)
