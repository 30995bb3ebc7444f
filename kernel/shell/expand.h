/* SPDX-License-Identifier: MIT */
/*
 * Between expand.c (the walk over a word, fields) and expand_param.c ($name and ${…}). Context: thread. No locks.
 */
#pragma once

#include "shell.h"

/* What a character is. */
#define CHAR_QUOTED	'q'	/* stands for itself */
#define CHAR_TYPED	't'	/* typed without quotes: globs count, splitting does not */
#define CHAR_RESULT	'r'	/* came out of an unquoted expansion: globs and splitting count */
#define CHAR_EMPTY	'e'	/* no character, but the field exists: "" */
#define CHAR_BREAK	'b'	/* no character: a new field begins, as between the elements of "$@" */

struct expansion {
	struct shell *sh;
	struct arena *arena;
	struct strbuf text, kind;
	bool no_split;		/* assignments and the like: "$@" is joined */
	bool at_list;		/* "$@" was seen in the current quotes: no field when it is empty */
	int err;
};

/* ---- expand.c ---- */

/* Append one character, or a string (NULL: none), that came out of an expansion inside (@quoted) or outside of quotes. */
void expand_emit(struct expansion *x, char c, char kind);
void expand_emit_value(struct expansion *x, const char *s, bool quoted);
/* Append a list: "$@" and "${a[@]}" (@quoted and @at) make one field per element. */
void expand_emit_list(struct expansion *x, char **v, unsigned int n, bool quoted, bool at);
/* Note the first error, -errno; the walk ends there. Returns @err. */
int expand_fail(struct expansion *x, int err);
/* Expand the raw text [p, end) into @x. */
void expand_text(struct expansion *x, const char *p, const char *end, bool quoted);
/* The raw text, expanded to one string in the arena; NULL: failed, which is noted. */
char *expand_sub_single(struct expansion *x, const char *s, size_t len);

/* ---- expand_param.c ---- */

/* The value of $name or a special parameter; made in @buf where it must be. NULL: unset. */
const char *expand_parameter(struct expansion *x, const char *name, size_t len, char *buf, size_t size);
/* The inside of ${…}. */
void expand_braces(struct expansion *x, const char *p, const char *end, bool quoted);
