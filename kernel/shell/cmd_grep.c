// SPDX-License-Identifier: MIT
/* grep: the lines that match. The expressions themselves are in regex.c. */
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "regex.h"
#include "shell.h"

struct grep {
	struct regex *re;
	bool invert, count, quiet, number, names, only, list, fixed, ignore_case;
	bool extended, no_names;
	int whole;		/* 'w', 'x', or 0 */
	const char *text;	/* the pattern */
	long max;
	bool hit;
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

static int grep_file(struct cmd *c, struct file *f, const char *name, void *arg)
{
	struct line_reader r = { .file = f };
	struct grep *g = arg;
	long number = 0, hits = 0;
	size_t start, end;
	ssize_t got;
	char *line;

	while ((got = read_line(&r, &line)) > 0 && !c->out_error && !cmd_interrupted(c)) {
		number++;
		if (grep_line(g, line, &start, &end) == g->invert)
			continue;
		hits++;
		g->hit = true;
		if (g->quiet || g->list)
			break;
		if (!g->count) {
			if (g->names)
				cmd_printf(c, "%s:", name);
			if (g->number)
				cmd_printf(c, "%ld:", number);
			if (g->only && !g->invert) {
				grep_only(c, g, line);
			} else {
				cmd_puts(c, line);
				cmd_write(c, "\n", 1);
			}
		}
		if (g->max && hits >= g->max)
			break;
	}
	line_reader_end(&r);
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

/* Returns -1 to go on, or the status. */
static int grep_options(struct cmd *c, struct cmd_opts *o, struct grep *g)
{
	int opt;

	while ((opt = cmd_getopt(c, o, "EFGivcqnoHhlwsxe:m:")) != -1) {
		switch (opt) {
		case 'E':
			g->extended = true;
			break;
		case 'F':
			g->fixed = true;
			break;
		case 'G':
		case 's':
			break;
		case 'i':
			g->ignore_case = true;
			break;
		case 'v':
			g->invert = true;
			break;
		case 'c':
			g->count = true;
			break;
		case 'q':
			g->quiet = true;
			break;
		case 'n':
			g->number = true;
			break;
		case 'o':
			g->only = true;
			break;
		case 'H':
			g->names = true;
			break;
		case 'h':
			g->no_names = true;
			break;
		case 'l':
			g->list = true;
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

SHELL_COMMAND(grep, "grep", cmd_grep, 0, "[-EFivcqnoHhlwx] [-m N] PATTERN [FILE...]", "Print the lines that match");
