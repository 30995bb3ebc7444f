// SPDX-License-Identifier: MIT
/*
 * Bitmaps as text: lists ("0-3,8", "0-31:1/4") and hexadecimal ("f,ffffffff").
 */
#include <linux/bitmap.h>
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/string.h>

/* A number, or N for the last bit. Advances *s. */
static int parse_bit(const char **s, int nbits, unsigned int *bit)
{
	unsigned long long v = 0;
	const char *p = *s;

	if (*p == 'N') {
		*bit = nbits - 1;
		*s = p + 1;
		return 0;
	}
	if (!isdigit(*p))
		return -EINVAL;
	for (; isdigit(*p); p++) {
		v = v * 10 + *p - '0';
		if (v > UINT_MAX)
			return -EOVERFLOW;
	}
	*bit = v;
	*s = p;
	return 0;
}

/* One element: "a", "a-b", "a-b:used/group", "all". */
static int parse_region(const char **s, unsigned long *map, int nbits)
{
	unsigned int first, last, used, group;
	int err;

	if (strncmp(*s, "all", 3) == 0) {
		first = 0;
		last = nbits - 1;
		*s += 3;
	} else {
		err = parse_bit(s, nbits, &first);
		if (err)
			return err;
		last = first;
		if (**s == '-') {
			++*s;
			err = parse_bit(s, nbits, &last);
			if (err)
				return err;
		}
	}
	used = group = last - first + 1;
	if (**s == ':') {
		++*s;
		err = parse_bit(s, nbits, &used);
		if (err || *(*s)++ != '/')
			return err ?: -EINVAL;
		err = parse_bit(s, nbits, &group);
		if (err)
			return err;
	}
	if (first > last || !group || used > group)
		return -EINVAL;
	if (last >= nbits)
		return -ERANGE;
	for (unsigned int at = first; at <= last; at += group)
		bitmap_set(map, at, min(used, last - at + 1));
	return 0;
}

int bitmap_parselist(const char *buf, unsigned long *map, int nbits)
{
	bitmap_zero(map, nbits);
	for (;;) {
		int err;

		while (isspace(*buf) || *buf == ',')
			buf++;
		if (!*buf)
			return 0;
		err = parse_region(&buf, map, nbits);
		if (err)
			return err;
		if (*buf && !isspace(*buf) && *buf != ',')
			return -EINVAL;
	}
}
EXPORT_SYMBOL(bitmap_parselist);

int bitmap_parse(const char *buf, unsigned int buflen, unsigned long *map, int nbits)
{
	const char *end = buf + strnlen(buf, buflen);
	int bit = 0;

	while (end > buf && isspace(end[-1]))
		end--;
	if (end == buf)
		return -EINVAL;
	bitmap_zero(map, nbits);
	/* From the right: 8 digits to each comma; a shorter group is filled up with zeros. */
	while (end > buf) {
		int digits = 0;

		while (end > buf && end[-1] != ',') {
			int v = hex_to_bin(*--end);

			if (v < 0 || ++digits > 8)
				return v < 0 ? -EINVAL : -EOVERFLOW;
			for (int i = 0; i < 4; i++) {
				int at = bit + (digits - 1) * 4 + i;

				if (!(v >> i & 1))
					continue;
				if (at >= nbits)
					return -EOVERFLOW;
				__set_bit(at, map);
			}
		}
		if (!digits)
			return -EINVAL;
		bit += 32;
		if (end > buf && --end == buf)
			return -EINVAL;
	}
	return 0;
}
EXPORT_SYMBOL(bitmap_parse);

int bitmap_print_to_pagebuf(bool list, char *buf, const unsigned long *map, int nbits)
{
	return list ? scnprintf(buf, 4096, "%*pbl\n", nbits, map) :
		      scnprintf(buf, 4096, "%*pb\n", nbits, map);
}
EXPORT_SYMBOL(bitmap_print_to_pagebuf);
