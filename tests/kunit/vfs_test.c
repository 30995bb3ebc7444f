// SPDX-License-Identifier: MIT
/* The file tree: paths, files, names, pipes, and that nothing is left behind. */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <paddock/fs.h>
#include <paddock/sched.h>

#define TOP "/tmp/vfs-test"

static int vfs_test_init(struct kunit *test)
{
	struct fs_counts *before = kunit_kzalloc(test, sizeof(*before), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, before);
	fs_get_counts(before);
	test->priv = before;
	KUNIT_ASSERT_EQ(test, path_mkdir(NULL, TOP, 0755), 0);
	return 0;
}

/* Every test removes what it made; then all counts are as before. */
static void vfs_test_exit(struct kunit *test)
{
	struct fs_counts *before = test->priv, after;

	KUNIT_EXPECT_EQ(test, path_rmdir(NULL, TOP), 0);
	fs_get_counts(&after);
	KUNIT_EXPECT_EQ(test, after.files, before->files);
	KUNIT_EXPECT_EQ(test, after.inodes, before->inodes);
	KUNIT_EXPECT_EQ(test, after.dentries, before->dentries);
	KUNIT_EXPECT_EQ(test, after.ramfs_pages, before->ramfs_pages);
}

static int open_errno(const char *path, int flags)
{
	struct file *f = filp_open(path, flags, 0644);

	if (IS_ERR(f))
		return PTR_ERR(f);
	fput(f);
	return 0;
}

static int put_text(const char *path, const char *text, int flags)
{
	struct file *f = filp_open(path, O_WRONLY | O_CREAT | flags, 0644);
	int err;

	if (IS_ERR(f))
		return PTR_ERR(f);
	err = file_write_all(f, text, strlen(text));
	fput(f);
	return err;
}

static void expect_text(struct kunit *test, const char *path, const char *text)
{
	void *data;
	size_t len;
	int err = read_whole_file(NULL, path, &data, &len);

	KUNIT_ASSERT_EQ(test, err, 0);
	KUNIT_EXPECT_EQ(test, len, strlen(text));
	KUNIT_EXPECT_STREQ(test, (char *)data, text);
	kvfree(data);
}

static void paths_are_walked(struct kunit *test)
{
	char *name = kunit_kzalloc(test, PATH_MAX + 16, GFP_KERNEL);

	KUNIT_ASSERT_EQ(test, put_text(TOP "/f", "x", 0), 0);
	KUNIT_ASSERT_EQ(test, path_mkdir(NULL, TOP "/d/", 0755), 0);
	expect_text(test, "//tmp/./vfs-test/../vfs-test//f", "x");
	expect_text(test, "tmp/vfs-test/d/../f", "x");
	KUNIT_EXPECT_EQ(test, open_errno("/../../tmp", O_RDONLY), 0);
	KUNIT_EXPECT_EQ(test, open_errno(TOP "/none", O_RDONLY), -ENOENT);
	KUNIT_EXPECT_EQ(test, open_errno(TOP "/none/f", O_RDONLY), -ENOENT);
	KUNIT_EXPECT_EQ(test, open_errno(TOP "/f/", O_RDONLY), -ENOTDIR);
	KUNIT_EXPECT_EQ(test, open_errno(TOP "/f/x", O_RDONLY), -ENOTDIR);
	KUNIT_EXPECT_EQ(test, open_errno(TOP "/f/..", O_RDONLY), -ENOTDIR);
	KUNIT_EXPECT_EQ(test, open_errno("", O_RDONLY), -ENOENT);
	KUNIT_EXPECT_EQ(test, open_errno(TOP "/d", O_WRONLY), -EISDIR);
	KUNIT_EXPECT_EQ(test, open_errno(TOP "/new/", O_WRONLY | O_CREAT), -EISDIR);
	KUNIT_EXPECT_EQ(test, open_errno(TOP "/f", O_WRONLY | O_CREAT | O_EXCL), -EEXIST);
	KUNIT_EXPECT_EQ(test, open_errno(TOP "/f", O_RDONLY | O_DIRECTORY), -ENOTDIR);
	KUNIT_ASSERT_NOT_NULL(test, name);
	memset(name, 'a', NAME_MAX + 1);
	KUNIT_EXPECT_EQ(test, open_errno(name, O_RDONLY), -ENAMETOOLONG);
	memset(name, '/', PATH_MAX);
	KUNIT_EXPECT_EQ(test, open_errno(name, O_RDONLY), -ENAMETOOLONG);
	KUNIT_EXPECT_EQ(test, path_unlink(NULL, TOP "/f"), 0);
	KUNIT_EXPECT_EQ(test, path_rmdir(NULL, TOP "/d"), 0);
}

