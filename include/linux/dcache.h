/* SPDX-License-Identifier: MIT */
/*
 * Names in the file tree. A dentry is one name in one directory and says which inode it stands for.
 *
 * All file systems here live in memory, so the dentries are the tree itself and not a cache of it:
 * a name is in the tree exactly while it is hashed. kernel/fs/dcache.c explains the rules.
 *
 * Field key: [I] set at creation, then constant  [N] namespace_lock  [A] atomic
 */
#pragma once

#include <linux/types.h>
#include <linux/list.h>
#include <linux/atomic.h>

struct inode;
struct super_block;

struct qstr {
	u32 hash;
	u32 len;			/* without the NUL */
	const unsigned char *name;
};

#define DNAME_INLINE_LEN 32

struct dentry {
	atomic_t d_count;		/* [A] holders; a name in the tree counts as one */
	unsigned int d_flags;		/* [N] DENTRY_* */
	struct hlist_node d_hash;	/* [N] by (parent, name) */
	struct dentry *d_parent;	/* [I] holds a reference; the root is its own parent */
	struct qstr d_name;		/* [I] */
	struct inode *d_inode;		/* [I] holds a reference */
	struct super_block *d_sb;	/* [I] */
	struct list_head d_child;	/* [N] in the parent's d_subdirs, by increasing d_cookie */
	struct list_head d_subdirs;	/* [N] */
	u64 d_cookie;			/* [I] place in the parent, for readdir; never used twice */
	void *d_fsdata;			/* of the file system */
	unsigned char d_iname[DNAME_INLINE_LEN];	/* short names */
};

/* Flags of d_flags. */
#define DENTRY_DEAD	(1u << 0)	/* taken out of the tree; a directory takes no new names */
#define DENTRY_MOUNT	(1u << 1)	/* the root of a file system */

static inline struct inode *d_inode(const struct dentry *dentry)
{
	return dentry->d_inode;
}

static inline bool d_unhashed(const struct dentry *dentry)
{
	return dentry->d_flags & DENTRY_DEAD;
}

/* dget, dput - one more or one less holder. dput() of the last one frees it; it may sleep. */
struct dentry *dget(struct dentry *dentry);
void dput(struct dentry *dentry);

/* d_path needs struct path; see <linux/fs.h>. dentry_path_raw - the full path, written at the buffer's end. */
char *dentry_path_raw(const struct dentry *dentry, char *buf, int buflen);
