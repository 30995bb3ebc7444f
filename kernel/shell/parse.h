/* SPDX-License-Identifier: MIT */
/* The shell's syntax tree, made by parse*.c, walked by exec.c. All nodes and strings live in the parser's arena. */
#pragma once

#include "shell.h"

enum node_kind {
	N_SIMPLE,	/* assignments, words, redirections */
	N_PIPE,		/* kids[0] | kids[1] | … */
	N_NOT,		/* ! kids[0] */
	N_AND, N_OR,	/* kids[0] && kids[1], || */
	N_SEQ,		/* kids one after another */
	N_BACKGROUND,	/* name & : the source text */
	N_SUBSHELL,	/* ( kids[0] ) */
	N_GROUP,	/* { kids[0]; } */
	N_IF,		/* if kids[0] then kids[1] else kids[2] (may be NULL) */
	N_WHILE, N_UNTIL, /* kids[0] the condition, kids[1] the body */
	N_FOR,		/* name, words (has_in: else "$@"), kids[0] */
	N_CFOR,		/* for ((init; cond; step)): text in words[0..2], kids[0] */
	N_CASE,		/* words[0], items */
	N_FUNCTION,	/* name, text of the body */
	N_ARITH,	/* ((text)): words[0] */
	N_TIME,		/* time kids[0] */
};

enum redir_kind { R_IN, R_OUT, R_APPEND, R_DUP, R_HEREDOC, R_HERESTRING, R_BOTH };

struct redir {
	struct redir *next;
	enum redir_kind kind;
	int fd;
	bool literal;		/* here-document with a quoted end word: nothing is expanded */
	char *word;		/* file name, "1" or "-" of >&1, or the here-document's text */
};

struct case_item {
	struct case_item *next;
	char **patterns;	/* NULL-terminated */
	struct node *body;	/* NULL: empty */
};

struct node {
	enum node_kind kind;
	unsigned int line;
	struct node **kids;
	unsigned int nr_kids;
	char **words;		/* raw words, quotes and all */
	unsigned int nr_words;
	char **assigns;		/* NAME=raw word, NAME[i]=…, NAME=( words ) */
	unsigned int nr_assigns;
	struct redir *redirs;
	char *name;
	bool has_in;
	struct case_item *items;
};

struct heredoc {
	struct heredoc *next;
	struct redir *redir;
	char *end;		/* the line that ends it, quotes removed */
	bool strip_tabs;	/* <<- */
};
