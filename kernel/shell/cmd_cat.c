// SPDX-License-Identifier: MIT
/* Commands that show what is in files: cat, hexdump; and ioctl, for drivers that have one. */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <paddock/fs.h>
#include "shell.h"

/* ---- cat, hexdump ---- */

#define BLOCK_BYTES 4096UL

static int cat_file(struct cmd *c, struct file *f, const char *name, bool number, bool visible,
		    unsigned long *line)
{
	char *buf = kmalloc(BLOCK_BYTES, GFP_KERNEL);
	bool at_start = true;
	ssize_t n;

	if (!buf)
		return cmd_error(c, "%s", errno_text(-ENOMEM));
	while ((n = file_read(f, buf, BLOCK_BYTES)) > 0 && !c->out_error && !cmd_interrupted(c)) {
		n = min_t(ssize_t, n, BLOCK_BYTES);	/* a driver may claim anything */
		if (!number && !visible) {
			cmd_write(c, buf, n);
		} else {
			for (ssize_t i = 0; i < n; i++) {
				unsigned char ch = buf[i];

				if (at_start && number)
					cmd_printf(c, "%6lu\t", ++*line);
				at_start = ch == '\n';
				if (!visible || ch == '\n' || ch == '\t' || (ch >= ' ' && ch < 127))
					cmd_write(c, &buf[i], 1);
				else if (ch < ' ')
					cmd_printf(c, "^%c", ch + '@');
				else if (ch == 127)
					cmd_puts(c, "^?");
				else
					cmd_printf(c, "\\x%02x", ch);
			}
		}
		/* What a device gives byte by byte is shown as it comes. */
		if (!S_ISREG(f->f_inode->i_mode))
			cmd_flush(c);
	}
	kfree(buf);
	if (n == -EINTR || n == -ERESTARTSYS)
		return 130;
	return n < 0 ? cmd_perror(c, name, n) : cmd_interrupted(c) ? 130 : 0;
}

static int cmd_cat(struct cmd *c)
{
	struct cmd_opts o = { };
	bool number = false, visible = false;
	unsigned long line = 0;
	int opt, status = 0;

	while ((opt = cmd_getopt(c, &o, "nvu")) != -1) {
		if (opt == OPT_HELP)
			return 0;
		if (opt == '?')
			return cmd_usage(c);
		number |= opt == 'n';
		visible |= opt == 'v';
	}
	if (o.index >= c->argc)
		return cat_file(c, c->in, "-", number, visible, &line);
	for (int i = o.index; i < c->argc && status != 130 && !c->out_error; i++) {
		struct file *f = cmd_open_arg(c, c->argv[i]);
		int one;

		if (IS_ERR_OR_NULL(f)) {
			status = 1;
			continue;
		}
		one = cat_file(c, f, c->argv[i], number, visible, &line);
		status = one ? one : status;
		cmd_close_arg(c, f);
	}
	return status;
}

#define ROW_BYTES 16

static void hexdump_row(struct cmd *c, u64 at, const u8 *row, size_t have)
{
	cmd_printf(c, "%08llx ", at);
	for (size_t i = 0; i < ROW_BYTES; i++) {
		if (i < have)
			cmd_printf(c, "%s %02x", i == 8 ? " " : "", row[i]);
		else
			cmd_printf(c, "%s   ", i == 8 ? " " : "");
	}
	cmd_puts(c, "  |");
	for (size_t i = 0; i < have; i++)
		cmd_printf(c, "%c", row[i] >= ' ' && row[i] < 127 ? row[i] : '.');
	cmd_puts(c, "|\n");
}

