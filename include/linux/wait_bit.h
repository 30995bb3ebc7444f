/* SPDX-License-Identifier: MIT */
/*
 * Waiting for a bit of a word to become clear, and for a variable: without a queue in the structure. The waiters of all
 * words and variables share a few queues, chosen by address; a waiter knows its own by the key.
 *
 * Whoever clears a bit calls wake_up_bit() after it, with a barrier between (clear_and_wake_up_bit() has both).
 */
#pragma once

#include <linux/bitops.h>
#include <linux/wait.h>

struct wait_bit_key {
	void *flags;			/* the word */
	int bit_nr;
	unsigned long timeout;		/* in jiffies, when it is over; of the _timeout() variants */
};

struct wait_bit_queue_entry {
	struct wait_bit_key key;
	struct wait_queue_entry wq_entry;
};

/*
 * How a waiter sleeps. Returns: 0: look again, or what the wait ends with: -EINTR, -EAGAIN.
 * The four: until woken; the same, as waiting for a device; until woken or key->timeout.
 */
typedef int wait_bit_action_f(struct wait_bit_key *key, int mode);
int bit_wait(struct wait_bit_key *key, int mode);
int bit_wait_io(struct wait_bit_key *key, int mode);
int bit_wait_timeout(struct wait_bit_key *key, int mode);
int bit_wait_io_timeout(struct wait_bit_key *key, int mode);

struct wait_queue_head *bit_waitqueue(void *word, int bit);
int wake_bit_function(struct wait_queue_entry *wq_entry, unsigned int mode, int sync, void *key);
#define DEFINE_WAIT_BIT(name, word, bit)					\
	struct wait_bit_queue_entry name = {					\
		.key = { .flags = (word), .bit_nr = (bit) },			\
		.wq_entry = { .private = current, .func = wake_bit_function,	\
			      .entry = LIST_HEAD_INIT((name).wq_entry.entry) } }

/* The slow parts, with a queue and an entry of the caller's. */
int __wait_on_bit(struct wait_queue_head *wq_head, struct wait_bit_queue_entry *wbq_entry, wait_bit_action_f *action,
		  unsigned int mode);
int __wait_on_bit_lock(struct wait_queue_head *wq_head, struct wait_bit_queue_entry *wbq_entry, wait_bit_action_f *action,
		       unsigned int mode);
int out_of_line_wait_on_bit(void *word, int bit, wait_bit_action_f *action, unsigned int mode);
int out_of_line_wait_on_bit_lock(void *word, int bit, wait_bit_action_f *action, unsigned int mode);
int out_of_line_wait_on_bit_timeout(void *word, int bit, wait_bit_action_f *action, unsigned int mode,
				    unsigned long timeout);

/* Wake who waits for @bit of @word; of those who want to set it themselves, one. Context: any. */
void wake_up_bit(void *word, int bit);
void __wake_up_bit(struct wait_queue_head *wq_head, void *word, int bit);

/*
 * wait_on_bit - until @bit of @word is clear; it may be set again when this returns.
 * @mode: TASK_UNINTERRUPTIBLE, TASK_INTERRUPTIBLE, TASK_KILLABLE.
 * Context: thread, may sleep. Returns: 0, or -EINTR; _timeout (in jiffies, from now): also -EAGAIN.
 */
static inline int wait_on_bit_action(unsigned long *word, int bit, wait_bit_action_f *action, unsigned int mode)
{
	might_sleep();
	return test_bit_acquire(bit, word) ? out_of_line_wait_on_bit(word, bit, action, mode) : 0;
}

static inline int wait_on_bit(unsigned long *word, int bit, unsigned int mode)
{
	return wait_on_bit_action(word, bit, bit_wait, mode);
}

static inline int wait_on_bit_io(unsigned long *word, int bit, unsigned int mode)
{
	return wait_on_bit_action(word, bit, bit_wait_io, mode);
}

static inline int wait_on_bit_timeout(unsigned long *word, int bit, unsigned int mode, unsigned long timeout)
{
	might_sleep();
	return test_bit_acquire(bit, word) ? out_of_line_wait_on_bit_timeout(word, bit, bit_wait_timeout, mode, timeout) : 0;
}

/* wait_on_bit_lock - the same, and @bit is set, by the caller, when this returns 0: a lock of one bit. */
static inline int wait_on_bit_lock_action(unsigned long *word, int bit, wait_bit_action_f *action, unsigned int mode)
{
	might_sleep();
	return test_and_set_bit(bit, word) ? out_of_line_wait_on_bit_lock(word, bit, action, mode) : 0;
}

static inline int wait_on_bit_lock(unsigned long *word, int bit, unsigned int mode)
{
	return wait_on_bit_lock_action(word, bit, bit_wait, mode);
}

static inline int wait_on_bit_lock_io(unsigned long *word, int bit, unsigned int mode)
{
	return wait_on_bit_lock_action(word, bit, bit_wait_io, mode);
}

/* What was written before is seen by who returns from the wait. */
static inline void clear_and_wake_up_bit(int bit, void *word)
{
	clear_bit_unlock(bit, word);
	smp_mb__after_atomic();		/* pairs with set_current_state() in prepare_to_wait() */
	wake_up_bit(word, bit);
}

/* ---- Variables ---- */

/* The queue that waiters for *@var use; many variables share one. */
struct wait_queue_head *__var_waitqueue(void *var);
/* Wake all that wait for @var. The caller has made the condition true, and a barrier. */
void wake_up_var(void *var);
#define wait_var_event(var, condition)	wait_event(*__var_waitqueue(var), condition)
#define wait_var_event_timeout(var, condition, timeout) wait_event_timeout(*__var_waitqueue(var), condition, timeout)
#define wait_var_event_interruptible(var, condition) wait_event_interruptible(*__var_waitqueue(var), condition)
#define wait_var_event_killable(var, condition) wait_event_killable(*__var_waitqueue(var), condition)
