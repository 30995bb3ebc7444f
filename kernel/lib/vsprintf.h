/* SPDX-License-Identifier: MIT */
/* Between vsprintf.c and its %p extensions. Context of all: any, NMI included; no locks, no allocation. */
#pragma once

#include <linux/stdarg.h>
#include <linux/types.h>

/* pos runs on behind end: pos - buffer is the length the whole text would have. */
struct out {
	char *pos;
	char *end;
};

/* One conversion: "%-08.3lx". */
struct spec {
	int width;
	int precision;		/* -1: none given */
	u8 base;
	bool left, plus, space, alternate, zero;
	bool is_signed, upper;
};

/* Append a character, @n times; n <= 0: nothing. What does not fit is counted and dropped. */
void out_char(struct out *o, char c);
void out_repeat(struct out *o, char c, int n);
/* Append @len bytes, or up to the NUL or the precision, filled up to the width. */
void out_string_n(struct out *o, const char *s, size_t len, const struct spec *spec);
void out_string(struct out *o, const char *s, const struct spec *spec);
/* Append a number in spec->base; a signed one comes as its two's complement. */
void out_number(struct out *o, unsigned long long v, const struct spec *spec);
/* The whole of a format. @args: moved on by what it took. */
void out_vformat(struct out *o, const char *fmt, va_list *args);

/*
 * %p and what follows it. @fmt is behind the 'p'.
 * Returns: behind the letters that it took.
 */
const char *out_pointer(struct out *o, const char *fmt, void *ptr, struct spec *spec);
