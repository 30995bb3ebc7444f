// SPDX-License-Identifier: MIT
/*
 * kernel/lib and kernel/params.c on the host: the very suites that run in the kernel (tests/kunit/lib_*.c),
 * under the sanitizers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "host/host.h"
#include "lib_glue.h"

#define MAX_CASES 128

void host_print(const char *text);
void host_print(const char *text)
{
	fputs(text, stderr);
}

static void run(void **state)
{
	long before = host_allocations;

	assert_true(lib_run_case(*(int *)*state));
	assert_int_equal(host_allocations, before);
}

int main(void)
{
	static struct CMUnitTest tests[MAX_CASES];
	static int numbers[MAX_CASES];
	size_t n = 0;

	for (; lib_case_name(n); n++) {
		numbers[n] = n;
		tests[n] = (struct CMUnitTest){ .name = lib_case_name(n), .test_func = run,
						.initial_state = &numbers[n] };
	}
	return _cmocka_run_group_tests("lib", tests, n, NULL, NULL);
}
