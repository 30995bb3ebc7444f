/* SPDX-License-Identifier: MIT */
#pragma once
#include <string.h>
#include <linux/types.h>

static inline long strscpy(char *dst, const char *src, size_t size)
{
	size_t len = 0;

	while (len < size - 1 && src[len])
		len++;
	memcpy(dst, src, len);
	dst[len] = '\0';
	return src[len] ? -7 : (long)len;
}
