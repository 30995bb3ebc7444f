// SPDX-License-Identifier: MIT
/*
 * The parser: recursive descent over POSIX's grammar, with bash's for ((…)), ((…)), arrays and function words where
 * pasted scripts use them.
 *
 * Errors name the token and its place. A construct that is merely not finished at the end of the
 * text is marked "incomplete", so that the prompt can ask for more lines.
 * Source: POSIX.1-2017, Shell Command Language 2.10, "Shell Grammar".
 */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/string.h>
#include "lex.h"
#include "parse.h"

static struct node *parse_list(struct parser *ps, bool one_line);
static struct node *parse_command(struct parser *ps);

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

static void *out_of_memory(struct parser *ps)
{
	if (!ps->failed) {
		ps->failed = true;
		strscpy(ps->err->text, "Out of memory", sizeof(ps->err->text));
	}
	return NULL;
}

/* Reports the current token as the one that does not belong here. */
static void *syntax_error(struct parser *ps)
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

static struct node *new_node(struct parser *ps, enum node_kind kind)
{
	struct node *n = arena_alloc(ps->arena, sizeof(*n));

	if (!n)
		return out_of_memory(ps);
	n->kind = kind;
	n->line = ps->line;
	return n;
}

/* Appends to an arena array that doubles at powers of two. */
static bool push(struct parser *ps, void *array, unsigned int *n, void *item)
{
	void ***v = array;

	if (!(*n & (*n - 1))) {		/* 0 or a power of two: full */
		void **bigger = arena_alloc(ps->arena, (*n ? *n * 2 : 2) * sizeof(void *));

		if (!bigger)
			return out_of_memory(ps), false;
		if (*n)
			memcpy(bigger, *v, *n * sizeof(void *));
		*v = bigger;
	}
	(*v)[(*n)++] = item;
	return true;
}

static bool add_kid(struct parser *ps, struct node *n, struct node *kid)
{
	return push(ps, &n->kids, &n->nr_kids, kid);
}

static char *token_text(struct parser *ps)
{
	char *s = arena_strndup(ps->arena, ps->tok_start, ps->tok_end - ps->tok_start);

	return s ? s : out_of_memory(ps);
}

static bool at_word(struct parser *ps, const char *word)
{
	size_t len = strlen(word);

	return next_token(ps) == T_WORD && ps->tok_end - ps->tok_start == len &&
	       !strncmp(ps->tok_start, word, len);
}

static bool accept_word(struct parser *ps, const char *word)
{
	if (!at_word(ps, word))
		return false;
	take_token(ps);
	return true;
}

static bool expect_word(struct parser *ps, const char *word)
{
	if (accept_word(ps, word))
		return true;
	syntax_error(ps);
	return false;
}

/* Here-document bodies follow the line on which they were announced. */
static void read_heredocs(struct parser *ps)
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
				syntax_error(ps);	/* at the end of the text: incomplete */
				break;
			}
			sb_add(&body, line, len);
			sb_addc(&body, '\n');
			p = eol + 1;
			ps->line++;
		}
		h->redir->word = arena_strdup(ps->arena, body.s ? body.s : "");
		if (body.oom || !h->redir->word)
			out_of_memory(ps);
		sb_free(&body);
		ps->p = ps->line_start = p;
	}
	ps->heredocs = NULL;
}

static void take_newline(struct parser *ps)
{
	take_token(ps);
	if (ps->heredocs)
		read_heredocs(ps);
}

static void skip_newlines(struct parser *ps)
{
	while (!ps->failed && next_token(ps) == T_NEWLINE)
		take_newline(ps);
}

/* ---- Redirections ---- */

static bool is_redir(int tok)
{
	return tok == T_IO_NUMBER || (tok >= T_IN && tok <= T_HERESTRING);
}

