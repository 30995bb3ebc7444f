/* SPDX-License-Identifier: MIT */
/*
 * Runs of words by pairs. The compare is a chain of CCMPs: each compares only if all before were equal, and
 * else sets "not equal" (flags 0), so that eight words need one branch and no accumulator.
 * Source: Arm ARM, "CCMP (register)", "LDP".
 */
#pragma once

#include <linux/types.h>

static inline void arch_words_fill(u64 *p, u64 word, size_t count)
{
	for (; count >= 8; count -= 8, p += 8)
		asm volatile("stp %1, %1, [%0]\n\t"
			     "stp %1, %1, [%0, #16]\n\t"
			     "stp %1, %1, [%0, #32]\n\t"
			     "stp %1, %1, [%0, #48]" : : "r"(p), "r"(word) : "memory");
	while (count--)
		*p++ = word;
}

static inline bool arch_words_equal(const u64 *p, u64 word, size_t count)
{
	for (; count >= 8; count -= 8, p += 8) {
		u64 a, b, c, d;
		bool equal;

		asm volatile("ldp %0, %1, [%5]\n\t"
			     "ldp %2, %3, [%5, #16]\n\t"
			     "cmp %0, %6\n\t"
			     "ccmp %1, %6, #0, eq\n\t"
			     "ccmp %2, %6, #0, eq\n\t"
			     "ccmp %3, %6, #0, eq\n\t"
			     "ldp %0, %1, [%5, #32]\n\t"
			     "ldp %2, %3, [%5, #48]\n\t"
			     "ccmp %0, %6, #0, eq\n\t"
			     "ccmp %1, %6, #0, eq\n\t"
			     "ccmp %2, %6, #0, eq\n\t"
			     "ccmp %3, %6, #0, eq"
			     : "=&r"(a), "=&r"(b), "=&r"(c), "=&r"(d), "=@cceq"(equal)
			     : "r"(p), "r"(word) : "memory");
		if (!equal)
			return false;
	}
	for (; count; count--)
		if (*p++ != word)
			return false;
	return true;
}
