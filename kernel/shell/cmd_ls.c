// SPDX-License-Identifier: MIT
/* ls and stat. What is in files is shown by cmd_cat.c; find and other commands on paths are in cmd_path.c. */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/time64.h>
#include <linux/time.h>
#include <linux/vmalloc.h>
#include <paddock/fs.h>
#include "shell.h"

struct ls_options {
	bool all, almost_all, long_form, one_column, reverse, by_time, by_size, classify, dirs_as_files,
	     human, inode, recursive;
};

struct ls_entry {
	char *name;
	struct file_stat st;
	bool broken;		/* it went while we looked */
};

struct ls_list {
	struct arena arena;
	struct ls_entry *v;
	unsigned int n, cap;
};

static int ls_add(struct ls_list *l, const char *name)
{
	struct ls_entry *v;

	if (l->n == l->cap) {
		v = kvmalloc_array(max(64U, 2 * l->cap), sizeof(*v), GFP_KERNEL);
		if (!v)
			return -ENOMEM;
		if (l->n)
			memcpy(v, l->v, l->n * sizeof(*v));
		kvfree(l->v);
		l->v = v;
		l->cap = max(64U, 2 * l->cap);
	}
	memset(&l->v[l->n], 0, sizeof(*v));
	l->v[l->n].name = arena_strdup(&l->arena, name);
	if (!l->v[l->n].name)
		return -ENOMEM;
	l->n++;
	return 0;
}

static void ls_list_free(struct ls_list *l)
{
	arena_free(&l->arena);
	kvfree(l->v);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct ls_entry *)a)->name, ((const struct ls_entry *)b)->name);
}

static int compare_times(const void *a, const void *b)
{
	const struct ls_entry *x = a, *y = b;

	if (x->st.mtime != y->st.mtime)
		return x->st.mtime < y->st.mtime ? 1 : -1;
	return compare_names(a, b);
}

static int compare_sizes(const void *a, const void *b)
{
	const struct ls_entry *x = a, *y = b;

	if (x->st.size != y->st.size)
		return x->st.size < y->st.size ? 1 : -1;
	return compare_names(a, b);
}

static void ls_sort(struct ls_list *l, const struct ls_options *opt)
{
	sort(l->v, l->n, sizeof(*l->v),
	     opt->by_time ? compare_times : opt->by_size ? compare_sizes : compare_names, NULL);
	if (!opt->reverse)
		return;
	for (unsigned int i = 0; i < l->n / 2; i++) {
		struct ls_entry e = l->v[i];

		l->v[i] = l->v[l->n - 1 - i];
		l->v[l->n - 1 - i] = e;
	}
}

static void mode_text(umode_t mode, char *out)
{
	static const char bits[] = "rwxrwxrwx";

	out[0] = S_ISDIR(mode) ? 'd' : S_ISLNK(mode) ? 'l' : S_ISCHR(mode) ? 'c' :
		 S_ISFIFO(mode) ? 'p' : S_ISBLK(mode) ? 'b' : '-';
	for (int i = 0; i < 9; i++)
		out[1 + i] = mode >> (8 - i) & 1 ? bits[i] : '-';
	if (mode & S_ISVTX)
		out[9] = mode & S_IXOTH ? 't' : 'T';
	out[10] = '\0';
}

static void time_text(time64_t t, char *out, size_t size)
{
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep",
					  "Oct", "Nov", "Dec" };
	struct tm tm;

	time64_to_tm(t, 0, &tm);
	snprintf(out, size, "%s %2d %02d:%02d", months[tm.tm_mon], tm.tm_mday, tm.tm_hour, tm.tm_min);
}

static void size_text(const struct file_stat *st, bool human, char *out, size_t size)
{
	static const char units[] = "BKMGT";
	u64 n = st->size, rest = 0;
	int unit = 0;

	if (S_ISCHR(st->mode) || S_ISBLK(st->mode)) {
		snprintf(out, size, "%u, %u", MAJOR(st->rdev), MINOR(st->rdev));
		return;
	}
	if (!human || n < 1024) {
		snprintf(out, size, "%llu", n);
		return;
	}
	while (n >= 1024 && unit < 4) {
		rest = n % 1024;
		n /= 1024;
		unit++;
	}
	if (n < 10)
		snprintf(out, size, "%llu.%llu%c", n, rest * 10 / 1024, units[unit]);
	else
		snprintf(out, size, "%llu%c", n, units[unit]);
}

static char class_mark(umode_t mode)
{
	if (S_ISDIR(mode))
		return '/';
	if (S_ISLNK(mode))
		return '@';
	if (S_ISFIFO(mode))
		return '|';
	return S_ISREG(mode) && (mode & S_IXUGO) ? '*' : '\0';
}

