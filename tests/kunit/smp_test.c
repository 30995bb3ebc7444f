// SPDX-License-Identifier: MIT
/* Several CPUs: cross-calls, stopping the machine, per-CPU data. */
#include <kunit/test.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/percpu.h>
#include <linux/percpu_counter.h>
#include <linux/smp.h>
#include <linux/stop_machine.h>
#include <paddock/percpu.h>
#include <paddock/sched.h>

static DEFINE_PER_CPU(unsigned long, visits) = 5;

static void visit(void *info)
{
	this_cpu_inc(visits);
	if (info)
		atomic_inc((atomic_t *)info);
}

static void call_reaches_the_cpu_asked_for(struct kunit *test)
{
	int cpu;

	for_each_online_cpu(cpu) {
		unsigned long before = per_cpu(visits, cpu);

		KUNIT_EXPECT_EQ(test, smp_call_function_single(cpu, visit, NULL, 1), 0);
		KUNIT_EXPECT_EQ(test, per_cpu(visits, cpu), before + 1);
	}
	KUNIT_EXPECT_EQ(test, smp_call_function_single(nr_cpu_ids, visit, NULL, 1), -ENXIO);
}

static void on_each_cpu_runs_everywhere_once(struct kunit *test)
{
	atomic_t n = ATOMIC_INIT(0);

	on_each_cpu(visit, &n, 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&n), (int)num_online_cpus());
	smp_call_function(visit, &n, 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&n), 2 * (int)num_online_cpus() - 1);
}

#define CALLS 40
static atomic_t storm_calls;
static int call_storm(void *unused)
{
	int i;

	for (i = 0; i < CALLS; i++)
		on_each_cpu(visit, &storm_calls, 1);
	return 0;
}

/* Callers on all CPUs at once wait for each other's handlers. */
static void callers_on_all_cpus_do_not_deadlock(struct kunit *test)
{
	struct task_struct *t[8];
	unsigned int i, n = min(num_online_cpus() * 2, 8u);

	atomic_set(&storm_calls, 0);
	for (i = 0; i < n; i++)
		t[i] = thread_run(call_storm, NULL, "callstorm/%u", i);
	for (i = 0; i < n; i++)
		thread_join(t[i]);
	KUNIT_EXPECT_EQ(test, atomic_read(&storm_calls), (int)(n * CALLS * num_online_cpus()));
}

static unsigned long witness;
static int watch_others_stand_still(void *arg)
{
	unsigned long *wrong = arg, before = READ_ONCE(witness);

	udelay(200);
	*wrong += READ_ONCE(witness) != before || !irqs_disabled();
	return 23;
}

static int keep_counting(void *stop)
{
	while (!READ_ONCE(*(int *)stop))
		WRITE_ONCE(witness, witness + 1);
	return 0;
}

static void stopped_machine_stands_still(struct kunit *test)
{
	struct task_struct *t;
	unsigned long wrong = 0;
	int i, stop = 0;

	t = thread_run(keep_counting, &stop, "counter");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, t);
	for (i = 0; i < 10; i++)
		KUNIT_EXPECT_EQ(test, stop_machine(watch_others_stand_still, &wrong, NULL), 23);
	WRITE_ONCE(stop, 1);
	thread_join(t);
	KUNIT_EXPECT_EQ(test, wrong, 0UL);
}

static int count_cpu(void *arg)
{
	atomic_inc(arg);
	return 0;
}

static void stop_machine_runs_on_all_cpus_asked_for(struct kunit *test)
{
	atomic_t n = ATOMIC_INIT(0);

	KUNIT_EXPECT_EQ(test, stop_machine(count_cpu, &n, cpu_online_mask), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&n), (int)num_online_cpus());
	atomic_set(&n, 0);
	KUNIT_EXPECT_EQ(test, stop_cpus(cpu_online_mask, count_cpu, &n), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&n), (int)num_online_cpus());
	KUNIT_EXPECT_EQ(test, stop_one_cpu(nr_cpu_ids, count_cpu, &n), -ENOENT);
}

static void per_cpu_copies_are_apart(struct kunit *test)
{
	unsigned long *p = alloc_percpu(unsigned long), *q = alloc_percpu(unsigned long);
	int cpu;

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_ASSERT_NOT_NULL(test, q);
	for_each_possible_cpu(cpu) {
		KUNIT_EXPECT_EQ(test, *per_cpu_ptr(p, cpu), 0UL);
		*per_cpu_ptr(p, cpu) = cpu + 1;
		*per_cpu_ptr(q, cpu) = 100 + cpu;
	}
	for_each_possible_cpu(cpu)
		KUNIT_EXPECT_EQ(test, *per_cpu_ptr(p, cpu), cpu + 1UL);
	get_cpu();
	KUNIT_EXPECT_EQ(test, this_cpu_read(*p), smp_processor_id() + 1UL);
	put_cpu();
	free_percpu(p);
	free_percpu(q);
}

