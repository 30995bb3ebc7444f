// SPDX-License-Identifier: MIT
/*
 * Firmware's memory maps, sane and not: what memblock makes of them. Maps that overlap, are unsorted, odd, empty, wrap
 * around, or lie above the CPU's physical width; and random ones against a model with one entry per frame.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>
#include "memblock_glue.h"

extern char host_log[];

#define PAGE	4096ull
#define TOP	(1ull << MB_PHYS_BITS)
#define FRAMES	(TOP / PAGE)
#define MIB	(1ull << 20)

static bool boot(const struct mb_range *r, unsigned int n)
{
	host_log[0] = '\0';
	return mb_init(r, n);
}

static void unsorted_ranges_are_all_ram(void **state)
{
	const struct mb_range map[] = { { 8 * MIB, 2 * MIB }, { 1 * MIB, 1 * MIB }, { 4 * MIB, 1 * MIB } };

	assert_true(boot(map, 3));
	assert_true(mb_is_ram(8 * MIB) && mb_is_ram(1 * MIB) && mb_is_ram(5 * MIB - 1));
	assert_false(mb_is_ram(2 * MIB) || mb_is_ram(3 * MIB) || mb_is_ram(10 * MIB));
	assert_int_equal(mb_end(), 10 * MIB);
	assert_string_equal(host_log, "");	/* nothing wrong with that */
}

static void overlapping_ram_is_merged_with_a_word(void **state)
{
	const struct mb_range map[] = { { 1 * MIB, 2 * MIB }, { 2 * MIB, 2 * MIB } };

	assert_true(boot(map, 2));
	assert_true(mb_is_ram(1 * MIB) && mb_is_ram(4 * MIB - 1) && !mb_is_ram(4 * MIB));
	assert_non_null(strstr(host_log, "overlaps other RAM, merged"));
}

static void reserved_wins_over_ram(void **state)
{
	const struct mb_range map[] = { { 2 * MIB, PAGE + 1, true }, { 1 * MIB, 4 * MIB } };

	assert_true(boot(map, 2));
	assert_true(mb_is_ram(2 * MIB - 1) && !mb_is_ram(2 * MIB) && !mb_is_ram(2 * MIB + PAGE));
	assert_true(mb_is_ram(2 * MIB + 2 * PAGE));
	assert_non_null(strstr(host_log, "is both RAM and reserved, not used"));
}

static void odd_ranges_lose_their_ends(void **state)
{
	const struct mb_range map[] = { { 1 * MIB + 1, 1 * MIB }, { 5 * MIB + 10, 100 } };

	assert_true(boot(map, 2));
	assert_true(!mb_is_ram(1 * MIB) && mb_is_ram(1 * MIB + PAGE) && mb_is_ram(2 * MIB - 1) && !mb_is_ram(2 * MIB));
	assert_false(mb_is_ram(5 * MIB));
	assert_non_null(strstr(host_log, "is not of whole pages, trimmed"));
}

static void what_the_cpu_cannot_reach_is_cut(void **state)
{
	const struct mb_range map[] = { { TOP - MIB, 4 * MIB }, { 1ull << 60, MIB }, { 1 * MIB, MIB }, { ~0ull - MIB, 2 * MIB } };

	assert_true(boot(map, 4));
	assert_int_equal(mb_end(), TOP);
	assert_true(mb_is_ram(TOP - MIB) && mb_is_ram(1 * MIB));
	assert_false(mb_is_ram(TOP) || mb_is_ram(1ull << 60) || mb_is_ram(~0ull - MIB));
	assert_non_null(strstr(host_log, "exceeds the CPU's 24 physical bits, cut"));
}

static void no_ram_is_a_clear_end(void **state)
{
	const struct mb_range none[] = { { 1 * MIB, 0 }, { 1ull << 40, MIB }, { 0, TOP, true } };

	assert_false(boot(NULL, 0));
	assert_non_null(strstr(host_log, "memblock: firmware names no usable RAM"));
	assert_false(boot(none, 3));
	assert_non_null(strstr(host_log, "memblock: firmware names no usable RAM"));
}

