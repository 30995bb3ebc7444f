// SPDX-License-Identifier: MIT
/* Commands on the fields of lines: cut, and awk as far as scripts use it to pick fields. */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "regex.h"
#include "shell.h"

struct columns {
	char delimiter;		/* 0: runs of blanks, as awk */
	u64 wanted;		/* bit n: field n + 1 */
	bool rest;		/* "5-": all behind the 64th as well */
	bool chars;
	u8 order[16];		/* awk: fields in the order printed; 0 ends, 255: the whole line */
	struct regex *filter;	/* awk '/…/ {print}' */
};

static bool is_wanted(const struct columns *col, unsigned int n)
{
	return n < 64 ? col->wanted >> n & 1 : col->rest;
}

static int cut_file(struct cmd *c, struct file *f, const char *name, void *arg)
{
	struct columns *col = arg;
	struct line_reader r = { .file = f };
	ssize_t got;
	char *line;

	while ((got = read_line(&r, &line)) > 0 && !c->out_error) {
		unsigned int n = 0;
		bool any = false;
		char *p = line;

		if (col->chars) {
			for (; *p; p++, n++)
				if (is_wanted(col, n))
					cmd_write(c, p, 1);
		} else if (!strchr(line, col->delimiter)) {
			cmd_puts(c, line);
		} else {
			for (; p; n++) {
				char *next = strchr(p, col->delimiter);
				size_t len = next ? (size_t)(next - p) : strlen(p);

				if (is_wanted(col, n)) {
					if (any)
						cmd_write(c, &col->delimiter, 1);
					cmd_write(c, p, len);
					any = true;
				}
				p = next ? next + 1 : NULL;
			}
		}
		cmd_write(c, "\n", 1);
	}
	line_reader_end(&r);
	return got < 0 ? cmd_read_failed(c, name, got) : 0;
}

/* "1,3-5,9-": returns false if it is no list of 1…64, the last without an end perhaps. */
static bool parse_list(const char *s, struct columns *col)
{
	while (*s) {
		unsigned int from = 0, to;

		while (isdigit(*s) && from < 100)
			from = from * 10 + *s++ - '0';
		to = from;
		if (*s == '-') {
			s++;
			from = from ? from : 1;
			to = 0;
			if (!isdigit(*s)) {
				to = 64;
				col->rest = true;
			}
			while (isdigit(*s) && to < 100)
				to = to * 10 + *s++ - '0';
		}
		if (!from || from > 64 || to < from)
			return false;
		for (; from <= to && from <= 64; from++)
			col->wanted |= 1ULL << (from - 1);
		if (*s == ',')
			s++;
		else if (*s)
			return false;
	}
	return col->wanted;
}

static int cmd_cut(struct cmd *c)
{
	struct columns col = { .delimiter = '\t' };
	struct cmd_opts o = { 0 };
	int opt;

	while ((opt = cmd_getopt(c, &o, "d:f:c:")) != -1) {
		if (opt == 'd') {
			if (!o.arg[0] || o.arg[1])
				return cmd_error(c, "the delimiter must be a single character");
			col.delimiter = o.arg[0];
		} else if (opt == 'f' || opt == 'c') {
			col.chars = opt == 'c';
			if (!parse_list(o.arg, &col))
				return cmd_error(c, "invalid field range: '%s'", o.arg);
		} else {
			return opt == OPT_HELP ? 0 : 1;
		}
	}
	if (!col.wanted)
		return cmd_usage(c);
	return cmd_each_input(c, o.index, 1, cut_file, &col);
}

static char *awk_field(char *line, char delimiter, unsigned int want, size_t *len)
{
	unsigned int n = 1;
	char *p = line;

	for (;; n++) {
		char *start, *end;

		if (!delimiter)
			p += strspn(p, " \t");
		if (!*p && (n > 1 || !delimiter))
			return NULL;
		start = p;
		end = delimiter ? strchr(p, delimiter) : p + strcspn(p, " \t");
		if (!end)
			end = p + strlen(p);
		if (n == want) {
			*len = end - start;
			return start;
		}
		if (!*end)
			return NULL;
		p = end + 1;
	}
}

