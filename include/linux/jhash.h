/* SPDX-License-Identifier: MIT */
/*
 * Hashes of byte strings, with the interface of Linux's jhash. The values differ from Linux's: this is
 * a multiply-and-rotate hash. Source: A. Appleby's MurmurHash3 finalizer (public domain).
 */
#pragma once

#include <linux/bitops.h>
#include <linux/unaligned.h>

static inline u32 __jhash_final(u32 h)
{
	h ^= h >> 16;
	h *= 0x85ebca6b;
	h ^= h >> 13;
	h *= 0xc2b2ae35;
	return h ^ (h >> 16);
}

static inline u32 __jhash_word(u32 h, u32 k)
{
	return rol32(h ^ (rol32(k * 0xcc9e2d51, 15) * 0x1b873593), 13) * 5 + 0xe6546b64;
}

static inline u32 jhash(const void *key, u32 length, u32 initval)
{
	const u8 *p = key;
	u32 h = initval, tail = 0;

	for (u32 n = length; n >= 4; n -= 4, p += 4)
		h = __jhash_word(h, get_unaligned_le32(p));
	for (u32 i = 0; i < (length & 3); i++)
		tail |= (u32)p[i] << (8 * i);
	return __jhash_final(__jhash_word(h, tail) ^ length);
}

static inline u32 jhash2(const u32 *k, u32 length, u32 initval)
{
	u32 h = initval;

	for (u32 i = 0; i < length; i++)
		h = __jhash_word(h, k[i]);
	return __jhash_final(h ^ length);
}

static inline u32 jhash_3words(u32 a, u32 b, u32 c, u32 initval)
{
	return __jhash_final(__jhash_word(__jhash_word(__jhash_word(initval, a), b), c));
}

static inline u32 jhash_2words(u32 a, u32 b, u32 initval)
{
	return jhash_3words(a, b, 0, initval);
}

static inline u32 jhash_1word(u32 a, u32 initval)
{
	return jhash_3words(a, 0, 0, initval);
}
