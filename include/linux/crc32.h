/* SPDX-License-Identifier: MIT */
/* CRC-32 of IEEE 802.3, as it comes: the caller inverts before and after. */
#pragma once

#include <linux/types.h>

u32 crc32_le(u32 crc, const unsigned char *p, size_t len);
u32 crc32_be(u32 crc, const unsigned char *p, size_t len);
#define crc32(seed, data, length)	crc32_le(seed, (const unsigned char *)(data), length)
