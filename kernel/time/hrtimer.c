// SPDX-License-Identifier: MIT
/*
 * Timers with nanosecond resolution: a tree per CPU, run straight from the timer interrupt.
 *
 * Expiry times are kept by the timer's own clock; the tree is ordered by the monotonic one.
 * Locks: base->lock guards the tree, running and each timer's fields. Taken in any context.
 */
#include <linux/export.h>
#include <linux/hrtimer.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/rbtree.h>
#include <linux/sched.h>
#include <linux/wait.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include "../deferred_find.h"
#include "tick.h"

struct hrtimer_base {
	raw_spinlock_t lock;
	struct rb_root_cached tree;	/* [L] */
	struct hrtimer *running;	/* [L] */
};

static DEFINE_PER_CPU(struct hrtimer_base, hrtimer_bases) = {
	.lock = __RAW_SPIN_LOCK_UNLOCKED(hrtimer_bases.lock),
};

/* By the monotonic clock. */
static ktime_t expiry(const struct hrtimer *t)
{
	return t->_softexpires - (t->is_real ? READ_ONCE(wall_offset_ns) : 0);
}

static bool earlier(struct rb_node *a, const struct rb_node *b)
{
	return expiry(rb_entry(a, struct hrtimer, node)) < expiry(rb_entry(b, struct hrtimer, node));
}

static struct hrtimer_base *lock_base(const struct hrtimer *t, unsigned long *flags)
{
	for (;;) {
		u32 cpu = READ_ONCE(t->cpu);
		struct hrtimer_base *base = &per_cpu(hrtimer_bases, cpu);

		raw_spin_lock_irqsave(&base->lock, *flags);
		if (cpu == READ_ONCE(t->cpu))
			return base;
		raw_spin_unlock_irqrestore(&base->lock, *flags);
	}
}

void hrtimer_init(struct hrtimer *timer, clockid_t which_clock, enum hrtimer_mode mode)
{
	memset(timer, 0, sizeof(*timer));
	RB_CLEAR_NODE(&timer->node);
	timer->is_real = which_clock == CLOCK_REALTIME;
	timer->cpu = raw_smp_processor_id();
}
EXPORT_SYMBOL_GPL(hrtimer_init);

static void enqueue(struct hrtimer_base *base, struct hrtimer *t)
{
	t->is_queued = 1;
	if (rb_add_cached(&t->node, &base->tree, earlier))
		tick_program(max_t(s64, 0, expiry(t)));
}

static bool dequeue(struct hrtimer_base *base, struct hrtimer *t)
{
	if (!t->is_queued)
		return false;
	rb_erase_cached(&t->node, &base->tree);
	RB_CLEAR_NODE(&t->node);
	t->is_queued = 0;
	return true;
}

ktime_t hrtimer_cb_get_time(const struct hrtimer *timer)
{
	return timer->is_real ? ktime_get_real() : ktime_get();
}
EXPORT_SYMBOL(hrtimer_cb_get_time);

/* Always on this CPU, so that its own alarm can be set; but a running one stays where it is found. */
void hrtimer_start_range_ns(struct hrtimer *timer, ktime_t tim, u64 range_ns, const enum hrtimer_mode mode)
{
	struct hrtimer_base *base, *here;
	unsigned long flags;

	base = lock_base(timer, &flags);
	dequeue(base, timer);
	timer->_softexpires = mode & HRTIMER_MODE_REL ? ktime_add_safe(hrtimer_cb_get_time(timer), tim) : tim;
	here = this_cpu_ptr(&hrtimer_bases);
	if (base == here) {
		enqueue(base, timer);
	} else if (base->running == timer) {
		/* Its CPU queues it when the function has returned, see hrtimers_run(). */
		timer->is_queued = 0;
		rb_add_cached(&timer->node, &base->tree, earlier);
		timer->is_queued = 1;
	} else {
		raw_spin_unlock(&base->lock);
		raw_spin_lock(&here->lock);
		WRITE_ONCE(timer->cpu, raw_smp_processor_id());
		enqueue(here, timer);
		base = here;
	}
	raw_spin_unlock_irqrestore(&base->lock, flags);
}
EXPORT_SYMBOL_GPL(hrtimer_start_range_ns);

void hrtimer_restart(struct hrtimer *timer)
{
	hrtimer_start(timer, timer->_softexpires, HRTIMER_MODE_ABS);
}

int hrtimer_try_to_cancel(struct hrtimer *timer)
{
	struct hrtimer_base *base;
	unsigned long flags;
	int ret;

	base = lock_base(timer, &flags);
	ret = base->running == timer ? -1 : dequeue(base, timer);
	raw_spin_unlock_irqrestore(&base->lock, flags);
	return ret;
}
EXPORT_SYMBOL_GPL(hrtimer_try_to_cancel);

