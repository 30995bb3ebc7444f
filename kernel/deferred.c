// SPDX-License-Identifier: MIT
/*
 * Work still to be done by code in an address range: asked before a module's text is freed.
 *
 * Each kind of deferred work has a finder that copies the n-th matching item out, under its own
 * locks (deferred_find.h); so nothing is held while the caller looks at one. Items that come and go
 * meanwhile may be missed or seen twice: the caller asks again until nothing is found.
 */
#include <linux/completion.h>
#include <linux/export.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/timer.h>
#include <linux/workqueue.h>
#include <paddock/deferred.h>
#include <paddock/rcu.h>
#include <paddock/sched.h>
#include <paddock/workqueue.h>
#include "deferred_find.h"
#include "sched/sched.h"

#define MAX_REPORTED 256	/* of one kind: enough to name, and an end if items keep coming */

const char *deferred_kind_name(enum deferred_kind kind)
{
	static const char *const names[NR_DEFERRED_KINDS] = {
		[DEFERRED_TIMER] = "timer", [DEFERRED_HRTIMER] = "hrtimer", [DEFERRED_WORK] = "work item",
		[DEFERRED_TASKLET] = "tasklet", [DEFERRED_THREAD] = "thread", [DEFERRED_IRQ] = "interrupt handler",
		[DEFERRED_RCU] = "RCU callback", [DEFERRED_SOFTIRQ] = "softirq",
	};

	return kind < NR_DEFERRED_KINDS ? names[kind] : "?";
}

struct search {
	unsigned long start, end;
	unsigned int skip;
	bool found;
	struct deferred *out;
};

/* Does the search want this one? */
static bool matches(struct search *s, unsigned long function)
{
	if (s->found || function < s->start || function >= s->end)
		return false;
	if (s->skip) {
		s->skip--;
		return false;
	}
	s->found = true;
	s->out->function = function;
	return true;
}

static void visit_work(struct work_struct *work, work_func_t func, struct task_struct *runner, void *ctx)
{
	struct search *s = ctx;

	if (!matches(s, (unsigned long)func))
		return;
	s->out->object = work;
	if (runner)
		snprintf(s->out->detail, sizeof(s->out->detail), "running in %s on CPU %u", runner->comm,
			 task_cpu(runner));
	else
		snprintf(s->out->detail, sizeof(s->out->detail), "queued");
}

static bool works_find(unsigned long start, unsigned long end, struct deferred *out, unsigned int skip)
{
	struct search s = { start, end, skip, false, out };

	workqueue_visit(visit_work, &s);
	return s.found;
}

/*
 * A delayed work item waits as a timer whose function is the kernel's own: found by the item's
 * function. The timers' finder with the function's own range lists them all.
 */
static bool delayed_works_find(unsigned long start, unsigned long end, struct deferred *out, unsigned int skip)
{
	unsigned long fn = (unsigned long)delayed_work_timer_fn;
	unsigned int n;

	for (n = 0; n < 4096 && timers_find(fn, fn + 1, out, n); n++) {
		const struct timer_list *t = out->object;
		const struct delayed_work *dwork = container_of(t, struct delayed_work, timer);
		unsigned long func = (unsigned long)READ_ONCE(dwork->work.func);

		if (func < start || func >= end || skip--)
			continue;
		out->function = func;
		out->object = dwork;
		return true;
	}
	return false;
}

static bool visit_rcu(struct rcu_head *head, void *ctx)
{
	struct search *s = ctx;

	if (!matches(s, (unsigned long)head->func))
		return true;
	s->out->object = head;
	snprintf(s->out->detail, sizeof(s->out->detail), "waits for a grace period");
	return false;
}

static bool rcu_find(unsigned long start, unsigned long end, struct deferred *out, unsigned int skip)
{
	struct search s = { start, end, skip, false, out };

	rcu_for_each_callback(visit_rcu, &s);
	return s.found;
}

