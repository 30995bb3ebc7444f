// SPDX-License-Identifier: MIT
/*
 * The parser's building blocks: errors that name the token, nodes in the arena, words as keywords, newlines with the
 * here-documents behind them, and redirections.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include "parse_internal.h"

void parser_init(struct parser *ps, const char *text, struct arena *arena, struct parse_error *err)
{
	memset(ps, 0, sizeof(*ps));
	memset(err, 0, sizeof(*err));
	ps->text = ps->p = ps->line_start = text;
	ps->line = 1;
	ps->arena = arena;
	ps->err = err;
}

/* ---- Errors ---- */

void *parse_no_memory(struct parser *ps)
{
	if (!ps->failed) {
		ps->failed = true;
		strscpy(ps->err->text, "Out of memory", sizeof(ps->err->text));
	}
	return NULL;
}

/* Reports the current token as the one that does not belong here. */
void *parse_syntax_error(struct parser *ps)
{
	int tok = next_token(ps);
	unsigned int column = ps->tok_start - ps->line_start + 1;
	int len = min_t(int, ps->tok_end - ps->tok_start, 40);

	if (ps->failed)
		return NULL;
	ps->failed = true;
	if (tok == T_EOF) {
		ps->err->incomplete = true;
		scnprintf(ps->err->text, sizeof(ps->err->text),
			  "syntax error: unexpected end of file (line %u, column %u)", ps->line, column);
	} else if (tok == T_UNCLOSED) {
		ps->err->incomplete = true;
		scnprintf(ps->err->text, sizeof(ps->err->text),
			  "syntax error: unterminated quote or expansion in `%.*s' (line %u, column %u)",
			  len, ps->tok_start, ps->line, column);
	} else if (tok == T_TOO_DEEP) {
		scnprintf(ps->err->text, sizeof(ps->err->text), "syntax error: nested too deeply (line %u, column %u)",
			  ps->line, column);
	} else if (tok == T_NEWLINE) {
		scnprintf(ps->err->text, sizeof(ps->err->text),
			  "syntax error near unexpected token `newline' (line %u, column %u)",
			  ps->line, column);
	} else {
		scnprintf(ps->err->text, sizeof(ps->err->text),
			  "syntax error near unexpected token `%.*s' (line %u, column %u)",
			  len, ps->tok_start, ps->line, column);
	}
	return NULL;
}

/* ---- Building blocks ---- */

struct node *parse_new_node(struct parser *ps, enum node_kind kind)
{
	struct node *n = arena_alloc(ps->arena, sizeof(*n));

	if (!n)
		return parse_no_memory(ps);
	n->kind = kind;
	n->line = ps->line;
	return n;
}

/* Appends to an arena array that doubles at powers of two. */
bool parse_push(struct parser *ps, void *array, unsigned int *n, void *item)
{
	void ***v = array;

	if (!(*n & (*n - 1))) {		/* 0 or a power of two: full */
		void **bigger = arena_alloc(ps->arena, (*n ? *n * 2 : 2) * sizeof(void *));

		if (!bigger)
			return parse_no_memory(ps), false;
		if (*n)
			memcpy(bigger, *v, *n * sizeof(void *));
		*v = bigger;
	}
	(*v)[(*n)++] = item;
	return true;
}

bool parse_add_kid(struct parser *ps, struct node *n, struct node *kid)
{
	return parse_push(ps, &n->kids, &n->nr_kids, kid);
}

char *parse_token_text(struct parser *ps)
{
	char *s = arena_strndup(ps->arena, ps->tok_start, ps->tok_end - ps->tok_start);

	return s ? s : parse_no_memory(ps);
}

bool parse_at_word(struct parser *ps, const char *word)
{
	size_t len = strlen(word);

	return next_token(ps) == T_WORD && ps->tok_end - ps->tok_start == len &&
	       !strncmp(ps->tok_start, word, len);
}

bool parse_accept_word(struct parser *ps, const char *word)
{
	if (!parse_at_word(ps, word))
		return false;
	take_token(ps);
	return true;
}

bool parse_expect_word(struct parser *ps, const char *word)
{
	if (parse_accept_word(ps, word))
		return true;
	parse_syntax_error(ps);
	return false;
}

