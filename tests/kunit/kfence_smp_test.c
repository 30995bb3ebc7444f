// SPDX-License-Identifier: MIT
/*
 * KFENCE with several CPUs at once: whole reports whoever reports meanwhile, from threads and interrupts; nobody hangs
 * when it is switched while others allocate, free and err; what must be closed is closed.
 * With one CPU the same happens by preemption.
 */
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kfence.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <paddock/log.h>
#include "../../mm/kfence/kfence.h"
#include "kfence_kunit.h"
#include "wait_until.h"

#define CRIMES	4	/* per CPU, and as many in its timer; all reports must fit into the log */
#define CPUS	4

/* ---- Whole reports ---- */

static atomic_t crimes_left, in_timer_left;
static bool talking;

static noinline void smp_crime(void)
{
	char *p = kmalloc(24, GFP_ATOMIC);

	kfree(p);
	READ_ONCE(p[5]);
}

static int smp_thread(void *unused)
{
	for (unsigned int i = 0; i < CRIMES; i++) {
		smp_crime();
		cond_resched();
	}
	atomic_dec(&crimes_left);
	while (!kthread_should_stop())
		msleep(1);
	return 0;
}

struct criminal_timer {
	struct timer_list timer;
	unsigned int left;
};

static void smp_timer(struct timer_list *timer)
{
	struct criminal_timer *t = from_timer(t, timer, timer);

	smp_crime();
	if (--t->left)
		mod_timer(timer, jiffies + 1);
	else
		atomic_dec(&in_timer_left);
}

/* Somebody who has other things to say. */
static int talking_thread(void *unused)
{
	while (READ_ONCE(talking)) {
		pr_info("small talk\n");
		msleep(1);
	}
	while (!kthread_should_stop())
		msleep(1);
	return 0;
}

/* Lines inside reports that are none of theirs, and bars that do not alternate. */
static void expect_order(struct kunit *test, unsigned int reports, u64 from)
{
	static struct log_entry e;
	unsigned int inside = 0, begun = 0, ended = 0, strangers = 0;
	const char *name = "BUG: KFENCE: use-after-free read in smp_crime+";

	for (u64 seq = from; log_read(seq, &e); seq = e.seq + 1) {
		if (!strncmp(e.text, "=====", 5)) {
			inside = !inside;
			ended += !inside;
		} else if (inside && !strcmp(e.text, "small talk")) {
			strangers++;
		} else if (!strncmp(e.text, name, strlen(name))) {
			begun++;
			KUNIT_EXPECT_EQ(test, inside, 1u);
		}
	}
	KUNIT_EXPECT_EQ(test, begun, reports);
	KUNIT_EXPECT_EQ(test, ended, reports);
	KUNIT_EXPECT_EQ(test, strangers, 0u);
}

static void reports_do_not_mix(struct kunit *test)
{
	struct task_struct *t[CPUS], *talker;
	static struct criminal_timer timers[CPUS];
	static struct kfence_seen r[2 * CPUS * CRIMES];
	unsigned int i, cpus = min(num_online_cpus(), (unsigned int)CPUS), total = 2 * cpus * CRIMES;
	u64 from;

	KUNIT_ASSERT_EQ(test, kfence_setup("-1", "2000", "global"), 0);
	from = log_next_seq();
	talking = true;
	talker = kthread_run(talking_thread, NULL, "kfence-talker");
	KUNIT_ASSERT_FALSE(test, IS_ERR(talker));
	atomic_set(&crimes_left, cpus);
	atomic_set(&in_timer_left, cpus);
	for (i = 0; i < cpus; i++) {
		t[i] = kthread_create_on_cpu(smp_thread, NULL, i, "kfence-smp/%u");
		KUNIT_ASSERT_FALSE(test, IS_ERR(t[i]));
		timers[i].left = CRIMES;
		timer_setup(&timers[i].timer, smp_timer, TIMER_PINNED);
	}
	for (i = 0; i < cpus; i++) {
		timers[i].timer.expires = jiffies + 1;
		add_timer_on(&timers[i].timer, i);
		wake_up_process(t[i]);
	}
	while (atomic_read(&crimes_left) || atomic_read(&in_timer_left))
		msleep(2);
	WRITE_ONCE(talking, false);
	kthread_stop(talker);
	for (i = 0; i < cpus; i++) {
		kthread_stop(t[i]);
		del_timer_sync(&timers[i].timer);
	}

	KUNIT_EXPECT_EQ(test, kfence_seen_all(r, ARRAY_SIZE(r)), total);
	expect_order(test, total, from);
	for (i = 0; i < total; i++) {
		KUNIT_EXPECT_TRUE(test, r[i].complete);
		KUNIT_EXPECT_STREQ(test, r[i].kind, "use-after-free read");
		KUNIT_EXPECT_STREQ(test, r[i].function, "smp_crime");
		KUNIT_EXPECT_EQ(test, r[i].addr, r[i].start + 5);
		KUNIT_EXPECT_EQ(test, r[i].end, r[i].start + 23);
		KUNIT_EXPECT_STREQ(test, r[i].alloc_first, "smp_crime");
		KUNIT_EXPECT_STREQ(test, r[i].free_first, "smp_crime");
	}
	kfence_seen_start();
}

