// SPDX-License-Identifier: MIT
/*
 * mount and umount, as far as they can do what they say: all file systems are mounted at boot, each in its place, and in
 * use by the kernel. So mount shows them, and the usual `mount -t debugfs none /sys/kernel/debug` is told that it is done.
 */
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <paddock/fs.h>
#include "shell.h"

#define MOUNT_FAILED	32	/* the status that mount(8) and umount(8) have for it */

/*
 * mounts_each - call @fn for each line of /proc/self/mounts, cut into its fields, until it returns something but 0.
 * Returns: that, or 0, or -errno.
 */
static int mounts_each(int (*fn)(struct cmd *c, char *fields[4], const char *arg), struct cmd *c, const char *arg)
{
	char *text, *p, *line;
	size_t len;
	int ret = read_whole_file(NULL, "/proc/self/mounts", (void **)&text, &len);

	if (ret)
		return ret;
	p = text;
	while (!ret && (line = strsep(&p, "\n")) && *line) {
		char *fields[4];

		for (unsigned int i = 0; i < ARRAY_SIZE(fields); i++)
			fields[i] = line ? strsep(&line, " ") : "";
		ret = fn(c, fields, arg);
	}
	kvfree(text);
	return ret;
}

static int show_mount(struct cmd *c, char *fields[4], const char *type)
{
	if (!type || !strcmp(type, fields[2]))
		cmd_printf(c, "%s on %s type %s (%s)\n", fields[0], fields[1], fields[2], fields[3]);
	return 0;
}

static int is_mounted(struct cmd *c, char *fields[4], const char *where)
{
	size_t len = strlen(where);

	while (len > 1 && where[len - 1] == '/')
		len--;
	return strlen(fields[1]) == len && !strncmp(fields[1], where, len);
}

static int has_type(struct cmd *c, char *fields[4], const char *type)
{
	return !strcmp(fields[2], type);
}

static int cmd_mount(struct cmd *c)
{
	const char *type = NULL, *where;
	struct cmd_opts o = { };
	struct file_stat st;
	int opt;

	while ((opt = cmd_getopt(c, &o, "t:o:anrvw")) != -1) {
		if (opt == OPT_HELP)
			return 0;
		if (opt == '?')
			return 1;
		if (opt == 't')
			type = o.arg;
	}
	if (o.index == c->argc) {
		int err = mounts_each(show_mount, c, type);

		return err ? cmd_perror(c, "/proc/self/mounts", err) : 0;
	}
	where = c->argv[c->argc - 1];
	if (path_stat(c->sh->cwd, where, &st))
		cmd_error(c, "%s: mount point does not exist.", where);
	else if (mounts_each(is_mounted, c, where) == 1)
		cmd_error(c, "%s: %s already mounted or mount point busy.", where, c->argv[o.index]);
	else if (type && mounts_each(has_type, c, type) != 1)
		cmd_error(c, "%s: unknown filesystem type '%s'.", where, type);
	else
		cmd_error(c, "%s: mount(2) system call failed: %s.", where, errno_text(EOPNOTSUPP));
	return MOUNT_FAILED;
}

static int cmd_umount(struct cmd *c)
{
	struct cmd_opts o = { };
	struct file_stat st;
	int opt, status = 0;

	while ((opt = cmd_getopt(c, &o, "flrvn")) != -1) {
		if (opt == OPT_HELP)
			return 0;
		if (opt == '?')
			return 1;
	}
	if (o.index == c->argc)
		return cmd_error(c, "bad usage");
	for (int i = o.index; i < c->argc; i++) {
		const char *where = c->argv[i];

		if (path_stat(c->sh->cwd, where, &st))
			cmd_error(c, "%s: no mount point specified.", where);
		else if (mounts_each(is_mounted, c, where) == 1)
			cmd_error(c, "%s: target is busy.", where);
		else
			cmd_error(c, "%s: not mounted.", where);
		status = MOUNT_FAILED;
	}
	return status;
}

SHELL_COMMAND(mount, "mount", cmd_mount, 0, "[-t TYPE]", "Show what is mounted where");
SHELL_COMMAND(umount, "umount", cmd_umount, 0, "DIR...", "Say why a file system stays: all are in use by the kernel");
