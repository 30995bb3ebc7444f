/* SPDX-License-Identifier: MIT */
#pragma once

#include <linux/types.h>

#define swab16(x)	((u16)__builtin_bswap16(x))
#define swab32(x)	((u32)__builtin_bswap32(x))
#define swab64(x)	((u64)__builtin_bswap64(x))
#define __swab16(x)	swab16(x)
#define __swab32(x)	swab32(x)
#define __swab64(x)	swab64(x)
#define ___constant_swab16(x) swab16(x)
#define ___constant_swab32(x) swab32(x)
#define swahw32(x)	((u32)(((x) << 16) | ((u32)(x) >> 16)))
#define swab16s(p)	(*(p) = swab16(*(p)))
#define swab32s(p)	(*(p) = swab32(*(p)))
#define swab64s(p)	(*(p) = swab64(*(p)))
