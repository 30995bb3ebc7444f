// SPDX-License-Identifier: MIT
/*
 * Work still to be done by code in an address range: asked before a module's text is freed.
 *
 * Each kind of deferred work has a finder that copies the n-th matching item out, under its own
 * locks (deferred_find.h); so nothing is held while the caller looks at one. Items that come and go
 * meanwhile may be missed or seen twice: the caller asks again until nothing is found.
 */
#include <linux/completion.h>
#include <linux/device.h>
#include <linux/export.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/miscdevice.h>
#include <linux/rbtree.h>
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
		[DEFERRED_NOTIFIER] = "notifier", [DEFERRED_FILE] = "file", [DEFERRED_MISC] = "misc device",
		[DEFERRED_FOLDER] = "folder", [DEFERRED_DEVICE] = "device", [DEFERRED_CLASS] = "class",
		[DEFERRED_REGION] = "range of device numbers", [DEFERRED_CDEV] = "character device", [DEFERRED_OPEN] = "open file",
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

struct rb_node *deferred_find_node(struct rb_root_cached *tree, unsigned long start, unsigned long end,
				   unsigned int *skip, unsigned long (*function_of)(const struct rb_node *n))
{
	struct rb_node *n;

	for (n = rb_first_cached(tree); n; n = rb_next(n)) {
		unsigned long fn = function_of(n);

		if (fn < start || fn >= end)
			continue;
		if (!*skip)
			return n;
		--*skip;
	}
	return NULL;
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
			out->owned = fn == (unsigned long)t->kthread->fn;
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
} finders[] = {		/* what starts others first */
	{ DEFERRED_MISC, misc_find },
	{ DEFERRED_CDEV, cdevs_find },
	{ DEFERRED_DEVICE, devices_find },
	{ DEFERRED_CLASS, classes_find },
	{ DEFERRED_REGION, regions_find },
	{ DEFERRED_FILE, files_find },
	{ DEFERRED_OPEN, open_files_find },
	{ DEFERRED_IRQ, irqs_find },
	{ DEFERRED_NOTIFIER, notifiers_find },
	{ DEFERRED_TIMER, timers_find },
	{ DEFERRED_HRTIMER, hrtimers_find },
	{ DEFERRED_TASKLET, tasklets_find },
	{ DEFERRED_WORK, delayed_works_find },
	{ DEFERRED_WORK, works_find },
	{ DEFERRED_THREAD, threads_find },
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

/* ---- Draining ---- */

#define PATIENCE	HZ	/* for a thread to leave when asked to stop, for a work item to end */
#define PASSES		4	/* what runs may start more: another look, but not for ever */

/*
 * Ask the thread to stop, as its module's exit should have done, and wait a while: its code is still
 * there, so it may end by itself. One that merely passes through is only waited for.
 */
static bool stop_thread(const void *object, bool owned)
{
	struct task_struct *t, *found = NULL;
	bool gone;

	rcu_read_lock();
	for_each_process(t) {
		if (t == object) {
			found = get_task_struct(t);
			break;
		}
	}
	rcu_read_unlock();
	if (!found)
		return true;
	if (owned) {
		set_bit(KTHREAD_SHOULD_STOP, &found->kthread->flags);
		kthread_unpark(found);
		wake_up_process(found);
	}
	gone = wait_for_completion_timeout(&found->kthread->exited, PATIENCE) != 0;
	put_task_struct(found);
	return gone;
}

struct work_search {
	const struct work_struct *work;
	bool there;
};

/* Only the address is looked at: the item may have been freed by its own function. */
static void visit_one_work(struct work_struct *work, work_func_t func, struct task_struct *runner, void *ctx)
{
	struct work_search *s = ctx;

	s->there |= work == s->work;
}

/* Wait until the item neither waits nor runs; @cancel: take it off its queue whenever it is on one. */
static bool work_ends(struct work_struct *work, bool cancel)
{
	unsigned long deadline = jiffies + PATIENCE;

	do {
		struct work_search s = { .work = work };

		workqueue_visit(visit_one_work, &s);
		if (!s.there)
			return true;
		if (cancel)
			cancel_work(work);
		schedule_timeout_uninterruptible(1);
	} while (time_before(jiffies, deadline));
	return false;
}

/* What it would free shall be freed: let it run; but not one that queues itself for ever. */
static const char *end_work(struct work_struct *work)
{
	if (work_ends(work, false))
		return "run";
	return work_ends(work, true) ? "cancelled" : NULL;
}

/* Returns what became of it, or NULL: it stays. */
static const char *end_one(const struct deferred *item, bool delayed)
{
	void *object = (void *)item->object;

	switch (item->kind) {
	case DEFERRED_TIMER:
		del_timer_sync(object);
		return "deleted";
	case DEFERRED_HRTIMER:
		hrtimer_cancel(object);
		return "deleted";
	case DEFERRED_WORK:
		if (delayed) {
			cancel_delayed_work_sync(object);
			return "cancelled";
		}
		return end_work(object);
	case DEFERRED_TASKLET:
		tasklet_forget(object);
		return "killed";
	case DEFERRED_IRQ:
		free_irq(item->irq, object);
		return "freed";
	case DEFERRED_MISC:
		misc_deregister(object);
		return "removed";
	case DEFERRED_CDEV:
		cdev_forget(object);
		return "removed";
	case DEFERRED_DEVICE:
		device_unregister(object);
		return "removed";
	case DEFERRED_CLASS:
		class_unregister(object);
		return "removed";
	case DEFERRED_REGION:
		region_forget(object);
		return "given back";
	case DEFERRED_FILE:
	case DEFERRED_FOLDER:
		file_forget(item);
		return "removed";
	case DEFERRED_NOTIFIER:
		notifier_unregister(object);
		return "unregistered";
	case DEFERRED_RCU:
		rcu_barrier();
		return "run";
	case DEFERRED_THREAD:
		return stop_thread(object, item->owned) ? "stopped" : NULL;
	default:
		return NULL;
	}
}

static unsigned int drain_pass(unsigned long start, unsigned long end, deferred_tell_fn tell, void *ctx, unsigned int *stay)
{
	unsigned int i, rounds, found = 0;

	*stay = 0;
	for (i = 0; i < ARRAY_SIZE(finders); i++) {
		unsigned int staying = 0;

		for (rounds = 0; rounds < MAX_REPORTED; rounds++) {
			struct deferred item = { .kind = finders[i].kind };
			const char *outcome;

			if (!finders[i].find(start, end, &item, staying))
				break;
			found++;
			outcome = end_one(&item, finders[i].find == delayed_works_find);
			if (!outcome)
				staying++;
			tell(&item, outcome, ctx);
		}
		*stay += staying;
	}
	return found;
}

unsigned int deferred_drain(unsigned long start, unsigned long end, deferred_tell_fn tell, void *ctx)
{
	unsigned int pass, stay;

	for (pass = 0; pass < PASSES; pass++) {
		unsigned int found = drain_pass(start, end, tell, ctx, &stay);

		/* Only when a look found nothing is it over; what merely stays is not asked again. */
		if (!found || found == stay)
			break;
	}
	return stay;
}
