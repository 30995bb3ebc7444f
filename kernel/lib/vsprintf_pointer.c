// SPDX-License-Identifier: MIT
/*
 * Linux's extensions of %p: the letters behind it say what the pointer points at.
 *
 *   %p %px %pK     the address (never hashed: Paddock is for looking inside)
 *   %pS %ps %pSR   symbol, with offset and size or without      %pB %pBb  the same for return addresses
 *   %pe            an ERR_PTR as its name
 *   %pV            struct va_format: a format inside the format
 *   %pa %pad %pap  a phys_addr_t or dma_addr_t by reference      %pOF… no such thing here
 *   %pM %pMR %pMF %pm   a MAC address
 *   %pI4 %pi4 %pI6 %pI6c %pi6   an IP address
 *   %pU[bBlL]      a UUID
 *   %*ph[CDN]      bytes in hexadecimal
 *   %*pb[l]        a bitmap, as hexadecimal or as a list
 *   %*pE[…]        a string with its odd bytes escaped
 *   %pd %pD        the name of a dentry, a file
 *   %pG…           flags, as a number
 */
#include <linux/bitmap.h>
#include <linux/ctype.h>
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/errname.h>
#include <linux/fs.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "vsprintf.h"

static void out_address(struct out *o, const void *ptr, struct spec *spec)
{
	spec->base = 16;
	if (!spec->width) {
		spec->width = 2 * sizeof(ptr);
		spec->zero = true;
	}
	out_number(o, (unsigned long)ptr, spec);
}

/* "0x" and so many digits. */
static void out_hex_fixed(struct out *o, u64 v, int digits)
{
	struct spec spec = { .base = 16, .alternate = true, .zero = true, .precision = -1,
			     .width = digits + 2 };

	out_number(o, v, &spec);
}

static void out_hex_byte(struct out *o, u8 byte, bool upper)
{
	const char *digits = upper ? hex_asc_upper : hex_asc;

	out_char(o, digits[byte >> 4]);
	out_char(o, digits[byte & 15]);
}

static void out_decimal(struct out *o, unsigned int v, int width)
{
	struct spec spec = { .base = 10, .zero = width, .width = width, .precision = -1 };

	out_number(o, v, &spec);
}

static void out_symbol(struct out *o, char kind, unsigned long addr, const struct spec *spec)
{
	char text[KSYM_SYMBOL_LEN];

	if (kind == 'B')
		sprint_backtrace(text, addr);
	else if (kind == 's')
		sprint_symbol_no_offset(text, addr);
	else
		sprint_symbol(text, addr);
	out_string(o, text, spec);
}

static void out_mac(struct out *o, const u8 *mac, const char *kind)
{
	bool reversed = kind[0] == 'M' && kind[1] == 'R';
	char separator = kind[0] == 'm' ? '\0' : kind[1] == 'F' ? '-' : ':';

	for (int i = 0; i < 6; i++) {
		if (i && separator)
			out_char(o, separator);
		out_hex_byte(o, mac[reversed ? 5 - i : i], false);
	}
}

static void out_ip4(struct out *o, const u8 *addr, bool leading_zeros, bool little_endian)
{
	for (int i = 0; i < 4; i++) {
		if (i)
			out_char(o, '.');
		out_decimal(o, addr[little_endian ? 3 - i : i], leading_zeros ? 3 : 0);
	}
}

static void out_ip6(struct out *o, const u8 *addr, bool colons)
{
	for (int i = 0; i < 16; i++) {
		if (i && i % 2 == 0 && colons)
			out_char(o, ':');
		out_hex_byte(o, addr[i], false);
	}
}

