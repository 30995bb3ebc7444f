// SPDX-License-Identifier: MIT
/*
 * df: how full file systems are. Those whose files live in pages (ramfs, /dev) share one allowance, half of the memory;
 * the others hold nothing, and are shown with -a or by name only.
 */
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <paddock/fs.h>
#include "shell.h"

struct df {
	struct cmd *c;
	struct fs_counts counts;
	bool all, human, type;
};

static void put_amount(const struct df *df, u64 kib)
{
	static const char units[] = "KMGT";
	unsigned int unit = 0;
	char text[24];

	while (df->human && kib >= 1024 && unit < 3) {
		kib = (kib + 1023) / 1024;	/* up, as df -h does */
		unit++;
	}
	if (df->human)
		snprintf(text, sizeof(text), "%llu%c", kib, kib ? units[unit] : '\0');
	else
		snprintf(text, sizeof(text), "%llu", kib);
	cmd_printf(df->c, " %10s", text);
}

static void put_head(const struct df *df)
{
	cmd_printf(df->c, "%-14s%s %10s %10s %10s Use%% Mounted on\n", "Filesystem", df->type ? " Type     " : "",
		   df->human ? "Size" : "1K-blocks", "Used", df->human ? "Avail" : "Available");
}

static void put_line(const struct df *df, const char *source, const char *type, const char *where, bool in_pages)
{
	u64 total = in_pages ? df->counts.ramfs_max : 0, used = in_pages ? df->counts.ramfs_pages : 0;

	cmd_printf(df->c, "%-14s", source);
	if (df->type)
		cmd_printf(df->c, " %-9s", type);
	put_amount(df, total * (PAGE_SIZE / 1024));
	put_amount(df, used * (PAGE_SIZE / 1024));
	put_amount(df, (total - min(used, total)) * (PAGE_SIZE / 1024));
	if (total)
		cmd_printf(df->c, " %3llu%%", div64_u64(used * 100 + total - 1, total));
	else
		cmd_puts(df->c, "    -");
	cmd_printf(df->c, " %s\n", where);
}

/* A line for each mount, or for the one that @only is of. */
static int show_mounts(const struct df *df, const struct super_block *only)
{
	char *text, *p, *line;
	size_t len;
	int err = read_whole_file(NULL, "/proc/self/mounts", (void **)&text, &len);

	if (err)
		return err;
	for (p = text; (line = strsep(&p, "\n")) && *line;) {
		char *source = strsep(&line, " "), *where = strsep(&line, " "), *type = strsep(&line, " ");
		struct dentry *root = type ? path_lookup(NULL, where, true) : NULL;

		if (IS_ERR_OR_NULL(root))
			continue;
		if (only ? root->d_sb == only : df->all || root->d_sb->s_open_names)
			put_line(df, source, type, where, root->d_sb->s_open_names);
		dput(root);
	}
	kvfree(text);
	return 0;
}

static int cmd_df(struct cmd *c)
{
	struct df df = { .c = c };
	struct cmd_opts o = { };
	int opt, status = 0, err;

	while ((opt = cmd_getopt(c, &o, "ahkT")) != -1) {
		if (opt == OPT_HELP)
			return 0;
		if (opt == '?')
			return cmd_usage(c);
		df.all |= opt == 'a';
		df.human |= opt == 'h';
		df.type |= opt == 'T';
	}
	fs_get_counts(&df.counts);
	put_head(&df);
	if (o.index == c->argc) {
		err = show_mounts(&df, NULL);
		return err ? cmd_perror(c, "/proc/self/mounts", err) : 0;
	}
	for (int i = o.index; i < c->argc; i++) {
		struct dentry *d = path_lookup(c->sh->cwd, c->argv[i], true);

		err = IS_ERR(d) ? PTR_ERR(d) : show_mounts(&df, d->d_sb);
		if (err)
			status = cmd_perror(c, c->argv[i], err);
		if (!IS_ERR(d))
			dput(d);
	}
	return status;
}
SHELL_COMMAND(df, "df", cmd_df, 0, "[-ahkT] [FILE...]", "How full file systems are");
