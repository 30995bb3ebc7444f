// SPDX-License-Identifier: MIT
/*
 * Formatted output: the standard conversions. The %p extensions are in vsprintf_pointer.c.
 *
 * Output goes through struct out, which counts what would have been written and stores what
 * fits; so nothing here knows the buffer's size but out_char(). No state, no locks, any context.
 */
#include <linux/ctype.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "vsprintf.h"

void out_char(struct out *o, char c)
{
	if (o->pos < o->end)
		*o->pos = c;
	o->pos++;
}

void out_repeat(struct out *o, char c, int n)
{
	while (n-- > 0)
		out_char(o, c);
}

void out_string_n(struct out *o, const char *s, size_t len, const struct spec *spec)
{
	int pad = spec->width - (int)len;

	if (!spec->left)
		out_repeat(o, ' ', pad);
	while (len--)
		out_char(o, *s++);
	if (spec->left)
		out_repeat(o, ' ', pad);
}

void out_string(struct out *o, const char *s, const struct spec *spec)
{
	size_t max = spec->precision >= 0 ? spec->precision : INT_MAX;

	/* As Linux: a bad pointer is named, not followed. */
	if (!s)
		s = "(null)";
	else if ((unsigned long)s < 4096 || IS_ERR_VALUE((unsigned long)s))
		s = "(efault)";
	out_string_n(o, s, strnlen(s, max), spec);
}

/* Two digits at a time: half the divisions. */
static const char decimal_pairs[201] =
	"00010203040506070809101112131415161718192021222324252627282930313233343536373839"
	"40414243444546474849505152535455565758596061626364656667686970717273747576777879"
	"8081828384858687888990919293949596979899";

/* The digits, ending at @end. Returns where they begin; none for 0. */
static char *decimal_digits(char *end, unsigned long long v)
{
	while (v >= 100) {
		unsigned int two = v % 100;

		v /= 100;
		*--end = decimal_pairs[2 * two + 1];
		*--end = decimal_pairs[2 * two];
	}
	while (v) {
		*--end = '0' + v % 10;
		v /= 10;
	}
	return end;
}

void out_number(struct out *o, unsigned long long v, const struct spec *spec)
{
	char digits[24], prefix[3];
	char *end = digits + sizeof(digits), *p = end;
	const char *alphabet = spec->upper ? hex_asc_upper : hex_asc;
	int nr_prefix = 0, zeros = 0, len, pad;

	if (spec->is_signed) {
		if ((long long)v < 0) {
			prefix[nr_prefix++] = '-';
			v = -v;
		} else if (spec->plus) {
			prefix[nr_prefix++] = '+';
		} else if (spec->space) {
			prefix[nr_prefix++] = ' ';
		}
	}
	switch (spec->base) {
	case 10:
		p = decimal_digits(end, v);
		break;
	case 16:
		for (unsigned long long x = v; x; x >>= 4)
			*--p = alphabet[x & 15];
		if (spec->alternate) {
			prefix[nr_prefix++] = '0';
			prefix[nr_prefix++] = spec->upper ? 'X' : 'x';
		}
		break;
	case 8:
		for (unsigned long long x = v; x; x >>= 3)
			*--p = '0' + (x & 7);
		if (spec->alternate && v)
			prefix[nr_prefix++] = '0';
		break;
	}
	len = end - p;
	if (spec->precision > len)
		zeros = spec->precision - len;
	else if (!len && spec->precision)
		zeros = 1;		/* the number 0; nothing at all for "%.0d" */
	pad = spec->width - len - zeros - nr_prefix;
	if (spec->zero && !spec->left && spec->precision < 0 && pad > 0) {
		zeros += pad;
		pad = 0;
	}
	if (!spec->left)
		out_repeat(o, ' ', pad);
	for (int i = 0; i < nr_prefix; i++)
		out_char(o, prefix[i]);
	out_repeat(o, '0', zeros);
	while (p < end)
		out_char(o, *p++);
	if (spec->left)
		out_repeat(o, ' ', pad);
}

static int number_or_star(const char **fmt, va_list *args)
{
	int v = 0;

	if (**fmt == '*') {
		++*fmt;
		return va_arg(*args, int);
	}
	while (isdigit(**fmt))
		v = v * 10 + *(*fmt)++ - '0';
	return v;
}

/* Reads flags, width and precision; @fmt then points at the length modifier or conversion. */
static struct spec parse_spec(const char **fmt, va_list *args)
{
	struct spec spec = { .precision = -1, .base = 10 };

