/* SPDX-License-Identifier: MIT */
/*
 * Files as drivers and the kernel see them: struct file, struct inode, the operations, character
 * device numbers, and the helpers that drivers build their operations from. Names and meaning are
 * those of Linux 6.1; what Paddock's single in-memory tree does not need is left out.
 *
 * Field key: [I] set at creation, then constant  [A] atomic  [R] inode->i_rwsem  [P] file->f_pos_lock
 */
#pragma once

#include <linux/types.h>
#include <linux/list.h>
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/err.h>
#include <linux/kdev_t.h>
#include <linux/stat.h>
#include <linux/fcntl.h>
#include <linux/dcache.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/wait.h>
#include <linux/spinlock.h>
#include <linux/bug.h>
#include <linux/ioctl.h>

struct module;
struct cdev;
struct pipe_inode_info;
struct poll_table_struct;
struct vm_area_struct;
struct dir_context;
struct file;
struct seq_file;
struct kstatfs;

#define PATH_MAX	4096	/* bytes of a path, its NUL included */
#ifndef NAME_MAX
#define NAME_MAX	255
#endif
#define MAX_LFS_FILESIZE ((loff_t)0x7fffffffffffffffLL)

#ifndef SEEK_SET
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#endif

/* file->f_mode */
#define FMODE_READ		((fmode_t)0x1)
#define FMODE_WRITE		((fmode_t)0x2)
#define FMODE_LSEEK		((fmode_t)0x4)
#define FMODE_PREAD		((fmode_t)0x8)
#define FMODE_PWRITE		((fmode_t)0x10)
#define FMODE_NOWAIT		((fmode_t)0x8000000)
#define FMODE_STREAM		((fmode_t)0x200000)	/* has no position */
#define FMODE_ATOMIC_POS	((fmode_t)0x8000)

/* d_type of a directory entry. */
#define DT_UNKNOWN	0
#define DT_FIFO		1
#define DT_CHR		2
#define DT_DIR		4
#define DT_BLK		6
#define DT_REG		8
#define DT_LNK		10

typedef void *fl_owner_t;

struct path {
	struct dentry *dentry;		/* holds a reference */
};

struct file_operations {
	struct module *owner;
	loff_t (*llseek)(struct file *, loff_t, int);
	ssize_t (*read)(struct file *, char __user *, size_t, loff_t *);
	ssize_t (*write)(struct file *, const char __user *, size_t, loff_t *);
	int (*iterate)(struct file *, struct dir_context *);
	int (*iterate_shared)(struct file *, struct dir_context *);
	__poll_t (*poll)(struct file *, struct poll_table_struct *);
	long (*unlocked_ioctl)(struct file *, unsigned int, unsigned long);
	long (*compat_ioctl)(struct file *, unsigned int, unsigned long);
	int (*mmap)(struct file *, struct vm_area_struct *);
	int (*open)(struct inode *, struct file *);
	int (*flush)(struct file *, fl_owner_t id);
	int (*release)(struct inode *, struct file *);
	int (*fsync)(struct file *, loff_t, loff_t, int datasync);
	int (*fasync)(int, struct file *, int);
};

/* What the file system does with an inode. Either may be NULL. */
struct inode_operations {
	int (*setsize)(struct inode *inode, loff_t size);	/* O_TRUNC, truncate(); i_rwsem held */
	void (*evict)(struct inode *inode);			/* the last holder is gone: free what it had */
};

struct inode {
	umode_t i_mode;			/* [I] type and permissions; permissions are shown, not enforced */
	unsigned int i_uid, i_gid;
	unsigned int i_nlink;		/* names, under the namespace lock */
	dev_t i_rdev;			/* [I] of a device node */
	unsigned long i_ino;		/* [I] unique in the tree */
	loff_t i_size;			/* [R] bytes */
	time64_t i_mtime_sec;		/* last change of the contents, seconds since 1970 */
	const struct inode_operations *i_op;	/* [I] */
	const struct file_operations *i_fop;	/* [I] what open() gives to the file */
	struct super_block *i_sb;	/* [I] */
	struct rw_semaphore i_rwsem;	/* contents of regular files */
	void *i_private;		/* the file system's, or the driver's */
	union {
		struct pipe_inode_info *i_pipe;
		struct cdev *i_cdev;	/* [I] after the first open of a device node */
		char *i_link;		/* [I] target of a symbolic link, owned */
	};
	atomic_t i_count;		/* [A] holders: dentries and open files */
	struct inode_gate *i_gate;	/* [I] of files whose code can go away, see kernel/fs/gate.h; owned */
};

