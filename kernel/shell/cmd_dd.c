// SPDX-License-Identifier: MIT
/*
 * dd: blocks from one file to another, each read and written by one call: what a driver's author wants to say exactly.
 * A short read is a partial record, and is not made up for, but with iflag=fullblock. Words and figures are GNU's.
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <paddock/fs.h>
#include "shell.h"

#define MAX_BLOCK (64u << 20)

struct dd {
	const char *in_name, *out_name;
	u64 block, count, skip, seek;	/* bytes; blocks */
	bool counted, fullblock, notrunc, append, sync, quiet;
	struct file *in, *out;
	u64 whole_in, part_in, whole_out, part_out, bytes;
};

/* What the suffix at *@s multiplies with: K, M, G are powers of 1024, kB and MB of 1000, b is 512. Steps over it. */
static u64 parse_suffix(const char **s)
{
	static const char letters[] = "cwbkKMG";
	static const u64 factors[] = { 1, 2, 512, SZ_1K, SZ_1K, SZ_1M, SZ_1G };
	static const u64 decimal[] = { 0, 0, 0, 1000, 1000, 1000 * 1000, 1000 * 1000 * 1000 };
	const char *letter = **s ? strchr(letters, **s) : NULL;
	unsigned int i;

	if (!letter)
		return 1;
	i = letter - letters;
	++*s;
	if (decimal[i] && **s == 'B')
		return ++*s, decimal[i];
	if (decimal[i] && !strncmp(*s, "iB", 2))
		*s += 2;
	return factors[i];
}

/* "4k", "2x512". Returns 0, -EINVAL, or -EOVERFLOW: no offset in a file can be that. */
static int parse_number(const char *s, u64 *value)
{
	bool overflow = false;
	u64 product = 1;

	do {
		u64 n = 0;

		if (*s < '0' || *s > '9')
			return -EINVAL;
		for (; *s >= '0' && *s <= '9'; s++)
			overflow |= check_mul_overflow(n, 10ull, &n) || check_add_overflow(n, (u64)(*s - '0'), &n);
		overflow |= check_mul_overflow(n, parse_suffix(&s), &n) || check_mul_overflow(product, n, &product);
	} while (*s == 'x' && *++s);
	if (*s)
		return -EINVAL;
	*value = product;
	return overflow || product > S64_MAX ? -EOVERFLOW : 0;
}

/* Is @word in the list "a,b,c"? Takes it out. */
static bool take_flag(char *list, const char *word)
{
	size_t len = strlen(word);

	for (char *p = list; (p = strstr(p, word)); p++) {
		if ((p == list || p[-1] == ',') && (!p[len] || p[len] == ',')) {
			memset(p, ',', len);
			return true;
		}
	}
	return false;
}

static bool is_empty(const char *list)
{
	return list[strspn(list, ",")] == '\0';
}

static bool parse_flags(struct dd *d, const char *key, char *value)
{
	if (!strcmp(key, "iflag")) {
		d->fullblock |= take_flag(value, "fullblock");
	} else if (!strcmp(key, "oflag")) {
		d->append |= take_flag(value, "append");
	} else {
		d->notrunc |= take_flag(value, "notrunc");
		d->sync |= take_flag(value, "sync");
		/* Nothing is held back from any file here. */
		take_flag(value, "fsync");
		take_flag(value, "fdatasync");
	}
	return is_empty(value);
}

