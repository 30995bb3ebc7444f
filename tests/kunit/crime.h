/* SPDX-License-Identifier: MIT */
/*
 * For suites that commit what a thread does not survive, and read the report from the log. tests/kunit/crime.c
 */
#pragma once

#include <kunit/test.h>
#include <paddock/log.h>

/* Run @fn(@arg) in a thread of that @name, on @cpu (-1: any). True: it was ended before fn came back. */
bool crime_dies(struct kunit *test, const char *name, void (*fn)(void *arg), void *arg, int cpu);

/* The log from @seq on holds these @n texts, in this order, each in a line of its own. */
void expect_lines(struct kunit *test, u64 seq, const char *const *want, unsigned int n);
#define EXPECT_LINES(test, seq, lines...) do { \
		const char *const __want[] = { lines }; \
		expect_lines(test, seq, __want, ARRAY_SIZE(__want)); \
	} while (0)
