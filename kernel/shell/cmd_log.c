// SPDX-License-Identifier: MIT
/* Commands that show what the kernel keeps: dmesg, slabtop, history. */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <paddock/fs.h>
#include <paddock/log.h>
#include "edit.h"
#include "shell.h"

/* ---- dmesg ---- */

static const char *const level_names[] = { "emerg", "alert", "crit", "err", "warn", "notice", "info", "debug" };

/* "err,warn" as a set of bits; 0 when a name is unknown. */
static unsigned int parse_levels(const char *s)
{
	unsigned int set = 0;

	while (*s) {
		size_t len = strcspn(s, ",");
		unsigned int i;

		for (i = 0; i < ARRAY_SIZE(level_names); i++)
			if (strlen(level_names[i]) == len && !memcmp(level_names[i], s, len))
				break;
		if (i == ARRAY_SIZE(level_names))
			return 0;
		set |= 1 << i;
		s += len + (s[len] == ',');
	}
	return set;
}

static int set_console_level(struct cmd *c, const char *s)
{
	int level = -1;
	unsigned int set;

	if (!kstrtoint(s, 10, &level) ? level < 1 || level > 8 : !(set = parse_levels(s)))
		return cmd_error(c, "unknown level '%s'", s);
	console_loglevel = level > 0 ? level : fls(set);
	return 0;
}

struct dmesg_format {
	unsigned int levels;	/* which to show, a bit each */
	bool raw;		/* "<6>" in front */
	bool decode;		/* "kern  :info  :" in front */
	bool no_time;
};

static void print_entry(struct cmd *c, const struct log_entry *e, char *buf, size_t size,
			const struct dmesg_format *f)
{
	size_t len;

	if (!(f->levels >> e->level & 1))
		return;
	if (f->raw)
		cmd_printf(c, "<%u>", e->facility << 3 | e->level);
	if (f->decode)
		cmd_printf(c, "%-6s:%-6s: ", e->facility ? "user" : "kern", level_names[e->level]);
	if (f->no_time) {
		cmd_printf(c, "%.*s\n", e->len, e->text);
		return;
	}
	len = log_format(e, buf, size);
	cmd_write(c, buf, len);
}

/* Records from @seq on. Returns the number behind the last one. */
static u64 print_log(struct cmd *c, u64 seq, struct log_entry *e, char *buf, size_t size,
		     const struct dmesg_format *f)
{
	/* Up to what is there now: a busy log must not keep us for ever. */
	for (u64 end = log_next_seq(); seq < end && log_read(seq, e) && !c->out_error; seq = e->seq + 1) {
		if (cmd_interrupted(c))
			break;
		print_entry(c, e, buf, size, f);
	}
	return seq;
}

#define FORMAT_BYTES (4 * LOG_LINE_MAX)

struct dmesg {
	struct dmesg_format format;
	bool clear, show, follow;
};

/* Returns -1 to go on, or the status. */
static int dmesg_options(struct cmd *c, struct dmesg *d)
{
	struct cmd_opts o = { };
	int opt;

	while ((opt = cmd_getopt(c, &o, "cCDEHn:l:rtTwxk")) != -1) {
		switch (opt) {
		case 'c':
			d->clear = true;
			break;
		case 'C':
			d->clear = true;
			d->show = false;
			break;
		case 'D':
			return set_console_level(c, "1");
		case 'E':
			return set_console_level(c, "7");
		case 'n':
			return set_console_level(c, o.arg);
		case 'l':
			d->format.levels = parse_levels(o.arg);
			if (!d->format.levels)
				return cmd_error(c, "unknown level '%s'", o.arg);
			break;
		case 'r':
			d->format.raw = true;
			break;
		case 't':
			d->format.no_time = true;
			break;
		case 'w':
			d->follow = true;
			break;
		case 'x':
			d->format.decode = true;
			break;
		case OPT_HELP:
			return 0;
		case '?':
			return cmd_usage(c);
		}
	}
	return -1;
}

