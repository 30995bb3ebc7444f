// SPDX-License-Identifier: MIT
/*
 * The contended and the wrong uses of spinlocks, and reader-writer locks. The uncontended
 * paths are inline, in <linux/spinlock.h> and <linux/rwlock.h>.
 *
 * A spinlock is a byte that is set while it is held; see <linux/spinlock_types.h> for "starving".
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
/* Who has spun so long gets the lock next. */
#define STARVED_NS	(2ULL * 1000 * 1000)
/* How often the clock is read while spinning. */
#define SPINS_PER_CHECK	128

static void spin_report(raw_spinlock_t *lock, const char *what)
{
	u32 owner = READ_ONCE(lock->owner);

	pr_emerg("BUG: spinlock %s on CPU#%d, %s/%d\n", what, raw_smp_processor_id(),
		 current->comm, current->pid);
	if (owner)
		pr_emerg(" lock: %pS, .locked: %u, .owner_cpu: %u\n", lock, lock->locked, owner - 1);
	else
		pr_emerg(" lock: %pS, .locked: %u, .owner_cpu: none\n", lock, lock->locked);
	dump_stack();
}

/* One attempt, when it looks free and nobody else must have it first. */
static bool try_take(raw_spinlock_t *lock, u8 me)
{
	raw_spinlock_t seen = { .word = READ_ONCE(lock->word) };

	if (seen.locked || (seen.starving && seen.starving != me))
		return false;
	return try_cmpxchg_acquire(&lock->word, &seen.word, 1);	/* ends starving, too */
}

void raw_spin_lock_slow(raw_spinlock_t *lock)
{
	u8 me = raw_smp_processor_id() + 1;
	unsigned int spins = 0;
	u64 start = 0, reported = 0, now;

	/* Spinning for oneself never ends: say so, and end the thread (or panic, in an interrupt). */
	if (unlikely(raw_spin_is_held(lock))) {
		spin_report(lock, "recursion");
		BUG();
	}
	while (!try_take(lock, me)) {
		cpu_relax();
		if (likely(++spins % SPINS_PER_CHECK))
			continue;
		now = arch_clock_ns();
		if (!start) {
			start = reported = now;
			continue;
		}
		if (now - start > STARVED_NS) {
			u8 nobody = 0;

			try_cmpxchg_relaxed(&lock->starving, &nobody, me);
		}
		if (now - reported > LOCKUP_NS) {
			spin_report(lock, "lockup suspected");
			reported = now;
		}
	}
}
EXPORT_SYMBOL(raw_spin_lock_slow);

void raw_spin_unlock_bug(raw_spinlock_t *lock)
{
	spin_report(lock, raw_spin_is_locked(lock) ? "wrong CPU" : "already unlocked");
}
EXPORT_SYMBOL(raw_spin_unlock_bug);

/*
 * Reader-writer locks. One atomic word counts the readers and marks the writer; the spinlock "queue"
 * lets one of those who wait go first. The waiter at its head is the only one that watches the word.
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
