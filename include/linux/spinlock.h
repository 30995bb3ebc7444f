/* SPDX-License-Identifier: MIT */
/*
 * Spinlocks. The holder runs with preemption off and must not sleep. A lock that an
 * interrupt handler also takes is taken with _irqsave or _irq everywhere; one that softirq work (timers,
 * tasklets) also takes, with _bh at least.
 *
 * Uncontended lock and unlock are inline, about ten instructions each.
 */
#pragma once

#include <linux/atomic.h>
#include <linux/preempt.h>
#include <linux/irqflags.h>
#include <linux/bottom_half.h>
#include <linux/spinlock_types.h>
#include <linux/lockdep.h>
#include <linux/smp.h>
#include <linux/typecheck.h>

/* kernel/sched/spinlock.c: spin until it is ours; report recursion and lock-ups. */
void raw_spin_lock_slow(raw_spinlock_t *lock);
/* An unlock by who is not the owner. Reports, and goes on. */
void raw_spin_unlock_bug(raw_spinlock_t *lock);

static __always_inline void do_raw_spin_lock(raw_spinlock_t *lock)
{
	u32 free = 0;

	if (unlikely(!try_cmpxchg_acquire(&lock->word, &free, 1)))
		raw_spin_lock_slow(lock);
	lock->owner = raw_smp_processor_id() + 1;
}

static __always_inline bool do_raw_spin_trylock(raw_spinlock_t *lock)
{
	u32 free = 0;

	if (READ_ONCE(lock->word) || !try_cmpxchg_acquire(&lock->word, &free, 1))
		return false;
	lock->owner = raw_smp_processor_id() + 1;
	return true;
}

static __always_inline void do_raw_spin_unlock(raw_spinlock_t *lock)
{
	if (unlikely(lock->owner != raw_smp_processor_id() + 1))
		raw_spin_unlock_bug(lock);
	lock->owner = 0;
	smp_store_release(&lock->locked, 0);
}

static __always_inline void raw_spin_lock_init(raw_spinlock_t *lock)
{
	*lock = __RAW_SPIN_LOCK_UNLOCKED(lock);
}

static __always_inline void raw_spin_lock(raw_spinlock_t *lock)
{
	preempt_disable();
	do_raw_spin_lock(lock);
}

static __always_inline int raw_spin_trylock(raw_spinlock_t *lock)
{
	preempt_disable();
	if (do_raw_spin_trylock(lock))
		return 1;
	preempt_enable();
	return 0;
}

static __always_inline void raw_spin_unlock(raw_spinlock_t *lock)
{
	do_raw_spin_unlock(lock);
	preempt_enable();
}

static __always_inline unsigned long __raw_spin_lock_irqsave(raw_spinlock_t *lock)
{
	unsigned long flags = arch_irq_save();

	raw_spin_lock(lock);
	return flags;
}

static __always_inline void raw_spin_unlock_irqrestore(raw_spinlock_t *lock, unsigned long flags)
{
	do_raw_spin_unlock(lock);
	arch_irq_restore(flags);
	preempt_enable();
}

static __always_inline void raw_spin_lock_irq(raw_spinlock_t *lock)
{
	arch_irq_disable();
	raw_spin_lock(lock);
}

static __always_inline void raw_spin_unlock_irq(raw_spinlock_t *lock)
{
	do_raw_spin_unlock(lock);
	arch_irq_enable();
	preempt_enable();
}

static __always_inline void raw_spin_lock_bh(raw_spinlock_t *lock)
{
	local_bh_disable();
	raw_spin_lock(lock);
}

static __always_inline void raw_spin_unlock_bh(raw_spinlock_t *lock)
{
	do_raw_spin_unlock(lock);
	preempt_enable_no_resched();
	local_bh_enable();
}

static __always_inline int raw_spin_is_locked(raw_spinlock_t *lock)
{
	return READ_ONCE(lock->locked);
}

/* Somebody has been waiting for long. */
static __always_inline int raw_spin_is_contended(raw_spinlock_t *lock)
{
	return READ_ONCE(lock->starving) != 0;
}

/* True when this CPU holds the lock; for assertions. */
static __always_inline bool raw_spin_is_held(const raw_spinlock_t *lock)
{
	return READ_ONCE(lock->owner) == raw_smp_processor_id() + 1;
}

#define raw_spin_lock_irqsave(lock, flags) do {			\
		(void)typecheck(unsigned long, flags);		\
		(flags) = __raw_spin_lock_irqsave(lock);	\
	} while (0)
#define raw_spin_trylock_irqsave(lock, flags) ({		\
	(flags) = arch_irq_save();				\
	raw_spin_trylock(lock) ? 1 : ({ arch_irq_restore(flags); 0; }); \
})
#define raw_spin_trylock_irq(lock) ({				\
	arch_irq_disable();					\
	raw_spin_trylock(lock) ? 1 : ({ arch_irq_enable(); 0; }); \
})
#define raw_spin_lock_nested(lock, subclass)	raw_spin_lock(lock)
#define raw_spin_lock_irqsave_nested(lock, flags, subclass) raw_spin_lock_irqsave(lock, flags)

/* spinlock_t: the same, by the names that drivers use. */
#define spin_lock_init(lock)		raw_spin_lock_init(&(lock)->rlock)
static __always_inline void spin_lock(spinlock_t *lock) { raw_spin_lock(&lock->rlock); }
static __always_inline void spin_lock_bh(spinlock_t *lock) { raw_spin_lock_bh(&lock->rlock); }
static __always_inline void spin_lock_irq(spinlock_t *lock) { raw_spin_lock_irq(&lock->rlock); }
static __always_inline int spin_trylock(spinlock_t *lock) { return raw_spin_trylock(&lock->rlock); }
static __always_inline void spin_unlock(spinlock_t *lock) { raw_spin_unlock(&lock->rlock); }
static __always_inline void spin_unlock_bh(spinlock_t *lock) { raw_spin_unlock_bh(&lock->rlock); }
static __always_inline void spin_unlock_irq(spinlock_t *lock) { raw_spin_unlock_irq(&lock->rlock); }
static __always_inline void spin_unlock_irqrestore(spinlock_t *lock, unsigned long flags)
{
	raw_spin_unlock_irqrestore(&lock->rlock, flags);
}
static __always_inline int spin_is_locked(spinlock_t *lock) { return raw_spin_is_locked(&lock->rlock); }
static __always_inline int spin_is_contended(spinlock_t *lock) { return raw_spin_is_contended(&lock->rlock); }
#define spin_lock_irqsave(lock, flags)	raw_spin_lock_irqsave(&(lock)->rlock, flags)
#define spin_trylock_irqsave(lock, flags) raw_spin_trylock_irqsave(&(lock)->rlock, flags)
#define spin_trylock_irq(lock)		raw_spin_trylock_irq(&(lock)->rlock)
#define spin_trylock_bh(lock) ({				\
	local_bh_disable();					\
	raw_spin_trylock(&(lock)->rlock) ? 1 : ({ local_bh_enable(); 0; }); \
})
#define spin_lock_nested(lock, subclass) spin_lock(lock)
#define spin_lock_bh_nested(lock, subclass) spin_lock_bh(lock)
#define spin_lock_irqsave_nested(lock, flags, subclass) spin_lock_irqsave(lock, flags)
#define assert_spin_locked(lock)	BUG_ON(!spin_is_locked(lock))
#define assert_raw_spin_locked(lock)	BUG_ON(!raw_spin_is_locked(lock))

#include <linux/rwlock.h>
