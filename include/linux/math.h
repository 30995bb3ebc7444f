/* SPDX-License-Identifier: MIT */
/* Integer rounding and the like. round_up/down want powers of two; roundup/rounddown take any. */
#pragma once

#include <linux/compiler.h>
#include <linux/types.h>

#define __round_mask(x, y)	((typeof(x))((y) - 1))
#define round_up(x, y)		((((x) - 1) | __round_mask(x, y)) + 1)
#define round_down(x, y)	((x) & ~__round_mask(x, y))
#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#define DIV_ROUND_UP_ULL(n, d)	(((unsigned long long)(n) + (d) - 1) / (d))
#define DIV_ROUND_DOWN_ULL(n, d) ((unsigned long long)(n) / (d))
#define DIV_ROUND_UP_SECTOR_T(n, d) DIV_ROUND_UP_ULL(n, d)
#define roundup(x, y)		((((x) + ((y) - 1)) / (y)) * (y))
#define rounddown(x, y)		((x) - ((x) % (y)))
/* To the nearest, halves away from zero. */
#define __div_closest(x, d, ux, ud) ({ \
	typeof(x) ux = (x); \
	typeof(d) ud = (d); \
	((((typeof(x))-1) > 0 || ((typeof(d))-1) > 0 || ((ux > 0) == (ud > 0))) ? \
		(ux + ud / 2) / ud : (ux - ud / 2) / ud); })
#define DIV_ROUND_CLOSEST(x, d)	__div_closest(x, d, __UNIQUE_ID(dc_), __UNIQUE_ID(dc_))
#define DIV_ROUND_CLOSEST_ULL(x, d) (((unsigned long long)(x) + (d) / 2) / (d))

#define abs(x)			__abs(x, __UNIQUE_ID(abs_))
#define __abs(x, ux)		({ typeof(x) ux = (x); ux < 0 ? -ux : ux; })
#define abs_diff(a, b)		__abs_diff(a, b, __UNIQUE_ID(ad_), __UNIQUE_ID(ad_))
#define __abs_diff(a, b, ua, ub) ({ typeof(a) ua = (a); typeof(b) ub = (b); ua > ub ? ua - ub : ub - ua; })

#define mult_frac(x, n, d)	__mult_frac(x, n, d, __UNIQUE_ID(mq_), __UNIQUE_ID(mr_))
#define __mult_frac(x, n, d, q, r) ({ \
	typeof(x) q = (x) / (d); \
	typeof(x) r = (x) % (d); \
	(q * (n)) + ((r * (n)) / (d)); })

#define sector_div(a, b)	do_div(a, b)

/* Scale a random 32-bit value to 0 .. ep_ro - 1. */
static inline u32 reciprocal_scale(u32 val, u32 ep_ro)
{
	return (u32)(((u64)val * ep_ro) >> 32);
}

u64 int_pow(u64 base, unsigned int exp);
unsigned long int_sqrt(unsigned long x);
static inline u32 int_sqrt64(u64 x)
{
	return (u32)int_sqrt(x);
}
unsigned long gcd(unsigned long a, unsigned long b) __attribute_const__;
unsigned long lcm(unsigned long a, unsigned long b) __attribute_const__;
