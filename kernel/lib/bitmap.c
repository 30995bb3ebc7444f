// SPDX-License-Identifier: MIT
/*
 * Bitmaps: setting ranges, combining, comparing, finding room. Bits behind the last one may hold anything;
 * what compares or counts masks them off. Text forms are in bitmap_text.c.
 */
#include <linux/bitmap.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/slab.h>

/* Bits start .. of one word that belong to a range that ends behind @end (both counted from the word). */
static unsigned long mask_of(unsigned int start, unsigned int end)
{
	return (~0UL << start) & (end < BITS_PER_LONG ? ~(~0UL << end) : ~0UL);
}

#define FOR_EACH_WORD(map, start, n, p, mask) \
	for (unsigned int __at = (start), __end = (start) + (n); \
	     __at < __end && ((p) = (map) + __at / BITS_PER_LONG, \
			      (mask) = mask_of(__at % BITS_PER_LONG, \
					       __end - __at / BITS_PER_LONG * BITS_PER_LONG), true); \
	     __at = (__at / BITS_PER_LONG + 1) * BITS_PER_LONG)

void bitmap_set(unsigned long *map, unsigned int start, unsigned int nbits)
{
	unsigned long *p, mask;

	FOR_EACH_WORD(map, start, nbits, p, mask)
		*p |= mask;
}
EXPORT_SYMBOL(bitmap_set);

void bitmap_clear(unsigned long *map, unsigned int start, unsigned int nbits)
{
	unsigned long *p, mask;

	FOR_EACH_WORD(map, start, nbits, p, mask)
		*p &= ~mask;
}
EXPORT_SYMBOL(bitmap_clear);

unsigned long bitmap_find_next_zero_area_off(unsigned long *map, unsigned long size,
					     unsigned long start, unsigned int nr,
					     unsigned long align_mask, unsigned long align_offset)
{
	for (;;) {
		unsigned long index = find_next_zero_bit(map, size, start), used;

		index = __ALIGN_MASK(index + align_offset, align_mask) - align_offset;
		if (index + nr > size)
			return index + nr;
		used = find_next_bit(map, index + nr, index);
		if (used >= index + nr)
			return index;
		start = used + 1;
	}
}
EXPORT_SYMBOL(bitmap_find_next_zero_area_off);

/* The words of both, the last one masked. */
#define FOR_EACH_MASKED(i, nbits, mask) \
	for (unsigned int i = 0; i < BITS_TO_LONGS(nbits) && \
	     ((mask) = ((nbits) - i * BITS_PER_LONG < BITS_PER_LONG ? \
			BITMAP_LAST_WORD_MASK(nbits) : ~0UL), true); i++)

bool bitmap_equal(const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	unsigned long mask;

	FOR_EACH_MASKED(i, nbits, mask)
		if ((a[i] ^ b[i]) & mask)
			return false;
	return true;
}
EXPORT_SYMBOL(bitmap_equal);

bool bitmap_intersects(const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	return find_next_and_bit(a, b, nbits, 0) < nbits;
}
EXPORT_SYMBOL(bitmap_intersects);

bool bitmap_subset(const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	return find_next_andnot_bit(a, b, nbits, 0) >= nbits;
}
EXPORT_SYMBOL(bitmap_subset);

unsigned int bitmap_weight(const unsigned long *map, unsigned int nbits)
{
	unsigned long mask;
	unsigned int n = 0;

	FOR_EACH_MASKED(i, nbits, mask)
		n += hweight_long(map[i] & mask);
	return n;
}
EXPORT_SYMBOL(bitmap_weight);

/* True when the result has a bit. */
bool bitmap_and(unsigned long *dst, const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	unsigned long mask, any = 0;

	FOR_EACH_MASKED(i, nbits, mask)
		any |= dst[i] = a[i] & b[i] & mask;
	return any;
}
EXPORT_SYMBOL(bitmap_and);

bool bitmap_andnot(unsigned long *dst, const unsigned long *a, const unsigned long *b,
		   unsigned int nbits)
{
	unsigned long mask, any = 0;

	FOR_EACH_MASKED(i, nbits, mask)
		any |= dst[i] = a[i] & ~b[i] & mask;
	return any;
}
EXPORT_SYMBOL(bitmap_andnot);

