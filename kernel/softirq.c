// SPDX-License-Identifier: MIT
/*
 * Work that follows an interrupt: softirqs and, on top of them, tasklets.
 *
 * Raised softirqs of a CPU run at the end of the outermost interrupt, or when local_bh_enable() ends the last
 * section that kept them off: with interrupts on, never nested, never on two CPUs for the same raise. What is
 * raised again and again goes on in a thread, ksoftirqd/N, so that it cannot starve the others.
 */
#include <linux/export.h>
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include "deferred_find.h"
#include <paddock/irq.h>

#define MAX_ROUNDS 10

const char *const softirq_to_name[NR_SOFTIRQS] = {
	"HI", "TIMER", "NET_TX", "NET_RX", "BLOCK", "IRQ_POLL", "TASKLET", "SCHED", "HRTIMER", "RCU"
};

static struct softirq_action actions[NR_SOFTIRQS];
static DEFINE_PER_CPU(u32, pending);
static DEFINE_PER_CPU(struct task_struct *, ksoftirqd);

void open_softirq(int nr, void (*action)(struct softirq_action *))
{
	actions[nr].action = action;
}

static void wake_ksoftirqd(void)
{
	struct task_struct *t = __this_cpu_read(ksoftirqd);

	if (t)
		wake_up_process(t);
}

/* Interrupts masked. Outside interrupts nothing else would run it soon: the thread does. */
void raise_softirq_irqoff(unsigned int nr)
{
	__this_cpu_or(pending, 1u << nr);
	if (!in_interrupt())
		wake_ksoftirqd();
}

void raise_softirq(unsigned int nr)
{
	unsigned long flags;

	local_irq_save(flags);
	raise_softirq_irqoff(nr);
	local_irq_restore(flags);
}

/* Interrupts masked on entry and return, on in between. */
static __softirq_entry void run_pending(void)
{
	unsigned int rounds = MAX_ROUNDS;
	u32 todo;

	preempt_count_add(SOFTIRQ_OFFSET);
	while ((todo = __this_cpu_read(pending)) && rounds--) {
		__this_cpu_write(pending, 0);
		local_irq_enable();
		while (todo) {
			unsigned int nr = __builtin_ctz(todo);

			todo &= todo - 1;
			if (actions[nr].action)
				actions[nr].action(&actions[nr]);
		}
		local_irq_disable();
	}
	preempt_count_sub(SOFTIRQ_OFFSET);
	if (__this_cpu_read(pending))
		wake_ksoftirqd();
}

void do_softirq(void)
{
	unsigned long flags;

	if (in_interrupt())
		return;
	local_irq_save(flags);
	if (__this_cpu_read(pending))
		run_pending();
	local_irq_restore(flags);
}

void __local_bh_enable_ip(unsigned long ip, unsigned int cnt)
{
	WARN_ON_ONCE(in_hardirq());
	/* The last bit of the count goes after the work, so that nothing switches in between. */
	preempt_count_sub(cnt - 1);
	if (!in_interrupt() && __this_cpu_read(pending)) {
		unsigned long flags;

		local_irq_save(flags);
		run_pending();
		local_irq_restore(flags);
	}
	preempt_enable();
}
EXPORT_SYMBOL(__local_bh_enable_ip);

void local_bh_enable(void)
{
	__local_bh_enable_ip(0, SOFTIRQ_DISABLE_OFFSET);
}
EXPORT_SYMBOL(local_bh_enable);

void _local_bh_enable(void)
{
	preempt_count_sub(SOFTIRQ_DISABLE_OFFSET);
}
EXPORT_SYMBOL(_local_bh_enable);

static int ksoftirqd_main(void *unused)
{
	while (!kthread_should_stop()) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (!__this_cpu_read(pending))
			schedule();
		__set_current_state(TASK_RUNNING);
		do_softirq();
		cond_resched();
	}
	return 0;
}

/* Threads can be made only after boot has got that far; until then interrupts' ends do all the work. */
static int __init ksoftirqd_init(void)
{
	unsigned int cpu;

	for_each_online_cpu(cpu) {
		struct task_struct *t = kthread_create_on_cpu(ksoftirqd_main, NULL, cpu, "ksoftirqd/%u");

		if (IS_ERR(t))
			return PTR_ERR(t);
		per_cpu(ksoftirqd, cpu) = t;
		wake_up_process(t);
	}
	return 0;
}
early_initcall(ksoftirqd_init);

/* ---- Tasklets ---- */

struct tasklet_list {
	struct tasklet_struct *head, **tail;
	unsigned int nr;	/* other CPUs look whether it is 0; so it is steady while one is passed over */
};

/*
 * Index 0: HI_SOFTIRQ, 1: TASKLET_SOFTIRQ. This CPU only, interrupts masked. Invariant: a scheduled
 * tasklet is on a list, also while it is passed over; so tasklet_forget() finds it.
 */
static DEFINE_PER_CPU(struct tasklet_list, tasklet_lists[2]);

/* Interrupts masked. */
static void append_tasklet(struct tasklet_struct *t, bool high)
{
	struct tasklet_list *l = this_cpu_ptr(&tasklet_lists[!high]);

	if (!l->tail)
		l->tail = &l->head;
	t->next = NULL;
	*l->tail = t;
	l->tail = &t->next;
	raise_softirq_irqoff(high ? HI_SOFTIRQ : TASKLET_SOFTIRQ);
}

