// SPDX-License-Identifier: MIT
/* KFENCE on and off at run time: the memory returned, parameters refused, pools of nodes, while others allocate. */
#include <linux/delay.h>
#include <linux/kfence.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/stackdepot.h>
#include <linux/string.h>
#include <linux/stringify.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <paddock/log.h>
#include <paddock/magazine.h>
#include <paddock/page.h>
#include <paddock/pgtable.h>
#include "../../mm/kfence/kfence.h"
#include "kfence_kunit.h"
#include "wait_until.h"

/* Where pages go while others live on: what is not free is in one of these, or lost. */
struct ledger {
	long free, slab, vmalloc, tables, magazines, depot;
};

static struct ledger read_ledger(void)
{
	struct stack_depot_stats depot;

	stack_depot_get_stats(&depot);
	return (struct ledger){ nr_free_pages(), slab_nr_pages(), vmalloc_nr_pages(), pt_nr_pages(),
				magazine_bytes() / PAGE_SIZE, depot.bytes / PAGE_SIZE };
}

static long ledger_sum(struct ledger l)
{
	return l.free + l.slab + l.vmalloc + l.tables + l.magazines + l.depot;
}

/*
 * Returning an area ends a little after stats has forgotten it, and others change their entries while we read: until the
 * sum is as expected, or a second is over.
 */
static struct ledger wait_for_ledger(long sum)
{
	struct ledger now = read_ledger();

	for (int i = 0; i < 500 && ledger_sum(now) != sum; i++) {
		msleep(2);
		now = read_ledger();
	}
	return now;
}

/* What is on its way back from earlier cases arrives before anything is counted. */
static void settle(void)
{
	rcu_barrier();
	flush_workqueue(system_wq);
}

#define RETURNED_OBJECTS	2047
#define RETURNED_PAGES		((RETURNED_OBJECTS + 1) * 2)
/* KFENCE's own structures for them, in vmalloc pages: 64 bytes each. */
#define RETURNED_META		(RETURNED_OBJECTS * 64 / (long)PAGE_SIZE)

/*
 * To the page: five times the same pool, and what is not free afterwards is in other hands: in full mode others get
 * objects meanwhile, so slabs, stacks of threads and the depot grow. But by less than any part of a pool would be.
 */
static void disabling_returns_the_memory(struct kunit *test)
{
	unsigned long k4_before, k4_after, dummy;
	struct ledger before, on, after;
	long objects;
	int round;

	kfence_must_setup(test, "0", __stringify(RETURNED_OBJECTS), "global");
	settle();
	objects = kfence_pool_objects();
	/* Once to get what is got once: the depot's chunks, names in the file tree. */
	KUNIT_ASSERT_EQ(test, kfence_param_set("sample_interval", "-1"), 0);
	KUNIT_ASSERT_EQ(test, kfence_param_set("sample_interval", "0"), 0);
	KUNIT_ASSERT_TRUE(test, kfence_wait_drained(objects));
	/* The area itself, too; unless somebody else holds an object of it. */
	wait_until(kfence_pool_objects() <= objects);
	settle();

	before = read_ledger();
	kernel_direct_map_bytes(&k4_before, &dummy, &dummy);
	for (round = 0; round < 5; round++) {
		KUNIT_ASSERT_EQ(test, kfence_param_set("sample_interval", "-1"), 0);
		on = read_ledger();
		KUNIT_EXPECT_LE(test, on.free, before.free - RETURNED_PAGES - RETURNED_META);
		KUNIT_EXPECT_EQ(test, kfence_pool_objects(), objects + RETURNED_OBJECTS);
		KUNIT_ASSERT_EQ(test, kfence_param_set("sample_interval", "0"), 0);
		KUNIT_ASSERT_TRUE(test, kfence_wait_drained(objects));
		after = wait_for_ledger(ledger_sum(before));
		KUNIT_EXPECT_EQ(test, ledger_sum(after), ledger_sum(before));
	}
	kernel_direct_map_bytes(&k4_after, &dummy, &dummy);
	KUNIT_EXPECT_LT(test, after.vmalloc - before.vmalloc, RETURNED_META);
	KUNIT_EXPECT_LT(test, after.tables - before.tables, RETURNED_PAGES / 512);
	KUNIT_EXPECT_EQ(test, k4_after, k4_before);
}

