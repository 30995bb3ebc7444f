// SPDX-License-Identifier: MIT
/*
 * The parser: compound commands, from if to case, ( … ) and { … }. Lists and simple commands are in parse.c.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "parse_internal.h"

/* The commands up to one of the words that may end them; at least one. */
static struct node *parse_body(struct parser *ps)
{
	return parse_list(ps, false);
}

static struct node *parse_if(struct parser *ps)
{
	struct node *n = parse_new_node(ps, N_IF), *cond, *then, *rest = NULL;

	cond = n ? parse_body(ps) : NULL;
	if (!cond || !parse_expect_word(ps, "then"))
		return NULL;
	then = parse_body(ps);
	if (!then)
		return NULL;
	if (parse_accept_word(ps, "elif")) {
		rest = parse_if(ps);	/* takes the fi, too */
		if (!rest)
			return NULL;
	} else {
		if (parse_accept_word(ps, "else")) {
			rest = parse_body(ps);
			if (!rest)
				return NULL;
		}
		if (!parse_expect_word(ps, "fi"))
			return NULL;
	}
	return parse_add_kid(ps, n, cond) && parse_add_kid(ps, n, then) && parse_add_kid(ps, n, rest) ? n : NULL;
}

static struct node *parse_do_group(struct parser *ps)
{
	struct node *body;

	parse_skip_newlines(ps);
	if (!parse_expect_word(ps, "do"))
		return NULL;
	body = parse_body(ps);
	return body && parse_expect_word(ps, "done") ? body : NULL;
}

static struct node *parse_while(struct parser *ps, enum node_kind kind)
{
	struct node *n = parse_new_node(ps, kind), *cond, *body;

	cond = n ? parse_body(ps) : NULL;
	body = cond ? parse_do_group(ps) : NULL;
	return body && parse_add_kid(ps, n, cond) && parse_add_kid(ps, n, body) ? n : NULL;
}

