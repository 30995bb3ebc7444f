// SPDX-License-Identifier: MIT
/*
 * Filling and checking canaries.
 *
 *	offset 0        offset            offset+size        4096
 *	  | words of canary |p| object          |p| words of canary |
 *
 * Whole words are done by arch_words_*(); "p" marks the bytes of a word that the object's edge
 * cuts: they are compared under a mask. The page is the caller's, so there are no locks here.
 */
#include <linux/types.h>
#include <asm/page.h>
#include <arch/words.h>
#include "canary.h"

#define WORD	sizeof(u64)

/* Index in its word of the first byte in which @a and the pattern differ within @mask; -1: none. */
static int first_difference(u64 a, u64 mask)
{
	u64 diff = (a ^ KFENCE_CANARY_WORD) & mask;

	return diff ? __builtin_ctzll(diff) / 8 : -1;
}

/* Masks of the bytes below, and from, byte @n of a word on; 0 < n < 8. */
static u64 bytes_below(unsigned int n)
{
	return ~0ull >> (8 * (WORD - n));
}

static u64 bytes_from(unsigned int n)
{
	return ~0ull << (8 * n);
}

void kfence_canary_fill(void *page, unsigned int offset, unsigned int size)
{
	u64 *words = page;
	unsigned int left = (offset + WORD - 1) / WORD;
	unsigned int right = (offset + size) / WORD;

	arch_words_fill(words, KFENCE_CANARY_WORD, left);
	arch_words_fill(words + right, KFENCE_CANARY_WORD, PAGE_SIZE / WORD - right);
}

bool kfence_canary_intact(const void *page, unsigned int offset, unsigned int size)
{
	const u64 *words = page;
	unsigned int end = offset + size;
	unsigned int left = offset / WORD, right = (end + WORD - 1) / WORD;

	if (offset % WORD && first_difference(words[left], bytes_below(offset % WORD)) >= 0)
		return false;
	if (end % WORD && first_difference(words[end / WORD], bytes_from(end % WORD)) >= 0)
		return false;
	return arch_words_equal(words, KFENCE_CANARY_WORD, left) &&
	       arch_words_equal(words + right, KFENCE_CANARY_WORD, PAGE_SIZE / WORD - right);
}

int kfence_canary_find_left(const void *page, unsigned int offset)
{
	const u64 *words = page;
	unsigned int i;
	int byte;

	for (i = 0; i < offset / WORD; i++) {
		byte = first_difference(words[i], ~0ull);
		if (byte >= 0)
			return i * WORD + byte;
	}
	if (offset % WORD) {
		byte = first_difference(words[i], bytes_below(offset % WORD));
		if (byte >= 0)
			return i * WORD + byte;
	}
	return -1;
}

int kfence_canary_find_right(const void *page, unsigned int end)
{
	const u64 *words = page;
	unsigned int i = end / WORD;
	int byte;

	if (end % WORD) {
		byte = first_difference(words[i], bytes_from(end % WORD));
		if (byte >= 0)
			return i * WORD + byte;
		i++;
	}
	for (; i < PAGE_SIZE / WORD; i++) {
		byte = first_difference(words[i], ~0ull);
		if (byte >= 0)
			return i * WORD + byte;
	}
	return -1;
}
