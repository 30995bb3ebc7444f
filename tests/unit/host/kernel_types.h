/* SPDX-License-Identifier: MIT */
/* The kernel's short type names, for its portable files built on the host (with -include). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;
typedef int32_t s32;