/* A message about something that is behind the fence: the report comes, and then the message. */
static void printk_of_a_freed_object(struct kunit *test)
{
	struct kfence_seen r;
	static struct log_entry e;
	bool told = false;
	u64 from;
	char *p;

	KUNIT_ASSERT_EQ(test, kfence_setup("-1", "255", "global"), 0);
	p = kfence_test_alloc(test, NULL, 16, GFP_KERNEL, KFENCE_ANY);
	strcpy(p, "ghost");
	kfree(p);
	from = log_next_seq();
	pr_info("kfence_smp: the name is %s\n", p);
	for (u64 seq = from; log_read(seq, &e); seq = e.seq + 1)
		told |= !!strstr(e.text, "kfence_smp: the name is ghost");
	KUNIT_EXPECT_TRUE(test, told);
	kfence_expect_one(test, &r);
	KUNIT_EXPECT_STREQ(test, r.kind, "use-after-free read");
	KUNIT_EXPECT_EQ(test, r.addr, (unsigned long)p);
}

/* ---- Switching while others err ---- */

static int erring_thread(void *unused)
{
	u32 x = 4711 + current->pid;

	while (!kthread_should_stop()) {
		char *p = kmalloc(1 + (x >> 8) % 512, GFP_KERNEL);

		x = x * 1664525u + 1013904223u;
		if (!p)
			continue;
		p[0] = 1;
		kfree(p);
		/* On its own page, or on nobody's: reads disturb no other object's canary. */
		if (is_kfence_address(p))
			READ_ONCE(p[0]);
		cond_resched();
	}
	return 0;
}

static void expect_areas_add_up(struct kunit *test)
{
	bool right = false;

	for (int i = 0; i < 200 && !right; i++) {
		rcu_barrier();
		right = kfence_areas_add_up();
		if (!right)
			msleep(5);
	}
	KUNIT_EXPECT_TRUE(test, right);
}

static void switching_while_others_err(struct kunit *test)
{
	static const char *const intervals[] = { "-1", "0", "1", "0" };
	int loglevel = console_loglevel, i, nr = min(num_online_cpus() + 1, 5u);
	struct task_struct *t[5];
	long bugs;

	KUNIT_ASSERT_EQ(test, kfence_setup("0", "500", "global"), 0);
	bugs = kfence_stat("total bugs");
	console_loglevel = CONSOLE_LOGLEVEL_SILENT;
	for (i = 0; i < nr; i++) {
		t[i] = kthread_run(erring_thread, NULL, "kfence-err/%d", i);
		KUNIT_ASSERT_FALSE(test, IS_ERR(t[i]));
	}
	for (i = 0; i < 12; i++) {
		KUNIT_EXPECT_EQ(test, kfence_param_set("sample_interval", intervals[i % 4]), 0);
		KUNIT_EXPECT_EQ(test, kfence_param_set("check", "1"), 0);
		if (!i)		/* in full mode, and the threads have begun */
			wait_until(kfence_stat("total bugs") > bugs);
		msleep(20);
	}
	for (i = 0; i < nr; i++)
		kthread_stop(t[i]);
	console_loglevel = loglevel;
	kfence_seen_start();
	KUNIT_EXPECT_GT(test, kfence_stat("total bugs"), bugs);
	KUNIT_EXPECT_EQ(test, kfence_param_set("sample_interval", "0"), 0);
	expect_areas_add_up(test);
	/* All is whole: the next pool works. */
	KUNIT_ASSERT_EQ(test, kfence_setup("-1", "500", "global"), 0);
	kfree(kfence_test_alloc(test, NULL, 64, GFP_KERNEL, KFENCE_ANY));
	kfence_expect_none(test);
}

