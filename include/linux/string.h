/* SPDX-License-Identifier: MIT */
/*
 * Memory and strings. The standard ones keep the C standard's promises; the rest is Linux's.
 *
 * Context: any, for all that do not allocate (k…dup, kasprintf: GFP flags decide).
 */
#pragma once

#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/stddef.h>
#include <linux/types.h>

void *memcpy(void *dest, const void *src, size_t n);
void *memmove(void *dest, const void *src, size_t n);
void *memset(void *s, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
int bcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);
/* The first byte that is not @c, or NULL. */
void *memchr_inv(const void *s, int c, size_t n);
void *memscan(void *s, int c, size_t n);	/* like memchr, but the end when there is none */
void *memset16(u16 *s, u16 v, size_t count);
void *memset32(u32 *s, u32 v, size_t count);
void *memset64(u64 *s, u64 v, size_t count);
/* memset that is not optimised away, for secrets. */
void memzero_explicit(void *s, size_t n);
#define memset_l(p, v, n)	memset64((u64 *)(p), (v), (n))
#define memset_p(p, v, n)	memset64((u64 *)(p), (unsigned long)(v), (n))
#define unsafe_memcpy(dst, src, n, why)	memcpy(dst, src, n)
#define memcpy_and_pad(dest, dest_len, src, count, pad) do { \
		if ((dest_len) > (count)) { \
			memcpy(dest, src, count); \
			memset((char *)(dest) + (count), pad, (dest_len) - (count)); \
		} else { \
			memcpy(dest, src, dest_len); \
		} \
	} while (0)
/* Zero the members from @member to the end (behind @member: _after). */
#define memset_startat(obj, v, member) \
	memset((u8 *)(obj) + offsetof(typeof(*(obj)), member), v, \
	       sizeof(*(obj)) - offsetof(typeof(*(obj)), member))
#define memset_after(obj, v, member) \
	memset((u8 *)(obj) + offsetofend(typeof(*(obj)), member), v, \
	       sizeof(*(obj)) - offsetofend(typeof(*(obj)), member))

size_t strlen(const char *s);
size_t strnlen(const char *s, size_t n);
char *strcpy(char *dest, const char *src);
char *strncpy(char *dest, const char *src, size_t n);
/* Copies at most size - 1 characters and ends them; returns strlen(src). */
size_t strlcpy(char *dest, const char *src, size_t size);
size_t strlcat(char *dest, const char *src, size_t size);
/* Returns the number of characters copied, or -E2BIG when @src was cut. */
ssize_t strscpy(char *dest, const char *src, size_t size);
ssize_t strscpy_pad(char *dest, const char *src, size_t size);
char *stpcpy(char *dest, const char *src);
char *strcat(char *dest, const char *src);
char *strncat(char *dest, const char *src, size_t n);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
int strcasecmp(const char *a, const char *b);
int strncasecmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
char *strchrnul(const char *s, int c);
char *strnchr(const char *s, size_t n, int c);
char *strnchrnul(const char *s, size_t n, int c);
char *strrchr(const char *s, int c);
char *strstr(const char *s, const char *what);
char *strnstr(const char *s, const char *what, size_t n);
size_t strspn(const char *s, const char *accept);
size_t strcspn(const char *s, const char *reject);
char *strpbrk(const char *s, const char *accept);
char *strsep(char **s, const char *delims);
char *skip_spaces(const char *s);
/* Cuts trailing space off in place, and returns behind the leading one. */
char *strim(char *s);
static inline __must_check char *strstrip(char *s)
{
	return strim(s);
}
/* Replaces each @old by @new; returns where it stopped (the end). */
char *strreplace(char *s, char old, char new);

/* As for sysfs input: equal, but for one newline at the end of either. */
bool sysfs_streq(const char *a, const char *b);
/* Index in an array of @n strings (or to its NULL), or -EINVAL. */
int match_string(const char * const *array, size_t n, const char *string);
int __sysfs_match_string(const char * const *array, size_t n, const char *s);
#define sysfs_match_string(array, s)	__sysfs_match_string(array, ARRAY_SIZE(array), s)
static inline bool strstarts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}
/* Length of the prefix, or 0 when @s does not start with it. */
static __always_inline size_t str_has_prefix(const char *s, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(s, prefix, len) == 0 ? len : 0;
}
static inline const char *kbasename(const char *path)
{
	const char *tail = strrchr(path, '/');

	return tail ? tail + 1 : path;
}
/* Shell wildcards * ? [a-z]. */
bool glob_match(const char *pattern, const char *s);

/* Copies from the slab; free with kfree(). NULL when there is no memory (memdup_*: an ERR_PTR). */
char *kstrdup(const char *s, gfp_t gfp);
const char *kstrdup_const(const char *s, gfp_t gfp);
void kfree_const(const void *x);
char *kstrndup(const char *s, size_t len, gfp_t gfp);
void *kmemdup(const void *src, size_t len, gfp_t gfp);
char *kmemdup_nul(const char *s, size_t len, gfp_t gfp);
void *kvmemdup(const void *src, size_t len, gfp_t gfp);

/*
 * The build is freestanding, where the compiler takes these names for anybody's functions. Under their
 * builtin names it expands small and constant ones in place.
 */
#define memcpy(dest, src, n)	__builtin_memcpy(dest, src, n)
#define memmove(dest, src, n)	__builtin_memmove(dest, src, n)
#define memset(s, c, n)		__builtin_memset(s, c, n)
#define memcmp(a, b, n)		__builtin_memcmp(a, b, n)
#define strlen(s)		__builtin_strlen(s)
#define strcmp(a, b)		__builtin_strcmp(a, b)
