/* SPDX-License-Identifier: MIT */
/* For the suites of the allocators: random numbers with a seed, and what was logged since. */
#pragma once

#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <paddock/alloc_watch.h>
#include <paddock/log.h>

/* xorshift64*; suites print their seed, so that a run can be repeated. */
struct mm_random {
	u64 state;
};

static inline u32 mm_random(struct mm_random *r)
{
	r->state ^= r->state >> 12;
	r->state ^= r->state << 25;
	r->state ^= r->state >> 27;
	return r->state * 2685821657736338717ull >> 32;
}

static inline u32 mm_random_below(struct mm_random *r, u32 limit)
{
	return (u64)mm_random(r) * limit >> 32;
}

/* How many messages since @seq contain @text. */
unsigned int mm_logged(u64 seq, const char *text);

/*
 * What a case allocates and does not free, exactly, whatever other threads do: mm_watch_begin() before, and
 * after it mm_expect_left() with what should be left. mm_watch_end() at last, which expects that nothing is.
 * It is also seen that every page is somewhere (page_balance()).
 */
struct mm_watch {
	struct alloc_scope scope;
	long balance;
};
void mm_watch_begin(struct kunit *test, struct mm_watch *w);
void mm_expect_left(struct kunit *test, struct mm_watch *w, unsigned long objects, unsigned long pages);
void mm_watch_end(struct kunit *test, struct mm_watch *w);

/* Only the pages: mm_balance() before, mm_expect_balance() with its result after, whatever else runs and is freed late. */
long mm_balance(void);
void mm_expect_balance(struct kunit *test, long balance);

/* An object from @s that KFENCE does not guard. */
void *mm_plain_object(struct kmem_cache *s);

/* What `echo value > path` writes, without the newline. Context: thread. Returns: 0 or -errno. */
int mm_write_file(const char *path, const char *value);
