// SPDX-License-Identifier: MIT
/*
 * Timers with jiffies resolution (struct timer_list): a tree per CPU, ordered by expiry.
 *
 * A timer lives on the base of the CPU that started it, or that add_timer_on() named; its flags say which.
 * Expired timers run in the TIMER softirq of that CPU, one after another, without the base's lock.
 *
 * Locks: base->lock guards the tree, each timer's entry and expires, and running. Taken in any context.
 * A timer moves between bases only while it is pending on none, under its old base's lock.
 */
#include <linux/export.h>
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/rbtree.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <paddock/sched.h>
#include "../deferred_find.h"
#include "tick.h"

struct timer_base {
	raw_spinlock_t lock;
	struct rb_root_cached tree;	/* [L] pending timers, earliest first */
	struct timer_list *running;	/* [L] whose function runs now */
	unsigned int cpu;		/* [I] */
};

static DEFINE_PER_CPU(struct timer_base, timer_bases);

static void no_function(struct timer_list *t)
{
}

void init_timer_key(struct timer_list *timer, void (*func)(struct timer_list *), unsigned int flags,
		    const char *name, void *key)
{
	RB_CLEAR_NODE(&timer->entry);
	timer->function = func;
	timer->flags = (flags & ~TIMER_CPUMASK) | raw_smp_processor_id();
}
EXPORT_SYMBOL(init_timer_key);

/* Lock the base that @timer belongs to; it may change while nobody holds the lock, so look again. */
static struct timer_base *lock_base(struct timer_list *timer, unsigned long *flags)
{
	for (;;) {
		u32 tf = READ_ONCE(timer->flags);
		struct timer_base *base;

		if ((tf & TIMER_CPUMASK) == TIMER_CPUMASK) {	/* between two bases */
			arch_cpu_relax();
			continue;
		}
		base = &per_cpu(timer_bases, tf & TIMER_CPUMASK);
		raw_spin_lock_irqsave(&base->lock, *flags);
		if (tf == READ_ONCE(timer->flags))
			return base;
		raw_spin_unlock_irqrestore(&base->lock, *flags);
	}
}

/* When does jiffy @j begin, by the clock? Past ones: now. */
static u64 jiffy_to_ns(unsigned long j)
{
	long ahead = j - INITIAL_JIFFIES;

	return ahead <= 0 ? 0 : (u64)ahead * TICK_NSEC;
}

static bool earlier(struct rb_node *a, const struct rb_node *b)
{
	return time_before(rb_entry(a, struct timer_list, entry)->expires,
			   rb_entry(b, struct timer_list, entry)->expires);
}

static void wake_base(void *unused)
{
	struct timer_base *base = this_cpu_ptr(&timer_bases);
	struct rb_node *first;
	unsigned long flags;

	raw_spin_lock_irqsave(&base->lock, flags);
	first = rb_first_cached(&base->tree);
	if (first)
		tick_program(jiffy_to_ns(rb_entry(first, struct timer_list, entry)->expires));
	raw_spin_unlock_irqrestore(&base->lock, flags);
}

static DEFINE_PER_CPU(call_single_data_t, base_csd);

/* Queue; base->lock held. Returns true if another CPU must look at its alarm. */
static bool enqueue(struct timer_base *base, struct timer_list *timer)
{
	bool leftmost = rb_add_cached(&timer->entry, &base->tree, earlier);

	if (!leftmost)
		return false;
	if (base->cpu != raw_smp_processor_id())
		return true;
	tick_program(jiffy_to_ns(timer->expires));
	return false;
}

static void poke(unsigned int cpu)
{
	/* -EBUSY: it is on its way there already, and will see our timer: it looks after it is freed again. */
	smp_call_function_single_async(cpu, &per_cpu(base_csd, cpu));
}

static bool detach(struct timer_base *base, struct timer_list *timer)
{
	if (!timer_pending(timer))
		return false;
	rb_erase_cached(&timer->entry, &base->tree);
	RB_CLEAR_NODE(&timer->entry);
	return true;
}

#define MOD_PENDING_ONLY	1
#define MOD_REDUCE		2

