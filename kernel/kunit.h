/* SPDX-License-Identifier: MIT */
/* Between kunit.c and kunit_check.c. */
#pragma once

#include <kunit/test.h>

/* The case has failed; it runs on. Context: any. */
void kunit_set_failure(struct kunit *test);
/* Give back what the case took, the last first. Context: thread, may sleep; the case's thread has ended. */
void kunit_free_resources(struct kunit *test);
