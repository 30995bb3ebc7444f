// SPDX-License-Identifier: MIT
/*
 * Locks of every kind: what trying one that is taken returns, and what waiting with a limit returns.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/semaphore.h>
#include <linux/seqlock.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#define show(expr)	pr_info("%s = %lld\n", #expr, (long long)(expr))

static DEFINE_SPINLOCK(spin);
static DEFINE_RWLOCK(rw);
static DEFINE_MUTEX(mutex);
static DECLARE_RWSEM(rwsem);
static DEFINE_SEQLOCK(seq);
static struct semaphore sem;

static void try_spinlocks(void)
{
	unsigned long flags;

	spin_lock_irqsave(&spin, flags);
	show(spin_is_locked(&spin));
	show(spin_trylock(&spin));
	show(irqs_disabled());
	spin_unlock_irqrestore(&spin, flags);
	show(spin_is_locked(&spin));
	show(irqs_disabled());
	read_lock(&rw);
	show(read_trylock(&rw));
	read_unlock(&rw);
	show(write_trylock(&rw));
	read_unlock(&rw);
	write_lock_irq(&rw);
	show(read_trylock(&rw));
	write_unlock_irq(&rw);
}

/* In another thread, since a mutex belongs to the one that took it. */
static int contender(void *unused)
{
	int got = mutex_trylock(&mutex);

	if (got)
		mutex_unlock(&mutex);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return got;
}

static void try_mutex(void)
{
	struct task_struct *thread;

	mutex_lock(&mutex);
	thread = kthread_run(contender, NULL, "contender");
	schedule_timeout_interruptible(msecs_to_jiffies(20));
	show(mutex_is_locked(&mutex));
	show(kthread_stop(thread));
	mutex_unlock(&mutex);
	show(mutex_trylock(&mutex));
	mutex_unlock(&mutex);
	show(mutex_lock_interruptible(&mutex));
	mutex_unlock(&mutex);
	show(mutex_is_locked(&mutex));
}

static void try_semaphores(void)
{
	sema_init(&sem, 2);
	down(&sem);
	show(down_interruptible(&sem));
	show(down_trylock(&sem));
	show(down_timeout(&sem, 2));
	up(&sem);
	up(&sem);
	show(down_trylock(&sem));
	down_read(&rwsem);
	show(down_read_trylock(&rwsem));
	up_read(&rwsem);
	show(down_write_trylock(&rwsem));
	up_read(&rwsem);
	down_write(&rwsem);
	show(down_read_trylock(&rwsem));
	downgrade_write(&rwsem);
	show(down_read_trylock(&rwsem));
	up_read(&rwsem);
	up_read(&rwsem);
	show(rwsem_is_locked(&rwsem));
}

static void try_seqlock(void)
{
	unsigned int s = read_seqbegin(&seq);

	show(read_seqretry(&seq, s));
	write_seqlock(&seq);
	write_sequnlock(&seq);
	show(read_seqretry(&seq, s));
}

static void try_waits(void)
{
	DECLARE_WAIT_QUEUE_HEAD_ONSTACK(queue);
	bool yes = true, no = false;

	show(wait_event_timeout(queue, no, 2));
	show(wait_event_interruptible_timeout(queue, no, 2));
	show(wait_event_timeout(queue, yes, 100));
	show(wait_event_interruptible(queue, yes));
	show(waitqueue_active(&queue));
	show(schedule_timeout_uninterruptible(2));
}

static int __init locks_init(void)
{
	try_spinlocks();
	try_mutex();
	try_semaphores();
	try_seqlock();
	try_waits();
	return 0;
}

static void __exit locks_exit(void)
{
}

module_init(locks_init);
module_exit(locks_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Locks of every kind");
