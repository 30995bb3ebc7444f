/* SPDX-License-Identifier: MIT */
#pragma once

#include <linux/types.h>

/* The element of a sorted array for which cmp(key, element) is 0, or NULL. */
void *bsearch(const void *key, const void *base, size_t num, size_t size, cmp_func_t cmp);
