// SPDX-License-Identifier: MIT
/*
 * test and [ : questions about files, strings and integers.
 * Source: POSIX.1-2017, Utilities, "test".
 */
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/stat.h>
#include <linux/string.h>
#include <paddock/fs.h>
#include "shell.h"

struct test {
	struct cmd *c;
	char **v;
	int n, i;		/* words left are v[i…n) */
	bool error;
};

static bool expr_or(struct test *t);

static bool test_file(struct test *t, char op, const char *path)
{
	struct file_stat st;

	if (op == 'L' || op == 'h')
		return !path_lstat(t->c->sh->cwd, path, &st) && S_ISLNK(st.mode);
	if (path_stat(t->c->sh->cwd, path, &st))
		return false;
	switch (op) {
	case 'f':
		return S_ISREG(st.mode);
	case 'd':
		return S_ISDIR(st.mode);
	case 'c':
		return S_ISCHR(st.mode);
	case 'p':
		return S_ISFIFO(st.mode);
	case 's':
		return st.size > 0;
	case 'r':
		return st.mode & 0444;
	case 'w':
		return st.mode & 0222;
	case 'x':
		return st.mode & 0111;
	default:
		return true;	/* -e */
	}
}

static s64 integer(struct test *t, const char *s)
{
	s64 v = 0;

	if (kstrtoll(strim((char *)s), 10, &v)) {
		cmd_error(t->c, "%s: integer expression expected", s);
		t->error = true;
	}
	return v;
}

static bool is_binary(const char *op)
{
	static const char *const ops[] = { "=", "==", "!=", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "<", ">" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ops); i++)
		if (!strcmp(op, ops[i]))
			return true;
	return false;
}

static bool binary(struct test *t, const char *a, const char *op, const char *b)
{
	s64 x, y;

	if (op[0] != '-') {
		int order = strcmp(a, b);

		return op[0] == '=' ? !order : op[0] == '!' ? order : op[0] == '<' ? order < 0 : order > 0;
	}
	x = integer(t, a);
	y = integer(t, b);
	if (!strcmp(op, "-eq"))
		return x == y;
	if (!strcmp(op, "-ne"))
		return x != y;
	if (!strcmp(op, "-lt"))
		return x < y;
	if (!strcmp(op, "-le"))
		return x <= y;
	return !strcmp(op, "-gt") ? x > y : x >= y;
}

static bool primary(struct test *t)
{
	const char *w;

	if (t->i >= t->n) {
		cmd_error(t->c, "argument expected");
		t->error = true;
		return false;
	}
	w = t->v[t->i];
	if (t->i + 2 < t->n && is_binary(t->v[t->i + 1])) {
		t->i += 3;
		return binary(t, w, t->v[t->i - 2], t->v[t->i - 1]);
	}
	t->i++;
	if (!strcmp(w, "!") && t->i < t->n)
		return !primary(t);
	if (!strcmp(w, "(") && t->i < t->n) {
		bool r = expr_or(t);

		if (t->i >= t->n || strcmp(t->v[t->i++], ")")) {
			cmd_error(t->c, "missing `)'");
			t->error = true;
		}
		return r;
	}
	if (w[0] == '-' && w[1] && !w[2] && t->i < t->n && strchr("fdcpsrwxeLhnzt", w[1])) {
		const char *arg = t->v[t->i++];

		if (w[1] == 'n')
			return *arg;
		if (w[1] == 'z')
			return !*arg;
		if (w[1] == 't')
			return t->c->sh->interactive;
		return test_file(t, w[1], arg);
	}
	return *w;	/* a lone string: not empty */
}

static bool expr_and(struct test *t)
{
	bool r = primary(t);

	while (!t->error && t->i < t->n && !strcmp(t->v[t->i], "-a")) {
		bool right;

		t->i++;
		right = primary(t);
		r = r && right;
	}
	return r;
}

static bool expr_or(struct test *t)
{
	bool r = expr_and(t);

	while (!t->error && t->i < t->n && !strcmp(t->v[t->i], "-o")) {
		bool right;

		t->i++;
		right = expr_and(t);
		r = r || right;
	}
	return r;
}

static int cmd_test(struct cmd *c)
{
	struct test t = { .c = c, .v = c->argv + 1, .n = c->argc - 1 };
	const char *end = !strcmp(c->argv[0], "[") ? "]" : !strcmp(c->argv[0], "[[") ? "]]" : NULL;
	bool r;

	if (end && (!t.n || strcmp(t.v[--t.n], end))) {
		cmd_error(c, "missing `%s'", end);
		return 2;
	}
	if (!t.n)
		return 1;
	r = expr_or(&t);
	if (!t.error && t.i < t.n) {
		cmd_error(c, "%s: unexpected operator", t.v[t.i]);
		t.error = true;
	}
	return t.error ? 2 : !r;
}

/* They only ask the file tree, which runs no module's code: no thread of their own. */
SHELL_COMMAND(test, "test", cmd_test, CMD_SHELL, "EXPRESSION", "Answer by the exit status");
SHELL_COMMAND(bracket, "[", cmd_test, CMD_SHELL, "EXPRESSION ]", "Answer by the exit status");
SHELL_COMMAND(brackets, "[[", cmd_test, CMD_SHELL, "EXPRESSION ]]", "Answer by the exit status");
