// SPDX-License-Identifier: MIT
/* Timers, hrtimers, sleeping, clocks. */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/time.h>
#include <linux/timer.h>
#include <linux/timex.h>
#include "wait_until.h"

struct probe {
	struct timer_list timer;
	struct completion fired;
	unsigned long at;
	bool in_softirq;
	int cpu, runs, again;
};

static void probe_fn(struct timer_list *t)
{
	struct probe *p = from_timer(p, t, timer);

	p->at = jiffies;
	p->in_softirq = in_serving_softirq();
	p->cpu = smp_processor_id();
	p->runs++;
	if (p->again-- > 0)
		mod_timer(t, jiffies + 1);
	else
		complete(&p->fired);
}

static void probe_init(struct probe *p)
{
	memset(p, 0, sizeof(*p));
	timer_setup(&p->timer, probe_fn, 0);
	init_completion(&p->fired);
}

static void timer_fires_at_its_time_in_softirq(struct kunit *test)
{
	struct probe *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);
	unsigned long want = jiffies + 100;

	probe_init(p);
	KUNIT_EXPECT_EQ(test, mod_timer(&p->timer, want), 0);
	KUNIT_EXPECT_TRUE(test, timer_pending(&p->timer));
	KUNIT_EXPECT_GT(test, wait_for_completion_timeout(&p->fired, 5 * HZ), 0UL);
	KUNIT_EXPECT_FALSE(test, time_before(p->at, want));
	KUNIT_EXPECT_TRUE(test, p->in_softirq);
	KUNIT_EXPECT_FALSE(test, timer_pending(&p->timer));
}

static void timer_in_the_past_fires_at_once(struct kunit *test)
{
	struct probe *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);

	probe_init(p);
	mod_timer(&p->timer, jiffies - 100);
	KUNIT_EXPECT_GT(test, wait_for_completion_timeout(&p->fired, 10 * HZ), 0UL);
}

static void timer_may_start_itself_again(struct kunit *test)
{
	struct probe *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);

	probe_init(p);
	p->again = 5;
	mod_timer(&p->timer, jiffies + 1);
	KUNIT_EXPECT_GT(test, wait_for_completion_timeout(&p->fired, 10 * HZ), 0UL);
	KUNIT_EXPECT_EQ(test, p->runs, 6);
	del_timer_sync(&p->timer);
}

static void deleted_timer_does_not_fire(struct kunit *test)
{
	struct probe *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);

	probe_init(p);
	mod_timer(&p->timer, jiffies + HZ / 4);
	KUNIT_EXPECT_EQ(test, mod_timer(&p->timer, jiffies + HZ / 2), 1);
	KUNIT_EXPECT_EQ(test, del_timer_sync(&p->timer), 1);
	KUNIT_EXPECT_EQ(test, del_timer(&p->timer), 0);
	msleep(600);
	KUNIT_EXPECT_EQ(test, p->runs, 0);
	timer_shutdown_sync(&p->timer);
	mod_timer(&p->timer, jiffies + 1);
	msleep(5);
	KUNIT_EXPECT_EQ(test, p->runs, 0);
}

static void timer_fires_on_the_cpu_asked_for(struct kunit *test)
{
	struct probe *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);
	int cpu;

	for_each_online_cpu(cpu) {
		probe_init(p);
		p->timer.expires = jiffies + 2;
		add_timer_on(&p->timer, cpu);
		KUNIT_EXPECT_GT(test, wait_for_completion_timeout(&p->fired, 10 * HZ), 0UL);
		KUNIT_EXPECT_EQ(test, p->cpu, cpu);
	}
}

static atomic_t many_fired;
static void many_fn(struct timer_list *t)
{
	atomic_inc(&many_fired);
}

static void thousands_of_timers_all_fire(struct kunit *test)
{
	unsigned int n = 3000, i, deleted = 0;
	struct timer_list *timers = kvcalloc(n, sizeof(*timers), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, timers);
	atomic_set(&many_fired, 0);
	for (i = 0; i < n; i++) {
		timer_setup(&timers[i], many_fn, 0);
		mod_timer(&timers[i], jiffies + 20 + i * 7919 % 40);
	}
	for (i = 0; i < n; i += 3)
		deleted += del_timer_sync(&timers[i]);
	KUNIT_EXPECT_TRUE(test, wait_until(atomic_read(&many_fired) >= (int)(n - deleted)));
	for (i = 0; i < n; i++)
		KUNIT_EXPECT_FALSE(test, timer_pending(&timers[i]));
	KUNIT_EXPECT_EQ(test, atomic_read(&many_fired), (int)(n - deleted));
	kvfree(timers);
}

struct hprobe {
	struct hrtimer timer;
	struct completion fired;
	ktime_t at;
	int runs, again;
	bool hard;
};

static enum hrtimer_restart hprobe_fn(struct hrtimer *t)
{
	struct hprobe *p = container_of(t, struct hprobe, timer);

	p->at = ktime_get();
	p->hard = in_hardirq();
	p->runs++;
	if (p->again-- > 0) {
		hrtimer_forward_now(t, us_to_ktime(500));
		return HRTIMER_RESTART;
	}
	complete(&p->fired);
	return HRTIMER_NORESTART;
}

