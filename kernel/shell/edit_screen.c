// SPDX-License-Identifier: MIT
/*
 * The line editor: the screen, and the bytes from the terminal.
 *
 * Redrawing has to know the terminal's width once a line is longer than 80 columns: then the terminal is asked.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <paddock/tty.h>
#include "edit_internal.h"

static char returned[16];		/* bytes read too early, still to be taken as keys */
static size_t returned_at, returned_len;
static unsigned int terminal_columns;	/* as the terminal answered; 0: not asked */

void edit_out(const char *s)
{
	tty_write(s, strlen(s));
}

/* Columns of a text: UTF-8's continuation bytes have none. */
size_t edit_columns_of(const char *s, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += ((unsigned char)s[i] & 0xc0) != 0x80;
	return n;
}

void edit_bell(void)
{
	edit_out("\a");
}

int edit_get_byte(int timeout_ms)
{
	char c;

	if (returned_at < returned_len)
		return (unsigned char)returned[returned_at++];
	return tty_read_keys(&c, 1, timeout_ms) == 1 ? (unsigned char)c : -1;
}

/* The byte that edit_get_byte() gave last is the next one again. */
void edit_give_back(char c)
{
	if (returned_at) {
		returned[--returned_at] = c;
	} else {
		returned[0] = c;
		returned_len = 1;
	}
}

/*
 * Ask the terminal how wide it is: go far right, ask where that is. One that does not answer has 80
 * columns. While keys wait to be read nothing is asked, and what is no answer is a key: it is given back.
 * Returns: columns, or 0: not known now.
 */
static unsigned int ask_columns(void)
{
	char reply[16];
	size_t n = 0;
	unsigned int row, col;
	int c;

	if (returned_at < returned_len || tty_has_keys())
		return 0;
	edit_out("\0337\033[999C\033[6n\0338");
	do {
		c = edit_get_byte(200);
		if (c < 0)
			break;
		reply[n++] = c;
	} while (n < sizeof(reply) - 1 && c != 'R' && reply[0] == ESC);
	if (!n)
		return 80;
	reply[n] = '\0';
	if (sscanf(reply, "\033[%u;%uR", &row, &col) == 2)
		return col < 20 ? 80 : col;
	memcpy(returned, reply, n);
	returned_at = 0;
	returned_len = n;
	return 0;
}

static unsigned int columns(struct editor *e)
{
	if (e->prompt_cols + edit_columns_of(e->buf, e->len) < 79 && e->drawn_cols < 79)
		return 80;
	if (!terminal_columns)
		terminal_columns = ask_columns();
	return terminal_columns ? terminal_columns : 80;
}

/* Show characters that would move the cursor as something that does not. */
void edit_show_text(const char *s, size_t len)
{
	char chunk[64];
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = s[i];

		chunk[n++] = c == '\t' ? ' ' : c < ' ' || c == DEL ? '?' : c;
		if (n == sizeof(chunk)) {
			tty_write(chunk, n);
			n = 0;
		}
	}
	if (n)
		tty_write(chunk, n);
}

/* Move the cursor from one column to another, both counted through rows of the terminal's width. */
static void move_cursor(struct editor *e, size_t from, size_t to)
{
	unsigned int width = columns(e);
	size_t from_row = from / width, to_row = to / width;
	char seq[24];

	if (from_row > to_row) {
		snprintf(seq, sizeof(seq), "\033[%zuA", from_row - to_row);
		edit_out(seq);
	} else if (to_row > from_row) {
		snprintf(seq, sizeof(seq), "\033[%zuB", to_row - from_row);
		edit_out(seq);
	}
	edit_out("\r");
	if (to % width) {
		snprintf(seq, sizeof(seq), "\033[%zuC", to % width);
		edit_out(seq);
	}
	e->cursor_col = to;
}

size_t edit_cursor_target(struct editor *e)
{
	return e->prompt_cols + edit_columns_of(e->buf, e->pos);
}

void edit_place_cursor(struct editor *e)
{
	if (e->cursor_col != edit_cursor_target(e))
		move_cursor(e, e->cursor_col, edit_cursor_target(e));
}

/* Draw prompt and text anew, from wherever the cursor is in what was drawn before. */
void edit_redraw(struct editor *e)
{
	size_t total = e->prompt_cols + edit_columns_of(e->buf, e->len);

	move_cursor(e, e->cursor_col, 0);
	edit_out("\033[J");
	edit_out(e->prompt);
	edit_show_text(e->buf, e->len);
	/* A full last row leaves the cursor hanging behind its end: bring it to the next one. */
	if (total % columns(e) == 0)
		edit_out("\n");
	e->drawn_cols = e->cursor_col = total;
	edit_place_cursor(e);
}
