// SPDX-License-Identifier: MIT
/* Commands on lines of text: grep, wc, head, tail, uniq, cut, tr, tee, and awk's field printing. */
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <paddock/fs.h>
#include "regex.h"
#include "shell.h"

#define INTERRUPTED 130

/*
 * Call fn for each operand, opened; "-" or none is standard input. Operands that cannot be opened are
 * reported and make the status 1, or @bad_status.
 */
static int each_input(struct cmd *c, int index, int bad_status,
		      int (*fn)(struct cmd *c, struct file *f, const char *name, void *arg), void *arg)
{
	int status = 0, i = index;

	do {
		const char *name = i < c->argc ? c->argv[i] : "-";
		struct file *f = cmd_open_arg(c, name);
		int s;

		if (!f) {
			status = bad_status;
			continue;
		}
		s = fn(c, f, name, arg);
		cmd_close_arg(c, f);
		if (s)
			status = s;
		if (cmd_interrupted(c))
			return INTERRUPTED;
	} while (++i < c->argc && !c->out_error);
	return status;
}

static int read_failed(struct cmd *c, const char *name, ssize_t err)
{
	return cmd_interrupted(c) ? INTERRUPTED : cmd_perror(c, name, err);
}

/* ---- grep ---- */

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
		read_failed(c, name, got);
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
	status = each_input(c, o.index, 2, grep_file, &g);
	regex_free(g.re);
	return status ? status : !g.hit;
}

/* ---- wc ---- */

struct wc {
	bool lines, words, bytes;
	unsigned long total[3];
	int files;
};

static void wc_print(struct cmd *c, struct wc *w, const unsigned long *n, const char *name)
{
	bool one = w->lines + w->words + w->bytes == 1 && !strcmp(name, "-");
	const char *fmt = one ? "%lu" : "%7lu";

	if (w->lines)
		cmd_printf(c, fmt, n[0]);
	if (w->words)
		cmd_printf(c, w->lines ? " %7lu" : fmt, n[1]);
	if (w->bytes)
		cmd_printf(c, w->lines || w->words ? " %7lu" : fmt, n[2]);
	if (strcmp(name, "-"))
		cmd_printf(c, " %s", name);
	cmd_write(c, "\n", 1);
}

static int wc_file(struct cmd *c, struct file *f, const char *name, void *arg)
{
	struct wc *w = arg;
	unsigned long n[3] = { 0 };
	bool in_word = false;
	char buf[512];
	ssize_t got, i;

	while ((got = file_read(f, buf, sizeof(buf))) > 0) {
		n[2] += got;
		for (i = 0; i < got; i++) {
			bool space = isspace(buf[i]);

			n[0] += buf[i] == '\n';
			n[1] += !space && !in_word;
			in_word = !space;
		}
	}
	if (got < 0)
		return read_failed(c, name, got);
	for (i = 0; i < 3; i++)
		w->total[i] += n[i];
	w->files++;
	wc_print(c, w, n, name);
	return 0;
}

static int cmd_wc(struct cmd *c)
{
	struct cmd_opts o = { 0 };
	struct wc w = { 0 };
	int opt, status;

	while ((opt = cmd_getopt(c, &o, "lwcm")) != -1) {
		if (opt == 'l')
			w.lines = true;
		else if (opt == 'w')
			w.words = true;
		else if (opt == 'c' || opt == 'm')
			w.bytes = true;
		else
			return opt == OPT_HELP ? 0 : 1;
	}
	if (!w.lines && !w.words && !w.bytes)
		w.lines = w.words = w.bytes = true;
	status = each_input(c, o.index, 1, wc_file, &w);
	if (w.files > 1)
		wc_print(c, &w, w.total, "total");
	return status;
}

/* ---- head, tail ---- */

struct ends {
	long lines;
	bool from_start;	/* tail -n +N */
	bool bytes;
};

