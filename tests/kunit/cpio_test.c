// SPDX-License-Identifier: MIT
/* Unpacking archives: good ones, and every way in which one can be bad. */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <paddock/fs.h>

#define TOP "tmp/cpio-test"
#define ARCHIVE_MAX 4096

struct archive {
	struct fs_counts before;
	size_t len;
	char bytes[ARCHIVE_MAX];
};

static void add(struct archive *a, const char *name, unsigned int ino, unsigned int mode,
		unsigned int nlink, const char *data, size_t len)
{
	size_t name_len = strlen(name) + 1;

	a->len += scnprintf(a->bytes + a->len, ARCHIVE_MAX - a->len,
			    "070701%08x%08x%08x%08x%08x%08x%08zx%08x%08x%08x%08x%08zx%08x", ino, mode, 0, 0,
			    nlink, 1000000000, len, 0, 0, 1, 3, name_len, 0);
	memcpy(a->bytes + a->len, name, name_len);
	a->len = (a->len + name_len + 3) & ~3UL;
	memcpy(a->bytes + a->len, data, len);
	a->len = (a->len + len + 3) & ~3UL;
}

static void fill(struct archive *a)
{
	a->len = 0;
	memset(a->bytes, 0, ARCHIVE_MAX);
	add(a, TOP, 1, S_IFDIR | 0755, 2, "", 0);
	add(a, TOP "/hello", 2, S_IFREG | 0644, 1, "hello\n", 6);
	add(a, TOP "/link", 3, S_IFLNK | 0777, 1, "hello", 5);
	add(a, TOP "/one", 4, S_IFREG | 0600, 2, "", 0);
	add(a, TOP "/two", 4, S_IFREG | 0600, 2, "linked", 6);
	add(a, TOP "/dev", 5, S_IFCHR | 0600, 1, "", 0);
	add(a, "TRAILER!!!", 0, 0, 1, "", 0);
}

static void remove_all(void)
{
	static const char *const names[] = { "hello", "link", "one", "two", "dev", "second" };
	char path[64];

	for (int i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), TOP "/%s", names[i]);
		if (path_unlink(NULL, path))
			path_rmdir(NULL, path);	/* a damaged mode may have made it one */
	}
	if (path_rmdir(NULL, TOP))
		path_unlink(NULL, TOP);
}

static int cpio_init(struct kunit *test)
{
	struct archive *a = kunit_kzalloc(test, sizeof(*a), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, a);
	fs_get_counts(&a->before);
	fill(a);
	test->priv = a;
	return 0;
}

static void cpio_exit(struct kunit *test)
{
	struct archive *a = test->priv;
	struct fs_counts after;

	remove_all();
	fs_get_counts(&after);
	KUNIT_EXPECT_EQ(test, after.files, a->before.files);
	KUNIT_EXPECT_EQ(test, after.inodes, a->before.inodes);
	KUNIT_EXPECT_EQ(test, after.dentries, a->before.dentries);
	KUNIT_EXPECT_EQ(test, after.ramfs_pages, a->before.ramfs_pages);
}

static void expect_text(struct kunit *test, const char *path, const char *text)
{
	void *data;
	size_t len;

	KUNIT_ASSERT_EQ(test, read_whole_file(NULL, path, &data, &len), 0);
	KUNIT_EXPECT_STREQ(test, (char *)data, text);
	kvfree(data);
}

static void good_archive_is_unpacked(struct kunit *test)
{
	struct archive *a = test->priv;
	struct file_stat st;

	KUNIT_EXPECT_NULL(test, unpack_cpio(a->bytes, a->len));
	expect_text(test, TOP "/hello", "hello\n");
	expect_text(test, TOP "/link", "hello\n");
	expect_text(test, TOP "/one", "linked");
	expect_text(test, TOP "/two", "linked");
	KUNIT_EXPECT_EQ(test, path_stat(NULL, TOP "/one", &st), 0);
	KUNIT_EXPECT_EQ(test, st.nlink, 2u);
	KUNIT_EXPECT_EQ(test, st.mode, S_IFREG | 0600);
	KUNIT_EXPECT_EQ(test, st.mtime, 1000000000);
	KUNIT_EXPECT_EQ(test, path_stat(NULL, TOP "/dev", &st), 0);
	KUNIT_EXPECT_EQ(test, st.rdev, MKDEV(1, 3));
}

