// SPDX-License-Identifier: MIT
/* grep: the lines that match. The expressions themselves are in regex.c. */
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "regex.h"
#include "shell.h"

#define GREP_MAX_CONTEXT 100000

struct grep {
	struct regex *re;
	bool invert, count, quiet, number, names, only, list, fixed, ignore_case;
	bool extended, no_names;
	int whole;		/* 'w', 'x', or 0 */
	const char *text;	/* the pattern */
	long max;
	unsigned long before, after;	/* lines around a match */
	bool hit;
};

/* The file that is read: what it takes to show lines around a match. */
struct grep_view {
	const char *name;
	char **held;		/* the last lines not shown, a ring of g->before */
	unsigned long nr_held;
	long number, shown;	/* of the line read; of the last one shown, 0: none yet */
	unsigned long owed;	/* lines to show still behind a match */
};

static bool grep_line(struct grep *g, const char *line, size_t *start, size_t *end)
{
	const char *at;

	if (!g->fixed)
		return regex_search(g->re, line, start, end);
	for (at = line; ; at++) {
		if (!(g->ignore_case ? strncasecmp(at, g->text, strlen(g->text))
				     : strncmp(at, g->text, strlen(g->text)))) {
			*start = at - line;
			*end = *start + strlen(g->text);
			return true;
		}
		if (!*at)
			return false;
	}
}

static void grep_only(struct cmd *c, struct grep *g, const char *line)
{
	size_t start, end;

	while (*line && grep_line(g, line, &start, &end)) {
		if (end > start)
			cmd_printf(c, "%.*s\n", (int)(end - start), line + start);
		line += end > start ? end : start + 1;
		if (end == start && !line[-1])
			break;
	}
}

/* @mark: ':' for a line that matches, '-' for one around it. */
static void grep_show(struct cmd *c, struct grep *g, struct grep_view *v, const char *line, long number, char mark)
{
	if ((g->before || g->after) && v->shown && number > v->shown + 1)
		cmd_puts(c, "--\n");
	v->shown = number;
	if (g->names)
		cmd_printf(c, "%s%c", v->name, mark);
	if (g->number)
		cmd_printf(c, "%ld%c", number, mark);
	cmd_puts(c, line);
	cmd_write(c, "\n", 1);
}

/* The lines held back, then the match. */
static void grep_match(struct cmd *c, struct grep *g, struct grep_view *v, const char *line)
{
	if (g->only && !g->invert) {
		if (g->names)
			cmd_printf(c, "%s:", v->name);
		if (g->number)
			cmd_printf(c, "%ld:", v->number);
		grep_only(c, g, line);
		return;
	}
	for (; v->nr_held; v->nr_held--)
		grep_show(c, g, v, v->held[(v->number - v->nr_held) % g->before], v->number - v->nr_held, '-');
	grep_show(c, g, v, line, v->number, ':');
	v->owed = g->after;
}

/* A line that does not match: owed to the last match, or held for the next. Returns false when memory is out. */
static bool grep_between(struct cmd *c, struct grep *g, struct grep_view *v, const char *line)
{
	char **slot;

	if (v->owed) {
		v->owed--;
		grep_show(c, g, v, line, v->number, '-');
		return true;
	}
	if (!g->before)
		return true;
	slot = &v->held[v->number % g->before];
	kfree(*slot);
	*slot = kstrdup(line, GFP_KERNEL);
	v->nr_held = *slot ? min(v->nr_held + 1, g->before) : 0;
	return *slot;
}

/* Counts the hits; *got is the last read_line()'s result, or -ENOMEM. */
static void grep_lines(struct cmd *c, struct grep *g, struct grep_view *v, struct file *f, long *hits, ssize_t *got)
{
	bool lines_wanted = !g->count && !g->quiet && !g->list;
	struct line_reader r = { .file = f };
	size_t start, end;
	char *line;

	while ((*got = read_line(&r, &line)) > 0 && !c->out_error && !cmd_interrupted(c)) {
		v->number++;
		if (g->max && *hits >= g->max) {
			grep_between(c, g, v, line);
			if (!v->owed)
				break;
			continue;
		}
		if (grep_line(g, line, &start, &end) == g->invert) {
			if (lines_wanted && !grep_between(c, g, v, line)) {
				*got = -ENOMEM;
				break;
			}
			continue;
		}
		++*hits;
		g->hit = true;
		if (g->quiet || g->list)
			break;
		if (lines_wanted)
			grep_match(c, g, v, line);
		if (g->max && *hits >= g->max && !v->owed)
			break;		/* without waiting for a line more */
	}
	line_reader_end(&r);
}