/* RFC 5952: no leading zeros, the longest run of two or more zero groups is "::". */
static void out_ip6_compressed(struct out *o, const u8 *addr)
{
	struct spec hex = { .base = 16, .precision = -1 };
	int best = -1, best_len = 1;

	for (int i = 0, run = 0; i < 8; i++) {
		run = addr[2 * i] || addr[2 * i + 1] ? 0 : run + 1;
		if (run > best_len) {
			best_len = run;
			best = i - run + 1;
		}
	}
	for (int i = 0; i < 8; i++) {
		if (i == best) {
			out_char(o, ':');
			out_char(o, ':');
			i += best_len - 1;
			continue;
		}
		if (i && i != best + (best < 0 ? 0 : best_len))
			out_char(o, ':');
		out_number(o, addr[2 * i] << 8 | addr[2 * i + 1], &hex);
	}
}

static const char *out_ip(struct out *o, const char *kind, const void *addr)
{
	bool leading_zeros = kind[0] == 'i';

	if (kind[1] == '6') {
		if (!leading_zeros && kind[2] == 'c') {
			out_ip6_compressed(o, addr);
			return kind + 3;
		}
		out_ip6(o, addr, !leading_zeros);
		return kind + 2;
	}
	if (kind[1] == '4') {
		char order = kind[2];

		out_ip4(o, addr, leading_zeros, order == 'l');
		return kind + 2 + (order == 'h' || order == 'n' || order == 'b' || order == 'l');
	}
	return kind + 1;
}

static void out_uuid(struct out *o, const u8 *uuid, char kind)
{
	static const u8 little[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
	bool le = kind == 'l' || kind == 'L', upper = kind == 'B' || kind == 'L';

	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			out_char(o, '-');
		out_hex_byte(o, uuid[le ? little[i] : i], upper);
	}
}

/* At most 64 bytes, as in Linux; @spec's width is their number. */
static void out_hex_string(struct out *o, const u8 *bytes, const struct spec *spec, char kind)
{
	int len = clamp(spec->width, 1, 64);
	char separator = kind == 'C' ? ':' : kind == 'D' ? '-' : kind == 'N' ? '\0' : ' ';

	for (int i = 0; i < len; i++) {
		if (i && separator)
			out_char(o, separator);
		out_hex_byte(o, bytes[i], false);
	}
}

static void out_bitmap(struct out *o, const unsigned long *map, int nbits)
{
	for (int group = DIV_ROUND_UP(nbits, 32) - 1; group >= 0; group--) {
		u32 v = map[group / 2] >> (group % 2 * 32);
		int bits = min(nbits - group * 32, 32);
		struct spec spec = { .base = 16, .zero = true, .width = DIV_ROUND_UP(bits, 4),
				     .precision = -1 };

		out_number(o, v & (u32)GENMASK(bits - 1, 0), &spec);
		if (group)
			out_char(o, ',');
	}
}

static void out_bitmap_list(struct out *o, const unsigned long *map, int nbits)
{
	unsigned long begin, end;
	bool first = true;

	for_each_set_bitrange(begin, end, map, nbits) {
		if (!first)
			out_char(o, ',');
		first = false;
		out_decimal(o, begin, 0);
		if (end > begin + 1) {
			out_char(o, '-');
			out_decimal(o, end - 1, 0);
		}
	}
}

/* What a terminal should not see becomes \n, \t, \xHH… */
static void out_escaped(struct out *o, const u8 *s, int len)
{
	static const char controls[] = "abtnvfr";	/* 7 .. 13 */
	static const struct spec octal = { .base = 8, .width = 3, .zero = true, .precision = -1 };

	for (int i = 0; i < len; i++) {
		if (isprint(s[i]) && s[i] != '\\') {
			out_char(o, s[i]);
			continue;
		}
		out_char(o, '\\');
		if (s[i] == '\\')
			out_char(o, '\\');
		else if (!s[i])
			out_char(o, '0');
		else if (s[i] == 27)
			out_char(o, 'e');
		else if (s[i] >= 7 && s[i] <= 13)
			out_char(o, controls[s[i] - 7]);
		else
			out_number(o, s[i], &octal);
	}
}

/* @dentry NULL: a pipe's file has none. */
static void out_dentry(struct out *o, const struct dentry *dentry, const struct spec *spec)
{
	out_string(o, dentry ? (const char *)dentry->d_name.name : NULL, spec);
}

