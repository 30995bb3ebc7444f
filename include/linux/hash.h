/* SPDX-License-Identifier: MIT */
/* Multiplicative hashing: the top bits of key * 2^w / golden ratio. Source: Knuth, TAOCP 3, 6.4. */
#pragma once

#include <linux/types.h>

#define GOLDEN_RATIO_32	0x61C88647
#define GOLDEN_RATIO_64	0x61C8864680B583EBULL
#define hash_long(val, bits)	hash_64(val, bits)

static inline u32 hash_32(u32 val, unsigned int bits)
{
	return (val * GOLDEN_RATIO_32) >> (32 - bits);
}

static inline u32 hash_64(u64 val, unsigned int bits)
{
	return (u32)((val * GOLDEN_RATIO_64) >> (64 - bits));
}

static inline u32 hash_ptr(const void *ptr, unsigned int bits)
{
	return hash_64((unsigned long)ptr, bits);
}

static inline u32 hash32_ptr(const void *ptr)
{
	return (u32)((unsigned long)ptr ^ ((unsigned long)ptr >> 32));
}
