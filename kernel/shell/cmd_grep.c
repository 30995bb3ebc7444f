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
	const char *text;
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

static int cmd_grep(struct cmd *c)
{
	struct grep g = { 0 };
	struct cmd_opts o = { 0 };
	bool extended = false, no_names = false;
	const char *pattern = NULL, *error = NULL;
	char *wrapped = NULL;
	int opt, status;

	while ((opt = cmd_getopt(c, &o, "EFGivcqnoHhlwsxe:m:")) != -1) {
		switch (opt) {
		case 'E':
			extended = true;
			break;
		case 'F':
			g.fixed = true;
			break;
		case 'G':
		case 's':
			break;
		case 'i':
			g.ignore_case = true;
			break;
		case 'v':
			g.invert = true;
			break;
		case 'c':
			g.count = true;
			break;
		case 'q':
			g.quiet = true;
			break;
		case 'n':
			g.number = true;
			break;
		case 'o':
			g.only = true;
			break;
		case 'H':
			g.names = true;
			break;
		case 'h':
			no_names = true;
			break;
		case 'l':
			g.list = true;
			break;
		case 'w':
		case 'x':
			wrapped = opt == 'w' ? "w" : "x";
			break;
		case 'e':
			pattern = o.arg;
			break;
		case 'm':
			if (kstrtol(o.arg, 10, &g.max))
				return cmd_error(c, "invalid max count"), 2;
			break;
		default:
			return opt == OPT_HELP ? 0 : 2;
		}
	}
	if (!pattern) {
		if (o.index >= c->argc)
			return cmd_usage(c);
		pattern = c->argv[o.index++];
	}
	if (wrapped) {	/* whole words or whole lines: said in the pattern */
		bool word = *wrapped == 'w';

		g.fixed = false;
		wrapped = kasprintf(GFP_KERNEL, extended ? (word ? "\\<(%s)\\>" : "^(%s)$")
				    : (word ? "\\<\\(%s\\)\\>" : "^\\(%s\\)$"), pattern);
		if (!wrapped)
			return cmd_perror(c, "pattern", -ENOMEM), 2;
	}
	if (!g.fixed) {
		g.re = regex_compile(wrapped ? wrapped : pattern, extended, g.ignore_case, &error);
		kfree(wrapped);
		if (!g.re) {
			cmd_error(c, "%s", error ? error : errno_text(-ENOMEM));
			return 2;
		}
	}
	g.text = pattern;
	if (c->argc - o.index > 1 && !no_names)
		g.names = true;
	status = cmd_each_input(c, o.index, 2, grep_file, &g);
	regex_free(g.re);
	return status ? status : !g.hit;
}

SHELL_COMMAND(grep, "grep", cmd_grep, 0, "[-EFivcqnoHhlwx] [-m N] PATTERN [FILE...]", "Print the lines that match");