static int modify(struct timer_list *timer, unsigned long expires, int how, int cpu)
{
	struct timer_base *base, *target;
	unsigned long flags;
	bool pending, remote;
	unsigned int poke_cpu;

	base = lock_base(timer, &flags);
	pending = timer_pending(timer);
	if (!timer->function ||				/* shut down */
	    (!pending && (how & MOD_PENDING_ONLY)) ||
	    (pending && (how & MOD_REDUCE) && !time_before(expires, timer->expires)) ||
	    (pending && cpu < 0 && timer->expires == expires)) {
		raw_spin_unlock_irqrestore(&base->lock, flags);
		return pending;
	}
	detach(base, timer);
	/* To the CPU asked for or this one; but a running timer stays, so that del_timer_sync() finds it. */
	target = &per_cpu(timer_bases, cpu >= 0 ? cpu : raw_smp_processor_id());
	if (target != base && base->running != timer) {
		/* In between it is on no base, and lock_base() waits. */
		WRITE_ONCE(timer->flags, timer->flags | TIMER_CPUMASK);
		raw_spin_unlock(&base->lock);
		base = target;
		raw_spin_lock(&base->lock);
		WRITE_ONCE(timer->flags, (timer->flags & ~TIMER_CPUMASK) | base->cpu);
	}
	timer->expires = expires;
	remote = enqueue(base, timer);
	poke_cpu = base->cpu;
	raw_spin_unlock_irqrestore(&base->lock, flags);
	if (remote)
		poke(poke_cpu);
	return pending;
}

int mod_timer(struct timer_list *timer, unsigned long expires)
{
	return modify(timer, expires, 0, -1);
}
EXPORT_SYMBOL(mod_timer);

int mod_timer_pending(struct timer_list *timer, unsigned long expires)
{
	return modify(timer, expires, MOD_PENDING_ONLY, -1);
}
EXPORT_SYMBOL(mod_timer_pending);

int timer_reduce(struct timer_list *timer, unsigned long expires)
{
	return modify(timer, expires, MOD_REDUCE, -1);
}
EXPORT_SYMBOL(timer_reduce);

void add_timer(struct timer_list *timer)
{
	BUG_ON(timer_pending(timer));
	modify(timer, timer->expires, 0, -1);
}
EXPORT_SYMBOL(add_timer);

void add_timer_on(struct timer_list *timer, int cpu)
{
	BUG_ON(timer_pending(timer));
	modify(timer, timer->expires, 0, cpu);
}
EXPORT_SYMBOL_GPL(add_timer_on);

static int remove(struct timer_list *timer, bool sync, bool shutdown)
{
	struct timer_base *base;
	unsigned long flags;
	int ret;

	base = lock_base(timer, &flags);
	if (sync && base->running == timer) {
		ret = -1;
	} else {
		ret = detach(base, timer);
	}
	if (shutdown)
		timer->function = NULL;
	raw_spin_unlock_irqrestore(&base->lock, flags);
	return ret;
}

int del_timer(struct timer_list *timer)
{
	return remove(timer, false, false);
}
EXPORT_SYMBOL(del_timer);

int try_to_del_timer_sync(struct timer_list *timer)
{
	return remove(timer, true, false);
}
EXPORT_SYMBOL(try_to_del_timer_sync);

static int remove_sync(struct timer_list *timer, bool shutdown)
{
	int ret;

	/* In a hard interrupt on top of the function itself this would wait for ever. */
	WARN_ON(in_hardirq() && !(timer->flags & TIMER_IRQSAFE));
	while ((ret = remove(timer, true, shutdown)) < 0)
		arch_cpu_relax();
	return ret;
}

int del_timer_sync(struct timer_list *timer)
{
	return remove_sync(timer, false);
}
EXPORT_SYMBOL(del_timer_sync);

int timer_shutdown(struct timer_list *timer)
{
	return remove(timer, false, true);
}
EXPORT_SYMBOL_GPL(timer_shutdown);

int timer_shutdown_sync(struct timer_list *timer)
{
	return remove_sync(timer, true);
}
EXPORT_SYMBOL_GPL(timer_shutdown_sync);

/* ---- Expiry ---- */

static void run_timer_softirq(struct softirq_action *unused)
{
	struct timer_base *base = this_cpu_ptr(&timer_bases);
	struct rb_node *first;

	raw_spin_lock_irq(&base->lock);
	while ((first = rb_first_cached(&base->tree))) {
		struct timer_list *timer = rb_entry(first, struct timer_list, entry);
		void (*fn)(struct timer_list *) = timer->function;
		int count;

		if (time_after(timer->expires, jiffies)) {
			tick_program(jiffy_to_ns(timer->expires));
			break;
		}
		detach(base, timer);
		base->running = timer;
		raw_spin_unlock_irq(&base->lock);
		count = preempt_count();
		(fn ? fn : no_function)(timer);		/* may free the timer */
		if (WARN_ONCE(preempt_count() != count, "timer: %pS preempt leak: %08x -> %08x?\n",
			      fn, count, preempt_count()))
			preempt_count_sub(preempt_count() - count);
		raw_spin_lock_irq(&base->lock);
		base->running = NULL;
	}
	raw_spin_unlock_irq(&base->lock);
}

