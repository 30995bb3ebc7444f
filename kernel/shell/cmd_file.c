// SPDX-License-Identifier: MIT
/* Commands that make, move and remove files: mkdir, rmdir, rm, touch, cp, mv, ln, mknod, truncate. */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <paddock/fs.h>
#include "shell.h"

#define PATH_DEPTH_MAX	32	/* of folders in folders that cp -r and rm -r go into */
#define COPY_BYTES	(16UL << 10)

/* "cp: cannot stat 'x': No such file or directory". Returns 1. */
static int cannot(struct cmd *c, const char *what, const char *path, int err)
{
	return cmd_error(c, "cannot %s '%s': %s", what, path, errno_text(err));
}

static const char *base_name(const char *path)
{
	const char *end = path + strlen(path), *p;

	while (end > path + 1 && end[-1] == '/')
		end--;
	for (p = end; p > path && p[-1] != '/'; p--)
		;
	return p;
}

/* "dir/base", kmalloc()ed; slashes at the end of @base are dropped. */
static char *join_path(const char *dir, const char *base)
{
	size_t len = strlen(base), dir_len = strlen(dir);

	while (len > 1 && base[len - 1] == '/')
		len--;
	return kasprintf(GFP_KERNEL, "%s%s%.*s", dir, dir_len && dir[dir_len - 1] == '/' ? "" : "/",
			 (int)len, base);
}

static bool is_dir(struct cmd *c, const char *path)
{
	struct file_stat st;

	return !path_stat(c->sh->cwd, path, &st) && S_ISDIR(st.mode);
}

/* Collect a folder's names first: changing it while walking it is not needed then. */
static int collect_name(void *arg, const char *name, unsigned int type)
{
	struct strbuf *b = arg;

	sb_add(b, name, strlen(name) + 1);
	return b->oom ? -ENOMEM : 0;
}

/* ---- mkdir, rmdir ---- */

static int make_parents(struct cmd *c, const char *path)
{
	char *copy = kstrdup(path, GFP_KERNEL);
	int err = 0;

	if (!copy)
		return -ENOMEM;
	for (char *p = strchr(copy + 1, '/'); p && !err; p = strchr(p + 1, '/')) {
		*p = '\0';
		err = path_mkdir(c->sh->cwd, copy, 0777);
		if (err == -EEXIST)
			err = is_dir(c, copy) ? 0 : -ENOTDIR;
		*p = '/';
	}
	kfree(copy);
	return err;
}

static int cmd_mkdir(struct cmd *c)
{
	struct cmd_opts o = { };
	bool parents = false;
	int opt, status = 0;

	while ((opt = cmd_getopt(c, &o, "pm:")) != -1) {
		if (opt == OPT_HELP)
			return 0;
		if (opt == '?')
			return cmd_usage(c);
		parents |= opt == 'p';
	}
	if (o.index >= c->argc)
		return cmd_error(c, "missing operand");
	for (int i = o.index; i < c->argc; i++) {
		int err = parents ? make_parents(c, c->argv[i]) : 0;

		if (!err)
			err = path_mkdir(c->sh->cwd, c->argv[i], 0755);
		if (err == -EEXIST && parents && is_dir(c, c->argv[i]))
			err = 0;
		if (err)
			status = cannot(c, "create directory", c->argv[i], err);
	}
	return status;
}

static int cmd_rmdir(struct cmd *c)
{
	int status = 0;

	if (c->argc < 2)
		return cmd_error(c, "missing operand");
	for (int i = 1; i < c->argc; i++) {
		int err = path_rmdir(c->sh->cwd, c->argv[i]);

		if (err)
			status = cmd_error(c, "failed to remove '%s': %s", c->argv[i], errno_text(err));
	}
	return status;
}

/* ---- rm ---- */

static int remove_tree(struct cmd *c, const char *path, unsigned int depth)
{
	struct strbuf names = { };
	struct file_stat st;
	int err = path_lstat(c->sh->cwd, path, &st), status = 0;

	if (err)
		return cannot(c, "remove", path, err);
	if (!S_ISDIR(st.mode)) {
		err = path_unlink(c->sh->cwd, path);
		return err ? cannot(c, "remove", path, err) : 0;
	}
	if (depth == PATH_DEPTH_MAX)
		return cannot(c, "remove", path, -ELOOP);
	err = list_dir(c->sh->cwd, path, collect_name, &names);
	if (err)
		status = cannot(c, "remove", path, err);
	for (char *n = names.s; !status && names.len && n < names.s + names.len; n += strlen(n) + 1) {
		char *child = join_path(path, n);

		if (cmd_interrupted(c))
			status = 130;
		else
			status = child ? remove_tree(c, child, depth + 1)
				       : cannot(c, "remove", path, -ENOMEM);
		kfree(child);
	}
	sb_free(&names);
	if (!status) {
		err = path_rmdir(c->sh->cwd, path);
		if (err)
			status = cannot(c, "remove", path, err);
	}
	return status;
}