static int grep_file(struct cmd *c, struct file *f, const char *name, void *arg)
{
	struct grep *g = arg;
	struct grep_view v = { .name = name };
	ssize_t got = -ENOMEM;
	long hits = 0;

	if (g->before)
		v.held = kvcalloc(g->before, sizeof(*v.held), GFP_KERNEL);
	if (v.held || !g->before)
		grep_lines(c, g, &v, f, &hits, &got);
	for (unsigned long i = 0; v.held && i < g->before; i++)
		kfree(v.held[i]);
	kvfree(v.held);
	if (got < 0) {
		cmd_read_failed(c, name, got);
		return 2;
	}
	if (g->count) {
		if (g->names)
			cmd_printf(c, "%s:", name);
		cmd_printf(c, "%ld\n", hits);
	}
	if (g->list && hits)
		cmd_printf(c, "%s\n", name);
	return 0;
}

/* The options that only switch something on. */
static bool *grep_switch(struct grep *g, int opt)
{
	switch (opt) {
	case 'E':
		return &g->extended;
	case 'F':
		return &g->fixed;
	case 'i':
		return &g->ignore_case;
	case 'v':
		return &g->invert;
	case 'c':
		return &g->count;
	case 'q':
		return &g->quiet;
	case 'n':
		return &g->number;
	case 'o':
		return &g->only;
	case 'H':
		return &g->names;
	case 'h':
		return &g->no_names;
	case 'l':
		return &g->list;
	default:
		return NULL;
	}
}

/* -A, -B, -C: lines behind a match, before it, both. */
static int grep_context(struct cmd *c, struct grep *g, int opt, const char *arg)
{
	unsigned long lines;

	if (kstrtoul(arg, 10, &lines) || lines > GREP_MAX_CONTEXT)
		return cmd_error(c, "%s: invalid context length argument", arg), 2;
	if (opt != 'B')
		g->after = lines;
	if (opt != 'A')
		g->before = lines;
	return -1;
}

/* Returns -1 to go on, or the status. */
static int grep_options(struct cmd *c, struct cmd_opts *o, struct grep *g)
{
	int opt;

	while ((opt = cmd_getopt(c, o, "EFGivcqnoHhlwsxe:m:A:B:C:")) != -1) {
		bool *on = grep_switch(g, opt);

		if (on) {
			*on = true;
			continue;
		}
		switch (opt) {
		case 'G':
		case 's':
			break;
		case 'w':
		case 'x':
			g->whole = opt;
			break;
		case 'e':
			g->text = o->arg;
			break;
		case 'm':
			if (kstrtol(o->arg, 10, &g->max))
				return cmd_error(c, "invalid max count"), 2;
			break;
		case 'A':
		case 'B':
		case 'C':
			if (grep_context(c, g, opt, o->arg) >= 0)
				return 2;
			break;
		default:
			return opt == OPT_HELP ? 0 : 2;
		}
	}
	if (!g->text) {
		if (o->index >= c->argc)
			return cmd_usage(c);
		g->text = c->argv[o->index++];
	}
	if (c->argc - o->index > 1 && !g->no_names)
		g->names = true;
	return -1;
}

/* The fixed string @s as a basic expression. NULL: no memory. */
static char *escaped(const char *s)
{
	char *out = kmalloc(2 * strlen(s) + 1, GFP_KERNEL), *o = out;

	for (; out && *s; s++) {
		if (strchr("\\.[]*^$", *s))
			*o++ = '\\';
		*o++ = *s;
	}
	if (out)
		*o = '\0';
	return out;
}

/* Whole words (-w) or lines (-x) are said in the pattern; a fixed string then has to become one. Returns 0 or the status. */
static int grep_compile(struct cmd *c, struct grep *g)
{
	const char *error = NULL, *format;
	char *plain = NULL, *wrapped = NULL;

	if (g->fixed && !g->whole)
		return 0;
	if (g->fixed) {
		plain = escaped(g->text);
		if (!plain)
			return cmd_perror(c, "pattern", -ENOMEM), 2;
		g->fixed = g->extended = false;
	}
	if (g->whole) {
		if (g->extended)
			format = g->whole == 'w' ? "\\<(%s)\\>" : "^(%s)$";
		else
			format = g->whole == 'w' ? "\\<\\(%s\\)\\>" : "^\\(%s\\)$";
		wrapped = kasprintf(GFP_KERNEL, format, plain ? plain : g->text);
		kfree(plain);
		if (!wrapped)
			return cmd_perror(c, "pattern", -ENOMEM), 2;
	}
	g->re = regex_compile(wrapped ? wrapped : g->text, g->extended, g->ignore_case, &error);
	kfree(wrapped);
	return g->re ? 0 : (cmd_error(c, "%s", error ? error : errno_text(-ENOMEM)), 2);
}

static int cmd_grep(struct cmd *c)
{
	struct grep g = { 0 };
	struct cmd_opts o = { 0 };
	int status = grep_options(c, &o, &g);

	if (status >= 0)
		return status;
	status = grep_compile(c, &g);
	if (status)
		return status;
	status = cmd_each_input(c, o.index, 2, grep_file, &g);
	regex_free(g.re);
	return status ? status : !g.hit;
}

SHELL_COMMAND(grep, "grep", cmd_grep, 0, "[-EFivcqnoHhlwx] [-m N] [-A N] [-B N] [-C N] PATTERN [FILE...]", "Print the lines that match");
