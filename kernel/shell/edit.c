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
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <paddock/tty.h>
#include "edit.h"

#define CTRL(c)		((c) & 0x1f)
#define DEL		0x7f
#define ESC		0x1b
#define LINE_LIMIT	(1UL << 20)	/* bytes; a longer line is a mistake */
#define HISTORY_MAX	200
#define PASTE_GAP_MS	20		/* a byte that follows so soon was not typed by hand */

/* Keys beyond one byte. */
enum {
	KEY_UP = 256, KEY_DOWN, KEY_LEFT, KEY_RIGHT, KEY_HOME, KEY_END, KEY_DELETE,
	KEY_WORD_LEFT, KEY_WORD_RIGHT, KEY_DELETE_WORD, KEY_ERASE_WORD, KEY_UNKNOWN,
	KEY_NONE,		/* interrupted, or nothing in time */
};

struct editor {
	struct shell *sh;
	const char *prompt;
	size_t prompt_cols;
	char *buf;		/* NUL-terminated */
	size_t len, pos, cap;
	unsigned int columns;	/* 0: not known; 80 is right for lines shorter than that */
	size_t drawn_cols;	/* of prompt and text, as on the screen */
	size_t cursor_col;	/* where the cursor is, counted through the rows */
	unsigned int history_at;	/* 0: the new line; n: the n-th last one */
	char *new_line;		/* the new line, while an old one is shown */
	bool tab_before;	/* the last key was a Tab that could not decide */
	char *killed;		/* for Ctrl-Y */
};

static char *history[HISTORY_MAX];	/* ring; one editor at a time */
static unsigned int history_count;	/* ever added */
static char returned[16];		/* bytes read too early, still to be taken as keys */
static size_t returned_at, returned_len;
static unsigned int terminal_columns;	/* as the terminal answered; 0: not asked */

/* ---- The screen ---- */

static void out(const char *s)
{
	tty_write(s, strlen(s));
}

/* Columns of a text: UTF-8's continuation bytes have none. */
static size_t columns_of(const char *s, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += ((unsigned char)s[i] & 0xc0) != 0x80;
	return n;
}

static void bell(void)
{
	out("\a");
}

static int get_byte(int timeout_ms)
{
	char c;

	if (returned_at < returned_len)
		return (unsigned char)returned[returned_at++];
	return tty_read_keys(&c, 1, timeout_ms) == 1 ? (unsigned char)c : -1;
}

/* The byte that get_byte() gave last is the next one again. */
static void give_back(char c)
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
	out("\0337\033[999C\033[6n\0338");
	do {
		c = get_byte(200);
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
	if (e->prompt_cols + columns_of(e->buf, e->len) < 79 && e->drawn_cols < 79)
		return 80;
	if (!terminal_columns)
		terminal_columns = ask_columns();
	return terminal_columns ? terminal_columns : 80;
}

/* Show characters that would move the cursor as something that does not. */
static void show_text(const char *s, size_t len)
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
		out(seq);
	} else if (to_row > from_row) {
		snprintf(seq, sizeof(seq), "\033[%zuB", to_row - from_row);
		out(seq);
	}
	out("\r");
	if (to % width) {
		snprintf(seq, sizeof(seq), "\033[%zuC", to % width);
		out(seq);
	}
	e->cursor_col = to;
}

static size_t cursor_target(struct editor *e)
{
	return e->prompt_cols + columns_of(e->buf, e->pos);
}

static void place_cursor(struct editor *e)
{
	if (e->cursor_col != cursor_target(e))
		move_cursor(e, e->cursor_col, cursor_target(e));
}

/* Draw prompt and text anew, from wherever the cursor is in what was drawn before. */
static void redraw(struct editor *e)
{
	size_t total = e->prompt_cols + columns_of(e->buf, e->len);

	move_cursor(e, e->cursor_col, 0);
	out("\033[J");
	out(e->prompt);
	show_text(e->buf, e->len);
	/* A full last row leaves the cursor hanging behind its end: bring it to the next one. */
	if (total % columns(e) == 0)
		out("\n");
	e->drawn_cols = e->cursor_col = total;
	place_cursor(e);
}

