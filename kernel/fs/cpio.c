// SPDX-License-Identifier: MIT
/*
 * Unpacking a cpio archive of format "newc" into the file tree.
 *
 * Source: Linux, Documentation/driver-api/early-userspace/buffer-format.rst: "initramfs buffer format". An
 * archive is entries, each a header of 110 characters, the name with its NUL, padding to 4 bytes, the
 * data, padding to 4 bytes. "TRAILER!!!" ends an archive; zeros and a further archive may follow.
 *
 * The input is not trusted: each length is checked against what is left before it is used.
 */
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/kernel.h>
#include <linux/ctype.h>
#include <linux/err.h>
#include "internal.h"

enum {
	F_INO, F_MODE, F_UID, F_GID, F_NLINK, F_MTIME, F_FILESIZE, F_MAJ, F_MIN, F_RMAJ, F_RMIN,
	F_NAMESIZE, F_CHECK, F_COUNT
};

#define HEADER_LEN (6 + 8 * F_COUNT)

struct entry {
	u32 field[F_COUNT];
	const char *name;	/* NUL-terminated, inside the archive */
	const char *data;
};

/* A file with several names: the data comes with one of them, the others are links to it. */
struct link {
	struct list_head list;
	u32 ino, maj, min;
	char name[];
};

static u64 align4(u64 n)
{
	return (n + 3) & ~3ULL;
}

/* Eight hexadecimal digits, nothing else. */
static bool parse_hex8(const char *s, u32 *out)
{
	u32 v = 0;

	for (int i = 0; i < 8; i++) {
		int digit = hex_to_bin(s[i]);

		if (digit < 0)
			return false;
		v = v << 4 | digit;
	}
	*out = v;
	return true;
}

/* Read the entry at @p of @left bytes. Returns what is wrong, or NULL; *size: its whole length. */
static const char *parse_entry(const char *p, size_t left, struct entry *e, size_t *size)
{
	u64 data_at, end;

	if (left < HEADER_LEN)
		return "truncated header";
	if (!memcmp(p, "070707", 6))
		return "incorrect cpio method used: use -H newc option";
	if (memcmp(p, "070701", 6) && memcmp(p, "070702", 6))
		return "no cpio magic";
	for (int i = 0; i < F_COUNT; i++) {
		if (!parse_hex8(p + 6 + 8 * i, &e->field[i]))
			return "bad digit in header";
	}
	if (e->field[F_NAMESIZE] < 2 || e->field[F_NAMESIZE] > PATH_MAX)
		return "bad name length";
	data_at = align4(HEADER_LEN + (u64)e->field[F_NAMESIZE]);
	end = data_at + e->field[F_FILESIZE];
	if (data_at > left)
		return "truncated name";
	if (end > left)
		return "truncated file";
	e->name = p + HEADER_LEN;
	if (strnlen(e->name, e->field[F_NAMESIZE]) != e->field[F_NAMESIZE] - 1)
		return "name without end";
	e->data = p + data_at;
	*size = min_t(u64, align4(end), left);	/* the last padding may be missing */
	return NULL;
}

static const char *error_text(int err)
{
	switch (err) {
	case 0:
		return NULL;
	case -ENOMEM:
		return "out of memory";
	case -ENOSPC:
		return "no space left";
	case -ENOENT:
		return "file in a folder that the archive does not have";
	case -EISDIR:
		return "file in the place of a folder";
	case -ENOTDIR:
		return "folder in the place of a file";
	case -EPERM:
	case -EACCES:
		return "file below a mounted file system";
	default:
		return "cannot create file";
	}
}

/* The first name of this inode, or NULL (and then it is remembered). */
static struct link *find_link(struct list_head *links, const struct entry *e, int *err)
{
	struct link *l;

	list_for_each_entry(l, links, list) {
		if (l->ino == e->field[F_INO] && l->maj == e->field[F_MAJ] &&
		    l->min == e->field[F_MIN])
			return l;
	}
	l = kmalloc(sizeof(*l) + e->field[F_NAMESIZE], GFP_KERNEL);
	if (!l) {
		*err = -ENOMEM;
		return NULL;
	}
	l->ino = e->field[F_INO];
	l->maj = e->field[F_MAJ];
	l->min = e->field[F_MIN];
	memcpy(l->name, e->name, e->field[F_NAMESIZE]);
	list_add(&l->list, links);
	return NULL;
}

