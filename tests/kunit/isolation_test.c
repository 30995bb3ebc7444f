// SPDX-License-Identifier: MIT
/*
 * Isolation: the list's rules, slots that stay with their owner, and memory that stays in its slot.
 */
#include <kunit/test.h>
#include <linux/fs.h>
#include <linux/kfence.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <paddock/fs.h>
#include <paddock/isolation.h>
#include <paddock/module.h>
#include <paddock/page.h>
#include <paddock/slab.h>
#include "mm_kunit.h"

#define LIST	"/sys/module/module/parameters/oot_list"
#define LIMIT	"/sys/module/module/parameters/oot_page_limit"

static char text[4096];

static const char *read_file(struct kunit *test, const char *path)
{
	void *data;
	size_t len;

	KUNIT_ASSERT_EQ(test, 0, read_whole_file(NULL, path, &data, &len));
	strscpy(text, data, sizeof(text));
	kvfree(data);
	return text;
}

static int load(const char *name)
{
	char path[64];
	void *data;
	size_t len;
	int err;

	snprintf(path, sizeof(path), "/lib/modules/%s.ko", name);
	err = read_whole_file(NULL, path, &data, &len);
	if (err)
		return err;
	err = module_load(data, len, "", 0, NULL);
	kvfree(data);
	return err;
}

/* The list as a test finds it is the list as it leaves it. */
static int reset(struct kunit *test)
{
	return mm_write_file(LIST, "\n");
}

static void bad_lists_change_nothing(struct kunit *test)
{
	static const char *const bad[] = { "a,,b", ",a", "a,", "a b", "a/b", "../x", "a,b c", "a.ko" };
	char *many = kunit_kzalloc(test, 400, GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, many);
	KUNIT_ASSERT_EQ(test, 0, mm_write_file(LIST, "one,two\n"));
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_EQ_MSG(test, -EINVAL, mm_write_file(LIST, bad[i]), "'%s'", bad[i]);
	memset(many, 'x', 300);
	KUNIT_EXPECT_EQ(test, -EINVAL, mm_write_file(LIST, many));
	for (many[0] = 0, i = 0; i < 17; i++)
		sprintf(many + strlen(many), "%sm%u", i ? "," : "", i);
	KUNIT_EXPECT_EQ(test, -ENOSPC, mm_write_file(LIST, many));
	KUNIT_EXPECT_STREQ(test, "one,two\n", read_file(test, LIST));
	/* Without the last name it fits; a name twice counts once; empty is allowed. */
	*strrchr(many, ',') = 0;
	KUNIT_EXPECT_EQ(test, 0, mm_write_file(LIST, many));
	KUNIT_EXPECT_EQ(test, 0, mm_write_file(LIST, "one,one,o-n,o_n"));
	KUNIT_EXPECT_STREQ(test, "one,o-n\n", read_file(test, LIST));
	/* The longest name that a module can have fits, one more does not. */
	memset(many, 'x', 56);
	many[55] = 0;
	KUNIT_EXPECT_EQ(test, 0, mm_write_file(LIST, many));
	strcat(many, "x");
	KUNIT_EXPECT_EQ(test, -EINVAL, mm_write_file(LIST, many));
	KUNIT_EXPECT_EQ(test, 0, mm_write_file(LIST, "  \n"));
	KUNIT_EXPECT_STREQ(test, "\n", read_file(test, LIST));
	KUNIT_EXPECT_EQ(test, 0, mm_write_file(LIST, " one,two \n"));
	KUNIT_EXPECT_STREQ(test, "one,two\n", read_file(test, LIST));
}

#define PARAM(name) "/sys/module/module/parameters/" name