static void links_are_followed(struct kunit *test)
{
	struct file_stat st;
	char buf[64];

	KUNIT_ASSERT_EQ(test, put_text(TOP "/f", "text", 0), 0);
	KUNIT_ASSERT_EQ(test, path_symlink(NULL, "f", TOP "/rel"), 0);
	KUNIT_ASSERT_EQ(test, path_symlink(NULL, TOP, TOP "/abs"), 0);
	KUNIT_ASSERT_EQ(test, path_symlink(NULL, "loop", TOP "/loop"), 0);
	KUNIT_ASSERT_EQ(test, path_symlink(NULL, "nowhere", TOP "/dangling"), 0);
	expect_text(test, TOP "/rel", "text");
	expect_text(test, TOP "/abs/abs/rel", "text");
	KUNIT_EXPECT_EQ(test, open_errno(TOP "/loop", O_RDONLY), -ELOOP);
	KUNIT_EXPECT_EQ(test, open_errno(TOP "/rel", O_RDONLY | O_NOFOLLOW), -ELOOP);
	KUNIT_EXPECT_EQ(test, open_errno(TOP "/dangling", O_RDONLY), -ENOENT);
	KUNIT_EXPECT_EQ(test, path_readlink(NULL, TOP "/rel", buf, sizeof(buf)), 1);
	KUNIT_EXPECT_STREQ(test, buf, "f");
	KUNIT_EXPECT_EQ(test, path_readlink(NULL, TOP "/f", buf, sizeof(buf)), -EINVAL);
	KUNIT_EXPECT_EQ(test, path_lstat(NULL, TOP "/rel", &st), 0);
	KUNIT_EXPECT_TRUE(test, S_ISLNK(st.mode));
	/* Hard links: one file with two names. */
	KUNIT_EXPECT_EQ(test, path_link(NULL, TOP "/f", TOP "/g"), 0);
	KUNIT_EXPECT_EQ(test, path_stat(NULL, TOP "/g", &st), 0);
	KUNIT_EXPECT_EQ(test, st.nlink, 2u);
	KUNIT_EXPECT_EQ(test, path_unlink(NULL, TOP "/f"), 0);
	expect_text(test, TOP "/g", "text");
	KUNIT_EXPECT_EQ(test, path_unlink(NULL, TOP "/g"), 0);
	KUNIT_EXPECT_EQ(test, path_unlink(NULL, TOP "/rel"), 0);
	KUNIT_EXPECT_EQ(test, path_unlink(NULL, TOP "/abs"), 0);
	KUNIT_EXPECT_EQ(test, path_unlink(NULL, TOP "/loop"), 0);
	KUNIT_EXPECT_EQ(test, path_unlink(NULL, TOP "/dangling"), 0);
}

