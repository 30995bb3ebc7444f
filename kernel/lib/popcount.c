// SPDX-License-Identifier: MIT
/* Bit counts that the compiler calls for: the base instruction sets have no instruction for them. */
#include <linux/bitops.h>
#include <linux/export.h>

int __popcountdi2(u64 v);
int __popcountsi2(u32 v);

/* Pairs, nibbles, bytes, then the sum of the bytes by one multiplication. */
int __popcountdi2(u64 v)
{
	v -= v >> 1 & 0x5555555555555555ULL;
	v = (v & 0x3333333333333333ULL) + (v >> 2 & 0x3333333333333333ULL);
	v = (v + (v >> 4)) & 0x0f0f0f0f0f0f0f0fULL;
	return v * 0x0101010101010101ULL >> 56;
}
EXPORT_SYMBOL(__popcountdi2);

int __popcountsi2(u32 v)
{
	return __popcountdi2(v);
}
EXPORT_SYMBOL(__popcountsi2);
