// SPDX-License-Identifier: MIT
/*
 * The host under kernel sources: what they call and do not bring along, by the C library's means.
 *
 * Compiled with the C library's headers, so no kernel header may be included: the prototypes below must agree with
 * the kernel's. host_fail_after makes the n-th allocation from now on fail, and all after it.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"

long host_fail_after = -1;
long host_allocations;

static void *allocate(size_t size, bool zero)
{
	if (host_fail_after >= 0 && host_fail_after-- == 0) {
		host_fail_after = 0;
		return NULL;
	}
	host_allocations++;
	return zero ? calloc(1, size ? size : 1) : malloc(size ? size : 1);
}

static void release(const void *p)
{
	if (p)
		host_allocations--;
	free((void *)p);
}

#define GFP_ZERO 0x100u	/* as in the kernel's gfp.h; host_check.c asserts it */

void *kvmalloc_node(size_t size, unsigned int gfp, int node);
void *__kmalloc(size_t size, unsigned int gfp);
void *kmalloc_trace(void *cache, unsigned int gfp, size_t size);
void *kmalloc_large(size_t size, unsigned int gfp);
void kfree(const void *p);
void kvfree(const void *p);
char *kstrdup(const char *s, unsigned int gfp);
char *kstrndup(const char *s, size_t n, unsigned int gfp);
void *krealloc(const void *p, size_t size, unsigned int gfp);
int _printk(const char *fmt, ...);

void *kmalloc_caches[4][16];

void *kvmalloc_node(size_t size, unsigned int gfp, int node)
{
	return allocate(size, gfp & GFP_ZERO);
}

void *__kmalloc(size_t size, unsigned int gfp)
{
	return allocate(size, gfp & GFP_ZERO);
}

void *kmalloc_trace(void *cache, unsigned int gfp, size_t size)
{
	return allocate(size, gfp & GFP_ZERO);
}

void *kmalloc_large(size_t size, unsigned int gfp)
{
	return allocate(size, gfp & GFP_ZERO);
}

void kfree(const void *p)
{
	release(p);
}

void kvfree(const void *p)
{
	release(p);
}

char *kstrndup(const char *s, size_t n, unsigned int gfp)
{
	size_t len = strnlen(s, n);
	char *p = allocate(len + 1, true);

	return p ? memcpy(p, s, len) : NULL;
}

char *kstrdup(const char *s, unsigned int gfp)
{
	return kstrndup(s, strlen(s), gfp);
}

void *krealloc(const void *p, size_t size, unsigned int gfp)
{
	void *n;

	if (!p)
		return allocate(size, false);
	if (host_fail_after >= 0 && host_fail_after-- == 0) {
		host_fail_after = 0;
		return NULL;
	}
	n = realloc((void *)p, size ? size : 1);
	return n;
}

int _printk(const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vprintf(fmt, args);
	va_end(args);
	return n;
}

/* ---- Text ---- */

int scnprintf(char *buf, size_t size, const char *fmt, ...);
int vscnprintf(char *buf, size_t size, const char *fmt, va_list args);
long strscpy(char *dest, const char *src, size_t size);

int vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	int n = vsnprintf(buf, size, fmt, args);

	return n < 0 || !size ? 0 : (size_t)n >= size ? (int)size - 1 : n;
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vscnprintf(buf, size, fmt, args);
	va_end(args);
	return n;
}

long strscpy(char *dest, const char *src, size_t size)
{
	size_t len = strnlen(src, size);

	if (!size)
		return -7;	/* -E2BIG */
	if (len == size) {
		memcpy(dest, src, size - 1);
		dest[size - 1] = '\0';
		return -7;
	}
	memcpy(dest, src, len + 1);
	return len;
}