/* An area that still has a live object stays guarded; a new pool can be made meanwhile. */
static void old_areas_drain_beside_new_ones(struct kunit *test)
{
	struct kfence_seen r;
	char *old, *young;
	long objects;

	kfence_must_setup(test, "0", "100", "global");
	settle();
	objects = kfence_pool_objects();
	KUNIT_ASSERT_EQ(test, kfence_param_set("sample_interval", "-1"), 0);
	old = kfence_test_alloc(test, NULL, 32, GFP_KERNEL, KFENCE_LEFT);
	kfence_must_setup(test, "-1", "200", "global");
	young = kfence_guarded(test, 32);
	KUNIT_EXPECT_TRUE(test, is_kfence_address(old));
	READ_ONCE(old[-1]);
	kfence_expect(test, "out-of-bounds read", old - 1, __func__, old, 32, &r);

	kfree(old);
	kfree(young);
	kfence_must_setup(test, "0", "255", "global");
	KUNIT_EXPECT_TRUE(test, kfence_wait_drained(objects));
	if (kfence_pool_objects() <= objects)
		KUNIT_EXPECT_FALSE(test, is_kfence_address(old));
}

static void parameters_say_no_as_linux_does(struct kunit *test)
{
	char value[24];

	kfence_must_setup(test, "-1", "255", "global");
	KUNIT_EXPECT_EQ(test, kfence_param_set("sample_interval", "100"), -EINVAL);
	KUNIT_EXPECT_EQ(test, kfence_param_set("num_objects", "1000"), -EBUSY);
	KUNIT_EXPECT_EQ(test, kfence_param_set("pool_mode", "node"), -EBUSY);
	KUNIT_EXPECT_EQ(test, kfence_param_set("pool_mode", "zebra"), -EINVAL);
	KUNIT_EXPECT_EQ(test, kfence_param_set("fault", "explode"), -EINVAL);
	KUNIT_EXPECT_EQ(test, kfence_param_set("sample_interval", "soon"), -EINVAL);
	KUNIT_EXPECT_EQ(test, kfence_param_set("sample_interval", "99999999999999999999"), -ERANGE);
	KUNIT_EXPECT_EQ(test, kfence_param_set("sample_interval", ""), -EINVAL);
	KUNIT_EXPECT_EQ(test, kfence_param_set("burst", "-1"), -EINVAL);
	KUNIT_EXPECT_EQ(test, kfence_param_get("sample_interval", value, sizeof(value)), 0);
	KUNIT_EXPECT_STREQ(test, value, "-1");
	KUNIT_EXPECT_EQ(test, kfence_param_set("sample_interval", "-5"), 0);

	KUNIT_EXPECT_EQ(test, kfence_param_set("sample_interval", "0"), 0);
	KUNIT_EXPECT_EQ(test, kfence_param_get("sample_interval", value, sizeof(value)), 0);
	KUNIT_EXPECT_STREQ(test, value, "0");
	KUNIT_EXPECT_EQ(test, kfence_param_set("num_objects", "0"), -EINVAL);
	KUNIT_EXPECT_EQ(test, kfence_param_set("num_objects", "-3"), -EINVAL);

	/* More than there is: refused whole, everything as before. */
	KUNIT_EXPECT_EQ(test, kfence_param_set("num_objects", "18446744073709551615"), 0);
	KUNIT_EXPECT_EQ(test, kfence_param_set("sample_interval", "-1"), -ENOMEM);
	KUNIT_EXPECT_FALSE(test, kfence_is_enabled());
	KUNIT_EXPECT_EQ(test, kfence_param_set("num_objects", "255"), 0);
}

/* What the log says of booting_max since @from, "" for nothing. An area of another case may say meanwhile that it is freed. */
static const char *said_of_booting_max(u64 from)
{
	static struct log_entry e;

	for (; log_read(from, &e); from = e.seq + 1)
		if (str_has_prefix(e.text, "kfence: booting_max:"))
			return e.text;
	return "";
}

/* The line names the segment, the default takes its place. (Each form that the parser knows: tests/unit.) */
static void bad_booting_max_is_told_of(struct kunit *test)
{
	static const struct {
		const char *text, *segment;
	} bad[] = {
		{ "", "" },
		{ "banana", "banana" },
		{ "0-128M:0,banana,256M-:2M", "banana" },
		{ "0-128M:0,", "" },
		{ "-1-:2M", "-1-:2M" },
		{ "0-:-2M", "0-:-2M" },
		{ "0-128M:0,99999999999999999999-:1M", "99999999999999999999-:1M" },
		{ "0-:16777216T", "0-:16777216T" },
		{ "0-1X:1M", "0-1X:1M" },
		{ "0-:1MB", "0-:1MB" },
		{ "256M-128M:1M", "256M-128M:1M" },
		{ "0-128M", "0-128M" },
		{ "0-:", "0-:" },
	};
	char text[256], line[160];

	for (int i = 0; i < ARRAY_SIZE(bad); i++) {
		u64 from = log_next_seq();

		strscpy(text, bad[i].text, sizeof(text));
		/* The default's answer, for a machine of 200 MiB. */
		KUNIT_EXPECT_EQ_MSG(test, kfence_boot_limit(text, sizeof(text), 200ull << 20), 127ul, "\"%s\"", bad[i].text);
		KUNIT_EXPECT_STREQ(test, text, "0-128M:0,128M-256M:1M,256M-:2M");
		snprintf(line, sizeof(line), "kfence: booting_max: bad segment \"%s\", using the default %s", bad[i].segment, text);
		KUNIT_EXPECT_STREQ(test, said_of_booting_max(from), line);
	}
}

