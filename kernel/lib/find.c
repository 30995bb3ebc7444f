// SPDX-License-Identifier: MIT
/*
 * Searching bitmaps, a word at a time. Each search is the same walk over words that a small
 * expression makes of one or two bitmaps.
 */
#include <linux/bitops.h>
#include <linux/export.h>
#include <linux/find.h>
#include <linux/minmax.h>

#define FIND_NEXT(word_of_i, size, start) ({ \
	unsigned long __size = (size), __start = (start), __found = __size; \
	if (__start < __size) { \
		unsigned long i = __start / BITS_PER_LONG; \
		unsigned long __word = (word_of_i) & (~0UL << (__start % BITS_PER_LONG)); \
		while (!__word && ++i < BITS_TO_LONGS(__size)) \
			__word = (word_of_i); \
		if (__word) \
			__found = min(i * BITS_PER_LONG + __ffs(__word), __size); \
	} \
	__found; })

unsigned long find_next_bit(const unsigned long *addr, unsigned long size, unsigned long offset)
{
	return FIND_NEXT(addr[i], size, offset);
}
EXPORT_SYMBOL(find_next_bit);

unsigned long find_next_zero_bit(const unsigned long *addr, unsigned long size, unsigned long offset)
{
	return FIND_NEXT(~addr[i], size, offset);
}
EXPORT_SYMBOL(find_next_zero_bit);

unsigned long find_next_and_bit(const unsigned long *a, const unsigned long *b,
				unsigned long size, unsigned long offset)
{
	return FIND_NEXT(a[i] & b[i], size, offset);
}
EXPORT_SYMBOL(find_next_and_bit);

unsigned long find_next_andnot_bit(const unsigned long *a, const unsigned long *b,
				   unsigned long size, unsigned long offset)
{
	return FIND_NEXT(a[i] & ~b[i], size, offset);
}
EXPORT_SYMBOL(find_next_andnot_bit);

unsigned long find_last_bit(const unsigned long *addr, unsigned long size)
{
	unsigned long n = BITS_TO_LONGS(size);
	unsigned long mask = ~0UL >> (-size % BITS_PER_LONG);

	for (; n; n--, mask = ~0UL)
		if (addr[n - 1] & mask)
			return (n - 1) * BITS_PER_LONG + __fls(addr[n - 1] & mask);
	return size;
}
EXPORT_SYMBOL(find_last_bit);

unsigned long find_nth_bit(const unsigned long *addr, unsigned long size, unsigned long n)
{
	unsigned long bit;

	for_each_set_bit(bit, addr, size)
		if (!n--)
			return bit;
	return size;
}
EXPORT_SYMBOL(find_nth_bit);
