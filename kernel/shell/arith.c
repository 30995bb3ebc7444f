// SPDX-License-Identifier: MIT
/*
 * Arithmetic: the integer expressions of $((…)), ((…)) and for ((…)), 64 bits, wrapping.
 *
 * Precedence climbing over C's operators (without sizeof and the like), with ** for powers as in bash.
 * Source: POSIX.1-2017, Shell Command Language 2.6.4, "Arithmetic Expansion".
 */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "shell.h"

struct arith {
	struct shell *sh;
	const char *p;
	const char *err;
	unsigned int depth;
	bool skip;		/* in the branch not taken: nothing is assigned, division by zero is no error */
};

struct operand {
	s64 value;
	char name[64];		/* of a variable, so that it can be assigned; else "" */
};

static s64 expression(struct arith *a, int min_prec);
static s64 assignment(struct arith *a);

static s64 fail(struct arith *a, const char *why)
{
	if (!a->err)
		a->err = why;
	return 0;
}

static void blanks(struct arith *a)
{
	while (isspace(*a->p))
		a->p++;
}

static bool accept(struct arith *a, const char *op)
{
	blanks(a);
	if (strncmp(a->p, op, strlen(op)))
		return false;
	a->p += strlen(op);
	return true;
}

static s64 number(struct arith *a, const char **p)
{
	unsigned int base = 10;
	const char *start;
	u64 v = 0;

	if ((*p)[0] == '0' && ((*p)[1] == 'x' || (*p)[1] == 'X')) {
		base = 16;
		*p += 2;
	} else if ((*p)[0] == '0') {
		base = 8;
	}
	start = *p;
	for (; isalnum(**p); ++*p) {
		unsigned int d = isdigit(**p) ? **p - '0' : tolower(**p) - 'a' + 10;

		if (d >= base)
			return fail(a, "value too great for base");
		v = v * base + d;
	}
	return *p == start ? fail(a, "operand expected") : (s64)v;
}

static s64 variable(struct arith *a, const char *name)
{
	const char *text = var_get(a->sh, name);
	bool negative = false;
	s64 v;

	if (!text)
		return 0;
	while (isspace(*text))
		text++;
	if (*text == '-' || *text == '+')
		negative = *text++ == '-';
	if (!*text)
		return 0;
	if (!isdigit(*text))
		return fail(a, "operand expected");
	v = number(a, &text);
	while (isspace(*text))
		text++;
	if (*text)
		return fail(a, "operand expected");
	return negative ? -(u64)v : v;
}

static void set(struct arith *a, const char *name, s64 value)
{
	char text[24];

	if (a->skip || a->err)
		return;
	snprintf(text, sizeof(text), "%lld", (long long)value);
	if (var_set(a->sh, name, text))
		fail(a, "Out of memory");
}

static struct operand primary(struct arith *a)
{
	struct operand o = { 0 };
	const char *start;

	blanks(a);
	start = a->p;
	if (accept(a, "(")) {
		o.value = assignment(a);
		while (!a->err && accept(a, ","))
			o.value = assignment(a);
		if (!accept(a, ")"))
			fail(a, "missing `)'");
		return o;
	}
	if (isdigit(*a->p)) {
		o.value = number(a, &a->p);
		return o;
	}
	while (isalnum(*a->p) || *a->p == '_')
		a->p++;
	if (a->p == start) {
		fail(a, "operand expected");
		return o;
	}
	if (a->p - start >= sizeof(o.name)) {
		fail(a, "name too long");
		return o;
	}
	memcpy(o.name, start, a->p - start);
	o.value = variable(a, o.name);
	return o;
}

static struct operand postfix(struct arith *a)
{
	struct operand o = primary(a);

	if (!o.name[0])
		return o;
	if (accept(a, "++"))
		set(a, o.name, (u64)o.value + 1);
	else if (accept(a, "--"))
		set(a, o.name, (u64)o.value - 1);
	else
		return o;
	o.name[0] = '\0';
	return o;
}

static s64 unary(struct arith *a)
{
	struct operand o;
	int step = 0;

	if (++a->depth > 30)
		return fail(a, "nested too deeply");
	if (accept(a, "++"))
		step = 1;
	else if (accept(a, "--"))
		step = -1;
	if (step) {
		o = primary(a);
		if (!o.name[0])
			fail(a, "operand expected");
		o.value = (u64)o.value + step;
		set(a, o.name, o.value);
	} else if (accept(a, "!")) {
		o.value = !unary(a);
	} else if (accept(a, "~")) {
		o.value = ~unary(a);
	} else if (accept(a, "-")) {
		o.value = -(u64)unary(a);
	} else if (accept(a, "+")) {
		o.value = unary(a);
	} else {
		o = postfix(a);
	}
	a->depth--;
	return o.value;
}

