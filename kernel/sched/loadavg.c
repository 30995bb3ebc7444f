// SPDX-License-Identifier: MIT
/*
 * The load average: how many threads ran, waited for a CPU, or slept uninterruptibly, averaged over
 * about 1, 5 and 15 minutes. Sampled every five seconds; fixed point with FSHIFT bits.
 *
 * Each sample moves the average by 1 - e^(-5/T) of the difference.
 */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/timer.h>
#include <paddock/sched.h>
#include "sched.h"

#define PERIOD	(5 * HZ)

/* FIXED_1 / e^(5/60), e^(5/300), e^(5/900) */
static const unsigned long decay[3] = { 1884, 2014, 2037 };
static unsigned long average[3];	/* written by the timer only */
static struct timer_list sample_timer;

static unsigned long active_threads(void)
{
	struct task_struct *t;
	unsigned long n = nr_running();

	rcu_read_lock();
	for_each_process(t) {
		unsigned int state = READ_ONCE(t->__state);

		/* One that never ran waits for its first wakeup: no load. */
		if ((state & TASK_UNINTERRUPTIBLE) && !(state & TASK_NOLOAD) && t->sum_exec_ns)
			n++;
	}
	rcu_read_unlock();
	return n;
}

static void sample(struct timer_list *timer)
{
	unsigned long now = active_threads() * FIXED_1;
	unsigned int i;

	for (i = 0; i < 3; i++)
		WRITE_ONCE(average[i], (average[i] * decay[i] + now * (FIXED_1 - decay[i])) / FIXED_1);
	mod_timer(timer, jiffies + PERIOD);
}

void get_avenrun(unsigned long *loads, unsigned long offset, int shift)
{
	unsigned int i;

	for (i = 0; i < 3; i++)
		loads[i] = (READ_ONCE(average[i]) + offset) << shift;
}

static int __init loadavg_init(void)
{
	timer_setup(&sample_timer, sample, 0);
	mod_timer(&sample_timer, jiffies + PERIOD);
	return 0;
}
core_initcall(loadavg_init);
