// SPDX-License-Identifier: MIT
/*
 * sscanf: text to values by a format. Conversions: d i u x X o c s [ n %, with '*', a width, and the
 * sizes hh h l ll z j t. As in Linux, numbers that do not fit are cut to the size of their place.
 */
#include <linux/bitmap.h>
#include <linux/ctype.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/stdarg.h>
#include <linux/string.h>

struct conversion {
	bool discard;		/* '*' */
	unsigned int width;	/* characters at most */
	unsigned int bytes;	/* of the integer to store */
	char kind;
};

/* Read what stands behind '%'. Returns the position behind the letter. */
static const char *parse_conversion(const char *fmt, struct conversion *c)
{
	c->discard = *fmt == '*';
	if (c->discard)
		fmt++;
	c->width = UINT_MAX;
	if (isdigit(*fmt)) {
		for (c->width = 0; isdigit(*fmt); fmt++)
			c->width = min(c->width * 10 + (*fmt - '0'), 1U << 20);
	}
	c->bytes = sizeof(int);
	switch (*fmt) {
	case 'h':
		c->bytes = *++fmt == 'h' ? 1 : 2;
		fmt += *fmt == 'h';
		break;
	case 'l':
		c->bytes = sizeof(long);
		fmt += fmt[1] == 'l' ? 2 : 1;
		break;
	case 'L':
	case 'z':
	case 'j':
	case 't':
		c->bytes = sizeof(long);
		fmt++;
	}
	c->kind = *fmt;
	return *fmt ? fmt + 1 : fmt;
}

static void store(void *at, unsigned int bytes, u64 value)
{
	switch (bytes) {
	case 1:
		*(u8 *)at = value;
		break;
	case 2:
		*(u16 *)at = value;
		break;
	case 4:
		*(u32 *)at = value;
		break;
	default:
		*(u64 *)at = value;
	}
}

/* An integer of at most @width characters. Returns how many it took, 0: none is there. */
static unsigned int scan_number(const char *s, unsigned int width, char kind, u64 *value)
{
	unsigned int base = kind == 'x' || kind == 'X' ? 16 : kind == 'o' ? 8 : kind == 'i' ? 0 : 10;
	unsigned int n = 0, digits = 0;
	bool negative = false;

	if (width && (s[0] == '-' || s[0] == '+')) {
		negative = s[0] == '-';
		n = 1;
	}
	if ((base == 16 || base == 0) && n + 2 < width && s[n] == '0' && (s[n + 1] | 32) == 'x' &&
	    isxdigit(s[n + 2])) {
		base = 16;
		n += 2;
	}
	if (base == 0)
		base = n < width && s[n] == '0' ? 8 : 10;
	for (*value = 0; n < width && isxdigit(s[n]); n++, digits++) {
		unsigned int digit = isdigit(s[n]) ? s[n] - '0' : (s[n] | 32) - 'a' + 10;

		if (digit >= base)
			break;
		*value = *value * base + digit;
	}
	if (negative)
		*value = -*value;
	return digits ? n : 0;
}

/*
 * The set of "%[...]", each character for itself ('-' too, as in Linux): fmt stands behind the bracket. Returns the
 * position behind the set, or NULL.
 */
static const char *parse_set(const char *fmt, unsigned long *set)
{
	bool negated = *fmt == '^';
	const char *p = fmt + negated;

	bitmap_zero(set, 256);
	do {
		if (!*p)
			return NULL;
		__set_bit((u8)*p++, set);
	} while (*p != ']');
	if (negated)
		bitmap_complement(set, set, 256);
	__clear_bit(0, set);
	return p + 1;
}

/* "%c", "%s", "%[": which characters belong to it? */
static bool is_wanted(const struct conversion *c, const unsigned long *set, char ch)
{
	return c->kind == 'c' || (c->kind == 's' ? !isspace(ch) : test_bit((u8)ch, set));
}

/* To @text, if it is not NULL; a terminating 0 for all but "%c". Returns how many characters. */
static unsigned int scan_text(const char *s, const struct conversion *c, const unsigned long *set, char *text)
{
	unsigned int n;

	for (n = 0; n < c->width && s[n] && is_wanted(c, set, s[n]); n++)
		if (text)
			text[n] = s[n];
	if (text && c->kind != 'c' && (n || c->kind == 's'))
		text[n] = '\0';
	return n;
}

/* One conversion that stores, at @place unless it is NULL. Returns the position behind its text; NULL: no match. */
static const char *scan_one(const char *s, const struct conversion *c, const unsigned long *set, void *place)
{
	unsigned int n;
	u64 value;

	switch (c->kind) {
	case 'd':
	case 'i':
	case 'u':
	case 'x':
	case 'X':
	case 'o':
		s = skip_spaces(s);
		n = scan_number(s, c->width, c->kind, &value);
		if (!n)
			return NULL;
		if (place)
			store(place, c->bytes, value);
		return s + n;
	case 's':
		s = skip_spaces(s);
		return s + scan_text(s, c, set, place);
	case 'c':
		return s + scan_text(s, c, set, place);
	case '[':
		n = scan_text(s, c, set, place);
		return n ? s + n : NULL;
	default:
		return NULL;
	}
}

int vsscanf(const char *buf, const char *fmt, va_list args)
{
	const char *s = buf;
	int stored = 0;

	while (*fmt) {
		DECLARE_BITMAP(set, 256);
		struct conversion c;

		if (isspace(*fmt)) {
			fmt = skip_spaces(fmt);
			s = skip_spaces(s);
			continue;
		}
		if (*fmt != '%' || fmt[1] == '%') {
			fmt += *fmt == '%';
			if (*fmt++ != *s)
				return stored;
			s++;
			continue;
		}
		fmt = parse_conversion(fmt + 1, &c);
		if (c.kind == 'n') {
			if (!c.discard)
				store(va_arg(args, void *), c.bytes, s - buf);
			continue;
		}
		if (!*s)
			return stored;
		if (c.kind == 'c' && c.width == UINT_MAX)
			c.width = 1;
		if (c.kind == '[' && !(fmt = parse_set(fmt, set)))
			return stored;
		s = scan_one(s, &c, set, c.discard ? NULL : va_arg(args, void *));
		if (!s)
			return stored;
		stored += !c.discard;
	}
	return stored;
}
EXPORT_SYMBOL(vsscanf);

int sscanf(const char *buf, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsscanf(buf, fmt, args);
	va_end(args);
	return n;
}
EXPORT_SYMBOL(sscanf);
