// SPDX-License-Identifier: MIT
/*
 * Memory and strings: the C library's functions that the compiler and everybody else call.
 *
 * Copying and filling go by words, also unaligned ones: both processors do those in ordinary memory at
 * nearly full speed, and the bytes at the end are covered by one more word that overlaps the last.
 * No function here reads a byte outside what the caller named, so a guard page right behind
 * an object stays untouched.
 *
 * The compiler would turn the loops back into calls of the very functions they implement; the pragma
 * forbids that.
 */
#pragma GCC optimize("no-tree-loop-distribute-patterns")

#include <linux/ctype.h>
#include <linux/export.h>
#include <linux/limits.h>
#include <linux/string.h>

/* The header's macros name the compiler's builtins, which end up here. */
#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef strlen
#undef strcmp

/* A word at any address. may_alias: the bytes belong to objects of other types. */
struct word {
	unsigned long v;
} __packed __attribute__((may_alias));

struct half {
	u32 v;
} __packed __attribute__((may_alias));

static inline unsigned long load(const void *p)
{
	return ((const struct word *)p)->v;
}

static inline void store(void *p, unsigned long v)
{
	((struct word *)p)->v = v;
}

/* Fewer than 8 bytes: both ends are loaded before anything is stored, so overlap does no harm. */
static inline void copy_small(char *d, const char *s, size_t n)
{
	if (n >= 4) {
		u32 a = ((const struct half *)s)->v, b = ((const struct half *)(s + n - 4))->v;

		((struct half *)d)->v = a;
		((struct half *)(d + n - 4))->v = b;
	} else if (n) {
		char a = s[0], m = s[n / 2], z = s[n - 1];

		d[0] = a;
		d[n / 2] = m;
		d[n - 1] = z;
	}
}

void *memcpy(void *dest, const void *src, size_t n)
{
	char *d = dest;
	const char *s = src;

	if (n < 8) {
		copy_small(d, s, n);
		return dest;
	}
	for (; n >= 32; n -= 32, d += 32, s += 32) {
		unsigned long a = load(s), b = load(s + 8), c = load(s + 16), e = load(s + 24);

		store(d, a);
		store(d + 8, b);
		store(d + 16, c);
		store(d + 24, e);
	}
	for (; n >= 8; n -= 8, d += 8, s += 8)
		store(d, load(s));
	if (n)
		store(d + n - 8, load(s + n - 8));
	return dest;
}
EXPORT_SYMBOL(memcpy);

void *memmove(void *dest, const void *src, size_t n)
{
	char *d = dest;
	const char *s = src;

	if (n < 8) {
		copy_small(d, s, n);
		return dest;
	}
	if (d <= s || d >= s + n) {
		/* Upwards. The last word is read before the loop can overwrite it. */
		unsigned long last = load(s + n - 8);
		char *last_d = d + n - 8;

		for (; n > 8; n -= 8, d += 8, s += 8)
			store(d, load(s));
		store(last_d, last);
	} else {
		unsigned long first = load(s);

		for (; n > 8; n -= 8)
			store(d + n - 8, load(s + n - 8));
		store(d, first);
	}
	return dest;
}
EXPORT_SYMBOL(memmove);

static void fill(char *d, unsigned long pattern, size_t n)
{
	for (; n >= 64; n -= 64, d += 64) {
		store(d, pattern);
		store(d + 8, pattern);
		store(d + 16, pattern);
		store(d + 24, pattern);
		store(d + 32, pattern);
		store(d + 40, pattern);
		store(d + 48, pattern);
		store(d + 56, pattern);
	}
	for (; n >= 8; n -= 8, d += 8)
		store(d, pattern);
	for (; n; n--, pattern >>= 8)
		*d++ = pattern;
}

void *memset(void *s, int c, size_t n)
{
	fill(s, (unsigned char)c * (~0UL / 0xff), n);
	return s;
}
EXPORT_SYMBOL(memset);

void *memset16(u16 *s, u16 v, size_t count)
{
	fill((char *)s, v * 0x0001000100010001UL, count * 2);
	return s;
}
EXPORT_SYMBOL(memset16);

void *memset32(u32 *s, u32 v, size_t count)
{
	fill((char *)s, v * 0x0000000100000001UL, count * 4);
	return s;
}
EXPORT_SYMBOL(memset32);

