/* SPDX-License-Identifier: MIT */
/*
 * Reader-writer spinlocks. A waiting writer keeps new readers out, so that it gets its turn, but not
 * readers in interrupt handlers: those may interrupt a reader on the same CPU.
 */
#pragma once

#include <linux/spinlock.h>

#define RW_WRITER	0xffu		/* held for writing */
#define RW_WAITING	0x100u		/* a writer waits */
#define RW_READER	0x200u		/* one reader */

void read_lock_slow(rwlock_t *lock);
void write_lock_slow(rwlock_t *lock);

#define rwlock_init(lock)	do { *(lock) = __RW_LOCK_UNLOCKED(lock); } while (0)

static __always_inline void do_read_lock(rwlock_t *lock)
{
	preempt_disable();
	if (unlikely(atomic_fetch_add_acquire(RW_READER, &lock->cnts) & (RW_WRITER | RW_WAITING)))
		read_lock_slow(lock);
}

static __always_inline void do_read_unlock(rwlock_t *lock)
{
	(void)atomic_fetch_sub_release(RW_READER, &lock->cnts);
	preempt_enable();
}

static __always_inline void do_write_lock(rwlock_t *lock)
{
	int free = 0;

	preempt_disable();
	if (unlikely(!atomic_try_cmpxchg_acquire(&lock->cnts, &free, RW_WRITER)))
		write_lock_slow(lock);
}

static __always_inline void do_write_unlock(rwlock_t *lock)
{
	(void)atomic_fetch_sub_release(RW_WRITER, &lock->cnts);
	preempt_enable();
}

static __always_inline int do_read_trylock(rwlock_t *lock)
{
	int old = atomic_read(&lock->cnts);

	preempt_disable();
	if (!(old & (RW_WRITER | RW_WAITING)) &&
	    atomic_try_cmpxchg_acquire(&lock->cnts, &old, old + RW_READER))
		return 1;
	preempt_enable();
	return 0;
}

static __always_inline int do_write_trylock(rwlock_t *lock)
{
	int free = 0;

	preempt_disable();
	if (atomic_try_cmpxchg_acquire(&lock->cnts, &free, RW_WRITER))
		return 1;
	preempt_enable();
	return 0;
}

/* As in Linux these are macros with an argument: a driver may call a variable read_lock. */
#define read_lock(lock)		do_read_lock(lock)
#define read_unlock(lock)	do_read_unlock(lock)
#define write_lock(lock)	do_write_lock(lock)
#define write_unlock(lock)	do_write_unlock(lock)
#define read_trylock(lock)	do_read_trylock(lock)
#define write_trylock(lock)	do_write_trylock(lock)
#define read_lock_irq(lock)	do { arch_irq_disable(); read_lock(lock); } while (0)
#define read_unlock_irq(lock)	do { read_unlock(lock); arch_irq_enable(); } while (0)
#define write_lock_irq(lock)	do { arch_irq_disable(); write_lock(lock); } while (0)
#define write_unlock_irq(lock)	do { write_unlock(lock); arch_irq_enable(); } while (0)
#define read_lock_bh(lock)	do { local_bh_disable(); read_lock(lock); } while (0)
#define read_unlock_bh(lock)	do { read_unlock(lock); local_bh_enable(); } while (0)
#define write_lock_bh(lock)	do { local_bh_disable(); write_lock(lock); } while (0)
#define write_unlock_bh(lock)	do { write_unlock(lock); local_bh_enable(); } while (0)
#define read_lock_irqsave(lock, flags)	do { (flags) = arch_irq_save(); read_lock(lock); } while (0)
#define read_unlock_irqrestore(lock, flags) do { read_unlock(lock); arch_irq_restore(flags); } while (0)
#define write_lock_irqsave(lock, flags)	do { (flags) = arch_irq_save(); write_lock(lock); } while (0)
#define write_unlock_irqrestore(lock, flags) do { write_unlock(lock); arch_irq_restore(flags); } while (0)
#define write_trylock_irqsave(lock, flags) ({			\
	(flags) = arch_irq_save();				\
	write_trylock(lock) ? 1 : ({ arch_irq_restore(flags); 0; }); \
})
