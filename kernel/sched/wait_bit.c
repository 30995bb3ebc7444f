// SPDX-License-Identifier: MIT
/*
 * Waiting for bits and variables; <linux/wait_bit.h> has the rules.
 *
 * A word has no queue of its own: its waiters stand in one of a few that all share, chosen by address. A wakeup for a bit
 * carries the word and the number as its key, and passes over the waiters of others (wake_bit_function()).
 *
 * Locks: the queues', as in wait.c.
 */
#include <linux/export.h>
#include <linux/hash.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/wait_bit.h>

#define QUEUES_BITS 5
static struct wait_queue_head queues[1 << QUEUES_BITS];

static int __init queues_init(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(queues); i++)
		init_waitqueue_head(&queues[i]);
	return 0;
}
early_initcall(queues_init);

/* ---- Variables ---- */

struct wait_queue_head *__var_waitqueue(void *var)
{
	return &queues[hash_ptr(var, QUEUES_BITS)];
}
EXPORT_SYMBOL(__var_waitqueue);

void wake_up_var(void *var)
{
	struct wait_queue_head *q = __var_waitqueue(var);

	/* A key that is no bit's: these are for another variable, or look at their condition. */
	if (wq_has_sleeper(q))
		__wake_up(q, TASK_NORMAL, 0, &(struct wait_bit_key){ .flags = var, .bit_nr = -1 });
}
EXPORT_SYMBOL(wake_up_var);

/* ---- Bits ---- */

struct wait_queue_head *bit_waitqueue(void *word, int bit)
{
	/* Words are aligned to eight bytes: six bits of room for the number are half taken, and mix well enough. */
	return &queues[hash_long((unsigned long)word << 3 | bit % BITS_PER_LONG, QUEUES_BITS)];
}
EXPORT_SYMBOL(bit_waitqueue);

int wake_bit_function(struct wait_queue_entry *e, unsigned int mode, int sync, void *arg)
{
	const struct wait_bit_queue_entry *waiter = container_of(e, struct wait_bit_queue_entry, wq_entry);
	const struct wait_bit_key *key = arg;

	if (!key || waiter->key.flags != key->flags || waiter->key.bit_nr != key->bit_nr ||
	    test_bit(key->bit_nr, key->flags))
		return 0;
	return autoremove_wake_function(e, mode, sync, arg);
}
EXPORT_SYMBOL(wake_bit_function);

void __wake_up_bit(struct wait_queue_head *q, void *word, int bit)
{
	struct wait_bit_key key = { .flags = word, .bit_nr = bit };

	if (waitqueue_active(q))
		__wake_up(q, TASK_NORMAL, 1, &key);
}
EXPORT_SYMBOL(__wake_up_bit);

void wake_up_bit(void *word, int bit)
{
	__wake_up_bit(bit_waitqueue(word, bit), word, bit);
}
EXPORT_SYMBOL(wake_up_bit);

int __wait_on_bit(struct wait_queue_head *q, struct wait_bit_queue_entry *e, wait_bit_action_f *action, unsigned int mode)
{
	int err = 0;

	do {
		prepare_to_wait(q, &e->wq_entry, mode);
		if (test_bit(e->key.bit_nr, e->key.flags))
			err = action(&e->key, mode);
	} while (!err && test_bit_acquire(e->key.bit_nr, e->key.flags));
	finish_wait(q, &e->wq_entry);
	return err;
}
EXPORT_SYMBOL(__wait_on_bit);

int __wait_on_bit_lock(struct wait_queue_head *q, struct wait_bit_queue_entry *e, wait_bit_action_f *action, unsigned int mode)
{
	bool taken;
	int err = 0;

	do {
		prepare_to_wait_exclusive(q, &e->wq_entry, mode);
		if (test_bit(e->key.bit_nr, e->key.flags))
			err = action(&e->key, mode);
		/* Off the queue before the try: a wakeup that was given to us alone is then used, or not needed. */
		finish_wait(q, &e->wq_entry);
		taken = !test_and_set_bit(e->key.bit_nr, e->key.flags);
	} while (!taken && !err);
	return taken ? 0 : err;
}
EXPORT_SYMBOL(__wait_on_bit_lock);

int out_of_line_wait_on_bit(void *word, int bit, wait_bit_action_f *action, unsigned int mode)
{
	DEFINE_WAIT_BIT(e, word, bit);

	return __wait_on_bit(bit_waitqueue(word, bit), &e, action, mode);
}
EXPORT_SYMBOL(out_of_line_wait_on_bit);

int out_of_line_wait_on_bit_lock(void *word, int bit, wait_bit_action_f *action, unsigned int mode)
{
	DEFINE_WAIT_BIT(e, word, bit);

	return __wait_on_bit_lock(bit_waitqueue(word, bit), &e, action, mode);
}
EXPORT_SYMBOL(out_of_line_wait_on_bit_lock);

int out_of_line_wait_on_bit_timeout(void *word, int bit, wait_bit_action_f *action, unsigned int mode,
				    unsigned long timeout)
{
	DEFINE_WAIT_BIT(e, word, bit);

	e.key.timeout = jiffies + timeout;
	return __wait_on_bit(bit_waitqueue(word, bit), &e, action, mode);
}
EXPORT_SYMBOL_GPL(out_of_line_wait_on_bit_timeout);

/* ---- How to sleep ---- */

static int interrupted(int mode)
{
	return signal_pending_state(mode, current) ? -EINTR : 0;
}

int bit_wait(struct wait_bit_key *key, int mode)
{
	schedule();
	return interrupted(mode);
}
EXPORT_SYMBOL(bit_wait);

int bit_wait_io(struct wait_bit_key *key, int mode)
{
	io_schedule();
	return interrupted(mode);
}
EXPORT_SYMBOL(bit_wait_io);

int bit_wait_timeout(struct wait_bit_key *key, int mode)
{
	unsigned long now = jiffies;

	if (time_after_eq(now, key->timeout))
		return -EAGAIN;
	schedule_timeout(key->timeout - now);
	return interrupted(mode);
}
EXPORT_SYMBOL_GPL(bit_wait_timeout);

int bit_wait_io_timeout(struct wait_bit_key *key, int mode)
{
	unsigned long now = jiffies;

	if (time_after_eq(now, key->timeout))
		return -EAGAIN;
	io_schedule_timeout(key->timeout - now);
	return interrupted(mode);
}
EXPORT_SYMBOL_GPL(bit_wait_io_timeout);
