/* SPDX-License-Identifier: MIT */
#pragma once

#include <linux/const.h>

#define BITS_PER_BYTE		8
#define BIT(n)			(UL(1) << (n))
#define BIT_ULL(n)		(ULL(1) << (n))
#define BIT_MASK(n)		(UL(1) << ((n) % 64))
#define BIT_WORD(n)		((n) / 64)
#define BIT_ULL_MASK(n)		(ULL(1) << ((n) % 64))
#define BIT_ULL_WORD(n)		((n) / 64)
/* Bits h..l, both included. */
#define GENMASK(h, l)		(((~UL(0)) - (UL(1) << (l)) + 1) & (~UL(0) >> (63 - (h))))
#define GENMASK_ULL(h, l)	(((~ULL(0)) - (ULL(1) << (l)) + 1) & (~ULL(0) >> (63 - (h))))
