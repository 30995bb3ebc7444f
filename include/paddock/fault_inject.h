/* SPDX-License-Identifier: MIT */
/*
 * Fault injection: allocations that fail on purpose, so that error paths run. Names and files are Linux's
 * (Documentation/fault-injection/fault-injection.rst):
 *
 *   /sys/kernel/debug/failslab/, fail_page_alloc/     by chance: probability, interval, times, space, …
 *   /proc/self/fail-nth (thread-self, too)            the n-th allocation of the thread that writes it
 *   fail_nth_begin(), fail_nth_end()                  the same from inside the kernel, silently
 *
 * What counts: every object and every block of pages that code asks for, whatever its order; vmalloc()'s
 * pages and page tables, too. Not what the allocators need for themselves (slabs, magazines): a caller sees
 * those as a failed object. __GFP_NOFAIL never fails. Interrupt handlers neither count nor fail by fail-nth.
 */
#pragma once

#include <linux/types.h>

/*
 * fail_nth_begin - the @nth allocation of this thread from now on fails, 1 being the next; 0: none.
 * Context: thread, may sleep (other CPUs' gates are opened).
 */
void fail_nth_begin(unsigned int nth);

/*
 * fail_nth_end - no allocation of this thread fails any more.
 * Returns: true when the @nth one came, and failed. A sweep goes on until it returns false:
 *
 *	unsigned int nth = 0;
 *	bool fired;
 *	do {
 *		fail_nth_begin(++nth);
 *		err = the_work();
 *		fired = fail_nth_end();
 *	} while (fired);
 */
bool fail_nth_end(void);

/* Linux's macros for injection points of other kinds, on the same attributes. */
struct fault_attr {
	const char *name;
	unsigned long probability;	/* percent */
	unsigned long interval;		/* only every so many-th of those that could fail */
	atomic_t times;			/* how often at most; -1: no limit */
	atomic_t space;			/* bytes that must be allocated before the first failure */
	unsigned long verbose;		/* 0: say nothing, 1: a line, 2: a stack trace as well */
	bool task_filter;		/* only threads whose /proc/self/make-it-fail is 1 */
	unsigned long count;		/* racy: a failure more or less is no harm */
};

#define FAULT_ATTR_INITIALIZER(attr_name) \
	{ .name = attr_name, .interval = 1, .times = ATOMIC_INIT(1), .verbose = 2 }

/* Is this request of @size bytes to fail by @attr, or by the thread's fail-nth? @quiet: say nothing. Context: any. */
bool should_fail(struct fault_attr *attr, ssize_t size, bool quiet);