/* Left out of the map, or called reserved by it: image and initramfs are RAM, and nobody gets them. */
static void what_the_loader_filled_is_kept(void **state)
{
	const struct mb_range map[] = { { 4 * MIB, 4 * MIB }, { 6 * MIB, MIB, true } };

	mb_set_loaded(1 * MIB, 2 * MIB, 6 * MIB + 100, PAGE);
	assert_true(boot(map, 2));
	assert_non_null(strstr(host_log, "but the kernel lies there; kept"));
	assert_non_null(strstr(host_log, "but the initramfs lies there; kept"));
	assert_true(mb_is_ram(1 * MIB) && mb_is_ram(2 * MIB - 1) && !mb_is_ram(2 * MIB));
	assert_true(mb_is_ram(6 * MIB + 100) && mb_is_ram(6 * MIB + PAGE + 100) && !mb_is_ram(6 * MIB + 2 * PAGE));
	assert_false(mb_is_free(1 * MIB) || mb_is_free(6 * MIB) || mb_is_free(6 * MIB + PAGE));
	mb_set_loaded(4 * MIB, 5 * MIB, 7 * MIB, PAGE);
	assert_true(boot(map, 2));
	assert_null(strstr(host_log, "kept"));
	assert_false(mb_is_free(4 * MIB) || mb_is_free(5 * MIB - PAGE) || mb_is_free(7 * MIB));
	mb_set_loaded(0, 0, 0, 0);
}

static void an_initramfs_that_cannot_be_is_not_used(void **state)
{
	const struct mb_range map[] = { { 1 * MIB, 8 * MIB } };
	const struct { uint64_t start, size; } bad[] = {
		{ 3 * MIB - PAGE, 2 * PAGE }, { 2 * MIB, 4 * MIB }, { TOP - PAGE, 2 * PAGE }, { ~0ull - PAGE, 2 * PAGE },
	};

	for (unsigned int i = 0; i < 4; i++) {
		mb_set_loaded(3 * MIB, 4 * MIB, bad[i].start, bad[i].size);
		assert_true(boot(map, 1));
		assert_non_null(strstr(host_log, "cannot be there, not used"));
		assert_int_equal(mb_initrd_size(), 0);
	}
	mb_set_loaded(3 * MIB, 4 * MIB, 3 * MIB - PAGE, PAGE);
	assert_true(boot(map, 1));
	assert_int_equal(mb_initrd_size(), PAGE);
	mb_set_loaded(0, 0, 0, 0);
}

static void numa_claims_do_not_overlap(void **state)
{
	const struct mb_range map[] = { { 0, 8 * MIB } };

	assert_true(boot(map, 1));
	assert_int_equal(mb_numa_add(1, 4 * MIB, 2 * MIB), 0);
	assert_int_equal(mb_numa_add(0, 1 * MIB, 1 * MIB), 0);
	assert_true(mb_numa_add(2, 5 * MIB, 2 * MIB) < 0);
	assert_non_null(strstr(host_log, "overlaps node 1, ignored"));
	assert_true(mb_numa_add(-1, 7 * MIB, MIB) < 0 && mb_numa_add(100, 7 * MIB, MIB) < 0);
	assert_true(mb_numa_add(3, 7 * MIB, 0) < 0 && mb_numa_add(3, ~0ull - MIB, 2 * MIB) < 0);
	assert_int_equal(mb_node_of(4 * MIB), 1);
	assert_int_equal(mb_node_of(6 * MIB), 0);	/* nobody's: node 0 */
}

/* ---- Random maps against a model ---- */

static uint64_t rng;

static uint64_t below(uint64_t limit)
{
	rng ^= rng >> 12;
	rng ^= rng << 25;
	rng ^= rng >> 27;
	return rng * 2685821657736338717ull % limit;
}