static void contents_are_kept(struct kunit *test)
{
	struct file *f;
	loff_t pos;
	char buf[8];

	KUNIT_ASSERT_EQ(test, put_text(TOP "/f", "one\n", 0), 0);
	KUNIT_ASSERT_EQ(test, put_text(TOP "/f", "two\n", O_APPEND), 0);
	expect_text(test, TOP "/f", "one\ntwo\n");
	KUNIT_ASSERT_EQ(test, put_text(TOP "/f", "ONE", 0), 0);
	expect_text(test, TOP "/f", "ONE\ntwo\n");
	KUNIT_ASSERT_EQ(test, put_text(TOP "/f", "3", O_TRUNC), 0);
	expect_text(test, TOP "/f", "3");

	/* A hole reads as zeros, and so does what a cut uncovers again. */
	f = filp_open(TOP "/f", O_RDWR, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(f));
	pos = 3 * PAGE_SIZE + 5;
	KUNIT_EXPECT_EQ(test, kernel_write(f, "end", 3, &pos), 3);
	KUNIT_EXPECT_EQ(test, i_size_read(f->f_inode), 3 * PAGE_SIZE + 8);
	pos = PAGE_SIZE;
	KUNIT_EXPECT_EQ(test, kernel_read(f, buf, 8, &pos), 8);
	KUNIT_EXPECT_EQ(test, buf[0] | buf[7], 0);
	KUNIT_EXPECT_EQ(test, path_truncate(NULL, TOP "/f", 3 * PAGE_SIZE + 6), 0);
	KUNIT_EXPECT_EQ(test, path_truncate(NULL, TOP "/f", 3 * PAGE_SIZE + 8), 0);
	pos = 3 * PAGE_SIZE + 5;
	KUNIT_EXPECT_EQ(test, kernel_read(f, buf, 8, &pos), 3);
	KUNIT_EXPECT_EQ(test, buf[0], 'e');
	KUNIT_EXPECT_EQ(test, buf[1] | buf[2], 0);
	KUNIT_EXPECT_EQ(test, kernel_read(f, buf, 8, &pos), 0);
	pos = MAX_LFS_FILESIZE - 1;
	KUNIT_EXPECT_EQ(test, kernel_write(f, "ab", 2, &pos), -EFBIG);
	KUNIT_EXPECT_EQ(test, file_seek(f, -1, SEEK_SET), -EINVAL);
	KUNIT_EXPECT_EQ(test, file_seek(f, -3, SEEK_END), 3 * PAGE_SIZE + 5);
	fput(f);

	f = filp_open(TOP "/f", O_RDONLY, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(f));
	KUNIT_EXPECT_EQ(test, file_write(f, "x", 1), -EBADF);
	fput(f);
	KUNIT_EXPECT_EQ(test, path_unlink(NULL, TOP "/f"), 0);
}

static void open_files_outlive_their_names(struct kunit *test)
{
	struct file *f, *dir;
	char buf[64], *path;

	KUNIT_ASSERT_EQ(test, path_mkdir(NULL, TOP "/d", 0755), 0);
	KUNIT_ASSERT_EQ(test, put_text(TOP "/d/f", "still here", 0), 0);
	f = filp_open(TOP "/d/f", O_RDONLY, 0);
	dir = filp_open(TOP "/d", O_RDONLY | O_DIRECTORY, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(f) || IS_ERR(dir));
	KUNIT_EXPECT_EQ(test, path_rmdir(NULL, TOP "/d"), -ENOTEMPTY);
	KUNIT_EXPECT_EQ(test, path_unlink(NULL, TOP "/d"), -EISDIR);
	KUNIT_EXPECT_EQ(test, path_rmdir(NULL, TOP "/d/f"), -ENOTDIR);
	KUNIT_EXPECT_EQ(test, path_unlink(NULL, TOP "/d/f"), 0);
	KUNIT_EXPECT_EQ(test, path_rmdir(NULL, TOP "/d"), 0);
	KUNIT_EXPECT_EQ(test, file_read(f, buf, 10), 10);
	KUNIT_EXPECT_EQ(test, memcmp(buf, "still here", 10), 0);
	path = file_path(f, buf, sizeof(buf));
	KUNIT_EXPECT_STREQ(test, path, TOP "/d/f");
	/* Nothing can be made in a directory that is gone. */
	KUNIT_EXPECT_EQ(test, path_mkdir(dir->f_path.dentry, "x", 0755), -ENOENT);
	fput(f);
	fput(dir);
}

