// SPDX-License-Identifier: MIT
/*
 * Signals, as far as kernel threads know them: a set of numbers in the task, and a wakeup of those
 * that sleep interruptibly. Nothing is delivered: the thread looks at signal_pending() itself,
 * most often through an interruptible wait that returns -ERESTARTSYS.
 *
 * Threads of commands (thread_run()) take all signals; drivers' kthreads only those that they allowed.
 */
#include <linux/bitops.h>
#include <linux/export.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include "sched.h"

int send_sig(int sig, struct task_struct *p, int priv)
{
	if (sig < 1 || sig > 63)
		return -EINVAL;
	if (!(READ_ONCE(p->allowed_signals) >> sig & 1))
		return 0;
	set_bit(sig, &p->pending_signals);
	/* set_bit() before the state is read: try_to_wake_up() has the barrier. */
	try_to_wake_up(p, TASK_INTERRUPTIBLE | (sig == SIGKILL ? TASK_WAKEKILL : 0), 0);
	return 0;
}
EXPORT_SYMBOL(send_sig);

void flush_signals(struct task_struct *t)
{
	WRITE_ONCE(t->pending_signals, 0);
}
EXPORT_SYMBOL(flush_signals);

int allow_signal(int sig)
{
	if (sig < 1 || sig > 63)
		return -EINVAL;
	set_bit(sig, &current->allowed_signals);
	return 0;
}
EXPORT_SYMBOL(allow_signal);

void disallow_signal(int sig)
{
	if (sig < 1 || sig > 63)
		return;
	clear_bit(sig, &current->allowed_signals);
	clear_bit(sig, &current->pending_signals);
}
EXPORT_SYMBOL(disallow_signal);
