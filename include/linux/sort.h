/* SPDX-License-Identifier: MIT */
#pragma once

#include <linux/types.h>

/* In place, in O(n log n) always, not stable. swap_func NULL: bytes are swapped. */
void sort(void *base, size_t num, size_t size, cmp_func_t cmp, swap_func_t swap_func);
void sort_r(void *base, size_t num, size_t size, cmp_r_func_t cmp, swap_r_func_t swap_func,
	    const void *priv);
