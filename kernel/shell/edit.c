// SPDX-License-Identifier: MIT
/*
 * The line editor of the prompt: cursor keys, history, completion, and the Emacs keys that every shell has.
 *
 * Text that is typed or pasted at the end of the line is echoed as it comes; only other changes redraw.
 * So a pasted script costs one write per character, and looks right at any terminal width. Redrawing
 * has to know the width once a line is longer than 80 columns: then the terminal is asked.
 *
 * Keys are taken from the console one by one: what is typed behind the Enter belongs to the command.
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <paddock/tty.h>
#include "edit_internal.h"

#define PASTE_GAP_MS	20		/* a byte that follows so soon was not typed by hand */

/* Behind an ESC. Source: ECMA-48, and xterm's key sequences. */
static int read_escape(void)
{
	int c = edit_get_byte(100), number = 0, modifier = 0;

	switch (c) {
	case 'b':
		return KEY_WORD_LEFT;
	case 'f':
		return KEY_WORD_RIGHT;
	case 'd':
		return KEY_DELETE_WORD;
	case DEL:
	case '\b':
		return KEY_ERASE_WORD;
	case 'O':
	case '[':
		break;
	default:
		return KEY_UNKNOWN;
	}
	while ((c = edit_get_byte(100)) >= 0) {
		if (c >= '0' && c <= '9') {
			number = number * 10 % 1000 + c - '0';
		} else if (c == ';') {
			modifier = -1;
			number = 0;
		} else {
			break;
		}
	}
	if (modifier)
		modifier = number;
	switch (c) {
	case 'A':
		return KEY_UP;
	case 'B':
		return KEY_DOWN;
	case 'C':
		return modifier > 2 ? KEY_WORD_RIGHT : KEY_RIGHT;
	case 'D':
		return modifier > 2 ? KEY_WORD_LEFT : KEY_LEFT;
	case 'H':
		return KEY_HOME;
	case 'F':
		return KEY_END;
	case '~':
		switch (number) {
		case 1:
		case 7:
			return KEY_HOME;
		case 4:
		case 8:
			return KEY_END;
		case 3:
			return KEY_DELETE;
		}
	}
	return KEY_UNKNOWN;
}

int edit_read_key(void)
{
	int c = edit_get_byte(-1);

	if (c < 0)
		return KEY_NONE;
	return c == ESC ? read_escape() : c;
}

/*
 * Tabs of a pasted, indented script are text: those at the line's start, and those that something
 * else follows at once.
 */
static void tab_key(struct editor *e)
{
	unsigned int tabs = 1;
	int next;

	if (strspn(e->buf, " \t") >= e->pos) {
		edit_insert(e, "\t", 1);
		return;
	}
	while ((next = edit_get_byte(PASTE_GAP_MS)) >= 0) {
		if (next != '\t') {
			edit_give_back(next);
			while (tabs--)
				edit_insert(e, "\t", 1);
			return;
		}
		tabs++;
	}
	while (tabs--)
		edit_complete(e);
}

/* Keys that only move the cursor. Returns whether @key is one. */
static bool move_key(struct editor *e, int key)
{
	switch (key) {
	case KEY_LEFT:
	case CTRL('B'):
		e->pos = edit_char_before(e, e->pos);
		break;
	case KEY_RIGHT:
	case CTRL('F'):
		e->pos = edit_char_after(e, e->pos);
		break;
	case KEY_HOME:
	case CTRL('A'):
		e->pos = 0;
		break;
	case KEY_END:
	case CTRL('E'):
		e->pos = e->len;
		break;
	case KEY_WORD_LEFT:
		e->pos = edit_word_before(e);
		break;
	case KEY_WORD_RIGHT:
		e->pos = edit_word_after(e);
		break;
	default:
		return false;
	}
	edit_place_cursor(e);
	return true;
}

/* Backspace, and keys that cut text out, for Ctrl-Y to put back. Returns whether @key is one. */
static bool cut_key(struct editor *e, int key)
{
	switch (key) {
	case CTRL('U'):
		edit_erase(e, 0, e->pos, true);
		break;
	case CTRL('K'):
		edit_erase(e, e->pos, e->len, true);
		break;
	case DEL:
	case '\b':
		edit_erase(e, edit_char_before(e, e->pos), e->pos, false);
		break;
	case CTRL('W'):
		edit_erase(e, edit_blank_word_before(e), e->pos, true);
		break;
	case KEY_ERASE_WORD:
		edit_erase(e, edit_word_before(e), e->pos, true);
		break;
	case KEY_DELETE_WORD:
		edit_erase(e, e->pos, edit_word_after(e), true);
		break;
	case CTRL('Y'):
		if (e->killed)
			edit_insert(e, e->killed, strlen(e->killed));
		break;
	default:
		return false;
	}
	return true;
}

static bool history_key(struct editor *e, int key)
{
	if (key != KEY_UP && key != CTRL('P') && key != KEY_DOWN && key != CTRL('N'))
		return false;
	edit_show_history(e, key == KEY_UP || key == CTRL('P') ? 1 : -1);
	return true;
}

/* One key. Returns 0 to go on, 1 for Enter, or -errno. */
static int do_key(struct editor *e, int key)
{
	bool tab_before = e->tab_before;
	char c;

	if (key == CTRL('R'))
		key = edit_search_history(e);
	e->tab_before = false;
	if (move_key(e, key) || cut_key(e, key) || history_key(e, key))
		return 0;
	switch (key) {
	case '\r':
	case '\n':
		e->pos = e->len;
		edit_place_cursor(e);
		edit_out("\n");
		return 1;
	case CTRL('C'):
		e->pos = e->len;
		edit_place_cursor(e);
		edit_out("^C\n");
		return -EINTR;
	case CTRL('D'):
		if (!e->len)
			return -ENODATA;
		fallthrough;
	case KEY_DELETE:
		edit_erase(e, e->pos, edit_char_after(e, e->pos), false);
		break;
	case '\t':
		e->tab_before = tab_before;
		tab_key(e);
		break;
	case CTRL('T'):
		edit_transpose(e);
		break;
	case CTRL('L'):
		edit_out("\033[H\033[2J");
		e->cursor_col = e->drawn_cols = 0;
		edit_redraw(e);
		break;
	case KEY_NONE:
		return -EINTR;
	default:
		if (key >= 256 || key < ' ') {
			if (key != KEY_UNKNOWN)
				edit_bell();
			break;
		}
		c = key;
		edit_insert(e, &c, 1);
	}
	return 0;
}

char *edit_line(struct shell *sh, const char *prompt)
{
	struct editor e = { .sh = sh, .prompt = prompt };
	int done = 0;

	e.prompt_cols = edit_columns_of(prompt, strlen(prompt));
	if (!edit_make_room(&e, 0))
		return ERR_PTR(-ENOMEM);
	e.buf[0] = '\0';
	e.cursor_col = e.drawn_cols = e.prompt_cols;
	tty_edit_begin();
	edit_out(prompt);
	while (!done)
		done = do_key(&e, edit_read_key());
	tty_edit_end();
	if (done > 0)
		edit_remember(e.buf);
	kfree(e.new_line);
	kfree(e.killed);
	if (done < 0) {
		kfree(e.buf);
		return ERR_PTR(done);
	}
	return e.buf;
}
