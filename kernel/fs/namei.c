// SPDX-License-Identifier: MIT
/*
 * Paths: walking the tree, and everything that is done by path.
 *
 * A walk holds the namespace lock from its first step to the change that it is for, so what it
 * found is still so when the change is made. Symbolic links are followed by walking their text,
 * at most 40 of them per path, as in Linux.
 */
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include "internal.h"

#define MAX_LINKS 40

struct walk {
	struct dentry *at;
	unsigned int links;	/* followed so far */
};

static int walk_text(struct walk *w, const char *path, bool follow_last, bool stop_at_parent,
		     const char **last, size_t *last_len);

/* One step: "", ".", "..", or a name. @follow: go on through a symbolic link. */
static int walk_part(struct walk *w, const char *name, size_t len, bool follow)
{
	struct dentry *d;
	struct walk up;
	int err;

	if (!S_ISDIR(w->at->d_inode->i_mode))
		return -ENOTDIR;
	if (len == 0 || (len == 1 && name[0] == '.'))
		return 0;
	if (len == 2 && name[0] == '.' && name[1] == '.') {
		w->at = w->at->d_parent;
		return 0;
	}
	if (len > NAME_MAX)
		return -ENAMETOOLONG;
	d = tree_lookup_locked(w->at, name, len);
	if (!d)
		return -ENOENT;
	if (!S_ISLNK(d->d_inode->i_mode) || !follow) {
		w->at = d;
		return 0;
	}
	/* Recursion is bounded by MAX_LINKS; a frame is small. */
	if (++w->links > MAX_LINKS)
		return -ELOOP;
	up = *w;
	err = walk_text(&up, d->d_inode->i_link, true, false, NULL, NULL);
	if (!err)
		*w = up;
	else
		w->links = up.links;
	return err;
}

/*
 * Walk @path from w->at. With @stop_at_parent the last part is not entered but given back; a path
 * without one ("/", "", "..") gives -EEXIST then, which is what mkdir / says.
 */
static int walk_text(struct walk *w, const char *path, bool follow_last, bool stop_at_parent,
		     const char **last, size_t *last_len)
{
	const char *p = path, *end;
	bool is_last, must_be_dir;
	int err;

	if (!*p)
		return -ENOENT;
	if (strnlen(path, PATH_MAX) == PATH_MAX)
		return -ENAMETOOLONG;
	if (*p == '/')
		w->at = root_dentry;
	while (*p == '/')
		p++;
	if (!*p && stop_at_parent)
		return -EEXIST;
	while (*p) {
		size_t len = strcspn(p, "/");

		end = p + len;
		must_be_dir = *end == '/';
		end += strspn(end, "/");
		is_last = !*end;
		if (is_last && stop_at_parent) {
			if (p[0] == '.' && (len == 1 || (len == 2 && p[1] == '.')))
				return -EEXIST;
			if (!S_ISDIR(w->at->d_inode->i_mode))
				return -ENOTDIR;
			*last = p;
			*last_len = len;
			return 0;
		}
		err = walk_part(w, p, len, !is_last || must_be_dir || follow_last);
		if (err)
			return err;
		if (must_be_dir && !S_ISDIR(w->at->d_inode->i_mode))
			return -ENOTDIR;
		p = end;
	}
	return 0;
}

struct dentry *path_lookup_locked(struct dentry *cwd, const char *path, bool follow_last)
{
	struct walk w = { .at = cwd ? cwd : root_dentry };
	int err = walk_text(&w, path, follow_last, false, NULL, NULL);

	return err ? ERR_PTR(err) : w.at;
}

struct dentry *path_parent_locked(struct dentry *cwd, const char *path, const char **last,
				  size_t *len)
{
	struct walk w = { .at = cwd ? cwd : root_dentry };
	int err = walk_text(&w, path, false, true, last, len);

	return err ? ERR_PTR(err) : w.at;
}

struct dentry *path_lookup(struct dentry *cwd, const char *path, bool follow_last)
{
	struct dentry *d;

