// SPDX-License-Identifier: MIT
/* kernel/printk.c, log_ring.c, console.c, ratelimit.c. Most messages are at debug level: logged, not shown. */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/console.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/ratelimit.h>
#include <linux/smp.h>
#include <paddock/log.h>

/* Finds the first message from *seq on that begins with @text. False: none. */
static bool find_message(u64 *seq, const char *text, struct log_entry *e)
{
	for (; log_read(*seq, e); *seq = e->seq + 1)
		if (strstarts(e->text, text))
			return true;
	return false;
}

static struct log_entry *new_entry(struct kunit *test)
{
	struct log_entry *e = kunit_kmalloc(test, sizeof(*e), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, e);
	return e;
}

static void a_message_keeps_level_and_text(struct kunit *test)
{
	static const char *const levels[] = { KERN_DEBUG, KERN_INFO KERN_ERR, "" };
	static const int want[] = { 7, 6, MESSAGE_LOGLEVEL_DEFAULT };
	struct log_entry *e = new_entry(test);
	int shown = console_loglevel;

	console_loglevel = 0;
	for (int i = 0; i < ARRAY_SIZE(levels); i++) {
		u64 seq = log_next_seq();

		printk("%sprintk_test %d\n", levels[i], i);
		KUNIT_ASSERT_TRUE(test, find_message(&seq, "printk_test", e));
		KUNIT_EXPECT_EQ(test, e->level, want[i]);
		KUNIT_EXPECT_EQ(test, e->len, 13);
		KUNIT_EXPECT_EQ(test, e->text[12], '0' + i);
		KUNIT_EXPECT_EQ(test, e->caller, current->pid);
	}
	console_loglevel = shown;
}

static void numbers_and_times_grow(struct kunit *test)
{
	struct log_entry *e = new_entry(test);
	u64 seq = log_first_seq(), last = 0, n = 0;

	for (; log_read(seq, e); seq++) {
		KUNIT_ASSERT_EQ(test, e->seq, seq);
		KUNIT_ASSERT_LT(test, e->len, LOG_LINE_MAX);
		/* CPUs take the time before the number: a little disorder is possible. */
		KUNIT_ASSERT_GE(test, e->ts_ns + 1000000000, last);
		last = e->ts_ns;
		n++;
	}
	KUNIT_EXPECT_GT(test, n, 0);
	KUNIT_EXPECT_FALSE(test, log_read(log_next_seq() + 5, e));
}

static void lines_are_continued(struct kunit *test)
{
	struct log_entry *e = new_entry(test);
	u64 seq = log_next_seq();

	printk(KERN_DEBUG "printk_test one");
	pr_cont(" two");
	pr_cont(" three\n");
	printk(KERN_DEBUG "printk_test open");
	printk(KERN_DEBUG "printk_test next\n");
	KUNIT_ASSERT_TRUE(test, find_message(&seq, "printk_test one", e));
	KUNIT_EXPECT_STREQ(test, e->text, "printk_test one two three");
	KUNIT_EXPECT_EQ(test, e->level, 7);
	/* What was left open became a message of its own. */
	KUNIT_ASSERT_TRUE(test, find_message(&seq, "printk_test open", e));
	KUNIT_EXPECT_STREQ(test, e->text, "printk_test open");
	KUNIT_ASSERT_TRUE(test, find_message(&seq, "printk_test next", e));
}

static void reports_continue_lines_too(struct kunit *test)
{
	struct log_entry *e = new_entry(test);
	u64 seq = log_next_seq();
	unsigned long flags;

	printk_cpu_sync_get_irqsave(flags);
	printk(KERN_DEBUG "printk_test a");
	pr_cont(" b\n");
	printk_cpu_sync_put_irqrestore(flags);
	KUNIT_ASSERT_TRUE(test, find_message(&seq, "printk_test", e));
	KUNIT_EXPECT_STREQ(test, e->text, "printk_test a b");
}