static int head_file(struct cmd *c, struct file *f, const char *name, void *arg)
{
	struct ends *e = arg;
	struct line_reader r = { .file = f };
	long n = e->lines;
	ssize_t got = 0;
	char *line;

	if (e->bytes) {
		char buf[256];

		while (n > 0 && (got = file_read(f, buf, min_t(long, n, sizeof(buf)))) > 0) {
			cmd_write(c, buf, got);
			n -= got;
		}
		return got < 0 ? read_failed(c, name, got) : 0;
	}
	while (n-- > 0 && (got = read_line(&r, &line)) > 0 && !c->out_error) {
		cmd_puts(c, line);
		if (r.had_newline)
			cmd_write(c, "\n", 1);
	}
	line_reader_end(&r);
	return got < 0 ? read_failed(c, name, got) : 0;
}

/* The last lines are kept in a ring. */
static int tail_file(struct cmd *c, struct file *f, const char *name, void *arg)
{
	struct ends *e = arg;
	struct line_reader r = { .file = f };
	char **ring = kvcalloc(e->lines + 1, sizeof(*ring), GFP_KERNEL);
	long n = 0, i;
	ssize_t got = -ENOMEM;
	char *line;

	while (ring && (got = read_line(&r, &line)) > 0 && !cmd_interrupted(c)) {
		n++;
		if (e->from_start) {
			if (n >= e->lines)
				cmd_printf(c, "%s\n", line);
			continue;
		}
		if (!e->lines)
			continue;
		kvfree(ring[n % e->lines]);
		ring[n % e->lines] = kvmalloc(strlen(line) + 1, GFP_KERNEL);
		if (!ring[n % e->lines]) {
			got = -ENOMEM;
			break;
		}
		strcpy(ring[n % e->lines], line);
	}
	for (i = max(1L, n - e->lines + 1); ring && !e->from_start && i <= n && got >= 0 && e->lines; i++)
		cmd_printf(c, "%s\n", ring[i % e->lines]);
	for (i = 0; ring && i < e->lines; i++)
		kvfree(ring[i]);
	kvfree(ring);
	line_reader_end(&r);
	return got < 0 ? read_failed(c, name, got) : 0;
}

static int head_or_tail(struct cmd *c, bool tail)
{
	struct ends e = { .lines = 10 };
	struct cmd_opts o = { 0 };
	const char *count;
	int opt;

	/* The old spelling, -5. */
	if (c->argc > 1 && c->argv[1][0] == '-' && isdigit(c->argv[1][1])) {
		count = c->argv[1] + 1;
		o.index = 2;
		if (kstrtol(count, 10, &e.lines))
			return cmd_error(c, "invalid number of lines: '%s'", count);
	}
	while ((opt = cmd_getopt(c, &o, "n:c:q")) != -1) {
		if (opt != 'n' && opt != 'c' && opt != 'q')
			return opt == OPT_HELP ? 0 : 1;
		if (opt == 'q')
			continue;
		e.bytes = opt == 'c';
		count = o.arg;
		if (tail && *count == '+') {
			e.from_start = true;
			count++;
		} else if (tail && *count == '-') {
			count++;
		}
		if (kstrtol(count, 10, &e.lines) || e.lines < 0 || e.lines > 10000000 || (tail && e.bytes))
			return cmd_error(c, "invalid number of lines: '%s'", o.arg);
	}
	return each_input(c, o.index, 1, tail ? tail_file : head_file, &e);
}

static int cmd_head(struct cmd *c)
{
	return head_or_tail(c, false);
}

static int cmd_tail(struct cmd *c)
{
	return head_or_tail(c, true);
}

/* ---- uniq ---- */

struct uniq {
	bool count, repeated, unique;
};

static void uniq_print(struct cmd *c, struct uniq *u, const char *line, unsigned long n)
{
	if (!line || (u->repeated && n < 2) || (u->unique && n > 1))
		return;
	if (u->count)
		cmd_printf(c, "%7lu ", n);
	cmd_printf(c, "%s\n", line);
}