	mutex_lock(&namespace_lock);
	d = path_lookup_locked(cwd, path, follow_last);
	if (!IS_ERR(d))
		dget(d);
	mutex_unlock(&namespace_lock);
	return d;
}

struct dentry *path_lookup_dir(struct dentry *cwd, const char *path)
{
	struct dentry *d = path_lookup(cwd, path, true);

	if (!IS_ERR(d) && !S_ISDIR(d->d_inode->i_mode)) {
		dput(d);
		return ERR_PTR(-ENOTDIR);
	}
	return d;
}

/* ---- Opening ---- */

/* May a name be made or taken away in @dir by whoever asks? */
static int may_change(struct dentry *dir)
{
	return dir->d_sb->s_open_names ? 0 : -EPERM;
}

/* The file that O_CREAT asks for: there already, or new. Returns it with a reference. */
static struct dentry *find_or_create_locked(struct dentry *cwd, const char *path, int flags,
					    umode_t mode)
{
	struct dentry *dir, *d;
	const char *last;
	struct inode *inode;
	size_t len;

	/* Through a symbolic link, as open() does; a link to nothing is not made into a file. */
	d = path_lookup_locked(cwd, path, !(flags & (O_EXCL | O_NOFOLLOW)));
	if (!IS_ERR(d))
		return flags & O_EXCL ? ERR_PTR(-EEXIST) : dget(d);
	if (PTR_ERR(d) != -ENOENT)
		return d;
	dir = path_parent_locked(cwd, path, &last, &len);
	if (IS_ERR(dir))
		return dir;
	if (last[len] == '/')
		return ERR_PTR(-EISDIR);
	if (may_change(dir))
		return ERR_PTR(-EACCES);	/* as Linux says for a new file in /proc or /sys */
	inode = ramfs_new_inode(dir->d_sb, S_IFREG | (mode & S_IALLUGO), 0);
	if (!inode)
		return ERR_PTR(-ENOMEM);
	d = tree_add_locked(dir, last, len, inode);
	if (IS_ERR(d)) {
		iput(inode);
		return PTR_ERR(d) == -EEXIST ? ERR_PTR(-ENOENT) : d;	/* the link to nothing */
	}
	return dget(d);
}

static int set_size(struct inode *inode, loff_t size)
{
	int err;

	if (!inode->i_op || !inode->i_op->setsize)
		return 0;	/* as in Linux: O_TRUNC means nothing to /proc, /sys and devices */
	inode_lock(inode);
	err = inode->i_op->setsize(inode, size);
	inode_unlock(inode);
	return err;
}

static int check_open(struct inode *inode, int flags)
{
	bool writes = (flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC);

	if (S_ISLNK(inode->i_mode))
		return -ELOOP;		/* only with O_NOFOLLOW */
	if (S_ISDIR(inode->i_mode))
		return writes || (flags & O_CREAT) ? -EISDIR : 0;
	if (flags & O_DIRECTORY)
		return -ENOTDIR;
	return 0;
}

struct file *open_path(struct dentry *cwd, const char *path, int flags, umode_t mode)
{
	struct dentry *d;
	struct file *f;
	int err;

	mutex_lock(&namespace_lock);
	if (flags & O_CREAT) {
		d = find_or_create_locked(cwd, path, flags, mode);
	} else {
		d = path_lookup_locked(cwd, path, !(flags & O_NOFOLLOW));
		if (!IS_ERR(d))
			dget(d);
	}
	mutex_unlock(&namespace_lock);
	if (IS_ERR(d))
		return ERR_CAST(d);
	err = check_open(d->d_inode, flags);
	if (!err && (flags & O_TRUNC))
		err = set_size(d->d_inode, 0);
	f = err ? ERR_PTR(err) : open_inode(d->d_inode, d, flags);
	dput(d);
	return f;
}

struct file *filp_open(const char *filename, int flags, umode_t mode)
{
	return open_path(NULL, filename, flags, mode);
}

/* ---- Telling ---- */