static void bad_options_change_nothing(struct kunit *test)
{
	static const struct {
		const char *file, *good, *text;
		struct {
			const char *value;
			int err;
		} bad[8];
		const char *back, *back_text;	/* NULL: an empty list */
	} options[] = {
		{ PARAM("oot_quota"), "a:100,b:0", "a:100,b:0\n", {
			{ "a", -EINVAL }, { "a:", -EINVAL }, { ":3", -EINVAL }, { "a:-1", -EINVAL }, { "a:x", -EINVAL },
			{ "a:99999999999999999999", -ERANGE }, { "a:1,b", -EINVAL }, { "a:999999999999999999999999999", -EINVAL } } },
		{ PARAM("fail_alloc"), "a:3,b-c:stacks", "a:3,b-c:stacks\n", {
			{ "a:0", -EINVAL }, { "a:stack", -EINVAL }, { "a", -EINVAL }, { "a b:1", -EINVAL },
			{ "a/b:1", -EINVAL }, { "a:1,", -EINVAL }, { "a:-1", -EINVAL }, { "a:18446744073709551615", -EINVAL } } },
		{ PARAM("oot_notes"), "17", "17\n", {
			{ "\n", -EINVAL }, { "-1", -EINVAL }, { "x", -EINVAL }, { "1 2", -EINVAL },
			{ "4294967296", -ERANGE }, { "99999999999999999999", -ERANGE }, { "1,2", -EINVAL }, { "0x", -EINVAL } },
			"4096", "4096\n" },
		{ PARAM("oot_sites"), "a,b", "a,b\n", {
			{ "a:1", -EINVAL }, { "a,,b", -EINVAL }, { "a b", -EINVAL }, { "a/b", -EINVAL },
			{ ",", -EINVAL }, { "../x", -EINVAL }, { "a.ko", -EINVAL }, { "a,", -EINVAL } } },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(options); i++) {
		KUNIT_EXPECT_EQ_MSG(test, 0, mm_write_file(options[i].file, options[i].good), "%s", options[i].file);
		for (unsigned int k = 0; k < ARRAY_SIZE(options[i].bad); k++)
			KUNIT_EXPECT_EQ_MSG(test, options[i].bad[k].err, mm_write_file(options[i].file, options[i].bad[k].value),
					    "%s: '%s'", options[i].file, options[i].bad[k].value);
		KUNIT_EXPECT_STREQ(test, options[i].text, read_file(test, options[i].file));
		KUNIT_EXPECT_EQ(test, 0, mm_write_file(options[i].file, options[i].back ?: "\n"));
		KUNIT_EXPECT_STREQ(test, options[i].back_text ?: "\n", read_file(test, options[i].file));
	}
	/* How many slots there are is for the command line to say. */
	KUNIT_EXPECT_STREQ(test, "16\n", read_file(test, PARAM("oot_slots")));
	KUNIT_EXPECT_NE(test, 0, mm_write_file(PARAM("oot_slots"), "20"));
}

/* The name goes from the list while its module is loaded: nothing changes before the next load. */
static void removing_the_name_of_a_loaded_module(struct kunit *test)
{
	unsigned long objects;

	KUNIT_ASSERT_EQ(test, 0, mm_write_file(LIST, "leak"));
	KUNIT_ASSERT_EQ(test, 0, load("leak"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(read_file(test, "/sys/module/leak/memory"), "live: "));
	KUNIT_ASSERT_EQ(test, 0, mm_write_file(LIST, "\n"));
	objects = oot_slot_objects(0, NULL);
	KUNIT_EXPECT_GE(test, objects, 8UL);
	/* And its slot is not given away under it. */
	KUNIT_ASSERT_EQ(test, 0, mm_write_file(LIST, "object_cache"));
	KUNIT_ASSERT_EQ(test, 0, load("object_cache"));
	KUNIT_EXPECT_EQ(test, objects, oot_slot_objects(0, NULL));
	KUNIT_EXPECT_EQ(test, 0, module_unload("object_cache", 0, NULL));
	KUNIT_EXPECT_EQ(test, 0, module_unload("leak", 0, NULL));
	KUNIT_EXPECT_EQ(test, objects - 4, oot_slot_objects(0, NULL));
	/* Loaded again it is like any other: no slot, no file. */
	KUNIT_ASSERT_EQ(test, 0, load("leak"));
	KUNIT_EXPECT_EQ(test, objects - 4, oot_slot_objects(0, NULL));
	KUNIT_EXPECT_EQ(test, 0, module_unload("leak", 0, NULL));
}

static void bad_limits_change_nothing(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, 0, mm_write_file(LIMIT, "100\n"));
	KUNIT_EXPECT_EQ(test, -EINVAL, mm_write_file(LIMIT, "many"));
	KUNIT_EXPECT_EQ(test, -EINVAL, mm_write_file(LIMIT, "-5"));
	KUNIT_EXPECT_EQ(test, -EINVAL, mm_write_file(LIMIT, "-9999999999"));
	KUNIT_EXPECT_EQ(test, -EINVAL, mm_write_file(LIMIT, "1 2"));
	KUNIT_EXPECT_EQ(test, -EINVAL, mm_write_file(LIMIT, "3.5"));
	KUNIT_EXPECT_EQ(test, -EINVAL, mm_write_file(LIMIT, "\n"));
	KUNIT_EXPECT_EQ(test, -ERANGE, mm_write_file(LIMIT, "99999999999999999999"));
	KUNIT_EXPECT_STREQ(test, "100\n", read_file(test, LIMIT));
	KUNIT_EXPECT_EQ(test, 0, mm_write_file(LIMIT, "-1"));
}

