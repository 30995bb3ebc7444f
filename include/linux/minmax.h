/* SPDX-License-Identifier: MIT */
/* Comparisons that evaluate their arguments once and refuse to mix types. */
#pragma once

#include <linux/compiler.h>
#include <linux/const.h>

#define __minmax_same(x, y) \
	(((int)sizeof(struct { _Static_assert(__same_type((x) + 0, (y) + 0) || __same_type(x, y), \
			  "min()/max(): types differ, use min_t()/max_t()"); char unused; }) - 1) * 0)
#define __pick(x, y, op)	((x) op (y) ? (x) : (y))
#define __pick_once(x, y, ux, uy, op) ({ \
	typeof(x) ux = (x); \
	typeof(y) uy = (y); \
	__pick(ux, uy, op); })
/* Constants stay constant expressions. */
#define __careful_pick(x, y, op) \
	__builtin_choose_expr(__is_constexpr((x) op (y)), __pick(x, y, op), \
		__pick_once(x, y, __UNIQUE_ID(mx_), __UNIQUE_ID(my_), op))

#define min(x, y)		(__careful_pick(x, y, <) + __minmax_same(x, y))
#define max(x, y)		(__careful_pick(x, y, >) + __minmax_same(x, y))
#define min_t(type, x, y)	__careful_pick((type)(x), (type)(y), <)
#define max_t(type, x, y)	__careful_pick((type)(x), (type)(y), >)
#define min3(x, y, z)		min((typeof(x))min(x, y), z)
#define max3(x, y, z)		max((typeof(x))max(x, y), z)
/* The smaller one that is not zero; 0 when both are. */
#define __min_not_zero(x, y, ux, uy) ({ \
	typeof(x) ux = (x); \
	typeof(y) uy = (y); \
	ux == 0 ? uy : (uy == 0 ? ux : min(ux, uy)); })
#define min_not_zero(x, y)	__min_not_zero(x, y, __UNIQUE_ID(mz_), __UNIQUE_ID(mz_))
#define clamp(val, lo, hi)	min((typeof(val))max(val, lo), hi)
#define clamp_t(type, val, lo, hi) min_t(type, max_t(type, val, lo), hi)
#define clamp_val(val, lo, hi)	clamp_t(typeof(val), val, lo, hi)

#define __swap(a, b, tmp) do { \
		typeof(a) tmp = (a); \
		(a) = (b); \
		(b) = tmp; \
	} while (0)
#define swap(a, b)		__swap(a, b, __UNIQUE_ID(swap_))
