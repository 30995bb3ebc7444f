// SPDX-License-Identifier: MIT
/* kernel/symbols.c and stacktrace.c: names of addresses, and who called whom. */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kallsyms.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/stacktrace.h>

/* ---- Symbols ---- */

static int some_data = 1;
noinline int symbols_test_function(int x);

noinline int symbols_test_function(int x)
{
	OPTIMIZER_HIDE_VAR(x);
	return x + some_data;
}

static void names_and_addresses_agree(struct kunit *test)
{
	unsigned long addr = (unsigned long)symbols_test_function, size, offset;
	char name[KSYM_NAME_LEN], text[KSYM_SYMBOL_LEN], want[80];
	char *module = "x";

	KUNIT_EXPECT_EQ(test, kallsyms_lookup_name("symbols_test_function"), addr);
	KUNIT_EXPECT_EQ(test, kallsyms_lookup_name("symbols_test_no_such_function"), 0);
	/* Who looks symbols up is in the table, too; only the table itself is not. */
	KUNIT_EXPECT_EQ(test, kallsyms_lookup_name("kallsyms_lookup_name"), (unsigned long)kallsyms_lookup_name);
	KUNIT_EXPECT_EQ(test, kallsyms_lookup_name("kallsyms_names"), 0);
	KUNIT_EXPECT_STREQ(test, kallsyms_lookup(addr + 2, &size, &offset, &module, name),
			   "symbols_test_function");
	KUNIT_EXPECT_EQ(test, offset, 2);
	KUNIT_EXPECT_NULL(test, module);
	KUNIT_EXPECT_GT(test, size, 2);
	KUNIT_EXPECT_EQ(test, symbols_test_function(3), 4);

	snprintf(want, sizeof(want), "symbols_test_function+0x2/0x%lx", size);
	snprintf(text, sizeof(text), "%pS", (void *)addr + 2);
	KUNIT_EXPECT_STREQ(test, text, want);
	snprintf(text, sizeof(text), "%ps", (void *)addr + 2);
	KUNIT_EXPECT_STREQ(test, text, "symbols_test_function");
	/* A return address may be the first byte behind the function that made the call. */
	snprintf(want, sizeof(want), "symbols_test_function+0x%lx/0x%lx", size, size);
	snprintf(text, sizeof(text), "%pB", (void *)addr + size);
	KUNIT_EXPECT_STREQ(test, text, want);
	snprintf(text, sizeof(text), "%pS", (void *)0x1234);
	KUNIT_EXPECT_STREQ(test, text, "0x1234");
}

static void every_symbol_is_found(struct kunit *test)
{
	unsigned long addr, last = 0, offset;
	const char *name;
	char buf[KSYM_NAME_LEN], type;
	unsigned int n = 0;

	for (; kallsyms_get(n, &addr, &type, &name); n++) {
		KUNIT_ASSERT_GE(test, addr, last);
		last = addr;
		/* Ask for a few hundred only: each is a search. */
		if (n % 16)
			continue;
		KUNIT_ASSERT_NE_MSG(test, kallsyms_lookup_name(name), 0, "%s", name);
		if (kallsyms_lookup(addr, NULL, &offset, NULL, buf))
			KUNIT_ASSERT_EQ_MSG(test, offset, 0, "%s", name);
	}
	KUNIT_EXPECT_GT(test, n, 1000);
}

static void text_is_told_from_data(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, kernel_text_address((unsigned long)symbols_test_function));
	KUNIT_EXPECT_FALSE(test, kernel_text_address((unsigned long)&some_data));
	KUNIT_EXPECT_FALSE(test, kernel_text_address(0));
	KUNIT_EXPECT_FALSE(test, kernel_text_address((unsigned long)&test));
}

static struct kunit_case symbol_cases[] = {
	KUNIT_CASE(names_and_addresses_agree),
	KUNIT_CASE(every_symbol_is_found),
	KUNIT_CASE(text_is_told_from_data),
	{}
};

static struct kunit_suite symbol_suite = { .name = "symbols", .test_cases = symbol_cases };

/* ---- Stack traces ---- */

static unsigned long trace[32];
static unsigned int nr;

static noinline void trace_leaf(unsigned int size, unsigned int skip)
{
	nr = stack_trace_save(trace, size, skip);
	barrier();
}

static noinline void trace_middle(unsigned int size, unsigned int skip)
{
	trace_leaf(size, skip);
	barrier();
}

static noinline void trace_root(unsigned int size, unsigned int skip)
{
	trace_middle(size, skip);
	barrier();
}

