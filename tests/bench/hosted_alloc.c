// SPDX-License-Identifier: MIT
/*
 * Pair and batch patterns on the real CPU: once with Paddock's slab (BENCH_SLAB, the kernel's headers and the
 * hosted machine of tests/unit/mm), once per malloc(). One source, so that the loops are the same.
 *
 * A figure is the best of many short runs, in nanoseconds of this thread's CPU time per allocation and its free: other
 * programs on the machine can only make a run longer. Usage: hosted_alloc [rounds]. Prints "name ns" lines.
 */
#ifdef BENCH_SLAB
#include <linux/slab.h>
#include <linux/string.h>
#include "mm/hosted.h"
#define ALLOC(size)	kmalloc(size, GFP_KERNEL)
#define FREE(p)		kfree(p)
#else
#include <stdlib.h>
#include <stddef.h>
#define ALLOC(size)	malloc(size)
#define FREE(p)		free(p)
typedef unsigned short u16;
typedef unsigned int u32;
#endif
#include "hosted_alloc.h"

#define BATCH 1000
#define ITERS 20000

/* The compiler must neither leave a pair out nor know what malloc() is. */
#define USE(p) asm volatile("" : "+r"(p) : : "memory")

static void *objs[BATCH];
static u16 lifo[BATCH], fifo[BATCH], mixed[BATCH], sizes[1024];

#define DEFINE_PAIR(size)				\
static void pair_##size(void)				\
{							\
	for (u32 n = ITERS; n; n--) {			\
		void *p = ALLOC(size);			\
							\
		USE(p);					\
		FREE(p);				\
	}						\
}

DEFINE_PAIR(8)
DEFINE_PAIR(64)
DEFINE_PAIR(256)
DEFINE_PAIR(1024)

static void pair_runtime_size(void)
{
	for (u32 n = ITERS; n; n--) {
		void *p = ALLOC(sizes[n % 1024]);

		USE(p);
		FREE(p);
	}
}

#define DEFINE_BATCH(size, order)			\
static void batch_##size##_##order(void)		\
{							\
	for (u32 n = ITERS / BATCH; n; n--) {		\
		for (u32 i = 0; i < BATCH; i++) {	\
			void *p = ALLOC(size);		\
							\
			USE(p);				\
			objs[i] = p;			\
		}					\
		for (u32 i = 0; i < BATCH; i++)		\
			FREE(objs[order[i]]);		\
	}						\
}

DEFINE_BATCH(64, lifo)
DEFINE_BATCH(64, fifo)
DEFINE_BATCH(64, mixed)
DEFINE_BATCH(1024, lifo)
DEFINE_BATCH(1024, fifo)
DEFINE_BATCH(1024, mixed)

static u32 prng(void)
{
	static u32 x = 2463534242u;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x;
}

static void init_orders(void)
{
	for (u32 i = 0; i < BATCH; i++) {
		fifo[i] = mixed[i] = i;
		lifo[i] = BATCH - 1 - i;
	}
	for (u32 i = BATCH - 1; i > 0; i--) {
		u32 j = prng() % (i + 1);
		u16 t = mixed[i];

		mixed[i] = mixed[j];
		mixed[j] = t;
	}
	for (u32 i = 0; i < 1024; i++)
		sizes[i] = 1 + prng() % 1024;
}

static const struct {
	const char *name;
	void (*run)(void);
} figures[] = {
	{ "pair_8", pair_8 }, { "pair_64", pair_64 }, { "pair_256", pair_256 }, { "pair_1024", pair_1024 },
	{ "pair_runtime_size", pair_runtime_size },
	{ "batch_64_lifo", batch_64_lifo }, { "batch_64_fifo", batch_64_fifo }, { "batch_64_random", batch_64_mixed },
	{ "batch_1024_lifo", batch_1024_lifo }, { "batch_1024_fifo", batch_1024_fifo },
	{ "batch_1024_random", batch_1024_mixed },
};

const char *bench_prepare(unsigned int n)
{
	if (!n) {
#ifdef BENCH_SLAB
		static const struct host_config machine = { 1, { { 16 << 20, 512ull << 20, 0 } }, NULL };

		host_boot(&machine);
#endif
		init_orders();
	}
	return n < sizeof(figures) / sizeof(figures[0]) ? figures[n].name : NULL;
}

unsigned int bench_run(unsigned int n)
{
	figures[n].run();
	return ITERS;
}
