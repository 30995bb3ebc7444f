// SPDX-License-Identifier: MIT
/*
 * pmalloc's runs against a naive model: one entry per word, telling whose it is. Random appends and removals; after each,
 * every word is asked for. SEED= repeats a run.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <stdio.h>
#include <cmocka.h>

#include "pmalloc_glue.h"

#define WORDS	4096

struct object {
	unsigned int start, size, stack;	/* size 0: none */
};

static struct object model[WORDS];	/* by word */
static unsigned int fill;
static unsigned long long state;

void *host_zalloc(unsigned long size)
{
	return calloc(1, size);
}

void host_release(void *p)
{
	free(p);
}

static unsigned int below(unsigned int limit)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (unsigned int)((state * 2685821657736338717ull) >> 33) % limit;
}

static void seed(void)
{
	const char *s = getenv("SEED");

	state = s ? strtoull(s, NULL, 0) : 0x9e3779b97f4a7c15ull;
	printf("SEED=%llu\n", state);
}

static void check_all(void)
{
	for (unsigned int w = 0; w < WORDS; w++) {
		unsigned int start, size, stack;
		int found = glue_find(w, &start, &size, &stack);

		assert_int_equal(found, model[w].size != 0);
		if (found) {
			assert_int_equal(start, model[w].start);
			assert_int_equal(size, model[w].size);
			assert_int_equal(stack, model[w].stack);
		}
	}
	if (glue_check())
		fail_msg("%s", glue_check());
}

static unsigned int model_objects_in(unsigned int from, unsigned int to)
{
	unsigned int n = 0, last = WORDS;

	for (unsigned int w = from; w < to; w++) {
		if (model[w].size && model[w].start != last) {
			n++;
			last = model[w].start;
		}
	}
	return n;
}

/* Some runs, with gaps now and then; some go on where the last ended. */
static void append_some(void)
{
	unsigned int runs[7][4], n = 0, many = 1 + below(7);

	while (n < many) {
		unsigned int size = 1 + below(below(4) ? 64 : 600), stride = (size + 7) / 8, count = 1 + below(9);
		unsigned int stack = below(3);

		if (below(3) == 0)
			fill += below(20);
		if (fill + count * stride > WORDS)
			break;
		for (unsigned int i = 0; i < count * stride; i++)
			model[fill + i] = (struct object){ fill + i / stride * stride, size, stack };
		runs[n][0] = fill;
		runs[n][1] = count;
		runs[n][2] = size;
		runs[n][3] = stack;
		n++;
		fill += count * stride;
	}
	if (n)
		glue_append(n, (const unsigned int (*)[4])runs);
}

static void remove_one(void)
{
	unsigned int word = below(WORDS);
	struct object o = model[word];

	assert_int_equal(glue_remove(word), o.size != 0);
	for (unsigned int i = 0; o.size && i < (o.size + 7) / 8; i++)
		model[o.start + i].size = 0;
}

static void runs_are_as_the_model(void **unused)
{
	seed();
	for (int round = 0; round < 40; round++) {
		memset(model, 0, sizeof(model));
		fill = 0;
		for (int step = 0; step < 60; step++) {
			if (below(3))
				remove_one();
			else
				append_some();
			if (step % 5 == 0)
				check_all();
		}
		check_all();
		for (int i = 0; i < 50; i++) {
			unsigned int from = below(WORDS), to = from + below(WORDS - from + 1);

			assert_int_equal(glue_objects_in(from, to), model_objects_in(from, to));
		}
		glue_reset();
	}
}

/* The figure of docs/pmalloc.md: alike objects are one record, wherever the commits fall. */
static void alike_objects_are_one_run(void **unused)
{
	for (unsigned int i = 0; i < 400; i++) {
		unsigned int run[1][4] = { { i * 8, 1, 64, 5 } };

		glue_append(1, (const unsigned int (*)[4])run);
	}
	assert_int_equal(glue_blocks(), 1);
	/* Every second one taken out: 200 runs, and each is found. */
	for (unsigned int i = 0; i < 400; i += 2)
		assert_true(glue_remove(i * 8));
	for (unsigned int i = 0; i < 400; i++) {
		unsigned int start, size, stack;

		assert_int_equal(glue_find(i * 8 + 3, &start, &size, &stack), i % 2);
	}
	assert_null(glue_check());
	/* Twice: none is there. */
	assert_false(glue_remove(0));
	glue_reset();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_are_as_the_model),
		cmocka_unit_test(alike_objects_are_one_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
