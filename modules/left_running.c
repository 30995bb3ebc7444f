// SPDX-License-Identifier: MIT
/*
 * BUG: goes without stopping what it started. In Linux the next thing that fires executes freed memory.
 *
 *	insmod left_running what=timer		or hrtimer, work, delayed, requeue, tasklet, thread, rcu, notifier
 *	rmmod left_running			Module left_running left a timer on_timer (expires in … ms): deleted
 *
 * what=stubborn starts a thread that does not heed kthread_stop(): the module cannot go before it has ended.
 * what=init_timer, init_work, init_thread run a function that is __init, which is freed when init has returned.
 * what=hang_init, hang_exit do not return from there for so long, and nothing wakes them; spin_init turns in a loop.
 * fail=1 lets init fail after it has started the thing: the same bug on the other way out.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/hrtimer.h>
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/workqueue.h>
#include <asm/processor.h>

static char what[16] = "timer";
module_param_string(what, what, sizeof(what), 0444);
MODULE_PARM_DESC(what, "timer, hrtimer, work, delayed, requeue, tasklet, thread, stubborn, rcu, notifier, init_timer, init_work, init_thread, hang_init, hang_exit, spin_init");

static int fail;
module_param(fail, int, 0444);
MODULE_PARM_DESC(fail, "init fails with this errno");

static int ms = 3000;
module_param(ms, int, 0444);
MODULE_PARM_DESC(ms, "how long the stubborn thread goes on, or init or exit hangs; when the timers fire");

static struct hrtimer hrtimer;

static void on_timer(struct timer_list *t)
{
	pr_info("the timer fired\n");
}
static DEFINE_TIMER(timer, on_timer);

static enum hrtimer_restart on_hrtimer(struct hrtimer *t)
{
	pr_info("the hrtimer fired\n");
	return HRTIMER_NORESTART;
}

static void on_work(struct work_struct *w)
{
	msleep(50);
	pr_info("the work item ran\n");
}
static DECLARE_WORK(work, on_work);
static DECLARE_DELAYED_WORK(delayed, on_work);

static void on_requeue(struct work_struct *w)
{
	schedule_work(w);
}
static DECLARE_WORK(requeue, on_requeue);

static void on_tasklet(struct tasklet_struct *t)
{
	pr_info("the tasklet ran\n");
}
static DECLARE_TASKLET_DISABLED(tasklet, on_tasklet);

static int on_thread(void *unused)
{
	while (!kthread_should_stop())
		schedule_timeout_interruptible(HZ);
	return 0;
}

static int on_stubborn(void *unused)
{
	msleep(ms);
	return 0;
}

static void on_rcu(struct rcu_head *head)
{
	pr_info("the RCU callback ran\n");
	kfree(head);
}

static int on_module(struct notifier_block *nb, unsigned long state, void *mod)
{
	pr_info("the notifier was called\n");
	return NOTIFY_OK;
}
static struct notifier_block notifier = { .notifier_call = on_module };

static int start(int (*fn)(void *))
{
	return PTR_ERR_OR_ZERO(kthread_run(fn, NULL, "left_running"));
}

static int begin(void)
{
	struct rcu_head *head;

	if (!strcmp(what, "timer")) {
		mod_timer(&timer, jiffies + msecs_to_jiffies(ms));
	} else if (!strcmp(what, "hrtimer")) {
		hrtimer_init(&hrtimer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
		hrtimer.function = on_hrtimer;
		hrtimer_start(&hrtimer, ms_to_ktime(ms), HRTIMER_MODE_REL);
	} else if (!strcmp(what, "work")) {
		schedule_work(&work);
	} else if (!strcmp(what, "delayed")) {
		schedule_delayed_work(&delayed, msecs_to_jiffies(ms));
	} else if (!strcmp(what, "requeue")) {
		schedule_work(&requeue);
	} else if (!strcmp(what, "tasklet")) {
		tasklet_schedule(&tasklet);	/* disabled: it stays scheduled */
	} else if (!strcmp(what, "thread")) {
		return start(on_thread);
	} else if (!strcmp(what, "stubborn")) {
		return start(on_stubborn);
	} else if (!strcmp(what, "rcu")) {
		head = kmalloc(sizeof(*head), GFP_KERNEL);
		if (!head)
			return -ENOMEM;
		call_rcu(head, on_rcu);
	} else if (!strcmp(what, "notifier")) {
		return register_module_notifier(&notifier);
	} else if (!strcmp(what, "hang_init") || !strcmp(what, "hang_exit")) {
		msleep(ms);
	} else if (!strcmp(what, "spin_init")) {
		unsigned long end = jiffies + msecs_to_jiffies(ms);

		while (time_before(jiffies, end))
			cpu_relax();
	} else {
		pr_err("what is %s?\n", what);
		return -EINVAL;
	}
	return 0;
}

static bool at_exit(void)	/* what ends by itself too soon is started last */
{
	return !fail && (!strcmp(what, "work") || !strcmp(what, "rcu") || !strcmp(what, "hang_exit"));
}

/* ---- What init's memory is needed for after init ---- */

static void __init on_init_timer(struct timer_list *t)
{
	pr_info("the timer in init's memory fired\n");
}

static void __init on_init_work(struct work_struct *w)
{
	pr_info("the work item in init's memory ran\n");
}

static DECLARE_COMPLETION(begun);

static int __init on_init_thread(void *unused)
{
	complete(&begun);
	msleep(ms);
	return 0;
}

static int __init begin_in_init(void)
{
	if (!strcmp(what, "init_timer")) {
		timer_setup(&timer, on_init_timer, 0);
		mod_timer(&timer, jiffies + msecs_to_jiffies(ms));
	} else if (!strcmp(what, "init_work")) {
		INIT_DELAYED_WORK(&delayed, on_init_work);
		schedule_delayed_work(&delayed, msecs_to_jiffies(ms));
	} else if (!strcmp(what, "init_thread")) {
		int err = start(on_init_thread);

		/* One that has not begun when it is stopped never does. */
		if (!err)
			wait_for_completion(&begun);
		return err;
	} else {
		return begin();
	}
	return 0;
}

static int __init left_running_init(void)
{
	int err = at_exit() ? 0 : begin_in_init();

	return err ? err : -fail;
}

static void __exit left_running_exit(void)
{
	if (at_exit())
		begin();
}

module_init(left_running_init);
module_exit(left_running_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Bug: what it started runs on after it has gone");
