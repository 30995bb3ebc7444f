// SPDX-License-Identifier: MIT
/* Commands on paths: readlink, basename, dirname, find. */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <paddock/fs.h>
#include "shell.h"

static int cmd_readlink(struct cmd *c)
{
	struct cmd_opts o = { };
	bool full = false;
	char *buf;
	int opt, status = 0;

	while ((opt = cmd_getopt(c, &o, "fn")) != -1) {
		if (opt == OPT_HELP)
			return 0;
		if (opt == '?')
			return cmd_usage(c);
		full |= opt == 'f';
	}
	if (o.index >= c->argc)
		return cmd_error(c, "missing operand");
	buf = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!buf)
		return cmd_error(c, "%s", errno_text(-ENOMEM));
	for (int i = o.index; i < c->argc; i++) {
		const char *text = buf;

		if (full) {
			struct dentry *d = path_lookup(c->sh->cwd, c->argv[i], true);

			text = IS_ERR(d) ? ERR_CAST(d) : dentry_path_raw(d, buf, PATH_MAX);
			if (!IS_ERR(d))
				dput(d);
		} else if (path_readlink(c->sh->cwd, c->argv[i], buf, PATH_MAX) < 0) {
			text = ERR_PTR(-EINVAL);
		}
		if (IS_ERR(text))
			status = 1;
		else
			cmd_printf(c, "%s\n", text);
	}
	kfree(buf);
	return status;
}

static int cmd_realpath(struct cmd *c)
{
	char *buf = kmalloc(PATH_MAX, GFP_KERNEL);
	int status = c->argc < 2 ? cmd_error(c, "missing operand") : 0;

	if (!buf)
		return cmd_error(c, "%s", errno_text(-ENOMEM));
	for (int i = 1; i < c->argc; i++) {
		struct dentry *d = path_lookup(c->sh->cwd, c->argv[i], true);
		char *text = IS_ERR(d) ? ERR_CAST(d) : dentry_path_raw(d, buf, PATH_MAX);

		if (!IS_ERR(d))
			dput(d);
		if (IS_ERR(text))
			status = cmd_perror(c, c->argv[i], PTR_ERR(text));
		else
			cmd_printf(c, "%s\n", text);
	}
	kfree(buf);
	return status;
}

static int cmd_basename(struct cmd *c)
{
	const char *p, *start;
	size_t len;

	if (c->argc < 2 || c->argc > 3)
		return cmd_usage(c);
	p = c->argv[1];
	len = strlen(p);
	while (len > 1 && p[len - 1] == '/')
		len--;
	for (start = p + len; start > p && start[-1] != '/'; start--)
		;
	if (start == p + len && len)	/* "/" */
		start = p;
	len -= start - p;
	if (c->argc == 3) {
		size_t suffix = strlen(c->argv[2]);

		if (suffix < len && !memcmp(start + len - suffix, c->argv[2], suffix))
			len -= suffix;
	}
	cmd_printf(c, "%.*s\n", (int)len, start);
	return 0;
}

static int cmd_dirname(struct cmd *c)
{
	if (c->argc < 2)
		return cmd_usage(c);
	for (int i = 1; i < c->argc; i++) {
		const char *p = c->argv[i];
		size_t len = strlen(p);

		while (len > 1 && p[len - 1] == '/')
			len--;
		while (len && p[len - 1] != '/')
			len--;
		while (len > 1 && p[len - 1] == '/')
			len--;
		if (len)
			cmd_printf(c, "%.*s\n", (int)len, p);
		else
			cmd_puts(c, ".\n");
	}
	return 0;
}

/* ---- find ---- */

struct find_options {
	const char *name;	/* pattern, or NULL */
	char type;		/* 'f', 'd', 'l', 'c', or 0 */
	unsigned int max_depth;
};

#define FIND_DEPTH_MAX 16

static int find_collect(void *arg, const char *name, unsigned int type)
{
	struct strbuf *b = arg;

	sb_add(b, name, strlen(name) + 1);
	return b->oom ? -ENOMEM : 0;
}

static int find_in(struct cmd *c, const char *path, const struct find_options *opt, unsigned int depth)
{
	static const char types[] = "fdlc";
	const char *base = strrchr(path, '/');
	struct strbuf names = { };
	struct file_stat st;
	int err = path_lstat(c->sh->cwd, path, &st), status = 0;
	bool type_fits;

	if (err)
		return depth ? 0 : cmd_error(c, "'%s': %s", path, errno_text(err));
	base = base && base[1] ? base + 1 : path;
	type_fits = !opt->type || types[S_ISREG(st.mode) ? 0 : S_ISDIR(st.mode) ? 1 :
					S_ISLNK(st.mode) ? 2 : 3] == opt->type;
	if (type_fits && (!opt->name || match_pattern(opt->name, base)))
		cmd_printf(c, "%s\n", path);
	if (!S_ISDIR(st.mode) || depth >= opt->max_depth || c->out_error)
		return 0;
	err = list_dir(c->sh->cwd, path, find_collect, &names);
	if (err)
		status = cmd_error(c, "'%s': %s", path, errno_text(err));
	for (char *n = names.s; !err && names.len && n < names.s + names.len; n += strlen(n) + 1) {
		char *sub;

		if (cmd_interrupted(c)) {
			status = 130;
			break;
		}
		sub = kasprintf(GFP_KERNEL, "%s%s%s", path, path[strlen(path) - 1] == '/' ? "" : "/", n);
		if (!sub) {
			status = cmd_error(c, "%s", errno_text(-ENOMEM));
			break;
		}
		status |= find_in(c, sub, opt, depth + 1);
		kfree(sub);
	}
	sb_free(&names);
	return status;
}

static int cmd_find(struct cmd *c)
{
	struct find_options opt = { .max_depth = FIND_DEPTH_MAX };
	int first = c->argc, status = 0;

	for (int i = 1; i < c->argc; i++) {
		if (c->argv[i][0] != '-')
			continue;
		first = min(first, i);
		if (i + 1 >= c->argc)
			return cmd_usage(c);
		if (!strcmp(c->argv[i], "-name"))
			opt.name = c->argv[++i];
		else if (!strcmp(c->argv[i], "-type"))
			opt.type = c->argv[++i][0];
		else if (strcmp(c->argv[i], "-maxdepth") || kstrtouint(c->argv[++i], 10, &opt.max_depth))
			return cmd_usage(c);
	}
	opt.max_depth = min(opt.max_depth, (unsigned int)FIND_DEPTH_MAX);
	if (first == 1)
		return find_in(c, ".", &opt, 0);
	for (int i = 1; i < first; i++)
		status |= find_in(c, c->argv[i], &opt, 0);
	return status;
}

SHELL_COMMAND(readlink, "readlink", cmd_readlink, 0, "[-f] LINK...", "Show where symbolic links lead");
SHELL_COMMAND(realpath, "realpath", cmd_realpath, 0, "PATH...", "Paths without links, \".\" and \"..\"");
SHELL_COMMAND(basename, "basename", cmd_basename, 0, "PATH [SUFFIX]", "The last part of a path");
SHELL_COMMAND(dirname, "dirname", cmd_dirname, 0, "PATH...", "All but the last part of a path");
SHELL_COMMAND(find_cmd, "find", cmd_find, 0, "[PATH...] [-name PATTERN] [-type fdlc] [-maxdepth N]", "Look for files");