struct file {
	const struct file_operations *f_op;
	atomic_long_t f_count;		/* [A] */
	unsigned int f_flags;		/* O_* */
	fmode_t f_mode;			/* [I] FMODE_* */
	loff_t f_pos;			/* [P] */
	struct mutex f_pos_lock;	/* one read, write or seek by position at a time */
	struct path f_path;		/* [I] dentry NULL for a pipe */
	struct inode *f_inode;		/* [I] holds a reference */
	void *private_data;		/* the driver's */
	struct cdev *f_cdev;		/* [I] of an open device: a reference */
	struct list_head f_gate_node;	/* in i_gate->files, under its lock */
	int f_active;			/* calls of f_op under way through the gate, under its lock */
	bool f_opened;			/* ->open() came back with 0: release() is owed */
	bool f_revoked;			/* the gate was closed: release() has been called */
	bool f_closing;			/* the last count is gone, release() may be under way */
	pid_t f_opener;			/* thread that opened it; once closing, the one that closes it */
	struct list_head f_list;	/* all open files */
};

struct super_block {
	const char *s_type;		/* [I] "ramfs", "proc", as in /proc/mounts */
	const char *s_source;		/* [I] first word in /proc/mounts */
	struct dentry *s_root;		/* [I] */
	bool s_open_names;		/* [I] anybody may make and remove names: ramfs, /dev */
	void *s_fs_info;
	struct list_head s_list;	/* in the list of mounts, in order of mounting */
};

static inline struct inode *file_inode(const struct file *f)
{
	return f->f_inode;
}

static inline struct dentry *file_dentry(const struct file *f)
{
	return f->f_path.dentry;
}

static inline unsigned int iminor(const struct inode *inode)
{
	return MINOR(inode->i_rdev);
}

static inline unsigned int imajor(const struct inode *inode)
{
	return MAJOR(inode->i_rdev);
}

static inline loff_t i_size_read(const struct inode *inode)
{
	return READ_ONCE(inode->i_size);
}

static inline void i_size_write(struct inode *inode, loff_t size)
{
	WRITE_ONCE(inode->i_size, size);
}

static inline void inode_lock(struct inode *inode)
{
	down_write(&inode->i_rwsem);
}

static inline void inode_unlock(struct inode *inode)
{
	up_write(&inode->i_rwsem);
}

/* One more, one less holder. fput() of the last one calls ->release() and may sleep. */
struct file *get_file(struct file *f);
void fput(struct file *f);

/*
 * filp_open - open by path, from the root.
 * @filename: absolute, or relative to "/". @flags: O_*. @mode: permissions of a new file.
 * Context: thread; sleeps.
 * Returns: the file, to be closed with filp_close(), or ERR_PTR: -ENOENT, -ENOTDIR, -EISDIR, -EEXIST,
 *          -ELOOP, -ENAMETOOLONG, -ENXIO (no such device), -ENOMEM, what ->open() said.
 */
struct file *filp_open(const char *filename, int flags, umode_t mode);
int filp_close(struct file *filp, fl_owner_t id);

/* Read or write at *pos, which moves on. Return bytes, or -EBADF, -EINVAL, what the file said. */
ssize_t kernel_read(struct file *file, void *buf, size_t count, loff_t *pos);
ssize_t kernel_write(struct file *file, const void *buf, size_t count, loff_t *pos);
ssize_t vfs_read(struct file *file, char __user *buf, size_t count, loff_t *pos);
ssize_t vfs_write(struct file *file, const char __user *buf, size_t count, loff_t *pos);
loff_t vfs_llseek(struct file *file, loff_t offset, int whence);
long vfs_ioctl(struct file *file, unsigned int cmd, unsigned long arg);
int vfs_fsync(struct file *file, int datasync);

/* Helpers for ->llseek, ->open, ->read, ->write. Each does what its name does in Linux. */
loff_t generic_file_llseek(struct file *file, loff_t offset, int whence);
loff_t fixed_size_llseek(struct file *file, loff_t offset, int whence, loff_t size);
loff_t default_llseek(struct file *file, loff_t offset, int whence);
loff_t noop_llseek(struct file *file, loff_t offset, int whence);
loff_t no_llseek(struct file *file, loff_t offset, int whence);	/* -ESPIPE */
int nonseekable_open(struct inode *inode, struct file *filp);
int stream_open(struct inode *inode, struct file *filp);
int simple_open(struct inode *inode, struct file *file);	/* private_data = i_private */
ssize_t simple_read_from_buffer(void __user *to, size_t count, loff_t *ppos, const void *from,
				size_t available);