/* At the second '(' of ((…)): the text inside, cut at the ';' for a for loop. */
static bool parse_arith_parts(struct parser *ps, struct node *n, unsigned int parts)
{
	const char *start = ps->tok_start + 2, *end = skip_parens(start), *p = start;

	if (!end || *end != ')') {
		ps->tok_end = ps->tok_start + 2;
		return parse_syntax_error(ps), false;
	}
	while (parts--) {
		const char *stop = parts ? memchr(p, ';', end - 1 - p) : end - 1;
		char *text;

		if (!stop)
			return parse_syntax_error(ps), false;
		text = arena_strndup(ps->arena, p, stop - p);
		if (!text)
			return parse_no_memory(ps), false;
		if (!parse_push(ps, &n->words, &n->nr_words, text))
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
	struct node *n = parse_new_node(ps, N_FOR), *body;

	if (!n)
		return NULL;
	if (at_double_paren(ps)) {
		n->kind = N_CFOR;
		if (!parse_arith_parts(ps, n, 3))
			return NULL;
	} else {
		if (next_token(ps) != T_WORD ||
		    !is_name(ps->tok_start, ps->tok_end - ps->tok_start))
			return parse_syntax_error(ps);
		n->name = parse_token_text(ps);
		take_token(ps);
		parse_skip_newlines(ps);
		if (parse_accept_word(ps, "in")) {
			n->has_in = true;
			while (next_token(ps) == T_WORD) {
				char *text = parse_token_text(ps);

				if (!text || !parse_push(ps, &n->words, &n->nr_words, text))
					return NULL;
				take_token(ps);
			}
			if (next_token(ps) != T_SEMI && next_token(ps) != T_NEWLINE)
				return parse_syntax_error(ps);
		}
	}
	if (next_token(ps) == T_SEMI)
		take_token(ps);
	body = parse_do_group(ps);
	return body && parse_add_kid(ps, n, body) ? n : NULL;
}

static struct case_item *parse_case_item(struct parser *ps)
{
	struct case_item *item = arena_alloc(ps->arena, sizeof(*item));
	unsigned int n = 0;

	if (!item)
		return parse_no_memory(ps);
	if (next_token(ps) == T_LPAREN)
		take_token(ps);
	for (;;) {
		char *text;

		if (next_token(ps) != T_WORD)
			return parse_syntax_error(ps);
		text = parse_token_text(ps);
		if (!text || !parse_push(ps, &item->patterns, &n, text))
			return NULL;
		take_token(ps);
		if (next_token(ps) != T_PIPE)
			break;
		take_token(ps);
	}
	if (!parse_push(ps, &item->patterns, &n, NULL))
		return NULL;
	if (next_token(ps) != T_RPAREN)
		return parse_syntax_error(ps);
	take_token(ps);
	parse_skip_newlines(ps);
	if (next_token(ps) != T_DSEMI && !parse_at_word(ps, "esac")) {
		item->body = parse_body(ps);
		if (!item->body)
			return NULL;
	}
	return item;
}

static struct node *parse_case(struct parser *ps)
{
	struct node *n = parse_new_node(ps, N_CASE);
	struct case_item **tail;
	char *text;

	if (!n)
		return NULL;
	tail = &n->items;
	if (next_token(ps) != T_WORD)
		return parse_syntax_error(ps);
	text = parse_token_text(ps);
	if (!text || !parse_push(ps, &n->words, &n->nr_words, text))
		return NULL;
	take_token(ps);
	parse_skip_newlines(ps);
	if (!parse_expect_word(ps, "in"))
		return NULL;
	for (;;) {
		parse_skip_newlines(ps);
		if (parse_accept_word(ps, "esac"))
			return n;
		*tail = parse_case_item(ps);
		if (!*tail)
			return NULL;
		tail = &(*tail)->next;
		if (next_token(ps) == T_DSEMI)
			take_token(ps);
		else if (!parse_at_word(ps, "esac"))
			return parse_syntax_error(ps);
	}
}

static struct node *parse_enclosed(struct parser *ps, enum node_kind kind)
{
	struct node *n = parse_new_node(ps, kind), *body;

	body = n ? parse_body(ps) : NULL;
	if (!body)
		return NULL;
	if (kind == N_SUBSHELL) {
		if (next_token(ps) != T_RPAREN)
			return parse_syntax_error(ps);
		take_token(ps);
	} else if (!parse_expect_word(ps, "}")) {
		return NULL;
	}
	return parse_add_kid(ps, n, body) ? n : NULL;
}

/* Words that may not begin a command: they end or continue one that is open, or nothing is. */
bool parse_at_closing_word(struct parser *ps)
{
	static const char *const words[] = { "then", "elif", "else", "fi", "do", "done", "esac", "}" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (parse_at_word(ps, words[i]))
			return true;
	return false;
}

struct node *parse_compound(struct parser *ps)
{
	struct node *n;

	if (at_double_paren(ps)) {
		n = parse_new_node(ps, N_ARITH);
		return n && parse_arith_parts(ps, n, 1) ? n : NULL;
	}
	if (next_token(ps) == T_LPAREN) {
		take_token(ps);
		return parse_enclosed(ps, N_SUBSHELL);
	}
	if (parse_accept_word(ps, "{"))
		return parse_enclosed(ps, N_GROUP);
	if (parse_accept_word(ps, "if"))
		return parse_if(ps);
	if (parse_accept_word(ps, "while"))
		return parse_while(ps, N_WHILE);
	if (parse_accept_word(ps, "until"))
		return parse_while(ps, N_UNTIL);
	if (parse_accept_word(ps, "for"))
		return parse_for(ps);
	if (parse_accept_word(ps, "case"))
		return parse_case(ps);
	if (parse_accept_word(ps, "function")) {
		char *name;

		if (next_token(ps) != T_WORD)
			return parse_syntax_error(ps);
		name = parse_token_text(ps);
		take_token(ps);
		if (name && next_token(ps) == T_LPAREN) {
			take_token(ps);
			if (next_token(ps) != T_RPAREN)
				return parse_syntax_error(ps);
			take_token(ps);
		}
		return name ? parse_function(ps, name) : NULL;
	}
	return NULL;
}
