// SPDX-License-Identifier: MIT
/*
 * The memory managers as a program of this host, under sanitizers: memblock, sections, buddy, magazines,
 * slab, kmalloc, stack depot, whole, on machines of several shapes. Random operations are held against naive
 * models (tests/unit/mm/prop_*.c).
 *
 *   SEED=n    repeat a run: a failure prints its seed
 *   STEPS=n   operations per property, instead of some ten thousand
 *
 * Each property runs in a child process, since a machine boots once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "mm/hosted.h"

#define MiB (1ull << 20)
#define GiB (1ull << 30)

static const struct host_config small = { 1, { { 16 * MiB, 96 * MiB, 0 } }, NULL };
/* Two nodes, odd ends, a hole, RAM on both sides of 4 GiB: DMA32 and NORMAL zones. */
static const struct host_config numa = { 4, {
	{ 1 * MiB, 77 * MiB + 4096, 0 }, { 128 * MiB, 40 * MiB, 0 },
	{ 4 * GiB, 64 * MiB, 0 }, { 4 * GiB + 128 * MiB, 128 * MiB - 8192, 1 } }, NULL };
static const struct host_config debugged = { 2, { { 16 * MiB, 128 * MiB, 0 } }, "FZPU" };

struct property {
	const char *name;
	void (*run)(unsigned int steps);
	const struct host_config *config;
	unsigned int steps;
};

static const struct property properties[] = {
	{ "pages_on_one_cpu", prop_pages, &small, 20000 },
	{ "pages_on_two_nodes", prop_pages, &numa, 30000 },
	{ "pages_until_none_is_left", prop_pages_exhaust, &small, 1 },
	{ "pages_of_two_zones_until_none_is_left", prop_pages_exhaust, &numa, 1 },
	{ "objects_on_one_cpu", prop_slab, &small, 40000 },
	{ "objects_on_two_nodes", prop_slab, &numa, 60000 },
	{ "objects_with_all_checks", prop_slab, &debugged, 20000 },
	{ "objects_when_memory_is_short", prop_slab_short_of_memory, &small, 30000 },
	{ "the_gate_asks_once", prop_slab_gate, &numa, 20000 },
	{ "double_frees_are_told", prop_slab_mistakes, &small, 5000 },
	{ "equal_stacks_have_one_handle", prop_depot, &small, 4000 },
	{ "pool_frames_and_records", prop_pmalloc, &small, 4000 },
	{ "pool_frames_and_records_on_two_nodes", prop_pmalloc, &numa, 4000 },
};

#define NR_PROPERTIES (sizeof(properties) / sizeof(properties[0]))

void host_set_percpu_base(unsigned long offset);
void host_set_percpu_base(unsigned long offset)
{
}

static void run(void **state)
{
	const struct property *p = *state;
	const char *steps = getenv("STEPS");
	int status;
	pid_t child;

	fflush(NULL);
	child = fork();
	if (!child) {
		host_boot(p->config);
		p->run(steps ? strtoul(steps, NULL, 0) : p->steps);
		fflush(NULL);
		_exit(0);
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		fail_msg("%s ended with status %#x; repeat with SEED=%llu", p->name, status, host_seed);
}

int main(int argc, char **argv)
{
	struct CMUnitTest tests[NR_PROPERTIES];
	const char *seed = getenv("SEED");
	size_t n = 0;

	host_seed = seed ? strtoull(seed, NULL, 0) : (unsigned long long)time(NULL);
	host_verbose = getenv("VERBOSE") != NULL;
	printf("SEED=%llu\n", host_seed);
	for (size_t i = 0; i < NR_PROPERTIES; i++)
		if (argc < 2 || strstr(properties[i].name, argv[1]))
			tests[n++] = (struct CMUnitTest){ .name = properties[i].name, .test_func = run,
							  .initial_state = (void *)&properties[i] };
	return _cmocka_run_group_tests("mm", tests, n, NULL, NULL);
}