int hrtimer_cancel(struct hrtimer *timer)
{
	int ret;

	while ((ret = hrtimer_try_to_cancel(timer)) < 0)
		arch_cpu_relax();
	return ret;
}
EXPORT_SYMBOL_GPL(hrtimer_cancel);

int hrtimer_callback_running(struct hrtimer *timer)
{
	return READ_ONCE(per_cpu(hrtimer_bases, timer->cpu).running) == timer;
}

bool hrtimer_active(const struct hrtimer *timer)
{
	struct hrtimer_base *base;
	unsigned long flags;
	bool ret;

	base = lock_base(timer, &flags);
	ret = timer->is_queued || base->running == timer;
	raw_spin_unlock_irqrestore(&base->lock, flags);
	return ret;
}
EXPORT_SYMBOL_GPL(hrtimer_active);

u64 hrtimer_forward(struct hrtimer *timer, ktime_t now, ktime_t interval)
{
	s64 late = now - timer->_softexpires;
	u64 n;

	if (late < 0 || interval <= 0)
		return 0;
	n = late / interval + 1;
	timer->_softexpires += n * interval;
	return n;
}
EXPORT_SYMBOL_GPL(hrtimer_forward);

u64 hrtimers_run(u64 now)
{
	struct hrtimer_base *base = this_cpu_ptr(&hrtimer_bases);
	struct rb_node *first;
	u64 next = U64_MAX;

	raw_spin_lock(&base->lock);
	while ((first = rb_first_cached(&base->tree))) {
		struct hrtimer *t = rb_entry(first, struct hrtimer, node);
		enum hrtimer_restart again;

		if (expiry(t) > (s64)now) {
			next = expiry(t);
			break;
		}
		dequeue(base, t);
		base->running = t;
		raw_spin_unlock(&base->lock);
		again = t->function(t);		/* without restart it may have freed the timer */
		raw_spin_lock(&base->lock);
		base->running = NULL;
		if (again == HRTIMER_RESTART && !t->is_queued)
			enqueue(base, t);
	}
	raw_spin_unlock(&base->lock);
	return next;
}

/* ---- What belongs to a module's text; see deferred.c ---- */

static unsigned long function_of(const struct rb_node *n)
{
	return (unsigned long)rb_entry(n, struct hrtimer, node)->function;
}

bool hrtimers_find(unsigned long start, unsigned long end, struct deferred *out, unsigned int skip)
{
	struct rb_node *n = NULL;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		struct hrtimer_base *base = &per_cpu(hrtimer_bases, cpu);

		raw_spin_lock_irq(&base->lock);
		n = deferred_find_node(&base->tree, start, end, &skip, function_of);
		if (n) {
			struct hrtimer *t = rb_entry(n, struct hrtimer, node);

			out->function = (unsigned long)t->function;
			out->object = t;
			snprintf(out->detail, sizeof(out->detail), "expires in %lld us",
				 (long long)(expiry(t) - ktime_get()) / 1000);
		}
		raw_spin_unlock_irq(&base->lock);
		if (n)
			break;
	}
	return n;
}

/* ---- Sleeping ---- */

static enum hrtimer_restart wake_sleeper(struct hrtimer *timer)
{
	struct hrtimer_sleeper *s = container_of(timer, struct hrtimer_sleeper, timer);
	struct task_struct *task = s->task;

	WRITE_ONCE(s->task, NULL);
	if (task)
		wake_up_process(task);
	return HRTIMER_NORESTART;
}

int schedule_hrtimeout_range(ktime_t *expires, u64 delta, const enum hrtimer_mode mode)
{
	struct hrtimer_sleeper s = { .task = current };
	bool fired;

	if (!expires) {
		schedule();
		return -EINTR;
	}
	hrtimer_init_on_stack(&s.timer, CLOCK_MONOTONIC, mode);
	s.timer.function = wake_sleeper;
	hrtimer_start(&s.timer, *expires, mode);
	if (READ_ONCE(s.task))
		schedule();
	hrtimer_cancel(&s.timer);
	fired = !READ_ONCE(s.task);
	__set_current_state(TASK_RUNNING);
	return fired ? 0 : -EINTR;
}
EXPORT_SYMBOL_GPL(schedule_hrtimeout_range);

int schedule_hrtimeout(ktime_t *expires, const enum hrtimer_mode mode)
{
	return schedule_hrtimeout_range(expires, 0, mode);
}
EXPORT_SYMBOL_GPL(schedule_hrtimeout);

void schedule_hrtimeout_until(ktime_t deadline)
{
	schedule_hrtimeout_range(&deadline, 0, HRTIMER_MODE_ABS);
}
EXPORT_SYMBOL(schedule_hrtimeout_until);
