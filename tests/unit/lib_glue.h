/* SPDX-License-Identifier: MIT */
/* The cases of tests/kunit/lib_*.c, by number from 0; NULL behind the last. */
#pragma once

#include <stdbool.h>

const char *lib_case_name(int n);
bool lib_run_case(int n);
