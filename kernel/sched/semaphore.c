// SPDX-License-Identifier: MIT
/*
 * Counting semaphores and reader-writer semaphores.
 *
 * Both hand over directly: who releases removes the first waiter from the list and grants to it
 * what it waits for. So waiters are served in order, and one that is granted needs no second try.
 * A waiter looks at "granted" with the lock held, and the granter wakes it with the lock held:
 * so the waiter, which lives on its thread's stack, is there while it is used.
 *
 * Lock: sem->lock, sem->wait_lock: interrupt-safe (up() is called from interrupt handlers); a wakeup below
 * takes pi_lock and a run queue's lock.
 */
#include <linux/bug.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/semaphore.h>

struct sem_waiter {
	struct list_head list;
	struct task_struct *task;
	bool granted;
	bool writer;		/* rw_semaphore only */
};

/*
 * Sleep until granted. @lock is held with interrupts masked, dropped while asleep.
 * Returns: 0, -EINTR, -ETIME; if not 0 the waiter is off the list.
 */
static int wait_granted(raw_spinlock_t *lock, struct sem_waiter *w, unsigned int state, long timeout)
{
	for (;;) {
		if (w->granted)
			return 0;
		if (signal_pending_state(state, current)) {
			list_del(&w->list);
			return -EINTR;
		}
		if (timeout <= 0) {
			list_del(&w->list);
			return -ETIME;
		}
		__set_current_state(state);
		raw_spin_unlock_irq(lock);
		timeout = schedule_timeout(timeout);
		raw_spin_lock_irq(lock);
	}
}

static void grant(struct sem_waiter *w)
{
	list_del(&w->list);
	w->granted = true;
	wake_up_process(w->task);
}

/* ---- counting ---- */

static int down_common(struct semaphore *sem, unsigned int state, long timeout)
{
	struct sem_waiter w = { .task = current };
	int ret = 0;

	might_sleep();
	raw_spin_lock_irq(&sem->lock);
	if (sem->count) {
		sem->count--;
	} else {
		list_add_tail(&w.list, &sem->wait_list);
		ret = wait_granted(&sem->lock, &w, state, timeout);
	}
	raw_spin_unlock_irq(&sem->lock);
	return ret;
}

void down(struct semaphore *sem)
{
	down_common(sem, TASK_UNINTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT);
}
EXPORT_SYMBOL(down);

int down_interruptible(struct semaphore *sem)
{
	return down_common(sem, TASK_INTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT);
}
EXPORT_SYMBOL(down_interruptible);

int down_killable(struct semaphore *sem)
{
	return down_common(sem, TASK_KILLABLE, MAX_SCHEDULE_TIMEOUT);
}
EXPORT_SYMBOL(down_killable);

int down_timeout(struct semaphore *sem, long timeout)
{
	return down_common(sem, TASK_UNINTERRUPTIBLE, timeout);
}
EXPORT_SYMBOL(down_timeout);

int down_trylock(struct semaphore *sem)
{
	unsigned long flags;
	bool taken;

	raw_spin_lock_irqsave(&sem->lock, flags);
	taken = sem->count != 0;
	if (taken)
		sem->count--;
	raw_spin_unlock_irqrestore(&sem->lock, flags);
	return !taken;
}
EXPORT_SYMBOL(down_trylock);

void up(struct semaphore *sem)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&sem->lock, flags);
	if (list_empty(&sem->wait_list))
		sem->count++;
	else
		grant(list_first_entry(&sem->wait_list, struct sem_waiter, list));
	raw_spin_unlock_irqrestore(&sem->lock, flags);
}
EXPORT_SYMBOL(up);

/* ---- readers and writers ---- */

void __init_rwsem(struct rw_semaphore *sem, const char *name, struct lock_class_key *key)
{
	sem->count = 0;
	sem->owner = NULL;
	raw_spin_lock_init(&sem->wait_lock);
	INIT_LIST_HEAD(&sem->wait_list);
}
EXPORT_SYMBOL(__init_rwsem);

bool lockdep_rwsem_held(const struct rw_semaphore *sem)
{
	int count = READ_ONCE(sem->count);

	return count > 0 || (count < 0 && READ_ONCE(sem->owner) == current);
}
EXPORT_SYMBOL(lockdep_rwsem_held);

