// SPDX-License-Identifier: MIT
/*
 * Time, just in time: files in /proc/jit whose reading waits, each in another way, and tells for how long.
 *
 *	cat /proc/jit/sleep /proc/jit/schedule /proc/jit/queue /proc/jit/timer /proc/jit/tasklet
 *
 * The times are told as "at least", since how much more it is depends on what else the CPU did.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/timer.h>
#include <linux/wait.h>

static unsigned int delay_ms = 10;
module_param(delay_ms, uint, 0644);
MODULE_PARM_DESC(delay_ms, "how long the files wait");

/* ---- Waiting in the reader's thread ---- */

static void by_sleep(void)
{
	msleep(delay_ms);
}

static void by_busy_waiting(void)
{
	unsigned long end = jiffies + msecs_to_jiffies(delay_ms) + 1;

	while (time_before(jiffies, end))
		cpu_relax();
}

static void by_schedule(void)
{
	unsigned long end = jiffies + msecs_to_jiffies(delay_ms) + 1;

	while (time_before(jiffies, end))
		schedule();
}

static void by_queue(void)
{
	DECLARE_WAIT_QUEUE_HEAD(nobody);

	wait_event_timeout(nobody, 0, msecs_to_jiffies(delay_ms) + 1);
}

static void by_timeout(void)
{
	set_current_state(TASK_UNINTERRUPTIBLE);
	schedule_timeout(msecs_to_jiffies(delay_ms) + 1);
}

/* Counts cycles by a rate that boot measured, in a guest roughly: it may be over a little early by ktime_get()'s clock. */
static void by_delay(void)
{
	mdelay(delay_ms);
}

static void by_range(void)
{
	usleep_range(delay_ms * 1000, delay_ms * 1500);
}

/* ---- Later, in an interrupt's tail ---- */

struct later {
	struct timer_list timer;
	struct tasklet_struct tasklet;
	struct completion done;
	bool in_softirq;
};

static void on_timer(struct timer_list *t)
{
	struct later *later = from_timer(later, t, timer);

	later->in_softirq = in_softirq();
	complete(&later->done);
}

static void on_tasklet(struct tasklet_struct *t)
{
	struct later *later = from_tasklet(later, t, tasklet);

	later->in_softirq = in_softirq();
	complete(&later->done);
}

static void by_timer(void)
{
	struct later later;

	init_completion(&later.done);
	timer_setup_on_stack(&later.timer, on_timer, 0);
	later.timer.expires = jiffies + msecs_to_jiffies(delay_ms) + 1;
	add_timer(&later.timer);
	wait_for_completion(&later.done);
	del_timer_sync(&later.timer);
	destroy_timer_on_stack(&later.timer);
}

static int tasklet_show(struct seq_file *m, void *unused)
{
	struct later later;

	init_completion(&later.done);
	tasklet_setup(&later.tasklet, on_tasklet);
	tasklet_schedule(&later.tasklet);
	wait_for_completion(&later.done);
	tasklet_kill(&later.tasklet);
	seq_printf(m, "tasklet: %s\n", later.in_softirq ? "softirq" : "elsewhere");
	return 0;
}

static const struct way {
	const char *name;
	void (*wait)(void);
} ways[] = {
	{ "sleep", by_sleep }, { "busy", by_busy_waiting }, { "schedule", by_schedule }, { "queue", by_queue },
	{ "timeout", by_timeout }, { "delay", by_delay }, { "range", by_range }, { "timer", by_timer },
};

/* After late ticks jiffies lag behind; all of them come at once, and what is timed from here on begins right. */
static void await_tick(void)
{
	unsigned long now = jiffies;

	while (jiffies == now)
		cpu_relax();
}

static int way_show(struct seq_file *m, void *unused)
{
	const struct way *way = m->private;
	ktime_t before;
	s64 us;

	await_tick();
	before = ktime_get();
	way->wait();
	us = ktime_us_delta(ktime_get(), before);
	if (way->wait == by_delay)
		us += us / 8;
	seq_printf(m, "%s: %s %u ms\n", way->name, us >= delay_ms * 1000 ? "at least" : "less than", delay_ms);
	return 0;
}

static int __init jit_init(void)
{
	struct proc_dir_entry *dir = proc_mkdir("jit", NULL);
	int i;

	if (!dir)
		return -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(ways); i++)
		if (!proc_create_single_data(ways[i].name, 0, dir, way_show, (void *)&ways[i]))
			goto fail;
	if (!proc_create_single("tasklet", 0, dir, tasklet_show))
		goto fail;
	return 0;
fail:
	remove_proc_subtree("jit", NULL);
	return -ENOMEM;
}

static void __exit jit_exit(void)
{
	remove_proc_subtree("jit", NULL);
}

module_init(jit_init);
module_exit(jit_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Ways to wait");
