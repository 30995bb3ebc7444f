// SPDX-License-Identifier: MIT
/* Frees a guarded object in a panic, while the other CPU does not run: tests/system/test_kfence_shootdown.py. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kfence.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/panic_notifier.h>
#include <linux/sched.h>
#include <linux/slab.h>

static unsigned long beats;	/* of the other CPU */
static char *object;

static int beat(void *unused)
{
	while (!kthread_should_stop()) {
		WRITE_ONCE(beats, READ_ONCE(beats) + 1);
		msleep(10);
	}
	return 0;
}

static int free_in_panic(struct notifier_block *nb, unsigned long action, void *data)
{
	pr_emerg("freeing\n");
	kfree(object);
	pr_emerg("freed\n");
	return NOTIFY_DONE;
}

static struct notifier_block notifier = { .notifier_call = free_in_panic };

/* Has the other CPU stood still for two seconds, within a minute? */
static bool other_stands_still(void)
{
	for (unsigned int s = 0; s < 60; s += 2) {
		unsigned long before = READ_ONCE(beats);

		msleep(2000);
		if (READ_ONCE(beats) == before)
			return true;
	}
	return false;
}

static int __init kfence_panic_init(void)
{
	struct task_struct *task;

	object = kmalloc(64, GFP_KERNEL);
	if (!is_kfence_address(object))
		return -EINVAL;
	task = kthread_create(beat, NULL, "beat");
	if (IS_ERR(task))
		return PTR_ERR(task);
	kthread_bind(task, 1);
	wake_up_process(task);
	while (!READ_ONCE(beats))
		msleep(10);
	atomic_notifier_chain_register(&panic_notifier_list, &notifier);
	pr_emerg("ready\n");
	if (other_stands_still())
		panic("kfence_panic: CPU 1 stands still");
	atomic_notifier_chain_unregister(&panic_notifier_list, &notifier);
	kthread_stop(task);
	kfree(object);
	return -ETIMEDOUT;
}

static void __exit kfence_panic_exit(void)
{
}

module_init(kfence_panic_init);
module_exit(kfence_panic_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Frees a guarded object in a panic");
