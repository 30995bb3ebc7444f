// SPDX-License-Identifier: MIT
/*
 * KFENCE's pure parts: the booting_max parser, the pool's arithmetic, the canaries. Each is held against
 * a naive model, over random input where that says more than examples; the seed is printed.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>
#include "../../mm/kfence/arith.h"
#include "../../mm/kfence/canary.h"

#define MiB (1ull << 20)
#define GiB (1ull << 30)

/* ---- booting_max ---- */

static int parse(const char *text, u64 total, u64 *bytes)
{
	const char *bad = NULL;
	size_t bad_len = 0;

	*bytes = 12345;
	return kfence_booting_max_parse(text, total, bytes, &bad, &bad_len);
}

static void expect_bytes(const char *text, u64 total, u64 expected)
{
	u64 bytes;

	assert_int_equal(parse(text, total, &bytes), 0);
	assert_int_equal(bytes, expected);
}

static void booting_max_picks_the_segment_of_the_total(void **state)
{
	const char *text = "0-128M:0,128M-256M:1M,256M-:2M";

	expect_bytes(text, 0, 0);
	expect_bytes(text, 128 * MiB - 1, 0);
	expect_bytes(text, 128 * MiB, MiB);		/* a segment holds its start… */
	expect_bytes(text, 256 * MiB - 1, MiB);
	expect_bytes(text, 256 * MiB, 2 * MiB);		/* …and not its end */
	expect_bytes(text, 1ull << 45, 2 * MiB);
	expect_bytes("0-2G:0,2G-32G:2M,32G-:32M", 8 * GiB, 2 * MiB);
	expect_bytes("0-1T:7k", GiB, 7 * 1024);
	/* The first that fits decides. */
	expect_bytes("0-:1M,0-:2M", GiB, MiB);
}

static void booting_max_without_a_segment_sets_no_limit(void **state)
{
	u64 bytes;

	assert_int_equal(parse("1G-2G:1M", 512 * MiB, &bytes), -ENOENT);
	assert_int_equal(bytes, 12345);
	assert_int_equal(parse("1G-2G:1M", 2 * GiB, &bytes), -ENOENT);
}