/* Odd, but with a meaning: nothing is said, and nothing replaced. */
static void odd_booting_max_is_taken_as_it_is(struct kunit *test)
{
	static const struct {
		const char *text;
		unsigned long objects;
	} odd[] = {
		{ "0-:2097152", 255 },				/* no unit: bytes */
		{ "0-:2047k", 254 },
		{ "0-:8191", 0 },				/* not even one object */
		{ "0-:1000T", (1000ul << 40) / 8192 - 1 },	/* more than any memory: no limit, and what there is decides */
		{ "1T-:1M", ULONG_MAX },			/* nothing about such a machine */
		{ "0-1T:1M,0-:2M", 127 },			/* the first that fits */
	};
	char text[256];

	for (int i = 0; i < ARRAY_SIZE(odd); i++) {
		u64 from = log_next_seq();

		strscpy(text, odd[i].text, sizeof(text));
		KUNIT_EXPECT_EQ_MSG(test, kfence_boot_limit(text, sizeof(text), 200ull << 20), odd[i].objects, "\"%s\"", odd[i].text);
		KUNIT_EXPECT_STREQ(test, text, odd[i].text);
		KUNIT_EXPECT_STREQ(test, said_of_booting_max(from), "");
	}
}

static void nodes_have_pools_of_their_own(struct kunit *test)
{
	int node;

	kfence_must_setup(test, "-1", "100", "node");
	for_each_online_node(node) {
		void *p = kmalloc_node(64, GFP_KERNEL | __GFP_THISNODE, node);

		KUNIT_EXPECT_TRUE_MSG(test, is_kfence_address(p), "node %d", node);
		KUNIT_EXPECT_EQ(test, page_to_nid(virt_to_page(p)), node);
		kfree(p);
	}
	kfence_expect_none(test);
}

static int churn(void *unused)
{
	void *objects[16] = {};
	u32 x = 12345;

	while (!kthread_should_stop()) {
		x = x * 1664525u + 1013904223u;
		kfree(objects[x >> 28]);
		objects[x >> 28] = kmalloc(1 + (x >> 8) % 2000, GFP_KERNEL);
		if (objects[x >> 28])
			*(char *)objects[x >> 28] = 1;
		if (!(x & 0xf0))
			cond_resched();
	}
	for (int i = 0; i < ARRAY_SIZE(objects); i++)
		kfree(objects[i]);
	return 0;
}

static void switching_while_others_allocate(struct kunit *test)
{
	static const char *const intervals[] = { "-1", "0", "1", "0" };
	struct task_struct *t[4];
	long objects, live;
	int i;

	kfence_must_setup(test, "0", "255", "global");
	settle();
	objects = kfence_pool_objects();
	live = kfence_stat("currently slab allocated");
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		t[i] = kthread_run(churn, NULL, "kfence-churn/%d", i);
		KUNIT_ASSERT_FALSE(test, IS_ERR(t[i]));
	}
	for (i = 0; i < 40; i++) {
		KUNIT_EXPECT_EQ(test, kfence_param_set("sample_interval", intervals[i % 4]), 0);
		msleep(5);
	}
	for (i = 0; i < ARRAY_SIZE(t); i++)
		kthread_stop(t[i]);
	kfence_expect_none(test);
	kfence_must_setup(test, "0", "255", "global");
	KUNIT_EXPECT_TRUE(test, kfence_wait_drained(objects));
	KUNIT_EXPECT_LE(test, kfence_stat("currently slab allocated"), live);
}

static struct kunit_case switch_cases[] = {
	KUNIT_CASE(disabling_returns_the_memory),
	KUNIT_CASE(old_areas_drain_beside_new_ones),
	KUNIT_CASE(parameters_say_no_as_linux_does),
	KUNIT_CASE(bad_booting_max_is_told_of),
	KUNIT_CASE(odd_booting_max_is_taken_as_it_is),
	KUNIT_CASE(nodes_have_pools_of_their_own),
	KUNIT_CASE(switching_while_others_allocate),
	{}
};

static struct kunit_suite switch_suite = {
	.name = "kfence_switch",
	.suite_exit = kfence_suite_exit,
	.exit = kfence_case_exit,
	.test_cases = switch_cases,
};
kunit_test_suite(switch_suite);
