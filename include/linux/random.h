/* SPDX-License-Identifier: MIT */
/* Random numbers, unpredictable where the CPU has a generator. Context of all: any. */
#pragma once

#include <linux/types.h>

void get_random_bytes(void *buf, size_t len);
u8 get_random_u8(void);
u16 get_random_u16(void);
u32 get_random_u32(void);
u64 get_random_u64(void);
static inline unsigned int get_random_int(void)
{
	return get_random_u32();
}

static inline unsigned long get_random_long(void)
{
	return get_random_u64();
}

/* Uniform in [0, ceil), (floor, U32_MAX], [floor, ceil]. */
u32 get_random_u32_below(u32 ceil);
u32 get_random_u32_above(u32 floor);
u32 get_random_u32_inclusive(u32 floor, u32 ceil);
static inline u32 prandom_u32_max(u32 ep_ro)
{
	return get_random_u32_below(ep_ro);
}

static inline bool rng_is_initialized(void)
{
	return true;
}

static inline int wait_for_random_bytes(void)
{
	return 0;
}

/* Mix something in. Never lessens what is there. */
void add_device_randomness(const void *buf, size_t len);

/* A repeatable sequence from a seed, for tests. */
struct rnd_state {
	u64 s[2];
};
void prandom_seed_state(struct rnd_state *state, u64 seed);
u32 prandom_u32_state(struct rnd_state *state);
void prandom_bytes_state(struct rnd_state *state, void *buf, size_t nbytes);
