// SPDX-License-Identifier: MIT
/*
 * kernel/oops.c: WARN, BUG and bad accesses, each committed in a thread, and the report read from the log.
 * The kernel is tainted afterwards (W, D), and the console shows the reports: that is the test.
 */
#include <kunit/test.h>
#include <linux/kthread.h>
#include <linux/panic.h>
#include <linux/sched.h>
#include <linux/utsname.h>
#include <paddock/log.h>
#include "crime.h"

static noinline void warn_here(int value)
{
	WARN_ON(value == 7);
	barrier();
}

static void warn_reports_and_goes_on(struct kunit *test)
{
	u64 seq = log_next_seq();
	int line = 0;
	char where[80];

	warn_here(6);
	KUNIT_EXPECT_EQ(test, log_next_seq(), seq);
	warn_here(7);
	EXPECT_LINES(test, seq, "------------[ cut here ]------------", "WARNING: CPU: ",
		     "Modules linked in:", "CPU: ", "Call ", "warn_reports_and_goes_on+0x",
		     "---[ end trace 0000000000000000 ]---");
	KUNIT_EXPECT_TRUE(test, test_taint(TAINT_WARN));

	/* The place is named by file, line and symbol. */
	seq = log_next_seq();
	line = __LINE__ + 1;
	KUNIT_EXPECT_TRUE(test, WARN(1, "a message with %d\n", 42));
	EXPECT_LINES(test, seq, "------------[ cut here ]------------", "a message with 42", "WARNING: CPU: ");
	snprintf(where, sizeof(where), "oops_test.c:%d warn_reports_and_goes_on+0x", line);
	expect_lines(test, seq, (const char *const[]){ where }, 1);
}

static void warn_once_means_once(struct kunit *test)
{
	u64 seq = log_next_seq(), after;

	for (int i = 0; i < 3; i++) {
		KUNIT_EXPECT_TRUE(test, WARN_ON_ONCE(i >= 0));
		if (i == 0)
			after = log_next_seq();
	}
	KUNIT_EXPECT_GT(test, after, seq);
	KUNIT_EXPECT_EQ(test, log_next_seq(), after);
}

/* ---- What ends a thread ---- */

static bool dies(struct kunit *test, void (*fn)(void *), void *arg)
{
	return crime_dies(test, "oopser", fn, arg, -1);
}

static void do_bug(void *arg)
{
	BUG_ON(arg == NULL);
	barrier();
}

static void bug_ends_the_thread(struct kunit *test)
{
	u64 seq = log_next_seq();

	KUNIT_EXPECT_TRUE(test, dies(test, do_bug, NULL));
	EXPECT_LINES(test, seq, "------------[ cut here ]------------", "kernel BUG at ", "[#");
	if (ARCH_DIE_MODULES_FIRST)
		EXPECT_LINES(test, seq, "[#", "Modules linked in:", "Comm: oopser", "do_bug+0x", "Code: ",
			     "---[ end trace 0000000000000000 ]---");
	else
		EXPECT_LINES(test, seq, "[#", "Comm: oopser", "do_bug+0x", "Code: ", "Modules linked in:",
			     "---[ end trace 0000000000000000 ]---");
	KUNIT_EXPECT_TRUE(test, test_taint(TAINT_DIE));
	KUNIT_EXPECT_EQ(test, oops_in_progress, 0);
}

static void touch(void *arg)
{
	*(volatile int *)arg = 1;
	barrier();
}

static void a_null_pointer_ends_the_thread(struct kunit *test)
{
	u64 seq = log_next_seq();

	KUNIT_EXPECT_TRUE(test, dies(test, touch, (void *)0x10));
	EXPECT_LINES(test, seq, "NULL pointer dereference", "Oops: ", "Comm: oopser", "touch+0x",
		     "---[ end trace 0000000000000000 ]---");
}

static void a_wild_pointer_ends_the_thread(struct kunit *test)
{
	u64 seq = log_next_seq();

	KUNIT_EXPECT_TRUE(test, dies(test, touch, (void *)0xdead000000000100));
	EXPECT_LINES(test, seq, "dead000000000100", "Comm: oopser", "touch+0x",
		     "---[ end trace 0000000000000000 ]---");
}

static void constants_cannot_be_written(struct kunit *test)
{
	u64 seq = log_next_seq();

	KUNIT_EXPECT_TRUE(test, dies(test, touch, (void *)&hex_asc[0]));
	EXPECT_LINES(test, seq, "Oops: ", "touch+0x");
	KUNIT_EXPECT_TRUE(test, dies(test, touch, (void *)touch));
}

static void jump_nowhere(void *arg)
{
	((void (*)(void))arg)();
	barrier();
}

static void a_call_to_null_names_its_caller(struct kunit *test)
{
	u64 seq = log_next_seq();

	KUNIT_EXPECT_TRUE(test, dies(test, jump_nowhere, NULL));
	EXPECT_LINES(test, seq, "NULL pointer dereference", "Call ", "jump_nowhere+0x");
}

static void data_cannot_be_executed(struct kunit *test)
{
	static u32 code[2];
	u64 seq = log_next_seq();

	KUNIT_EXPECT_TRUE(test, dies(test, jump_nowhere, code));
	EXPECT_LINES(test, seq, "Oops: ", "jump_nowhere+0x");
}

static noinline int recurse(volatile char *above, int depth)
{
	volatile char here[256];

	here[0] = above ? above[0] : 1;
	return depth ? recurse(here, depth - 1) + here[0] : here[0];
}

static int sum;

static void overflow(void *arg)
{
	sum = recurse(NULL, 1000);
}

static void a_stack_overflow_ends_the_thread(struct kunit *test)
{
	u64 seq = log_next_seq();

	KUNIT_EXPECT_TRUE(test, dies(test, overflow, NULL));
	EXPECT_LINES(test, seq, "stack guard page was hit at ", "Comm: oopser", "recurse+0x",
		     "---[ end trace 0000000000000000 ]---");
	/* And once more: the exception's stack must be as good as before. */
	KUNIT_EXPECT_TRUE(test, dies(test, overflow, NULL));
}

static void the_info_line_is_linuxs(struct kunit *test)
{
	u64 seq = log_next_seq();
	char want[160];

	dump_stack();
	snprintf(want, sizeof(want), "CPU: ");
	expect_lines(test, seq, (const char *const[]){ want }, 1);
	snprintf(want, sizeof(want), "PID: %d Comm: %s %s %s", current->pid, current->comm, print_tainted(),
		 utsname()->release);
	expect_lines(test, seq, (const char *const[]){ want, "the_info_line_is_linuxs+0x" }, 2);
	KUNIT_EXPECT_TRUE(test, strstarts(print_tainted(), "Tainted: G"));
	KUNIT_EXPECT_EQ(test, strlen(print_tainted()), strlen("Tainted: ") + TAINT_FLAGS_COUNT);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(warn_reports_and_goes_on),
	KUNIT_CASE(warn_once_means_once),
	KUNIT_CASE(bug_ends_the_thread),
	KUNIT_CASE(a_null_pointer_ends_the_thread),
	KUNIT_CASE(a_wild_pointer_ends_the_thread),
	KUNIT_CASE(constants_cannot_be_written),
	KUNIT_CASE(a_call_to_null_names_its_caller),
	KUNIT_CASE(data_cannot_be_executed),
	KUNIT_CASE(a_stack_overflow_ends_the_thread),
	KUNIT_CASE(the_info_line_is_linuxs),
	{}
};

static struct kunit_suite suite = { .name = "oops", .test_cases = cases };
kunit_test_suite(suite);