static char *unquoted(struct parser *ps, const char *raw, bool *had_quotes)
{
	char *out = arena_alloc(ps->arena, strlen(raw) + 1), *o = out;

	if (!out)
		return out_of_memory(ps);
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
		return out_of_memory(ps), false;
	r->kind = R_HEREDOC;
	h->redir = r;
	h->strip_tabs = strip_tabs;
	h->end = unquoted(ps, r->word, &r->literal);
	while (*tail)
		tail = &(*tail)->next;
	*tail = h;
	return h->end;
}

static bool parse_redir(struct parser *ps, struct node *n)
{
	struct redir *r = arena_alloc(ps->arena, sizeof(*r)), **tail = &n->redirs;
	int tok;

	if (!r)
		return out_of_memory(ps), false;
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
		return syntax_error(ps), false;
	r->word = token_text(ps);
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

/* ---- Simple commands ---- */

/* NAME=…, NAME[…]=…, NAME+=… : the length of what stands before the value, or 0. */
static size_t assignment_prefix(const char *s, const char *end)
{
	const char *p = s;

	while (p < end && (isalnum(*p) || *p == '_'))
		p++;
	if (!is_name(s, p - s))
		return 0;
	if (p < end && *p == '[') {
		while (p < end && *p != ']')
			p++;
		if (p < end)
			p++;
	}
	if (p < end && *p == '+')
		p++;
	return p < end && *p == '=' ? p + 1 - s : 0;
}

static struct node *parse_function(struct parser *ps, char *name)
{
	struct node *n = new_node(ps, N_FUNCTION);
	const char *start;

	if (!n)
		return NULL;
	n->name = name;
	skip_newlines(ps);
	next_token(ps);
	start = ps->tok_start;
	/* Parsed for its errors and its end; what is kept is the text, which outlives this arena. */
	if (!at_word(ps, "{") && next_token(ps) != T_LPAREN)
		return syntax_error(ps);
	if (!parse_command(ps))
		return NULL;
	if (!push(ps, &n->words, &n->nr_words, arena_strndup(ps->arena, start, ps->p - start)))
		return NULL;
	return n->words[0] ? n : out_of_memory(ps);
}

static struct node *parse_simple(struct parser *ps)
{
	struct node *n = new_node(ps, N_SIMPLE);

	while (n && !ps->failed) {
		int tok = next_token(ps);
		char *text;

		if (is_redir(tok)) {
			if (!parse_redir(ps, n))
				return NULL;
			continue;
		}
		if (tok == T_UNCLOSED)
			return syntax_error(ps);
		if (tok == T_LPAREN && n->nr_words == 1 && !n->nr_assigns && !n->redirs &&
		    is_name(n->words[0], strlen(n->words[0]))) {
			take_token(ps);
			if (next_token(ps) != T_RPAREN)
				return syntax_error(ps);
			take_token(ps);
			return parse_function(ps, n->words[0]);
		}
		if (tok != T_WORD)
			break;
		text = token_text(ps);
		if (!text)
			return NULL;
		if (!n->nr_words && assignment_prefix(ps->tok_start, ps->tok_end)) {
			if (!push(ps, &n->assigns, &n->nr_assigns, text))
				return NULL;
		} else if (!push(ps, &n->words, &n->nr_words, text)) {
			return NULL;
		}
		take_token(ps);
	}
	if (!n || ps->failed)
		return NULL;
	if (!n->nr_words && !n->nr_assigns && !n->redirs)
		return syntax_error(ps);
	return n;
}

/* ---- Compound commands ---- */

/* The commands up to one of the words that may end them; at least one. */
static struct node *parse_body(struct parser *ps)
{
	return parse_list(ps, false);
}

static struct node *parse_if(struct parser *ps)
{
	struct node *n = new_node(ps, N_IF), *cond, *then, *rest = NULL;

	cond = n ? parse_body(ps) : NULL;
	if (!cond || !expect_word(ps, "then"))
		return NULL;
	then = parse_body(ps);
	if (!then)
		return NULL;
	if (accept_word(ps, "elif")) {
		rest = parse_if(ps);	/* takes the fi, too */
		if (!rest)
			return NULL;
	} else {
		if (accept_word(ps, "else")) {
			rest = parse_body(ps);
			if (!rest)
				return NULL;
		}
		if (!expect_word(ps, "fi"))
			return NULL;
	}
	return add_kid(ps, n, cond) && add_kid(ps, n, then) && add_kid(ps, n, rest) ? n : NULL;
}

static struct node *parse_do_group(struct parser *ps)
{
	struct node *body;

	skip_newlines(ps);
	if (!expect_word(ps, "do"))
		return NULL;
	body = parse_body(ps);
	return body && expect_word(ps, "done") ? body : NULL;
}

static struct node *parse_while(struct parser *ps, enum node_kind kind)
{
	struct node *n = new_node(ps, kind), *cond, *body;

	cond = n ? parse_body(ps) : NULL;
	body = cond ? parse_do_group(ps) : NULL;
	return body && add_kid(ps, n, cond) && add_kid(ps, n, body) ? n : NULL;
}

/* At the second '(' of ((…)): the text inside, cut at the ';' for a for loop. */
static bool parse_arith_parts(struct parser *ps, struct node *n, unsigned int parts)
{
	const char *start = ps->tok_start + 2, *end = skip_parens(start), *p = start;

	if (!end || *end != ')') {
		ps->tok_end = ps->tok_start + 2;
		return syntax_error(ps), false;
	}
	while (parts--) {
		const char *stop = parts ? memchr(p, ';', end - 1 - p) : end - 1;
		char *text;

		if (!stop)
			return syntax_error(ps), false;
		text = arena_strndup(ps->arena, p, stop - p);
		if (!text)
			return out_of_memory(ps), false;
		if (!push(ps, &n->words, &n->nr_words, text))
			return false;
		p = stop + 1;
	}
	ps->tok_end = end + 1;
	take_token(ps);
	return true;
}

static bool at_double_paren(struct parser *ps)
{
	return next_token(ps) == T_LPAREN && ps->tok_start[1] == '(';
}

static struct node *parse_for(struct parser *ps)
{
	struct node *n = new_node(ps, N_FOR), *body;

	if (!n)
		return NULL;
	if (at_double_paren(ps)) {
		n->kind = N_CFOR;
		if (!parse_arith_parts(ps, n, 3))
			return NULL;
	} else {
		if (next_token(ps) != T_WORD ||
		    !is_name(ps->tok_start, ps->tok_end - ps->tok_start))
			return syntax_error(ps);
		n->name = token_text(ps);
		take_token(ps);
		skip_newlines(ps);
		if (accept_word(ps, "in")) {
			n->has_in = true;
			while (next_token(ps) == T_WORD) {
				char *text = token_text(ps);

				if (!text || !push(ps, &n->words, &n->nr_words, text))
					return NULL;
				take_token(ps);
			}
			if (next_token(ps) != T_SEMI && next_token(ps) != T_NEWLINE)
				return syntax_error(ps);
		}
	}
	if (next_token(ps) == T_SEMI)
		take_token(ps);
	body = parse_do_group(ps);
	return body && add_kid(ps, n, body) ? n : NULL;
}

static struct case_item *parse_case_item(struct parser *ps)
{
	struct case_item *item = arena_alloc(ps->arena, sizeof(*item));
	unsigned int n = 0;

	if (!item)
		return out_of_memory(ps);
	if (next_token(ps) == T_LPAREN)
		take_token(ps);
	for (;;) {
		char *text;

		if (next_token(ps) != T_WORD)
			return syntax_error(ps);
		text = token_text(ps);
		if (!text || !push(ps, &item->patterns, &n, text))
			return NULL;
		take_token(ps);
		if (next_token(ps) != T_PIPE)
			break;
		take_token(ps);
	}
	if (!push(ps, &item->patterns, &n, NULL))
		return NULL;
	if (next_token(ps) != T_RPAREN)
		return syntax_error(ps);
	take_token(ps);
	skip_newlines(ps);
	if (next_token(ps) != T_DSEMI && !at_word(ps, "esac")) {
		item->body = parse_body(ps);
		if (!item->body)
			return NULL;
	}
	return item;
}

static struct node *parse_case(struct parser *ps)
{
	struct node *n = new_node(ps, N_CASE);
	struct case_item **tail;
	char *text;

	if (!n)
		return NULL;
	tail = &n->items;
	if (next_token(ps) != T_WORD)
		return syntax_error(ps);
	text = token_text(ps);
	if (!text || !push(ps, &n->words, &n->nr_words, text))
		return NULL;
	take_token(ps);
	skip_newlines(ps);
	if (!expect_word(ps, "in"))
		return NULL;
	for (;;) {
		skip_newlines(ps);
		if (accept_word(ps, "esac"))
			return n;
		*tail = parse_case_item(ps);
		if (!*tail)
			return NULL;
		tail = &(*tail)->next;
		if (next_token(ps) == T_DSEMI)
			take_token(ps);
		else if (!at_word(ps, "esac"))
			return syntax_error(ps);
	}
}

static struct node *parse_enclosed(struct parser *ps, enum node_kind kind)
{
	struct node *n = new_node(ps, kind), *body;

	body = n ? parse_body(ps) : NULL;
	if (!body)
		return NULL;
	if (kind == N_SUBSHELL) {
		if (next_token(ps) != T_RPAREN)
			return syntax_error(ps);
		take_token(ps);
	} else if (!expect_word(ps, "}")) {
		return NULL;
	}
	return add_kid(ps, n, body) ? n : NULL;
}

/* Words that may not begin a command: they end or continue one that is open, or nothing is. */
static bool at_closing_word(struct parser *ps)
{
	static const char *const words[] = { "then", "elif", "else", "fi", "do", "done", "esac", "}" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (at_word(ps, words[i]))
			return true;
	return false;
}

static struct node *parse_compound(struct parser *ps)
{
	struct node *n;

	if (at_double_paren(ps)) {
		n = new_node(ps, N_ARITH);
		return n && parse_arith_parts(ps, n, 1) ? n : NULL;
	}
	if (next_token(ps) == T_LPAREN) {
		take_token(ps);
		return parse_enclosed(ps, N_SUBSHELL);
	}
	if (accept_word(ps, "{"))
		return parse_enclosed(ps, N_GROUP);
	if (accept_word(ps, "if"))
		return parse_if(ps);
	if (accept_word(ps, "while"))
		return parse_while(ps, N_WHILE);
	if (accept_word(ps, "until"))
		return parse_while(ps, N_UNTIL);
	if (accept_word(ps, "for"))
		return parse_for(ps);
	if (accept_word(ps, "case"))
		return parse_case(ps);
	if (accept_word(ps, "function")) {
		char *name;

		if (next_token(ps) != T_WORD)
			return syntax_error(ps);
		name = token_text(ps);
		take_token(ps);
		if (name && next_token(ps) == T_LPAREN) {
			take_token(ps);
			if (next_token(ps) != T_RPAREN)
				return syntax_error(ps);
			take_token(ps);
		}
		return name ? parse_function(ps, name) : NULL;
	}
	return NULL;
}

static struct node *parse_command_inner(struct parser *ps)
{
	struct node *n;

	if (at_closing_word(ps))
		return syntax_error(ps);
	n = parse_compound(ps);
	if (ps->failed)
		return NULL;
	if (!n)
		return parse_simple(ps);
	while (n->kind != N_FUNCTION && is_redir(next_token(ps)))
		if (!parse_redir(ps, n))
			return NULL;
	return n;
}

static struct node *parse_command(struct parser *ps)
{
	if (shell_stack_low()) {		/* the parser recurses, on a kernel stack */
		if (!ps->failed)
			scnprintf(ps->err->text, sizeof(ps->err->text),
				  "syntax error: nested too deeply (line %u)", ps->line);
		ps->failed = true;
		return NULL;
	}
	return parse_command_inner(ps);
}

/* ---- Pipelines and lists ---- */

static struct node *wrap(struct parser *ps, enum node_kind kind, struct node *kid)
{
	struct node *n = kid ? new_node(ps, kind) : NULL;

	return n && add_kid(ps, n, kid) ? n : NULL;
}

static struct node *parse_pipeline(struct parser *ps)
{
	struct node *n, *pipe;

	if (accept_word(ps, "!"))
		return wrap(ps, N_NOT, parse_pipeline(ps));
	if (accept_word(ps, "time"))
		return wrap(ps, N_TIME, parse_pipeline(ps));
	n = parse_command(ps);
	if (!n || next_token(ps) != T_PIPE)
		return n;
	pipe = wrap(ps, N_PIPE, n);
	while (pipe && next_token(ps) == T_PIPE) {
		take_token(ps);
		skip_newlines(ps);
		n = parse_command(ps);
		if (!n || !add_kid(ps, pipe, n))
			return NULL;
	}
	return pipe;
}

static struct node *parse_and_or(struct parser *ps)
{
	struct node *left = parse_pipeline(ps);

	while (left && (next_token(ps) == T_AND || next_token(ps) == T_OR)) {
		struct node *n = new_node(ps, ps->tok == T_AND ? N_AND : N_OR), *right;

		take_token(ps);
		skip_newlines(ps);
		right = n ? parse_pipeline(ps) : NULL;
		if (!right || !add_kid(ps, n, left) || !add_kid(ps, n, right))
			return NULL;
		left = n;
	}
	return left;
}

/* Commands with ; & and newlines between them, up to something that cannot begin a command. */
static struct node *parse_list(struct parser *ps, bool one_line)
{
	struct node *seq = new_node(ps, N_SEQ);

	if (!one_line)
		skip_newlines(ps);
	while (seq && !ps->failed) {
		const char *start = (next_token(ps), ps->tok_start);
		struct node *n = parse_and_or(ps);
		int tok;

		if (!n)
			return NULL;
		tok = next_token(ps);
		if (tok == T_AMP) {
			n = wrap(ps, N_BACKGROUND, n);
			if (n)		/* the job outlives this tree: it gets the source */
				n->name = arena_strndup(ps->arena, start, ps->tok_start - start);
			if (!n || !n->name)
				return out_of_memory(ps);
		}
		if (!n || !add_kid(ps, seq, n))
			return NULL;
		if (tok == T_SEMI || tok == T_AMP)
			take_token(ps);
		else if (tok != T_NEWLINE)
			break;
		if (!one_line)
			skip_newlines(ps);
		tok = next_token(ps);
		if (tok == T_EOF || tok == T_RPAREN || tok == T_DSEMI || tok == T_NEWLINE ||
		    (!one_line && at_closing_word(ps)))
			break;
	}
	return ps->failed ? NULL : seq;
}

int parse_line(struct parser *ps, struct node **out)
{
	struct node *n = NULL;

	*out = NULL;
	if (next_token(ps) == T_EOF)
		return 0;
	if (ps->tok != T_NEWLINE) {
		n = parse_list(ps, true);
		if (n && next_token(ps) != T_NEWLINE && ps->tok != T_EOF)
			n = syntax_error(ps);
	}
	if (!ps->failed && next_token(ps) == T_NEWLINE)
		take_newline(ps);
	else if (!ps->failed && ps->heredocs)
		read_heredocs(ps);
	if (ps->failed)
		return strcmp(ps->err->text, "Out of memory") ? -EINVAL : -ENOMEM;
	*out = n;
	return 1;
}
