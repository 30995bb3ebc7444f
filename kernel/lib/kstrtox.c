// SPDX-License-Identifier: MIT
/*
 * Text to number: the strict kstrto*(), and the lenient simple_strto*() that say where they stopped.
 */
#include <linux/ctype.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>

static unsigned int digit_value(char c)
{
	if (isdigit(c))
		return c - '0';
	if (isalpha(c))
		return tolower(c) - 'a' + 10;
	return 255;
}

/* Find out the base if it is 0, and step over 0x. Returns where the digits begin. */
static const char *scan_base(const char *s, unsigned int *base)
{
	bool hex = s[0] == '0' && tolower(s[1]) == 'x' && isxdigit(s[2]);

	if (*base == 0)
		*base = hex ? 16 : s[0] == '0' ? 8 : 10;
	return *base == 16 && s[0] == '0' && tolower(s[1]) == 'x' ? s + 2 : s;
}

/* Reads at most @max digits. Returns how many there were; *overflow tells that *res wrapped. */
static size_t scan_digits(const char *s, unsigned int base, size_t max, unsigned long long *res,
			  bool *overflow)
{
	size_t n = 0;

	*res = 0;
	*overflow = false;
	for (; n < max && digit_value(s[n]) < base; n++) {
		if (__builtin_mul_overflow(*res, base, res) ||
		    __builtin_add_overflow(*res, digit_value(s[n]), res))
			*overflow = true;
	}
	return n;
}

static int parse_ull(const char *s, unsigned int base, unsigned long long *res)
{
	unsigned long long v;
	bool overflow;
	size_t n;

	s = scan_base(s, &base);
	n = scan_digits(s, base, INT_MAX, &v, &overflow);
	if (!n)
		return -EINVAL;
	s += n;
	if (*s == '\n')
		s++;
	if (*s)
		return -EINVAL;
	if (overflow)
		return -ERANGE;
	*res = v;
	return 0;
}

int kstrtoull(const char *s, unsigned int base, unsigned long long *res)
{
	return parse_ull(s[0] == '+' ? s + 1 : s, base, res);
}
EXPORT_SYMBOL(kstrtoull);

int kstrtoll(const char *s, unsigned int base, long long *res)
{
	unsigned long long v;
	int err;

	if (s[0] != '-') {
		err = kstrtoull(s, base, &v);
		if (err)
			return err;
		if (v > LLONG_MAX)
			return -ERANGE;
		*res = v;
		return 0;
	}
	err = parse_ull(s + 1, base, &v);
	if (err)
		return err;
	if (v > (unsigned long long)LLONG_MAX + 1)
		return -ERANGE;
	*res = -v;
	return 0;
}
EXPORT_SYMBOL(kstrtoll);

/* The narrower types: read the widest, and see whether the value survives the cast. */
#define DEFINE_NARROW(name, type, wide, wide_type)				\
int name(const char *s, unsigned int base, type *res)				\
{										\
	wide_type v;								\
	int err = wide(s, base, &v);						\
										\
	if (err)								\
		return err;							\
	if (v != (wide_type)(type)v)						\
		return -ERANGE;							\
	*res = v;								\
	return 0;								\
}										\
EXPORT_SYMBOL(name)

DEFINE_NARROW(kstrtouint, unsigned int, kstrtoull, unsigned long long);
DEFINE_NARROW(kstrtoint, int, kstrtoll, long long);
DEFINE_NARROW(kstrtou16, u16, kstrtoull, unsigned long long);
DEFINE_NARROW(kstrtos16, s16, kstrtoll, long long);
DEFINE_NARROW(kstrtou8, u8, kstrtoull, unsigned long long);
DEFINE_NARROW(kstrtos8, s8, kstrtoll, long long);

int kstrtobool(const char *s, bool *res)
{
	if (!s)
		return -EINVAL;
	switch (tolower(s[0])) {
	case 'y':
	case 't':
	case '1':
		*res = true;
		return 0;
	case 'n':
	case 'f':
	case '0':
		*res = false;
		return 0;
	case 'o':
		switch (tolower(s[1])) {
		case 'n':
			*res = true;
			return 0;
		case 'f':
			*res = false;
			return 0;
		}
		break;
	}
	return -EINVAL;
}
EXPORT_SYMBOL(kstrtobool);

unsigned long long simple_strtoull(const char *s, char **end, unsigned int base)
{
	unsigned long long v;
	bool overflow;

	s = scan_base(s, &base);
	s += scan_digits(s, base, INT_MAX, &v, &overflow);
	if (end)
		*end = (char *)s;
	return v;
}
EXPORT_SYMBOL(simple_strtoull);

unsigned long simple_strtoul(const char *s, char **end, unsigned int base)
{
	return simple_strtoull(s, end, base);
}
EXPORT_SYMBOL(simple_strtoul);

long long simple_strtoll(const char *s, char **end, unsigned int base)
{
	if (*s == '-')
		return -simple_strtoull(s + 1, end, base);
	return simple_strtoull(s, end, base);
}
EXPORT_SYMBOL(simple_strtoll);

long simple_strtol(const char *s, char **end, unsigned int base)
{
	return simple_strtoll(s, end, base);
}
EXPORT_SYMBOL(simple_strtol);
