// SPDX-License-Identifier: MIT
/*
 * The tree of names.
 *
 * Each directory has its names in a list, in order of creation, for readdir; all names are also in
 * one hash table, by directory and name, for look-up. One mutex guards names everywhere: it is held
 * for the few hundred instructions of a look-up or change and never while a driver's code runs,
 * so there is nothing to gain from finer locks.
 *
 * Invariant: a dentry that is in the tree is hashed, on its parent's list, and holds one count of
 *            itself; its parent is in the tree too, or is the root.
 * Invariant: DENTRY_DEAD is set exactly when it has left the tree. It never comes back.
 * A dead dentry keeps its parent and its inode until the last holder puts it: an open file may
 * still ask for its path.
 */
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/printk.h>
#include "internal.h"

#define HASH_BITS 10

DEFINE_MUTEX(namespace_lock);
struct dentry *root_dentry;
atomic_long_t nr_dentries;

static struct kmem_cache *dentry_cache;
static struct hlist_head buckets[1 << HASH_BITS];	/* namespace_lock */
static u64 last_cookie = 2;	/* namespace_lock; 0 and 1 are "." and ".." to readdir */

void __init dcache_init(void)
{
	dentry_cache = kmem_cache_create("dentry", sizeof(struct dentry), 0, SLAB_PANIC, NULL);
}

/* FNV-1a, mixed with the directory so that the many files called "uevent" or "size" spread. */
static u32 hash_name(const struct dentry *parent, const char *name, size_t len)
{
	u32 h = 2166136261u ^ (u32)((unsigned long)parent >> 6);

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)name[i]) * 16777619u;
	return h;
}

static struct hlist_head *bucket(u32 hash)
{
	return &buckets[(hash ^ hash >> HASH_BITS ^ hash >> 2 * HASH_BITS) & ((1 << HASH_BITS) - 1)];
}

struct dentry *dget(struct dentry *dentry)
{
	if (dentry)
		atomic_inc(&dentry->d_count);
	return dentry;
}

void dput(struct dentry *dentry)
{
	struct dentry *parent;

	/* A loop, not a recursion: the last file of a removed tree takes its folders with it. */
	while (!IS_ERR_OR_NULL(dentry) && atomic_dec_and_test(&dentry->d_count)) {
		parent = dentry->d_parent == dentry ? NULL : dentry->d_parent;
		WARN_ON(!(dentry->d_flags & DENTRY_DEAD));
		iput(dentry->d_inode);
		if (dentry->d_name.name != dentry->d_iname)
			kfree(dentry->d_name.name);
		kmem_cache_free(dentry_cache, dentry);
		atomic_long_dec(&nr_dentries);
		dentry = parent;
	}
}

static struct dentry *alloc_dentry(struct dentry *parent, const char *name, size_t len)
{
	struct dentry *d = kmem_cache_zalloc(dentry_cache, GFP_KERNEL);
	char *copy;

	if (!d)
		return NULL;
	copy = (char *)d->d_iname;
	if (len >= DNAME_INLINE_LEN) {
		copy = kmalloc(len + 1, GFP_KERNEL);
		if (!copy) {
			kmem_cache_free(dentry_cache, d);
			return NULL;
		}
	}
	atomic_long_inc(&nr_dentries);
	memcpy(copy, name, len);
	copy[len] = '\0';
	d->d_name.name = (unsigned char *)copy;
	d->d_name.len = len;
	atomic_set(&d->d_count, 1);
	d->d_parent = parent ? dget(parent) : d;
	INIT_HLIST_NODE(&d->d_hash);
	INIT_LIST_HEAD(&d->d_child);
	INIT_LIST_HEAD(&d->d_subdirs);
	return d;
}

struct dentry *tree_lookup_locked(struct dentry *parent, const char *name, size_t len)
{
	u32 hash = hash_name(parent, name, len);
	struct dentry *d;

	lockdep_assert_held(&namespace_lock);
	hlist_for_each_entry(d, bucket(hash), d_hash) {
		if (d->d_name.hash == hash && d->d_parent == parent && d->d_name.len == len &&
		    !memcmp(d->d_name.name, name, len))
			return d;
	}
	return NULL;
}