static void percpu_memory_comes_back(struct kunit *test)
{
	size_t before = percpu_free_bytes();
	void *p[64];
	unsigned int round, i;

	for (round = 0; round < 50; round++) {
		for (i = 0; i < ARRAY_SIZE(p); i++) {
			size_t align = 8u << (i + round) % 4;

			p[i] = __alloc_percpu(1 + (i * 37 + round) % 200, align);
			KUNIT_ASSERT_NOT_NULL(test, p[i]);
			KUNIT_EXPECT_EQ(test, (unsigned long)per_cpu_ptr(p[i], 0) % align, 0UL);
		}
		for (i = 0; i < ARRAY_SIZE(p); i++)
			free_percpu(p[(i * 29 + round) % ARRAY_SIZE(p)]);
	}
	KUNIT_EXPECT_EQ(test, percpu_free_bytes(), before);
	KUNIT_EXPECT_NULL(test, __alloc_percpu_gfp(64 << 20, 8, GFP_KERNEL | __GFP_NOWARN));
}

static struct percpu_counter sum;
static int count_up(void *unused)
{
	int i;

	for (i = 0; i < 1000; i++)
		percpu_counter_inc(&sum);
	percpu_counter_sub(&sum, 10);
	return 0;
}

static void percpu_counter_adds_up(struct kunit *test)
{
	struct task_struct *t[4];
	int i;

	KUNIT_ASSERT_EQ(test, percpu_counter_init(&sum, 7, GFP_KERNEL), 0);
	for (i = 0; i < 4; i++)
		t[i] = thread_run(count_up, NULL, "count/%d", i);
	for (i = 0; i < 4; i++)
		thread_join(t[i]);
	KUNIT_EXPECT_EQ(test, percpu_counter_sum(&sum), 7LL + 4 * 990);
	KUNIT_EXPECT_EQ(test, percpu_counter_compare(&sum, 3967), 0);
	percpu_counter_destroy(&sum);
}

static void cpumask_operations(struct kunit *test)
{
	struct cpumask m = CPU_MASK_NONE;
	unsigned int cpu, n = 0;

	KUNIT_EXPECT_GE(test, cpumask_first(&m), nr_cpu_ids);
	cpumask_copy(&m, cpu_online_mask);
	for_each_cpu(cpu, &m)
		n++;
	KUNIT_EXPECT_EQ(test, n, num_online_cpus());
	n = 0;
	for_each_cpu_wrap(cpu, &m, nr_cpu_ids - 1)
		n += cpumask_test_cpu(cpu, cpumask_of(cpu));
	KUNIT_EXPECT_EQ(test, n, num_online_cpus());
	KUNIT_EXPECT_TRUE(test, cpumask_subset(cpu_online_mask, cpu_possible_mask));
}

static void cpus_as_text(struct kunit *test)
{
	struct cpumask mask;

	KUNIT_EXPECT_EQ(test, 0, cpulist_parse("0\n", &mask));
	KUNIT_EXPECT_TRUE(test, cpumask_equal(&mask, cpumask_of(0)));
	KUNIT_EXPECT_EQ(test, 0, cpumask_parse("1", &mask));
	KUNIT_EXPECT_TRUE(test, cpumask_equal(&mask, cpumask_of(0)));
	KUNIT_EXPECT_EQ(test, -ERANGE, cpulist_parse("0-4000", &mask));
	KUNIT_EXPECT_EQ(test, -EINVAL, cpulist_parse("all of them", &mask));
}

static struct kunit_case smp_cases[] = {
	KUNIT_CASE(cpus_as_text),
	KUNIT_CASE(call_reaches_the_cpu_asked_for),
	KUNIT_CASE(on_each_cpu_runs_everywhere_once),
	KUNIT_CASE(callers_on_all_cpus_do_not_deadlock),
	KUNIT_CASE(stopped_machine_stands_still),
	KUNIT_CASE(stop_machine_runs_on_all_cpus_asked_for),
	KUNIT_CASE(per_cpu_copies_are_apart),
	KUNIT_CASE(percpu_memory_comes_back),
	KUNIT_CASE(percpu_counter_adds_up),
	KUNIT_CASE(cpumask_operations),
	{}
};

static struct kunit_suite smp_suite = {
	.name = "smp",
	.test_cases = smp_cases,
};
kunit_test_suite(smp_suite);
