// SPDX-License-Identifier: MIT
/*
 * Counters with a part for each CPU: no CPU waits for another's cache line, and a sum is made on demand.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpumask.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/percpu_counter.h>
#include <linux/smp.h>
#include <linux/workqueue.h>

struct stats {
	unsigned long calls;
	unsigned long bytes;
};

static DEFINE_PER_CPU(unsigned int, visits) = 100;
static struct stats __percpu *stats;
static struct percpu_counter counter;

/* On each CPU, in an interrupt. */
static void visit(void *arg)
{
	this_cpu_inc(visits);
	this_cpu_inc(stats->calls);
	this_cpu_add(stats->bytes, 10);
	percpu_counter_add(&counter, 1000);
}

static void visit_by_work(struct work_struct *unused)
{
	unsigned int *v = &get_cpu_var(visits);	/* no other thread on this CPU until put */

	*v += 10;
	put_cpu_var(visits);
	percpu_counter_sub(&counter, 1);
}

static DECLARE_WORK(work, visit_by_work);

static int __init percpu_counts_init(void)
{
	unsigned long sum = 0, calls = 0, bytes = 0;
	int cpu, err;

	stats = alloc_percpu(struct stats);
	if (!stats)
		return -ENOMEM;
	err = percpu_counter_init(&counter, 5, GFP_KERNEL);
	if (err) {
		free_percpu(stats);
		return err;
	}
	on_each_cpu(visit, NULL, 1);
	for_each_online_cpu(cpu) {
		schedule_work_on(cpu, &work);
		flush_work(&work);
	}
	for_each_online_cpu(cpu) {
		sum += per_cpu(visits, cpu);
		calls += per_cpu_ptr(stats, cpu)->calls;
		bytes += per_cpu_ptr(stats, cpu)->bytes;
	}
	pr_info("on each of %u CPUs: visits %lu, calls %lu, bytes %lu\n", num_online_cpus(), sum / num_online_cpus(),
		calls / num_online_cpus(), bytes / num_online_cpus());
	pr_info("the counter: %lld for each\n", (percpu_counter_sum(&counter) - 5) / num_online_cpus());
	percpu_counter_set(&counter, -3);
	pr_info("set: %lld, positive: %lld, compared with 0: %d\n", percpu_counter_sum(&counter),
		percpu_counter_sum_positive(&counter), percpu_counter_compare(&counter, 0));
	return 0;
}

static void __exit percpu_counts_exit(void)
{
	percpu_counter_destroy(&counter);
	free_percpu(stats);
}

module_init(percpu_counts_init);
module_exit(percpu_counts_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Counters with a part for each CPU");
