// SPDX-License-Identifier: MIT
/* The line editor: Tab. What the line could go on with is found by complete.c. */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "edit_internal.h"

static void insert_quoted(struct editor *e, const char *s)
{
	char quoted[2] = { '\\' };

	for (; *s; s++) {
		if (strchr(" \t'\"\\$`;&|<>()*?[#~!", *s)) {
			quoted[1] = *s;
			edit_insert(e, quoted, 2);
		} else {
			edit_insert(e, s, 1);
		}
	}
}

static void list_completions(struct editor *e, const struct completions *c)
{
	unsigned int width = 0, per_row, rows;

	for (unsigned int i = 0; i < c->n; i++)
		width = max(width, (unsigned int)edit_columns_of(c->v[i], strlen(c->v[i]) - c->dir_len));
	width += 2;
	per_row = max(79 / width, 1U);
	rows = DIV_ROUND_UP(c->n, per_row);
	edit_out("\n");
	for (unsigned int r = 0; r < rows; r++) {
		for (unsigned int i = r; i < c->n; i += rows) {
			const char *name = c->v[i] + c->dir_len;

			edit_show_text(name, strlen(name));
			for (size_t n = edit_columns_of(name, strlen(name)); n < width && i + rows < c->n; n++)
				edit_out(" ");
		}
		edit_out("\n");
	}
	e->cursor_col = e->drawn_cols = 0;
	edit_redraw(e);
}

void edit_complete(struct editor *e)
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
		edit_bell();
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
			edit_insert(e, " ", 1);
	} else if (common <= have) {
		if (tab_before)
			list_completions(e, &c);
		else
			edit_bell();
		e->tab_before = true;
	}
out:
	completions_free(&c);
}
