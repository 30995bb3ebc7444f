// SPDX-License-Identifier: MIT
/*
 * Cyclic redundancy checks, four bits at a time: sixteen-entry tables, made by the compiler.
 */
#include <linux/crc16.h>
#include <linux/crc32.h>
#include <linux/export.h>

/* What four zero steps make of the low (reflected) or high nibble. */
#define REFLECT1(x, poly)	((x) & 1 ? (x) >> 1 ^ (poly) : (x) >> 1)
#define REFLECT4(x, poly)	REFLECT1(REFLECT1(REFLECT1(REFLECT1(x, poly), poly), poly), poly)
#define FORWARD1(x)		((x) & 0x80000000u ? (x) << 1 ^ 0x04c11db7u : (x) << 1)
#define FORWARD4(x)		FORWARD1(FORWARD1(FORWARD1(FORWARD1(x))))
#define TABLE16(f) { f(0), f(1), f(2), f(3), f(4), f(5), f(6), f(7), \
		     f(8), f(9), f(10), f(11), f(12), f(13), f(14), f(15) }
#define LE32(i)	REFLECT4(i##u, 0xedb88320u)
#define BE32(i)	FORWARD4((u32)i << 28)
#define LE16(i)	REFLECT4(i##u, 0xa001u)

static const u32 le32_table[16] = TABLE16(LE32);
static const u32 be32_table[16] = TABLE16(BE32);
static const u16 le16_table[16] = TABLE16(LE16);

u32 crc32_le(u32 crc, const unsigned char *p, size_t len)
{
	while (len--) {
		crc ^= *p++;
		crc = crc >> 4 ^ le32_table[crc & 15];
		crc = crc >> 4 ^ le32_table[crc & 15];
	}
	return crc;
}
EXPORT_SYMBOL(crc32_le);

u32 crc32_be(u32 crc, const unsigned char *p, size_t len)
{
	while (len--) {
		crc ^= (u32)*p++ << 24;
		crc = crc << 4 ^ be32_table[crc >> 28];
		crc = crc << 4 ^ be32_table[crc >> 28];
	}
	return crc;
}
EXPORT_SYMBOL(crc32_be);

u16 crc16(u16 crc, const u8 *p, size_t len)
{
	while (len--) {
		crc ^= *p++;
		crc = crc >> 4 ^ le16_table[crc & 15];
		crc = crc >> 4 ^ le16_table[crc & 15];
	}
	return crc;
}
EXPORT_SYMBOL(crc16);
