/* SPDX-License-Identifier: MIT */
/*
 * The kernel's common headers as far as pure functions on bytes need them, by the C library's: for units
 * that are compiled as they are (unit-flags-<name> := -Itests/unit/shim …).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;
typedef int32_t s32;
typedef long long s64;
typedef u64 phys_addr_t;