static int awk_file(struct cmd *c, struct file *f, const char *name, void *arg)
{
	struct columns *col = arg;
	struct line_reader r = { .file = f };
	ssize_t got;
	char *line;

	while ((got = read_line(&r, &line)) > 0 && !c->out_error) {
		unsigned int i;

		if (col->filter && !regex_search(col->filter, line, NULL, NULL))
			continue;
		for (i = 0; i < ARRAY_SIZE(col->order) && col->order[i]; i++) {
			size_t len = 0;
			char *field = col->order[i] == 255 ? line : awk_field(line, col->delimiter, col->order[i], &len);

			if (i)
				cmd_write(c, " ", 1);
			if (field)
				cmd_write(c, field, col->order[i] == 255 ? strlen(line) : len);
		}
		cmd_write(c, "\n", 1);
	}
	line_reader_end(&r);
	return got < 0 ? cmd_read_failed(c, name, got) : 0;
}

/* The programs that scripts use to pick fields: [/regex/] {print [$n[, $m]…]}. */
static const char *awk_parse(struct columns *col, const char *p)
{
	const char *error = NULL;
	unsigned int n = 0;

	p = skip_spaces(p);
	if (*p == '/') {
		const char *end = strchr(p + 1, '/');
		char *pattern = end ? kstrndup(p + 1, end - p - 1, GFP_KERNEL) : NULL;

		if (!pattern)
			return "unterminated regular expression";
		col->filter = regex_compile(pattern, true, false, &error);
		kfree(pattern);
		if (!col->filter)
			return error ? error : errno_text(-ENOMEM);
		p = skip_spaces(end + 1);
		if (!*p) {
			col->order[0] = 255;
			return NULL;
		}
	}
	if (*p != '{')
		return "syntax error: only [/regex/] {print $n, ...} is known";
	p = skip_spaces(p + 1);
	if (strncmp(p, "print", 5))
		return "syntax error: only print is known";
	p = skip_spaces(p + 5);
	while (*p == '$' && n < ARRAY_SIZE(col->order)) {
		unsigned int field = 0;

		for (p++; isdigit(*p) && field < 100; p++)
			field = field * 10 + *p - '0';
		col->order[n++] = field ? field : 255;
		p = skip_spaces(p);
		if (*p == ',')
			p = skip_spaces(p + 1);
	}
	if (!n)
		col->order[0] = 255;
	if (*p == ';')
		p = skip_spaces(p + 1);
	return *p == '}' && !*skip_spaces(p + 1) ? NULL : "syntax error: only print $n, ... is known";
}

static int cmd_awk(struct cmd *c)
{
	struct columns col = { 0 };
	struct cmd_opts o = { 0 };
	const char *error;
	int opt, status;

	while ((opt = cmd_getopt(c, &o, "F:")) != -1) {
		if (opt != 'F')
			return opt == OPT_HELP ? 0 : 2;
		if (!o.arg[0] || o.arg[1])
			return cmd_error(c, "the field separator must be a single character"), 2;
		col.delimiter = o.arg[0] == ' ' ? 0 : o.arg[0];
	}
	if (o.index >= c->argc)
		return cmd_usage(c);
	error = awk_parse(&col, c->argv[o.index]);
	if (error) {
		regex_free(col.filter);
		return cmd_error(c, "%s", error), 2;
	}
	status = cmd_each_input(c, o.index + 1, 2, awk_file, &col);
	regex_free(col.filter);
	return status;
}

SHELL_COMMAND(cut, "cut", cmd_cut, 0, "-f LIST [-d CHAR] | -c LIST [FILE...]", "Print fields or characters of lines");
SHELL_COMMAND(awk, "awk", cmd_awk, 0, "[-F CHAR] '[/REGEX/] {print $N, ...}' [FILE...]", "Print fields of lines");
