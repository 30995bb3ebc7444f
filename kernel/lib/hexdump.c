// SPDX-License-Identifier: MIT
/*
 * Bytes as text and back.
 */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/unaligned.h>

const char hex_asc[] = "0123456789abcdef";
EXPORT_SYMBOL(hex_asc);
const char hex_asc_upper[] = "0123456789ABCDEF";
EXPORT_SYMBOL(hex_asc_upper);

int hex_to_bin(unsigned char ch)
{
	if (isdigit(ch))
		return ch - '0';
	ch = tolower(ch);
	return ch >= 'a' && ch <= 'f' ? ch - 'a' + 10 : -1;
}
EXPORT_SYMBOL(hex_to_bin);

int hex2bin(u8 *dst, const char *src, size_t count)
{
	while (count--) {
		int high = hex_to_bin(*src++), low = high < 0 ? -1 : hex_to_bin(*src++);

		if (low < 0)
			return -EINVAL;
		*dst++ = high << 4 | low;
	}
	return 0;
}
EXPORT_SYMBOL(hex2bin);

char *bin2hex(char *dst, const void *src, size_t count)
{
	const u8 *s = src;

	while (count--)
		dst = hex_byte_pack(dst, *s++);
	return dst;
}
EXPORT_SYMBOL(bin2hex);

/* One group of @size bytes as a number, as the CPU would read it. */
static u64 group_at(const u8 *p, int size)
{
	switch (size) {
	case 8:
		return get_unaligned_le64(p);
	case 4:
		return get_unaligned_le32(p);
	case 2:
		return get_unaligned_le16(p);
	}
	return *p;
}

static size_t room(size_t size, size_t used)
{
	return used < size ? size - used : 0;
}

static char *at(char *buf, size_t size, size_t used)
{
	return buf + min(used, size);
}

int hex_dump_to_buffer(const void *buf, size_t len, int rowsize, int groupsize, char *linebuf,
		       size_t linebuflen, bool ascii)
{
	const u8 *p = buf;
	int n = 0, ascii_column;

	if (rowsize != 16 && rowsize != 32)
		rowsize = 16;
	if (groupsize != 1 && groupsize != 2 && groupsize != 4 && groupsize != 8)
		groupsize = 1;
	if (len > rowsize)
		len = rowsize;
	if (len % groupsize)
		groupsize = 1;
	ascii_column = rowsize * 2 + rowsize / groupsize + 1;

	/* The position runs on past the end: the result says how much room it would have taken. */
	if (linebuflen)
		linebuf[0] = '\0';
	for (size_t i = 0; i < len; i += groupsize)
		n += snprintf(at(linebuf, linebuflen, n), room(linebuflen, n), "%s%0*llx", i ? " " : "",
			      groupsize * 2, group_at(p + i, groupsize));
	if (!ascii || !len)
		return n;
	n += snprintf(at(linebuf, linebuflen, n), room(linebuflen, n), "%*s", ascii_column - n, "");
	for (size_t i = 0; i < len; i++)
		n += snprintf(at(linebuf, linebuflen, n), room(linebuflen, n), "%c",
			      isprint(p[i]) ? p[i] : '.');
	return n;
}
EXPORT_SYMBOL(hex_dump_to_buffer);

void print_hex_dump(const char *level, const char *prefix_str, int prefix_type, int rowsize,
		    int groupsize, const void *buf, size_t len, bool ascii)
{
	const u8 *p = buf;
	char line[32 * 3 + 2 + 32 + 1];

	if (rowsize != 16 && rowsize != 32)
		rowsize = 16;
	for (size_t i = 0; i < len; i += rowsize) {
		hex_dump_to_buffer(p + i, len - i, rowsize, groupsize, line, sizeof(line), ascii);
		switch (prefix_type) {
		case DUMP_PREFIX_ADDRESS:
			printk("%s%s%p: %s\n", level, prefix_str, p + i, line);
			break;
		case DUMP_PREFIX_OFFSET:
			printk("%s%s%.8zx: %s\n", level, prefix_str, i, line);
			break;
		default:
			printk("%s%s%s\n", level, prefix_str, line);
			break;
		}
	}
}
EXPORT_SYMBOL(print_hex_dump);