u64 timers_check(u64 now)
{
	struct timer_base *base = this_cpu_ptr(&timer_bases);
	struct rb_node *first;
	u64 next = U64_MAX;

	raw_spin_lock(&base->lock);
	first = rb_first_cached(&base->tree);
	if (first)
		next = jiffy_to_ns(rb_entry(first, struct timer_list, entry)->expires);
	raw_spin_unlock(&base->lock);
	if (next <= now) {
		raise_softirq_irqoff(TIMER_SOFTIRQ);
		return U64_MAX;		/* the softirq sets the alarm for the rest */
	}
	return next;
}

void __init timers_init(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		struct timer_base *base = &per_cpu(timer_bases, cpu);

		raw_spin_lock_init(&base->lock);
		base->tree = RB_ROOT_CACHED;
		base->cpu = cpu;
		INIT_CSD(&per_cpu(base_csd, cpu), wake_base, NULL);
	}
	open_softirq(TIMER_SOFTIRQ, run_timer_softirq);
}

/* ---- What belongs to a module's text; see deferred.c ---- */

static unsigned long function_of(const struct rb_node *n)
{
	return (unsigned long)rb_entry(n, struct timer_list, entry)->function;
}

bool timers_find(unsigned long start, unsigned long end, struct deferred *out, unsigned int skip)
{
	struct rb_node *n = NULL;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		struct timer_base *base = &per_cpu(timer_bases, cpu);

		raw_spin_lock_irq(&base->lock);
		n = deferred_find_node(&base->tree, start, end, &skip, function_of);
		if (n) {
			struct timer_list *t = rb_entry(n, struct timer_list, entry);

			out->function = (unsigned long)t->function;
			out->object = t;
			snprintf(out->detail, sizeof(out->detail), "expires in %ld ms",
				 (long)(t->expires - jiffies));
		}
		raw_spin_unlock_irq(&base->lock);
		if (n)
			break;
	}
	return n;
}

/* ---- Sleeping in jiffies ---- */

struct sleeper {
	struct timer_list timer;
	struct task_struct *task;
};

static void wake_sleeper(struct timer_list *t)
{
	wake_up_process(from_timer((struct sleeper *)NULL, t, timer)->task);
}

long schedule_timeout(long timeout)
{
	struct sleeper s = { .task = current };
	unsigned long expires;

	if (timeout == MAX_SCHEDULE_TIMEOUT) {
		schedule();
		return timeout;
	}
	if (timeout < 0) {
		pr_err("schedule_timeout: wrong timeout value %lx\n", timeout);
		__set_current_state(TASK_RUNNING);
		return 0;
	}
	expires = jiffies + timeout;
	timer_setup_on_stack(&s.timer, wake_sleeper, 0);
	mod_timer(&s.timer, expires);
	schedule();
	del_timer_sync(&s.timer);
	timeout = expires - jiffies;
	return timeout < 0 ? 0 : timeout;
}
EXPORT_SYMBOL(schedule_timeout);

/* Waiting for a device: nothing counts that apart here. */
void io_schedule(void)
{
	schedule();
}
EXPORT_SYMBOL(io_schedule);

long io_schedule_timeout(long timeout)
{
	return schedule_timeout(timeout);
}
EXPORT_SYMBOL(io_schedule_timeout);

#define SCHEDULE_TIMEOUT_IN(name, state)			\
long schedule_timeout_##name(long timeout)			\
{								\
	__set_current_state(state);				\
	return schedule_timeout(timeout);			\
}								\
EXPORT_SYMBOL(schedule_timeout_##name)

SCHEDULE_TIMEOUT_IN(interruptible, TASK_INTERRUPTIBLE);
SCHEDULE_TIMEOUT_IN(killable, TASK_KILLABLE);
SCHEDULE_TIMEOUT_IN(uninterruptible, TASK_UNINTERRUPTIBLE);
SCHEDULE_TIMEOUT_IN(idle, TASK_IDLE);
