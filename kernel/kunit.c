// SPDX-License-Identifier: MIT
/*
 * KUnit: running suites. What suites are made of is in <kunit/test.h>; resources and the text of
 * failures are in kunit_check.c.
 *
 * The runner walks suites, cases and parameters, and runs all that is the suite's in fresh threads: kunit_abort()
 * is the end of that thread, and so is an oops, which the runner notices by the thread's death without a
 * "done". So whatever a suite does, the runner says how it ended, and its locks are given back. The output is
 * KTAP, through printk, in the order and words of Linux.
 * Source: Linux, Documentation/dev-tools/ktap.rst.
 */
#include <arch/cpu.h>
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/console.h>
#include <linux/init.h>
#include <linux/kthread.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/sched.h>
#include <paddock/init.h>
#include <paddock/pmalloc.h>
#include "kunit.h"

#define CASE_TIMEOUT_S	300

extern struct kunit_suite * const __start___kunit_suites[], * const __stop___kunit_suites[];

static DEFINE_MUTEX(run_lock);		/* one run at a time: their lines would mix */
static DEFINE_MUTEX(attach_lock);	/* of modules' suites to debugfs */

struct counts {
	unsigned int passed, failed, skipped;
};

static void count(struct counts *c, enum kunit_status status)
{
	switch (status) {
	case KUNIT_SUCCESS:
		c->passed++;
		break;
	case KUNIT_FAILURE:
		c->failed++;
		break;
	case KUNIT_SKIPPED:
		c->skipped++;
		break;
	}
}

/* Failure wins over success, and only if all were skipped they count as skipped. */
static enum kunit_status verdict(const struct counts *c)
{
	return c->failed ? KUNIT_FAILURE : c->passed || !c->skipped ? KUNIT_SUCCESS : KUNIT_SKIPPED;
}

static void print_result(struct kunit_log *log, const char *indent, enum kunit_status status, unsigned int number,
			 const char *name, const char *comment)
{
	kunit_say(log, KERN_INFO "%s%s %u %s%s%s%s\n", indent, status == KUNIT_FAILURE ? "not ok" : "ok",
	       number, name, status == KUNIT_SKIPPED ? " # SKIP" : comment && *comment ? " #" : "",
	       comment && *comment ? " " : "", comment ?: "");
}

static void print_counts(struct kunit_log *log, const char *indent, const char *name, const struct counts *c)
{
	unsigned int total = c->passed + c->failed + c->skipped;

	if (total > 1)
		kunit_say(log, KERN_INFO "%s# %s: pass:%u fail:%u skip:%u total:%u\n", indent, name, c->passed,
		       c->failed, c->skipped, total);
}

/* ---- One case, one parameter ---- */

struct run {
	struct kunit *test;		/* NULL around the cases: suite_init, suite_exit, generate_params */
	struct kunit_suite *suite;
	void (*body)(struct run *run);
	struct kunit_case *test_case;
	const void *param;		/* in: the one before, or NULL; out: the next, or NULL */
	char *desc;			/* ... and what it calls itself, of KUNIT_PARAM_DESC_SIZE */
	struct completion done;
};

static int run_thread(void *arg)
{
	struct run *run = arg;

	current->kunit_test = run->test;
	run->body(run);
	complete(&run->done);
	return 0;
}

void kunit_abort(struct kunit *test)
{
	WRITE_ONCE(test->aborting, true);
	kthread_exit(0);
}
EXPORT_SYMBOL_GPL(kunit_abort);

static void body_case(struct run *run)
{
	int err = run->suite->init ? run->suite->init(run->test) : 0;

	if (err) {
		kunit_err(run->test, "failed to initialize: %d", err);
		kunit_set_failure(run->test);
		return;
	}
	run->test_case->run_case(run->test);
}

static void body_exit(struct run *run)
{
	if (run->suite->exit)
		run->suite->exit(run->test);
}

static void body_suite_init(struct run *run)
{
	run->suite->suite_init_err = run->suite->suite_init(run->suite);
}

static void body_suite_exit(struct run *run)
{
	run->suite->suite_exit(run->suite);
}