/* hexdump -C, which is also what xxd is asked for here. */
static int cmd_hexdump(struct cmd *c)
{
	struct cmd_opts o = { };
	u64 limit = U64_MAX, skip = 0, at = 0;
	u8 row[ROW_BYTES];
	size_t have = 0;
	struct file *f = c->in;
	ssize_t n = 0;
	int opt;
	char *end;

	while ((opt = cmd_getopt(c, &o, "Cn:s:l:")) != -1) {
		switch (opt) {
		case 'n':
		case 'l':
			limit = memparse(o.arg, &end);
			break;
		case 's':
			skip = memparse(o.arg, &end);
			break;
		case OPT_HELP:
			return 0;
		case '?':
			return cmd_usage(c);
		}
	}
	if (o.index < c->argc) {
		f = cmd_open_arg(c, c->argv[o.index]);
		if (IS_ERR_OR_NULL(f))
			return 1;
	}
	while (skip && (n = file_read(f, row, min_t(u64, skip, sizeof(row)))) > 0) {
		skip -= n;
		at += n;
	}
	do {
		n = min_t(u64, sizeof(row) - have, limit);
		if (n)
			n = file_read(f, row + have, n);
		if (n > 0) {
			have += n;
			limit -= n;
			if (have < sizeof(row))
				continue;
		}
		if (have) {
			hexdump_row(c, at, row, have);
			at += have;
			have = 0;
		}
	} while (n > 0 && !c->out_error && !cmd_interrupted(c));
	if (at)
		cmd_printf(c, "%08llx\n", at);
	if (f != c->in)
		cmd_close_arg(c, f);
	if (cmd_interrupted(c))
		return 130;
	return n < 0 ? cmd_perror(c, o.index < c->argc ? c->argv[o.index] : "-", n) : 0;
}

/* ---- ioctl ---- */

static int cmd_ioctl(struct cmd *c)
{
	unsigned long request, arg = 0;
	struct file *f;
	long ret;

	if (c->argc < 3 || c->argc > 4 || kstrtoul(c->argv[2], 0, &request) ||
	    (c->argc == 4 && kstrtoul(c->argv[3], 0, &arg)))
		return cmd_usage(c);
	f = open_path(c->sh->cwd, c->argv[1], O_RDWR, 0);
	if (IS_ERR(f))
		return cmd_perror(c, c->argv[1], PTR_ERR(f));
	/* A request that says it moves data gets a buffer of that size, and its number as contents. */
	if (_IOC_DIR(request) != _IOC_NONE && _IOC_SIZE(request)) {
		size_t size = max_t(size_t, _IOC_SIZE(request), sizeof(long));
		void *buf = kzalloc(size, GFP_KERNEL);

		if (!buf) {
			fput(f);
			return cmd_error(c, "%s", errno_text(-ENOMEM));
		}
		memcpy(buf, &arg, sizeof(arg));
		ret = vfs_ioctl(f, request, (unsigned long)buf);
		memcpy(&arg, buf, sizeof(arg));
		kfree(buf);
		if (ret >= 0 && (_IOC_DIR(request) & _IOC_READ))
			cmd_printf(c, "%lu\n", _IOC_SIZE(request) < 8 ?
				   arg & ((1UL << 8 * _IOC_SIZE(request)) - 1) : arg);
	} else {
		ret = vfs_ioctl(f, request, arg);
		if (ret > 0)
			cmd_printf(c, "%ld\n", ret);
	}
	fput(f);
	return ret < 0 ? cmd_perror(c, c->argv[1], ret) : 0;
}

SHELL_COMMAND(cat, "cat", cmd_cat, 0, "[-nv] [FILE...]", "Print files");
SHELL_COMMAND(hexdump, "hexdump", cmd_hexdump, 0, "[-C] [-n BYTES] [-s SKIP] [FILE]", "Show bytes as hexadecimal");
SHELL_COMMAND(xxd, "xxd", cmd_hexdump, 0, "[-l BYTES] [-s SKIP] [FILE]", "The same as hexdump");
SHELL_COMMAND(ioctl, "ioctl", cmd_ioctl, 0, "FILE REQUEST [ARG]", "Send a device a request");