static void archives_may_follow_each_other(struct kunit *test)
{
	struct archive *a = test->priv;

	a->len += 64;		/* zeros between, as boot loaders and tools leave them */
	add(a, TOP "/second", 9, S_IFREG | 0644, 1, "2", 1);
	add(a, TOP "/hello", 10, S_IFREG | 0644, 1, "newer", 5);
	add(a, "TRAILER!!!", 0, 0, 1, "", 0);
	a->len += 512;
	KUNIT_EXPECT_NULL(test, unpack_cpio(a->bytes, a->len));
	expect_text(test, TOP "/second", "2");
	expect_text(test, TOP "/hello", "newer");
}

static void cut_archive_says_so(struct kunit *test)
{
	struct archive *a = test->priv;
	size_t whole = a->len, last = 0;
	/* A copy of exactly the length: reading behind it would be seen by KFENCE. */
	for (size_t len = 0; len < whole; len++) {
		char *copy = kmemdup(a->bytes, len, GFP_KERNEL);
		const char *error;

		KUNIT_ASSERT_TRUE(test, copy || !len);
		error = unpack_cpio(copy, len);
		/* Without its last padding it is still whole; and nothing at all is an empty archive. */
		if (!error)
			last = len;
		else
			KUNIT_EXPECT_NE(test, len, 0ul);
		KUNIT_EXPECT_TRUE(test, error || !len || whole - len < 4);
		kfree(copy);
		remove_all();
	}
	KUNIT_EXPECT_LT(test, last, whole);
}

static void damaged_archive_is_survived(struct kunit *test)
{
	struct archive *a = test->priv;
	size_t whole = a->len;
	u32 seed = get_random_u32(), x = seed | 1;
	unsigned int refused = 0;

	for (int i = 0; i < 2000; i++) {
		char *copy = kmemdup(a->bytes, whole, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, copy);
		for (int k = 0; k < 3; k++) {
			x ^= x << 13;
			x ^= x >> 17;
			x ^= x << 5;
			/* Names stay below TOP: a damaged name would leave files that nobody removes. */
			if (copy[x % whole] >= '0' && copy[x % whole] <= '9')
				copy[x % whole] = "0123456789abcdefgF -/"[x >> 16 & 15];
		}
		if (unpack_cpio(copy, whole))
			refused++;
		kfree(copy);
		remove_all();
	}
	KUNIT_EXPECT_GT_MSG(test, refused, 100u, "seed %u", seed);
}

static void each_mistake_has_its_words(struct kunit *test)
{
	struct archive *a = test->priv;

	a->bytes[5] = '7';
	KUNIT_EXPECT_STREQ(test, unpack_cpio(a->bytes, a->len),
			   "incorrect cpio method used: use -H newc option");
	a->bytes[0] = 'x';
	KUNIT_EXPECT_STREQ(test, unpack_cpio(a->bytes, a->len), "no cpio magic");
	fill(a);
	a->bytes[20] = 'g';
	KUNIT_EXPECT_STREQ(test, unpack_cpio(a->bytes, a->len), "bad digit in header");
	fill(a);
	memcpy(a->bytes + 6 + 8 * 11, "00000001", 8);
	KUNIT_EXPECT_STREQ(test, unpack_cpio(a->bytes, a->len), "bad name length");
	memcpy(a->bytes + 6 + 8 * 11, "ffffffff", 8);
	KUNIT_EXPECT_STREQ(test, unpack_cpio(a->bytes, a->len), "bad name length");
	fill(a);
	memcpy(a->bytes + 6 + 8 * 6, "fffffffc", 8);
	KUNIT_EXPECT_STREQ(test, unpack_cpio(a->bytes, a->len), "truncated file");
	a->len = 0;
	add(a, TOP "/no/such/folder", 1, S_IFREG | 0644, 1, "", 0);
	KUNIT_EXPECT_STREQ(test, unpack_cpio(a->bytes, a->len),
			   "file in a folder that the archive does not have");
}

static struct kunit_case cpio_cases[] = {
	KUNIT_CASE(good_archive_is_unpacked),
	KUNIT_CASE(archives_may_follow_each_other),
	KUNIT_CASE(cut_archive_says_so),
	KUNIT_CASE(damaged_archive_is_survived),
	KUNIT_CASE(each_mistake_has_its_words),
	{}
};

static struct kunit_suite cpio_suite = {
	.name = "cpio",
	.init = cpio_init,
	.exit = cpio_exit,
	.test_cases = cpio_cases,
};
kunit_test_suite(cpio_suite);
