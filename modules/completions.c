// SPDX-License-Identifier: MIT
/*
 * Completions: "tell me when it is done". And what the waits with a limit return.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/module.h>

static DECLARE_COMPLETION(cranked);
static DECLARE_COMPLETION(flown);

static int crank(void *unused)
{
	pr_info("turn the crank\n");
	complete_all(&cranked);		/* whoever waits, now and later */
	kthread_complete_and_exit(&flown, 0);
}

static int flywheel(void *unused)
{
	wait_for_completion(&cranked);
	pr_info("the flywheel spins\n");
	complete(&flown);
	return 0;
}

static int __init completions_init(void)
{
	struct task_struct *thread;
	DECLARE_COMPLETION_ONSTACK(never);
	unsigned long left;

	thread = kthread_run(flywheel, NULL, "flywheel");
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	pr_info("%s\n", completion_done(&cranked) ? "done" : "not done");
	left = wait_for_completion_timeout(&never, msecs_to_jiffies(20));
	pr_info("never: %lu left, try: %d\n", left, try_wait_for_completion(&never));
	complete(&never);
	complete(&never);
	left = wait_for_completion_timeout(&never, HZ);
	pr_info("twice completed: %s\n", left ? "in time" : "late");
	pr_info("the second: %d\n", try_wait_for_completion(&never));
	pr_info("a third: %d\n", try_wait_for_completion(&never));
	thread = kthread_run(crank, NULL, "crank");
	if (IS_ERR(thread))
		complete_all(&cranked);
	else
		wait_for_completion(&flown);
	wait_for_completion(&flown);
	pr_info("%s, and stays so: %d\n", completion_done(&cranked) ? "done" : "not done", try_wait_for_completion(&cranked));
	reinit_completion(&cranked);
	pr_info("%s after reinit\n", completion_done(&cranked) ? "done" : "not done");
	return 0;
}

static void __exit completions_exit(void)
{
}

module_init(completions_init);
module_exit(completions_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Completions");