/* Let in who may come: the first waiter if it is a writer, else readers up to the first writer. */
static void grant_next(struct rw_semaphore *sem)
{
	struct sem_waiter *w;

	while ((w = list_first_entry_or_null(&sem->wait_list, struct sem_waiter, list))) {
		if (w->writer) {
			if (sem->count == 0) {
				sem->count = -1;
				sem->owner = w->task;
				grant(w);
			}
			break;
		}
		if (sem->count < 0)
			break;
		sem->count++;
		grant(w);
	}
}

static int rwsem_lock(struct rw_semaphore *sem, bool writer, unsigned int state)
{
	struct sem_waiter w = { .task = current, .writer = writer };
	int ret = 0;

	might_sleep();
	raw_spin_lock_irq(&sem->wait_lock);
	if (writer ? sem->count == 0 : sem->count >= 0 && list_empty(&sem->wait_list)) {
		sem->count = writer ? -1 : sem->count + 1;
		if (writer)
			sem->owner = current;
	} else {
		list_add_tail(&w.list, &sem->wait_list);
		ret = wait_granted(&sem->wait_lock, &w, state, MAX_SCHEDULE_TIMEOUT);
		if (ret)
			grant_next(sem);	/* readers may have waited behind this writer */
	}
	raw_spin_unlock_irq(&sem->wait_lock);
	return ret;
}

void down_read(struct rw_semaphore *sem)
{
	rwsem_lock(sem, false, TASK_UNINTERRUPTIBLE);
}
EXPORT_SYMBOL(down_read);

int down_read_interruptible(struct rw_semaphore *sem)
{
	return rwsem_lock(sem, false, TASK_INTERRUPTIBLE);
}
EXPORT_SYMBOL(down_read_interruptible);

int down_read_killable(struct rw_semaphore *sem)
{
	return rwsem_lock(sem, false, TASK_KILLABLE);
}
EXPORT_SYMBOL(down_read_killable);

void down_write(struct rw_semaphore *sem)
{
	rwsem_lock(sem, true, TASK_UNINTERRUPTIBLE);
}
EXPORT_SYMBOL(down_write);

int down_write_killable(struct rw_semaphore *sem)
{
	return rwsem_lock(sem, true, TASK_KILLABLE);
}
EXPORT_SYMBOL(down_write_killable);

static int rwsem_trylock(struct rw_semaphore *sem, bool writer)
{
	unsigned long flags;
	bool taken;

	raw_spin_lock_irqsave(&sem->wait_lock, flags);
	taken = writer ? sem->count == 0 : sem->count >= 0 && list_empty(&sem->wait_list);
	if (taken) {
		sem->count = writer ? -1 : sem->count + 1;
		if (writer)
			sem->owner = current;
	}
	raw_spin_unlock_irqrestore(&sem->wait_lock, flags);
	return taken;
}

int down_read_trylock(struct rw_semaphore *sem)
{
	return rwsem_trylock(sem, false);
}
EXPORT_SYMBOL(down_read_trylock);

int down_write_trylock(struct rw_semaphore *sem)
{
	return rwsem_trylock(sem, true);
}
EXPORT_SYMBOL(down_write_trylock);

void up_read(struct rw_semaphore *sem)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&sem->wait_lock, flags);
	if (!WARN_ON(sem->count <= 0)) {
		sem->count--;
		grant_next(sem);
	}
	raw_spin_unlock_irqrestore(&sem->wait_lock, flags);
}
EXPORT_SYMBOL(up_read);

static void end_write(struct rw_semaphore *sem, int count)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&sem->wait_lock, flags);
	if (!WARN_ON(sem->count != -1 || sem->owner != current)) {
		sem->count = count;
		sem->owner = NULL;
		grant_next(sem);
	}
	raw_spin_unlock_irqrestore(&sem->wait_lock, flags);
}

void up_write(struct rw_semaphore *sem)
{
	end_write(sem, 0);
}
EXPORT_SYMBOL(up_write);

void downgrade_write(struct rw_semaphore *sem)
{
	end_write(sem, 1);
}
EXPORT_SYMBOL(downgrade_write);
