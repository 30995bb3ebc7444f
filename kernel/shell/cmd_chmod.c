// SPDX-License-Identifier: MIT
/* chmod: modes by number, or by letters as in u+x,go-w. Shown by ls and kept; nobody is refused, for all are root. */
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/string.h>
#include <paddock/fs.h>
#include "shell.h"

#define UMASK	022	/* what a clause without u, g, o, a does not touch */
#define DEPTH	32	/* of directories, with -R */

/* "ug" of "ug+rw": the bits that it is about. */
static const char *parse_who(const char *s, umode_t *who)
{
	static const umode_t bits[] = { S_IRWXU | S_ISUID, S_IRWXG | S_ISGID, S_IRWXO | S_ISVTX, S_IALLUGO };

	for (*who = 0; *s && strchr("ugoa", *s); s++)
		*who |= bits[strchr("ugoa", *s) - "ugoa"];
	return s;
}

/* "rw": for all of user, group and others. */
static const char *parse_permissions(const char *s, umode_t old, umode_t *bits)
{
	for (*bits = 0; *s && *s != ',' && !strchr("+-=", *s); s++) {
		switch (*s) {
		case 'r':
			*bits |= 0444;
			break;
		case 'w':
			*bits |= 0222;
			break;
		case 'x':
			*bits |= 0111;
			break;
		case 'X':	/* as far as something can be searched or run already */
			*bits |= S_ISDIR(old) || (old & 0111) ? 0111 : 0;
			break;
		case 's':
			*bits |= S_ISUID | S_ISGID;
			break;
		case 't':
			*bits |= S_ISVTX;
			break;
		default:
			return NULL;
		}
	}
	return s;
}

/* What @text makes of @mode. Returns false when it is no mode. */
static bool new_mode(const char *text, umode_t old, umode_t *mode)
{
	umode_t who, mask, bits;
	char op;

	*mode = old;
	if (*text >= '0' && *text <= '7') {
		if (kstrtou16(text, 8, &bits) || bits > S_IALLUGO)
			return false;
		*mode = (old & S_IFMT) | bits;
		return true;
	}
	do {
		text = parse_who(text, &who);
		mask = who ? who : S_IALLUGO & ~UMASK;
		if (!*text || !strchr("+-=", *text))
			return false;
		while (*text && strchr("+-=", *text)) {
			op = *text++;
			text = parse_permissions(text, *mode, &bits);
			if (!text)
				return false;
			if (op == '+')
				*mode |= bits & mask;
			else if (op == '-')
				*mode &= ~(bits & mask);
			else
				*mode = (*mode & ~(who ? who : S_IALLUGO)) | (bits & mask);
		}
	} while (*text == ',' && *++text);
	return !*text && text[-1] != ',';
}

struct chmod {
	struct cmd *c;
	const char *mode;
	bool recursive, verbose;
	int status;
	const char *dir;
	unsigned int depth;
};

static void change(struct chmod *m, const char *path);

static int change_entry(void *arg, const char *name, unsigned int type)
{
	struct chmod *m = arg;
	const char *dir = m->dir;
	char *path;

	if (type == DT_LNK)
		return 0;
	path = kasprintf(GFP_KERNEL, "%s/%s", dir, name);
	if (!path)
		return -ENOMEM;
	change(m, path);
	m->dir = dir;
	kfree(path);
	return cmd_interrupted(m->c) ? -EINTR : 0;
}

static void change(struct chmod *m, const char *path)
{
	struct dentry *cwd = m->c->sh->cwd;
	struct file_stat st;
	umode_t mode;
	int err = path_stat(cwd, path, &st);

	if (err) {
		m->status = cmd_error(m->c, "cannot access '%s': %s", path, errno_text(err));
		return;
	}
	new_mode(m->mode, st.mode, &mode);
	err = path_chmod(cwd, path, mode);
	if (err)
		m->status = cmd_error(m->c, "changing permissions of '%s': %s", path, errno_text(err));
	else if (m->verbose)
		cmd_printf(m->c, "mode of '%s' changed to %04o\n", path, mode & S_IALLUGO);
	if (!m->recursive || !S_ISDIR(st.mode) || err)
		return;
	if (++m->depth > DEPTH) {
		m->status = cmd_error(m->c, "cannot access '%s': %s", path, errno_text(ELOOP));
	} else {
		m->dir = path;
		err = list_dir(cwd, path, change_entry, m);
		if (err && err != -EINTR)
			m->status = cmd_error(m->c, "cannot read directory '%s': %s", path, errno_text(err));
	}
	m->depth--;
}

/* Letters like "-x" are a mode, not an option. */
static bool is_mode(const char *arg)
{
	return arg[0] != '-' || (arg[1] && strchr("rwxXst", arg[1]));
}

static int cmd_chmod(struct cmd *c)
{
	struct chmod m = { .c = c };
	struct cmd_opts o = { };
	umode_t unused;
	int opt;

	while (c->argc > max(o.index, 1) && !is_mode(c->argv[max(o.index, 1)]) &&
	       (opt = cmd_getopt(c, &o, "Rvcf")) != -1) {
		if (opt == OPT_HELP)
			return 0;
		if (opt == '?')
			return 1;
		m.recursive |= opt == 'R';
		m.verbose |= opt == 'v';
	}
	o.index = max(o.index, 1);
	if (c->argc - o.index < 2)
		return o.index < c->argc ? cmd_error(c, "missing operand after '%s'", c->argv[o.index])
					 : cmd_error(c, "missing operand");
	m.mode = c->argv[o.index];
	if (!new_mode(m.mode, 0, &unused))
		return cmd_error(c, "invalid mode: '%s'", m.mode);
	for (int i = o.index + 1; i < c->argc && !cmd_interrupted(c); i++)
		change(&m, c->argv[i]);
	return cmd_interrupted(c) ? STATUS_INTERRUPTED : m.status;
}

SHELL_COMMAND(chmod, "chmod", cmd_chmod, 0, "[-Rv] MODE FILE...", "Change the permissions that files show");