static void body_next_param(struct run *run)
{
	run->param = run->test_case->generate_params(run->param, run->desc);
}

/* Run @body in a thread. Returns: 0, also when it aborted; -EFAULT: it crashed; or there was no thread. */
static int run_in_thread(struct run *run, void (*body)(struct run *))
{
	struct kunit *test = run->test;
	unsigned int seconds = 0;
	struct task_struct *task;
	int err = 0;

	run->body = body;
	init_completion(&run->done);
	if (test)
		test->aborting = false;
	task = kthread_create(run_thread, run, "kunit_try_catch");
	if (IS_ERR(task))
		return PTR_ERR(task);
	get_task_struct(task);
	wake_up_process(task);
	/* Most cases take no time; so the first looks are close together. */
	for (unsigned int tick = 1; !wait_for_completion_timeout(&run->done, tick); tick = min(2 * tick, 1u * HZ)) {
		if (READ_ONCE(task->exit_state)) {
			if (!try_wait_for_completion(&run->done) && !(test && READ_ONCE(test->aborting)))
				err = -EFAULT;
			break;
		}
		seconds += tick == HZ;
		if (seconds >= CASE_TIMEOUT_S) {
			/* It still runs, and may use its stack, test and resources. */
			if (test)
				kunit_err(test, "timed out");
			panic("kunit: %s does not end\n", test ? test->name : run->suite->name);
		}
	}
	put_task_struct(task);
	return err;
}

/* The same for what belongs to a case, whose failure it is then. */
static void run_for_case(struct run *run, void (*body)(struct run *))
{
	int err = run_in_thread(run, body);

	if (!err)
		return;
	if (err == -EFAULT)
		kunit_err(run->test, "test case crashed");
	else
		kunit_err(run->test, "no thread: %pe", ERR_PTR(err));
	kunit_set_failure(run->test);
}

static void run_once(struct kunit_suite *suite, struct kunit_case *test_case, struct kunit *test)
{
	struct run run = { .test = test, .suite = suite, .test_case = test_case };

	spin_lock_init(&test->lock);
	INIT_LIST_HEAD(&test->resources);
	test->name = test_case->name;
	test->log = suite->log;
	test->status = KUNIT_SUCCESS;
	test->status_comment[0] = '\0';
	run_for_case(&run, body_case);
	run_for_case(&run, body_exit);
	kunit_free_resources(test);
}

static enum kunit_status run_params(struct kunit_suite *suite, struct kunit_case *test_case,
				    struct counts *totals)
{
	char desc[KUNIT_PARAM_DESC_SIZE] = "";
	struct run next = { .suite = suite, .test_case = test_case, .desc = desc };
	struct counts counts = {};
	struct kunit test = {};
	int err;

	kunit_say(suite->log, KERN_INFO KUNIT_SUBSUBTEST_INDENT "KTAP version 1\n");
	kunit_say(suite->log, KERN_INFO KUNIT_SUBSUBTEST_INDENT "# Subtest: %s\n", test_case->name);
	while (!(err = run_in_thread(&next, body_next_param)) && next.param) {
		test.param_value = next.param;
		run_once(suite, test_case, &test);
		desc[sizeof(desc) - 1] = '\0';
		if (!desc[0])
			snprintf(desc, sizeof(desc), "param-%d", test.param_index);
		count(&counts, test.status);
		count(totals, test.status);
		print_result(suite->log, KUNIT_SUBSUBTEST_INDENT, test.status, ++test.param_index, desc,
			     test.status_comment);
		desc[0] = '\0';
	}
	if (err) {
		kunit_say(suite->log, KERN_ERR KUNIT_SUBTEST_INDENT "# %s: no next parameter: %s (%d)\n", test_case->name,
			  err == -EFAULT ? "its generator crashed" : "no thread", err);
		counts.failed++;
		totals->failed++;
		print_result(suite->log, KUNIT_SUBSUBTEST_INDENT, KUNIT_FAILURE, ++test.param_index, "generate_params", NULL);
	}
	print_counts(suite->log, KUNIT_SUBTEST_INDENT, test_case->name, &counts);
	return verdict(&counts);
}

