// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * remotefree - what kfree() costs where the object was allocated, on another CPU, and on another NUMA node.
 *
 * One thread allocates a batch, then another, bound to the CPU in question, frees it while the first one sleeps; only
 * the frees are timed. Every batch is new, so magazines, depots and slabs behind them have their share. One line per figure:
 *
 *   remotefree: free_same_cpu ns_per_op=X n=Z
 *
 * In the manner of allocbench, for Linux as for Paddock.
 */
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/topology.h>

static unsigned int rounds = 50;
module_param(rounds, uint, 0444);
MODULE_PARM_DESC(rounds, "batches per figure");

#define BATCH 1000

static void *objs[BATCH];

struct job {
	void (*fn)(struct job *job);
	struct completion done;
	u64 ns;
	bool failed;
};

static void allocate(struct job *job)
{
	unsigned int i;

	for (i = 0; i < BATCH; i++) {
		objs[i] = kmalloc(64, GFP_KERNEL);
		if (!objs[i])
			job->failed = true;
	}
}

static void release(struct job *job)
{
	u64 start = ktime_get_ns();
	unsigned int i;

	for (i = 0; i < BATCH; i++)
		kfree(objs[i]);
	job->ns += ktime_get_ns() - start;
}

static int worker(void *arg)
{
	struct job *job = arg;

	job->fn(job);
	complete(&job->done);
	return 0;
}

static int run_on(unsigned int cpu, struct job *job, void (*fn)(struct job *job))
{
	struct task_struct *task;

	job->fn = fn;
	init_completion(&job->done);
	task = kthread_create(worker, job, "remotefree/%u", cpu);
	if (IS_ERR(task))
		return PTR_ERR(task);
	kthread_bind(task, cpu);
	wake_up_process(task);
	wait_for_completion(&job->done);
	return job->failed ? -ENOMEM : 0;
}

static int measure(const char *name, unsigned int from, unsigned int to)
{
	struct job job = { .ns = 0 };
	unsigned int i;
	u64 ns;
	int err = 0;

	for (i = 0; !err && i < rounds; i++) {
		err = run_on(from, &job, allocate);
		if (!i)
			job.ns = 0;
		if (!err)
			err = run_on(to, &job, release);
	}
	if (err) {
		pr_err("remotefree: %s failed: %d\n", name, err);
		return err;
	}
	ns = job.ns * 100 / rounds / BATCH;
	pr_info("remotefree: %s ns_per_op=%llu.%02llu n=%u\n", name, (unsigned long long)(ns / 100),
		(unsigned long long)(ns % 100), rounds * BATCH);
	return 0;
}

static int __init remotefree_init(void)
{
	unsigned int here = cpumask_first(cpu_online_mask), cpu;
	int neighbour = -1, far = -1, err;

	if (!rounds)
		return -EINVAL;
	for_each_online_cpu(cpu) {
		if (cpu == here)
			continue;
		if (cpu_to_node(cpu) == cpu_to_node(here) && neighbour < 0)
			neighbour = cpu;
		if (cpu_to_node(cpu) != cpu_to_node(here) && far < 0)
			far = cpu;
	}
	err = measure("free_same_cpu", here, here);
	if (!err && neighbour >= 0)
		err = measure("free_other_cpu", here, neighbour);
	if (!err && far >= 0)
		err = measure("free_other_node", here, far);
	pr_info("remotefree: done err=%d\n", err);
	return err;
}

static void __exit remotefree_exit(void)
{
}

module_init(remotefree_init);
module_exit(remotefree_exit);

MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Cost of frees from other CPUs");
