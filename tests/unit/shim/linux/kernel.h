/* SPDX-License-Identifier: MIT */
#pragma once
#include <stdarg.h>
#include <stdio.h>
#include <linux/types.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define __printf(a, b) __attribute__((format(printf, a, b)))

static inline int vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	int len = size ? vsnprintf(buf, size, fmt, args) : 0;

	return len >= (int)size ? (int)size - 1 : len;
}
