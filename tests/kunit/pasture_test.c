// SPDX-License-Identifier: MIT
/*
 * Many isolated modules at once: sixteen grazers under sixteen names, each at work on its own thread; lists and limits
 * that change while modules come and go on other CPUs. Nothing is damaged, and everything is accounted for.
 *
 * pasture.seconds=60 on the command line lets the sixteen graze for longer than a test has time.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <paddock/fs.h>
#include <paddock/isolation.h>
#include <paddock/module.h>
#include <paddock/slab.h>
#include "mm_kunit.h"

#undef MODULE_PARAM_PREFIX
#define MODULE_PARAM_PREFIX "pasture."

static unsigned int seconds = 1;
module_param(seconds, uint, 0644);
MODULE_PARM_DESC(seconds, "how long the sixteen graze");

#define LIST	"/sys/module/module/parameters/oot_list"
#define LIMIT	"/sys/module/module/parameters/oot_page_limit"

/* grazer.ko, with every "grazer" in it called "graze0" … "grazef". */
static int load_grazer(const void *image, size_t len, unsigned int n)
{
	char *copy = kvmalloc(len, GFP_KERNEL), *p;
	int err;

	if (!copy)
		return -ENOMEM;
	memcpy(copy, image, len);
	for (p = copy; p + 6 <= copy + len; p++)
		if (!memcmp(p, "grazer", 6))
			p[5] = "0123456789abcdef"[n];
	/* In a short run they leave some of the CPUs to those who are to come. */
	err = module_load(copy, len, seconds < 10 ? "rest_ms=2" : "", 0, NULL);
	kvfree(copy);
	return err;
}

#define GRAZERS OOT_SLOTS_DEFAULT

static void sixteen_graze_and_nothing_is_damaged(struct kunit *test)
{
	char list[GRAZERS * 8] = "", name[8] = "graze0";
	unsigned long left[GRAZERS], pages[GRAZERS];
	unsigned int i, loaded = 0, held = 0;
	u64 seq = log_next_seq();
	size_t len;
	void *image;

	KUNIT_ASSERT_EQ(test, 0, read_whole_file(NULL, "/lib/modules/grazer.ko", &image, &len));
	/* What leaked in suites before this one holds its slot for ever. */
	oot_set_page_limit(0);
	oot_set_page_limit(ULONG_MAX);
	for (i = 0; i < GRAZERS; i++) {
		left[i] = oot_slot_objects(i, NULL);
		pages[i] = oot_slot_pages(i);
		held += pages[i] != 0;
	}
	KUNIT_ASSERT_LE(test, held, 2U);
	for (i = 0; i < GRAZERS; i++)
		sprintf(list + strlen(list), "%sgraze%x", i ? "," : "", i);
	KUNIT_EXPECT_EQ(test, 0, mm_write_file(LIST, list));
	for (i = 0; i < GRAZERS - held; i++) {
		if (load_grazer(image, len, i))
			break;
		loaded++;
	}
	kvfree(image);
	KUNIT_EXPECT_EQ(test, GRAZERS - held, loaded);
	KUNIT_EXPECT_EQ(test, loaded, mm_logged(seq, " use oot-kmalloc-"));
	for (i = 0; i < seconds * 10; i++) {
		msleep(100);
		/* Limits come and go meanwhile. */
		oot_set_page_limit(i % 3 == 1 ? 4 : i % 3 == 2 ? 0 : ULONG_MAX);
	}
	oot_set_page_limit(ULONG_MAX);
	for (i = 0; i < loaded; i++) {
		name[5] = "0123456789abcdef"[i];
		KUNIT_EXPECT_EQ(test, 0, module_unload(name, 0, NULL));
	}
	KUNIT_EXPECT_EQ(test, loaded, mm_logged(seq, " operations, 0 objects damaged"));
	KUNIT_EXPECT_EQ(test, 0U, mm_logged(seq, " left "));
	KUNIT_EXPECT_EQ(test, 0U, mm_logged(seq, "BUG"));
	for (i = 0; i < GRAZERS; i++)
		KUNIT_EXPECT_EQ_MSG(test, left[i], oot_slot_objects(i, NULL), "slot %u", i);
	/* All they had is cached for them, and goes when told to. */
	oot_set_page_limit(0);
	for (i = 0; i < GRAZERS; i++)
		KUNIT_EXPECT_EQ_MSG(test, pages[i], oot_slot_pages(i), "slot %u", i);
	oot_set_page_limit(ULONG_MAX);
}

/* ---- Changes while modules come and go ---- */

