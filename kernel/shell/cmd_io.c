// SPDX-License-Identifier: MIT
/* What commands are made of: buffered output, lines of input, options, error messages, the table. */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/stdarg.h>
#include <linux/string.h>
#include <paddock/fs.h>
#include "shell.h"

#define OUT_BYTES 4000		/* of c->outbuf; run.c allocates it */
#define MAX_LINE (1024 * 1024)

/* ---- Output ---- */

int cmd_flush(struct cmd *c)
{
	if (c->outlen && !c->out_error)
		c->out_error = file_write_all(c->out, c->outbuf, c->outlen);
	c->outlen = 0;
	return c->out_error;
}

void cmd_write(struct cmd *c, const void *data, size_t len)
{
	if (c->outlen + len > OUT_BYTES)
		cmd_flush(c);
	if (len > OUT_BYTES) {
		if (!c->out_error)
			c->out_error = file_write_all(c->out, data, len);
		return;
	}
	memcpy(c->outbuf + c->outlen, data, len);
	c->outlen += len;
}

void cmd_puts(struct cmd *c, const char *s)
{
	cmd_write(c, s, strlen(s));
}

void cmd_printf(struct cmd *c, const char *fmt, ...)
{
	char small[256], *text = small;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(small, sizeof(small), fmt, args);
	va_end(args);
	if (len >= sizeof(small)) {
		va_start(args, fmt);
		text = kvasprintf(GFP_KERNEL, fmt, args);
		va_end(args);
		if (!text) {
			c->out_error = c->out_error ? c->out_error : -ENOMEM;
			return;
		}
	}
	cmd_write(c, text, len);
	if (text != small)
		kfree(text);
}

static void write_error_line(struct file *f, const char *who, const char *fmt, va_list args)
{
	char text[320];
	int len;

	len = scnprintf(text, sizeof(text) - 1, "%s: ", who);
	len += vscnprintf(text + len, sizeof(text) - 1 - len, fmt, args);
	text[len++] = '\n';
	file_write_all(f, text, len);	/* nobody is left to tell if this fails */
}

int cmd_error(struct cmd *c, const char *fmt, ...)
{
	va_list args;

	cmd_flush(c);
	va_start(args, fmt);
	write_error_line(c->err, c->argv[0], fmt, args);
	va_end(args);
	return 1;
}

int cmd_perror(struct cmd *c, const char *what, int err)
{
	return cmd_error(c, "%s: %s", what, errno_text(err));
}

void shell_error(struct shell *sh, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	write_error_line(sh->std[2], sh->name, fmt, args);
	va_end(args);
}

const char *errno_text(int err)
{
	static const struct {
		int err;
		const char *text;
	} texts[] = {
		{ EPERM, "Operation not permitted" }, { ENOENT, "No such file or directory" },
		{ ESRCH, "No such process" }, { EINTR, "Interrupted system call" },
		{ EIO, "Input/output error" }, { ENXIO, "No such device or address" },
		{ E2BIG, "Argument list too long" }, { ENOEXEC, "Exec format error" },
		{ EBADF, "Bad file descriptor" }, { ECHILD, "No child processes" },
		{ EAGAIN, "Resource temporarily unavailable" }, { ENOMEM, "Cannot allocate memory" },
		{ EACCES, "Permission denied" }, { EFAULT, "Bad address" },
		{ EBUSY, "Device or resource busy" }, { EEXIST, "File exists" },
		{ EXDEV, "Invalid cross-device link" }, { ENODEV, "No such device" },
		{ ENOTDIR, "Not a directory" }, { EISDIR, "Is a directory" },
		{ EINVAL, "Invalid argument" }, { ENFILE, "Too many open files in system" },
		{ EMFILE, "Too many open files" }, { ENOTTY, "Inappropriate ioctl for device" },
		{ ETXTBSY, "Text file busy" }, { EFBIG, "File too large" },
		{ ENOSPC, "No space left on device" }, { ESPIPE, "Illegal seek" },
		{ EROFS, "Read-only file system" }, { EMLINK, "Too many links" },
		{ EPIPE, "Broken pipe" }, { EDOM, "Numerical argument out of domain" },
		{ ERANGE, "Numerical result out of range" }, { EDEADLK, "Resource deadlock avoided" },
		{ ENAMETOOLONG, "File name too long" }, { ENOSYS, "Function not implemented" },
		{ ENOTEMPTY, "Directory not empty" }, { ELOOP, "Too many levels of symbolic links" },
		{ ENODATA, "No data available" }, { ETIME, "Timer expired" },
		{ EPROTO, "Protocol error" }, { EOVERFLOW, "Value too large for defined data type" },
		{ EOPNOTSUPP, "Operation not supported" }, { ETIMEDOUT, "Connection timed out" },
		{ EALREADY, "Operation already in progress" }, { EINPROGRESS, "Operation now in progress" },
		{ ENOKEY, "Required key not available" }, { EKEYREJECTED, "Key was rejected by service" },
		{ ECANCELED, "Operation canceled" }, { ENOTSUPP, "Unknown error 524" },
		{ ERESTARTSYS, "Interrupted system call" },
	};
	unsigned int i;

	if (err < 0)
		err = -err;
	for (i = 0; i < ARRAY_SIZE(texts); i++)
		if (texts[i].err == err)
			return texts[i].text;
	return "Unknown error";
}

