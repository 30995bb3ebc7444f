// SPDX-License-Identifier: MIT
/*
 * BUG: one CPU frees an object, another goes on reading it.
 *
 * A thread on the last CPU reads a shared object without a reference of its own; the loading thread
 * frees it. On a machine with one CPU the two take turns. The report has two different CPUs in it:
 *
 *	BUG: KFENCE: use-after-free read in reader+0x…/0x… [uaf_cpu]
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/slab.h>

struct shared {
	int value;
};

static struct shared *shared;
static bool freed;
static DECLARE_COMPLETION(started);

static noinline __noclone int reader(void *unused)
{
	int sum = 0;

	complete(&started);
	while (!READ_ONCE(freed) && !kthread_should_stop()) {
		sum += READ_ONCE(shared->value);
		cond_resched();
	}
	sum += READ_ONCE(shared->value);	/* the flag says what the pointer is worth; too late */
	while (!kthread_should_stop())
		msleep(1);
	return sum & 1;
}

static int uaf_cpu_init(void)
{
	struct task_struct *thread;
	unsigned int cpu, last = 0;

	shared = kzalloc(sizeof(*shared), GFP_KERNEL);
	if (!shared)
		return -ENOMEM;
	for_each_online_cpu(cpu)
		last = cpu;
	thread = kthread_create(reader, NULL, "uaf_reader");
	if (IS_ERR(thread)) {
		kfree(shared);
		return PTR_ERR(thread);
	}
	kthread_bind(thread, last);
	wake_up_process(thread);
	wait_for_completion(&started);
	kfree(shared);
	WRITE_ONCE(freed, true);
	msleep(20);
	kthread_stop(thread);
	return 0;
}

static void uaf_cpu_exit(void)
{
}

module_init(uaf_cpu_init);
module_exit(uaf_cpu_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Bug: another CPU reads a freed object");
