// SPDX-License-Identifier: MIT
/*
 * The contended and the wrong uses of spinlocks, and reader-writer locks. The uncontended
 * paths are inline, in <linux/spinlock.h> and <linux/rwlock.h>.
 *
 * A spinlock is two counters in one word: a locker takes a number from "next" and waits until
 * "serving" shows it. Only the holder changes "serving", so unlocking is a plain store.
 */
#include <linux/bug.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <arch/time.h>

/* A lock held this long is taken for a lock-up: far beyond what emulation on a loaded host needs. */
#define LOCKUP_NS	(20ULL * 1000 * 1000 * 1000)
/* How often the clock is read while spinning. */
#define SPINS_PER_CHECK	1024

static void spin_report(raw_spinlock_t *lock, const char *what)
{
	u32 owner = READ_ONCE(lock->owner);

	pr_emerg("BUG: spinlock %s on CPU#%d, %s/%d\n", what, raw_smp_processor_id(),
		 current->comm, current->pid);
	if (owner)
		pr_emerg(" lock: %pS, .owner_cpu: %u, .serving: %u, .next: %u\n", lock, owner - 1,
			 lock->serving, lock->next);
	else
		pr_emerg(" lock: %pS, .owner_cpu: none, .serving: %u, .next: %u\n", lock,
			 lock->serving, lock->next);
	dump_stack();
}

void raw_spin_lock_slow(raw_spinlock_t *lock, u16 ticket)
{
	u64 start = 0;
	unsigned int spins = 0;

	/* Spinning for oneself never ends: say so, and end the thread (or panic, in an interrupt). */
	if (unlikely(raw_spin_is_held(lock))) {
		spin_report(lock, "recursion");
		BUG();
	}
	while (smp_load_acquire(&lock->serving) != ticket) {
		cpu_relax();
		if (likely(++spins % SPINS_PER_CHECK))
			continue;
		if (!start) {
			start = arch_clock_ns();
		} else if (arch_clock_ns() - start > LOCKUP_NS) {
			spin_report(lock, "lockup suspected");
			start = arch_clock_ns();
		}
	}
}
EXPORT_SYMBOL(raw_spin_lock_slow);

void raw_spin_unlock_bug(raw_spinlock_t *lock)
{
	if (!raw_spin_is_locked(lock)) {
		spin_report(lock, "already unlocked");
		/* The caller's store would let the next two in at once: take a ticket for it. */
		__atomic_fetch_add(&lock->tickets, 1u << 16, __ATOMIC_ACQUIRE);
	} else {
		spin_report(lock, "wrong CPU");
	}
}
EXPORT_SYMBOL(raw_spin_unlock_bug);

/*
 * Reader-writer locks. One atomic word counts the readers and marks the writer; the ticket lock
 * "queue" orders those who wait. The waiter at its head is the only one that watches the word.
 *
 * Readers in interrupt handlers do not queue: they may have interrupted a reader of this CPU,
 * for which the queued writer waits.
 */
void read_lock_slow(rwlock_t *lock)
{
	if (in_interrupt()) {
		/* Counted already: just wait for a writer inside to leave. */
		atomic_cond_read_acquire(&lock->cnts, !(VAL & RW_WRITER));
		return;
	}
	atomic_sub(RW_READER, &lock->cnts);
	raw_spin_lock(&lock->queue);
	atomic_add(RW_READER, &lock->cnts);
	atomic_cond_read_acquire(&lock->cnts, !(VAL & RW_WRITER));
	raw_spin_unlock(&lock->queue);
}
EXPORT_SYMBOL(read_lock_slow);

void write_lock_slow(rwlock_t *lock)
{
	int want = 0;

	raw_spin_lock(&lock->queue);
	if (!atomic_try_cmpxchg_acquire(&lock->cnts, &want, RW_WRITER)) {
		atomic_or(RW_WAITING, &lock->cnts);
		do {
			atomic_cond_read_relaxed(&lock->cnts, VAL == RW_WAITING);
			want = RW_WAITING;
		} while (!atomic_try_cmpxchg_acquire(&lock->cnts, &want, RW_WRITER));
	}
	raw_spin_unlock(&lock->queue);
}
EXPORT_SYMBOL(write_lock_slow);

bool lockdep_raw_spin_held(const raw_spinlock_t *lock)
{
	return raw_spin_is_held(lock);
}
EXPORT_SYMBOL(lockdep_raw_spin_held);

bool lockdep_spin_held(const spinlock_t *lock)
{
	return raw_spin_is_held(&lock->rlock);
}
EXPORT_SYMBOL(lockdep_spin_held);

bool lockdep_rwlock_held(const rwlock_t *lock)
{
	int cnts = atomic_read(&lock->cnts);

	return (cnts & RW_WRITER) || cnts >= (int)RW_READER;
}
EXPORT_SYMBOL(lockdep_rwlock_held);
