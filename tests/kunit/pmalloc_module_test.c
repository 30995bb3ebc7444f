// SPDX-License-Identifier: MIT
/*
 * pmalloc and modules: what is sealed of a loaded one, and that nothing stays of one that forgets its pools, in every mode.
 */
#include <linux/kallsyms.h>
#include <linux/module.h>
#include <paddock/fs.h>
#include <paddock/module.h>
#include "crime.h"
#include "pmalloc_kunit.h"

static int load(struct kunit *test, const char *args)
{
	void *file;
	size_t len;
	int err;

	KUNIT_ASSERT_EQ(test, read_whole_file(NULL, "/lib/modules/pmalloc_user.ko", &file, &len), 0);
	err = module_load(file, len, args, 0, NULL);
	kvfree(file);
	return err;
}

static void unload(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, module_unload("pmalloc_user", 0, NULL), 0);
}

/* A pool that is open, a sealed one, one half full behind a seal, an empty one: all go with the module, or with its failed init. */
static void forgotten_pools_go_with_the_module(struct kunit *test)
{
	static const char *const names[] = { "user-open", "user-sealed", "user-half", "user-empty", "pmalloc_user:gfp_seal" };
	enum pmalloc_mode mode = *(const enum pmalloc_mode *)test->param_value;
	struct frame_counts before, with, after;
	struct mm_watch w;
	char args[32];

	/* Once before, so that what is kept for the next time is there. */
	snprintf(args, sizeof(args), "mode=%d", mode);
	KUNIT_ASSERT_EQ(test, load(test, args), 0);
	unload(test);
	pm_count_frames(&before);
	mm_watch_begin(test, &w);
	for (int fail = 0; fail <= 5; fail += 5) {
		snprintf(args, sizeof(args), "mode=%d fail=%d", mode, fail);
		KUNIT_ASSERT_EQ(test, load(test, args), -fail);
		if (!fail) {
			pm_count_frames(&with);
			KUNIT_EXPECT_GT(test, with.chunk, before.chunk + 80);
			for (int i = 0; i < ARRAY_SIZE(names); i++) {
				KUNIT_ASSERT_NOT_NULL(test, pm_pool_named(names[i]));
				KUNIT_EXPECT_PTR_EQ(test, pm_pool_named(names[i])->owner, find_module("pmalloc_user"));
			}
			KUNIT_EXPECT_EQ(test, pm_pool_named("user-sealed")->mode, mode);
			KUNIT_EXPECT_EQ(test, pmalloc_audit(true), 0UL);
			unload(test);
		}
		for (int i = 0; i < ARRAY_SIZE(names); i++)
			KUNIT_EXPECT_NULL(test, pm_pool_named(names[i]));
	}
	mm_watch_end(test, &w);
	pm_count_frames(&after);
	KUNIT_EXPECT_EQ(test, after.chunk, before.chunk);
	KUNIT_EXPECT_EQ(test, after.vault, before.vault);
	KUNIT_EXPECT_EQ(test, pmalloc_audit(true), 0UL);
}

static void store(void *p)
{
	*(volatile int *)p = 99;
}

static void a_modules_wr_after_init_data(struct kunit *test)
{
	u64 seq = log_next_seq();
	int *rarely, *once;

	KUNIT_ASSERT_EQ(test, load(test, ""), 0);
	rarely = (int *)kallsyms_lookup_name("pmalloc_user:rarely");
	once = (int *)kallsyms_lookup_name("pmalloc_user:once");
	KUNIT_ASSERT_NOT_NULL(test, rarely);
	KUNIT_ASSERT_NOT_NULL(test, once);
	for (int i = 0; i < 2; i++) {
		const void *p = i ? (void *)once : (void *)rarely;

		KUNIT_EXPECT_FALSE(test, pm_can_write(p));
		KUNIT_EXPECT_FALSE(test, pm_can_write(pm_alias(p)));
	}
	KUNIT_EXPECT_TRUE(test, wr_int(rarely, 41));
	KUNIT_EXPECT_EQ(test, READ_ONCE(*rarely), 41);
	KUNIT_EXPECT_FALSE(test, wr_int(once, 41));
	KUNIT_EXPECT_EQ(test, READ_ONCE(*once), 5);
	KUNIT_EXPECT_TRUE(test, crime_dies(test, "criminal", store, rarely, -1));
	EXPECT_LINES(test, seq, "write-rare refused in a_modules_wr_after_init_data+0x",
		     "BUG: pmalloc: write to sealed memory in store+0x", "rarely+0x0",
		     "__wr_after_init data of pmalloc_user: wr_assign() and its kin may change it");
	KUNIT_EXPECT_EQ(test, READ_ONCE(*rarely), 41);
	unload(test);
	/* The range has gone with it. */
	KUNIT_EXPECT_FALSE(test, wr_int(rarely, 42));
}

/* Which file of a module's is which parameter, and with which functions, is in the pool "module-params". */
static void a_modules_parameter_files_are_sealed(struct kunit *test)
{
	const struct pmalloc_pool *pool = pm_pool_named("module-params");
	unsigned int found = 0;
	struct module *mod;

	KUNIT_ASSERT_NOT_NULL(test, pool);
	KUNIT_ASSERT_EQ(test, load(test, ""), 0);
	mod = find_module("pmalloc_user");
	KUNIT_ASSERT_NOT_NULL(test, mod);
	KUNIT_ASSERT_GE(test, mod->num_kp, 3u);
	for (const struct pm_chunk *chunk = pool->chunks; chunk; chunk = chunk->next) {
		u64 *word = (u64 *)chunk->va, *end = word + chunk->nr_pages * PAGE_SIZE / 8;

		for (; word < end; word++) {
			if (*word - (u64)mod->kp >= mod->num_kp * sizeof(*mod->kp))
				continue;
			found++;
			KUNIT_EXPECT_FALSE(test, pm_can_write(word));
			KUNIT_EXPECT_FALSE(test, pm_can_write(pm_alias(word)));
		}
	}
	KUNIT_EXPECT_EQ(test, found, mod->num_kp);
	/* The parameters themselves are constants of the module. */
	KUNIT_EXPECT_FALSE(test, pm_can_write(mod->kp));
	KUNIT_EXPECT_FALSE(test, pm_can_write(pm_alias(mod->kp)));
	unload(test);
}

static struct kunit_case pmalloc_module_cases[] = {
	KUNIT_CASE_PARAM(forgotten_pools_go_with_the_module, modes_gen_params),
	KUNIT_CASE(a_modules_wr_after_init_data),
	KUNIT_CASE(a_modules_parameter_files_are_sealed),
	{}
};

static struct kunit_suite pmalloc_module_suite = {
	.name = "pmalloc_module",
	.test_cases = pmalloc_module_cases,
};
kunit_test_suite(pmalloc_module_suite);
