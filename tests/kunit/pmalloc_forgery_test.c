// SPDX-License-Identifier: MIT
/*
 * What of pmalloc is ordinary memory, overwritten by somebody who knows how it is used: nothing sealed becomes
 * writable by it, and no record comes to lie outside the vault.
 */
#include <linux/kallsyms.h>
#include <paddock/log.h>
#include "pmalloc_kunit.h"

/* The cursor is the one thing of a pool that can be overwritten: it is not believed beyond what is open. */
static void a_false_cursor_opens_nothing(struct kunit *test)
{
	struct pmalloc_pool *pool = pm_pool(test, "kunit-cursor", PMALLOC_MODE_RO);
	u64 *sealed = (u64 *)make_sealed(test, pool, 64), *p = NULL, seq;
	static const long false_offsets[] = { -4096, -64, 1 << 20, 3 };

	for (int i = 0; i < ARRAY_SIZE(false_offsets); i++) {
		for (int k = 0; k < 3; k++)
			p = pmalloc(pool, 64);
		KUNIT_ASSERT_NOT_NULL(test, p);
		seq = log_next_seq();
		pool->cursor->next = (unsigned long)sealed + 4096 + false_offsets[i];
		/* Asked from here it is another run: the slow path, which looks closely. */
		p = pmalloc_align(pool, 48, 8);
		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_EXPECT_EQ(test, mm_logged(seq, "the cursor of pool \"kunit-cursor\" was overwritten"), 1u);
		KUNIT_EXPECT_NE(test, (unsigned long)p & PAGE_MASK, (unsigned long)sealed & PAGE_MASK);
		memset(p, 1, 48);
	}
	/* The fast path, too, stays inside. */
	for (int k = 0; k < 3; k++) {
		p = pmalloc(pool, 64);
		pool->cursor->next = (unsigned long)sealed;
	}
	KUNIT_EXPECT_NE(test, (unsigned long)p & PAGE_MASK, (unsigned long)sealed & PAGE_MASK);
	pm_expect_sealed(test, sealed, 64);
	KUNIT_EXPECT_EQ(test, pmalloc_audit(true), 0UL);
	pmalloc_destroy_pool(pool);
}

/* Whatever is written into the cursor, only what lies between the last commit and the cursor's place can become known by it. */
static void a_false_run_gets_into_no_record(struct kunit *test)
{
	static const struct pm_run false_runs[] = {
		{ .first = 0, .count = 4, .size = 64 },			/* what is sealed already */
		{ .first = 1 << 20, .count = 1, .size = 8 },		/* behind the chunk's end */
		{ .first = 520, .count = 0xffffffff, .size = 4096 },
		{ .first = 520, .count = 1, .size = 0 },
	};
	struct pmalloc_pool *pool = pm_pool(test, "kunit-cursor", PMALLOC_MODE_WR);
	u64 *sealed = (u64 *)make_sealed(test, pool, 64), *p;

	KUNIT_ASSERT_EQ(test, pmalloc_wr_deny(pool, sealed, 64), 0);
	for (int i = 0; i < ARRAY_SIZE(false_runs) + 1; i++) {
		u64 seq = log_next_seq();

		p = pmalloc(pool, 64);
		KUNIT_ASSERT_NOT_NULL(test, p);
		if (i < ARRAY_SIZE(false_runs)) {
			pool->cursor->pending[0] = false_runs[i];
			pool->cursor->nr_pending = 1;
		} else {
			pool->cursor->nr_pending = 1000;
		}
		KUNIT_EXPECT_EQ(test, pmalloc_protect_pool(pool), 0);
		KUNIT_EXPECT_EQ(test, mm_logged(seq, "the cursor of pool \"kunit-cursor\" was overwritten"), 1u);
		KUNIT_EXPECT_FALSE(test, wr_memset(sealed, 1, 8));
	}
	/* A run that claims to reach into what is sealed opens none of it to write-rare. */
	KUNIT_ASSERT_NOT_NULL(test, pmalloc(pool, 64));
	pool->cursor->run_start = (unsigned long)sealed - 8;
	pool->cursor->size = pool->cursor->stride = 1 << 20;
	KUNIT_EXPECT_FALSE(test, wr_memset(sealed, 1, 16));
	KUNIT_EXPECT_FALSE(test, wr_memset(sealed + 8, 1, 16));
	KUNIT_EXPECT_EQ(test, pmalloc_protect_pool(pool), 0);
	KUNIT_EXPECT_EQ(test, sealed[0], 0ull);
	KUNIT_EXPECT_EQ(test, pmalloc_audit(true), 0UL);
	pmalloc_destroy_pool(pool);
}

