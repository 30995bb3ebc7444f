/* SPDX-License-Identifier: MIT */
/*
 * Runs of words by pairs. The compare is a chain of CCMPs: each compares only if all before were equal, and
 * else sets "not equal" (flags 0), so that 32 words need one branch and no accumulator.
 * Source: Arm ARM, "CCMP (register)", "LDP".
 */
#pragma once

#include <linux/types.h>

#define WORDS_4(op)	op(0) op(16) op(32) op(48)
#define WORDS_32(op)	WORDS_4(op) op(64) op(80) op(96) op(112) op(128) op(144) op(160) op(176) \
			op(192) op(208) op(224) op(240)

static inline void arch_words_fill(u64 *p, u64 word, size_t count)
{
#define FILL(at) "stp %1, %1, [%0, #" #at "]\n\t"
	for (; count >= 32; count -= 32, p += 32)
		asm volatile(WORDS_32(FILL) : : "r"(p), "r"(word) : "memory");
	for (; count >= 8; count -= 8, p += 8)
		asm volatile(WORDS_4(FILL) : : "r"(p), "r"(word) : "memory");
#undef FILL
	while (count--)
		*p++ = word;
}

static inline bool arch_words_equal(const u64 *p, u64 word, size_t count)
{
	u64 a, b;
	bool equal;

	/* Sets "equal" before the first CCMP. */
#define COMPARE(at) "ldp %0, %1, [%3, #" #at "]\n\tccmp %0, %4, #0, eq\n\tccmp %1, %4, #0, eq\n\t"
	for (; count >= 32; count -= 32, p += 32) {
		asm volatile("cmp xzr, xzr\n\t" WORDS_32(COMPARE)
			     : "=&r"(a), "=&r"(b), "=@cceq"(equal) : "r"(p), "r"(word) : "memory");
		if (!equal)
			return false;
	}
	for (; count >= 8; count -= 8, p += 8) {
		asm volatile("cmp xzr, xzr\n\t" WORDS_4(COMPARE)
			     : "=&r"(a), "=&r"(b), "=@cceq"(equal) : "r"(p), "r"(word) : "memory");
		if (!equal)
			return false;
	}
#undef COMPARE
	for (; count; count--)
		if (*p++ != word)
			return false;
	return true;
}

#undef WORDS_4
#undef WORDS_32