/* @totals counts each parameter, as the suite counts each case. */
static enum kunit_status run_case(struct kunit_suite *suite, struct kunit_case *test_case,
				  unsigned int number, struct counts *totals)
{
	struct kunit *test;

	if (test_case->generate_params) {
		test_case->status = run_params(suite, test_case, totals);
		print_result(suite->log, KUNIT_SUBTEST_INDENT, test_case->status, number, test_case->name, NULL);
		return test_case->status;
	}
	test = kzalloc(sizeof(*test), GFP_KERNEL);
	if (!test)
		panic("kunit: no memory for a test\n");
	run_once(suite, test_case, test);
	test_case->status = test->status;
	count(totals, test->status);
	print_result(suite->log, KUNIT_SUBTEST_INDENT, test->status, number, test_case->name,
		     test->status_comment);
	kfree(test);
	return test_case->status;
}

/* The suite did not come up. The plan promised a line nevertheless; Linux leaves it out, and readers of KTAP complain. */
static void fail_case(struct kunit_suite *suite, struct kunit_case *test_case, unsigned int number, struct counts *counts)
{
	test_case->status = KUNIT_FAILURE;
	counts->failed++;
	print_result(suite->log, KUNIT_SUBTEST_INDENT, KUNIT_FAILURE, number, test_case->name, "the suite failed to initialize");
}

/* ---- Suites ---- */

static bool case_matches(const char *filter, const struct kunit_case *test_case)
{
	const char *dot = filter ? strchr(filter, '.') : NULL;

	return !dot || glob_match(dot + 1, test_case->name);
}

/* "suite", "suite.case": globs; NULL: everything. A suite of which no case is wanted does not run. */
static bool suite_matches(const char *filter, const struct kunit_suite *suite)
{
	const struct kunit_case *test_case;
	char pattern[128];

	if (!filter)
		return true;
	strscpy(pattern, filter, sizeof(pattern));
	*strchrnul(pattern, '.') = '\0';
	if (!glob_match(pattern, suite->name))
		return false;
	kunit_suite_for_each_test_case(suite, test_case)
		if (case_matches(filter, test_case))
			return true;
	return !strchr(filter, '.');
}

static enum kunit_status run_suite(struct kunit_suite *suite, unsigned int number, const char *filter)
{
	struct counts counts = {}, totals = {};
	struct run around = { .suite = suite };
	struct kunit_case *test_case;
	unsigned int n = 0;
	enum kunit_status status;
	int err = 0;

	kunit_log_clear(suite->log);
	kunit_suite_for_each_test_case(suite, test_case)
		n += case_matches(filter, test_case);
	kunit_say(suite->log, KERN_INFO KUNIT_SUBTEST_INDENT "KTAP version 1\n");
	kunit_say(suite->log, KERN_INFO KUNIT_SUBTEST_INDENT "# Subtest: %s\n", suite->name);
	kunit_say(suite->log, KERN_INFO KUNIT_SUBTEST_INDENT "1..%u\n", n);

	suite->suite_init_err = 0;
	if (suite->suite_init)
		err = run_in_thread(&around, body_suite_init) ?: suite->suite_init_err;
	if (err)
		kunit_say(suite->log, KERN_ERR KUNIT_SUBTEST_INDENT "# failed to initialize (%d)\n", err);
	n = 0;
	kunit_suite_for_each_test_case(suite, test_case) {
		if (!case_matches(filter, test_case))
			continue;
		if (err)
			fail_case(suite, test_case, ++n, &counts);
		else
			count(&counts, run_case(suite, test_case, ++n, &totals));
	}
	if (!err && suite->suite_exit) {
		err = run_in_thread(&around, body_suite_exit);
		if (err)
			kunit_say(suite->log, KERN_ERR KUNIT_SUBTEST_INDENT "# suite_exit failed (%d)\n", err);
	}
	if (err && !counts.failed)
		counts.failed = 1;
	status = verdict(&counts);
	print_counts(suite->log, "", suite->name, &counts);
	print_counts(suite->log, "", "Totals", &totals);
	print_result(NULL, "", status, number, suite->name, NULL);
	kunit_log_finish(suite->log, status);
	return status;
}

