/* SPDX-License-Identifier: MIT */
#pragma once

#include <linux/types.h>

/* CRC-16 with the polynomial x^16 + x^15 + x^2 + 1, reflected. */
u16 crc16(u16 crc, const u8 *buffer, size_t len);
