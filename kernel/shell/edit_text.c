// SPDX-License-Identifier: MIT
/* The line editor: the text, and what may happen to it. Text that comes at the end is echoed; other changes redraw. */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "edit_internal.h"

#define LINE_LIMIT	(1UL << 20)	/* bytes; a longer line is a mistake */

bool edit_make_room(struct editor *e, size_t more)
{
	size_t cap = max(e->cap, (size_t)128);
	char *buf;

	if (e->len + more >= LINE_LIMIT)
		return false;
	while (e->len + more + 1 > cap)
		cap *= 2;
	if (cap == e->cap)
		return true;
	buf = krealloc(e->buf, cap, GFP_KERNEL);
	if (!buf)
		return false;
	e->buf = buf;
	e->cap = cap;
	return true;
}

void edit_insert(struct editor *e, const char *s, size_t len)
{
	bool at_end = e->pos == e->len;

	if (!edit_make_room(e, len)) {
		edit_bell();
		return;
	}
	memmove(e->buf + e->pos + len, e->buf + e->pos, e->len - e->pos + 1);
	memcpy(e->buf + e->pos, s, len);
	e->len += len;
	e->pos += len;
	if (at_end) {
		edit_show_text(s, len);
		e->drawn_cols = e->cursor_col = edit_cursor_target(e);
	} else {
		edit_redraw(e);
	}
}

/* Positions of characters around @pos: a character may be several bytes. */
size_t edit_char_before(const struct editor *e, size_t pos)
{
	while (pos && ((unsigned char)e->buf[--pos] & 0xc0) == 0x80)
		;
	return pos;
}

size_t edit_char_after(const struct editor *e, size_t pos)
{
	if (pos < e->len)
		pos++;
	while (pos < e->len && ((unsigned char)e->buf[pos] & 0xc0) == 0x80)
		pos++;
	return pos;
}

static bool is_word_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       (c & 0x80);
}

size_t edit_word_before(const struct editor *e)
{
	size_t p = e->pos;

	while (p && !is_word_char(e->buf[p - 1]))
		p--;
	while (p && is_word_char(e->buf[p - 1]))
		p--;
	return p;
}

size_t edit_word_after(const struct editor *e)
{
	size_t p = e->pos;

	while (p < e->len && !is_word_char(e->buf[p]))
		p++;
	while (p < e->len && is_word_char(e->buf[p]))
		p++;
	return p;
}

/* For Ctrl-W: words between blanks, as the terminal has them. */
size_t edit_blank_word_before(const struct editor *e)
{
	size_t p = e->pos;

	while (p && e->buf[p - 1] == ' ')
		p--;
	while (p && e->buf[p - 1] != ' ')
		p--;
	return p;
}

void edit_erase(struct editor *e, size_t from, size_t to, bool keep)
{
	bool simple = to == e->len && e->pos == e->len && to - from == 1;

	if (from == to) {
		edit_bell();
		return;
	}
	if (keep) {
		kfree(e->killed);
		e->killed = kstrndup(e->buf + from, to - from, GFP_KERNEL);
	}
	memmove(e->buf + from, e->buf + to, e->len - to + 1);
	e->len -= to - from;
	e->pos = from;
	/* Backspace at the end of a line that fits its row. */
	if (simple && e->cursor_col < 79) {
		edit_out("\b \b");
		e->drawn_cols = e->cursor_col = edit_cursor_target(e);
	} else {
		edit_redraw(e);
	}
}

void edit_set_text(struct editor *e, const char *s)
{
	size_t len = strlen(s);

	if (len > e->len && !edit_make_room(e, len - e->len)) {
		edit_bell();
		return;
	}
	memcpy(e->buf, s, len + 1);
	e->len = e->pos = len;
	edit_redraw(e);
}

void edit_transpose(struct editor *e)
{
	char c;

	if (e->len < 2 || !e->pos) {
		edit_bell();
		return;
	}
	if (e->pos == e->len)
		e->pos--;
	c = e->buf[e->pos];
	e->buf[e->pos] = e->buf[e->pos - 1];
	e->buf[e->pos - 1] = c;
	e->pos++;
	edit_redraw(e);
}
