// SPDX-License-Identifier: MIT
/*
 * Random numbers: one ChaCha20 stream per CPU.
 *
 * A CPU's state is a key and a buffer of output. A refill makes BLOCKS blocks from the key; the first half
 * block becomes the next key, so what was handed out cannot be computed from what is in memory now.
 * Taking four bytes costs a few instructions, and some seventy more on average for the refills.
 *
 * The keys come from root_key: the CPU's generator where it has one, cycle counter and clock in any
 * case, and what add_device_randomness() mixes in. Two CPUs with the same key (the per-CPU template is
 * copied at boot) differ by the CPU number in the nonce.
 *
 * Locks: none; a CPU's state is used with its interrupts masked, root_key's words are mixed one by one.
 * Source: RFC 8439, "The ChaCha20 Block Function"; D. J. Bernstein, "Fast-key-erasure random-number
 * generators".
 */
#include <arch/cpu.h>
#include <arch/time.h>
#include <linux/bitops.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/random.h>
#include <linux/smp.h>
#include <linux/string.h>

#define KEY_WORDS	8
#define BLOCK_WORDS	16
#define BLOCKS		4

struct stream {
	u32 key[KEY_WORDS];
	u32 out[BLOCKS * BLOCK_WORDS];
	u32 used;		/* words of out that are gone; 0: no key yet */
	u32 generation;		/* of root_key, when the key was made */
};

static DEFINE_PER_CPU(struct stream, streams);

static u32 root_key[KEY_WORDS];
static u32 root_generation;	/* counts changes of root_key; 0: not seeded */

static void quarter_round(u32 *x, int a, int b, int c, int d)
{
	x[a] += x[b];
	x[d] = rol32(x[d] ^ x[a], 16);
	x[c] += x[d];
	x[b] = rol32(x[b] ^ x[c], 12);
	x[a] += x[b];
	x[d] = rol32(x[d] ^ x[a], 8);
	x[c] += x[d];
	x[b] = rol32(x[b] ^ x[c], 7);
}

static void chacha_block(const u32 key[KEY_WORDS], u32 counter, u32 cpu, u32 out[BLOCK_WORDS])
{
	u32 in[BLOCK_WORDS] = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574 };

	memcpy(in + 4, key, KEY_WORDS * sizeof(u32));
	in[12] = counter;
	in[13] = cpu;
	memcpy(out, in, sizeof(in));
	for (int i = 0; i < 10; i++) {
		quarter_round(out, 0, 4, 8, 12);
		quarter_round(out, 1, 5, 9, 13);
		quarter_round(out, 2, 6, 10, 14);
		quarter_round(out, 3, 7, 11, 15);
		quarter_round(out, 0, 5, 10, 15);
		quarter_round(out, 1, 6, 11, 12);
		quarter_round(out, 2, 7, 8, 13);
		quarter_round(out, 3, 4, 9, 14);
	}
	for (int i = 0; i < BLOCK_WORDS; i++)
		out[i] += in[i];
}

/* Each word is hashed with all that is there; nothing that was known before makes it known after. */
static void mix(const u32 *words, size_t n)
{
	u32 block[BLOCK_WORDS];

	for (size_t i = 0; i < n; i++)
		root_key[i % KEY_WORDS] ^= words[i];
	chacha_block(root_key, n, 0, block);
	for (int i = 0; i < KEY_WORDS; i++)
		root_key[i] ^= block[i];
	__atomic_fetch_add(&root_generation, 1, __ATOMIC_RELAXED);
}

static void seed(void)
{
	u64 words[6] = { arch_cycles(), arch_clock_ns(), (unsigned long)__builtin_frame_address(0),
			 arch_rtc_seconds() };

	for (int i = 4; i < ARRAY_SIZE(words); i++)
		if (!arch_random_seed(&words[i]))
			words[i] = arch_cycles();
	mix((const u32 *)words, ARRAY_SIZE(words) * 2);
}

/* Interrupts masked. */
static void refill(struct stream *s)
{
	u32 cpu = raw_smp_processor_id();

	if (!READ_ONCE(root_generation))
		seed();
	if (s->generation != READ_ONCE(root_generation)) {
		s->generation = root_generation;
		for (int i = 0; i < KEY_WORDS; i++)
			s->key[i] ^= root_key[i] ^ (u32)arch_cycles();
	}
	for (int i = 0; i < BLOCKS; i++)
		chacha_block(s->key, i, cpu, s->out + i * BLOCK_WORDS);
	memcpy(s->key, s->out, sizeof(s->key));
	memset(s->out, 0, sizeof(s->key));
	s->used = KEY_WORDS;
}

static __always_inline u64 take(unsigned int words)
{
	unsigned long flags = arch_irq_save();
	struct stream *s = this_cpu_ptr(&streams);
	u64 v;

	if (unlikely(!s->used || s->used + words > ARRAY_SIZE(s->out)))
		refill(s);
	v = s->out[s->used];
	s->out[s->used++] = 0;
	if (words == 2) {
		v |= (u64)s->out[s->used] << 32;
		s->out[s->used++] = 0;
	}
	arch_irq_restore(flags);
	return v;
}

u32 get_random_u32(void)
{
	return take(1);
}
EXPORT_SYMBOL(get_random_u32);

u64 get_random_u64(void)
{
	return take(2);
}
EXPORT_SYMBOL(get_random_u64);

u16 get_random_u16(void)
{
	return take(1);
}
EXPORT_SYMBOL(get_random_u16);

u8 get_random_u8(void)
{
	return take(1);
}
EXPORT_SYMBOL(get_random_u8);

void get_random_bytes(void *buf, size_t len)
{
	u64 v;

	for (; len >= 8; len -= 8, buf += 8) {
		v = take(2);
		memcpy(buf, &v, 8);
	}
	if (len) {
		v = take(2);
		memcpy(buf, &v, len);
	}
}
EXPORT_SYMBOL(get_random_bytes);

/* Uniform: values in the incomplete last round of 2^32 / ceil are thrown again. */
u32 get_random_u32_below(u32 ceil)
{
	u64 product;

	if (ceil <= 1)
		return 0;
	do {
		product = (u64)get_random_u32() * ceil;
	} while (unlikely((u32)product < -ceil % ceil));
	return product >> 32;
}
EXPORT_SYMBOL(get_random_u32_below);

u32 get_random_u32_above(u32 floor)
{
	return floor + 1 + get_random_u32_below(U32_MAX - floor);
}
EXPORT_SYMBOL(get_random_u32_above);

u32 get_random_u32_inclusive(u32 floor, u32 ceil)
{
	u32 range = ceil - floor;

	return floor + (range == U32_MAX ? get_random_u32() : get_random_u32_below(range + 1));
}
EXPORT_SYMBOL(get_random_u32_inclusive);

void add_device_randomness(const void *buf, size_t len)
{
	u32 word;

	for (; len; buf += min(len, sizeof(word)), len -= min(len, sizeof(word))) {
		word = arch_cycles();
		memcpy(&word, buf, min(len, sizeof(word)));
		mix(&word, 1);
	}
}
EXPORT_SYMBOL(add_device_randomness);