/* ---- Text ---- */

static bool make_room(struct editor *e, size_t more)
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

static void insert(struct editor *e, const char *s, size_t len)
{
	bool at_end = e->pos == e->len;

	if (!make_room(e, len)) {
		bell();
		return;
	}
	memmove(e->buf + e->pos + len, e->buf + e->pos, e->len - e->pos + 1);
	memcpy(e->buf + e->pos, s, len);
	e->len += len;
	e->pos += len;
	if (at_end) {
		show_text(s, len);
		e->drawn_cols = e->cursor_col = cursor_target(e);
	} else {
		redraw(e);
	}
}

/* Positions of characters around @pos: a character may be several bytes. */
static size_t char_before(const struct editor *e, size_t pos)
{
	while (pos && ((unsigned char)e->buf[--pos] & 0xc0) == 0x80)
		;
	return pos;
}

static size_t char_after(const struct editor *e, size_t pos)
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

static size_t word_before(const struct editor *e)
{
	size_t p = e->pos;

	while (p && !is_word_char(e->buf[p - 1]))
		p--;
	while (p && is_word_char(e->buf[p - 1]))
		p--;
	return p;
}

static size_t word_after(const struct editor *e)
{
	size_t p = e->pos;

	while (p < e->len && !is_word_char(e->buf[p]))
		p++;
	while (p < e->len && is_word_char(e->buf[p]))
		p++;
	return p;
}

/* For Ctrl-W: words between blanks, as the terminal has them. */
static size_t blank_word_before(const struct editor *e)
{
	size_t p = e->pos;

	while (p && e->buf[p - 1] == ' ')
		p--;
	while (p && e->buf[p - 1] != ' ')
		p--;
	return p;
}

static void erase(struct editor *e, size_t from, size_t to, bool keep)
{
	bool simple = to == e->len && e->pos == e->len && to - from == 1;

	if (from == to) {
		bell();
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
		out("\b \b");
		e->drawn_cols = e->cursor_col = cursor_target(e);
	} else {
		redraw(e);
	}
}

static void set_text(struct editor *e, const char *s)
{
	size_t len = strlen(s);

	if (len > e->len && !make_room(e, len - e->len)) {
		bell();
		return;
	}
	memcpy(e->buf, s, len + 1);
	e->len = e->pos = len;
	redraw(e);
}

/* ---- History ---- */

const char *edit_history(unsigned int n)
{
	unsigned int first = history_count > HISTORY_MAX ? history_count - HISTORY_MAX : 0;

	return first + n < history_count ? history[(first + n) % HISTORY_MAX] : NULL;
}

static const char *history_back(unsigned int n)
{
	if (!n || n > history_count || n > HISTORY_MAX)
		return NULL;
	return history[(history_count - n) % HISTORY_MAX];
}

static void remember(const char *line)
{
	const char *last = history_back(1);
	char *copy;

	if (!line[strspn(line, " \t")] || (last && !strcmp(last, line)))
		return;
	copy = kstrdup(line, GFP_KERNEL);
	if (!copy)
		return;
	kfree(history[history_count % HISTORY_MAX]);
	history[history_count % HISTORY_MAX] = copy;
	history_count++;
}

static void show_history(struct editor *e, int step)
{
	unsigned int at = e->history_at + step;
	const char *line;

	if ((step < 0 && !e->history_at) || (step > 0 && !history_back(at))) {
		bell();
		return;
	}
	if (!e->history_at) {
		kfree(e->new_line);
		e->new_line = kstrdup(e->buf, GFP_KERNEL);
	}
	e->history_at = at;
	line = at ? history_back(at) : e->new_line;
	set_text(e, line ? line : "");
}

/* ---- Completion ---- */

static void insert_quoted(struct editor *e, const char *s)
{
	char quoted[2] = { '\\' };

	for (; *s; s++) {
		if (strchr(" \t'\"\\$`;&|<>()*?[#~!", *s)) {
			quoted[1] = *s;
			insert(e, quoted, 2);
		} else {
			insert(e, s, 1);
		}
	}
}

