// SPDX-License-Identifier: MIT
/* The line editor: lines typed before, by cursor keys and by Ctrl-R. */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "edit_internal.h"

#define HISTORY_MAX	200

static char *history[HISTORY_MAX];	/* ring; one editor at a time */
static unsigned int history_count;	/* ever added */

const char *edit_history(unsigned int n)
{
	unsigned int first = history_count > HISTORY_MAX ? history_count - HISTORY_MAX : 0;

	return first + n < history_count ? history[(first + n) % HISTORY_MAX] : NULL;
}

static const char *edit_history_back(unsigned int n)
{
	if (!n || n > history_count || n > HISTORY_MAX)
		return NULL;
	return history[(history_count - n) % HISTORY_MAX];
}

void edit_remember(const char *line)
{
	const char *last = edit_history_back(1);
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

void edit_show_history(struct editor *e, int step)
{
	unsigned int at = e->history_at + step;
	const char *line;

	if ((step < 0 && !e->history_at) || (step > 0 && !edit_history_back(at))) {
		edit_bell();
		return;
	}
	if (!e->history_at) {
		kfree(e->new_line);
		e->new_line = kstrdup(e->buf, GFP_KERNEL);
	}
	e->history_at = at;
	line = at ? edit_history_back(at) : e->new_line;
	edit_set_text(e, line ? line : "");
}

/*
 * Ctrl-R: find an older line that holds what is typed. Any key but those of the search ends it,
 * with the line found in place. Returns the key that ended it.
 */
int edit_search_history(struct editor *e)
{
	char pattern[64] = "", prompt[96];
	const char *normal_prompt = e->prompt;
	size_t normal_cols = e->prompt_cols, n = 0;
	unsigned int at = 0;
	int key;

	for (;;) {
		unsigned int i = at ? at : 1;
		const char *line;

		while ((line = edit_history_back(i)) && n && !strstr(line, pattern))
			i++;
		if (line && n)
			at = i;
		snprintf(prompt, sizeof(prompt), "(%sreverse-i-search)`%s': ", line ? "" : "failed ",
			 pattern);
		e->prompt = prompt;
		e->prompt_cols = edit_columns_of(prompt, strlen(prompt));
		edit_set_text(e, n && at ? edit_history_back(at) : e->buf);
		key = edit_read_key();
		if (key == CTRL('R')) {
			if (at && edit_history_back(at + 1))
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
		edit_set_text(e, "");
		key = KEY_UNKNOWN;
	}
	edit_redraw(e);
	return key;
}