/* Does the sleeping thread @t have a frame in the range? Its stack stays while we are in an RCU reader. */
static bool stack_in_range(struct task_struct *t, unsigned long start, unsigned long end)
{
	unsigned long stack = (unsigned long)READ_ONCE(t->stack), fp, pc;
	unsigned int depth;

	if (!stack || !thread_saved_frame(t, &fp, &pc))
		return false;
	for (depth = 0; depth < 64; depth++) {
		if (pc >= start && pc < end)
			return true;
		if (fp < stack || fp > stack + THREAD_SIZE - 16 || fp & 7)
			return false;
		pc = ((unsigned long *)fp)[1];
		fp = ((unsigned long *)fp)[0];
	}
	return false;
}

static bool threads_find(unsigned long start, unsigned long end, struct deferred *out, unsigned int skip)
{
	struct search s = { start, end, skip, false, out };
	struct task_struct *t;

	rcu_read_lock();
	for_each_process(t) {
		unsigned long fn = (unsigned long)t->kthread->fn;

		if (t == current)
			continue;
		/* A thread that only passes through counts, too: it would return into freed memory. */
		if (!(fn >= start && fn < end) && stack_in_range(t, start, end))
			fn = start;
		if (matches(&s, fn)) {
			out->object = t;
			snprintf(out->detail, sizeof(out->detail), "pid %d (%s), %s", t->pid, t->comm,
				 READ_ONCE(t->on_cpu) ? "running" : "sleeping");
			break;
		}
	}
	rcu_read_unlock();
	return s.found;
}

typedef bool (*find_fn)(unsigned long start, unsigned long end, struct deferred *out, unsigned int skip);

static const struct {
	enum deferred_kind kind;
	find_fn find;
} finders[] = {
	{ DEFERRED_TIMER, timers_find },
	{ DEFERRED_HRTIMER, hrtimers_find },
	{ DEFERRED_WORK, works_find },
	{ DEFERRED_WORK, delayed_works_find },
	{ DEFERRED_TASKLET, tasklets_find },
	{ DEFERRED_THREAD, threads_find },
	{ DEFERRED_IRQ, irqs_find },
	{ DEFERRED_RCU, rcu_find },
};

unsigned int deferred_for_each(unsigned long start, unsigned long end,
			       bool (*visit)(const struct deferred *item, void *ctx), void *ctx)
{
	unsigned int i, n, visited = 0;

	for (i = 0; i < ARRAY_SIZE(finders); i++) {
		for (n = 0; n < MAX_REPORTED; n++) {
			struct deferred item = { .kind = finders[i].kind };

			if (!finders[i].find(start, end, &item, n))
				break;
			visited++;
			if (!visit(&item, ctx))
				return visited;
		}
	}
	return visited;
}

/* Returns whether it is gone. */
static bool cancel_one(const struct deferred *item, bool delayed)
{
	void *object = (void *)item->object;

	switch (item->kind) {
	case DEFERRED_TIMER:
		del_timer_sync(object);
		return true;
	case DEFERRED_HRTIMER:
		hrtimer_cancel(object);
		return true;
	case DEFERRED_WORK:
		if (delayed)
			cancel_delayed_work_sync(object);
		else
			cancel_work_sync(object);
		return true;
	case DEFERRED_TASKLET:
		tasklet_kill(object);
		return true;
	case DEFERRED_RCU:
		rcu_barrier();
		return true;
	default:
		return false;	/* threads and handlers: only their owner can end them */
	}
}

unsigned int deferred_cancel(unsigned long start, unsigned long end)
{
	unsigned int i, left = 0, rounds;

	for (i = 0; i < ARRAY_SIZE(finders); i++) {
		struct deferred item = { .kind = finders[i].kind };

		for (rounds = 0; rounds < MAX_REPORTED; rounds++) {
			if (!finders[i].find(start, end, &item, 0))
				break;
			if (!cancel_one(&item, finders[i].find == delayed_works_find))
				break;
		}
		if (finders[i].find(start, end, &item, 0))
			left++;
	}
	return left;
}
