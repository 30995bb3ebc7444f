// SPDX-License-Identifier: MIT
/* sort: all lines in memory, heap-sorted. */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <paddock/fs.h>
#include "shell.h"

struct sorting {
	bool numeric, reverse, unique;
	unsigned int key;	/* field to compare from, 1…; 0: the line */
};

struct lines {
	char **v;
	unsigned long n, cap;
	struct arena arena;
};

static const char *key_of(const struct sorting *s, const char *line)
{
	unsigned int k;

	for (k = 1; k < s->key; k++) {
		line += strspn(line, " \t");
		line += strcspn(line, " \t");
	}
	return s->key || s->numeric ? line + strspn(line, " \t") : line;
}

/* Leading integer of a key; text counts as 0, as in sort -n. */
static s64 number(const char *p)
{
	bool negative = *p == '-';
	u64 v = 0;

	for (p += negative; isdigit(*p); p++)
		v = v * 10 + *p - '0';
	return negative ? -v : v;
}

static int compare(const void *a, const void *b, const void *priv)
{
	const struct sorting *s = priv;
	const char *x = key_of(s, *(char *const *)a), *y = key_of(s, *(char *const *)b);
	int order;

	if (s->numeric) {
		s64 i = number(x), j = number(y);

		order = i < j ? -1 : i > j;
	} else {
		order = strcmp(x, y);
	}
	if (!order && !s->unique)
		order = strcmp(*(char *const *)a, *(char *const *)b);
	return s->reverse ? -order : order;
}

static int add_line(struct lines *l, const char *line)
{
	if (l->n == l->cap) {
		unsigned long cap = l->cap ? l->cap * 2 : 64;
		char **v = kvmalloc_array(cap, sizeof(*v), GFP_KERNEL);

		if (!v)
			return -ENOMEM;
		if (l->n)
			memcpy(v, l->v, l->n * sizeof(*v));
		kvfree(l->v);
		l->v = v;
		l->cap = cap;
	}
	l->v[l->n] = arena_strdup(&l->arena, line);
	return l->v[l->n] ? (l->n++, 0) : -ENOMEM;
}

static int read_all(struct cmd *c, const char *path, struct lines *l)
{
	struct file *f = cmd_open_arg(c, path);
	struct line_reader r = { .file = f };
	ssize_t got;
	char *line;

	if (!f)
		return -ENOENT;
	while ((got = read_line(&r, &line)) > 0) {
		int err = add_line(l, line);

		if (err) {
			got = err;
			break;
		}
	}
	line_reader_end(&r);
	cmd_close_arg(c, f);
	if (got < 0)
		cmd_perror(c, path, got);
	return got;
}

static int cmd_sort(struct cmd *c)
{
	struct cmd_opts o = { 0 };
	struct sorting s = { 0 };
	struct lines l = { 0 };
	unsigned long i;
	int opt, err = 0;

	while ((opt = cmd_getopt(c, &o, "nruk:")) != -1) {
		if (opt == 'n')
			s.numeric = true;
		else if (opt == 'r')
			s.reverse = true;
		else if (opt == 'u')
			s.unique = true;
		else if (opt == 'k') {
			s.key = number(o.arg);
			if (!s.key || s.key > 1000)
				return cmd_error(c, "-: invalid field specification '%s'", o.arg), 2;
			if (strchr(o.arg, 'n'))
				s.numeric = true;
			if (strchr(o.arg, 'r'))
				s.reverse = true;
		} else {
			return opt == OPT_HELP ? 0 : 2;
		}
	}
	do
		err = read_all(c, o.index < c->argc ? c->argv[o.index] : "-", &l);
	while (!err && ++o.index < c->argc);
	if (!err) {
		sort_r(l.v, l.n, sizeof(*l.v), compare, NULL, &s);
		for (i = 0; i < l.n && !c->out_error; i++)
			if (!i || !s.unique || compare(&l.v[i - 1], &l.v[i], &s))
				cmd_printf(c, "%s\n", l.v[i]);
	}
	kvfree(l.v);
	arena_free(&l.arena);
	return err ? 2 : 0;
}

SHELL_COMMAND(sort, "sort", cmd_sort, 0, "[-nru] [-k FIELD] [FILE...]", "Sort lines");