static void booting_max_names_the_bad_segment(void **state)
{
	static const struct {
		const char *text, *bad;
	} table[] = {
		{ "", "" },
		{ ",", "" },
		{ "0-128M:0,", "" },
		{ "0-128M:0,,256M-:2M", "" },
		{ "128M", "128M" },
		{ "0-128M", "0-128M" },
		{ "0-128M:", "0-128M:" },
		{ "-128M:0", "-128M:0" },
		{ "0-128M:0,banana,256M-:2M", "banana" },
		{ "0-128M:0,128M-64M:1M", "128M-64M:1M" },
		{ "128M-128M:1M", "128M-128M:1M" },
		{ "0-128Q:0", "0-128Q:0" },
		{ "0-128M:0 ,128M-:1M", "0-128M:0 " },
		{ "0-128MM:0", "0-128MM:0" },
		{ "0x10-128M:0", "0x10-128M:0" },
		{ "99999999999999999999-:1M", "99999999999999999999-:1M" },
		{ "0-18446744073709551615T:1M", "0-18446744073709551615T:1M" },
		{ "0-:18014398509481984K", "0-:18014398509481984K" },
		{ "0-:1M\n", "0-:1M\n" },
		/* Also behind the segment that decides. */
		{ "0-:1M,oops", "oops" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const char *bad = NULL;
		size_t len = 99;
		u64 bytes = 12345;

		assert_int_equal(kfence_booting_max_parse(table[i].text, GiB, &bytes, &bad, &len), -EINVAL);
		assert_int_equal(bytes, 12345);
		assert_non_null(bad);
		assert_int_equal(len, strlen(table[i].bad));
		assert_memory_equal(bad, table[i].bad, len);
	}
}

/* Any text: no crash (ASan watches), and a bad segment within the text. */
static void booting_max_survives_any_text(void **state)
{
	static const char alphabet[] = "0123456789KMGT-:,,:- x";

	for (int round = 0; round < 200000; round++) {
		size_t len = rand() % 24, bad_len;
		char *text = malloc(len + 1);
		const char *bad;
		u64 bytes;
		int err;

		for (size_t i = 0; i < len; i++)
			text[i] = alphabet[rand() % (sizeof(alphabet) - 1)];
		text[len] = '\0';
		err = kfence_booting_max_parse(text, GiB, &bytes, &bad, &bad_len);
		assert_true(err == 0 || err == -ENOENT || err == -EINVAL);
		if (err == -EINVAL)
			assert_true(bad >= text && bad + bad_len <= text + len);
		free(text);
	}
}

static void a_mebibyte_holds_127_objects(void **state)
{
	assert_int_equal(kfence_objects_in_bytes(MiB), 127);
	assert_int_equal(kfence_objects_in_bytes(2 * MiB), 255);
	assert_int_equal(kfence_objects_in_bytes(GiB), 131071);
	assert_int_equal(kfence_objects_in_bytes(0), 0);
	assert_int_equal(kfence_objects_in_bytes(8191), 0);
	assert_int_equal(kfence_objects_in_bytes(16384), 1);
}

/* ---- The pool ---- */

static void plans_are_one_area_or_whole_gibibytes(void **state)
{
	static const struct {
		unsigned long objects, areas, each;
	} table[] = {
		{ 1, 1, 1 }, { 255, 1, 255 }, { 131070, 1, 131070 }, { 131071, 1, 131071 },
		{ 131072, 2, 131071 }, { 262142, 2, 131071 }, { 262143, 3, 131071 },
		{ 1000000, 8, 131071 },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct kfence_plan p = kfence_plan(table[i].objects);

		assert_int_equal(p.nr_areas, table[i].areas);
		assert_int_equal(p.objects_per_area, table[i].each);
		assert_true(p.nr_areas * p.objects_per_area >= table[i].objects);
	}
	assert_true(kfence_plan(~0ul).nr_areas > 1ul << 46);	/* no overflow to something small */
	assert_int_equal(kfence_area_bytes(131071), GiB);
	assert_int_equal(kfence_area_bytes(255), 2 * MiB);
}

/* Draw an area of n objects page by page, and compare what the functions say of each page. */
static void pages_of_an_area_have_the_right_owners(void **state)
{
	for (unsigned long n = 1; n < 20; n++) {
		unsigned long pages = kfence_area_bytes(n) / PAGE_SIZE, owner[64];

		assert_int_equal(pages, (n + 1) * 2);
		for (unsigned long p = 0; p < pages; p++)
			owner[p] = KFENCE_NOBODY;
		for (unsigned long i = 0; i < n; i++)
			owner[2 * i + 2] = i;
		for (unsigned long p = 0; p < pages; p++)
			assert_int_equal(kfence_object_in(p, n), owner[p]);
		assert_int_equal(kfence_object_in(pages, n), KFENCE_NOBODY);
		for (unsigned long g = 1; g < pages; g += 2) {
			assert_int_equal(kfence_left_of(g, n), owner[g - 1]);
			assert_int_equal(kfence_right_of(g, n), g + 1 < pages ? owner[g + 1] : KFENCE_NOBODY);
		}
	}
}

static void objects_touch_an_edge(void **state)
{
	assert_int_equal(kfence_place(32, 32, false), 0);
	assert_int_equal(kfence_place(32, 32, true), 4064);
	assert_int_equal(kfence_place(73, 8, true), 4016);	/* a gap of 7 */
	assert_int_equal(kfence_place(24, 32, true), 4064);	/* a gap of 8 */
	assert_int_equal(kfence_place(1, 1, true), 4095);
	assert_int_equal(kfence_place(4096, 4096, true), 0);
	assert_int_equal(kfence_place(4095, 8, true), 0);
}

/* ---- Canaries ---- */

static u8 page[4096] __attribute__((aligned(4096)));

static void canary_word_is_the_bytes(void **state)
{
	u64 word = KFENCE_CANARY_WORD;

	for (unsigned int i = 0; i < 8; i++)
		assert_int_equal(((u8 *)&word)[i], kfence_canary_byte(i));
}

static int naive_find(unsigned int from, unsigned int to)
{
	for (unsigned int i = from; i < to; i++)
		if (page[i] != (0xaa ^ (i & 7)))
			return i;
	return -1;
}

/* Every offset and many sizes: intact after filling; any one changed byte is found, on its side. */
static void canaries_find_every_changed_byte(void **state)
{
	for (int round = 0; round < 20000; round++) {
		unsigned int size = 1 + rand() % 4095, offset = rand() % (4096 - size + 1), end = offset + size;
		unsigned int at;
		u8 was;

		memset(page, 0x55, sizeof(page));
		kfence_canary_fill(page, offset, size);
		for (unsigned int i = offset; i < end; i++)
			page[i] = rand();	/* the owner's bytes are its own */
		assert_true(kfence_canary_intact(page, offset, size));
		assert_int_equal(kfence_canary_find_left(page, offset), -1);
		assert_int_equal(kfence_canary_find_right(page, end), -1);

		if (size == 4096)
			continue;
		do {
			at = rand() % 4096;
		} while (at >= offset && at < end);
		was = page[at];
		page[at] ^= 1 << rand() % 8;
		assert_false(kfence_canary_intact(page, offset, size));
		assert_int_equal(kfence_canary_find_left(page, offset), at < offset ? (int)at : -1);
		assert_int_equal(kfence_canary_find_right(page, end), at >= end ? (int)at : -1);

		/* A second one: the lower address is named. */
		page[rand() % 4096] ^= 0xff;
		assert_int_equal(kfence_canary_find_left(page, offset), naive_find(0, offset));
		assert_int_equal(kfence_canary_find_right(page, end), naive_find(end, 4096));
		page[at] = was;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(booting_max_picks_the_segment_of_the_total),
		cmocka_unit_test(booting_max_without_a_segment_sets_no_limit),
		cmocka_unit_test(booting_max_names_the_bad_segment),
		cmocka_unit_test(booting_max_survives_any_text),
		cmocka_unit_test(a_mebibyte_holds_127_objects),
		cmocka_unit_test(plans_are_one_area_or_whole_gibibytes),
		cmocka_unit_test(pages_of_an_area_have_the_right_owners),
		cmocka_unit_test(objects_touch_an_edge),
		cmocka_unit_test(canary_word_is_the_bytes),
		cmocka_unit_test(canaries_find_every_changed_byte),
	};
	const char *given = getenv("SEED");
	unsigned int seed = given ? strtoul(given, NULL, 0) : time(NULL);

	printf("SEED=%u\n", seed);
	srand(seed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
