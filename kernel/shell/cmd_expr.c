// SPDX-License-Identifier: MIT
/*
 * expr: arithmetic, comparisons and strings, one word per argument. By precedence, lowest first:
 *
 *   |   &   < <= = == != >= >   + -   * / %   :   match length substr index ( … )
 *
 * Values are strings in the evaluation's arena; those that read as integers count as such. The first mistake ends it.
 * Source: POSIX.1-2017, Shell & Utilities, "expr"; GNU's words for errors, and its statuses: 0, 1 for a value of
 * null or 0, 2 for a mistake.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/overflow.h>
#include <linux/string.h>
#include "regex.h"
#include "shell.h"

struct expr {
	struct cmd *c;
	int at;			/* the next argument */
	bool failed;
	struct arena arena;
};

static const char *binary(struct expr *e, unsigned int level);

/* Tells the first mistake. Returns a value to go on with. */
static const char *mistake(struct expr *e, const char *text, const char *arg)
{
	if (!e->failed)
		cmd_error(e->c, arg ? "%s '%s'" : "%s", text, arg);
	e->failed = true;
	return "0";
}

static const char *peek(struct expr *e)
{
	return e->failed ? NULL : e->c->argv[e->at];
}

static const char *next(struct expr *e)
{
	const char *word = peek(e);

	if (word) {
		e->at++;
		return word;
	}
	return e->at > 1 ? mistake(e, "syntax error: missing argument after", e->c->argv[e->at - 1])
			 : mistake(e, "missing operand", NULL);
}

static const char *number(struct expr *e, s64 value)
{
	char text[24];
	char *copy;

	snprintf(text, sizeof(text), "%lld", value);
	copy = arena_strdup(&e->arena, text);
	return copy ? copy : mistake(e, errno_text(ENOMEM), NULL);
}

static bool is_integer(const char *s, s64 *value)
{
	return *s != '+' && !kstrtoll(s, 10, value);
}

static s64 integer(struct expr *e, const char *s)
{
	s64 value = 0;

	if (!is_integer(s, &value))
		mistake(e, "non-integer argument", NULL);
	return value;
}

/* Null or zero: the values that count as false. */
static bool is_false(const char *s)
{
	s64 value;

	return !*s || (is_integer(s, &value) && !value);
}

/* What the group in the basic expression @pattern matches; without one, how many characters the whole does. From the start. */
static const char *match(struct expr *e, const char *s, const char *pattern)
{
	const char *error = NULL, *value;
	struct regex_match m = { };
	struct regex *re;

	re = regex_compile(pattern, false, false, &error);
	if (!re)
		return mistake(e, error ? error : errno_text(ENOMEM), NULL);
	if (!regex_match(re, s, &m) || m.start)
		m = (struct regex_match){ };
	if (regex_has_group(re))
		value = arena_strndup(&e->arena, s + m.group_start, m.group_end - m.group_start);
	else
		value = number(e, m.end);
	regex_free(re);
	return value ? value : mistake(e, errno_text(ENOMEM), NULL);
}

static const char *substr(struct expr *e)
{
	const char *s = next(e);
	s64 from = integer(e, next(e)), len = integer(e, next(e));
	s64 have = strlen(s);
	char *copy;

	if (from < 1 || from > have || len < 1)
		return "";
	copy = arena_strndup(&e->arena, s + from - 1, min(len, have - from + 1));
	return copy ? copy : mistake(e, errno_text(ENOMEM), NULL);
}

static const char *primary(struct expr *e)
{
	const char *word = next(e), *s;

	if (!strcmp(word, "(") && !e->failed) {
		if (shell_stack_low())
			return mistake(e, "expression nested too deeply", NULL);
		s = binary(e, 0);
		if (strcmp(next(e), ")"))
			return mistake(e, "syntax error: expecting ')' after", e->c->argv[e->at - 2]);
		return s;
	}
	if (!strcmp(word, ")"))
		return mistake(e, "syntax error: unexpected ')'", NULL);
	if (!peek(e))
		return word;
	if (!strcmp(word, "+"))
		return next(e);		/* quotes a keyword */
	if (!strcmp(word, "length"))
		return number(e, strlen(next(e)));
	if (!strcmp(word, "index")) {
		s = next(e);
		word = next(e);
		return number(e, s[strcspn(s, word)] ? strcspn(s, word) + 1 : 0);
	}
	if (!strcmp(word, "match")) {
		s = next(e);
		return match(e, s, next(e));
	}
	return strcmp(word, "substr") ? word : substr(e);
}

