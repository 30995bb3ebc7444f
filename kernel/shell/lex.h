/* SPDX-License-Identifier: MIT */
/* Tokens, between lex.c and parse*.c. */
#pragma once

#include <linux/kernel.h>
#include "shell.h"

enum token {
	T_EOF, T_WORD, T_NEWLINE, T_IO_NUMBER, T_UNCLOSED, T_TOO_DEEP,
	T_SEMI, T_DSEMI, T_AMP, T_AND, T_OR, T_PIPE, T_LPAREN, T_RPAREN,
	T_IN, T_OUT, T_APPEND, T_DUP_OUT, T_DUP_IN, T_BOTH, T_BOTH_APPEND,
	T_HEREDOC, T_HEREDOC_TABS, T_HERESTRING,
};

/* The current token (enum token), extent in tok_start/tok_end; take_token() moves on. */
int next_token(struct parser *ps);
void take_token(struct parser *ps);

/* Behind an opening '(': behind its ')', or NULL. */
const char *skip_parens(const char *p);
