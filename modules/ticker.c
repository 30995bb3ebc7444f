// SPDX-License-Identifier: MIT
/*
 * A timer that fires every few milliseconds and leaves the talking to a work item, which may sleep.
 * Both are stopped for good before the module goes.
 *
 *	insmod ticker ticks=3		ticker: tick 1 … ticker: tick 3
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/timer.h>
#include <linux/workqueue.h>

static unsigned int period_ms = 20;
module_param(period_ms, uint, 0444);
MODULE_PARM_DESC(period_ms, "milliseconds between ticks");

static int ticks = 3;
module_param(ticks, int, 0444);
MODULE_PARM_DESC(ticks, "stop after so many");

static void on_timer(struct timer_list *t);
static void on_work(struct work_struct *work);
static DEFINE_TIMER(timer, on_timer);
static DECLARE_WORK(work, on_work);
static atomic_t fired = ATOMIC_INIT(0);
static int told;	/* only the work item touches it */

static void on_timer(struct timer_list *t)
{
	if (atomic_inc_return(&fired) < ticks)
		mod_timer(t, jiffies + msecs_to_jiffies(period_ms));
	schedule_work(&work);
}

static void on_work(struct work_struct *unused)
{
	while (told < atomic_read(&fired))
		pr_info("tick %d\n", ++told);
}

static int __init ticker_init(void)
{
	mod_timer(&timer, jiffies + msecs_to_jiffies(period_ms));
	return 0;
}

static void __exit ticker_exit(void)
{
	del_timer_sync(&timer);		/* it cannot start again: then the work cannot be queued again */
	cancel_work_sync(&work);
	pr_info("stopped after %d ticks\n", atomic_read(&fired));
}

module_init(ticker_init);
module_exit(ticker_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("A timer and a work item");
