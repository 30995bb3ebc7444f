// SPDX-License-Identifier: MIT
/*
 * Where words end: quotes, $(…), ${…}, $((…)) and `…` are seen through, not interpreted.
 *
 * Words stay as they were typed until they are expanded, so all that the parser needs is their extent.
 * Source: POSIX.1-2017, Shell Command Language 2.2 (quoting) and 2.3 (token recognition).
 */
#include <linux/ctype.h>
#include <linux/string.h>
#include "lex.h"

static const char *skip_double_quotes(const char *p, bool *deep);
static const char *skip_expansion(const char *p, bool *deep);

/* At '\'': behind the closing one. */
static const char *skip_single_quotes(const char *p)
{
	p = strchr(p + 1, '\'');
	return p ? p + 1 : NULL;
}

static const char *skip_backquotes(const char *p)
{
	for (p++; *p; p++) {
		if (*p == '\\' && p[1])
			p++;
		else if (*p == '`')
			return p + 1;
	}
	return NULL;
}

/* One quoted thing or expansion at @p, or one plain character; NULL: not closed, or (*deep set) in too many others. */
static const char *skip_unit(const char *p, bool *deep)
{
	switch (*p) {
	case '\\':
		return p[1] ? p + 2 : p + 1;
	case '\'':
		return skip_single_quotes(p);
	case '"':
		return skip_double_quotes(p, deep);
	case '`':
		return skip_backquotes(p);
	case '$':
		return skip_expansion(p, deep);
	default:
		return p + 1;
	}
}

static const char *skip_double_quotes(const char *p, bool *deep)
{
	p++;
	while (p && *p && *p != '"')
		p = *p == '\'' ? p + 1 : skip_unit(p, deep);
	return p && *p ? p + 1 : NULL;
}

/* Behind an opening '(': behind its ')'. Comments may hold anything. */
static const char *skip_list(const char *p, bool *deep)
{
	bool word_start = true;

	if (shell_stack_low()) {		/* these functions recurse, on a kernel stack */
		*deep = true;
		return NULL;
	}
	while (p && *p && *p != ')') {
		if (*p == '#' && word_start) {
			while (*p && *p != '\n')
				p++;
			continue;
		}
		word_start = isspace(*p) || *p == ';' || *p == '(' || *p == '&' || *p == '|';
		p = *p == '(' ? skip_list(p + 1, deep) : skip_unit(p, deep);
	}
	return p && *p ? p + 1 : NULL;
}

static const char *skip_braces(const char *p, bool *deep)
{
	if (shell_stack_low()) {
		*deep = true;
		return NULL;
	}
	while (p && *p && *p != '}')
		p = skip_unit(p, deep);
	return p && *p ? p + 1 : NULL;
}

static const char *skip_expansion(const char *p, bool *deep)
{
	p++;
	if (*p == '(')
		return skip_list(p + 1, deep);
	if (*p == '{')
		return skip_braces(p + 1, deep);
	if (isalpha(*p) || *p == '_') {
		while (isalnum(*p) || *p == '_')
			p++;
		return p;
	}
	if (*p && strchr("?#@*$!-0123456789", *p))
		return p + 1;
	return p;	/* a lone '$' */
}

const char *skip_parens(const char *p)
{
	bool deep;

	return skip_list(p, &deep);
}

const char *skip_dollar(const char *p)
{
	bool deep;

	return skip_expansion(p, &deep);
}

static bool is_meta(char c)
{
	return !c || strchr(" \t\n;&|()<>", c);
}

const char *skip_word(const char *p, bool *deep)
{
	const char *start = p;

	*deep = false;
	while (p && !is_meta(*p))
		p = skip_unit(p, deep);
	/* NAME=( … ) is one word: an array. */
	if (p && *p == '(' && p > start && p[-1] == '=' && is_name(start, p - 1 - start))
		p = skip_list(p + 1, deep);
	return p;
}

bool is_name(const char *s, size_t len)
{
	size_t i;

	if (!len || isdigit(*s))
		return false;
	for (i = 0; i < len; i++)
		if (!isalnum(s[i]) && s[i] != '_')
			return false;
	return true;
}

static const struct {
	const char *text;
	int tok;
} operators[] = {
	/* Longer ones first. */
	{ "<<<", T_HERESTRING }, { "<<-", T_HEREDOC_TABS }, { "&>>", T_BOTH_APPEND },
	{ "&&", T_AND }, { "||", T_OR }, { ";;", T_DSEMI }, { ">>", T_APPEND }, { "<<", T_HEREDOC },
	{ ">&", T_DUP_OUT }, { "<&", T_DUP_IN }, { "&>", T_BOTH }, { ">|", T_OUT },
	{ ";", T_SEMI }, { "&", T_AMP }, { "|", T_PIPE }, { "(", T_LPAREN }, { ")", T_RPAREN },
	{ "<", T_IN }, { ">", T_OUT }, { "\n", T_NEWLINE },
};

/* Blanks, line continuations and comments before a token. */
static const char *skip_blanks(struct parser *ps, const char *p)
{
	for (;;) {
		if (*p == ' ' || *p == '\t' || *p == '\r') {
			p++;
		} else if (*p == '\\' && p[1] == '\n') {
			p += 2;
			ps->line++;
			ps->line_start = p;
			ps->err->incomplete |= !*p;	/* the line that it is to go on with is missing */
		} else if (*p == '#') {
			while (*p && *p != '\n')
				p++;
		} else {
			return p;
		}
	}
}

int next_token(struct parser *ps)
{
	const char *p;
	unsigned int i;
	bool deep;

	if (ps->tok_ready)
		return ps->tok;
	p = skip_blanks(ps, ps->p);
	ps->tok_ready = true;
	ps->tok_start = p;
	if (!*p) {
		ps->tok_end = p;
		return ps->tok = T_EOF;
	}
	for (i = 0; i < ARRAY_SIZE(operators); i++) {
		size_t len = strlen(operators[i].text);

		if (!strncmp(p, operators[i].text, len)) {
			ps->tok_end = p + len;
			return ps->tok = operators[i].tok;
		}
	}
	if (isdigit(*p) && (p[1] == '<' || p[1] == '>')) {
		ps->tok_end = p + 1;
		return ps->tok = T_IO_NUMBER;
	}
	ps->tok_end = skip_word(p, &deep);
	if (!ps->tok_end) {
		ps->tok_end = p + strlen(p);
		return ps->tok = deep ? T_TOO_DEEP : T_UNCLOSED;
	}
	/* Only a continuation ends a word with a newline. */
	ps->err->incomplete |= !*ps->tok_end && ps->tok_end[-1] == '\n';
	return ps->tok = T_WORD;
}

void take_token(struct parser *ps)
{
	const char *p;

	for (p = ps->tok_start; p < ps->tok_end; p++) {
		if (*p == '\n') {
			ps->line++;
			ps->line_start = p + 1;
		}
	}
	ps->p = ps->tok_end;
	ps->tok_ready = false;
}
