// SPDX-License-Identifier: MIT
/*
 * Open files: from an inode to a struct file, reading, writing, seeking, and the end of a file.
 *
 * A file is counted. It holds its name, its inode, and the module that its operations lie in. The
 * position belongs to whoever holds f_pos_lock, but only files that have one (FMODE_ATOMIC_POS: regular
 * files and directories) take it: a thread that waits in a device's read must not keep out
 * another one's write.
 */
#include <linux/slab.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/cdev.h>
#include "internal.h"

#define MAX_RW_COUNT ((size_t)0x7ffff000)	/* as in Linux: the result fits an int */

static struct kmem_cache *filp_cache;
DEFINE_SPINLOCK(open_files_lock);	/* leaf */
LIST_HEAD(open_files);
atomic_long_t nr_files;

void __init file_init(void)
{
	filp_cache = kmem_cache_create("filp", sizeof(struct file), 0, SLAB_PANIC, NULL);
}

struct file *get_file(struct file *f)
{
	atomic_long_inc(&f->f_count);
	return f;
}

static fmode_t mode_of_flags(int flags)
{
	switch (flags & O_ACCMODE) {
	case O_RDONLY:
		return FMODE_READ;
	case O_WRONLY:
		return FMODE_WRITE;
	default:
		return FMODE_READ | FMODE_WRITE;
	}
}

static void free_file(struct file *f)
{
	spin_lock(&open_files_lock);
	list_del(&f->f_list);
	spin_unlock(&open_files_lock);
	cdev_put(f->f_cdev);
	dput(f->f_path.dentry);
	iput(f->f_inode);
	kmem_cache_free(filp_cache, f);
	atomic_long_dec(&nr_files);
}

struct file *open_inode(struct inode *inode, struct dentry *dentry, int flags)
{
	struct file *f = kmem_cache_zalloc(filp_cache, GFP_KERNEL);
	int err;

	if (!f)
		return ERR_PTR(-ENOMEM);
	atomic_long_inc(&nr_files);
	atomic_long_set(&f->f_count, 1);
	mutex_init(&f->f_pos_lock);
	INIT_LIST_HEAD(&f->f_gate_node);
	f->f_flags = flags & ~(O_CREAT | O_EXCL | O_TRUNC | O_NOCTTY);
	f->f_mode = mode_of_flags(flags) | FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE;
	if (S_ISREG(inode->i_mode) || S_ISDIR(inode->i_mode))
		f->f_mode |= FMODE_ATOMIC_POS;
	f->f_inode = igrab(inode);
	f->f_path.dentry = dget(dentry);
	f->f_opener = current->pid;
	spin_lock(&open_files_lock);
	list_add_tail(&f->f_list, &open_files);
	spin_unlock(&open_files_lock);

	err = gate_enter(f);
	if (err)
		goto free;
	f->f_op = inode->i_fop ? fops_get(inode->i_fop) : NULL;
	if (!f->f_op) {
		/* The module is leaving, or there is nothing to do with such a file (a FIFO node). */
		err = inode->i_fop ? -ENOENT : -ENXIO;
		goto leave;
	}
	if (f->f_op->open) {
		err = file_call(f, "open", open, inode, f);
		if (err) {
			fops_put(f->f_op);	/* open() may have replaced it */
			goto leave;
		}
	}
	f->f_opened = true;
	gate_attach(f);
	gate_exit(f);
	return f;

leave:
	gate_exit(f);
free:
	free_file(f);
	return ERR_PTR(err);
}

static void finish_file(struct file *f)
{
	fops_put(f->f_op);
	free_file(f);
}

void fput(struct file *f)
{
	if (!f || !atomic_long_dec_and_test(&f->f_count))
		return;
	/* Should release() not come back, close_files_of() finds the file by this. */
	f->f_opener = current->pid;
	f->f_closing = true;
	if (gate_detach(f)) {
		if (f->f_opened && f->f_op->release)
			file_call(f, "release", release, f->f_inode, f);
		gate_exit(f);
	}
	finish_file(f);
}

bool file_is_plain(const struct file *file)
{
	const struct inode *inode = file->f_inode;

	/* Majors 1 and 5 are devfs.c's own. */
	return !inode->i_gate && !(S_ISCHR(inode->i_mode) && imajor(inode) != 1 && imajor(inode) != 5);
}

void close_files_of(pid_t pid)
{
	struct file *f, *found;

	do {
		found = NULL;
		spin_lock(&open_files_lock);
		list_for_each_entry(f, &open_files, f_list) {
			if (f->f_opener == pid) {
				found = f;
				f->f_opener = 0;	/* once */
				break;
			}
		}
		spin_unlock(&open_files_lock);
		if (found && found->f_closing) {
			/* It died in release(): what is left is to settle the accounts. */
			gate_settle(found);
			finish_file(found);
		} else {
			fput(found);
		}
	} while (found);
}

