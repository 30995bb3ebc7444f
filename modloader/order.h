/* SPDX-License-Identifier: MIT */
/*
 * Sorting for the loader: a stable merge sort of (key, index) pairs. Faster than sort() for the
 * thousands of symbols of a large module, since it compares without a call and sees sorted input at once.
 */
#pragma once

#include "base.h"

struct order {
	u64 key;	/* sorted by this, equal ones stay as they were */
	u64 index;	/* the caller's */
};

/*
 * order_sort - sort @v[0..n).
 * @v: 2n entries of room; the second half is scratch.
 *
 * Context: any. Time: n log n for every input, n when it is sorted already.
 * Returns: the sorted entries, in either half of @v.
 */
static inline struct order *order_sort(struct order *v, size_t n)
{
	struct order *from = v, *to = v + n, *swap;
	size_t width, i;

	for (i = 1; i < n && v[i - 1].key <= v[i].key; i++)
		;
	if (i >= n)
		return v;
	/* Runs of @width are sorted; merge each with its neighbour. */
	for (width = 1; width < n; width *= 2) {
		for (i = 0; i < n; i += 2 * width) {
			const struct order *a = from + i, *a_end = from + (i + width < n ? i + width : n);
			const struct order *b = a_end, *b_end = from + (i + 2 * width < n ? i + 2 * width : n);
			struct order *out = to + i;

			while (a < a_end && b < b_end)
				*out++ = b->key < a->key ? *b++ : *a++;
			while (a < a_end)
				*out++ = *a++;
			while (b < b_end)
				*out++ = *b++;
		}
		swap = from;
		from = to;
		to = swap;
	}
	return from;
}