/* ---- The first page ---- */

#define HELD	100

/* Page 0 has no neighbour; what opens it is undone when the first object is freed. */
static void first_page_closes_again(struct kunit *test)
{
	static char *held[HELD];
	struct kfence_seen r;
	unsigned int i, n;
	char *first = NULL;

	for (int round = 0; !first && round < 20; round++) {
		KUNIT_ASSERT_EQ(test, kfence_setup("-1", "255", "global"), 0);
		for (n = 0; n < HELD && !first; n++) {
			held[n] = kfence_test_alloc(test, NULL, 32, GFP_KERNEL, KFENCE_LEFT);
			if ((unsigned long)held[n] == virt_to_page(held[n])->kfence_area->start + 2 * PAGE_SIZE)
				first = held[n];
		}
		for (i = 0; i < n; i++)
			if (held[i] != first)
				kfree(held[i]);
	}
	KUNIT_ASSERT_NOT_NULL_MSG(test, first, "the kernel holds each pool's first object");

	READ_ONCE(first[-2 * (long)PAGE_SIZE + 10]);
	kfence_expect_one(test, &r);
	KUNIT_EXPECT_STREQ(test, r.kind, "invalid read");
	KUNIT_EXPECT_FALSE(test, r.has_object);
	READ_ONCE(first[-2 * (long)PAGE_SIZE + 10]);
	kfence_expect_none(test);		/* open now */
	kfree(first);
	READ_ONCE(first[-2 * (long)PAGE_SIZE + 10]);
	kfence_expect_one(test, &r);
	KUNIT_EXPECT_STREQ(test, r.kind, "invalid read");
}

/* A guard between two free objects: "invalid", and closed again when a neighbour was used and freed. */
static void guards_close_after_invalid_reports(struct kunit *test)
{
	struct kfence_seen r;
	char *p, *q = NULL;

	KUNIT_ASSERT_EQ(test, kfence_setup("-1", "20", "global"), 0);
	p = kfence_test_alloc(test, NULL, 32, GFP_KERNEL, KFENCE_LEFT);
	kfree(p);
	/* Of the two neighbours of this guard the other may live; then it is out of bounds of that one. */
	READ_ONCE(p[-100]);
	kfence_expect_one(test, &r);
	READ_ONCE(p[-100]);
	kfence_expect_none(test);
	for (int i = 0; i < 1000 && (unsigned long)q >> PAGE_SHIFT != (unsigned long)p >> PAGE_SHIFT; i++) {
		q = kfence_test_alloc(test, NULL, 32, GFP_KERNEL, KFENCE_ANY);
		kfree(q);
	}
	KUNIT_ASSERT_EQ(test, (unsigned long)q >> PAGE_SHIFT, (unsigned long)p >> PAGE_SHIFT);
	READ_ONCE(p[-100]);
	kfence_expect_one(test, &r);
}

static struct kunit_case smp_cases[] = {
	KUNIT_CASE(reports_do_not_mix),
	KUNIT_CASE(printk_of_a_freed_object),
	KUNIT_CASE(switching_while_others_err),
	KUNIT_CASE(first_page_closes_again),
	KUNIT_CASE(guards_close_after_invalid_reports),
	{}
};

static struct kunit_suite smp_suite = {
	.name = "kfence_smp",
	.exit = kfence_case_exit,
	.suite_exit = kfence_suite_exit,
	.test_cases = smp_cases,
};
kunit_test_suite(smp_suite);
