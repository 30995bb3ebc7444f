/* SPDX-License-Identifier: MIT */
/*
 * Runs of words by pairs. The compare is a chain of CCMPs: each compares only if all before were equal, and
 * else sets "not equal" (flags 0), so that 32 words need one branch and no accumulator.
 * Source: Arm ARM, "CCMP (register)", "LDP".
 */
#pragma once

#include <linux/types.h>

#define WORDS_32(op)	op(0) op(16) op(32) op(48) op(64) op(80) op(96) op(112) op(128) op(144) op(160) \
			op(176) op(192) op(208) op(224) op(240)

/* The last 32 words are done whatever the steps before them left over: some twice, none one by one. */
static inline void arch_words_fill(u64 *p, u64 word, size_t count)
{
	u64 *last = p + count - 32;

	if (count < 32) {
		while (count--)
			*p++ = word;
		return;
	}
#define FILL(at) "stp %1, %1, [%0, #" #at "]\n\t"
	for (; p < last; p += 32)
		asm volatile(WORDS_32(FILL) : : "r"(p), "r"(word) : "memory");
	asm volatile(WORDS_32(FILL) : : "r"(last), "r"(word) : "memory");
#undef FILL
}

static __always_inline bool arm64_32_words_equal(const u64 *p, u64 word)
{
	u64 a, b;
	bool equal;

	/* The first compare with itself sets "equal" for the chain. */
#define COMPARE(at) "ldp %0, %1, [%3, #" #at "]\n\tccmp %0, %4, #0, eq\n\tccmp %1, %4, #0, eq\n\t"
	asm volatile("cmp xzr, xzr\n\t" WORDS_32(COMPARE)
		     : "=&r"(a), "=&r"(b), "=@cceq"(equal) : "r"(p), "r"(word) : "memory");
#undef COMPARE
	return equal;
}

static inline bool arch_words_equal(const u64 *p, u64 word, size_t count)
{
	const u64 *last = p + count - 32;

	if (count < 32) {
		while (count--)
			if (*p++ != word)
				return false;
		return true;
	}
	for (; p < last; p += 32)
		if (!arm64_32_words_equal(p, word))
			return false;
	return arm64_32_words_equal(last, word);
}

#undef WORDS_32
