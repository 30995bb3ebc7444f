// SPDX-License-Identifier: MIT
/*
 * The parser: recursive descent over POSIX's grammar, with bash's for ((…)), ((…)), arrays and function words where
 * pasted scripts use them.
 * Here: simple commands, pipelines, lists. Compound commands are in parse_compound.c, errors, here-documents and
 * redirections in parse_token.c.
 *
 * Errors name the token and its place. A construct that is merely not finished at the end of the
 * text is marked "incomplete", so that the prompt can ask for more lines.
 * Source: POSIX.1-2017, Shell Command Language 2.10, "Shell Grammar".
 */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/string.h>
#include "parse_internal.h"

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

struct node *parse_function(struct parser *ps, char *name)
{
	struct node *n = parse_new_node(ps, N_FUNCTION);
	const char *start;

	if (!n)
		return NULL;
	n->name = name;
	parse_skip_newlines(ps);
	next_token(ps);
	start = ps->tok_start;
	/* Parsed for its errors and its end; what is kept is the text, which outlives this arena. */
	if (!parse_at_word(ps, "{") && next_token(ps) != T_LPAREN)
		return parse_syntax_error(ps);
	if (!parse_command(ps))
		return NULL;
	if (!parse_push(ps, &n->words, &n->nr_words, arena_strndup(ps->arena, start, ps->p - start)))
		return NULL;
	return n->words[0] ? n : parse_no_memory(ps);
}

static struct node *parse_simple(struct parser *ps)
{
	struct node *n = parse_new_node(ps, N_SIMPLE);

	while (n && !ps->failed) {
		int tok = next_token(ps);
		char *text;

		if (parse_at_redir(tok)) {
			if (!parse_redir(ps, n))
				return NULL;
			continue;
		}
		if (tok == T_UNCLOSED)
			return parse_syntax_error(ps);
		if (tok == T_LPAREN && n->nr_words == 1 && !n->nr_assigns && !n->redirs &&
		    is_name(n->words[0], strlen(n->words[0]))) {
			take_token(ps);
			if (next_token(ps) != T_RPAREN)
				return parse_syntax_error(ps);
			take_token(ps);
			return parse_function(ps, n->words[0]);
		}
		if (tok != T_WORD)
			break;
		text = parse_token_text(ps);
		if (!text)
			return NULL;
		if (!n->nr_words && assignment_prefix(ps->tok_start, ps->tok_end)) {
			if (!parse_push(ps, &n->assigns, &n->nr_assigns, text))
				return NULL;
		} else if (!parse_push(ps, &n->words, &n->nr_words, text)) {
			return NULL;
		}
		take_token(ps);
	}
	if (!n || ps->failed)
		return NULL;
	if (!n->nr_words && !n->nr_assigns && !n->redirs)
		return parse_syntax_error(ps);
	return n;
}

static struct node *parse_command_inner(struct parser *ps)
{
	struct node *n;

	if (parse_at_closing_word(ps))
		return parse_syntax_error(ps);
	n = parse_compound(ps);
	if (ps->failed)
		return NULL;
	if (!n)
		return parse_simple(ps);
	while (n->kind != N_FUNCTION && parse_at_redir(next_token(ps)))
		if (!parse_redir(ps, n))
			return NULL;
	return n;
}

struct node *parse_command(struct parser *ps)
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
	struct node *n = kid ? parse_new_node(ps, kind) : NULL;

	return n && parse_add_kid(ps, n, kid) ? n : NULL;
}

static struct node *parse_pipeline(struct parser *ps)
{
	struct node *n, *pipe;

	if (parse_accept_word(ps, "!"))
		return wrap(ps, N_NOT, parse_pipeline(ps));
	if (parse_accept_word(ps, "time"))
		return wrap(ps, N_TIME, parse_pipeline(ps));
	n = parse_command(ps);
	if (!n || next_token(ps) != T_PIPE)
		return n;
	pipe = wrap(ps, N_PIPE, n);
	while (pipe && next_token(ps) == T_PIPE) {
		take_token(ps);
		parse_skip_newlines(ps);
		n = parse_command(ps);
		if (!n || !parse_add_kid(ps, pipe, n))
			return NULL;
	}
	return pipe;
}

static struct node *parse_and_or(struct parser *ps)
{
	struct node *left = parse_pipeline(ps);

	while (left && (next_token(ps) == T_AND || next_token(ps) == T_OR)) {
		struct node *n = parse_new_node(ps, ps->tok == T_AND ? N_AND : N_OR), *right;

		take_token(ps);
		parse_skip_newlines(ps);
		right = n ? parse_pipeline(ps) : NULL;
		if (!right || !parse_add_kid(ps, n, left) || !parse_add_kid(ps, n, right))
			return NULL;
		left = n;
	}
	return left;
}

/* Commands with ; & and newlines between them, up to something that cannot begin a command. */
struct node *parse_list(struct parser *ps, bool one_line)
{
	struct node *seq = parse_new_node(ps, N_SEQ);

	if (!one_line)
		parse_skip_newlines(ps);
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
				return parse_no_memory(ps);
		}
		if (!n || !parse_add_kid(ps, seq, n))
			return NULL;
		if (tok == T_SEMI || tok == T_AMP)
			take_token(ps);
		else if (tok != T_NEWLINE)
			break;
		if (!one_line)
			parse_skip_newlines(ps);
		tok = next_token(ps);
		if (tok == T_EOF || tok == T_RPAREN || tok == T_DSEMI || tok == T_NEWLINE ||
		    (!one_line && parse_at_closing_word(ps)))
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
			n = parse_syntax_error(ps);
	}
	if (!ps->failed && next_token(ps) == T_NEWLINE)
		parse_take_newline(ps);
	else if (!ps->failed && ps->heredocs)
		parse_read_heredocs(ps);
	if (ps->failed)
		return strcmp(ps->err->text, "Out of memory") ? -EINVAL : -ENOMEM;
	*out = n;
	return 1;
}