static void long_messages_are_cut(struct kunit *test)
{
	struct log_entry *e = new_entry(test);
	u64 seq = log_next_seq();
	char *text = kunit_kmalloc(test, 3000, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, text);
	memset(text, 'x', 2999);
	text[2999] = '\0';
	printk(KERN_DEBUG "printk_test %s\n", text);
	printk(KERN_DEBUG "printk_test end\n");
	KUNIT_ASSERT_TRUE(test, find_message(&seq, "printk_test x", e));
	KUNIT_EXPECT_GT(test, e->len, 1000);
	KUNIT_EXPECT_TRUE(test, find_message(&seq, "printk_test end", e));
}

static void the_format_is_dmesgs(struct kunit *test)
{
	struct log_entry *e = new_entry(test);
	char text[128];

	e->ts_ns = 12345678901ull;
	strcpy(e->text, "one\ntwo");
	log_format(e, text, sizeof(text));
	KUNIT_EXPECT_STREQ(test, text, "[   12.345678] one\n[   12.345678] two\n");
	KUNIT_EXPECT_EQ(test, log_format(e, text, 10), 9);
}

/* ---- Consoles ---- */

static char shown[2048];
static size_t nr_shown;

static void remember(struct console *con, const char *s, unsigned int len)
{
	len = min_t(size_t, len, sizeof(shown) - 1 - nr_shown);
	memcpy(shown + nr_shown, s, len);
	nr_shown += len;
	shown[nr_shown] = '\0';
}

static struct console test_console = { .name = "test", .write = remember };

static void consoles_show_by_level(struct kunit *test)
{
	unsigned long sec, usec;
	int n = 0, level = console_loglevel;

	nr_shown = 0;
	console_loglevel = CONSOLE_LOGLEVEL_DEFAULT;	/* an oops of another suite may have raised it */
	register_console(&test_console);
	printk(KERN_DEBUG "printk_test hidden\n");
	printk(KERN_WARNING "printk_test shown\n");
	unregister_console(&test_console);
	console_loglevel = level;
	printk(KERN_WARNING "printk_test: the console is gone by now\n");
	KUNIT_EXPECT_NULL(test, strstr(shown, "hidden"));
	KUNIT_EXPECT_NULL(test, strstr(shown, "gone"));
	KUNIT_EXPECT_EQ(test, sscanf(shown, "[%lu.%6lu] printk_test shown%n", &sec, &usec, &n), 2);
	KUNIT_EXPECT_GT(test, n, 15);
	KUNIT_EXPECT_EQ(test, unregister_console(&test_console), -ENODEV);
}

/* ---- Several CPUs ---- */

enum { THREADS = 4, ROUNDS = 150, REPORT = 3 };

struct writer {
	int number;
	bool reports;
	struct completion *start, done;
};

static int write_messages(void *arg)
{
	struct writer *w = arg;
	unsigned long flags = 0;

	wait_for_completion(w->start);
	for (int i = 0; i < ROUNDS; i++) {
		if (w->reports)
			printk_cpu_sync_get_irqsave(flags);
		for (int line = 0; line < (w->reports ? REPORT : 1); line++)
			printk(KERN_DEBUG "printk_smp %d %d %d %0*d\n", w->number, i, line,
			       10 + 7 * w->number, w->number);
		if (w->reports)
			printk_cpu_sync_put_irqrestore(flags);
	}
	complete(&w->done);
	return 0;
}

static void write_from_all_cpus(struct kunit *test, bool reports)
{
	DECLARE_COMPLETION_ONSTACK(start);
	struct writer *w = kunit_kcalloc(test, THREADS, sizeof(*w), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, w);
	for (int i = 0; i < THREADS; i++) {
		w[i].number = i;
		w[i].reports = reports;
		w[i].start = &start;
		init_completion(&w[i].done);
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, kthread_run(write_messages, &w[i], "printk/%d", i));
	}
	complete_all(&start);
	for (int i = 0; i < THREADS; i++)
		wait_for_completion(&w[i].done);
}

