// SPDX-License-Identifier: MIT
/*
 * Sleepable RCU. Two counters of readers; new readers use the one that idx names. The updater turns
 * idx over and waits until the other counter is zero.
 *
 * A reader may have read idx just before it was turned, and count itself only afterwards, unseen by
 * the updater, who found zero. Such a reader saw the updater's change (its count comes after, and is a
 * full barrier), so it needs no waiting for by this updater, but the next one must not take its late
 * count for a new reader's: hence each updater waits for both counters, one after the other.
 */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/srcu.h>
#include <linux/sched.h>

int init_srcu_struct(struct srcu_struct *ssp)
{
	atomic_long_set(&ssp->readers[0], 0);
	atomic_long_set(&ssp->readers[1], 0);
	ssp->idx = 0;
	mutex_init(&ssp->mutex);
	init_waitqueue_head(&ssp->wait);
	return 0;
}
EXPORT_SYMBOL_GPL(init_srcu_struct);

void cleanup_srcu_struct(struct srcu_struct *ssp)
{
	WARN_ON(atomic_long_read(&ssp->readers[0]) || atomic_long_read(&ssp->readers[1]));
}
EXPORT_SYMBOL_GPL(cleanup_srcu_struct);

int srcu_read_lock(struct srcu_struct *ssp)
{
	int idx = READ_ONCE(ssp->idx);

	atomic_long_inc(&ssp->readers[idx]);
	smp_mb__after_atomic();	/* counted before the protected data is read */
	return idx;
}
EXPORT_SYMBOL_GPL(srcu_read_lock);

void srcu_read_unlock(struct srcu_struct *ssp, int idx)
{
	if (atomic_long_dec_and_test(&ssp->readers[idx]) && waitqueue_active(&ssp->wait))
		wake_up_all(&ssp->wait);
}
EXPORT_SYMBOL_GPL(srcu_read_unlock);

static void turn_and_wait(struct srcu_struct *ssp)
{
	int old = ssp->idx;

	WRITE_ONCE(ssp->idx, !old);
	smp_mb();	/* the updater's change and the new idx before the counts are read */
	wait_event(ssp->wait, !atomic_long_read(&ssp->readers[old]));
	smp_mb();
}

void synchronize_srcu(struct srcu_struct *ssp)
{
	mutex_lock(&ssp->mutex);
	turn_and_wait(ssp);
	turn_and_wait(ssp);
	mutex_unlock(&ssp->mutex);
}
EXPORT_SYMBOL_GPL(synchronize_srcu);

void synchronize_srcu_expedited(struct srcu_struct *ssp)
{
	synchronize_srcu(ssp);
}
EXPORT_SYMBOL_GPL(synchronize_srcu_expedited);
