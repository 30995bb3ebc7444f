/* SPDX-License-Identifier: MIT */
/* Bitmaps of any length. Bits behind the last one in the last word are ignored, and may change. */
#pragma once

#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/find.h>
#include <linux/string.h>
#include <linux/types.h>

#define BITMAP_FIRST_WORD_MASK(start)	(~0UL << ((start) & 63))
#define BITMAP_LAST_WORD_MASK(nbits)	(~0UL >> (-(nbits) & 63))
#define bitmap_size(nbits)		(BITS_TO_LONGS(nbits) * sizeof(long))

/* Allocation; NULL when there is no memory. Free with bitmap_free(). */
unsigned long *bitmap_alloc(unsigned int nbits, gfp_t flags);
unsigned long *bitmap_zalloc(unsigned int nbits, gfp_t flags);
void bitmap_free(const unsigned long *bitmap);

void bitmap_set(unsigned long *map, unsigned int start, unsigned int nbits);
void bitmap_clear(unsigned long *map, unsigned int start, unsigned int nbits);
/* The first @nr clear bits in a row from @start on, aligned to @align_mask + 1; > @size - 1: none. */
unsigned long bitmap_find_next_zero_area_off(unsigned long *map, unsigned long size,
					     unsigned long start, unsigned int nr,
					     unsigned long align_mask, unsigned long align_offset);
#define bitmap_find_next_zero_area(map, size, start, nr, align_mask) \
	bitmap_find_next_zero_area_off(map, size, start, nr, align_mask, 0)

bool bitmap_equal(const unsigned long *a, const unsigned long *b, unsigned int nbits);
bool bitmap_intersects(const unsigned long *a, const unsigned long *b, unsigned int nbits);
bool bitmap_subset(const unsigned long *a, const unsigned long *b, unsigned int nbits);
unsigned int bitmap_weight(const unsigned long *map, unsigned int nbits);
bool bitmap_and(unsigned long *dst, const unsigned long *a, const unsigned long *b, unsigned int nbits);
void bitmap_or(unsigned long *dst, const unsigned long *a, const unsigned long *b, unsigned int nbits);
void bitmap_xor(unsigned long *dst, const unsigned long *a, const unsigned long *b, unsigned int nbits);
bool bitmap_andnot(unsigned long *dst, const unsigned long *a, const unsigned long *b,
		   unsigned int nbits);
void bitmap_complement(unsigned long *dst, const unsigned long *src, unsigned int nbits);
void bitmap_shift_right(unsigned long *dst, const unsigned long *src, unsigned int shift,
			unsigned int nbits);
void bitmap_shift_left(unsigned long *dst, const unsigned long *src, unsigned int shift,
		       unsigned int nbits);

/*
 * bitmap_parselist - read "0-3,8,12-15" (also "0-7:2/4": 2 of each 4, "all", "N" for the last bit).
 * Returns: 0; -EINVAL for bad syntax; -ERANGE for a bit beyond @nbits. @map is zeroed first.
 */
int bitmap_parselist(const char *buf, unsigned long *map, int nbits);
/* Hexadecimal words of 32 bits, high first, separated by commas. 0, -EINVAL or -EOVERFLOW. */
int bitmap_parse(const char *buf, unsigned int buflen, unsigned long *map, int nbits);
int bitmap_print_to_pagebuf(bool list, char *buf, const unsigned long *map, int nbits);

/* Regions of 2^order bits. */
int bitmap_find_free_region(unsigned long *map, unsigned int bits, int order);
void bitmap_release_region(unsigned long *map, unsigned int pos, int order);
int bitmap_allocate_region(unsigned long *map, unsigned int pos, int order);

static inline void bitmap_zero(unsigned long *dst, unsigned int nbits)
{
	memset(dst, 0, bitmap_size(nbits));
}

static inline void bitmap_fill(unsigned long *dst, unsigned int nbits)
{
	memset(dst, 0xff, bitmap_size(nbits));
}

static inline void bitmap_copy(unsigned long *dst, const unsigned long *src, unsigned int nbits)
{
	memcpy(dst, src, bitmap_size(nbits));
}

static inline bool bitmap_empty(const unsigned long *src, unsigned int nbits)
{
	return find_first_bit(src, nbits) == nbits;
}

static inline bool bitmap_full(const unsigned long *src, unsigned int nbits)
{
	return find_first_zero_bit(src, nbits) == nbits;
}