static int uniq_file(struct cmd *c, struct file *f, const char *name, void *arg)
{
	struct line_reader r = { .file = f };
	char *line, *last = NULL;
	unsigned long n = 0;
	ssize_t got;

	while ((got = read_line(&r, &line)) > 0) {
		if (last && !strcmp(last, line)) {
			n++;
			continue;
		}
		uniq_print(c, arg, last, n);
		kvfree(last);
		last = kvmalloc(strlen(line) + 1, GFP_KERNEL);
		if (!last) {
			got = -ENOMEM;
			break;
		}
		strcpy(last, line);
		n = 1;
	}
	uniq_print(c, arg, last, n);
	kvfree(last);
	line_reader_end(&r);
	return got < 0 ? read_failed(c, name, got) : 0;
}

static int cmd_uniq(struct cmd *c)
{
	struct cmd_opts o = { 0 };
	struct uniq u = { 0 };
	int opt;

	while ((opt = cmd_getopt(c, &o, "cdu")) != -1) {
		if (opt == 'c')
			u.count = true;
		else if (opt == 'd')
			u.repeated = true;
		else if (opt == 'u')
			u.unique = true;
		else
			return opt == OPT_HELP ? 0 : 1;
	}
	return each_input(c, o.index, 1, uniq_file, &u);
}

/* ---- cut, awk ---- */

struct columns {
	char delimiter;		/* 0: runs of blanks, as awk */
	u64 wanted;		/* bit n: field n + 1 */
	bool chars;
	u8 order[16];		/* awk: fields in the order printed; 0 ends, 255: the whole line */
	struct regex *filter;	/* awk '/…/ {print}' */
};

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
			for (; *p && n < 64; p++, n++)
				if (col->wanted >> n & 1)
					cmd_write(c, p, 1);
		} else if (!strchr(line, col->delimiter)) {
			cmd_puts(c, line);
		} else {
			for (; p && n < 64; n++) {
				char *next = strchr(p, col->delimiter);
				size_t len = next ? (size_t)(next - p) : strlen(p);

				if (col->wanted >> n & 1) {
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
	return got < 0 ? read_failed(c, name, got) : 0;
}

/* "1,3-5": returns false if it is no list of 1…64. */
static bool parse_list(const char *s, u64 *wanted)
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
			if (!isdigit(*s))
				to = 64;
			while (isdigit(*s) && to < 100)
				to = to * 10 + *s++ - '0';
		}
		if (!from || from > 64 || to < from)
			return false;
		for (; from <= to && from <= 64; from++)
			*wanted |= 1ULL << (from - 1);
		if (*s == ',')
			s++;
		else if (*s)
			return false;
	}
	return *wanted;
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
			if (!parse_list(o.arg, &col.wanted))
				return cmd_error(c, "invalid field range: '%s'", o.arg);
		} else {
			return opt == OPT_HELP ? 0 : 1;
		}
	}
	if (!col.wanted)
		return cmd_usage(c);
	return each_input(c, o.index, 1, cut_file, &col);
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
	return got < 0 ? read_failed(c, name, got) : 0;
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
	status = each_input(c, o.index + 1, 2, awk_file, &col);
	regex_free(col.filter);
	return status;
}

/* ---- tr, tee ---- */

static const char *tr_set(const char *s, u8 *out, unsigned int *n)
{
	for (*n = 0; *s && *n < 256; ) {
		u8 low = *s++, high;

		if (low == '\\' && *s) {
			low = *s == 'n' ? '\n' : *s == 't' ? '\t' : *s;
			s++;
		}
		high = low;
		if (s[0] == '-' && s[1]) {
			high = s[1];
			s += 2;
		}
		do
			out[(*n)++] = low;
		while (low++ < high && *n < 256);
	}
	return s;
}

