/* SPDX-License-Identifier: MIT */
/* The line editor of the prompt. */
#pragma once

#include "shell.h"

/*
 * edit_line - let a line be typed on the console.
 * @prompt: shown in front; one column per byte.
 * Returns: the line, without newline, kmalloc()ed, for the caller to kfree(); or
 *          ERR_PTR(-EINTR): Ctrl-C; ERR_PTR(-ENODATA): Ctrl-D on an empty line; ERR_PTR(-ENOMEM).
 * Context: the shell's thread; sleeps.
 */
char *edit_line(struct shell *sh, const char *prompt);

/* Lines that were typed, oldest first; NULL behind the last. For `history`. */
const char *edit_history(unsigned int n);

/* complete.c */

struct completions {
	char **v;		/* sorted, no duplicates */
	unsigned int n, cap;
	bool oom;
	size_t word_start;	/* where the completed part begins in the line */
	size_t dir_len;		/* of each, in front: the folder, which the list leaves out */
};

/* complete_line - what the text before the cursor could go on with. @line: @pos bytes, NUL behind them. */
void complete_line(struct shell *sh, const char *line, size_t pos, struct completions *out);
void completions_free(struct completions *c);
