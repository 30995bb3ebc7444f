// SPDX-License-Identifier: MIT
/*
 * BUG: frees an object that a timer will look at.
 *
 * The timer fires later, in interrupt context; the task that the report names is the one that
 * happened to run:
 *
 *	BUG: KFENCE: use-after-free read in timed_out+0x…/0x… [uaf_timer]
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/timer.h>

struct request {
	int id;
};

static struct request *request;

static void timed_out(struct timer_list *unused)
{
	pr_info("request %d timed out\n", READ_ONCE(request->id));	/* freed */
}

static DEFINE_TIMER(timer, timed_out);

static int uaf_timer_init(void)
{
	request = kzalloc(sizeof(*request), GFP_KERNEL);
	if (!request)
		return -ENOMEM;
	mod_timer(&timer, jiffies + msecs_to_jiffies(10));
	kfree(request);		/* the request is done; the timer still runs */
	msleep(50);
	return 0;
}

static void uaf_timer_exit(void)
{
	del_timer_sync(&timer);
}

module_init(uaf_timer_init);
module_exit(uaf_timer_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Bug: a timer reads a freed object");