static int cmd_rm(struct cmd *c)
{
	struct cmd_opts o = { };
	bool recursive = false, force = false;
	int opt, status = 0;

	while ((opt = cmd_getopt(c, &o, "rRfi")) != -1) {
		if (opt == OPT_HELP)
			return 0;
		if (opt == '?')
			return cmd_usage(c);
		recursive |= opt == 'r' || opt == 'R';
		force |= opt == 'f';
	}
	if (o.index >= c->argc)
		return force ? 0 : cmd_error(c, "missing operand");
	for (int i = o.index; i < c->argc; i++) {
		const char *path = c->argv[i];
		struct file_stat st;
		int err = path_lstat(c->sh->cwd, path, &st);

		if (err == -ENOENT && force)
			continue;
		if (err)
			status = cannot(c, "remove", path, err);
		else if (S_ISDIR(st.mode) && !recursive)
			status = cannot(c, "remove", path, -EISDIR);
		else if (remove_tree(c, path, 0))
			status = 1;
	}
	return status;
}

/* ---- touch, truncate, ln, mknod ---- */

static int cmd_touch(struct cmd *c)
{
	struct cmd_opts o = { };
	bool create = true;
	int opt, status = 0;

	while ((opt = cmd_getopt(c, &o, "cam")) != -1) {
		if (opt == OPT_HELP)
			return 0;
		if (opt == '?')
			return cmd_usage(c);
		create &= opt != 'c';
	}
	if (o.index >= c->argc)
		return cmd_error(c, "missing file operand");
	for (int i = o.index; i < c->argc; i++) {
		int err = path_touch(c->sh->cwd, c->argv[i]);

		if (err == -ENOENT && create) {
			struct file *f = open_path(c->sh->cwd, c->argv[i], O_WRONLY | O_CREAT, 0644);

			err = PTR_ERR_OR_ZERO(f);
			if (!err)
				fput(f);
		}
		if (err && !(err == -ENOENT && !create))
			status = cannot(c, "touch", c->argv[i], err);
	}
	return status;
}

/* A number with K, M or G behind it. */
static bool parse_size(const char *s, u64 *size)
{
	char *end;

	if (*s < '0' || *s > '9')
		return false;
	*size = memparse(s, &end);
	return !*end;
}

static int cmd_truncate(struct cmd *c)
{
	struct cmd_opts o = { };
	bool have_size = false;
	u64 size = 0;
	int opt, status = 0;

	while ((opt = cmd_getopt(c, &o, "s:")) != -1) {
		if (opt == OPT_HELP)
			return 0;
		if (opt == '?')
			return cmd_usage(c);
		if (!parse_size(o.arg, &size) || size > MAX_LFS_FILESIZE)
			return cmd_error(c, "Invalid number: '%s'", o.arg);
		have_size = true;
	}
	if (!have_size || o.index >= c->argc)
		return cmd_usage(c);
	for (int i = o.index; i < c->argc; i++) {
		struct file *f = open_path(c->sh->cwd, c->argv[i], O_WRONLY | O_CREAT, 0644);
		int err = PTR_ERR_OR_ZERO(f);

		if (!err) {
			fput(f);
			err = path_truncate(c->sh->cwd, c->argv[i], size);
		}
		if (err)
			status = cannot(c, "truncate", c->argv[i], err);
	}
	return status;
}

static int cmd_ln(struct cmd *c)
{
	struct cmd_opts o = { };
	bool symbolic = false, force = false;
	const char *target, *name;
	char *inside = NULL;
	int opt, err;

	while ((opt = cmd_getopt(c, &o, "sfn")) != -1) {
		if (opt == OPT_HELP)
			return 0;
		if (opt == '?')
			return cmd_usage(c);
		symbolic |= opt == 's';
		force |= opt == 'f';
	}
	if (c->argc - o.index < 1 || c->argc - o.index > 2)
		return cmd_usage(c);
	target = c->argv[o.index];
	name = o.index + 1 < c->argc ? c->argv[o.index + 1] : base_name(target);
	if (is_dir(c, name)) {
		inside = join_path(name, base_name(target));
		if (!inside)
			return cmd_error(c, "%s", errno_text(-ENOMEM));
		name = inside;
	}
	if (force)
		path_unlink(c->sh->cwd, name);
	err = symbolic ? path_symlink(c->sh->cwd, target, name) : path_link(c->sh->cwd, target, name);
	if (err)
		cmd_error(c, "failed to create %s link '%s': %s", symbolic ? "symbolic" : "hard", name,
			  errno_text(err));
	kfree(inside);
	return err ? 1 : 0;
}

