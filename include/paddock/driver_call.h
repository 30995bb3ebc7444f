/* SPDX-License-Identifier: MIT */
/*
 * Calls into drivers: what they must leave as it was. A function of a driver's that returns with a spinlock held,
 * preemption off or interrupts masked would have whoever comes next pay for it: the kernel would stop somewhere else,
 * much later. So what was found before the call is put right after it, and a warning tells who. A mutex still
 * held is only told: nobody but its holder may unlock it.
 */
#pragma once

#include <linux/irqflags.h>
#include <linux/minmax.h>
#include <linux/preempt.h>
#include <linux/sched.h>

struct call_context {
	int preempt_count;
	bool irqs_off;
	unsigned int nr_mutexes;	/* held by this thread */
};

static inline struct call_context call_context_now(void)
{
	return (struct call_context){ preempt_count(), irqs_disabled(), current->nr_held };
}

/* call_context_restore - report the difference, and put right what can be. See call_context_check(). */
void call_context_restore(const struct call_context *before, const char *what, const char *of, const void *fn);

/*
 * call_context_check - @fn, called as @what ("initcall", "read"…), has returned.
 * @of: the file that it was called for, or NULL: @fn is the driver's own, and says enough.
 * Context: thread.
 */
static inline void call_context_check(const struct call_context *before, const char *what, const char *of,
				      const void *fn)
{
	if (unlikely(preempt_count() != before->preempt_count || irqs_disabled() != before->irqs_off ||
		     current->nr_held > max(before->nr_mutexes, current->nr_held_told)))
		call_context_restore(before, what, of, fn);
}

/* call_driver("read", "name", fn, args...) is fn(args...), checked. For functions that return something. */
#define call_driver(what, of, fn, ...)							\
({											\
	__auto_type fn_ = (fn);		/* open() may replace where it came from */	\
	const struct call_context before_ = call_context_now();				\
	__auto_type result_ = fn_(__VA_ARGS__);						\
											\
	call_context_check(&before_, what, of, fn_);					\
	result_;									\
})
