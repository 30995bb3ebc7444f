// SPDX-License-Identifier: MIT
/*
 * Whose turn is it to be guarded?
 *
 * Full mode: everybody's; the allocators' gates stay open.
 *
 * Sampling: each interval a timer puts 1 + burst tokens into the pot and opens the gates of all CPUs,
 * that is, makes the next allocation of each take its slow path, which asks. The first to ask get the
 * tokens, whichever CPU they are on; a CPU that comes too late has lost one trip through its slow
 * path. Between two intervals the fast paths know nothing of KFENCE.
 *
 * Covered stacks. When the pool fills up, allocations from places that already have objects in it
 * are passed over, so that one busy place does not crowd out all others. Which places those are is
 * kept in a counting Bloom filter over the first frames of the stack: adding and removing a key costs
 * two counters, a wrong "yes" costs one missed sample, and a wrong "no" cannot be.
 *
 * Locks: none. Tokens and counters are atomic; start and stop run under kfence_mutex.
 */
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/timer.h>
#include <linux/vmalloc.h>
#include <paddock/page.h>
#include <paddock/slab.h>
#include "kfence.h"

static bool full_mode;			/* written under kfence_mutex */
atomic_t kfence_owed;			/* the pot; in full mode 1 for ever */
static unsigned long interval_jiffies;	/* written under kfence_mutex */
static unsigned long capacity;		/* objects in the pool, likewise */

/*
 * How often a CPU's gate may be opened again within an interval because the allocation that came
 * through could not be guarded (too large, another cache's turn was switched off). Without a bound, a
 * program that makes only such allocations would run on slow paths.
 */
#define RETRIES_PER_INTERVAL 16
static DEFINE_PER_CPU(unsigned int, retries_left);
static DEFINE_PER_CPU(call_single_data_t, gate_calls);

bool kfence_full_mode(void)
{
	return READ_ONCE(full_mode);
}

/* ---- Tokens ---- */

static void open_gates_here(void *unused)
{
	this_cpu_write(retries_left, RETRIES_PER_INTERVAL);
	slab_gate_open_this_cpu();
	page_gate_open_this_cpu();
}

static void reopen_gates(void)
{
	unsigned long flags;

	local_irq_save(flags);
	slab_gate_open_this_cpu();
	page_gate_open_this_cpu();
	local_irq_restore(flags);
}

bool kfence_sample_take(void)
{
	int left;

	if (READ_ONCE(full_mode))
		return true;
	if (atomic_read(&kfence_owed) <= 0)
		return false;
	left = atomic_dec_return(&kfence_owed);
	if (left > 0)
		reopen_gates();		/* the burst goes on with this CPU's next allocation */
	return left >= 0;
}

void kfence_sample_retry(void)
{
	if (READ_ONCE(full_mode) || atomic_read(&kfence_owed) <= 0 || !this_cpu_read(retries_left))
		return;
	this_cpu_write(retries_left, this_cpu_read(retries_left) - 1);
	reopen_gates();
}

/* ---- The timer ---- */

static void sample_timer_fn(struct timer_list *timer);
static DEFINE_TIMER(sample_timer, sample_timer_fn);

static void sample_timer_fn(struct timer_list *timer)
{
	unsigned long flags;
	int cpu, here;

	atomic_set(&kfence_owed, 1 + READ_ONCE(kfence_burst));
	here = get_cpu();
	for_each_online_cpu(cpu) {
		/* An idle CPU allocates nothing; waking it is what `deferrable` asks not to do. */
		if (cpu == here || (kfence_deferrable && idle_cpu(cpu)))
			continue;
		/* Busy from last time: its gate is about to open anyway. */
		(void)smp_call_function_single_async(cpu, per_cpu_ptr(&gate_calls, cpu));
	}
	put_cpu();
	local_irq_save(flags);
	open_gates_here(NULL);
	local_irq_restore(flags);
	mod_timer(&sample_timer, jiffies + READ_ONCE(interval_jiffies));
}

void kfence_sample_set_interval(long interval_ms)
{
	WRITE_ONCE(interval_jiffies, max(1ul, msecs_to_jiffies(min(interval_ms, (long)INT_MAX))));
	mod_timer(&sample_timer, jiffies + interval_jiffies);
}

/* ---- Covered stacks ---- */

#define COVER_FRAMES	8	/* those above differ in ways that do not matter */
#define COVER_HASHES	2
#define COVER_MAX_ORDER	18

static atomic_t *cover;			/* 1 << cover_order counters, or NULL */
static unsigned int cover_order;

u32 kfence_cover_key(const unsigned long *entries, unsigned int nr)
{
	u64 h = 0;

	for (unsigned int i = 0; i < nr && i < COVER_FRAMES; i++) {
		h = (h ^ entries[i]) * 0x9e3779b97f4a7c15ull;
		h ^= h >> 29;
	}
	return h >> 16;
}

static u32 cover_index(u32 key, unsigned int hash)
{
	return (key * (hash ? 0x85ebca6bu : 0xc2b2ae35u)) >> (32 - cover_order);
}

/* The filter goes away when sampling stops; who looks at it is an RCU reader. */
bool kfence_cover_contains(u32 key)
{
	atomic_t *counters;
	bool covered;

	rcu_read_lock();
	counters = READ_ONCE(cover);

	covered = counters;
	for (unsigned int i = 0; covered && i < COVER_HASHES; i++)
		covered = atomic_read(&counters[cover_index(key, i)]);
	rcu_read_unlock();
	return covered;
}

void kfence_cover_add(u32 key, int n)
{
	atomic_t *counters;

	rcu_read_lock();
	counters = READ_ONCE(cover);
	for (unsigned int i = 0; counters && i < COVER_HASHES; i++)
		atomic_add(n, &counters[cover_index(key, i)]);
	rcu_read_unlock();
}

bool kfence_cover_applies(void)
{
	long live = kfence_slabs_now() + kfence_pages_now();

	return live > 0 && (unsigned long)live * 100 > capacity * READ_ONCE(kfence_skip_covered_thresh);
}

/* ---- Start and stop ---- */

int kfence_sample_start(long interval_ms, unsigned long nr_objects)
{
	int cpu;

	capacity = nr_objects;
	if (interval_ms < 0) {
		WRITE_ONCE(full_mode, true);
		atomic_set(&kfence_owed, 1);
		slab_set_full_mode(true);
		page_set_full_mode(true);
		return 0;
	}
	/* Four counters per object: at 75 % use, about one wrong "yes" in twelve. */
	cover_order = clamp_t(unsigned int, ilog2(nr_objects) + 2, 10, COVER_MAX_ORDER);
	WRITE_ONCE(cover, vzalloc(sizeof(*cover) << cover_order));
	if (!cover)
		return -ENOMEM;
	for_each_possible_cpu(cpu)
		INIT_CSD(per_cpu_ptr(&gate_calls, cpu), open_gates_here, NULL);
	if (kfence_deferrable)
		timer_setup(&sample_timer, sample_timer_fn, TIMER_DEFERRABLE);
	kfence_sample_set_interval(interval_ms);
	return 0;
}

void kfence_sample_stop(void)
{
	atomic_t *old = cover;

	if (full_mode) {
		slab_set_full_mode(false);
		page_set_full_mode(false);
		WRITE_ONCE(full_mode, false);
		atomic_set(&kfence_owed, 0);
		return;
	}
	del_timer_sync(&sample_timer);
	atomic_set(&kfence_owed, 0);
	WRITE_ONCE(cover, NULL);
	synchronize_rcu();
	vfree(old);
}