static void list_completions(struct editor *e, const struct completions *c)
{
	unsigned int width = 0, per_row, rows;

	for (unsigned int i = 0; i < c->n; i++)
		width = max(width, (unsigned int)columns_of(c->v[i], strlen(c->v[i]) - c->dir_len));
	width += 2;
	per_row = max(79 / width, 1U);
	rows = DIV_ROUND_UP(c->n, per_row);
	out("\n");
	for (unsigned int r = 0; r < rows; r++) {
		for (unsigned int i = r; i < c->n; i += rows) {
			const char *name = c->v[i] + c->dir_len;

			show_text(name, strlen(name));
			for (size_t n = columns_of(name, strlen(name)); n < width && i + rows < c->n; n++)
				out(" ");
		}
		out("\n");
	}
	e->cursor_col = e->drawn_cols = 0;
	redraw(e);
}

static void tab(struct editor *e)
{
	bool tab_before = e->tab_before;
	struct completions c = { };
	size_t have, common;
	char saved;

	e->tab_before = false;

	saved = e->buf[e->pos];
	e->buf[e->pos] = '\0';
	complete_line(e->sh, e->buf, e->pos, &c);
	e->buf[e->pos] = saved;
	if (!c.n || c.oom) {
		bell();
		goto out;
	}
	have = e->pos - c.word_start;	/* as typed: may hold quoting that the names do not */
	common = strlen(c.v[0]);
	for (unsigned int i = 1; i < c.n; i++) {
		size_t k = 0;

		while (k < common && c.v[i][k] == c.v[0][k])
			k++;
		common = k;
	}
	if (common > have) {
		char *more = kstrndup(c.v[0] + have, common - have, GFP_KERNEL);

		if (more)
			insert_quoted(e, more);
		kfree(more);
	}
	if (c.n == 1) {
		if (!common || c.v[0][common - 1] != '/')
			insert(e, " ", 1);
	} else if (common <= have) {
		if (tab_before)
			list_completions(e, &c);
		else
			bell();
		e->tab_before = true;
	}
out:
	completions_free(&c);
}

/* ---- Keys ---- */