static int stat_path(struct dentry *cwd, const char *path, bool follow, struct file_stat *st)
{
	struct dentry *d = path_lookup(cwd, path, follow);
	struct inode *inode;

	if (IS_ERR(d))
		return PTR_ERR(d);
	inode = d->d_inode;
	st->mode = inode->i_mode;
	st->nlink = inode->i_nlink;
	st->uid = inode->i_uid;
	st->gid = inode->i_gid;
	st->ino = inode->i_ino;
	st->rdev = inode->i_rdev;
	st->size = i_size_read(inode);
	st->mtime = inode->i_mtime_sec;
	dput(d);
	return 0;
}

int path_stat(struct dentry *cwd, const char *path, struct file_stat *st)
{
	return stat_path(cwd, path, true, st);
}

int path_lstat(struct dentry *cwd, const char *path, struct file_stat *st)
{
	return stat_path(cwd, path, false, st);
}

ssize_t path_readlink(struct dentry *cwd, const char *path, char *buf, size_t size)
{
	struct dentry *d = path_lookup(cwd, path, false);
	ssize_t n;

	if (IS_ERR(d))
		return PTR_ERR(d);
	n = S_ISLNK(d->d_inode->i_mode) ? strscpy(buf, d->d_inode->i_link, size) : -EINVAL;
	dput(d);
	return n;
}

/* ---- Changing ---- */

/* Give @inode, whose reference is taken over, the name @path. */
static int add_name(struct dentry *cwd, const char *path, struct inode *inode, bool may_be_dir)
{
	struct dentry *dir, *d;
	const char *last;
	size_t len;
	int err;

	if (!inode)
		return -ENOMEM;
	mutex_lock(&namespace_lock);
	dir = path_parent_locked(cwd, path, &last, &len);
	err = PTR_ERR_OR_ZERO(dir);
	if (!err && last[len] == '/' && !may_be_dir)
		err = -ENOTDIR;
	if (!err && tree_lookup_locked(dir, last, len))
		err = -EEXIST;
	if (!err)
		err = may_change(dir);
	if (!err && inode->i_sb && inode->i_sb != dir->d_sb)
		err = -EXDEV;
	if (!err) {
		inode->i_sb = dir->d_sb;
		d = tree_add_locked(dir, last, len, inode);
		err = PTR_ERR_OR_ZERO(d);
	}
	mutex_unlock(&namespace_lock);
	if (err)
		iput(inode);
	return err;
}

int path_mkdir(struct dentry *cwd, const char *path, umode_t mode)
{
	return add_name(cwd, path, ramfs_new_inode(NULL, S_IFDIR | (mode & S_IALLUGO), 0), true);
}

int path_mknod(struct dentry *cwd, const char *path, umode_t mode, dev_t dev)
{
	if (!S_ISCHR(mode) && !S_ISREG(mode))
		return -EINVAL;
	return add_name(cwd, path, ramfs_new_inode(NULL, mode, dev), false);
}

int path_symlink(struct dentry *cwd, const char *target, const char *path)
{
	if (!*target)
		return -ENOENT;
	return add_name(cwd, path, new_symlink_inode(NULL, target, strlen(target)), false);
}

int path_link(struct dentry *cwd, const char *old, const char *path)
{
	struct dentry *d = path_lookup(cwd, old, false);
	int err;

	if (IS_ERR(d))
		return PTR_ERR(d);
	if (S_ISDIR(d->d_inode->i_mode) || !d->d_sb->s_open_names)
		err = -EPERM;
	else
		err = add_name(cwd, path, igrab(d->d_inode), false);
	dput(d);
	return err;
}

