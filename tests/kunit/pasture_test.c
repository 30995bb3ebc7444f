// SPDX-License-Identifier: MIT
/*
 * Many isolated modules at once: sixteen grazers under sixteen names, each at work on its own thread; lists, limits,
 * quotas and failures that change while modules come and go on other CPUs. Nothing is damaged, and everything is accounted for.
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

#define PARAMETER(name)	"/sys/module/module/parameters/" name
#define LIST		PARAMETER("oot_list")
#define LIMIT		PARAMETER("oot_page_limit")
#define INTERVAL	"/sys/module/kfence/parameters/sample_interval"

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

/* Good ones and bad ones: what is refused changes nothing. */
static const struct {
	const char *file, *text[6];
} changes[] = {
	{ LIST, { "victim", "victim,object_cache", "object-cache", "a,b,c,victim", "a,,b", "" } },
	{ LIMIT, { "0", "-1", "3", "many", "18446744073709551615", "1" } },
	{ PARAMETER("oot_quota"), { "victim:0", "object_cache:2,victim:100", "victim:many", "", "object-cache:0", "" } },
	{ PARAMETER("fail_alloc"), { "object_cache:30", "", "victim:stacks,object_cache:stacks", "victim:0", "victim:1", "" } },
	{ PARAMETER("kfence"), { "victim", "", "a b", "object_cache,victim", "", "" } },
	{ PARAMETER("oot_sites"), { "victim", "object_cache:1", "object_cache", "", "", "" } },
	{ PARAMETER("oot_notes"), { "0", "4096", "5", "-1", "4096", "4096" } },
};

/* Every setting as it is at boot. */
static void put_back(struct kunit *test)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(changes); i++)
		mm_write_file(changes[i].file, !strcmp(changes[i].file, LIMIT) ? "-1" :
			      !strcmp(changes[i].file, PARAMETER("oot_notes")) ? "4096" : "\n");
}

static int change_settings(void *unused)
{
	for (unsigned int i = 0; !kthread_should_stop(); i++) {
		for (unsigned int k = 0; k < ARRAY_SIZE(changes); k++)
			mm_write_file(changes[k].file, changes[k].text[(i + k) % ARRAY_SIZE(changes[k].text)]);
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

static atomic_t loads, refusals, failures, at_work;

#define ROUNDS 10

static int come_and_go(void *which)
{
	const char *name = which;
	char path[64];

	snprintf(path, sizeof(path), "/lib/modules/%s.ko", name);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		int err = load_file(path);

		/* For want of memory only, and only while quotas and failures are set. */
		if (err == -ENOMEM)
			atomic_inc(&refusals);
		else if (err || module_unload(name, 0, NULL))
			atomic_inc(&failures);
		else
			atomic_inc(&loads);
	}
	atomic_dec(&at_work);
	while (!kthread_should_stop())
		msleep(1);
	return 0;
}

static unsigned long objects_of_all_slots(void)
{
	unsigned long n = 0;

	for (unsigned int i = 0; i < OOT_SLOTS_DEFAULT; i++)
		n += oot_slot_objects(i, NULL);
	return n;
}

static void settings_change_while_modules_come_and_go(struct kunit *test)
{
	unsigned long objects = objects_of_all_slots();
	struct task_struct *changer, *a, *b;
	u64 seq = log_next_seq();

	atomic_set(&at_work, 2);
	changer = kthread_run(change_settings, NULL, "changer");
	a = kthread_run(come_and_go, "victim", "victims");
	b = kthread_run(come_and_go, "object_cache", "caches");
	KUNIT_ASSERT_FALSE(test, IS_ERR(changer) || IS_ERR(a) || IS_ERR(b));
	/* A thread that is stopped before it has begun never does. */
	while (atomic_read(&at_work))
		msleep(1);
	kthread_stop(a);
	kthread_stop(b);
	kthread_stop(changer);
	KUNIT_EXPECT_EQ(test, 0, atomic_read(&failures));
	KUNIT_EXPECT_EQ(test, 2 * ROUNDS, atomic_read(&loads) + atomic_read(&refusals));
	KUNIT_EXPECT_GT(test, atomic_read(&loads), 0);
	kunit_info(test, "%d loads, %d refused\n", atomic_read(&loads), atomic_read(&refusals));
	KUNIT_EXPECT_EQ(test, 0U, mm_logged(seq, " left "));
	KUNIT_EXPECT_EQ(test, 0U, mm_logged(seq, "corrupt"));
	KUNIT_EXPECT_EQ(test, 0U, mm_logged(seq, "BUG"));
	KUNIT_EXPECT_FALSE(test, find_module("victim") || find_module("object_cache"));
	KUNIT_EXPECT_EQ(test, objects, objects_of_all_slots());
}

/* The same with each allocation of it counted: slower, but not one object and not one page may be missing at the end. */
static void and_all_is_accounted_for(struct kunit *test)
{
	char interval[16];
	struct mm_watch watch;
	size_t len;
	void *text;

	/* The name of a call site in init, of an object that KFENCE guards, is kept for ever: no samples meanwhile. */
	KUNIT_ASSERT_EQ(test, 0, read_whole_file(NULL, INTERVAL, &text, &len));
	strscpy(interval, text, sizeof(interval));
	kvfree(text);
	KUNIT_ASSERT_EQ(test, 0, mm_write_file(INTERVAL, "0"));
	mm_watch_begin(test, &watch);
	settings_change_while_modules_come_and_go(test);
	put_back(test);
	mm_watch_end(test, &watch);
	KUNIT_EXPECT_EQ(test, 0, mm_write_file(INTERVAL, interval));
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
	KUNIT_CASE(settings_change_while_modules_come_and_go),
	KUNIT_CASE(and_all_is_accounted_for),
	KUNIT_CASE(a_module_that_does_not_go_keeps_its_slot),
	KUNIT_CASE(sixteen_graze_and_nothing_is_damaged),
	{ }
};

static int reset(struct kunit *test)
{
	atomic_set(&loads, 0);
	atomic_set(&refusals, 0);
	atomic_set(&failures, 0);
	/* What earlier suites left in the slots is not this one's. */
	oot_set_page_limit(0);
	oot_set_page_limit(ULONG_MAX);
	put_back(test);
	return 0;
}

static struct kunit_suite pasture_suite = {
	.name = "pasture",
	.init = reset,
	.exit = put_back,
	.test_cases = pasture_cases,
};
kunit_test_suite(pasture_suite);