static const char *const texts[] = { "hello", "hello,object_cache", "", "object-cache", "a,b,c,hello", "a,,b", "x y" };
static const char *const limits[] = { "0", "-1", "3", "many", "18446744073709551615" };

static int change_lists(void *unused)
{
	for (unsigned int i = 0; !kthread_should_stop(); i++) {
		mm_write_file(LIST, texts[i % ARRAY_SIZE(texts)]);
		mm_write_file(LIMIT, limits[i % ARRAY_SIZE(limits)]);
		msleep(1);
	}
	return 0;
}

static int load_file(const char *path)
{
	size_t len;
	void *image;
	int err = read_whole_file(NULL, path, &image, &len);

	if (err)
		return err;
	err = module_load(image, len, "", 0, NULL);
	kvfree(image);
	return err;
}

static atomic_t failures;

static int come_and_go(void *which)
{
	const char *name = which;
	char path[64];

	snprintf(path, sizeof(path), "/lib/modules/%s.ko", name);
	for (unsigned int i = 0; i < 15; i++)
		if (load_file(path) || module_unload(name, 0, NULL))
			atomic_inc(&failures);
	while (!kthread_should_stop())
		msleep(1);
	return 0;
}

static void lists_change_while_modules_come_and_go(struct kunit *test)
{
	struct task_struct *changer = kthread_run(change_lists, NULL, "changer");
	struct task_struct *a = kthread_run(come_and_go, "hello", "hello_er");
	struct task_struct *b = kthread_run(come_and_go, "object_cache", "cache_er");
	u64 seq = log_next_seq();

	KUNIT_ASSERT_FALSE(test, IS_ERR(changer) || IS_ERR(a) || IS_ERR(b));
	kthread_stop(a);
	kthread_stop(b);
	kthread_stop(changer);
	KUNIT_EXPECT_EQ(test, 0, atomic_read(&failures));
	KUNIT_EXPECT_EQ(test, 0U, mm_logged(seq, " left "));
	KUNIT_EXPECT_EQ(test, 0U, mm_logged(seq, "BUG"));
	KUNIT_EXPECT_FALSE(test, find_module("hello") || find_module("object_cache"));
}

/* A slot's module whose thread never returns keeps its slot, and keeps nobody else from theirs. */
static void a_module_that_does_not_go_keeps_its_slot(struct kunit *test)
{
	u64 seq = log_next_seq();
	size_t len;
	void *image;

	KUNIT_EXPECT_EQ(test, 0, mm_write_file(LIST, "left_running"));
	KUNIT_ASSERT_EQ(test, 0, read_whole_file(NULL, "/lib/modules/left_running.ko", &image, &len));
	KUNIT_EXPECT_EQ(test, 0, module_load(image, len, "what=stubborn ms=3000", 0, NULL));
	kvfree(image);
	msleep(50);		/* a thread that has not begun can be stopped */
	KUNIT_EXPECT_EQ(test, -EBUSY, module_unload("left_running", 0, NULL));
	KUNIT_EXPECT_EQ(test, 0, mm_write_file(LIST, "hello"));
	KUNIT_EXPECT_EQ(test, 0, load_file("/lib/modules/hello.ko"));
	KUNIT_EXPECT_EQ(test, 0, module_unload("hello", 0, NULL));
	KUNIT_EXPECT_EQ(test, 2U, mm_logged(seq, " use oot-kmalloc-"));
	for (unsigned int i = 0; i < 200 && find_module("left_running"); i++) {
		module_unload("left_running", 0, NULL);
		msleep(20);
	}
	KUNIT_EXPECT_FALSE(test, find_module("left_running"));
}

static struct kunit_case pasture_cases[] = {
	KUNIT_CASE(lists_change_while_modules_come_and_go),
	KUNIT_CASE(a_module_that_does_not_go_keeps_its_slot),
	KUNIT_CASE(sixteen_graze_and_nothing_is_damaged),
	{ }
};

static int reset_limits(struct kunit *test)
{
	atomic_set(&failures, 0);
	/* What earlier suites left in the slots is not this one's. */
	oot_set_page_limit(0);
	oot_set_page_limit(ULONG_MAX);
	return mm_write_file(LIST, "\n");
}

static void put_back(struct kunit *test)
{
	mm_write_file(LIST, "\n");
	mm_write_file(LIMIT, "-1\n");
}

static struct kunit_suite pasture_suite = {
	.name = "pasture",
	.init = reset_limits,
	.exit = put_back,
	.test_cases = pasture_cases,
};
kunit_test_suite(pasture_suite);
