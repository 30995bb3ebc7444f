/* SPDX-License-Identifier: MIT */
/* A sum kept in per-CPU parts: cheap to change, exact only when added up. */
#pragma once

#include <linux/spinlock.h>
#include <linux/percpu.h>
#include <linux/types.h>

struct percpu_counter {
	raw_spinlock_t lock;
	s64 count;			/* [L] to write; all but the parts below */
	s32 __percpu *counters;		/* each smaller than the batch */
};

extern int percpu_counter_batch;

int percpu_counter_init(struct percpu_counter *fbc, s64 amount, gfp_t gfp);	/* 0 or -ENOMEM */
void percpu_counter_destroy(struct percpu_counter *fbc);
void percpu_counter_set(struct percpu_counter *fbc, s64 amount);
void percpu_counter_add_batch(struct percpu_counter *fbc, s64 amount, s32 batch);
s64 __percpu_counter_sum(struct percpu_counter *fbc);
int __percpu_counter_compare(struct percpu_counter *fbc, s64 rhs, s32 batch);

static inline void percpu_counter_add(struct percpu_counter *fbc, s64 amount)
{
	percpu_counter_add_batch(fbc, amount, percpu_counter_batch);
}
static inline void percpu_counter_sub(struct percpu_counter *fbc, s64 amount) { percpu_counter_add(fbc, -amount); }
static inline void percpu_counter_inc(struct percpu_counter *fbc) { percpu_counter_add(fbc, 1); }
static inline void percpu_counter_dec(struct percpu_counter *fbc) { percpu_counter_add(fbc, -1); }
static inline s64 percpu_counter_sum(struct percpu_counter *fbc) { return __percpu_counter_sum(fbc); }
static inline s64 percpu_counter_sum_positive(struct percpu_counter *fbc)
{
	s64 sum = __percpu_counter_sum(fbc);

	return sum < 0 ? 0 : sum;
}
/* About. */
static inline s64 percpu_counter_read(struct percpu_counter *fbc) { return READ_ONCE(fbc->count); }
static inline s64 percpu_counter_read_positive(struct percpu_counter *fbc)
{
	s64 about = READ_ONCE(fbc->count);

	return about < 0 ? 0 : about;
}
static inline int percpu_counter_compare(struct percpu_counter *fbc, s64 rhs)
{
	return __percpu_counter_compare(fbc, rhs, percpu_counter_batch);
}
static inline bool percpu_counter_initialized(struct percpu_counter *fbc) { return fbc->counters != NULL; }