static int cmd_tr(struct cmd *c)
{
	struct cmd_opts o = { 0 };
	bool delete = false, squeeze = false;
	u8 from[256], to[256], buf[256];
	unsigned int n, m = 0, i;
	ssize_t got, k;
	int opt, last = -1;

	while ((opt = cmd_getopt(c, &o, "ds")) != -1) {
		if (opt != 'd' && opt != 's')
			return opt == OPT_HELP ? 0 : 1;
		delete |= opt == 'd';
		squeeze |= opt == 's';
	}
	if (c->argc - o.index < (delete || squeeze ? 1 : 2))
		return cmd_usage(c);
	tr_set(c->argv[o.index], from, &n);
	if (c->argc - o.index > 1)
		tr_set(c->argv[o.index + 1], to, &m);
	while ((got = file_read(c->in, buf, sizeof(buf))) > 0 && !c->out_error) {
		for (k = 0; k < got; k++) {
			u8 ch = buf[k];

			for (i = 0; i < n && from[i] != ch; i++)
				;
			if (i < n && delete)
				continue;
			if (i < n && m)
				ch = to[min(i, m - 1)];
			if (i < n && squeeze && ch == last)
				continue;
			last = ch;
			cmd_write(c, &ch, 1);
		}
	}
	return got < 0 ? read_failed(c, "stdin", got) : 0;
}

static int cmd_tee(struct cmd *c)
{
	struct cmd_opts o = { 0 };
	int flags = O_WRONLY | O_CREAT | O_TRUNC, opt, status = 0, err;
	struct file *f = NULL;
	char buf[256];
	ssize_t got;

	while ((opt = cmd_getopt(c, &o, "a")) != -1) {
		if (opt != 'a')
			return opt == OPT_HELP ? 0 : 1;
		flags = O_WRONLY | O_CREAT | O_APPEND;
	}
	if (c->argc - o.index > 1)
		return cmd_usage(c);
	if (o.index < c->argc) {
		f = open_path(c->sh->cwd, c->argv[o.index], flags, 0644);
		if (IS_ERR(f))
			return cmd_perror(c, c->argv[o.index], PTR_ERR(f));
	}
	while ((got = file_read(c->in, buf, sizeof(buf))) > 0 && !c->out_error) {
		cmd_write(c, buf, got);
		err = f ? file_write_all(f, buf, got) : 0;
		if (err) {
			status = cmd_perror(c, c->argv[o.index], err);
			break;
		}
	}
	if (f)
		fput(f);
	return got < 0 ? read_failed(c, "stdin", got) : status;
}

SHELL_COMMAND(grep, "grep", cmd_grep, 0, "[-EFivcqnoHhlwx] [-m N] PATTERN [FILE...]", "Print the lines that match");
SHELL_COMMAND(wc, "wc", cmd_wc, 0, "[-lwc] [FILE...]", "Count lines, words and bytes");
SHELL_COMMAND(head, "head", cmd_head, 0, "[-n N] [-c N] [FILE...]", "Print the first lines");
SHELL_COMMAND(tail, "tail", cmd_tail, 0, "[-n [+]N] [FILE...]", "Print the last lines");
SHELL_COMMAND(uniq, "uniq", cmd_uniq, 0, "[-cdu] [FILE]", "Leave out repeated lines");
SHELL_COMMAND(cut, "cut", cmd_cut, 0, "-f LIST [-d CHAR] | -c LIST [FILE...]", "Print fields or characters of lines");
SHELL_COMMAND(awk, "awk", cmd_awk, 0, "[-F CHAR] '[/REGEX/] {print $N, ...}' [FILE...]", "Print fields of lines");
SHELL_COMMAND(tr, "tr", cmd_tr, 0, "[-ds] SET1 [SET2]", "Replace or delete characters");
SHELL_COMMAND(tee, "tee", cmd_tee, 0, "[-a] [FILE]", "Copy the input to the output and a file");
