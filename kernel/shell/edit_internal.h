/* SPDX-License-Identifier: MIT */
/*
 * Between the files of the line editor. Context: the shell's thread; one line is edited at a time, so there are no locks.
 */
#pragma once

#include "edit.h"

#define CTRL(c)		((c) & 0x1f)
#define DEL		0x7f
#define ESC		0x1b

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

/* ---- edit_screen.c: what the terminal shows, and the bytes that it sends ---- */

void edit_out(const char *s);
void edit_bell(void);
/* Columns of a text: a character of UTF-8 has one. */
size_t edit_columns_of(const char *s, size_t len);
/* The next byte typed, or -1: nothing within @timeout_ms (-1: no limit), or interrupted. */
int edit_get_byte(int timeout_ms);
/* The byte that edit_get_byte() gave last is the next one again. */
void edit_give_back(char c);
/* Write at the cursor, control characters as '?'. */
void edit_show_text(const char *s, size_t len);
/* The column of e->pos, counted through the rows; and move the cursor there. */
size_t edit_cursor_target(struct editor *e);
void edit_place_cursor(struct editor *e);
/* Draw prompt and text anew, from wherever the cursor is in what was drawn before. */
void edit_redraw(struct editor *e);

/* ---- edit_text.c: the line; each change is drawn ---- */

/* Room for @more bytes. False: none, or the line would be absurdly long. */
bool edit_make_room(struct editor *e, size_t more);
void edit_insert(struct editor *e, const char *s, size_t len);
/* Take [from, to) away; @keep: for Ctrl-Y. */
void edit_erase(struct editor *e, size_t from, size_t to, bool keep);
void edit_set_text(struct editor *e, const char *s);
void edit_transpose(struct editor *e);
/* Positions around the cursor (or @pos): of characters, words, and words between blanks. */
size_t edit_char_before(const struct editor *e, size_t pos);
size_t edit_char_after(const struct editor *e, size_t pos);
size_t edit_word_before(const struct editor *e);
size_t edit_word_after(const struct editor *e);
size_t edit_blank_word_before(const struct editor *e);

/* ---- edit_history.c ---- */

/* Keep a copy of @line, unless it is blank or the same as the last one. */
void edit_remember(const char *line);
/* Show the line @step older than the one shown (negative: newer). */
void edit_show_history(struct editor *e, int step);
/* Ctrl-R. Returns the key that ended the search, still to be acted on. */
int edit_search_history(struct editor *e);

/* ---- edit_complete.c ---- */

/* One press of Tab. */
void edit_complete(struct editor *e);

/* ---- edit.c ---- */

/* The next key: a byte, or KEY_*. */
int edit_read_key(void);