void bitmap_or(unsigned long *dst, const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	for (unsigned int i = 0; i < BITS_TO_LONGS(nbits); i++)
		dst[i] = a[i] | b[i];
}
EXPORT_SYMBOL(bitmap_or);

void bitmap_xor(unsigned long *dst, const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	for (unsigned int i = 0; i < BITS_TO_LONGS(nbits); i++)
		dst[i] = a[i] ^ b[i];
}
EXPORT_SYMBOL(bitmap_xor);

void bitmap_complement(unsigned long *dst, const unsigned long *src, unsigned int nbits)
{
	for (unsigned int i = 0; i < BITS_TO_LONGS(nbits); i++)
		dst[i] = ~src[i];
}
EXPORT_SYMBOL(bitmap_complement);

/* Bit by word: word i of the result comes from two neighbours. May be done in place. */
void bitmap_shift_right(unsigned long *dst, const unsigned long *src, unsigned int shift,
			unsigned int nbits)
{
	unsigned int words = BITS_TO_LONGS(nbits), skip = shift / BITS_PER_LONG;
	unsigned int bits = shift % BITS_PER_LONG;
	unsigned long mask;

	FOR_EACH_MASKED(i, nbits, mask) {
		unsigned long low = 0, high = 0;

		if (i + skip < words)
			low = src[i + skip] &
			      (i + skip == words - 1 ? BITMAP_LAST_WORD_MASK(nbits) : ~0UL);
		if (bits && i + skip + 1 < words)
			high = src[i + skip + 1] &
			       (i + skip + 1 == words - 1 ? BITMAP_LAST_WORD_MASK(nbits) : ~0UL);
		dst[i] = (low >> bits | (bits ? high << (BITS_PER_LONG - bits) : 0)) & mask;
	}
}
EXPORT_SYMBOL(bitmap_shift_right);

void bitmap_shift_left(unsigned long *dst, const unsigned long *src, unsigned int shift,
		       unsigned int nbits)
{
	unsigned int skip = shift / BITS_PER_LONG, bits = shift % BITS_PER_LONG;

	for (unsigned int i = BITS_TO_LONGS(nbits); i-- > 0;) {
		unsigned long high = i >= skip ? src[i - skip] : 0;
		unsigned long low = bits && i > skip ? src[i - skip - 1] >> (BITS_PER_LONG - bits) : 0;

		dst[i] = high << bits | low;
	}
}
EXPORT_SYMBOL(bitmap_shift_left);

/* ---- Regions of 2^order bits, aligned to their size ---- */

int bitmap_find_free_region(unsigned long *map, unsigned int bits, int order)
{
	unsigned int n = 1u << order;

	for (unsigned int pos = 0; pos + n <= bits; pos += n)
		if (!bitmap_allocate_region(map, pos, order))
			return pos;
	return -ENOMEM;
}
EXPORT_SYMBOL(bitmap_find_free_region);

void bitmap_release_region(unsigned long *map, unsigned int pos, int order)
{
	bitmap_clear(map, pos, 1u << order);
}
EXPORT_SYMBOL(bitmap_release_region);

int bitmap_allocate_region(unsigned long *map, unsigned int pos, int order)
{
	unsigned int n = 1u << order;

	if (find_next_bit(map, pos + n, pos) < pos + n)
		return -EBUSY;
	bitmap_set(map, pos, n);
	return 0;
}
EXPORT_SYMBOL(bitmap_allocate_region);

/* ---- Allocation ---- */

unsigned long *bitmap_alloc(unsigned int nbits, gfp_t flags)
{
	return kmalloc_array(BITS_TO_LONGS(nbits), sizeof(unsigned long), flags);
}
EXPORT_SYMBOL(bitmap_alloc);

unsigned long *bitmap_zalloc(unsigned int nbits, gfp_t flags)
{
	return bitmap_alloc(nbits, flags | __GFP_ZERO);
}
EXPORT_SYMBOL(bitmap_zalloc);

void bitmap_free(const unsigned long *bitmap)
{
	kfree(bitmap);
}
EXPORT_SYMBOL(bitmap_free);