static void ls_long(struct cmd *c, struct dentry *dir, const struct ls_list *l,
		    const struct ls_options *opt)
{
	char size[32], mode[12], when[24];
	int size_width = 1, link_width = 1;

	for (unsigned int i = 0; i < l->n; i++) {
		size_text(&l->v[i].st, opt->human, size, sizeof(size));
		size_width = max(size_width, (int)strlen(size));
		snprintf(size, sizeof(size), "%u", l->v[i].st.nlink);
		link_width = max(link_width, (int)strlen(size));
	}
	for (unsigned int i = 0; i < l->n; i++) {
		const struct ls_entry *e = &l->v[i];
		char mark = opt->classify ? class_mark(e->st.mode) : '\0';
		char *target;

		if (e->broken)
			continue;
		mode_text(e->st.mode, mode);
		time_text(e->st.mtime, when, sizeof(when));
		size_text(&e->st, opt->human, size, sizeof(size));
		if (opt->inode)
			cmd_printf(c, "%6lu ", e->st.ino);
		cmd_printf(c, "%s %*u root root %*s %s %s", mode, link_width, e->st.nlink, size_width,
			   size, when, e->name);
		if (S_ISLNK(e->st.mode)) {
			target = kmalloc(PATH_MAX, GFP_KERNEL);
			if (target && path_readlink(dir, e->name, target, PATH_MAX) >= 0)
				cmd_printf(c, " -> %s", target);
			kfree(target);
		} else if (mark) {
			cmd_printf(c, "%c", mark);
		}
		cmd_puts(c, "\n");
	}
}

/* In columns on the console, one per line elsewhere, as every ls. */
static void ls_short(struct cmd *c, const struct ls_list *l, const struct ls_options *opt)
{
	bool console = c->out->f_inode && S_ISCHR(c->out->f_inode->i_mode) &&
		       MAJOR(c->out->f_inode->i_rdev) == 5;
	unsigned int width = 0, per_row = 1, rows;

	for (unsigned int i = 0; i < l->n; i++)
		width = max(width, (unsigned int)strlen(l->v[i].name) + (opt->classify ? 1 : 0));
	width += 2;
	if (console && !opt->one_column)
		per_row = max(80 / width, 1U);
	rows = DIV_ROUND_UP(l->n, per_row);
	for (unsigned int r = 0; r < rows; r++) {
		for (unsigned int i = r; i < l->n; i += rows) {
			char mark[2] = { opt->classify ? class_mark(l->v[i].st.mode) : '\0' };

			if (opt->inode)
				cmd_printf(c, "%6lu ", l->v[i].st.ino);
			cmd_printf(c, "%s%s", l->v[i].name, mark);
			if (i + rows < l->n)
				cmd_printf(c, "%*s", width - (int)strlen(l->v[i].name) -
					   (mark[0] ? 1 : 0), "");
		}
		cmd_puts(c, "\n");
	}
}

static void ls_show(struct cmd *c, struct dentry *dir, struct ls_list *l,
		    const struct ls_options *opt)
{
	ls_sort(l, opt);
	if (opt->long_form)
		ls_long(c, dir, l, opt);
	else
		ls_short(c, l, opt);
}

struct ls_walk {
	struct ls_list *list;
	const struct ls_options *opt;
};

static int ls_visit(void *arg, const char *name, unsigned int type)
{
	struct ls_walk *w = arg;

	if (name[0] == '.' && !w->opt->all && !w->opt->almost_all)
		return 0;
	return ls_add(w->list, name);
}

#define LS_DEPTH_MAX 16

static int ls_dir(struct cmd *c, const char *path, const struct ls_options *opt, bool heading,
		  unsigned int depth)
{
	struct ls_list l = { };
	struct ls_walk w = { &l, opt };
	struct dentry *dir = path_lookup_dir(c->sh->cwd, path);
	int err = PTR_ERR_OR_ZERO(dir), status = 0;

	if (!err && opt->all)
		err = ls_add(&l, ".") || ls_add(&l, "..") ? -ENOMEM : 0;
	if (!err)
		err = list_dir(dir, ".", ls_visit, &w);
	if (err) {
		cmd_flush(c);
		cmd_error(c, "cannot access '%s': %s", path, errno_text(err));
		ls_list_free(&l);
		if (!IS_ERR(dir))
			dput(dir);
		return 2;
	}
	for (unsigned int i = 0; i < l.n; i++)
		l.v[i].broken = path_lstat(dir, l.v[i].name, &l.v[i].st) != 0;
	if (heading)
		cmd_printf(c, "%s:\n", path);
	if (opt->long_form)
		cmd_printf(c, "total %u\n", l.n);
	ls_show(c, dir, &l, opt);
	dput(dir);
	for (unsigned int i = 0; opt->recursive && i < l.n && depth < LS_DEPTH_MAX; i++) {
		char *sub;

		if (!S_ISDIR(l.v[i].st.mode) || !strcmp(l.v[i].name, ".") || !strcmp(l.v[i].name, ".."))
			continue;
		if (cmd_interrupted(c)) {
			status = 130;
			break;
		}
		sub = kasprintf(GFP_KERNEL, "%s%s%s", path, path[strlen(path) - 1] == '/' ? "" : "/",
				l.v[i].name);
		if (!sub)
			break;
		cmd_puts(c, "\n");
		status |= ls_dir(c, sub, opt, true, depth + 1);
		kfree(sub);
	}
	ls_list_free(&l);
	return status;
}

