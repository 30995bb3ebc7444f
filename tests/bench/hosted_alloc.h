/* SPDX-License-Identifier: MIT */
/* Between the loops (hosted_alloc.c, either headers) and the clock (hosted_main.c). */
#pragma once

/* Name of figure @n, or NULL: there are no more. Call with 0 first. */
const char *bench_prepare(unsigned int n);
/* Run figure @n once. Returns: operations that it did. */
unsigned int bench_run(unsigned int n);
