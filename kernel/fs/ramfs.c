// SPDX-License-Identifier: MIT
/*
 * ramfs: files that live in pages, nothing else. The root, what the initramfs holds, and /dev.
 *
 * A regular file's contents are pages, found through one array of page addresses that doubles when it
 * is too short. A missing page reads as zeros. inode->i_rwsem guards array, pages and size.
 * Together the files may take half of the memory; beyond that writing fails with -ENOSPC, so
 * that a careless `cat /dev/zero > /tmp/x` leaves the machine usable.
 */
#include <linux/slab.h>
#include <linux/mm.h>
#include <linux/gfp.h>
#include <linux/string.h>
#include <linux/minmax.h>
#include <linux/timekeeping.h>
#include "internal.h"

struct ramfs_data {
	unsigned long nr_slots;
	void **pages;		/* page contents, or NULL: zeros */
};

atomic_long_t nr_ramfs_pages;

long ramfs_max_pages(void)
{
	return totalram_pages() / 2;
}

static int take_page_allowance(void)
{
	if (atomic_long_inc_return(&nr_ramfs_pages) <= ramfs_max_pages())
		return 0;
	atomic_long_dec(&nr_ramfs_pages);
	return -ENOSPC;
}

static void drop_page(struct ramfs_data *data, unsigned long index)
{
	if (!data->pages[index])
		return;
	free_page((unsigned long)data->pages[index]);
	data->pages[index] = NULL;
	atomic_long_dec(&nr_ramfs_pages);
}

static int reserve_slots(struct ramfs_data *data, unsigned long wanted)
{
	unsigned long nr = max(data->nr_slots, 8UL);
	void **pages;

	if (wanted <= data->nr_slots)
		return 0;
	while (nr < wanted)
		nr *= 2;
	pages = kvcalloc(nr, sizeof(*pages), GFP_KERNEL | __GFP_NOWARN);
	if (!pages)
		return -ENOMEM;
	if (data->nr_slots)
		memcpy(pages, data->pages, data->nr_slots * sizeof(*pages));
	kvfree(data->pages);
	data->pages = pages;
	data->nr_slots = nr;
	return 0;
}

/* The page at @index, made if it is missing. */
static void *want_page(struct ramfs_data *data, unsigned long index)
{
	int err = reserve_slots(data, index + 1);

	if (err)
		return ERR_PTR(err);
	if (data->pages[index])
		return data->pages[index];
	err = take_page_allowance();
	if (err)
		return ERR_PTR(err);
	data->pages[index] = (void *)__get_free_page(GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN);
	if (!data->pages[index]) {
		atomic_long_dec(&nr_ramfs_pages);
		return ERR_PTR(-ENOMEM);
	}
	return data->pages[index];
}

static ssize_t ramfs_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	struct inode *inode = file->f_inode;
	struct ramfs_data *data = inode->i_private;
	size_t done = 0;

	down_read(&inode->i_rwsem);
	if (*pos < inode->i_size)
		count = min_t(u64, count, inode->i_size - *pos);
	else
		count = 0;
	while (done < count) {
		unsigned long index = (*pos + done) >> PAGE_SHIFT;
		size_t off = (*pos + done) & (PAGE_SIZE - 1);
		size_t n = min(count - done, PAGE_SIZE - off);

		if (index < data->nr_slots && data->pages[index])
			memcpy(buf + done, data->pages[index] + off, n);
		else
			memset(buf + done, 0, n);
		done += n;
	}
	up_read(&inode->i_rwsem);
	*pos += done;
	return done;
}