/* Returns -1 to go on, or the status. */
static int ls_options(struct cmd *c, struct cmd_opts *o, struct ls_options *opt)
{
	int letter;

	while ((letter = cmd_getopt(c, o, "aAl1rtSFdhiRpn")) != -1) {
		switch (letter) {
		case 'a':
			opt->all = true;
			break;
		case 'A':
			opt->almost_all = true;
			break;
		case 'l':
		case 'n':
			opt->long_form = true;
			break;
		case '1':
			opt->one_column = true;
			break;
		case 'r':
			opt->reverse = true;
			break;
		case 't':
			opt->by_time = true;
			break;
		case 'S':
			opt->by_size = true;
			break;
		case 'F':
		case 'p':
			opt->classify = true;
			break;
		case 'd':
			opt->dirs_as_files = true;
			break;
		case 'h':
			opt->human = true;
			break;
		case 'i':
			opt->inode = true;
			break;
		case 'R':
			opt->recursive = true;
			break;
		case OPT_HELP:
			return 0;
		default:
			return cmd_usage(c);
		}
	}
	return -1;
}

static int cmd_ls(struct cmd *c)
{
	struct ls_options opt = { };
	struct ls_list files = { }, dirs = { };
	struct cmd_opts o = { };
	int status = ls_options(c, &o, &opt), err = 0;

	if (status >= 0)
		return status;
	status = 0;
	if (o.index >= c->argc && !opt.dirs_as_files)
		return ls_dir(c, ".", &opt, opt.recursive, 0);
	/* Files first, then each directory with its name above it. */
	for (int i = o.index; i < max(c->argc, o.index + 1) && !err; i++) {
		const char *path = i < c->argc ? c->argv[i] : ".";
		struct ls_list *l = &files;
		struct file_stat st;

		/* A link to a directory means the directory, unless it is asked about itself. */
		err = opt.dirs_as_files || opt.long_form ? path_lstat(c->sh->cwd, path, &st)
							 : path_stat(c->sh->cwd, path, &st);
		if (err) {
			cmd_error(c, "cannot access '%s': %s", path, errno_text(err));
			status = 2;
			err = 0;
			continue;
		}
		if (S_ISDIR(st.mode) && !opt.dirs_as_files)
			l = &dirs;
		err = ls_add(l, path);
		if (!err)
			l->v[l->n - 1].st = st;
	}
	if (err)
		status = cmd_error(c, "%s", errno_text(err));
	if (files.n)
		ls_show(c, c->sh->cwd, &files, &opt);
	ls_sort(&dirs, &opt);
	for (unsigned int i = 0; i < dirs.n && !cmd_interrupted(c); i++) {
		if (i || files.n)
			cmd_puts(c, "\n");
		status |= ls_dir(c, dirs.v[i].name, &opt, files.n || dirs.n > 1 || status || opt.recursive,
				 0);
	}
	ls_list_free(&files);
	ls_list_free(&dirs);
	return status;
}

/* ---- stat ---- */

static int cmd_stat(struct cmd *c)
{
	int status = 0;

	if (c->argc < 2)
		return cmd_usage(c);
	for (int i = 1; i < c->argc; i++) {
		struct file_stat st;
		char mode[12], when[24];
		int err = path_lstat(c->sh->cwd, c->argv[i], &st);

		if (err) {
			status = cmd_error(c, "cannot stat '%s': %s", c->argv[i], errno_text(err));
			continue;
		}
		mode_text(st.mode, mode);
		time_text(st.mtime, when, sizeof(when));
		cmd_printf(c, "  File: %s\n  Size: %lld\tInode: %lu\tLinks: %u", c->argv[i], st.size,
			   st.ino, st.nlink);
		if (S_ISCHR(st.mode))
			cmd_printf(c, "\tDevice type: %u,%u", MAJOR(st.rdev), MINOR(st.rdev));
		cmd_printf(c, "\nAccess: (%04o/%s)\nModify: %s\n", st.mode & 07777, mode, when);
	}
	return status;
}

SHELL_COMMAND(ls, "ls", cmd_ls, 0, "[-aAl1rtSFdhiR] [FILE...]", "List files");
SHELL_COMMAND(stat, "stat", cmd_stat, 0, "FILE...", "Show what is known about files");
