// SPDX-License-Identifier: MIT
/* echo, printf, seq. */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/string.h>
#include "shell.h"

/* A backslash escape at @p (behind the backslash): the character, or -1 for \c. */
static int escape(const char **p)
{
	static const char from[] = "abfnrtv\\", to[] = "\a\b\f\n\r\t\v\\";
	char ch = **p;
	const char *s = ch ? strchr(from, ch) : NULL;
	int v = 0, digits;

	if (s) {
		++*p;
		return to[s - from];
	}
	if (ch == 'c') {
		++*p;
		return -1;
	}
	if (ch == 'e') {
		++*p;
		return 27;
	}
	if (ch == 'x' && isxdigit((*p)[1])) {
		++*p;
		for (digits = 0; digits < 2 && isxdigit(**p); digits++, ++*p)
			v = v * 16 + hex_to_bin(**p);
		return v;
	}
	if (ch >= '0' && ch <= '7') {
		for (digits = 0; digits < 4 && **p >= '0' && **p <= '7'; digits++, ++*p)
			v = v * 8 + **p - '0';
		return v & 255;
	}
	return '\\';	/* not an escape: the backslash stays, and what follows it */
}

/* Returns false after \c: no more output. */
static bool put_escaped(struct cmd *c, const char *p)
{
	while (*p) {
		char ch = *p++;

		if (ch == '\\' && *p) {
			int v = escape(&p);

			if (v < 0)
				return false;
			ch = v;
		}
		cmd_write(c, &ch, 1);
	}
	return true;
}

static int cmd_echo(struct cmd *c)
{
	bool newline = true, escapes = false;
	int i = 1;

	for (; i < c->argc && c->argv[i][0] == '-' && c->argv[i][1] &&
	       !c->argv[i][strspn(c->argv[i] + 1, "neE") + 1]; i++) {
		newline &= !strchr(c->argv[i], 'n');
		if (strchr(c->argv[i], 'e'))
			escapes = true;
	}
	for (int first = i; i < c->argc; i++) {
		if (i > first)
			cmd_write(c, " ", 1);
		if (!escapes)
			cmd_puts(c, c->argv[i]);
		else if (!put_escaped(c, c->argv[i]))
			return 0;
	}
	if (newline)
		cmd_write(c, "\n", 1);
	return 0;
}

struct printf_args {
	struct cmd *c;
	int i;
	int status;
};

static const char *printf_arg(struct printf_args *a)
{
	return a->i < a->c->argc ? a->c->argv[a->i++] : "";
}

static s64 printf_int(struct printf_args *a)
{
	const char *s = printf_arg(a);
	s64 v = 0;

	if (*s == '\'' || *s == '"')
		return (u8)s[1];
	if (*s && kstrtoll(s, 0, &v) && kstrtoull(s, 0, (u64 *)&v)) {
		cmd_error(a->c, "%s: invalid number", s);
		a->status = 1;
	}
	return v;
}

/* One conversion: @spec is "%…" up to its letter, which is *p. */
static void convert(struct printf_args *a, const char *start, const char *p)
{
	char spec[32];
	size_t len = p - start;

	if (len > sizeof(spec) - 4) {
		cmd_error(a->c, "`%.20s': invalid format", start);
		a->status = 1;
		return;
	}
	memcpy(spec, start, len);
	if (strchr("diouxX", *p)) {
		spec[len] = 'l';
		spec[len + 1] = 'l';
		spec[len + 2] = *p;
		spec[len + 3] = '\0';
		cmd_printf(a->c, spec, printf_int(a));
	} else if (*p == 's') {
		spec[len] = 's';
		spec[len + 1] = '\0';
		cmd_printf(a->c, spec, printf_arg(a));
	} else if (*p == 'c') {
		cmd_write(a->c, printf_arg(a), 1);
	} else if (*p == 'b') {
		put_escaped(a->c, printf_arg(a));
	} else {
		cmd_error(a->c, "`%c': invalid format character", *p);
		a->status = 1;
	}
}

static int cmd_printf_command(struct cmd *c)
{
	struct printf_args a = { .c = c, .i = 2 };
	const char *p;
	int used;

	if (c->argc < 2)
		return cmd_usage(c);
	/* The format is used again while there are arguments left that it consumes. */
	do {
		used = a.i;
		for (p = c->argv[1]; *p; p++) {
			const char *start = p;
			char ch = *p;

			if (ch == '\\' && p[1]) {
				int v;

				p++;
				v = escape(&p);
				if (v < 0)
					return a.status;
				p--;
				ch = v;
				cmd_write(c, &ch, 1);
			} else if (ch == '%' && p[1] == '%') {
				p++;
				cmd_write(c, "%", 1);
			} else if (ch == '%') {
				p += 1 + strspn(p + 1, "-+ #0123456789.");
				if (!*p) {
					cmd_error(c, "`%%': missing format character");
					return 1;
				}
				convert(&a, start, p);
			} else {
				cmd_write(c, &ch, 1);
			}
		}
	} while (a.i < c->argc && a.i > used && !c->out_error && !cmd_interrupted(c));
	return a.status;
}

static int cmd_seq(struct cmd *c)
{
	s64 v[3] = { 1, 1, 0 }, i;
	int n = c->argc - 1, k;
	static const u8 place[3][3] = { { 2 }, { 0, 2 }, { 0, 1, 2 } };

	if (n < 1 || n > 3)
		return cmd_usage(c);
	for (k = 0; k < n; k++)
		if (kstrtoll(c->argv[k + 1], 10, &v[place[n - 1][k]]))
			return cmd_error(c, "invalid argument: '%s'", c->argv[k + 1]);
	if (!v[1])
		return cmd_error(c, "invalid Zero increment value: '0'");
	for (i = v[0]; v[1] > 0 ? i <= v[2] : i >= v[2]; ) {
		cmd_printf(c, "%lld\n", (long long)i);
		if (c->out_error || cmd_interrupted(c) || __builtin_add_overflow(i, v[1], &i))
			break;
	}
	return 0;
}

SHELL_COMMAND(echo, "echo", cmd_echo, 0, "[-neE] [WORD...]", "Print the words");
SHELL_COMMAND(printf, "printf", cmd_printf_command, 0, "FORMAT [ARG...]", "Print with a format");
SHELL_COMMAND(seq, "seq", cmd_seq, 0, "[FIRST [STEP]] LAST", "Print numbers");