void *memset64(u64 *s, u64 v, size_t count)
{
	fill((char *)s, v, count * 8);
	return s;
}
EXPORT_SYMBOL(memset64);

void memzero_explicit(void *s, size_t n)
{
	memset(s, 0, n);
	barrier_data(s);
}
EXPORT_SYMBOL(memzero_explicit);

int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *x = a, *y = b;

	for (; n >= 8 && load(x) == load(y); n -= 8, x += 8, y += 8)
		;
	for (; n; n--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}
EXPORT_SYMBOL(memcmp);

int bcmp(const void *a, const void *b, size_t n)
{
	return memcmp(a, b, n);
}
EXPORT_SYMBOL(bcmp);

void *memscan(void *s, int c, size_t n)
{
	unsigned char *p = s;

	while (n && *p != (unsigned char)c) {
		p++;
		n--;
	}
	return p;
}
EXPORT_SYMBOL(memscan);

void *memchr(const void *s, int c, size_t n)
{
	unsigned char *p = memscan((void *)s, c, n);

	return p == (const unsigned char *)s + n ? NULL : p;
}
EXPORT_SYMBOL(memchr);

void *memchr_inv(const void *s, int c, size_t n)
{
	const unsigned char *p = s;
	unsigned long pattern = (unsigned char)c * (~0UL / 0xff);

	for (; n >= 8 && load(p) == pattern; n -= 8)
		p += 8;
	for (; n; n--, p++)
		if (*p != (unsigned char)c)
			return (void *)p;
	return NULL;
}
EXPORT_SYMBOL(memchr_inv);

size_t strlen(const char *s)
{
	const char *p = s;

	while (*p)
		p++;
	return p - s;
}
EXPORT_SYMBOL(strlen);

size_t strnlen(const char *s, size_t n)
{
	const char *p = s;

	while (n-- && *p)
		p++;
	return p - s;
}
EXPORT_SYMBOL(strnlen);

char *stpcpy(char *dest, const char *src)
{
	while ((*dest = *src++))
		dest++;
	return dest;
}
EXPORT_SYMBOL(stpcpy);

char *strcpy(char *dest, const char *src)
{
	stpcpy(dest, src);
	return dest;
}
EXPORT_SYMBOL(strcpy);

char *strncpy(char *dest, const char *src, size_t n)
{
	for (char *d = dest; n; n--, d++) {
		*d = *src;
		if (*src)
			src++;
	}
	return dest;
}
EXPORT_SYMBOL(strncpy);

size_t strlcpy(char *dest, const char *src, size_t size)
{
	size_t len = strlen(src);

	if (size) {
		size_t n = len < size ? len : size - 1;

		memcpy(dest, src, n);
		dest[n] = '\0';
	}
	return len;
}
EXPORT_SYMBOL(strlcpy);

ssize_t strscpy(char *dest, const char *src, size_t size)
{
	size_t n;

	if (!size || size > INT_MAX)
		return -E2BIG;
	n = strnlen(src, size);
	if (n == size) {
		memcpy(dest, src, size - 1);
		dest[size - 1] = '\0';
		return -E2BIG;
	}
	memcpy(dest, src, n);
	dest[n] = '\0';
	return n;
}
EXPORT_SYMBOL(strscpy);

ssize_t strscpy_pad(char *dest, const char *src, size_t size)
{
	ssize_t n = strscpy(dest, src, size);

	if (n >= 0)
		memset(dest + n, 0, size - n);
	return n;
}
EXPORT_SYMBOL(strscpy_pad);

char *strcat(char *dest, const char *src)
{
	stpcpy(dest + strlen(dest), src);
	return dest;
}
EXPORT_SYMBOL(strcat);

char *strncat(char *dest, const char *src, size_t n)
{
	char *d = dest + strlen(dest);

	while (n-- && *src)
		*d++ = *src++;
	*d = '\0';
	return dest;
}
EXPORT_SYMBOL(strncat);

size_t strlcat(char *dest, const char *src, size_t size)
{
	size_t used = strnlen(dest, size);

	if (used == size)
		return size + strlen(src);
	return used + strlcpy(dest + used, src, size - used);
}
EXPORT_SYMBOL(strlcat);

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (unsigned char)*a - (unsigned char)*b;
}
EXPORT_SYMBOL(strcmp);

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++)
		if (*a != *b || !*a)
			return (unsigned char)*a - (unsigned char)*b;
	return 0;
}
EXPORT_SYMBOL(strncmp);

int strncasecmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++) {
		int d = tolower(*a) - tolower(*b);

		if (d || !*a)
			return d;
	}
	return 0;
}
EXPORT_SYMBOL(strncasecmp);

int strcasecmp(const char *a, const char *b)
{
	return strncasecmp(a, b, SIZE_MAX);
}
EXPORT_SYMBOL(strcasecmp);

char *strnchrnul(const char *s, size_t n, int c)
{
	while (n-- && *s && *s != (char)c)
		s++;
	return (char *)s;
}
EXPORT_SYMBOL(strnchrnul);

char *strchrnul(const char *s, int c)
{
	return strnchrnul(s, SIZE_MAX, c);
}
EXPORT_SYMBOL(strchrnul);

char *strchr(const char *s, int c)
{
	s = strchrnul(s, c);
	return *s == (char)c ? (char *)s : NULL;
}
EXPORT_SYMBOL(strchr);

char *strnchr(const char *s, size_t n, int c)
{
	for (; n; n--, s++) {
		if (*s == (char)c)
			return (char *)s;
		if (!*s)
			break;
	}
	return NULL;
}
EXPORT_SYMBOL(strnchr);

char *strrchr(const char *s, int c)
{
	const char *last = NULL;

	do {
		if (*s == (char)c)
			last = s;
	} while (*s++);
	return (char *)last;
}
EXPORT_SYMBOL(strrchr);

char *strnstr(const char *s, const char *what, size_t n)
{
	size_t len = strlen(what);

	if (!len)
		return (char *)s;
	for (; n >= len && *s; n--, s++)
		if (*s == *what && strncmp(s, what, len) == 0)
			return (char *)s;
	return NULL;
}
EXPORT_SYMBOL(strnstr);

char *strstr(const char *s, const char *what)
{
	return strnstr(s, what, SIZE_MAX);
}
EXPORT_SYMBOL(strstr);

size_t strspn(const char *s, const char *accept)
{
	const char *p = s;

	while (*p && strchr(accept, *p))
		p++;
	return p - s;
}
EXPORT_SYMBOL(strspn);

size_t strcspn(const char *s, const char *reject)
{
	const char *p = s;

	while (*p && !strchr(reject, *p))
		p++;
	return p - s;
}
EXPORT_SYMBOL(strcspn);

char *strpbrk(const char *s, const char *accept)
{
	s += strcspn(s, accept);
	return *s ? (char *)s : NULL;
}
EXPORT_SYMBOL(strpbrk);

char *strsep(char **s, const char *delims)
{
	char *begin = *s, *end;

	if (!begin)
		return NULL;
	end = strpbrk(begin, delims);
	if (end)
		*end++ = '\0';
	*s = end;
	return begin;
}
EXPORT_SYMBOL(strsep);

char *skip_spaces(const char *s)
{
	while (isspace((unsigned char)*s))
		s++;
	return (char *)s;
}
EXPORT_SYMBOL(skip_spaces);

char *strim(char *s)
{
	char *end = s + strlen(s);

	while (end > s && isspace((unsigned char)end[-1]))
		end--;
	*end = '\0';
	return skip_spaces(s);
}
EXPORT_SYMBOL(strim);

char *strreplace(char *s, char old, char new)
{
	for (; *s; s++)
		if (*s == old)
			*s = new;
	return s;
}
EXPORT_SYMBOL(strreplace);

bool sysfs_streq(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	if (*a == '\n' && !a[1])
		a++;
	if (*b == '\n' && !b[1])
		b++;
	return *a == *b && !*a;
}
EXPORT_SYMBOL(sysfs_streq);

int match_string(const char * const *array, size_t n, const char *string)
{
	for (size_t i = 0; i < n && array[i]; i++)
		if (strcmp(array[i], string) == 0)
			return i;
	return -EINVAL;
}
EXPORT_SYMBOL(match_string);

int __sysfs_match_string(const char * const *array, size_t n, const char *s)
{
	for (size_t i = 0; i < n && array[i]; i++)
		if (sysfs_streq(array[i], s))
			return i;
	return -EINVAL;
}
EXPORT_SYMBOL(__sysfs_match_string);