/* Take a name away; @dir_wanted tells rmdir from unlink. */
static int remove_name(struct dentry *cwd, const char *path, bool dir_wanted)
{
	struct dentry *dir, *d = NULL;
	const char *last;
	size_t len;
	int err;

	mutex_lock(&namespace_lock);
	dir = path_parent_locked(cwd, path, &last, &len);
	err = PTR_ERR_OR_ZERO(dir);
	if (err == -EEXIST)
		err = dir_wanted ? -EBUSY : -EISDIR;	/* "/", "." or ".." */
	if (!err) {
		d = tree_lookup_locked(dir, last, len);
		if (!d)
			err = -ENOENT;
		else if (dir_wanted && !S_ISDIR(d->d_inode->i_mode))
			err = -ENOTDIR;
		else if (!dir_wanted && S_ISDIR(d->d_inode->i_mode))
			err = -EISDIR;
		else if (!dir_wanted && last[len] == '/')
			err = -ENOTDIR;
		else if (d->d_flags & DENTRY_MOUNT)
			err = -EBUSY;
		else if (may_change(dir))
			err = -EPERM;
		else if (!list_empty(&d->d_subdirs))
			err = -ENOTEMPTY;
		else
			tree_remove_locked(d);
	}
	mutex_unlock(&namespace_lock);
	return err;
}

int path_unlink(struct dentry *cwd, const char *path)
{
	return remove_name(cwd, path, false);
}

int path_rmdir(struct dentry *cwd, const char *path)
{
	return remove_name(cwd, path, true);
}

/*
 * A new name for the same inode, then the old name goes: a dentry never changes its own. Directories
 * would have to take their children along: -EXDEV tells mv to copy them.
 */
int path_rename(struct dentry *cwd, const char *from, const char *to)
{
	struct dentry *old, *old_dir, *dir, *there, *d;
	const char *last;
	size_t len;
	int err;

	mutex_lock(&namespace_lock);
	old = path_lookup_locked(cwd, from, false);
	err = PTR_ERR_OR_ZERO(old);
	if (err)
		goto out;
	old_dir = old->d_parent;
	dir = path_parent_locked(cwd, to, &last, &len);
	err = PTR_ERR_OR_ZERO(dir);
	if (err)
		goto out;
	err = may_change(old_dir);
	if (!err)
		err = may_change(dir);
	if (err)
		goto out;
	err = -EXDEV;
	if (S_ISDIR(old->d_inode->i_mode) || dir->d_sb != old->d_sb)
		goto out;
	err = 0;
	there = tree_lookup_locked(dir, last, len);
	if (there && there->d_inode == old->d_inode)
		goto out;	/* two names of one file: POSIX wants nothing done */
	err = -EISDIR;
	if (there && S_ISDIR(there->d_inode->i_mode))
		goto out;
	d = tree_prepare(dir, last, len, old->d_inode);
	err = PTR_ERR_OR_ZERO(d);
	if (err)
		goto out;
	igrab(old->d_inode);
	if (there)
		tree_remove_locked(there);
	tree_insert_locked(d);
	tree_remove_locked(old);
out:
	mutex_unlock(&namespace_lock);
	return err;
}

int path_truncate(struct dentry *cwd, const char *path, loff_t size)
{
	struct dentry *d;
	int err;

	if (size < 0)
		return -EINVAL;
	d = path_lookup(cwd, path, true);
	if (IS_ERR(d))
		return PTR_ERR(d);
	if (S_ISDIR(d->d_inode->i_mode))
		err = -EISDIR;
	else if (!d->d_inode->i_op || !d->d_inode->i_op->setsize)
		err = -EINVAL;
	else
		err = set_size(d->d_inode, size);
	dput(d);
	return err;
}

int path_touch(struct dentry *cwd, const char *path)
{
	struct dentry *d = path_lookup(cwd, path, true);

	if (IS_ERR(d))
		return PTR_ERR(d);
	d->d_inode->i_mtime_sec = ktime_get_real_seconds();
	dput(d);
	return 0;
}

int path_chmod(struct dentry *cwd, const char *path, umode_t mode)
{
	struct dentry *d = path_lookup(cwd, path, true);

	if (IS_ERR(d))
		return PTR_ERR(d);
	d->d_inode->i_mode = (d->d_inode->i_mode & S_IFMT) | (mode & S_IALLUGO);
	dput(d);
	return 0;
}