static int cmd_dmesg(struct cmd *c)
{
	struct dmesg d = { .format.levels = 0xff, .show = true };
	int status = dmesg_options(c, &d);
	struct log_entry *e;
	char *buf;
	u64 seq;

	if (status >= 0)
		return status;
	e = kmalloc(sizeof(*e), GFP_KERNEL);
	buf = kmalloc(FORMAT_BYTES, GFP_KERNEL);
	if (!e || !buf) {
		kfree(e);
		kfree(buf);
		return cmd_error(c, "%s", errno_text(-ENOMEM));
	}
	seq = max(log_clear_seq(), log_first_seq());
	if (d.show)
		seq = print_log(c, seq, e, buf, FORMAT_BYTES, &d.format);
	if (d.clear)
		log_clear();
	while (d.follow && !cmd_interrupted(c) && !c->out_error) {
		cmd_flush(c);
		schedule_timeout_interruptible(HZ / 5);
		seq = print_log(c, seq, e, buf, FORMAT_BYTES, &d.format);
	}
	kfree(e);
	kfree(buf);
	return cmd_interrupted(c) ? STATUS_INTERRUPTED : 0;
}

/* ---- slabtop ---- */

struct slab_row {
	char name[40];
	unsigned long active, total, size, per_slab, pages, slabs;
};

static int compare_rows(const void *a, const void *b)
{
	const struct slab_row *x = a, *y = b;
	unsigned long mx = x->slabs * x->pages, my = y->slabs * y->pages;

	return mx < my ? 1 : mx > my ? -1 : strcmp(x->name, y->name);
}

/* One line of /proc/slabinfo, version 2.1. */
static bool parse_slab(const char *line, struct slab_row *r)
{
	const char *data = strstr(line, ": slabdata");

	return data &&
	       sscanf(line, "%39s %lu %lu %lu %lu %lu", r->name, &r->active, &r->total, &r->size,
		      &r->per_slab, &r->pages) == 6 &&
	       sscanf(data, ": slabdata %*u %lu", &r->slabs) == 1;
}

static int cmd_slabtop(struct cmd *c)
{
	unsigned long objects = 0, active = 0, pages = 0;
	unsigned int n = 0, cap = 0;
	struct slab_row *rows;
	struct cmd_opts o = { };
	char *text, *p, *line;
	size_t len;
	int opt, err;

	while ((opt = cmd_getopt(c, &o, "o")) != -1) {
		if (opt == OPT_HELP)
			return 0;
		if (opt == '?')
			return cmd_usage(c);
	}
	err = read_whole_file(NULL, "/proc/slabinfo", (void **)&text, &len);
	if (err)
		return cmd_perror(c, "/proc/slabinfo", err);
	for (p = text; *p; p++)
		cap += *p == '\n';
	rows = kvmalloc_array(cap + 1, sizeof(*rows), GFP_KERNEL);
	if (!rows) {
		kvfree(text);
		return cmd_error(c, "%s", errno_text(-ENOMEM));
	}
	p = text;
	while ((line = strsep(&p, "\n"))) {
		if (!parse_slab(line, &rows[n]))
			continue;
		objects += rows[n].total;
		active += rows[n].active;
		pages += rows[n].slabs * rows[n].pages;
		n++;
	}
	kvfree(text);
	sort(rows, n, sizeof(*rows), compare_rows, NULL);
	cmd_printf(c, " Active / Total Objects : %lu / %lu\n Slab memory           : %luK\n\n", active,
		   objects, pages * (PAGE_SIZE / 1024));
	cmd_puts(c, "  OBJS ACTIVE  USE OBJ SIZE  SLABS OBJ/SLAB CACHE SIZE NAME\n");
	for (unsigned int i = 0; i < n; i++) {
		const struct slab_row *r = &rows[i];

		if (r->total)
			cmd_printf(c, "%6lu %6lu %3lu%% %8lu %6lu %8lu %9luK %s\n", r->total, r->active,
				   r->active * 100 / r->total, r->size, r->slabs, r->per_slab,
				   r->slabs * r->pages * (PAGE_SIZE / 1024), r->name);
	}
	kvfree(rows);
	return 0;
}

/* ---- history ---- */

static int cmd_history(struct cmd *c)
{
	const char *line;

	for (unsigned int i = 0; (line = edit_history(i)); i++)
		cmd_printf(c, "%5u  %s\n", i + 1, line);
	return 0;
}

SHELL_COMMAND(dmesg, "dmesg", cmd_dmesg, 0, "[-cCDErtwx] [-n LEVEL] [-l LEVELS]", "Show the kernel's log; -c clears it, -n sets what the console shows");
SHELL_COMMAND(slabtop, "slabtop", cmd_slabtop, 0, "[-o]", "Slab caches by size");
SHELL_COMMAND(history, "history", cmd_history, 0, "", "Lines typed before");