static ssize_t ramfs_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	struct inode *inode = file->f_inode;
	struct ramfs_data *data = inode->i_private;
	size_t done = 0;
	int err = 0;
	loff_t at;

	inode_lock(inode);
	at = file->f_flags & O_APPEND ? inode->i_size : *pos;
	if (at < 0 || at > MAX_LFS_FILESIZE - (loff_t)count)
		err = -EFBIG;
	while (!err && done < count) {
		size_t off = (at + done) & (PAGE_SIZE - 1);
		size_t n = min(count - done, PAGE_SIZE - off);
		void *page = want_page(data, (at + done) >> PAGE_SHIFT);

		if (IS_ERR(page)) {
			err = PTR_ERR(page);
			break;
		}
		memcpy(page + off, buf + done, n);
		done += n;
	}
	if (done) {
		at += done;
		if (at > inode->i_size)
			i_size_write(inode, at);
		inode->i_mtime_sec = ktime_get_real_seconds();
		*pos = at;
	}
	inode_unlock(inode);
	return done ? done : err;
}

static int ramfs_setsize(struct inode *inode, loff_t size)
{
	struct ramfs_data *data = inode->i_private;
	unsigned long keep = (size + PAGE_SIZE - 1) >> PAGE_SHIFT;
	size_t tail = size & (PAGE_SIZE - 1);

	for (unsigned long i = keep; i < data->nr_slots; i++)
		drop_page(data, i);
	/* What a later growth uncovers must read as zeros. */
	if (tail && keep <= data->nr_slots && data->pages[keep - 1])
		memset(data->pages[keep - 1] + tail, 0, PAGE_SIZE - tail);
	if (!keep) {
		kvfree(data->pages);
		data->pages = NULL;
		data->nr_slots = 0;
	}
	i_size_write(inode, size);
	inode->i_mtime_sec = ktime_get_real_seconds();
	return 0;
}

static void ramfs_evict(struct inode *inode)
{
	ramfs_setsize(inode, 0);
	kfree(inode->i_private);
}

static int ramfs_fsync(struct file *file, loff_t start, loff_t end, int datasync)
{
	return 0;	/* there is no slower memory to write to */
}

static const struct file_operations ramfs_file_operations = {
	.read = ramfs_read,
	.write = ramfs_write,
	.llseek = generic_file_llseek,
	.fsync = ramfs_fsync,
};

static const struct inode_operations ramfs_file_inode_operations = {
	.setsize = ramfs_setsize,
	.evict = ramfs_evict,
};

struct inode *ramfs_new_inode(struct super_block *sb, umode_t mode, dev_t rdev)
{
	struct inode *inode = new_inode(sb, mode);

	if (!inode)
		return NULL;
	if (S_ISDIR(mode)) {
		inode->i_fop = &simple_dir_operations;
	} else if (S_ISREG(mode)) {
		inode->i_private = kzalloc(sizeof(struct ramfs_data), GFP_KERNEL);
		if (!inode->i_private) {
			iput(inode);
			return NULL;
		}
		inode->i_op = &ramfs_file_inode_operations;
		inode->i_fop = &ramfs_file_operations;
	} else if (S_ISCHR(mode)) {
		inode->i_rdev = rdev;
		inode->i_fop = &def_chr_fops;
	}
	return inode;
}

struct file *create_unnamed_file(void)
{
	struct inode *inode = ramfs_new_inode(NULL, S_IFREG | 0600, 0);
	struct file *f;

	if (!inode)
		return ERR_PTR(-ENOMEM);
	f = open_inode(inode, NULL, O_RDWR);
	iput(inode);
	return f;
}

static void symlink_evict(struct inode *inode)
{
	kfree(inode->i_link);
}

static const struct inode_operations symlink_inode_operations = {
	.evict = symlink_evict,
};

struct inode *new_symlink_inode(struct super_block *sb, const char *target, size_t len)
{
	struct inode *inode = new_inode(sb, S_IFLNK | 0777);

	if (!inode)
		return NULL;
	inode->i_link = kstrndup(target, len, GFP_KERNEL);
	if (!inode->i_link) {
		iput(inode);
		return NULL;
	}
	inode->i_op = &symlink_inode_operations;
	i_size_write(inode, len);
	return inode;
}