static void a_slot_stays_with_its_owner(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, 0, mm_write_file(LIST, "leak"));
	KUNIT_ASSERT_EQ(test, 0, load("leak"));
	KUNIT_EXPECT_EQ(test, 0, module_unload("leak", 0, NULL));
	/* Four objects are left, so the slot keeps a page, and the owner keeps the slot, on the list or not. */
	KUNIT_EXPECT_GE(test, oot_slot_objects(0, NULL), 4UL);
	KUNIT_EXPECT_GE(test, oot_slot_pages(0), 1UL);
	KUNIT_ASSERT_EQ(test, 0, mm_write_file(LIST, "object_cache"));
	KUNIT_ASSERT_EQ(test, 0, load("object_cache"));
	KUNIT_EXPECT_EQ(test, 0, module_unload("object_cache", 0, NULL));
	KUNIT_ASSERT_EQ(test, 0, mm_write_file(LIST, "leak"));
	KUNIT_ASSERT_EQ(test, 0, load("leak"));
	KUNIT_EXPECT_EQ(test, 0, module_unload("leak", 0, NULL));
	KUNIT_EXPECT_GE(test, oot_slot_objects(0, NULL), 8UL);
	KUNIT_EXPECT_EQ(test, 0UL, oot_slot_objects(1, NULL));
}

/* The slot's functions, called as an isolated module would: whatever is allocated lies in its caches. */
static void the_whole_family_is_bound(struct kunit *test)
{
	void *(*slot_kmalloc)(size_t, gfp_t);
	char *(*slot_strdup)(const char *, gfp_t);
	const char *name, *target;
	unsigned int n;
	unsigned long before;
	void *p, *big;
	char *s;

	KUNIT_ASSERT_EQ(test, 0, oot_slot_open(0));
	for (n = 0; (name = oot_rewritten_name(n, &target)); n++) {
		KUNIT_EXPECT_NE_MSG(test, 0UL, oot_slot_symbol(0, name, NULL), "%s", name);
		KUNIT_EXPECT_EQ_MSG(test, 0, strncmp(target, "oot_", 4), "%s", target);
	}
	KUNIT_EXPECT_GE(test, n, 18U);
	KUNIT_EXPECT_EQ(test, 0UL, oot_slot_symbol(0, "kfree", NULL));
	slot_kmalloc = (void *)oot_slot_symbol(0, "__kmalloc", NULL);
	slot_strdup = (void *)oot_slot_symbol(0, "kstrdup", NULL);
	before = oot_slot_objects(0, NULL);
	p = slot_kmalloc(64, GFP_KERNEL);
	s = slot_strdup("pasture", GFP_KERNEL);
	big = slot_kmalloc(100000, GFP_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, p);
	KUNIT_EXPECT_STREQ(test, "pasture", s);
	KUNIT_EXPECT_NOT_NULL(test, big);
	KUNIT_EXPECT_PTR_EQ(test, ZERO_SIZE_PTR, slot_kmalloc(0, GFP_KERNEL));
	/* The large one, pages of its own, and what KFENCE guards are the slot's as well. */
	KUNIT_EXPECT_EQ(test, before + 3, oot_slot_objects(0, NULL));
	kfree(p);
	kfree(s);
	kfree(big);
	KUNIT_EXPECT_EQ(test, before, oot_slot_objects(0, NULL));
}

static void empty_slabs_stay_until_the_limit(struct kunit *test)
{
	void *(*slot_kmalloc)(size_t, gfp_t);
	void **p = kunit_kzalloc(test, 512 * sizeof(*p), GFP_KERNEL);
	unsigned long pages;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_ASSERT_EQ(test, 0, oot_slot_open(2));
	slot_kmalloc = (void *)oot_slot_symbol(2, "__kmalloc", NULL);
	for (i = 0; i < 512; i++)
		p[i] = slot_kmalloc(1024, GFP_KERNEL);
	pages = oot_slot_pages(2);
	KUNIT_EXPECT_GE(test, pages, 128UL);
	for (i = 0; i < 512; i++)
		kfree(p[i]);
	slab_reclaim();
	KUNIT_EXPECT_EQ(test, pages, oot_slot_pages(2));
	/* What is over the limit goes at once, here all of it. */
	oot_set_page_limit(0);
	slab_reclaim();
	KUNIT_EXPECT_EQ(test, 0UL, oot_slot_pages(2));
	oot_set_page_limit(ULONG_MAX);
}

static struct kunit_case isolation_cases[] = {
	KUNIT_CASE(bad_lists_change_nothing),
	KUNIT_CASE(bad_limits_change_nothing),
	KUNIT_CASE(bad_options_change_nothing),
	KUNIT_CASE(a_slot_stays_with_its_owner),
	KUNIT_CASE(removing_the_name_of_a_loaded_module),
	KUNIT_CASE(the_whole_family_is_bound),
	KUNIT_CASE(empty_slabs_stay_until_the_limit),
	{ }
};

static void put_back(struct kunit *test)
{
	mm_write_file(LIST, "\n");
	mm_write_file(LIMIT, "-1\n");
}

static struct kunit_suite isolation_suite = {
	.name = "isolation",
	.init = reset,
	.exit = put_back,
	.test_cases = isolation_cases,
};
kunit_test_suite(isolation_suite);
