/* SPDX-License-Identifier: MIT */
/* 64-bit division by name: for code that also runs where it is not one instruction. */
#pragma once

#include <linux/math.h>
#include <linux/types.h>

#define div64_long(x, y)	div64_s64((x), (y))
#define div64_ul(x, y)		div64_u64((x), (y))

/* n is divided in place; the value is the remainder. */
#define do_div(n, base)		__do_div(n, base, __UNIQUE_ID(dd_), __UNIQUE_ID(dd_))
#define __do_div(n, base, b, r) ({ \
	u32 b = (base); \
	u32 r = (u64)(n) % b; \
	(n) = (u64)(n) / b; \
	r; })

static inline u64 div_u64_rem(u64 dividend, u32 divisor, u32 *remainder)
{
	*remainder = dividend % divisor;
	return dividend / divisor;
}

static inline s64 div_s64_rem(s64 dividend, s32 divisor, s32 *remainder)
{
	*remainder = dividend % divisor;
	return dividend / divisor;
}

static inline u64 div64_u64_rem(u64 dividend, u64 divisor, u64 *remainder)
{
	*remainder = dividend % divisor;
	return dividend / divisor;
}

static inline u64 div64_u64(u64 dividend, u64 divisor)
{
	return dividend / divisor;
}

static inline s64 div64_s64(s64 dividend, s64 divisor)
{
	return dividend / divisor;
}

static inline u64 div_u64(u64 dividend, u32 divisor)
{
	return dividend / divisor;
}

static inline s64 div_s64(s64 dividend, s32 divisor)
{
	return dividend / divisor;
}

static inline u32 iter_div_u64_rem(u64 dividend, u32 divisor, u64 *remainder)
{
	*remainder = dividend % divisor;
	return dividend / divisor;
}

static inline u64 mul_u32_u32(u32 a, u32 b)
{
	return (u64)a * b;
}

static inline u64 mul_u64_u32_shr(u64 a, u32 mul, unsigned int shift)
{
	return (u64)(((u128)a * mul) >> shift);
}

static inline u64 mul_u64_u64_shr(u64 a, u64 mul, unsigned int shift)
{
	return (u64)(((u128)a * mul) >> shift);
}

/* a * mul / div, with mul and div of 32 bits. */
static inline u64 mul_u64_u32_div(u64 a, u32 mul, u32 divisor)
{
	u64 high = (a >> 32) * mul, low = (a & 0xffffffffu) * mul;

	high += low >> 32;
	return ((high / divisor) << 32) + ((((high % divisor) << 32) | (low & 0xffffffffu)) / divisor);
}

#define DIV64_U64_ROUND_UP(ll, d)	div64_u64((ll) + (d) - 1, (d))
#define DIV64_U64_ROUND_CLOSEST(n, d)	div64_u64((n) + (d) / 2, (d))
#define DIV_U64_ROUND_UP(ll, d)		div_u64((ll) + (d) - 1, (d))
#define DIV_U64_ROUND_CLOSEST(n, d)	div_u64((n) + (d) / 2, (d))
