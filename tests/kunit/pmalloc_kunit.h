/* SPDX-License-Identifier: MIT */
/* For the suites of pmalloc. */
#pragma once

#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/pmalloc.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <arch/paging.h>
#include <arch/trap.h>
#include <paddock/fault_inject.h>
#include <paddock/pgtable.h>
#include <paddock/pmalloc.h>
#include "../../mm/pmalloc/pmalloc.h"
#include "mm_kunit.h"

/* For KUNIT_CASE_PARAM(…, modes_gen_params): once in each mode. */
static const enum pmalloc_mode all_modes[] = {
	PMALLOC_MODE_RO, PMALLOC_MODE_AUTO_RO, PMALLOC_MODE_WR, PMALLOC_MODE_AUTO_WR, PMALLOC_MODE_START_WR,
};

static inline void mode_desc(const enum pmalloc_mode *mode, char *desc)
{
	strscpy(desc, pm_mode_names[*mode], KUNIT_PARAM_DESC_SIZE);
}
static const void *modes_gen_params(const void *prev, char *desc) __maybe_unused;
KUNIT_ARRAY_PARAM(modes, all_modes, mode_desc);

static inline struct pmalloc_pool *pm_pool(struct kunit *test, const char *name, enum pmalloc_mode mode)
{
	struct pmalloc_pool *pool = pmalloc_create_pool(name, mode);

	KUNIT_ASSERT_NOT_NULL(test, pool);
	return pool;
}

/* Would a store to @p happen? The byte is written as it is. */
static inline bool pm_can_write(const void *p)
{
	u8 byte;

	return !arch_probe_read(&byte, p, 1) && !arch_probe_write((void *)p, &byte, 1);
}

/* The linear map's address of the same byte. */
static inline void *pm_alias(const void *p)
{
	return page_address(vmalloc_to_page(p)) + offset_in_page(p);
}

/* Neither mapping of any page of it can be written, at its first, last, and each page's first and last byte. */
static inline void pm_expect_sealed(struct kunit *test, const void *p, size_t n)
{
	unsigned long start = (unsigned long)p, end = start + n - 1;

	for (unsigned long page = start & PAGE_MASK; page <= end; page += PAGE_SIZE) {
		const void *first = (void *)max(page, start), *last = (void *)min(page + PAGE_SIZE - 1, end);

		KUNIT_EXPECT_FALSE(test, pm_can_write(first));
		KUNIT_EXPECT_FALSE(test, pm_can_write(last));
		KUNIT_EXPECT_FALSE(test, pm_can_write(pm_alias(first)));
		KUNIT_EXPECT_FALSE(test, pm_can_write(pm_alias(last)));
	}
}

static noinline __maybe_unused u8 *make_sealed(struct kunit *test, struct pmalloc_pool *pool, size_t size)
{
	u8 *p = pzalloc(pool, size);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_ASSERT_EQ(test, pmalloc_protect_pool(pool), 0);
	return p;
}

static inline void pm_count_frames(struct frame_counts *out)
{
	mutex_lock(&pm_mutex);
	frames_count(out);
	mutex_unlock(&pm_mutex);
}

static inline const struct pmalloc_pool *pm_pool_named(const char *name)
{
	const struct pmalloc_pool *pool;

	for_each_pool(pool)
		if (!strcmp(pool->name, name))
			return pool;
	return NULL;
}