/* Too low to be an object: what an offset into a NULL structure looks like. */
static bool is_bad_pointer(const void *ptr)
{
	return (unsigned long)ptr < 4096 || IS_ERR(ptr);
}

static const char *skip_letters(const char *fmt)
{
	while (isalnum(*fmt))
		fmt++;
	return fmt;
}

/* The letters that take any value. Returns the position behind them, or NULL: another letter. */
static const char *out_address_as(struct out *o, const char *fmt, void *ptr, struct spec *spec)
{
	const char *name;

	switch (*fmt) {
	case 'x':
	case 'K':
		out_address(o, ptr, spec);
		return fmt + 1;
	case 'S':
	case 's':
	case 'B':
		out_symbol(o, *fmt, (unsigned long)ptr, spec);
		return fmt + 1 + (fmt[1] == 'R' || fmt[1] == 'b');
	case 'e':
		name = IS_ERR(ptr) ? errname(PTR_ERR(ptr)) : NULL;
		if (name)
			out_string(o, name, spec);
		else
			out_address(o, ptr, spec);
		return fmt + 1;
	default:
		return NULL;
	}
}

static void out_va_format(struct out *o, const struct va_format *vaf)
{
	va_list copy;

	va_copy(copy, *vaf->va);
	out_vformat(o, vaf->fmt, &copy);
	va_end(copy);
}

/* The letters that look at what is there. Returns the position behind them. */
static const char *out_pointee(struct out *o, const char *fmt, void *ptr, const struct spec *spec)
{
	switch (*fmt) {
	case 'a':
		out_hex_fixed(o, *(const phys_addr_t *)ptr, 16);
		return fmt + 1 + (fmt[1] == 'd' || fmt[1] == 'p');
	case 'M':
	case 'm':
		out_mac(o, ptr, fmt);
		return fmt + 1 + (fmt[1] == 'R' || fmt[1] == 'F');
	case 'I':
	case 'i':
		return out_ip(o, fmt, ptr);
	case 'U':
		out_uuid(o, ptr, fmt[1]);
		return fmt + 1 + (fmt[1] == 'b' || fmt[1] == 'B' || fmt[1] == 'l' || fmt[1] == 'L');
	case 'V':
		out_va_format(o, ptr);
		return fmt + 1;
	case 'h':
		out_hex_string(o, ptr, spec, fmt[1]);
		return fmt + 1 + (fmt[1] == 'C' || fmt[1] == 'D' || fmt[1] == 'N');
	case 'b':
		if (fmt[1] == 'l') {
			out_bitmap_list(o, ptr, spec->width);
			return fmt + 2;
		}
		out_bitmap(o, ptr, spec->width);
		return fmt + 1;
	case 'E':
		out_escaped(o, ptr, spec->width ?: 1);
		return skip_letters(fmt);
	case 'd':
		out_dentry(o, ptr, spec);
		return fmt + 1 + isdigit(fmt[1]);
	case 'D':
		out_dentry(o, ((struct file *)ptr)->f_path.dentry, spec);
		return fmt + 1 + isdigit(fmt[1]);
	case 'G':
		out_hex_fixed(o, *(const unsigned int *)ptr, 8);
		return skip_letters(fmt);
	default:
		return fmt;
	}
}

const char *out_pointer(struct out *o, const char *fmt, void *ptr, struct spec *spec)
{
	const char *end = out_address_as(o, fmt, ptr, spec);

	if (end)
		return end;
	if (!*fmt || !strchr("aMmIiUVhbEdDG", *fmt)) {
		out_address(o, ptr, spec);
		return fmt;
	}
	if (is_bad_pointer(ptr)) {
		struct spec plain = { .precision = -1 };

		out_string(o, ptr ? "(efault)" : "(null)", &plain);
		return skip_letters(fmt);
	}
	return out_pointee(o, fmt, ptr, spec);
}
