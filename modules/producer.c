// SPDX-License-Identifier: MIT
/*
 * Two threads and a wait queue: one makes numbers, the other sleeps until there is one.
 *
 *	insmod producer count=3		producer: took 1 … producer: the sum is 6
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

static int count = 3;
module_param(count, int, 0444);
MODULE_PARM_DESC(count, "numbers to make");

struct number {
	struct list_head list;
	int value;
};

static LIST_HEAD(numbers);
static DEFINE_SPINLOCK(lock);			/* guards numbers */
static DECLARE_WAIT_QUEUE_HEAD(arrived);	/* numbers is not empty */
static DECLARE_COMPLETION(all_taken);
static struct task_struct *maker, *taker;

static int make(void *unused)
{
	int i;

	for (i = 1; i <= count && !kthread_should_stop(); i++) {
		struct number *n = kmalloc(sizeof(*n), GFP_KERNEL);

		if (!n)
			break;
		n->value = i;
		spin_lock(&lock);
		list_add_tail(&n->list, &numbers);
		spin_unlock(&lock);
		wake_up_interruptible(&arrived);
		msleep(5);
	}
	/* kthread_stop() needs a thread that is still there. */
	set_current_state(TASK_INTERRUPTIBLE);
	while (!kthread_should_stop()) {
		schedule();
		set_current_state(TASK_INTERRUPTIBLE);
	}
	__set_current_state(TASK_RUNNING);
	return i - 1;
}

static struct number *take_first(void)
{
	struct number *n;

	spin_lock(&lock);
	n = list_first_entry_or_null(&numbers, struct number, list);
	if (n)
		list_del(&n->list);
	spin_unlock(&lock);
	return n;
}

static int take(void *unused)
{
	int sum = 0, taken = 0;
	struct number *n;

	while (!kthread_should_stop()) {
		wait_event_interruptible(arrived, !list_empty(&numbers) || kthread_should_stop());
		while ((n = take_first())) {
			pr_info("took %d\n", n->value);
			sum += n->value;
			kfree(n);
			if (++taken == count)
				complete(&all_taken);
		}
	}
	return sum;
}

static int __init producer_init(void)
{
	taker = kthread_run(take, NULL, "taker");
	if (IS_ERR(taker))
		return PTR_ERR(taker);
	maker = kthread_create(make, NULL, "maker/%d", 0);
	if (IS_ERR(maker)) {
		kthread_stop(taker);
		return PTR_ERR(maker);
	}
	pr_info("%s is made but does not run yet\n", maker->comm);
	wake_up_process(maker);
	return 0;
}

static void __exit producer_exit(void)
{
	if (!wait_for_completion_timeout(&all_taken, 5 * HZ))
		pr_err("not all were taken\n");
	pr_info("%d were made\n", kthread_stop(maker));
	pr_info("the sum is %d\n", kthread_stop(taker));
}

module_init(producer_init);
module_exit(producer_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Two threads and a wait queue");
