// SPDX-License-Identifier: MIT
/* What a driver's function did not leave as it was; <paddock/driver_call.h> tells why. */
#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <paddock/driver_call.h>

/* The mutex taken last, as far as the thread's list reaches. */
static const struct mutex *newest_mutex(void)
{
	unsigned int n = min_t(unsigned int, current->nr_held, ARRAY_SIZE(current->held_mutexes));

	return current->held_mutexes[n - 1];
}

void call_context_restore(const struct call_context *before, const char *what, const char *of, const void *fn)
{
	bool imbalance = preempt_count() != before->preempt_count, masked = irqs_disabled() && !before->irqs_off;
	bool unmasked = !irqs_disabled() && before->irqs_off;
	const char *by = of ? " by " : " ";

	of = of ? of : "";
	/* Put right first: what the report calls must not stumble over it. */
	current->preempt_count = before->preempt_count;
	if (masked)
		local_irq_enable();
	else if (unmasked)
		local_irq_disable();
	WARN(imbalance || masked || unmasked, "%s%s%s%s%pS returned with %s%s%s\n", what, *of ? " of " : "", of, by, fn,
	     imbalance ? "preemption imbalance" : "", imbalance && (masked || unmasked) ? " and " : "",
	     masked ? "disabled interrupts" : unmasked ? "enabled interrupts" : "");
	if (current->nr_held <= max(before->nr_mutexes, current->nr_held_told))
		return;
	/* Once: the functions that called this one return with it, too. */
	current->nr_held_told = current->nr_held;
	WARN(1, "%s%s%s%s%pS returned with mutex %pS held\n", what, *of ? " of " : "", of, by, fn, newest_mutex());
}