/* Behind an ESC. Source: ECMA-48, and xterm's key sequences. */
static int read_escape(void)
{
	int c = get_byte(100), number = 0, modifier = 0;

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
	while ((c = get_byte(100)) >= 0) {
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

static int read_key(void)
{
	int c = get_byte(-1);

	if (c < 0)
		return KEY_NONE;
	return c == ESC ? read_escape() : c;
}

static void transpose(struct editor *e)
{
	char c;

	if (e->len < 2 || !e->pos) {
		bell();
		return;
	}
	if (e->pos == e->len)
		e->pos--;
	c = e->buf[e->pos];
	e->buf[e->pos] = e->buf[e->pos - 1];
	e->buf[e->pos - 1] = c;
	e->pos++;
	redraw(e);
}

/*
 * Ctrl-R: find an older line that holds what is typed. Any key but those of the search ends it,
 * with the line found in place. Returns the key that ended it.
 */
static int search(struct editor *e)
{
	char pattern[64] = "", prompt[96];
	const char *normal_prompt = e->prompt;
	size_t normal_cols = e->prompt_cols, n = 0;
	unsigned int at = 0;
	int key;

	for (;;) {
		unsigned int i = at ? at : 1;
		const char *line;

		while ((line = history_back(i)) && n && !strstr(line, pattern))
			i++;
		if (line && n)
			at = i;
		snprintf(prompt, sizeof(prompt), "(%sreverse-i-search)`%s': ", line ? "" : "failed ",
			 pattern);
		e->prompt = prompt;
		e->prompt_cols = columns_of(prompt, strlen(prompt));
		set_text(e, n && at ? history_back(at) : e->buf);
		key = read_key();
		if (key == CTRL('R')) {
			if (at && history_back(at + 1))
				at++;
		} else if (key == DEL || key == '\b') {
			if (n)
				pattern[--n] = '\0';
			at = 0;
		} else if (key >= ' ' && key < 256 && n < sizeof(pattern) - 1) {
			pattern[n++] = key;
			pattern[n] = '\0';
		} else {
			break;
		}
	}
	e->prompt = normal_prompt;
	e->prompt_cols = normal_cols;
	if (key == CTRL('G')) {
		set_text(e, "");
		key = KEY_UNKNOWN;
	}
	redraw(e);
	return key;
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
		insert(e, "\t", 1);
		return;
	}
	while ((next = get_byte(PASTE_GAP_MS)) >= 0) {
		if (next != '\t') {
			give_back(next);
			while (tabs--)
				insert(e, "\t", 1);
			return;
		}
		tabs++;
	}
	while (tabs--)
		tab(e);
}

/* One key. Returns 0 to go on, 1 for Enter, or -errno. */
static int do_key(struct editor *e, int key)
{
	bool tab_before = e->tab_before;
	char c;

	if (key == CTRL('R'))
		key = search(e);
	e->tab_before = false;
	switch (key) {
	case '\r':
	case '\n':
		e->pos = e->len;
		place_cursor(e);
		out("\n");
		return 1;
	case CTRL('C'):
		e->pos = e->len;
		place_cursor(e);
		out("^C\n");
		return -EINTR;
	case CTRL('D'):
		if (!e->len)
			return -ENODATA;
		fallthrough;
	case KEY_DELETE:
		erase(e, e->pos, char_after(e, e->pos), false);
		break;
	case DEL:
	case '\b':
		erase(e, char_before(e, e->pos), e->pos, false);
		break;
	case '\t':
		e->tab_before = tab_before;
		tab_key(e);
		break;
	case KEY_LEFT:
	case CTRL('B'):
		e->pos = char_before(e, e->pos);
		place_cursor(e);
		break;
	case KEY_RIGHT:
	case CTRL('F'):
		e->pos = char_after(e, e->pos);
		place_cursor(e);
		break;
	case KEY_HOME:
	case CTRL('A'):
		e->pos = 0;
		place_cursor(e);
		break;
	case KEY_END:
	case CTRL('E'):
		e->pos = e->len;
		place_cursor(e);
		break;
	case KEY_WORD_LEFT:
		e->pos = word_before(e);
		place_cursor(e);
		break;
	case KEY_WORD_RIGHT:
		e->pos = word_after(e);
		place_cursor(e);
		break;
	case KEY_UP:
	case CTRL('P'):
		show_history(e, 1);
		break;
	case KEY_DOWN:
	case CTRL('N'):
		show_history(e, -1);
		break;
	case CTRL('U'):
		erase(e, 0, e->pos, true);
		break;
	case CTRL('K'):
		erase(e, e->pos, e->len, true);
		break;
	case CTRL('W'):
		erase(e, blank_word_before(e), e->pos, true);
		break;
	case KEY_ERASE_WORD:
		erase(e, word_before(e), e->pos, true);
		break;
	case KEY_DELETE_WORD:
		erase(e, e->pos, word_after(e), true);
		break;
	case CTRL('Y'):
		if (e->killed)
			insert(e, e->killed, strlen(e->killed));
		break;
	case CTRL('T'):
		transpose(e);
		break;
	case CTRL('L'):
		out("\033[H\033[2J");
		e->cursor_col = e->drawn_cols = 0;
		redraw(e);
		break;
	case KEY_NONE:
		return -EINTR;
	default:
		if (key >= 256 || key < ' ') {
			if (key != KEY_UNKNOWN)
				bell();
			break;
		}
		c = key;
		insert(e, &c, 1);
	}
	return 0;
}

char *edit_line(struct shell *sh, const char *prompt)
{
	struct editor e = { .sh = sh, .prompt = prompt };
	int done = 0;

	e.prompt_cols = columns_of(prompt, strlen(prompt));
	if (!make_room(&e, 0))
		return ERR_PTR(-ENOMEM);
	e.buf[0] = '\0';
	e.cursor_col = e.drawn_cols = e.prompt_cols;
	tty_edit_begin();
	out(prompt);
	while (!done)
		done = do_key(&e, read_key());
	tty_edit_end();
	if (done > 0)
		remember(e.buf);
	kfree(e.new_line);
	kfree(e.killed);
	if (done < 0) {
		kfree(e.buf);
		return ERR_PTR(done);
	}
	return e.buf;
}