static int write_file(const struct entry *e, int extra_flags)
{
	struct file *f = filp_open(e->name, O_WRONLY | O_CREAT | extra_flags,
				   e->field[F_MODE] & S_IALLUGO);
	int err;

	if (IS_ERR(f))
		return PTR_ERR(f);
	err = file_write_all(f, e->data, e->field[F_FILESIZE]);
	f->f_inode->i_mode = S_IFREG | (e->field[F_MODE] & S_IALLUGO);
	f->f_inode->i_mtime_sec = e->field[F_MTIME];
	fput(f);
	return err;
}

static int make_file(const struct entry *e, struct list_head *links)
{
	struct link *first;
	int err = 0;

	if (e->field[F_NLINK] < 2)
		return write_file(e, O_TRUNC);
	first = find_link(links, e, &err);
	if (err)
		return err;
	if (first) {
		err = path_link(NULL, first->name, e->name);
		if (err == -EEXIST)
			err = 0;
	}
	/* The data may come with any of the names, in practice with the last. */
	if (!err && (!first || e->field[F_FILESIZE]))
		err = write_file(e, O_TRUNC);
	return err;
}

static int make_symlink(const struct entry *e)
{
	char *target;
	int err;

	if (e->field[F_FILESIZE] == 0 || e->field[F_FILESIZE] >= PATH_MAX)
		return -ENAMETOOLONG;
	target = kmemdup_nul(e->data, e->field[F_FILESIZE], GFP_KERNEL);
	if (!target)
		return -ENOMEM;
	path_unlink(NULL, e->name);	/* a later archive replaces */
	err = path_symlink(NULL, target, e->name);
	kfree(target);
	return err;
}

static int make_dir(const struct entry *e)
{
	struct file_stat st;
	int err = path_mkdir(NULL, e->name, e->field[F_MODE] & S_IALLUGO);

	if (err != -EEXIST)
		return err;
	err = path_stat(NULL, e->name, &st);
	return err ? err : S_ISDIR(st.mode) ? 0 : -ENOTDIR;
}

static int unpack_entry(const struct entry *e, struct list_head *links)
{
	umode_t mode = e->field[F_MODE];

	switch (mode & S_IFMT) {
	case S_IFDIR:
		return make_dir(e);
	case S_IFREG:
		return make_file(e, links);
	case S_IFLNK:
		return make_symlink(e);
	case S_IFCHR: {
		int err = path_mknod(NULL, e->name, S_IFCHR | (mode & S_IALLUGO),
				     MKDEV(e->field[F_RMAJ], e->field[F_RMIN] & MINORMASK));

		return err == -EEXIST ? 0 : err;	/* /dev has its own by now */
	}
	default:
		return 0;	/* block devices, sockets and FIFOs mean nothing here */
	}
}

static void forget_links(struct list_head *links)
{
	struct link *l, *next;

	list_for_each_entry_safe(l, next, links, list)
		kfree(l);
	INIT_LIST_HEAD(links);
}

const char *unpack_cpio(const void *data, size_t len)
{
	const char *p = data, *error = NULL;
	bool ended = true;
	struct entry e;
	LIST_HEAD(links);
	size_t size;

	while (len && !error) {
		/* Between archives: zeros up to the next one. */
		if (ended && !*p) {
			p++;
			len--;
			continue;
		}
		error = parse_entry(p, len, &e, &size);
		if (error)
			break;
		ended = !strcmp(e.name, "TRAILER!!!");
		if (ended)
			forget_links(&links);	/* inode numbers mean something within one archive */
		else
			error = error_text(unpack_entry(&e, &links));
		p += size;
		len -= size;
	}
	if (!error && !ended)
		error = "no TRAILER!!! at the end";
	forget_links(&links);
	return error;
}
