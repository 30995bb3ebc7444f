/* SPDX-License-Identifier: MIT */
/*
 * The file tree for the kernel itself: by path, and for those who add files to it.
 *
 * There is one tree. /proc, /sys, /sys/kernel/debug and /dev are folders of it that belong to other
 * file systems: what may be done in them differs, how they are walked does not.
 */
#pragma once

#include <linux/fs.h>

/*
 * open_path - open @path, relative to @cwd (NULL: the root).
 * As filp_open(), which is open_path(NULL, …).
 */
struct file *open_path(struct dentry *cwd, const char *path, int flags, umode_t mode);

/*
 * Sequential reading and writing, at the file's own position.
 * Context: thread; sleeps; an interruptible wait in it ends with -ERESTARTSYS or -EINTR after Ctrl-C.
 */
ssize_t file_read(struct file *file, void *buf, size_t count);
ssize_t file_write(struct file *file, const void *buf, size_t count);
loff_t file_seek(struct file *file, loff_t offset, int whence);

/* file_write_all - all of it. Returns 0, or the errno of the first write that failed. */
int file_write_all(struct file *file, const void *buf, size_t count);

/*
 * read_whole_file - the contents of @path, in a vmalloc()ed buffer with one NUL behind them.
 * Returns: 0, -EISDIR, -EFBIG (larger than 64 MiB), -ENOMEM, what reading said.
 * Owner: caller; kvfree().
 */
int read_whole_file(struct dentry *cwd, const char *path, void **data, size_t *len);

/*
 * close_files_of - put the files that thread @pid has opened and not closed.
 * For a thread that an oops has ended: nobody else will, and their modules could never be unloaded.
 * Context: thread; calls ->release(), which may oops in turn.
 */
void close_files_of(pid_t pid);

/* How many of what there are now; also /proc/sys/fs/{file,inode,dentry}-nr. */
struct fs_counts {
	long files, inodes, dentries;
	long ramfs_pages;	/* of file contents */
	long ramfs_max;		/* as many as there may be */
};
void fs_get_counts(struct fs_counts *out);

/*
 * file_is_plain - do reading, writing and closing run the kernel's own code only? False for files that a
 * driver may have a hand in: what is done with them had better be done in a thread that may die.
 */
bool file_is_plain(const struct file *file);

/* What stat() tells. */
struct file_stat {
	umode_t mode;
	unsigned int nlink, uid, gid;
	unsigned long ino;
	dev_t rdev;
	loff_t size;
	time64_t mtime;
};

/*
 * By path, relative to @cwd (NULL: the root). Return 0 or -errno as the system call of that name.
 * path_stat follows a symbolic link at the end, path_lstat does not.
 */
int path_stat(struct dentry *cwd, const char *path, struct file_stat *st);
int path_lstat(struct dentry *cwd, const char *path, struct file_stat *st);
int path_mkdir(struct dentry *cwd, const char *path, umode_t mode);
int path_mknod(struct dentry *cwd, const char *path, umode_t mode, dev_t dev);
int path_symlink(struct dentry *cwd, const char *target, const char *path);
int path_link(struct dentry *cwd, const char *old, const char *path);
int path_unlink(struct dentry *cwd, const char *path);
int path_rmdir(struct dentry *cwd, const char *path);
int path_rename(struct dentry *cwd, const char *from, const char *to);
int path_truncate(struct dentry *cwd, const char *path, loff_t size);
int path_touch(struct dentry *cwd, const char *path);	/* its time becomes now */
int path_chmod(struct dentry *cwd, const char *path, umode_t mode);	/* the permission bits; what the file is stays */
ssize_t path_readlink(struct dentry *cwd, const char *path, char *buf, size_t size);
/* path_lookup - the dentry of @path, with a reference, or ERR_PTR. */
struct dentry *path_lookup(struct dentry *cwd, const char *path, bool follow_last);
/* path_lookup_dir - the same, and -ENOTDIR unless it is a directory: for cd. */
struct dentry *path_lookup_dir(struct dentry *cwd, const char *path);

/*
 * list_dir - call @fn for each name in a directory, "." and ".." left out, in order of creation.
 * Names that come and go meanwhile may be seen or not; all others are seen once.
 * @fn returns 0 to go on; anything else ends the walk and is returned.
 */
int list_dir(struct dentry *cwd, const char *path,
	     int (*fn)(void *arg, const char *name, unsigned int d_type), void *arg);

/*
 * create_pipe - two ends of a pipe of 64 KiB. Reading waits for data and gives 0 when no writer is left;
 * writing waits for room and gives -EPIPE when no reader is left.
 */
int create_pipe(struct file **reader, struct file **writer);

/* create_unnamed_file - a regular file that no path leads to, open for reading and writing. */
struct file *create_unnamed_file(void);

/* console_input - one byte from a serial port, at interrupt level or polled. kernel/fs/tty.c. */
void console_input(char c);

/*
 * unpack_cpio - unpack a cpio "newc" archive below the root.
 * Returns: NULL, or what is wrong with it; the entries before that stay.
 * Source: Linux Documentation/driver-api/early-userspace/buffer-format.rst.
 */
const char *unpack_cpio(const void *data, size_t len);
