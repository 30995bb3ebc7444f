// SPDX-License-Identifier: MIT
/* The loader between the ELF file and running code: link.c, layout.c, versions.c, params.c; link_glue.c is the kernel's side. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "link_glue.h"

static void judge(const char *wrong)
{
	if (wrong)
		fail_msg("%s", wrong);
	assert_int_equal(host_allocations, 0);
}

static void sound_module_is_linked(void **state)
{
	judge(link_sound_module());
}

static void each_failing_allocation_is_enomem_and_leaves_nothing(void **state)
{
	judge(link_each_allocation_fails());
}

static void bad_files_are_refused_in_words(void **state)
{
	judge(link_bad_files());
}

static void version_magic_is_compared_by_words(void **state)
{
	judge(link_vermagic());
}

static void versions_are_found_as_by_a_walk(void **state)
{
	for (unsigned int seed = 0; seed < 300; seed++)
		judge(link_version_table(seed));
}

static void accepted_parameters_stay_in_the_module(void **state)
{
	for (unsigned int seed = 0; seed < 20000; seed++)
		judge(link_parameter_tables(seed));
}

static void parameter_text_is_parsed_or_refused(void **state)
{
	judge(link_parameter_text());
}

static void mutants_end_and_leave_nothing(void **state)
{
	unsigned int linked = 0;

	judge(link_mutants(7, 20000, &linked));
	/* Neither all nor none get through: else the mutator has lost its edge. */
	assert_in_range(linked, 500, 19500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sound_module_is_linked),
		cmocka_unit_test(each_failing_allocation_is_enomem_and_leaves_nothing),
		cmocka_unit_test(bad_files_are_refused_in_words),
		cmocka_unit_test(version_magic_is_compared_by_words),
		cmocka_unit_test(versions_are_found_as_by_a_walk),
		cmocka_unit_test(accepted_parameters_stay_in_the_module),
		cmocka_unit_test(parameter_text_is_parsed_or_refused),
		cmocka_unit_test(mutants_end_and_leave_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
