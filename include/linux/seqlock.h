/* SPDX-License-Identifier: MIT */
/*
 * Sequence counters: readers never block the writer; they read again when it wrote meanwhile.
 * The count is odd while a writer is at work. Writers exclude each other by a lock, and keep
 * preemption off so that readers on this CPU do not spin on a writer that cannot run.
 */
#pragma once

#include <linux/compiler.h>
#include <linux/preempt.h>
#include <linux/spinlock.h>
#include <asm/processor.h>

typedef struct seqcount {
	unsigned int sequence;
} seqcount_t;
typedef seqcount_t seqcount_spinlock_t, seqcount_raw_spinlock_t, seqcount_mutex_t;

#define SEQCNT_ZERO(name)	{ .sequence = 0 }
#define SEQCNT_SPINLOCK_ZERO(name, lock) SEQCNT_ZERO(name)
#define seqcount_init(s)	do { (s)->sequence = 0; } while (0)
#define seqcount_spinlock_init(s, lock)	seqcount_init(s)
#define seqcount_mutex_init(s, lock)	seqcount_init(s)

static inline unsigned int __read_seqcount_begin(const seqcount_t *s)
{
	unsigned int seq;

	while ((seq = smp_load_acquire(&s->sequence)) & 1)
		cpu_relax();
	return seq;
}
#define read_seqcount_begin(s)		__read_seqcount_begin(s)
#define raw_read_seqcount_begin(s)	__read_seqcount_begin(s)
static inline unsigned int raw_read_seqcount(const seqcount_t *s) { return smp_load_acquire(&s->sequence); }

/* True: what was read since begin is not consistent. */
static inline int read_seqcount_retry(const seqcount_t *s, unsigned int start)
{
	smp_rmb();	/* the data's loads before this one; pairs with the writer's barriers */
	return unlikely(READ_ONCE(s->sequence) != start);
}
#define __read_seqcount_retry(s, start) read_seqcount_retry(s, start)

static inline void raw_write_seqcount_begin(seqcount_t *s)
{
	WRITE_ONCE(s->sequence, s->sequence + 1);
	smp_wmb();	/* odd before the data changes */
}
static inline void raw_write_seqcount_end(seqcount_t *s)
{
	smp_wmb();	/* the data before even again */
	WRITE_ONCE(s->sequence, s->sequence + 1);
}
static inline void write_seqcount_begin(seqcount_t *s)
{
	preempt_disable();
	raw_write_seqcount_begin(s);
}
static inline void write_seqcount_end(seqcount_t *s)
{
	raw_write_seqcount_end(s);
	preempt_enable();
}
static inline void write_seqcount_invalidate(seqcount_t *s)
{
	smp_wmb();
	WRITE_ONCE(s->sequence, s->sequence + 2);
}

typedef struct {
	seqcount_t seqcount;
	spinlock_t lock;
} seqlock_t;

#define __SEQLOCK_UNLOCKED(name) { .seqcount = SEQCNT_ZERO(name) }
#define DEFINE_SEQLOCK(sl)	seqlock_t sl = __SEQLOCK_UNLOCKED(sl)
#define seqlock_init(sl)	do { seqcount_init(&(sl)->seqcount); spin_lock_init(&(sl)->lock); } while (0)

static inline unsigned int read_seqbegin(const seqlock_t *sl) { return read_seqcount_begin(&sl->seqcount); }
static inline unsigned int read_seqretry(const seqlock_t *sl, unsigned int start)
{
	return read_seqcount_retry(&sl->seqcount, start);
}
static inline void write_seqlock(seqlock_t *sl)
{
	spin_lock(&sl->lock);
	raw_write_seqcount_begin(&sl->seqcount);
}
static inline void write_sequnlock(seqlock_t *sl)
{
	raw_write_seqcount_end(&sl->seqcount);
	spin_unlock(&sl->lock);
}
static inline void write_seqlock_bh(seqlock_t *sl)
{
	spin_lock_bh(&sl->lock);
	raw_write_seqcount_begin(&sl->seqcount);
}
static inline void write_sequnlock_bh(seqlock_t *sl)
{
	raw_write_seqcount_end(&sl->seqcount);
	spin_unlock_bh(&sl->lock);
}
static inline void write_seqlock_irq(seqlock_t *sl)
{
	spin_lock_irq(&sl->lock);
	raw_write_seqcount_begin(&sl->seqcount);
}
static inline void write_sequnlock_irq(seqlock_t *sl)
{
	raw_write_seqcount_end(&sl->seqcount);
	spin_unlock_irq(&sl->lock);
}
#define write_seqlock_irqsave(sl, flags) do {			\
	spin_lock_irqsave(&(sl)->lock, flags);			\
	raw_write_seqcount_begin(&(sl)->seqcount);		\
} while (0)
static inline void write_sequnlock_irqrestore(seqlock_t *sl, unsigned long flags)
{
	raw_write_seqcount_end(&sl->seqcount);
	spin_unlock_irqrestore(&sl->lock, flags);
}
static inline void read_seqlock_excl(seqlock_t *sl) { spin_lock(&sl->lock); }
static inline void read_sequnlock_excl(seqlock_t *sl) { spin_unlock(&sl->lock); }