/* Here-document bodies follow the line on which they were announced. */
void parse_read_heredocs(struct parser *ps)
{
	struct heredoc *h;

	for (h = ps->heredocs; h && !ps->failed; h = h->next) {
		struct strbuf body = { 0 };
		const char *p = ps->p;

		for (;;) {
			const char *eol = strchr(p, '\n');
			const char *line = p;
			size_t len = eol ? (size_t)(eol - p) : strlen(p);

			while (h->strip_tabs && len && *line == '\t')
				line++, len--;
			if (len == strlen(h->end) && !strncmp(line, h->end, len)) {
				p = eol ? eol + 1 : p + strlen(p);
				ps->line += eol ? 1 : 0;
				break;
			}
			if (!eol) {
				ps->tok_ready = false;
				ps->p = p + strlen(p);
				parse_syntax_error(ps);	/* at the end of the text: incomplete */
				break;
			}
			sb_add(&body, line, len);
			sb_addc(&body, '\n');
			p = eol + 1;
			ps->line++;
		}
		h->redir->word = arena_strdup(ps->arena, body.s ? body.s : "");
		if (body.oom || !h->redir->word)
			parse_no_memory(ps);
		sb_free(&body);
		ps->p = ps->line_start = p;
	}
	ps->heredocs = NULL;
}

void parse_take_newline(struct parser *ps)
{
	take_token(ps);
	if (ps->heredocs)
		parse_read_heredocs(ps);
}

void parse_skip_newlines(struct parser *ps)
{
	while (!ps->failed && next_token(ps) == T_NEWLINE)
		parse_take_newline(ps);
}

/* ---- Redirections ---- */

bool parse_at_redir(int tok)
{
	return tok == T_IO_NUMBER || (tok >= T_IN && tok <= T_HERESTRING);
}

static char *unquoted(struct parser *ps, const char *raw, bool *had_quotes)
{
	char *out = arena_alloc(ps->arena, strlen(raw) + 1), *o = out;

	if (!out)
		return parse_no_memory(ps);
	for (*had_quotes = false; *raw; raw++) {
		if (*raw == '\'' || *raw == '"' || *raw == '\\')
			*had_quotes = true;
		else
			*o++ = *raw;
	}
	return out;
}

static bool parse_heredoc_start(struct parser *ps, struct redir *r, bool strip_tabs)
{
	struct heredoc *h = arena_alloc(ps->arena, sizeof(*h)), **tail = &ps->heredocs;

	if (!h)
		return parse_no_memory(ps), false;
	r->kind = R_HEREDOC;
	h->redir = r;
	h->strip_tabs = strip_tabs;
	h->end = unquoted(ps, r->word, &r->literal);
	while (*tail)
		tail = &(*tail)->next;
	*tail = h;
	return h->end;
}

bool parse_redir(struct parser *ps, struct node *n)
{
	struct redir *r = arena_alloc(ps->arena, sizeof(*r)), **tail = &n->redirs;
	int tok;

	if (!r)
		return parse_no_memory(ps), false;
	r->fd = -1;
	if (next_token(ps) == T_IO_NUMBER) {
		r->fd = *ps->tok_start - '0';
		take_token(ps);
	}
	tok = next_token(ps);
	switch (tok) {
	case T_IN:
		r->kind = R_IN;
		break;
	case T_APPEND:
		r->kind = R_APPEND;
		break;
	case T_DUP_OUT:
	case T_DUP_IN:
		r->kind = R_DUP;
		break;
	case T_BOTH:
	case T_BOTH_APPEND:
		r->kind = R_BOTH;
		break;
	case T_HERESTRING:
		r->kind = R_HERESTRING;
		break;
	default:
		r->kind = R_OUT;
	}
	if (r->fd < 0)
		r->fd = tok == T_IN || tok == T_DUP_IN || tok == T_HEREDOC ||
			tok == T_HEREDOC_TABS || tok == T_HERESTRING ? 0 : 1;
	take_token(ps);
	if (next_token(ps) != T_WORD)
		return parse_syntax_error(ps), false;
	r->word = parse_token_text(ps);
	if (!r->word)
		return false;
	take_token(ps);
	while (*tail)
		tail = &(*tail)->next;
	*tail = r;
	if (tok == T_HEREDOC || tok == T_HEREDOC_TABS)
		return parse_heredoc_start(ps, r, tok == T_HEREDOC_TABS);
	return true;
}
