/* SPDX-License-Identifier: MIT */
/* For the suites of the allocators: random numbers with a seed, and what was logged since. */
#pragma once

#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/slab.h>
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

/* An object from @s that KFENCE does not guard. */
void *mm_plain_object(struct kmem_cache *s);