static bool name_is_valid(const char *name, size_t len)
{
	if (!len || memchr(name, '/', len))
		return false;
	return !(name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.')));
}

struct dentry *tree_prepare(struct dentry *parent, const char *name, size_t len,
			    struct inode *inode)
{
	struct dentry *d;

	if (parent) {
		if (!S_ISDIR(parent->d_inode->i_mode))
			return ERR_PTR(-ENOTDIR);
		if (!name_is_valid(name, len))
			return ERR_PTR(-EINVAL);
		if (len > NAME_MAX)
			return ERR_PTR(-ENAMETOOLONG);
	}
	d = alloc_dentry(parent, name, len);
	if (!d)
		return ERR_PTR(-ENOMEM);
	d->d_inode = inode;
	d->d_sb = inode->i_sb;
	d->d_name.hash = hash_name(parent, name, len);
	d->d_flags = DENTRY_DEAD;
	return d;
}

void tree_insert_locked(struct dentry *d)
{
	struct dentry *parent = d->d_parent;

	lockdep_assert_held(&namespace_lock);
	d->d_flags &= ~DENTRY_DEAD;
	d->d_cookie = ++last_cookie;
	d->d_inode->i_nlink++;
	if (parent == d)
		return;
	hlist_add_head(&d->d_hash, bucket(d->d_name.hash));
	list_add_tail(&d->d_child, &parent->d_subdirs);
}

struct dentry *tree_add_locked(struct dentry *parent, const char *name, size_t len,
			       struct inode *inode)
{
	struct dentry *d;

	lockdep_assert_held(&namespace_lock);
	if (parent && (parent->d_flags & DENTRY_DEAD))
		return ERR_PTR(-ENOENT);
	if (parent && tree_lookup_locked(parent, name, len))
		return ERR_PTR(-EEXIST);
	d = tree_prepare(parent, name, len, inode);
	if (!IS_ERR(d))
		tree_insert_locked(d);
	return d;
}

void tree_remove_locked(struct dentry *dentry)
{
	lockdep_assert_held(&namespace_lock);
	WARN_ON(!list_empty(&dentry->d_subdirs));
	if (dentry->d_flags & DENTRY_DEAD)
		return;
	dentry->d_flags |= DENTRY_DEAD;
	hlist_del_init(&dentry->d_hash);
	list_del_init(&dentry->d_child);
	dentry->d_inode->i_nlink--;
	dput(dentry);
}

struct dentry *tree_add(struct dentry *parent, const char *name, struct inode *inode)
{
	struct dentry *d;

	mutex_lock(&namespace_lock);
	d = tree_add_locked(parent, name, strlen(name), inode);
	mutex_unlock(&namespace_lock);
	return d;
}

struct dentry *tree_lookup(struct dentry *parent, const char *name)
{
	struct dentry *d;

	mutex_lock(&namespace_lock);
	d = dget(tree_lookup_locked(parent, name, strlen(name)));
	mutex_unlock(&namespace_lock);
	return d;
}

void tree_remove(struct dentry *top)
{
	struct dentry *d;
	bool done = false;

	/*
	 * Leaves first, one at a time: a gate may wait for a driver, so it is closed after the
	 * lock is dropped. The name is already gone then, so nobody opens the file anew.
	 */
	while (!done) {
		mutex_lock(&namespace_lock);
		for (d = top; !list_empty(&d->d_subdirs);)
			d = list_first_entry(&d->d_subdirs, struct dentry, d_child);
		done = d == top;
		dget(d);
		tree_remove_locked(d);
		mutex_unlock(&namespace_lock);
		if (d->d_inode->i_gate)
			gate_close(d->d_inode->i_gate);
		dput(d);
	}
}

struct dentry *tree_first_child_locked(struct dentry *dir, u64 cookie)
{
	struct dentry *d;

	lockdep_assert_held(&namespace_lock);
	/* A reader goes through the list in order; most continue at its end or start at its head. */
	list_for_each_entry(d, &dir->d_subdirs, d_child) {
		if (d->d_cookie >= cookie)
			return d;
	}
	return NULL;
}

char *dentry_path_raw(const struct dentry *dentry, char *buf, int buflen)
{
	char *end = buf + buflen;
	const struct dentry *d = dentry;

	if (buflen < 2)
		return ERR_PTR(-ENAMETOOLONG);
	*--end = '\0';
	if (d->d_parent == d)
		*--end = '/';
	/* d_parent and d_name never change and each dentry holds its parent: no lock is needed. */
	for (; d->d_parent != d; d = d->d_parent) {
		if (end - buf < (long)d->d_name.len + 1)
			return ERR_PTR(-ENAMETOOLONG);
		end -= d->d_name.len;
		memcpy(end, d->d_name.name, d->d_name.len);
		*--end = '/';
	}
	return end;
}

char *d_path(const struct path *path, char *buf, int buflen)
{
	return dentry_path_raw(path->dentry, buf, buflen);
}
