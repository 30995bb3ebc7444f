// SPDX-License-Identifier: MIT
/*
 * A function called in each of the contexts that drivers know. All of them end in gen_call(), which
 * notes who it is. On a machine with one CPU "another CPU" is this one.
 */
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/hrtimer.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/workqueue.h>
#include "kfence_gen.h"

struct call {
	void (*fn)(void *);
	void *arg;
	struct gen_actor *who;
	struct completion done;
	struct timer_list timer;
	struct hrtimer hrtimer;
	struct work_struct work;
};

static noinline void gen_call(struct call *c)
{
	c->who->pid = current->pid;
	c->who->cpu = raw_smp_processor_id();
	strscpy(c->who->comm, current->comm, sizeof(c->who->comm));
	c->fn(c->arg);
	barrier();
}

static void in_timer(struct timer_list *timer)
{
	struct call *c = from_timer(c, timer, timer);

	gen_call(c);
	complete(&c->done);
}

static enum hrtimer_restart in_hrtimer(struct hrtimer *timer)
{
	struct call *c = container_of(timer, struct call, hrtimer);

	gen_call(c);
	complete(&c->done);
	return HRTIMER_NORESTART;
}

static void in_work(struct work_struct *work)
{
	gen_call(container_of(work, struct call, work));
}

static void in_ipi(void *arg)
{
	gen_call(arg);
}

static int in_kthread(void *arg)
{
	struct call *c = arg;

	gen_call(c);
	complete(&c->done);
	return 0;
}

static unsigned int some_other_cpu(void)
{
	unsigned int here = get_cpu(), other = cpumask_any_but(cpu_online_mask, here);

	put_cpu();
	return other < nr_cpu_ids ? other : here;
}

static void call_in_kthread(struct kunit *test, struct call *c)
{
	struct task_struct *t = kthread_create_on_cpu(in_kthread, c, some_other_cpu(), "gen/%u");

	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	get_task_struct(t);
	wake_up_process(t);
	wait_for_completion(&c->done);
	kthread_stop(t);
	put_task_struct(t);
}

void gen_run_in(struct kunit *test, enum gen_context context, void (*fn)(void *), void *arg, struct gen_actor *who)
{
	static DEFINE_SPINLOCK(lock);
	struct call c = { .fn = fn, .arg = arg, .who = who };
	unsigned long flags;

	init_completion(&c.done);
	who->pinned = context != GEN_THREAD && context != GEN_WORK;
	switch (context) {
	case GEN_THREAD:
		gen_call(&c);
		break;
	case GEN_IRQS_OFF:
		local_irq_save(flags);
		gen_call(&c);
		local_irq_restore(flags);
		break;
	case GEN_PREEMPT_OFF:
		preempt_disable();
		gen_call(&c);
		preempt_enable();
		break;
	case GEN_SPINLOCK:
		spin_lock(&lock);
		gen_call(&c);
		spin_unlock(&lock);
		break;
	case GEN_TIMER:
		timer_setup_on_stack(&c.timer, in_timer, 0);
		mod_timer(&c.timer, jiffies);
		wait_for_completion(&c.done);
		del_timer_sync(&c.timer);
		destroy_timer_on_stack(&c.timer);
		break;
	case GEN_HRTIMER:
		hrtimer_init_on_stack(&c.hrtimer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
		c.hrtimer.function = in_hrtimer;
		hrtimer_start(&c.hrtimer, 20000, HRTIMER_MODE_REL);
		wait_for_completion(&c.done);
		hrtimer_cancel(&c.hrtimer);
		destroy_hrtimer_on_stack(&c.hrtimer);
		break;
	case GEN_IPI:
		smp_call_function_single(some_other_cpu(), in_ipi, &c, 1);
		break;
	case GEN_WORK:
		INIT_WORK_ONSTACK(&c.work, in_work);
		schedule_work(&c.work);
		flush_work(&c.work);
		destroy_work_on_stack(&c.work);
		break;
	case GEN_OTHER_CPU:
		call_in_kthread(test, &c);
		break;
	case GEN_CONTEXTS:
		break;
	}
}