unsigned int kunit_run_suites(struct kunit_suite * const *suites, unsigned int n, const char *filter)
{
	unsigned int number = 0, failed = 0, total = 0;
	unsigned long aliases;

	mutex_lock(&run_lock);
	for (unsigned int i = 0; i < n; i++)
		total += suite_matches(filter, suites[i]);
	printk(KERN_INFO "KTAP version 1\n");
	printk(KERN_INFO "1..%u\n", total);
	for (unsigned int i = 0; i < n; i++)
		if (suite_matches(filter, suites[i]))
			failed += run_suite(suites[i], ++number, filter) == KUNIT_FAILURE;
	/* Whatever they did: what should be sealed is. */
	aliases = pmalloc_audit(true);
	printk(KERN_INFO "# audit: %lu writable aliases of sealed memory\n", aliases);
	failed += aliases != 0;
	mutex_unlock(&run_lock);
	return failed;
}

/* ---- Which suites: the command line, and /sys/module/kunit/parameters ---- */

static char filter_glob[128];
module_param_string(filter_glob, filter_glob, sizeof(filter_glob), 0600);
MODULE_PARM_DESC(filter_glob, "of the suites of modules, and of the kernel's at boot, only <suite glob>[.<case glob>] run");

/* Into @buf, of sizeof(filter_glob). Returns: NULL for everything. */
static const char *current_filter(char *buf)
{
	kernel_param_lock(THIS_MODULE);
	strscpy(buf, filter_glob, sizeof(filter_glob));
	kernel_param_unlock(THIS_MODULE);
	buf = strim(buf);	/* echo's newline */
	return *buf ? buf : NULL;
}

/* ---- In a module ---- */

/* A module's suites run when its init is through: they may use what that has set up. */
static int on_module(struct notifier_block *nb, unsigned long state, void *data)
{
	struct module *mod = data;
	char filter[sizeof(filter_glob)];
	unsigned int i;

	if (!mod->num_kunit_suites)
		return NOTIFY_OK;
	mutex_lock(&attach_lock);
	for (i = 0; i < mod->num_kunit_suites; i++) {
		if (state == MODULE_STATE_LIVE)
			kunit_log_attach(mod->kunit_suites[i]);
		else if (state == MODULE_STATE_GOING)
			kunit_log_detach(mod->kunit_suites[i]);
		else
			kunit_log_reset(mod->kunit_suites[i]);	/* what the file has there is not believed */
	}
	mutex_unlock(&attach_lock);
	if (state == MODULE_STATE_LIVE) {
		add_taint(TAINT_TEST, LOCKDEP_STILL_OK);
		kunit_run_suites(mod->kunit_suites, mod->num_kunit_suites, current_filter(filter));
	}
	return NOTIFY_OK;
}

static struct notifier_block module_nb = { .notifier_call = on_module };

static int __init kunit_init(void)
{
	return register_module_notifier(&module_nb);
}
__initcall(kunit_init);

/* ---- At boot ---- */

static bool boot_run;

/* "kunit": run, and power off; "kunit=<glob>": these. */
static int __init kunit_option(char *arg)
{
	if (*arg && *arg != '=')
		return 0;
	boot_run = true;
	if (*arg)
		strscpy(filter_glob, arg + 1, sizeof(filter_glob));
	return 1;
}
__setup("kunit", kunit_option);

static void say(const char *text)
{
	console_write_raw(text, strlen(text));
}

/* The marks are those by which tools/vm finds the output and the result. */
void kunit_boot(void)
{
	unsigned int n = __stop___kunit_suites - __start___kunit_suites;
	char filter[sizeof(filter_glob)];

	if (!boot_run)
		return;
	add_taint(TAINT_TEST, LOCKDEP_STILL_OK);
	say("\001VM-BEGIN\001\n");
	if (kunit_run_suites(__start___kunit_suites, n, current_filter(filter)))
		say("\001VM-END 1\001\n");
	else
		say("\001VM-END 0\001\n");
	arch_power_off();
}