ssize_t simple_write_to_buffer(void *to, size_t available, loff_t *ppos, const void __user *from,
			       size_t count);
ssize_t memory_read_from_buffer(void *to, size_t count, loff_t *ppos, const void *from,
				size_t available);

/* fops_get, fops_put - hold the module that the operations lie in. */
#define fops_get(fops) \
	({ const struct file_operations *_fops = (fops); \
	   (_fops && try_module_get(_fops->owner)) ? _fops : NULL; })
#define fops_put(fops) \
	do { const struct file_operations *_fops = (fops); if (_fops) module_put(_fops->owner); } while (0)
#define replace_fops(f, fops) \
	do { struct file *__file = (f); fops_put(__file->f_op); __file->f_op = (fops); } while (0)

/*
 * Character device numbers. A range belongs to one name; /proc/devices lists them.
 * Return 0 (register_chrdev(0, …): the major), -EBUSY when taken, -EINVAL, -ENOMEM.
 */
int alloc_chrdev_region(dev_t *dev, unsigned int baseminor, unsigned int count, const char *name);
int register_chrdev_region(dev_t from, unsigned int count, const char *name);
void unregister_chrdev_region(dev_t from, unsigned int count);
int __register_chrdev(unsigned int major, unsigned int baseminor, unsigned int count,
		      const char *name, const struct file_operations *fops);
void __unregister_chrdev(unsigned int major, unsigned int baseminor, unsigned int count,
			 const char *name);

static inline int register_chrdev(unsigned int major, const char *name,
				  const struct file_operations *fops)
{
	return __register_chrdev(major, 0, 256, name, fops);
}

static inline void unregister_chrdev(unsigned int major, const char *name)
{
	__unregister_chrdev(major, 0, 256, name);
}

/*
 * Files that hold one number: DEFINE_SIMPLE_ATTRIBUTE(fops, get, set, "%llu\n"); get or set may be NULL.
 */
int simple_attr_open(struct inode *inode, struct file *file, int (*get)(void *, u64 *),
		     int (*set)(void *, u64), const char *fmt);
int simple_attr_release(struct inode *inode, struct file *file);
ssize_t simple_attr_read(struct file *file, char __user *buf, size_t len, loff_t *ppos);
ssize_t simple_attr_write(struct file *file, const char __user *buf, size_t len, loff_t *ppos);
ssize_t simple_attr_write_signed(struct file *file, const char __user *buf, size_t len, loff_t *ppos);

static inline __attribute__((format(printf, 1, 2)))
void __simple_attr_check_format(const char *fmt, ...)
{
}

#define DEFINE_SIMPLE_ATTRIBUTE_XSIGNED(__fops, __get, __set, __fmt, __write) \
static int __fops##_open(struct inode *inode, struct file *file) \
{ \
	__simple_attr_check_format(__fmt, 0ull); \
	return simple_attr_open(inode, file, __get, __set, __fmt); \
} \
static const struct file_operations __fops = { \
	.owner = THIS_MODULE, \
	.open = __fops##_open, \
	.release = simple_attr_release, \
	.read = simple_attr_read, \
	.write = __write, \
	.llseek = generic_file_llseek, \
}
#define DEFINE_SIMPLE_ATTRIBUTE(__fops, __get, __set, __fmt) \
	DEFINE_SIMPLE_ATTRIBUTE_XSIGNED(__fops, __get, __set, __fmt, simple_attr_write)
#define DEFINE_SIMPLE_ATTRIBUTE_SIGNED(__fops, __get, __set, __fmt) \
	DEFINE_SIMPLE_ATTRIBUTE_XSIGNED(__fops, __get, __set, __fmt, simple_attr_write_signed)

/* Directory reading: ->iterate_shared() gives one entry after the other to ctx->actor. */
typedef bool (*filldir_t)(struct dir_context *, const char *name, int namelen, loff_t offset, u64 ino,
			  unsigned int type);

struct dir_context {
	filldir_t actor;	/* false: enough */
	loff_t pos;
};

int iterate_dir(struct file *file, struct dir_context *ctx);

/* d_path - the path of @path, written at the end of @buf. Returns its start, or ERR_PTR(-ENAMETOOLONG). */
char *d_path(const struct path *path, char *buf, int buflen);
static inline char *file_path(struct file *file, char *buf, int buflen)
{
	return d_path(&file->f_path, buf, buflen);
}
