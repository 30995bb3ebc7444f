/* SPDX-License-Identifier: MIT */
#pragma once

#include <linux/types.h>

struct list_head;

/* > 0: @a belongs behind @b. */
typedef int __attribute__((nonnull(2, 3))) (*list_cmp_func_t)(void *priv, const struct list_head *a,
							      const struct list_head *b);

/* Stable, in place, O(n log n). Context: that of @cmp. */
void list_sort(void *priv, struct list_head *head, list_cmp_func_t cmp);