	for (;; ++*fmt) {
		if (**fmt == '-')
			spec.left = true;
		else if (**fmt == '+')
			spec.plus = true;
		else if (**fmt == ' ')
			spec.space = true;
		else if (**fmt == '#')
			spec.alternate = true;
		else if (**fmt == '0')
			spec.zero = true;
		else
			break;
	}
	spec.width = number_or_star(fmt, args);
	if (spec.width < 0) {
		spec.left = true;
		spec.width = -spec.width;
	}
	if (**fmt == '.') {
		++*fmt;
		spec.precision = number_or_star(fmt, args);
		/* A negative one from '*' counts as none. */
		if (spec.precision < 0)
			spec.precision = -1;
	}
	return spec;
}

enum length { LEN_CHAR, LEN_SHORT, LEN_INT, LEN_LONG };

static enum length parse_length(const char **fmt)
{
	switch (**fmt) {
	case 'h':
		if (*++*fmt != 'h')
			return LEN_SHORT;
		++*fmt;
		return LEN_CHAR;
	case 'l':
		if (*++*fmt == 'l')
			++*fmt;
		return LEN_LONG;
	case 'L':
	case 'z':
	case 'Z':
	case 't':
	case 'j':
		++*fmt;
		return LEN_LONG;
	}
	return LEN_INT;
}

static unsigned long long fetch_integer(va_list *args, enum length len, bool is_signed)
{
	unsigned int v;

	if (len == LEN_LONG)
		return va_arg(*args, unsigned long long);
	v = va_arg(*args, unsigned int);
	if (len == LEN_CHAR)
		return is_signed ? (unsigned long long)(signed char)v : (unsigned char)v;
	if (len == LEN_SHORT)
		return is_signed ? (unsigned long long)(short)v : (unsigned short)v;
	return is_signed ? (unsigned long long)(int)v : v;
}

static void format_one(struct out *o, const char **fmtp, va_list *args)
{
	const char *percent = *fmtp - 1;
	struct spec spec = parse_spec(fmtp, args);
	enum length len = parse_length(fmtp);
	char c = *(*fmtp)++;

	switch (c) {
	case 'd':
	case 'i':
		spec.is_signed = true;
		fallthrough;
	case 'u':
		break;
	case 'X':
		spec.upper = true;
		fallthrough;
	case 'x':
		spec.base = 16;
		break;
	case 'o':
		spec.base = 8;
		break;
	case 'c': {
		char ch = va_arg(*args, int);

		out_string_n(o, &ch, 1, &spec);
		return;
	}
	case 's':
		out_string(o, va_arg(*args, const char *), &spec);
		return;
	case 'p':
		*fmtp = out_pointer(o, *fmtp, va_arg(*args, void *), &spec);
		return;
	case '%':
		out_char(o, '%');
		return;
	default:
		/* Not a conversion: print it as it stands, and do not run past the end. */
		if (!c)
			--*fmtp;
		while (percent < *fmtp)
			out_char(o, *percent++);
		return;
	}
	out_number(o, fetch_integer(args, len, spec.is_signed), &spec);
}

void out_vformat(struct out *o, const char *fmt, va_list *args)
{
	while (*fmt) {
		char c = *fmt++;

		if (c == '%')
			format_one(o, &fmt, args);
		else
			out_char(o, c);
	}
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	struct out o;
	va_list copy;

	if (WARN_ON_ONCE(size > INT_MAX))
		return 0;
	o = (struct out){ .pos = buf, .end = buf + size };
	/* sprintf()'s "any size" may reach past the end of the address space. */
	if (o.end < o.pos)
		o.end = (char *)~0UL;
	va_copy(copy, args);
	out_vformat(&o, fmt, &copy);
	va_end(copy);
	if (size)
		*(o.pos < o.end ? o.pos : o.end - 1) = '\0';
	return o.pos - buf;
}
EXPORT_SYMBOL(vsnprintf);

int vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	int n = vsnprintf(buf, size, fmt, args);

	return n < size ? n : size ? size - 1 : 0;
}
EXPORT_SYMBOL(vscnprintf);

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(buf, size, fmt, args);
	va_end(args);
	return n;
}
EXPORT_SYMBOL(snprintf);

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vscnprintf(buf, size, fmt, args);
	va_end(args);
	return n;
}
EXPORT_SYMBOL(scnprintf);

int vsprintf(char *buf, const char *fmt, va_list args)
{
	return vsnprintf(buf, INT_MAX, fmt, args);
}
EXPORT_SYMBOL(vsprintf);

int sprintf(char *buf, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(buf, INT_MAX, fmt, args);
	va_end(args);
	return n;
}
EXPORT_SYMBOL(sprintf);

int num_to_str(char *buf, int size, unsigned long long num, unsigned int width)
{
	int n = snprintf(buf, size, "%*llu", (int)width, num);

	return n < size ? n : 0;
}
