/* SPDX-License-Identifier: MIT */
/*
 * Canaries: the known bytes around an object in its page. Pure functions on one page.
 *
 * Byte at address a is 0xaa ^ (a & 7), so an aligned 64-bit word of it is always the same number,
 * whatever the address. The pattern differs from byte to byte: a shifted copy of it is noticed.
 */
#pragma once

#include <linux/types.h>

/* Little endian: the byte at the lowest address, 0xaa ^ 0, is the lowest. */
#define KFENCE_CANARY_WORD	0xadacafaea9a8abaaull

static inline u8 kfence_canary_byte(unsigned long addr)
{
	return 0xaa ^ (addr & 7);
}

/*
 * kfence_canary_fill - write the pattern all around an object.
 * @page: start of its page. @offset, @size: the object's place in it; its own first and last bytes, up to
 *        the next word boundary, may be overwritten, so its contents are set afterwards.
 */
void kfence_canary_fill(void *page, unsigned int offset, unsigned int size);

/*
 * kfence_canary_find_left, _right - the first changed byte before, behind the object.
 * Returns: its offset in the page, or -1: intact.
 */
int kfence_canary_find_left(const void *page, unsigned int offset);
int kfence_canary_find_right(const void *page, unsigned int end);

/* Both sides intact? The common question, asked by every free. */
bool kfence_canary_intact(const void *page, unsigned int offset, unsigned int size);