bool cmd_interrupted(struct cmd *c)
{
	return signal_pending(current);
}

/* ---- Input ---- */

ssize_t read_line(struct line_reader *r, char **line)
{
	for (;;) {
		char *nl = r->end > r->start ? memchr(r->buf + r->start, '\n', r->end - r->start) : NULL;
		ssize_t got;

		if (nl || (r->eof && r->end > r->start)) {
			size_t stop = nl ? nl - r->buf : r->end;
			size_t from = r->start;

			r->had_newline = nl;
			r->buf[stop] = '\0';	/* there is always one byte of room */
			*line = r->buf + from;
			r->start = nl ? stop + 1 : stop;
			return stop - from + 1;
		}
		if (r->eof)
			return 0;
		if (r->start) {
			memmove(r->buf, r->buf + r->start, r->end - r->start);
			r->end -= r->start;
			r->start = 0;
		}
		if (r->end + 1 >= r->cap) {
			size_t cap = r->cap ? r->cap * 2 : 1024;
			char *bigger = cap <= MAX_LINE ? kvmalloc(cap, GFP_KERNEL) : NULL;

			if (!bigger)
				return cap <= MAX_LINE ? -ENOMEM : -EFBIG;
			if (r->end)
				memcpy(bigger, r->buf, r->end);
			kvfree(r->buf);
			r->buf = bigger;
			r->cap = cap;
		}
		got = file_read(r->file, r->buf + r->end, r->cap - 1 - r->end);
		if (got < 0)
			return got;
		if (!got)
			r->eof = true;
		r->end += got;
	}
}

void line_reader_end(struct line_reader *r)
{
	kvfree(r->buf);
	r->buf = NULL;
}

struct file *cmd_open_arg(struct cmd *c, const char *path)
{
	struct file *f;

	if (!strcmp(path, "-"))
		return get_file(c->in);
	f = open_path(c->sh->cwd, path, O_RDONLY, 0);
	if (IS_ERR(f)) {
		cmd_perror(c, path, PTR_ERR(f));
		return NULL;
	}
	return f;
}

void cmd_close_arg(struct cmd *c, struct file *f)
{
	fput(f);
}

/* ---- Options ---- */

int cmd_usage(struct cmd *c)
{
	const struct shell_command *sc = shell_command_find(c->argv[0]);

	cmd_error(c, "usage: %s %s", c->argv[0], sc ? sc->usage : "");
	return 2;
}

int cmd_getopt(struct cmd *c, struct cmd_opts *o, const char *spec)
{
	const char *arg, *s;
	char letter;

	if (!o->index)
		o->index = 1;
	arg = c->argv[o->index];
	if (!o->pos) {
		if (!arg || arg[0] != '-' || !arg[1])
			return -1;
		if (!strcmp(arg, "--help")) {
			const struct shell_command *sc = shell_command_find(c->argv[0]);

			if (sc)
				cmd_printf(c, "Usage: %s %s\n%s.\n", sc->name, sc->usage, sc->summary);
			return OPT_HELP;
		}
		if (!strcmp(arg, "--")) {
			o->index++;
			return -1;
		}
		o->pos = 1;
	}
	letter = arg[o->pos++];
	s = letter == ':' ? NULL : strchr(spec, letter);
	if (!s) {
		cmd_error(c, "invalid option -- '%c'", letter);
		return '?';
	}
	if (s[1] == ':') {
		o->arg = arg[o->pos] ? arg + o->pos : c->argv[++o->index];
		if (!o->arg) {
			cmd_error(c, "option requires an argument -- '%c'", letter);
			return '?';
		}
		o->index++;
		o->pos = 0;
	} else if (!arg[o->pos]) {
		o->index++;
		o->pos = 0;
	}
	return letter;
}

/* ---- The table ---- */

extern const struct shell_command __start___shell_commands[], __stop___shell_commands[];

const struct shell_command *shell_command_find(const char *name)
{
	const struct shell_command *c;

	for (c = __start___shell_commands; c < __stop___shell_commands; c++)
		if (!strcmp(c->name, name))
			return c;
	return NULL;
}

const struct shell_command *shell_command_nth(unsigned int n)
{
	const struct shell_command *c, *next, *last = NULL;

	/* The next larger name, n + 1 times: the table is short and the asker is a person. */
	do {
		next = NULL;
		for (c = __start___shell_commands; c < __stop___shell_commands; c++)
			if ((!last || strcmp(c->name, last->name) > 0) &&
			    (!next || strcmp(c->name, next->name) < 0))
				next = c;
		last = next;
	} while (next && n--);
	return next;
}

int cmd_each_input(struct cmd *c, int index, int bad_status,
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
			return STATUS_INTERRUPTED;
	} while (++i < c->argc && !c->out_error);
	return status;
}

int cmd_read_failed(struct cmd *c, const char *name, ssize_t err)
{
	return cmd_interrupted(c) ? STATUS_INTERRUPTED : cmd_perror(c, name, err);
}