static int cmd_mknod(struct cmd *c)
{
	struct cmd_opts o = { };
	unsigned int major, minor;
	umode_t mode = 0644;
	int opt, err;

	while ((opt = cmd_getopt(c, &o, "m:")) != -1) {
		if (opt == OPT_HELP)
			return 0;
		if (opt == '?' || kstrtou16(o.arg, 8, &mode))
			return cmd_usage(c);
	}
	if (c->argc - o.index != 4)
		return cmd_usage(c);
	if (strcmp(c->argv[o.index + 1], "c"))
		return cmd_error(c, "invalid device type '%s': only character devices exist here",
				 c->argv[o.index + 1]);
	if (kstrtouint(c->argv[o.index + 2], 0, &major) || major > 4095 ||
	    kstrtouint(c->argv[o.index + 3], 0, &minor) || minor > MINORMASK)
		return cmd_error(c, "invalid device number '%s %s'", c->argv[o.index + 2],
				 c->argv[o.index + 3]);
	err = path_mknod(c->sh->cwd, c->argv[o.index], S_IFCHR | mode, MKDEV(major, minor));
	return err ? cmd_perror(c, c->argv[o.index], err) : 0;
}

/* ---- cp, mv ---- */

static int copy_contents(struct cmd *c, struct file *in, const char *from, struct file *out,
			 const char *to)
{
	char *buf = kvmalloc(COPY_BYTES, GFP_KERNEL);
	ssize_t n;
	int err, status = 0;

	if (!buf)
		return cmd_error(c, "%s", errno_text(-ENOMEM));
	while (!status && (n = file_read(in, buf, COPY_BYTES)) != 0) {
		if (n < 0) {
			status = cmd_error(c, "error reading '%s': %s", from, errno_text(n));
		} else if (cmd_interrupted(c)) {
			status = 130;
		} else {
			err = file_write_all(out, buf, n);
			if (err)
				status = cmd_error(c, "error writing '%s': %s", to, errno_text(err));
		}
	}
	kvfree(buf);
	return status;
}

static int copy_file(struct cmd *c, const char *from, const char *to, umode_t mode)
{
	struct file_stat a, b;
	struct file *in, *out;
	int status;

	if (!path_stat(c->sh->cwd, from, &a) && !path_stat(c->sh->cwd, to, &b) && a.ino == b.ino)
		return cmd_error(c, "'%s' and '%s' are the same file", from, to);
	in = open_path(c->sh->cwd, from, O_RDONLY, 0);
	if (IS_ERR(in))
		return cmd_error(c, "cannot open '%s' for reading: %s", from, errno_text(PTR_ERR(in)));
	out = open_path(c->sh->cwd, to, O_WRONLY | O_CREAT | O_TRUNC, mode & 0777);
	if (IS_ERR(out)) {
		fput(in);
		return cmd_error(c, "cannot create regular file '%s': %s", to,
				 errno_text(PTR_ERR(out)));
	}
	status = copy_contents(c, in, from, out, to);
	fput(out);
	fput(in);
	return status;
}

static int copy_symlink(struct cmd *c, const char *from, const char *to)
{
	char *target = kmalloc(PATH_MAX, GFP_KERNEL);
	int err = -ENOMEM;

	if (target) {
		ssize_t n = path_readlink(c->sh->cwd, from, target, PATH_MAX);

		err = n < 0 ? n : path_symlink(c->sh->cwd, target, to);
	}
	kfree(target);
	return err ? cmd_error(c, "cannot create symbolic link '%s': %s", to, errno_text(err)) : 0;
}

static int copy_any(struct cmd *c, const char *from, const char *to, bool recursive,
		    unsigned int depth)
{
	struct strbuf names = { };
	struct file_stat st;
	int err, status = 0;

	err = recursive ? path_lstat(c->sh->cwd, from, &st) : path_stat(c->sh->cwd, from, &st);
	if (err)
		return cannot(c, "stat", from, err);
	if (S_ISLNK(st.mode))
		return copy_symlink(c, from, to);
	if (!S_ISDIR(st.mode))
		return copy_file(c, from, to, st.mode);
	if (!recursive)
		return cmd_error(c, "-r not specified; omitting directory '%s'", from);
	if (depth == PATH_DEPTH_MAX)
		return cannot(c, "copy", from, -ELOOP);
	err = list_dir(c->sh->cwd, from, collect_name, &names);
	if (err) {
		sb_free(&names);
		return cannot(c, "access", from, err);
	}
	err = path_mkdir(c->sh->cwd, to, st.mode & 0777);
	if (err && !(err == -EEXIST && is_dir(c, to)))
		status = cannot(c, "create directory", to, err);
	for (char *n = names.s; names.len && n < names.s + names.len && status != 130 &&
	     !(status && depth == 0 && err); n += strlen(n) + 1) {
		char *a = join_path(from, n), *b = join_path(to, n);
		int one = a && b ? copy_any(c, a, b, true, depth + 1)
				 : cmd_error(c, "%s", errno_text(-ENOMEM));

		kfree(a);
		kfree(b);
		status = one ? one : status;
	}
	sb_free(&names);
	return status;
}