int filp_close(struct file *filp, fl_owner_t id)
{
	int err = 0;

	if (filp->f_op->flush && !gate_enter(filp)) {
		err = file_call(filp, "flush", flush, filp, id);
		gate_exit(filp);
	}
	fput(filp);
	return err;
}

ssize_t vfs_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	ssize_t n;

	if (!(file->f_mode & FMODE_READ))
		return -EBADF;
	if (S_ISDIR(file->f_inode->i_mode))
		return -EISDIR;
	n = gate_enter(file);
	if (n)
		return n;
	n = file->f_op->read ? file_call(file, "read", read, file, buf, min(count, MAX_RW_COUNT), pos) : -EINVAL;
	gate_exit(file);
	return n;
}

ssize_t vfs_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	ssize_t n;

	if (!(file->f_mode & FMODE_WRITE))
		return -EBADF;
	n = gate_enter(file);
	if (n)
		return n;
	n = file->f_op->write ? file_call(file, "write", write, file, buf, min(count, MAX_RW_COUNT), pos) : -EINVAL;
	gate_exit(file);
	return n;
}

ssize_t kernel_read(struct file *file, void *buf, size_t count, loff_t *pos)
{
	return vfs_read(file, buf, count, pos);
}

ssize_t kernel_write(struct file *file, const void *buf, size_t count, loff_t *pos)
{
	return vfs_write(file, buf, count, pos);
}

static void lock_pos(struct file *file)
{
	if (file->f_mode & FMODE_ATOMIC_POS)
		mutex_lock(&file->f_pos_lock);
}

static void unlock_pos(struct file *file)
{
	if (file->f_mode & FMODE_ATOMIC_POS)
		mutex_unlock(&file->f_pos_lock);
}

ssize_t file_read(struct file *file, void *buf, size_t count)
{
	loff_t pos;
	ssize_t n;

	lock_pos(file);
	pos = file->f_pos;
	n = vfs_read(file, buf, count, &pos);
	if (n >= 0)
		file->f_pos = pos;
	unlock_pos(file);
	return n;
}

ssize_t file_write(struct file *file, const void *buf, size_t count)
{
	loff_t pos;
	ssize_t n;

	lock_pos(file);
	pos = file->f_pos;
	n = vfs_write(file, buf, count, &pos);
	if (n >= 0)
		file->f_pos = pos;
	unlock_pos(file);
	return n;
}

int file_write_all(struct file *file, const void *buf, size_t count)
{
	const char *p = buf;
	ssize_t n;

	while (count) {
		n = file_write(file, p, count);
		if (n < 0)
			return n;
		/* A driver that takes nothing and says no error would be asked for ever. */
		if (n == 0)
			return -EIO;
		/* Or one that claims more than it was given. */
		n = min_t(size_t, n, count);
		p += n;
		count -= n;
	}
	return 0;
}

loff_t vfs_llseek(struct file *file, loff_t offset, int whence)
{
	loff_t ret;

	ret = gate_enter(file);
	if (ret)
		return ret;
	if (!(file->f_mode & FMODE_LSEEK))
		ret = -ESPIPE;
	else if (file->f_op->llseek)
		ret = file_call(file, "llseek", llseek, file, offset, whence);
	else
		ret = default_llseek(file, offset, whence);
	gate_exit(file);
	return ret;
}

loff_t file_seek(struct file *file, loff_t offset, int whence)
{
	loff_t ret;

	lock_pos(file);
	ret = vfs_llseek(file, offset, whence);
	unlock_pos(file);
	return ret;
}

long vfs_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	long ret;

	ret = gate_enter(file);
	if (ret)
		return ret;
	ret = file->f_op->unlocked_ioctl ? file_call(file, "ioctl", unlocked_ioctl, file, cmd, arg) : -ENOTTY;
	gate_exit(file);
	return ret == -ENOIOCTLCMD ? -ENOTTY : ret;
}

int vfs_fsync(struct file *file, int datasync)
{
	int ret;

	ret = gate_enter(file);
	if (ret)
		return ret;
	ret = file->f_op->fsync ? file_call(file, "fsync", fsync, file, 0, MAX_LFS_FILESIZE, datasync) : -EINVAL;
	gate_exit(file);
	return ret;
}

/* ---- Directories ---- */

/*
 * Positions: 0 is ".", 1 is "..", and then each name's d_cookie. Names are taken from the tree a
 * few at a time, each held, so that the actor is called without the lock.
 */
