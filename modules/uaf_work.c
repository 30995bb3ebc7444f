// SPDX-License-Identifier: MIT
/*
 * BUG: frees an object while a work item that writes to it is still queued.
 *
 *	BUG: KFENCE: use-after-free write in finish+0x…/0x… [uaf_work]
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

struct job {
	int done;
	char data[60];
};

static struct job *job;

static void finish(struct work_struct *unused)
{
	WRITE_ONCE(job->done, 1);	/* freed */
}

static DECLARE_DELAYED_WORK(work, finish);

static int uaf_work_init(void)
{
	job = kzalloc(sizeof(*job), GFP_KERNEL);
	if (!job)
		return -ENOMEM;
	schedule_delayed_work(&work, msecs_to_jiffies(10));
	kfree(job);		/* should cancel the work first */
	flush_delayed_work(&work);
	return 0;
}

static void uaf_work_exit(void)
{
	cancel_delayed_work_sync(&work);
}

module_init(uaf_work_init);
module_exit(uaf_work_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Bug: a work item writes to a freed object");