static void names_are_moved(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, put_text(TOP "/a", "a", 0), 0);
	KUNIT_ASSERT_EQ(test, put_text(TOP "/b", "b", 0), 0);
	KUNIT_ASSERT_EQ(test, path_mkdir(NULL, TOP "/d", 0755), 0);
	KUNIT_EXPECT_EQ(test, path_rename(NULL, TOP "/a", TOP "/c"), 0);
	expect_text(test, TOP "/c", "a");
	KUNIT_EXPECT_EQ(test, open_errno(TOP "/a", O_RDONLY), -ENOENT);
	KUNIT_EXPECT_EQ(test, path_rename(NULL, TOP "/c", TOP "/b"), 0);
	expect_text(test, TOP "/b", "a");
	KUNIT_EXPECT_EQ(test, path_rename(NULL, TOP "/b", TOP "/b"), 0);
	KUNIT_EXPECT_EQ(test, path_rename(NULL, TOP "/b", TOP "/d"), -EISDIR);
	KUNIT_EXPECT_EQ(test, path_rename(NULL, TOP "/d", TOP "/e"), -EXDEV);
	KUNIT_EXPECT_EQ(test, path_rename(NULL, TOP "/b", "/proc/b"), -EPERM);
	KUNIT_EXPECT_EQ(test, path_unlink(NULL, TOP "/b"), 0);
	KUNIT_EXPECT_EQ(test, path_rmdir(NULL, TOP "/d"), 0);
}

static void kernel_file_systems_are_not_changed_by_hand(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, open_errno("/proc/new", O_WRONLY | O_CREAT), -EACCES);
	KUNIT_EXPECT_EQ(test, path_mkdir(NULL, "/sys/new", 0755), -EPERM);
	KUNIT_EXPECT_EQ(test, path_unlink(NULL, "/proc/version"), -EPERM);
	KUNIT_EXPECT_EQ(test, path_rmdir(NULL, "/proc"), -EBUSY);
	KUNIT_EXPECT_EQ(test, path_rmdir(NULL, "/"), -EBUSY);
	KUNIT_EXPECT_EQ(test, path_mkdir(NULL, "/", 0755), -EEXIST);
}

static int count_name(void *arg, const char *name, unsigned int type)
{
	int *count = arg;

	return ++*count == 150 ? 7 : 0;
}

static void directories_are_listed(struct kunit *test)
{
	char path[64];
	int count = 0;

	for (int i = 0; i < 100; i++) {
		snprintf(path, sizeof(path), TOP "/file-with-a-longer-name-than-fits-inline-%d", i);
		KUNIT_ASSERT_EQ(test, put_text(path, "", 0), 0);
	}
	KUNIT_EXPECT_EQ(test, list_dir(NULL, TOP, count_name, &count), 0);
	KUNIT_EXPECT_EQ(test, count, 100);
	KUNIT_EXPECT_EQ(test, list_dir(NULL, TOP, count_name, &count), 7);
	KUNIT_EXPECT_EQ(test, list_dir(NULL, TOP "/none", count_name, &count), -ENOENT);
	for (int i = 0; i < 100; i++) {
		snprintf(path, sizeof(path), TOP "/file-with-a-longer-name-than-fits-inline-%d", i);
		KUNIT_EXPECT_EQ(test, path_unlink(NULL, path), 0);
	}
}

/* ---- Pipes ---- */

#define PIPE_TOTAL (1 << 20)

