// SPDX-License-Identifier: MIT
/*
 * Kernel side of test_lib.c: runs the suites of tests/kunit/lib_*.c on the host, and stands in for
 * what they and kernel/lib need of the kernel: the log, mutexes, KUnit's own functions.
 */
#include <kunit/test.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <paddock/log.h>
#include "lib_glue.h"

void host_print(const char *text);	/* test_lib.c */

/* ---- The log: the latest few messages ---- */

#define KEPT 8

static struct log_entry kept[KEPT];
static u64 next_seq;

int _printk(const char *fmt, ...)
{
	struct log_entry *e = &kept[next_seq % KEPT];
	char text[LOG_LINE_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	e->seq = next_seq++;
	return strscpy(e->text, printk_skip_headers(text), sizeof(e->text));
}

u64 log_next_seq(void)
{
	return next_seq;
}

bool log_read(u64 seq, struct log_entry *entry)
{
	if (seq >= next_seq)
		return false;
	*entry = kept[seq % KEPT];
	return true;
}

/* ---- The kernel around ---- */

void mutex_lock(struct mutex *lock)
{
}

void mutex_unlock(struct mutex *lock)
{
}

void add_taint(unsigned int flag, enum lockdep_ok lockdep_ok)
{
}

int sprint_symbol(char *buf, unsigned long addr)
{
	return sprintf(buf, "0x%lx", addr);
}

int sprint_symbol_no_offset(char *buf, unsigned long addr)
{
	return sprint_symbol(buf, addr);
}

int sprint_backtrace(char *buf, unsigned long addr)
{
	return sprint_symbol(buf, addr);
}

/* ---- KUnit ---- */

static void *abort_frame[5];

void kunit_abort(struct kunit *test)
{
	__builtin_longjmp(abort_frame, 1);
}

void __kunit_fail(struct kunit *test, const struct kunit_assert *a, unsigned long long left,
		  unsigned long long right, size_t size, const char *fmt, ...)
{
	char text[512], more[256] = "";
	va_list args;

	if (fmt) {
		va_start(args, fmt);
		vsnprintf(more, sizeof(more), fmt, args);
		va_end(args);
	}
	test->status = KUNIT_FAILURE;
	if (a->kind == KUNIT_STRINGS)
		snprintf(text, sizeof(text), "%s:%d: %s \"%s\" %s %s \"%s\" %s\n", a->loc.file, a->loc.line, a->left,
			 (char *)(unsigned long)left, a->op, a->right, (char *)(unsigned long)right, more);
	else
		snprintf(text, sizeof(text), "%s:%d: %s (%lld) %s %s (%lld) %s\n", a->loc.file, a->loc.line,
			 a->left ?: "", left, a->op ?: "", a->right ?: "", right, more);
	host_print(text);
	if (a->type == KUNIT_ASSERTION)
		kunit_abort(test);
}

/* What a case allocates is chained by its first word and freed after it. */
struct chained {
	struct chained *next;
	char data[] __aligned(16);
};
static struct chained *allocated;

void *kunit_kmalloc_array(struct kunit *test, size_t n, size_t size, gfp_t gfp)
{
	struct chained *c = kmalloc(sizeof(*c) + n * size, gfp);

	if (!c)
		return NULL;
	c->next = allocated;
	allocated = c;
	return c->data;
}

extern struct kunit_suite * const __start___kunit_suites[], * const __stop___kunit_suites[];

static struct kunit_case *case_number(int n, struct kunit_suite **suite)
{
	for (struct kunit_suite * const *s = __start___kunit_suites; s < __stop___kunit_suites; s++) {
		struct kunit_case *c;

		*suite = *s;
		kunit_suite_for_each_test_case(*s, c)
			if (n-- == 0)
				return c;
	}
	return NULL;
}

const char *lib_case_name(int n)
{
	struct kunit_suite *suite;
	struct kunit_case *c = case_number(n, &suite);

	return c ? c->name : NULL;
}

bool lib_run_case(int n)
{
	struct kunit_suite *suite;
	struct kunit_case *c = case_number(n, &suite);
	static struct kunit test;

	test = (struct kunit){ .name = c->name };
	if (suite->init)
		suite->init(&test);
	if (!__builtin_setjmp(abort_frame))
		c->run_case(&test);
	if (suite->exit)
		suite->exit(&test);
	while (allocated) {
		struct chained *next = allocated->next;

		kfree(allocated);
		allocated = next;
	}
	return test.status == KUNIT_SUCCESS;
}
