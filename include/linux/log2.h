/* SPDX-License-Identifier: MIT */
/* Powers of two. Constant arguments give constants. */
#pragma once

#include <linux/bitops.h>
#include <linux/types.h>

/* Undefined for 0. */
#define ilog2(n)		(63 - __builtin_clzll((unsigned long long)(n)))
#define const_ilog2(n)		ilog2(n)
#define is_power_of_2(n)	__is_power_of_2((unsigned long)(n))
static inline __attribute_const__ bool __is_power_of_2(unsigned long n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

#define roundup_pow_of_two(n)	((n) <= 1 ? 1UL : 1UL << (ilog2((n) - 1) + 1))
#define rounddown_pow_of_two(n)	(1UL << ilog2(n))
#define order_base_2(n)		((n) > 1 ? ilog2((n) - 1) + 1 : 0)
#define bits_per(n)		((n) < 2 ? 1 : ilog2(n) + 1)