static void lines_of_several_cpus_are_whole(struct kunit *test)
{
	struct log_entry *e = new_entry(test);
	int next[THREADS] = {}, number, i, line;
	u64 seq = log_next_seq();
	char want[64];

	write_from_all_cpus(test, false);
	for (; find_message(&seq, "printk_smp", e); seq++) {
		KUNIT_ASSERT_EQ(test, sscanf(e->text, "printk_smp %d %d %d", &number, &i, &line), 3);
		KUNIT_ASSERT_EQ(test, i, next[number]++);
		snprintf(want, sizeof(want), "printk_smp %d %d %d %0*d", number, i, line, 10 + 7 * number,
			 number);
		KUNIT_ASSERT_STREQ(test, e->text, want);
	}
	for (i = 0; i < THREADS; i++)
		KUNIT_EXPECT_EQ(test, next[i], ROUNDS);
}

static void reports_of_several_cpus_do_not_mix(struct kunit *test)
{
	struct log_entry *e = new_entry(test);
	int number, i, line, owner = -1, at = 0, n = 0;
	u64 seq = log_next_seq(), last = 0;

	write_from_all_cpus(test, true);
	for (; find_message(&seq, "printk_smp", e); seq++, n++) {
		KUNIT_ASSERT_EQ(test, sscanf(e->text, "printk_smp %d %d %d", &number, &i, &line), 3);
		KUNIT_ASSERT_EQ(test, line, at);
		if (line) {
			KUNIT_ASSERT_EQ(test, number, owner);
			KUNIT_ASSERT_EQ(test, e->seq, last + 1);
		}
		owner = number;
		last = e->seq;
		at = (at + 1) % REPORT;
	}
	KUNIT_EXPECT_EQ(test, n, THREADS * ROUNDS * REPORT);
}

static void print_in_interrupt(void *unused)
{
	printk(KERN_DEBUG "printk_test irq %d\n", in_hardirq());
}

static void interrupts_print(struct kunit *test)
{
	struct log_entry *e = new_entry(test);
	u64 seq = log_next_seq();
	int n = 0;

	on_each_cpu(print_in_interrupt, NULL, 1);
	for (; find_message(&seq, "printk_test irq", e); seq++)
		n++;
	KUNIT_EXPECT_EQ(test, n, num_online_cpus());
}

/* ---- Holding back ---- */

static void floods_are_held_back(struct kunit *test)
{
	struct ratelimit_state rs;
	struct log_entry *e = new_entry(test);
	u64 seq = log_next_seq();
	int passed = 0, once = 0;

	ratelimit_state_init(&rs, HZ / 2, 3);
	for (int i = 0; i < 10; i++)
		passed += ___ratelimit(&rs, "printk_test");
	KUNIT_EXPECT_EQ(test, passed, 3);
	msleep(600);
	KUNIT_EXPECT_EQ(test, ___ratelimit(&rs, "printk_test"), 1);
	KUNIT_EXPECT_TRUE(test, find_message(&seq, "printk_test: 7 callbacks suppressed", e));
	seq = log_next_seq();
	for (int i = 0; i < 5; i++)
		printk_once(KERN_DEBUG "printk_test once\n");
	for (; find_message(&seq, "printk_test once", e); seq++)
		once++;
	KUNIT_EXPECT_EQ(test, once, 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_message_keeps_level_and_text),
	KUNIT_CASE(numbers_and_times_grow),
	KUNIT_CASE(lines_are_continued),
	KUNIT_CASE(reports_continue_lines_too),
	KUNIT_CASE(long_messages_are_cut),
	KUNIT_CASE(the_format_is_dmesgs),
	KUNIT_CASE(consoles_show_by_level),
	KUNIT_CASE(lines_of_several_cpus_are_whole),
	KUNIT_CASE(reports_of_several_cpus_do_not_mix),
	KUNIT_CASE(interrupts_print),
	KUNIT_CASE(floods_are_held_back),
	{}
};

static struct kunit_suite suite = { .name = "printk", .test_cases = cases };
kunit_test_suite(suite);
