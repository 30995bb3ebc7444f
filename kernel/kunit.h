/* SPDX-License-Identifier: MIT */
/* Between kunit.c and kunit_check.c. */
#pragma once

#include <kunit/test.h>

void kunit_set_failure(struct kunit *test);
void kunit_free_resources(struct kunit *test);
