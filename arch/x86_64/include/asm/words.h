/* SPDX-License-Identifier: MIT */
/*
 * Runs of words by the string instructions: one instruction per word.
 * Source: Intel SDM vol 2, "REP/REPE/REPZ": with a count of 0 nothing is done and the flags stay, hence
 * the compare before it sets ZF. DF is clear in the kernel (psABI, "Calling sequence").
 */
#pragma once

#include <linux/types.h>

static inline void arch_words_fill(u64 *p, u64 word, size_t count)
{
	asm volatile("rep stosq" : "+D"(p), "+c"(count) : "a"(word) : "memory");
}

static inline bool arch_words_equal(const u64 *p, u64 word, size_t count)
{
	bool equal;

	asm volatile("cmp %%eax, %%eax\n\trepe scasq"
		     : "+D"(p), "+c"(count), "=@cce"(equal) : "a"(word) : "memory");
	return equal;
}