/* One operand "key=value". Returns 0 or the status. */
static int parse_operand(struct cmd *c, struct dd *d, char *arg)
{
	u64 *numbers[] = { &d->block, &d->block, &d->block, &d->count, &d->skip, &d->seek };
	static const char *const names[] = { "bs", "ibs", "obs", "count", "skip", "seek" };
	char *value = strchr(arg, '=');
	int err;

	if (!value)
		return cmd_error(c, "unrecognized operand '%s'", arg);
	*value++ = '\0';
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(arg, names[i]))
			continue;
		err = parse_number(value, numbers[i]);
		if (err == -EOVERFLOW)
			return cmd_error(c, "invalid number: '%s': %s", value, errno_text(err));
		if (err || (i < 3 && !d->block))
			return cmd_error(c, "invalid number: '%s'", value);
		d->counted |= numbers[i] == &d->count;
		return 0;
	}
	if (!strcmp(arg, "if"))
		d->in_name = value;
	else if (!strcmp(arg, "of"))
		d->out_name = value;
	else if (!strcmp(arg, "iflag") || !strcmp(arg, "oflag") || !strcmp(arg, "conv"))
		return parse_flags(d, arg, value) ? 0 : cmd_error(c, "invalid %s: '%s'",
			!strcmp(arg, "conv") ? "conversion" : arg[0] == 'i' ? "input flag" : "output flag",
			value + strspn(value, ","));
	else if (!strcmp(arg, "status") && (!strcmp(value, "none") || !strcmp(value, "noxfer") || !strcmp(value, "progress")))
		d->quiet = value[1] == 'o' && value[2] == 'n';
	else
		return cmd_error(c, "unrecognized operand '%s=%s'", arg, value);
	return 0;
}

/* What cannot be one is an offset that no file has. */
static loff_t offset_of(u64 blocks, u64 size)
{
	loff_t offset;

	return check_mul_overflow(blocks, size, &offset) ? -1 : offset;
}

static int open_files(struct cmd *c, struct dd *d)
{
	int flags = O_WRONLY | O_CREAT | (d->notrunc || d->append || d->seek ? 0 : O_TRUNC) | (d->append ? O_APPEND : 0);

	d->in = d->in_name ? open_path(c->sh->cwd, d->in_name, O_RDONLY, 0) : get_file(c->in);
	if (IS_ERR(d->in))
		return cmd_error(c, "failed to open '%s': %s", d->in_name, errno_text(PTR_ERR(d->in)));
	d->out = d->out_name ? open_path(c->sh->cwd, d->out_name, flags, 0644) : get_file(c->out);
	if (IS_ERR(d->out))
		return cmd_error(c, "failed to open '%s': %s", d->out_name, errno_text(PTR_ERR(d->out)));
	if (d->seek && file_seek(d->out, offset_of(d->seek, d->block), SEEK_SET) < 0)
		return cmd_error(c, "'%s': cannot seek: %s", d->out_name ? d->out_name : "standard output", errno_text(ESPIPE));
	return 0;
}

/* One record. Returns its bytes, 0 at the end, or -errno. */
static ssize_t read_block(struct cmd *c, struct dd *d, char *buf)
{
	size_t have = 0;
	ssize_t n;

	do {
		n = file_read(d->in, buf + have, d->block - have);
		if (n < 0)
			return have ? have : n;
		have += n;
	} while (n && have < d->block && d->fullblock && !cmd_interrupted(c));
	return have;
}

/* Blocks to pass over: by the position where there is one, else by reading. */
static ssize_t skip_blocks(struct cmd *c, struct dd *d, char *buf)
{
	loff_t offset = offset_of(d->skip, d->block);
	ssize_t n = 1;

	if (!d->skip || (offset >= 0 && file_seek(d->in, offset, SEEK_CUR) >= 0))
		return 0;
	for (u64 i = 0; i < d->skip && n > 0 && !cmd_interrupted(c); i++)
		n = read_block(c, d, buf);
	return min_t(ssize_t, n, 0);
}