static const char *arithmetic(struct expr *e, char op, s64 a, s64 b)
{
	bool overflow = false;
	s64 value = 0;

	if ((op == '/' || op == '%') && !b)
		return mistake(e, "division by zero", NULL);
	if (op == '+')
		overflow = check_add_overflow(a, b, &value);
	else if (op == '-')
		overflow = check_sub_overflow(a, b, &value);
	else if (op == '*')
		overflow = check_mul_overflow(a, b, &value);
	else if (b == -1)		/* of the smallest number there is no negative one */
		overflow = op == '/' && check_sub_overflow(0ll, a, &value);
	else
		value = op == '/' ? a / b : a % b;
	return overflow ? mistake(e, errno_text(ERANGE), NULL) : number(e, value);
}

/* By number if both are, else as text. */
static const char *compare(const char *op, const char *a, const char *b)
{
	bool equal_counts = op[1] == '=' || op[0] == '=', truth;
	s64 x, y;
	int order;

	if (is_integer(a, &x) && is_integer(b, &y))
		order = x < y ? -1 : x > y;
	else
		order = strcmp(a, b);
	if (op[0] == '!')
		truth = order != 0;
	else
		truth = order == 0 ? equal_counts : op[0] == '<' ? order < 0 : op[0] == '>' && order > 0;
	return truth ? "1" : "0";
}

static const char *apply(struct expr *e, unsigned int level, const char *op, const char *a, const char *b)
{
	s64 x, y;

	switch (level) {
	case 0:
		return !is_false(a) ? a : !is_false(b) ? b : "0";
	case 1:
		return !is_false(a) && !is_false(b) ? a : "0";
	case 2:
		return compare(op, a, b);
	case 5:
		return match(e, a, b);
	default:
		x = integer(e, a);
		y = integer(e, b);
		return e->failed ? "0" : arithmetic(e, *op, x, y);
	}
}

#define LEVELS 6

static bool is_operator(unsigned int level, const char *word)
{
	static const char *const operators[LEVELS][7] = {
		{ "|" }, { "&" }, { "<", "<=", "=", "==", "!=", ">=", ">" }, { "+", "-" }, { "*", "/", "%" }, { ":" },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(operators[level]) && operators[level][i]; i++)
		if (!strcmp(word, operators[level][i]))
			return true;
	return false;
}

/* Operators of one precedence, from left to right. */
static const char *binary(struct expr *e, unsigned int level)
{
	const char *value = level + 1 < LEVELS ? binary(e, level + 1) : primary(e), *op;

	while ((op = peek(e)) && is_operator(level, op)) {
		e->at++;
		value = apply(e, level, op, value, level + 1 < LEVELS ? binary(e, level + 1) : primary(e));
	}
	return value;
}

static int cmd_expr(struct cmd *c)
{
	struct expr e = { .c = c, .at = 1 };
	const char *value;
	int status = 2;

	if (c->argc == 2 && !strcmp(c->argv[1], "--help")) {
		cmd_usage(c);
		return 0;
	}
	value = binary(&e, 0);
	if (peek(&e))
		mistake(&e, "syntax error: unexpected argument", peek(&e));
	if (!e.failed) {
		cmd_printf(c, "%s\n", value);
		status = is_false(value);
	}
	arena_free(&e.arena);
	return status;
}

SHELL_COMMAND(expr, "expr", cmd_expr, 0, "EXPRESSION", "Evaluate: numbers, comparisons, length, index, substr, match");
