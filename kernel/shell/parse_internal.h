/* SPDX-License-Identifier: MIT */
/*
 * Between the parser's files.
 *
 * A function that returns a node or text returns NULL, and one that returns bool false, after an error, which it has
 * noted in ps->err; ps->failed is set then, and everybody just returns. Context: thread. No locks.
 */
#pragma once

#include "lex.h"
#include "parse.h"

/* ---- parse_token.c ---- */

/* Note the error; the value is NULL, for the caller to return. The second blames the current token. */
void *parse_no_memory(struct parser *ps);
void *parse_syntax_error(struct parser *ps);

/* A node at the current line. */
struct node *parse_new_node(struct parser *ps, enum node_kind kind);
/* Append @item to the array of pointers *@array, which has *@n. */
bool parse_push(struct parser *ps, void *array, unsigned int *n, void *item);
bool parse_add_kid(struct parser *ps, struct node *n, struct node *kid);

/* The current token's text, copied. */
char *parse_token_text(struct parser *ps);
/* Is the current token this word, without quotes? The second takes it, too; to the third it is an error if not. */
bool parse_at_word(struct parser *ps, const char *word);
bool parse_accept_word(struct parser *ps, const char *word);
bool parse_expect_word(struct parser *ps, const char *word);

/* Here-document bodies begin behind the newline: these read them. The last: any number of newlines, also none. */
void parse_read_heredocs(struct parser *ps);
void parse_take_newline(struct parser *ps);
void parse_skip_newlines(struct parser *ps);

/* Does token @tok begin a redirection? Then parse_redir() takes it and appends it to @n's. */
bool parse_at_redir(int tok);
bool parse_redir(struct parser *ps, struct node *n);

/* ---- parse_compound.c ---- */

/* A compound command or function definition, or NULL without error: the current token begins none. */
struct node *parse_compound(struct parser *ps);
/* then, fi, done, …: a word that may not begin a command. */
bool parse_at_closing_word(struct parser *ps);

/* ---- parse.c ---- */

/* Commands up to something that cannot begin one; @one_line: up to the newline. */
struct node *parse_list(struct parser *ps, bool one_line);
struct node *parse_command(struct parser *ps);
/* Behind "name()" or "function name": the body. */
struct node *parse_function(struct parser *ps, char *name);