static void hrtimer_fires_not_early_and_restarts(struct kunit *test)
{
	struct hprobe *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);
	ktime_t start = ktime_get();

	init_completion(&p->fired);
	hrtimer_init(&p->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	p->timer.function = hprobe_fn;
	p->again = 3;
	hrtimer_start(&p->timer, us_to_ktime(300), HRTIMER_MODE_REL);
	KUNIT_EXPECT_GT(test, wait_for_completion_timeout(&p->fired, 10 * HZ), 0UL);
	KUNIT_EXPECT_GE(test, ktime_us_delta(p->at, start), 300LL + 3 * 500);
	KUNIT_EXPECT_EQ(test, p->runs, 4);
	KUNIT_EXPECT_TRUE(test, p->hard);
	KUNIT_EXPECT_EQ(test, hrtimer_cancel(&p->timer), 0);

	hrtimer_start(&p->timer, ms_to_ktime(5000), HRTIMER_MODE_REL);
	KUNIT_EXPECT_TRUE(test, hrtimer_active(&p->timer));
	KUNIT_EXPECT_EQ(test, hrtimer_cancel(&p->timer), 1);
	KUNIT_EXPECT_FALSE(test, hrtimer_active(&p->timer));
}

static void sleeps_are_never_shorter_than_asked(struct kunit *test)
{
	u64 start = ktime_get_ns();

	msleep(3);
	KUNIT_EXPECT_GE(test, ktime_get_ns() - start, 3 * (u64)NSEC_PER_MSEC);
	start = ktime_get_ns();
	usleep_range(700, 800);
	KUNIT_EXPECT_GE(test, ktime_get_ns() - start, 700 * (u64)NSEC_PER_USEC);
	start = ktime_get_ns();
	udelay(50);
	KUNIT_EXPECT_GE(test, ktime_get_ns() - start, 50 * (u64)NSEC_PER_USEC);
	KUNIT_EXPECT_EQ(test, schedule_timeout_uninterruptible(2), 0L);
}

static void clock_never_goes_back(struct kunit *test)
{
	struct cpumask old = current->cpus_mask;
	unsigned int cpu, i;
	u64 last = 0, now;

	for (i = 0; i < 20; i++) {
		for_each_online_cpu(cpu) {
			set_cpus_allowed_ptr(current, cpumask_of(cpu));
			now = ktime_get_ns();
			KUNIT_EXPECT_GE(test, now, last);
			last = now;
		}
	}
	set_cpus_allowed_ptr(current, &old);
}

static void jiffies_convert_and_wrap(struct kunit *test)
{
	unsigned long high = ULONG_MAX - 2;

	KUNIT_EXPECT_EQ(test, msecs_to_jiffies(1500), 1500UL);
	KUNIT_EXPECT_EQ(test, usecs_to_jiffies(1001), 2UL);
	KUNIT_EXPECT_EQ(test, jiffies_to_msecs(7), 7U);
	KUNIT_EXPECT_TRUE(test, time_after(high + 10, high));
	KUNIT_EXPECT_TRUE(test, time_before(high, high + 10));
	KUNIT_EXPECT_GT(test, jiffies, INITIAL_JIFFIES);
}

static void calendar_is_gregorian(struct kunit *test)
{
	struct tm tm;

	time64_to_tm(951782400, 0, &tm);	/* 2000-02-29 00:00:00, a Tuesday */
	KUNIT_EXPECT_EQ(test, tm.tm_year, 100L);
	KUNIT_EXPECT_EQ(test, tm.tm_mon, 1);
	KUNIT_EXPECT_EQ(test, tm.tm_mday, 29);
	KUNIT_EXPECT_EQ(test, tm.tm_wday, 2);
	KUNIT_EXPECT_EQ(test, tm.tm_yday, 59);
	KUNIT_EXPECT_EQ(test, mktime64(2000, 2, 29, 0, 0, 0), 951782400LL);
	KUNIT_EXPECT_EQ(test, mktime64(1970, 1, 1, 0, 0, 0), 0LL);
}

static struct kunit_case timer_cases[] = {
	KUNIT_CASE(timer_fires_at_its_time_in_softirq),
	KUNIT_CASE(timer_in_the_past_fires_at_once),
	KUNIT_CASE(timer_may_start_itself_again),
	KUNIT_CASE(deleted_timer_does_not_fire),
	KUNIT_CASE(timer_fires_on_the_cpu_asked_for),
	KUNIT_CASE(thousands_of_timers_all_fire),
	KUNIT_CASE(hrtimer_fires_not_early_and_restarts),
	KUNIT_CASE(sleeps_are_never_shorter_than_asked),
	KUNIT_CASE(clock_never_goes_back),
	KUNIT_CASE(jiffies_convert_and_wrap),
	KUNIT_CASE(calendar_is_gregorian),
	{}
};

static struct kunit_suite timer_suite = {
	.name = "timer",
	.test_cases = timer_cases,
};
kunit_test_suite(timer_suite);
