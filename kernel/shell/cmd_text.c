// SPDX-License-Identifier: MIT
/* Commands on lines of text: wc, head, tail, uniq, tr, tee. grep is in cmd_grep.c, cut and awk in cmd_fields.c. */
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <paddock/fs.h>
#include "shell.h"

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
		return cmd_read_failed(c, name, got);
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
	status = cmd_each_input(c, o.index, 1, wc_file, &w);
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
		return got < 0 ? cmd_read_failed(c, name, got) : 0;
	}
	while (n-- > 0 && (got = read_line(&r, &line)) > 0 && !c->out_error) {
		cmd_puts(c, line);
		if (r.had_newline)
			cmd_write(c, "\n", 1);
	}
	line_reader_end(&r);
	return got < 0 ? cmd_read_failed(c, name, got) : 0;
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
	return got < 0 ? cmd_read_failed(c, name, got) : 0;
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
	return cmd_each_input(c, o.index, 1, tail ? tail_file : head_file, &e);
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
	return got < 0 ? cmd_read_failed(c, name, got) : 0;
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
	return cmd_each_input(c, o.index, 1, uniq_file, &u);
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
	return got < 0 ? cmd_read_failed(c, "stdin", got) : 0;
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
	return got < 0 ? cmd_read_failed(c, "stdin", got) : status;
}

SHELL_COMMAND(wc, "wc", cmd_wc, 0, "[-lwc] [FILE...]", "Count lines, words and bytes");
SHELL_COMMAND(head, "head", cmd_head, 0, "[-n N] [-c N] [FILE...]", "Print the first lines");
SHELL_COMMAND(tail, "tail", cmd_tail, 0, "[-n [+]N] [FILE...]", "Print the last lines");
SHELL_COMMAND(uniq, "uniq", cmd_uniq, 0, "[-cdu] [FILE]", "Leave out repeated lines");
SHELL_COMMAND(tr, "tr", cmd_tr, 0, "[-ds] SET1 [SET2]", "Replace or delete characters");
SHELL_COMMAND(tee, "tee", cmd_tee, 0, "[-a] [FILE]", "Copy the input to the output and a file");
