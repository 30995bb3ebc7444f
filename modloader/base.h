/* SPDX-License-Identifier: MIT */
/*
 * What the files of the loader that are pure functions on bytes (elf.c, reloc_*.c, vermagic words)
 * stand on: in the kernel its own headers, on the host, where unit tests and fuzzers run them under
 * sanitizers, the C library's.
 */
#pragma once

#ifdef __KERNEL__
#include <linux/types.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/sort.h>
#include <linux/slab.h>
#include <linux/mm.h>
#else
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

#define GFP_KERNEL 0
#define kvmalloc_array(n, size, gfp) calloc(n, size)
#define kvfree(p) free(p)
#define PAGE_SIZE 4096UL
/* scnprintf - snprintf that returns what was written. */
static inline __attribute__((format(printf, 3, 4))) int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	return size == 0 ? 0 : n < (int)size ? n : (int)size - 1;
}
#endif

/* Bytes of a file or of code are not aligned: only these touch them. Both machines are little-endian. */
static inline u16 get_le16(const void *p) { u16 v; memcpy(&v, p, sizeof(v)); return v; }
static inline u32 get_le32(const void *p) { u32 v; memcpy(&v, p, sizeof(v)); return v; }
static inline u64 get_le64(const void *p) { u64 v; memcpy(&v, p, sizeof(v)); return v; }
static inline void set_le16(void *p, u16 v) { memcpy(p, &v, sizeof(v)); }
static inline void set_le32(void *p, u32 v) { memcpy(p, &v, sizeof(v)); }
static inline void set_le64(void *p, u64 v) { memcpy(p, &v, sizeof(v)); }

/* Names in a file may hold any byte, also such that drive a terminal: what is shown has a '?' for those, lines' ends apart. */
static inline void make_printable(char *s)
{
	for (; *s; s++)
		if ((*s < ' ' && *s != '\n') || *s > '~')
			*s = '?';
}