static const struct binary {
	const char *text;
	int prec;
} binaries[] = {
	/* Longer ones before their beginnings. */
	{ "**", 12 }, { "<<", 9 }, { ">>", 9 }, { "<=", 8 }, { ">=", 8 }, { "==", 7 }, { "!=", 7 },
	{ "&&", 3 }, { "||", 2 }, { "*", 11 }, { "/", 11 }, { "%", 11 }, { "+", 10 }, { "-", 10 },
	{ "<", 8 }, { ">", 8 }, { "&", 6 }, { "^", 5 }, { "|", 4 },
};

static const struct binary *peek_binary(struct arith *a)
{
	unsigned int i;

	blanks(a);
	for (i = 0; i < ARRAY_SIZE(binaries); i++) {
		const char *t = binaries[i].text;
		size_t len = strlen(t);

		if (strncmp(a->p, t, len))
			continue;
		/* "x+=1" is an assignment, which assignment() looks at first; here it is an error. */
		return a->p[len] == '=' && !strchr("<>=!", t[len - 1]) ? NULL : &binaries[i];
	}
	return NULL;
}

static s64 power(struct arith *a, s64 base, s64 exponent)
{
	u64 v = 1;

	if (exponent < 0)
		return fail(a, "exponent less than 0");
	for (; exponent; exponent >>= 1, base = (u64)base * base)
		if (exponent & 1)
			v *= base;
	return v;
}

static s64 divide(struct arith *a, s64 x, s64 y, bool modulo)
{
	if (!y)
		return a->skip ? 0 : fail(a, "division by 0");
	if (y == -1)		/* the smallest number has no opposite: wrap, do not trap */
		return modulo ? 0 : -(u64)x;
	return modulo ? x % y : x / y;
}

static s64 apply(struct arith *a, const char *op, s64 x, s64 y)
{
	switch (op[0]) {
	case '*':
		return op[1] == '*' ? power(a, x, y) : (u64)x * y;
	case '/':
		return divide(a, x, y, false);
	case '%':
		return divide(a, x, y, true);
	case '+':
		return (u64)x + y;
	case '-':
		return (u64)x - y;
	case '<':
		return op[1] == '<' ? (u64)x << (y & 63) : op[1] == '=' ? x <= y : x < y;
	case '>':
		return op[1] == '>' ? x >> (y & 63) : op[1] == '=' ? x >= y : x > y;
	case '=':
		return x == y;
	case '!':
		return x != y;
	case '&':
		return op[1] == '&' ? x && y : x & y;
	case '|':
		return op[1] == '|' ? x || y : x | y;
	default:
		return x ^ y;
	}
}

static s64 expression(struct arith *a, int min_prec)
{
	s64 x = unary(a);
	const struct binary *b;

	while (!a->err && (b = peek_binary(a)) && b->prec >= min_prec) {
		bool skip = a->skip;
		s64 y;

		a->p += strlen(b->text);
		if ((b->prec == 3 && !x) || (b->prec == 2 && x))
			a->skip = true;		/* && and || decide by the left side */
		y = expression(a, b->prec + (b->prec != 12));
		a->skip = skip;
		x = apply(a, b->text, x, y);
	}
	return x;
}

/* NAME op= expression, right to left; otherwise cond ? a : b. */
static s64 assignment(struct arith *a)
{
	static const char *const ops[] = { "<<=", ">>=", "+=", "-=", "*=", "/=", "%=", "&=", "^=", "|=", "=" };
	const char *start;
	unsigned int i;
	s64 v;

	if (++a->depth > 30)
		return fail(a, "nested too deeply");
	blanks(a);
	start = a->p;
	while (isalnum(*a->p) || *a->p == '_')
		a->p++;
	if (is_name(start, a->p - start) && a->p - start < 64) {
		char name[64] = "";

		memcpy(name, start, a->p - start);
		blanks(a);
		for (i = 0; i < ARRAY_SIZE(ops); i++) {
			size_t len = strlen(ops[i]);

			if (strncmp(a->p, ops[i], len) || (len == 1 && a->p[1] == '='))
				continue;
			a->p += len;
			v = assignment(a);
			if (len > 1)
				v = apply(a, ops[i], variable(a, name), v);
			set(a, name, v);
			a->depth--;
			return v;
		}
	}
	a->p = start;
	v = expression(a, 0);
	if (!a->err && accept(a, "?")) {
		bool skip = a->skip;
		s64 yes, no;

		a->skip = skip || !v;
		yes = assignment(a);
		if (!accept(a, ":"))
			fail(a, "`:' expected");
		a->skip = skip || v;
		no = assignment(a);
		a->skip = skip;
		v = v ? yes : no;
	}
	a->depth--;
	return v;
}

s64 arith_eval(struct shell *sh, const char *text, const char **err)
{
	struct arith a = { .sh = sh, .p = text };
	s64 v = 0;

	blanks(&a);
	if (*a.p) {
		v = assignment(&a);
		while (!a.err && accept(&a, ","))
			v = assignment(&a);
		blanks(&a);
		if (!a.err && *a.p)
			a.err = "syntax error in expression";
	}
	*err = a.err;
	return v;
}