/* A bitmap is in the vault, and its bits are what the owner of the pool makes them: a descriptor all the same it is not. */
static void a_forged_descriptor_is_none(struct kunit *test)
{
	struct pmalloc_pool *pool = pm_pool(test, "kunit-forger", PMALLOC_MODE_WR), *forged;
	u64 *p = pcalloc(pool, 1024, 8), seq = log_next_seq();

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_ASSERT_EQ(test, pmalloc_protect_pool(pool), 0);
	for (int bit = 0; bit < 64; bit++)
		if (!(PM_POOL_MAGIC >> bit & 1))
			KUNIT_ASSERT_EQ(test, pmalloc_wr_deny(pool, &p[bit], 8), 0);
	forged = (struct pmalloc_pool *)pool->chunks->bitmap;
	KUNIT_ASSERT_EQ(test, forged->magic, PM_POOL_MAGIC);
	KUNIT_EXPECT_EQ(test, pmalloc_protect_pool(forged), -EINVAL);
	KUNIT_EXPECT_NULL(test, pmalloc_align(forged, 8, 8));
	pmalloc_destroy_pool(forged);
	KUNIT_EXPECT_EQ(test, mm_logged(seq, "is no live pool; destroyed already?"), 3u);
	pmalloc_destroy_pool(pool);
}

/* struct window of window.c begins with the root's address. */
static void the_windows_tables_cannot_be_replaced(struct kunit *test)
{
	const phys_addr_t *windows = (const phys_addr_t *)kallsyms_lookup_name("windows");

	KUNIT_ASSERT_NOT_NULL(test, windows);
	KUNIT_EXPECT_EQ(test, windows[0] & ~PAGE_MASK, 0ull);
	KUNIT_EXPECT_NE(test, windows[0], 0ull);
	KUNIT_EXPECT_FALSE(test, pm_can_write(windows));
	KUNIT_EXPECT_FALSE(test, pm_can_write(lm_alias(windows)));
}

/* Where the vault searches next is ordinary memory: told to search a page of the attacker's, it does not. */
static void a_false_vault_page_gets_no_record(struct kunit *test)
{
	const void **last_page = (const void **)kallsyms_lookup_name("last_page");
	void *page = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	const void *const false_pages[] = { page, page + 64, NULL, (void *)8, (void *)ULONG_MAX };
	struct pmalloc_pool *pool;

	KUNIT_ASSERT_NOT_NULL(test, last_page);
	KUNIT_ASSERT_TRUE(test, PAGE_ALIGNED(*last_page));
	/* As a page of the vault looks, with no unit but the first in use, and a ring of itself. */
	memcpy(page, *last_page, 64);
	((u64 *)page)[1] = 1;
	((const void **)page)[2] = page;
	for (int i = 0; i < ARRAY_SIZE(false_pages); i++) {
		*last_page = false_pages[i];
		pool = pmalloc_create_pool("kunit-vault", PMALLOC_MODE_RO);
		KUNIT_ASSERT_NOT_NULL(test, pool);
		KUNIT_EXPECT_NE(test, (unsigned long)pool & PAGE_MASK, (unsigned long)page);
		KUNIT_EXPECT_FALSE(test, pm_can_write(pool));
		KUNIT_EXPECT_FALSE(test, pm_can_write(*last_page));	/* it found the way back */
		pmalloc_destroy_pool(pool);
	}
	KUNIT_EXPECT_EQ(test, pmalloc_audit(true), 0UL);
}

static struct kunit_case pmalloc_forgery_cases[] = {
	KUNIT_CASE(a_false_cursor_opens_nothing),
	KUNIT_CASE(a_false_run_gets_into_no_record),
	KUNIT_CASE(a_forged_descriptor_is_none),
	KUNIT_CASE(the_windows_tables_cannot_be_replaced),
	KUNIT_CASE(a_false_vault_page_gets_no_record),
	{}
};

static struct kunit_suite pmalloc_forgery_suite = {
	.name = "pmalloc_forgery",
	.test_cases = pmalloc_forgery_cases,
};
kunit_test_suite(pmalloc_forgery_suite);