static int tree_iterate(struct file *file, struct dir_context *ctx)
{
	static const unsigned char type_of_mode[16] = {
		[S_IFIFO >> 12] = DT_FIFO, [S_IFCHR >> 12] = DT_CHR, [S_IFDIR >> 12] = DT_DIR,
		[S_IFBLK >> 12] = DT_BLK, [S_IFREG >> 12] = DT_REG, [S_IFLNK >> 12] = DT_LNK,
	};
	struct dentry *dir = file->f_path.dentry;
	struct dentry *batch[32];
	struct dentry *d;
	bool more = true;
	int n;

	if (ctx->pos == 0) {
		if (!ctx->actor(ctx, ".", 1, 0, dir->d_inode->i_ino, DT_DIR))
			return 0;
		ctx->pos = 1;
	}
	if (ctx->pos == 1) {
		if (!ctx->actor(ctx, "..", 2, 1, dir->d_parent->d_inode->i_ino, DT_DIR))
			return 0;
		ctx->pos = 2;
	}
	do {
		n = 0;
		mutex_lock(&namespace_lock);
		d = tree_first_child_locked(dir, ctx->pos);
		while (d && n < ARRAY_SIZE(batch)) {
			batch[n++] = dget(d);
			d = list_is_last(&d->d_child, &dir->d_subdirs) ? NULL :
			    list_next_entry(d, d_child);
		}
		mutex_unlock(&namespace_lock);
		for (int i = 0; i < n; i++) {
			d = batch[i];
			more = more && ctx->actor(ctx, (const char *)d->d_name.name, d->d_name.len,
						  d->d_cookie, d->d_inode->i_ino,
						  type_of_mode[d->d_inode->i_mode >> 12 & 15]);
			if (more)
				ctx->pos = d->d_cookie + 1;
			dput(d);
		}
	} while (n && more);
	return 0;
}

const struct file_operations simple_dir_operations = {
	.iterate_shared = tree_iterate,
	.llseek = generic_file_llseek,
};

int iterate_dir(struct file *file, struct dir_context *ctx)
{
	int err;

	if (!file->f_op->iterate_shared)
		return -ENOTDIR;
	lock_pos(file);
	ctx->pos = file->f_pos;
	err = file_call(file, "readdir", iterate_shared, file, ctx);
	file->f_pos = ctx->pos;
	unlock_pos(file);
	return err;
}

struct list_context {
	struct dir_context ctx;
	int (*fn)(void *arg, const char *name, unsigned int d_type);
	void *arg;
	int result;
};

static bool list_one(struct dir_context *ctx, const char *name, int len, loff_t offset, u64 ino,
		     unsigned int type)
{
	struct list_context *c = container_of(ctx, struct list_context, ctx);

	if (offset < 2)		/* "." and ".." */
		return true;
	c->result = c->fn(c->arg, name, type);
	return c->result == 0;
}

int list_dir(struct dentry *cwd, const char *path,
	     int (*fn)(void *arg, const char *name, unsigned int d_type), void *arg)
{
	struct list_context c = { .ctx.actor = list_one, .fn = fn, .arg = arg };
	struct file *dir;
	int err;

	dir = open_path(cwd, path, O_RDONLY | O_DIRECTORY, 0);
	if (IS_ERR(dir))
		return PTR_ERR(dir);
	err = iterate_dir(dir, &c.ctx);
	fput(dir);
	return err ? err : c.result;
}

/* ---- Whole files ---- */

#define WHOLE_FILE_MAX (64UL << 20)

int read_whole_file(struct dentry *cwd, const char *path, void **data, size_t *len)
{
	struct file *f = open_path(cwd, path, O_RDONLY, 0);
	size_t size, used = 0;
	char *buf, *larger;
	ssize_t n;
	int err;

	if (IS_ERR(f))
		return PTR_ERR(f);
	/* Files made on the fly say 0: begin with a page and grow. One byte more shows the end. */
	size = max_t(size_t, i_size_read(f->f_inode) + 2, PAGE_SIZE);
	err = -EFBIG;
	if (size > WHOLE_FILE_MAX)
		goto put;
	err = -ENOMEM;
	buf = kvmalloc(size, GFP_KERNEL);
	if (!buf)
		goto put;
	for (;;) {
		n = file_read(f, buf + used, size - used - 1);
		if (n <= 0)
			break;
		used += n;
		if (used < size - 1)
			continue;
		n = -EFBIG;
		if (2 * size > WHOLE_FILE_MAX)
			break;
		n = -ENOMEM;
		larger = kvmalloc(2 * size, GFP_KERNEL);
		if (!larger)
			break;
		memcpy(larger, buf, used);
		kvfree(buf);
		buf = larger;
		size *= 2;
	}
	err = n;
	if (err) {
		kvfree(buf);
		goto put;
	}
	buf[used] = '\0';
	*data = buf;
	*len = used;
put:
	fput(f);
	return err;
}