static void queue_tasklet(struct tasklet_struct *t, bool high)
{
	unsigned long flags;

	local_irq_save(flags);
	append_tasklet(t, high);
	this_cpu_ptr(&tasklet_lists[!high])->nr++;
	local_irq_restore(flags);
}

/* Take the tasklet that *@link points at off the list; interrupts masked. */
static void unlink_tasklet(struct tasklet_list *l, struct tasklet_struct **link)
{
	struct tasklet_struct *t = *link;

	*link = t->next;
	if (!*link)
		l->tail = link;
}

void __tasklet_schedule(struct tasklet_struct *t)
{
	queue_tasklet(t, false);
}
EXPORT_SYMBOL(__tasklet_schedule);

void __tasklet_hi_schedule(struct tasklet_struct *t)
{
	queue_tasklet(t, true);
}
EXPORT_SYMBOL(__tasklet_hi_schedule);

static void run_tasklets(bool high)
{
	struct tasklet_list *l = this_cpu_ptr(&tasklet_lists[!high]);
	unsigned int n;

	local_irq_disable();
	for (n = l->nr; n && l->head; n--) {
		struct tasklet_struct *t = l->head;

		unlink_tasklet(l, &l->head);
		/* Running elsewhere, or disabled: later. */
		if (test_and_set_bit(TASKLET_STATE_RUN, &t->state)) {
			append_tasklet(t, high);
			continue;
		}
		if (atomic_read(&t->count)) {
			clear_bit_unlock(TASKLET_STATE_RUN, &t->state);
			append_tasklet(t, high);
			continue;
		}
		l->nr--;
		clear_bit(TASKLET_STATE_SCHED, &t->state);
		local_irq_enable();
		if (t->use_callback)
			t->callback(t);
		else
			t->func(t->data);
		smp_mb__before_atomic();
		clear_bit_unlock(TASKLET_STATE_RUN, &t->state);
		local_irq_disable();
	}
	local_irq_enable();
}

static void tasklet_action(struct softirq_action *a)
{
	run_tasklets(false);
}

static void tasklet_hi_action(struct softirq_action *a)
{
	run_tasklets(true);
}

void tasklet_setup(struct tasklet_struct *t, void (*callback)(struct tasklet_struct *))
{
	*t = (struct tasklet_struct){ .callback = callback, .use_callback = true };
}
EXPORT_SYMBOL(tasklet_setup);

void tasklet_init(struct tasklet_struct *t, void (*func)(unsigned long), unsigned long data)
{
	*t = (struct tasklet_struct){ .func = func, .data = data };
}
EXPORT_SYMBOL(tasklet_init);

void tasklet_unlock_wait(struct tasklet_struct *t)
{
	while (test_bit(TASKLET_STATE_RUN, &t->state))
		arch_cpu_relax();
}
EXPORT_SYMBOL_GPL(tasklet_unlock_wait);

void tasklet_kill(struct tasklet_struct *t)
{
	while (test_and_set_bit(TASKLET_STATE_SCHED, &t->state))
		schedule_timeout_uninterruptible(1);
	tasklet_unlock_wait(t);
	clear_bit(TASKLET_STATE_SCHED, &t->state);
}
EXPORT_SYMBOL(tasklet_kill);

/* ---- What belongs to a module's text; see deferred.c ---- */

struct tasklet_search {
	unsigned long start, end;
	unsigned int skip;
	struct deferred *out;
	bool found;
};

/* On the CPU whose lists these are, interrupts masked. */
static void find_here(void *arg)
{
	struct tasklet_search *s = arg;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		struct tasklet_struct *t = this_cpu_ptr(&tasklet_lists[i])->head;

		for (; t && !s->found; t = t->next) {
			unsigned long fn = (unsigned long)t->func;

			if (fn < s->start || fn >= s->end || s->skip--)
				continue;
			s->found = true;
			s->out->function = fn;
			s->out->object = t;
			snprintf(s->out->detail, sizeof(s->out->detail), "%s on CPU %u",
				 atomic_read(&t->count) ? "scheduled but disabled" : "scheduled", smp_processor_id());
		}
	}
}

bool tasklets_find(unsigned long start, unsigned long end, struct deferred *out, unsigned int skip)
{
	struct tasklet_search s = { start, end, skip, out };
	unsigned int cpu, i;

	for_each_online_cpu(cpu)
		for (i = 0; i < 2 && !s.found; i++)
			if (READ_ONCE(per_cpu(tasklet_lists[i], cpu).nr)) {
				smp_call_function_single(cpu, find_here, &s, true);
				break;
			}
	return s.found;
}

static void forget_here(void *arg)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		struct tasklet_list *l = this_cpu_ptr(&tasklet_lists[i]);
		struct tasklet_struct **link;

		for (link = &l->head; *link; link = &(*link)->next) {
			if (*link == arg) {
				unlink_tasklet(l, link);
				l->nr--;
				clear_bit(TASKLET_STATE_SCHED, &((struct tasklet_struct *)arg)->state);
				return;
			}
		}
	}
}

void tasklet_forget(struct tasklet_struct *t)
{
	unsigned int cpu;

	for_each_online_cpu(cpu)
		smp_call_function_single(cpu, forget_here, t, true);
	tasklet_unlock_wait(t);
}

void __init softirq_init(void)
{
	open_softirq(TASKLET_SOFTIRQ, tasklet_action);
	open_softirq(HI_SOFTIRQ, tasklet_hi_action);
}