static struct mb_range random_range(void)
{
	static const uint64_t bases[] = { TOP, TOP, TOP, 2 * TOP, 1ull << 52 };
	struct mb_range r = { below(bases[below(5)]), below(1ull << below(MB_PHYS_BITS + 1)), below(3) == 0 };

	if (below(2)) {
		r.base &= ~(PAGE - 1);
		r.size &= ~(PAGE - 1);
	}
	if (!below(20))
		r.size = ~0ull - below(MIB);
	return r;
}

static void model(const struct mb_range *map, unsigned int n, bool *is_ram)
{
	memset(is_ram, 0, FRAMES * sizeof(*is_ram));
	for (int reserved = 0; reserved < 2; reserved++) {
		for (unsigned int i = 0; i < n; i++) {
			uint64_t end = map[i].base + map[i].size;

			if (map[i].reserved != reserved || !map[i].size)
				continue;
			if (end < map[i].base || end > TOP)
				end = TOP;
			for (uint64_t f = 0; f < FRAMES; f++) {
				uint64_t first = f * PAGE, last = first + PAGE;

				if (!reserved && first >= map[i].base && last <= end)
					is_ram[f] = true;
				if (reserved && last > map[i].base && first < end)
					is_ram[f] = false;
			}
		}
	}
}

/* What is handed out is RAM, free, aligned, and nobody's yet; in the end there is none left. */
static void allocate_all(const bool *is_ram)
{
	static bool taken[FRAMES];
	uint64_t sizes[] = { 64, 17, 4, 1 };

	memset(taken, 0, sizeof(taken));
	for (unsigned int i = 0; i < 4; i++) {
		uint64_t align = PAGE << below(4), pa;

		while ((pa = mb_alloc(sizes[i] * PAGE, align, 0))) {
			assert_int_equal(pa % align, 0);
			for (uint64_t f = pa / PAGE; f < pa / PAGE + sizes[i]; f++) {
				assert_true(f < FRAMES && is_ram[f] && !taken[f]);
				taken[f] = true;
			}
		}
	}
	while (mb_alloc(PAGE, PAGE, 0))
		;
	for (uint64_t f = 0; f < FRAMES; f++)
		assert_false(mb_is_free(f * PAGE));
}

static void random_maps_agree_with_the_model(void **state)
{
	static bool is_ram[FRAMES];
	uint64_t seed = getenv("SEED") ? strtoull(getenv("SEED"), NULL, 0) : (uint64_t)time(NULL) | 1;

	print_message("seed %#llx\n", (unsigned long long)seed);
	rng = seed;
	for (int round = 0; round < 300; round++) {
		struct mb_range map[24];
		unsigned int n = below(24);
		bool any = false;

		for (unsigned int i = 0; i < n; i++)
			map[i] = random_range();
		model(map, n, is_ram);
		for (uint64_t f = 0; f < FRAMES; f++)
			any |= is_ram[f];
		assert_int_equal(boot(map, n), any);
		if (!any)
			continue;
		for (uint64_t f = 0; f < FRAMES; f++)
			assert_int_equal(mb_is_ram(f * PAGE), is_ram[f]);
		allocate_all(is_ram);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unsorted_ranges_are_all_ram),
		cmocka_unit_test(overlapping_ram_is_merged_with_a_word),
		cmocka_unit_test(reserved_wins_over_ram),
		cmocka_unit_test(odd_ranges_lose_their_ends),
		cmocka_unit_test(what_the_cpu_cannot_reach_is_cut),
		cmocka_unit_test(no_ram_is_a_clear_end),
		cmocka_unit_test(what_the_loader_filled_is_kept),
		cmocka_unit_test(an_initramfs_that_cannot_be_is_not_used),
		cmocka_unit_test(numa_claims_do_not_overlap),
		cmocka_unit_test(random_maps_agree_with_the_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
