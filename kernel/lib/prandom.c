// SPDX-License-Identifier: MIT
/*
 * Repeatable random numbers from a seed: xorshift128+.
 * Source: S. Vigna, "Further scramblings of Marsaglia's xorshift generators".
 */
#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/random.h>
#include <linux/string.h>

void prandom_seed_state(struct rnd_state *state, u64 seed)
{
	/* splitmix64 spreads the seed, so that small ones are as good as any. */
	for (int i = 0; i < 2; i++) {
		u64 z = seed += 0x9e3779b97f4a7c15ull;

		z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
		z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
		state->s[i] = z ^ (z >> 31);
	}
}
EXPORT_SYMBOL(prandom_seed_state);

u32 prandom_u32_state(struct rnd_state *state)
{
	u64 a = state->s[0], b = state->s[1], result = a + b;

	a ^= a << 23;
	state->s[0] = b;
	state->s[1] = a ^ b ^ (a >> 18) ^ (b >> 5);
	return result >> 32;
}
EXPORT_SYMBOL(prandom_u32_state);

void prandom_bytes_state(struct rnd_state *state, void *buf, size_t nbytes)
{
	while (nbytes) {
		u32 v = prandom_u32_state(state);
		size_t n = min(nbytes, sizeof(v));

		memcpy(buf, &v, n);
		buf += n;
		nbytes -= n;
	}
}
EXPORT_SYMBOL(prandom_bytes_state);