static int move(struct cmd *c, const char *from, const char *to)
{
	struct file_stat st;
	int err = path_lstat(c->sh->cwd, from, &st), status;

	if (err)
		return cannot(c, "stat", from, err);
	err = path_rename(c->sh->cwd, from, to);
	if (!err)
		return 0;
	if (err != -EXDEV)
		return cmd_error(c, "cannot move '%s' to '%s': %s", from, to, errno_text(err));
	status = copy_any(c, from, to, true, 0);
	return status ? status : remove_tree(c, from, 0);
}

/* Both take SOURCE… TARGET. @copy: cp. */
static int cp_or_mv(struct cmd *c, int first, bool copy, bool recursive)
{
	const char *target = c->argv[c->argc - 1];
	bool into_dir = is_dir(c, target);
	int status = 0;

	if (first >= c->argc)
		return cmd_error(c, "missing file operand");
	if (first + 1 >= c->argc)
		return cmd_error(c, "missing destination file operand after '%s'", c->argv[first]);
	if (c->argc - first > 2 && !into_dir)
		return cmd_error(c, "target '%s' is not a directory", target);
	for (int i = first; i < c->argc - 1; i++) {
		char *inside = into_dir ? join_path(target, base_name(c->argv[i])) : NULL;
		const char *to = inside ? inside : target;
		size_t len = strlen(c->argv[i]);

		if (into_dir && !inside) {
			status = cmd_error(c, "%s", errno_text(-ENOMEM));
			break;
		}
		/* A folder into itself would never end. */
		if (is_dir(c, c->argv[i]) && !strncmp(to, c->argv[i], len) && to[len] == '/')
			status = cmd_error(c, "cannot %s a directory, '%s', into itself, '%s'",
					   copy ? "copy" : "move", c->argv[i], to);
		else
			status |= copy ? copy_any(c, c->argv[i], to, recursive, 0)
				       : move(c, c->argv[i], to);
		kfree(inside);
		if (cmd_interrupted(c))
			return 130;
	}
	return status ? 1 : 0;
}

static int cmd_cp(struct cmd *c)
{
	struct cmd_opts o = { };
	bool recursive = false;
	int opt;

	while ((opt = cmd_getopt(c, &o, "rRafp")) != -1) {
		if (opt == OPT_HELP)
			return 0;
		if (opt == '?')
			return cmd_usage(c);
		recursive |= opt == 'r' || opt == 'R' || opt == 'a';
	}
	return cp_or_mv(c, o.index, true, recursive);
}

static int cmd_mv(struct cmd *c)
{
	struct cmd_opts o = { };
	int opt;

	while ((opt = cmd_getopt(c, &o, "fn")) != -1) {
		if (opt == OPT_HELP)
			return 0;
		if (opt == '?')
			return cmd_usage(c);
	}
	return cp_or_mv(c, o.index, false, true);
}

SHELL_COMMAND(mkdir, "mkdir", cmd_mkdir, 0, "[-p] DIR...", "Make directories");
SHELL_COMMAND(rmdir, "rmdir", cmd_rmdir, 0, "DIR...", "Remove empty directories");
SHELL_COMMAND(rm, "rm", cmd_rm, 0, "[-rf] FILE...", "Remove files");
SHELL_COMMAND(touch, "touch", cmd_touch, 0, "[-c] FILE...", "Make files, or set their time to now");
SHELL_COMMAND(truncate, "truncate", cmd_truncate, 0, "-s SIZE FILE...", "Set the length of files");
SHELL_COMMAND(ln, "ln", cmd_ln, 0, "[-sf] TARGET [NAME]", "Give a file another name, or make a symbolic link");
SHELL_COMMAND(mknod, "mknod", cmd_mknod, 0, "[-m MODE] NAME c MAJOR MINOR", "Make a device file");
SHELL_COMMAND(cp, "cp", cmd_cp, 0, "[-r] SOURCE... TARGET", "Copy files");
SHELL_COMMAND(mv, "mv", cmd_mv, 0, "SOURCE... TARGET", "Rename or move files");