/* Entry @i's function begins with @name (the compiler may add a suffix). */
static void expect_entry(struct kunit *test, unsigned int i, const char *name)
{
	char text[KSYM_SYMBOL_LEN];

	KUNIT_ASSERT_LT(test, i, nr);
	sprint_backtrace(text, trace[i]);
	KUNIT_EXPECT_TRUE_MSG(test, strstarts(text, name), "%s", text);
}

static int find_entry(const char *name)
{
	char text[KSYM_SYMBOL_LEN];

	for (unsigned int i = 0; i < nr; i++) {
		sprint_backtrace(text, trace[i]);
		if (strstarts(text, name))
			return i;
	}
	return -1;
}

static void callers_are_listed_inside_out(struct kunit *test)
{
	trace_root(32, 0);
	expect_entry(test, 0, "trace_leaf");
	expect_entry(test, 1, "trace_middle");
	expect_entry(test, 2, "trace_root");
	expect_entry(test, 3, "callers_are_listed_inside_out");
	/* The end is the thread's first function, not a zero. */
	KUNIT_EXPECT_TRUE(test, kernel_text_address(trace[nr - 1] - 1));
	KUNIT_EXPECT_GE(test, find_entry("thread_start"), 4);
}

static void size_and_skip_are_kept(struct kunit *test)
{
	trace[2] = 0x1234;
	trace_root(2, 1);
	KUNIT_EXPECT_EQ(test, nr, 2);
	expect_entry(test, 0, "trace_middle");
	expect_entry(test, 1, "trace_root");
	KUNIT_EXPECT_EQ(test, trace[2], 0x1234);
	trace_root(0, 0);
	KUNIT_EXPECT_EQ(test, nr, 0);
	trace_root(32, 1000);
	KUNIT_EXPECT_EQ(test, nr, 0);
}

static void a_broken_chain_ends_the_trace(struct kunit *test)
{
	/* A frame of our own making: next leads out of the stack, to itself, downwards. */
	unsigned long frame[2], wrong[] = { 0, 8, ~0ul, ~15ul, (unsigned long)frame,
					    (unsigned long)frame - 64, (unsigned long)&some_data };
	struct arch_thread saved = current->thread;

	for (int i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct task_struct fake = { .stack = current->stack };

		frame[0] = wrong[i];
		frame[1] = (unsigned long)symbols_test_function;
		fake.thread = saved;
		fake.thread.sp += (unsigned long)frame - arch_thread_frame(&fake.thread);
		nr = stack_trace_save_tsk(&fake, trace, 32, 0);
		KUNIT_EXPECT_EQ_MSG(test, nr, 1, "%lx", wrong[i]);
		KUNIT_EXPECT_EQ(test, trace[0], (unsigned long)symbols_test_function);
	}
}

static int sleep_thread(void *arg)
{
	wait_for_completion(arg);
	return 0;
}

static void a_sleeping_thread_can_be_traced(struct kunit *test)
{
	/* Not on this stack: the thread still looks at it after complete(). */
	static struct completion wake;
	struct task_struct *task;

	init_completion(&wake);
	task = kthread_run(sleep_thread, &wake, "traced");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, task);
	while (READ_ONCE(task->__state) == TASK_RUNNING || task->on_cpu)
		msleep(1);
	nr = stack_trace_save_tsk(task, trace, 32, 0);
	KUNIT_EXPECT_GE(test, find_entry("sleep_thread"), 1);
	KUNIT_EXPECT_GE(test, find_entry("wait_for_completion"), 1);
	complete(&wake);
}

static void trace_in_interrupt(void *unused)
{
	nr = stack_trace_save(trace, 32, 0);
}

static void interrupts_can_be_traced(struct kunit *test)
{
	int cpu;

	if (num_online_cpus() < 2)
		kunit_skip(test, "one CPU");
	cpu = cpumask_any_but(cpu_online_mask, get_cpu());
	put_cpu();
	smp_call_function_single(cpu, trace_in_interrupt, NULL, 1);
	expect_entry(test, 0, "trace_in_interrupt");
	/* Through the interrupt into what it interrupted. */
	KUNIT_EXPECT_GE(test, find_entry("handle_ipi"), 1);
	KUNIT_EXPECT_GT(test, nr, find_entry("handle_ipi") + 2);
}

static struct kunit_case trace_cases[] = {
	KUNIT_CASE(callers_are_listed_inside_out),
	KUNIT_CASE(size_and_skip_are_kept),
	KUNIT_CASE(a_broken_chain_ends_the_trace),
	KUNIT_CASE(a_sleeping_thread_can_be_traced),
	KUNIT_CASE(interrupts_can_be_traced),
	{}
};

static struct kunit_suite trace_suite = { .name = "stacktrace", .test_cases = trace_cases };

kunit_test_suites(&symbol_suite, &trace_suite);
