/* SPDX-License-Identifier: MIT */
/*
 * What a processor must give for KFENCE's canaries: filling and comparing runs of 64-bit words.
 *
 * A canary is most of a page, twice per guarded object, so the loops decide what full mode costs.
 * They use general registers only (the kernel has no others).
 */
#pragma once

#include <linux/types.h>

/*
 * arch_words_fill - store @word into the @count words at @p.
 * arch_words_equal - are the @count words at @p all @word?
 * @p: 8-byte aligned. @count: any, 0 included.
 * Context: any.
 */
static inline void arch_words_fill(u64 *p, u64 word, size_t count);
static inline bool arch_words_equal(const u64 *p, u64 word, size_t count);

#include <asm/words.h>