/* Returns the status. */
static int copy(struct cmd *c, struct dd *d, char *buf)
{
	const char *in = d->in_name ? d->in_name : "standard input", *out = d->out_name ? d->out_name : "standard output";
	ssize_t n = skip_blocks(c, d, buf), done;

	for (; n >= 0 && (!d->counted || d->whole_in + d->part_in < d->count) && !cmd_interrupted(c);) {
		n = read_block(c, d, buf);
		if (n <= 0)
			break;
		*(n == d->block ? &d->whole_in : &d->part_in) += 1;
		if (d->sync && n < d->block) {
			memset(buf + n, 0, d->block - n);
			n = d->block;
		}
		done = file_write(d->out, buf, n);
		if (done < 0)
			return cmd_error(c, "error writing '%s': %s", out, errno_text(done));
		*(done == d->block ? &d->whole_out : &d->part_out) += 1;
		d->bytes += min(done, n);
		if (done < n) {
			int err = file_write_all(d->out, buf + done, n - done);

			if (err)
				return cmd_error(c, "error writing '%s': %s", out, errno_text(err));
			d->bytes += n - done;
		}
	}
	if (n < 0 && !cmd_interrupted(c))
		return cmd_error(c, "error reading '%s': %s", in, errno_text(n));
	return cmd_interrupted(c) ? STATUS_INTERRUPTED : 0;
}

/* "1.5 MB": one digit behind the point below 10. */
static const char *human(u64 n, unsigned int base, char out[24])
{
	static const char units[][2] = { "", "k", "M", "G", "T", "P", "E" };
	unsigned int power = 0;
	u64 tenths = n * 10;

	while (tenths >= 10 * base && power + 1 < ARRAY_SIZE(units)) {
		tenths = (tenths + base / 2) / base;
		power++;
	}
	if (power && tenths < 100)
		snprintf(out, 24, "%llu.%llu %s%sB", tenths / 10, tenths % 10, base == 1024 && power == 1 ? "K" : units[power],
			 base == 1024 ? "i" : "");
	else
		snprintf(out, 24, "%llu %s%sB", (tenths + 5) / 10, base == 1024 && power == 1 ? "K" : units[power],
			 base == 1024 && power ? "i" : "");
	return out;
}

static void report(struct cmd *c, const struct dd *d, u64 ns)
{
	char kilo[24], kibi[24], rate[24], sizes[64] = "", text[256];
	u64 us = div_u64(ns + 500, 1000);

	if (d->bytes >= 1024)
		snprintf(sizes, sizeof(sizes), " (%s, %s)", human(d->bytes, 1000, kilo), human(d->bytes, 1024, kibi));
	else if (d->bytes >= 1000)
		snprintf(sizes, sizeof(sizes), " (%s)", human(d->bytes, 1000, kilo));
	scnprintf(text, sizeof(text),
		  "%llu+%llu records in\n%llu+%llu records out\n%llu byte%s%s copied, %llu.%06llu s, %s/s\n", d->whole_in,
		  d->part_in, d->whole_out, d->part_out, d->bytes, d->bytes == 1 ? "" : "s", sizes,
		  div_u64(us, 1000000), us % 1000000,
		  human(div64_u64(d->bytes * 1000, max(div_u64(ns, 1000000), 1ull)), 1000, rate));
	file_write_all(c->err, text, strlen(text));
}

static int cmd_dd(struct cmd *c)
{
	struct dd d = { .block = 512 };
	u64 begin = ktime_get_ns();
	char *buf;
	int status = 0;

	for (int i = 1; i < c->argc && !status; i++) {
		if (!strcmp(c->argv[i], "--help"))
			return cmd_usage(c), 0;
		status = parse_operand(c, &d, c->argv[i]);
	}
	if (status)
		return status;
	buf = d.block <= MAX_BLOCK ? kvmalloc(d.block, GFP_KERNEL) : NULL;
	if (!buf)
		return cmd_error(c, "memory exhausted by input buffer of size %llu bytes", d.block);
	status = open_files(c, &d);
	if (!status) {
		status = copy(c, &d, buf);
		if (!d.quiet)
			report(c, &d, ktime_get_ns() - begin);
	}
	if (!IS_ERR(d.in))
		fput(d.in);
	if (!IS_ERR(d.out))
		fput(d.out);
	kvfree(buf);
	return status;
}

SHELL_COMMAND(dd, "dd", cmd_dd, 0,
	      "[if=FILE] [of=FILE] [bs=N] [count=N] [skip=N] [seek=N] [conv=notrunc,sync] [iflag=fullblock] [status=none]",
	      "Copy in blocks of a size");
