// SPDX-License-Identifier: MIT
/*
 * Inodes: what a name stands for. They are counted; dentries and open files are the holders, so
 * the contents of a removed file live until it is closed.
 */
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include "internal.h"

static struct kmem_cache *inode_cache;
atomic_long_t nr_inodes;
static atomic_long_t last_ino = ATOMIC_LONG_INIT(0);

void __init inode_init(void)
{
	inode_cache = kmem_cache_create("inode_cache", sizeof(struct inode), 0, SLAB_PANIC, NULL);
}

struct inode *new_inode(struct super_block *sb, umode_t mode)
{
	struct inode *inode = kmem_cache_zalloc(inode_cache, GFP_KERNEL);

	if (!inode)
		return NULL;
	atomic_long_inc(&nr_inodes);
	inode->i_mode = mode;
	inode->i_ino = atomic_long_inc_return(&last_ino);
	inode->i_sb = sb;
	inode->i_mtime_sec = ktime_get_real_seconds();
	init_rwsem(&inode->i_rwsem);
	atomic_set(&inode->i_count, 1);
	return inode;
}

struct inode *igrab(struct inode *inode)
{
	atomic_inc(&inode->i_count);
	return inode;
}

void iput(struct inode *inode)
{
	if (!inode || !atomic_dec_and_test(&inode->i_count))
		return;
	if (inode->i_op && inode->i_op->evict)
		inode->i_op->evict(inode);
	kfree(inode->i_gate);
	kmem_cache_free(inode_cache, inode);
	atomic_long_dec(&nr_inodes);
}
