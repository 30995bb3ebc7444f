/* SPDX-License-Identifier: MIT */
/* Between kunit.c, kunit_check.c and kunit_log.c. */
#pragma once

#include <kunit/test.h>

/* The case has failed; it runs on. Context: any. */
void kunit_set_failure(struct kunit *test);
/* Give back what the case took, the last first. Context: thread, may sleep; the case's thread has ended. */
void kunit_free_resources(struct kunit *test);

/*
 * From attach to detach the suite has a log and files in debugfs; both may miss for want of memory.
 * Context: thread, may sleep. Locking: the caller's: one at a time.
 */
void kunit_log_reset(struct kunit_suite *suite);	/* it has neither, whatever its memory says */
void kunit_log_attach(struct kunit_suite *suite);
void kunit_log_detach(struct kunit_suite *suite);
/* Before and after a run; NULL is fine. Context: thread. */
void kunit_log_clear(struct kunit_log *log);
void kunit_log_finish(struct kunit_log *log, enum kunit_status status);
