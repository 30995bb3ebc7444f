// SPDX-License-Identifier: MIT
/*
 * BUG: what one does wrong with locks, one mistake at a time: insmod lock_bugs bug=NAME. docs/locking.md shows what the
 * kernel says to each. In Linux without lockdep most say nothing, and take_twice and mutex_twice hang.
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/irqflags.h>
#include <linux/kthread.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/workqueue.h>

static char *bug = "";
module_param(bug, charp, 0444);
MODULE_PARM_DESC(bug, "which mistake to make");

static DEFINE_SPINLOCK(spin);
static DEFINE_MUTEX(first);

/* Sleeping while a spinlock is held: somebody may spin for it all that time. */
static void sleep_in_atomic(void)
{
	spin_lock(&spin);
	msleep(1);
	spin_unlock(&spin);
}

/* The second unlock also lets preemption in once too often: init returns with the count off by one. */
static void unlock_twice(void)
{
	spin_lock(&spin);
	spin_unlock(&spin);
	spin_unlock(&spin);
}

static void assert_without_lock(void)
{
	lockdep_assert_held(&spin);
}

/* The mutex of somebody else: the unlock is refused. */
static int unlock_first(void *unused)
{
	mutex_unlock(&first);
	return 0;
}

static void unlock_by_another(void)
{
	struct task_struct *t;

	mutex_lock(&first);
	t = kthread_run(unlock_first, NULL, "unlocker");
	if (!IS_ERR(t))
		msleep(20);
	mutex_unlock(&first);
}

static void work_with_lock(struct work_struct *work)
{
	spin_lock(&spin);
}

static DECLARE_WORK(work, work_with_lock);

static void leak_in_work(void)
{
	schedule_work(&work);
	flush_work(&work);
}

static void timer_with_lock(struct timer_list *unused)
{
	preempt_disable();
}

static DEFINE_TIMER(timer, timer_with_lock);

static void leave_masked(void)
{
	local_irq_disable();
}

static void leak_in_timer(void)
{
	mod_timer(&timer, jiffies + 1);
	msleep(20);
	del_timer_sync(&timer);
}

static void take_twice(void)
{
	spin_lock(&spin);
	spin_lock(&spin);
}

static void mutex_twice(void)
{
	mutex_lock(&first);
	mutex_lock(&first);
}

/* ---- In operations of files: bug=files ---- */

static ssize_t read_with_lock(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	spin_lock(&spin);
	return 0;
}

static ssize_t write_masked(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	local_irq_disable();
	return count;
}

static const struct file_operations dev_fops = {
	.owner = THIS_MODULE,
	.read = read_with_lock,
	.write = write_masked,
};

static struct miscdevice dev = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = KBUILD_MODNAME,
	.fops = &dev_fops,
};

static int show_with_mutex(struct seq_file *m, void *v)
{
	mutex_lock(&first);
	seq_puts(m, "shown\n");
	return 0;
}

static bool has_files;

static void make_files(void)
{
	if (misc_register(&dev))
		return;
	has_files = true;
	proc_create_single(KBUILD_MODNAME, 0444, NULL, show_with_mutex);
}

static const struct {
	const char *name;
	void (*make)(void);
} bugs[] = {
	{ "sleep_in_atomic", sleep_in_atomic },
	{ "unlock_twice", unlock_twice },
	{ "assert_without_lock", assert_without_lock },
	{ "unlock_by_another", unlock_by_another },
	{ "leak_in_work", leak_in_work },
	{ "leak_in_timer", leak_in_timer },
	{ "leave_masked", leave_masked },
	{ "take_twice", take_twice },
	{ "mutex_twice", mutex_twice },
	{ "files", make_files },
};

static int __init lock_bugs_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bugs); i++) {
		if (!strcmp(bugs[i].name, bug)) {
			bugs[i].make();
			return 0;
		}
	}
	pr_err("lock_bugs: no such bug: %s\n", bug);
	return -EINVAL;
}

static void __exit lock_bugs_exit(void)
{
	if (!has_files)
		return;
	remove_proc_entry(KBUILD_MODNAME, NULL);
	misc_deregister(&dev);
}

module_init(lock_bugs_init);
module_exit(lock_bugs_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Mistakes with locks, one at a time");
