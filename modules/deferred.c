// SPDX-License-Identifier: MIT
/*
 * Every way to say "later": tasklets, timer, work items, a thread that works off a queue.
 *
 * Each function tells in which context it runs. What runs in an interrupt's tail must not sleep,
 * what runs in a thread may.
 *
 *	insmod deferred; dmesg | grep deferred
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/timer.h>
#include <linux/workqueue.h>

static void tell(const char *what)
{
	pr_info("%s: %s%s\n", what, in_softirq() ? "softirq" : in_interrupt() ? "interrupt" : "thread",
		in_atomic() ? "" : ", may sleep");
}

/* ---- Tasklets ---- */

static void on_tasklet(struct tasklet_struct *t)
{
	tell("tasklet");
}

static void on_old_tasklet(unsigned long data)
{
	pr_info("old tasklet: data is %lu\n", data);
}

static DECLARE_TASKLET(tasklet, on_tasklet);
static DECLARE_TASKLET_DISABLED(disabled, on_tasklet);
static struct tasklet_struct old_tasklet;

static void try_tasklets(void)
{
	tasklet_schedule(&tasklet);
	tasklet_kill(&tasklet);			/* waits until it ran */
	tasklet_init(&old_tasklet, on_old_tasklet, 42);
	tasklet_hi_schedule(&old_tasklet);
	tasklet_kill(&old_tasklet);
	tasklet_schedule(&disabled);
	msleep(20);
	pr_info("the disabled tasklet waits\n");
	tasklet_enable(&disabled);
	tasklet_kill(&disabled);
}

/* ---- A timer ---- */

struct countdown {
	struct timer_list timer;
	int left;
};

static void on_alarm(struct timer_list *t)
{
	struct countdown *alarm = from_timer(alarm, t, timer);

	tell("timer");
	if (--alarm->left)
		mod_timer(t, jiffies + 2);
}

static void try_timer(void)
{
	struct countdown alarm = { .left = 2 };

	timer_setup_on_stack(&alarm.timer, on_alarm, 0);
	mod_timer(&alarm.timer, jiffies + 1);
	pr_info("timer: %spending\n", timer_pending(&alarm.timer) ? "" : "not ");
	while (READ_ONCE(alarm.left))
		msleep(5);
	pr_info("timer: stopped, was %spending\n", del_timer_sync(&alarm.timer) ? "" : "not ");
	destroy_timer_on_stack(&alarm.timer);
}

/* ---- Work items ---- */

static void on_work(struct work_struct *work)
{
	tell("work");
}

static void on_delayed_work(struct work_struct *work)
{
	struct delayed_work *dwork = to_delayed_work(work);

	tell("delayed work");
	pr_info("delayed work: %spending while it runs\n", delayed_work_pending(dwork) ? "" : "not ");
}

static DECLARE_WORK(work, on_work);
static DECLARE_DELAYED_WORK(dwork, on_delayed_work);

static int try_work(void)
{
	struct workqueue_struct *wq = alloc_ordered_workqueue("%s_wq", 0, KBUILD_MODNAME);

	if (!wq)
		return -ENOMEM;
	pr_info("work: queued %d\n", queue_work(wq, &work));
	flush_work(&work);
	pr_info("delayed work: queued %d\n", queue_delayed_work(wq, &dwork, HZ));
	pr_info("delayed work: queued again %d\n", queue_delayed_work(wq, &dwork, HZ));
	pr_info("delayed work: sooner %d\n", mod_delayed_work(wq, &dwork, 1));
	flush_delayed_work(&dwork);
	queue_delayed_work(wq, &dwork, 100 * HZ);
	pr_info("delayed work: cancelled %d\n", cancel_delayed_work_sync(&dwork));
	pr_info("delayed work: cancelled again %d\n", cancel_delayed_work_sync(&dwork));
	destroy_workqueue(wq);
	return 0;
}

/* ---- A kthread worker ---- */

static void on_kthread_work(struct kthread_work *kwork)
{
	tell("kthread work");
}

static int try_worker(void)
{
	struct kthread_worker *worker = kthread_create_worker(0, KBUILD_MODNAME);
	struct kthread_work kwork;

	if (IS_ERR(worker))
		return PTR_ERR(worker);
	kthread_init_work(&kwork, on_kthread_work);
	kthread_queue_work(worker, &kwork);
	kthread_flush_work(&kwork);
	kthread_destroy_worker(worker);
	return 0;
}

static int __init deferred_init(void)
{
	int err;

	tell("init");
	try_tasklets();
	try_timer();
	err = try_work();
	return err ? err : try_worker();
}

static void __exit deferred_exit(void)
{
}

module_init(deferred_init);
module_exit(deferred_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Tasklets, timers, work items, workers");