static int fill_pipe(void *arg)
{
	struct file *w = arg;
	u8 chunk[1000];
	unsigned int sent = 0;
	int err = 0;

	while (sent < PIPE_TOTAL && !err) {
		unsigned int n = min_t(unsigned int, sizeof(chunk), PIPE_TOTAL - sent);

		for (unsigned int i = 0; i < n; i++)
			chunk[i] = (sent + i) * 7;
		err = file_write_all(w, chunk, n);
		sent += n;
	}
	fput(w);
	return err;
}

static void pipes_carry_bytes_in_order(struct kunit *test)
{
	struct file *r, *w;
	struct task_struct *t;
	unsigned int got = 0, wrong = 0;
	u8 buf[777];
	ssize_t n;

	KUNIT_ASSERT_EQ(test, create_pipe(&r, &w), 0);
	t = thread_run(fill_pipe, w, "pipe-test");
	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	while ((n = file_read(r, buf, sizeof(buf))) > 0) {
		for (ssize_t i = 0; i < n; i++)
			wrong += buf[i] != (u8)((got + i) * 7);
		got += n;
	}
	KUNIT_EXPECT_EQ(test, n, 0);
	KUNIT_EXPECT_EQ(test, got, PIPE_TOTAL);
	KUNIT_EXPECT_EQ(test, wrong, 0u);
	KUNIT_EXPECT_EQ(test, thread_join(t), 0);
	fput(r);
}

static void pipe_without_reader_breaks(struct kunit *test)
{
	struct file *r, *w;

	KUNIT_ASSERT_EQ(test, create_pipe(&r, &w), 0);
	KUNIT_EXPECT_EQ(test, file_seek(r, 0, SEEK_SET), -ESPIPE);
	KUNIT_EXPECT_EQ(test, file_read(w, &r, 1), -EBADF);
	fput(r);
	KUNIT_EXPECT_EQ(test, file_write(w, "x", 1), -EPIPE);
	fput(w);
}

static void special_files_do_what_they_say(struct kunit *test)
{
	char buf[16] = "unchanged";
	struct file *f;

	f = filp_open("/dev/null", O_RDWR, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(f));
	KUNIT_EXPECT_EQ(test, file_write(f, "abc", 3), 3);
	KUNIT_EXPECT_EQ(test, file_read(f, buf, sizeof(buf)), 0);
	fput(f);
	f = filp_open("/dev/full", O_RDWR, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(f));
	KUNIT_EXPECT_EQ(test, file_write(f, "abc", 3), -ENOSPC);
	KUNIT_EXPECT_EQ(test, file_read(f, buf, 4), 4);
	KUNIT_EXPECT_EQ(test, buf[0] | buf[3], 0);
	fput(f);
	KUNIT_ASSERT_EQ(test, path_mknod(NULL, TOP "/nothing", S_IFCHR | 0600, MKDEV(99, 1)), 0);
	KUNIT_EXPECT_EQ(test, open_errno(TOP "/nothing", O_RDONLY), -ENXIO);
	KUNIT_EXPECT_EQ(test, path_unlink(NULL, TOP "/nothing"), 0);
}

static struct kunit_case vfs_test_cases[] = {
	KUNIT_CASE(paths_are_walked),
	KUNIT_CASE(links_are_followed),
	KUNIT_CASE(contents_are_kept),
	KUNIT_CASE(open_files_outlive_their_names),
	KUNIT_CASE(names_are_moved),
	KUNIT_CASE(kernel_file_systems_are_not_changed_by_hand),
	KUNIT_CASE(directories_are_listed),
	KUNIT_CASE(pipes_carry_bytes_in_order),
	KUNIT_CASE(pipe_without_reader_breaks),
	KUNIT_CASE(special_files_do_what_they_say),
	{}
};

static struct kunit_suite vfs_test_suite = {
	.name = "vfs",
	.init = vfs_test_init,
	.exit = vfs_test_exit,
	.test_cases = vfs_test_cases,
};
kunit_test_suite(vfs_test_suite);
