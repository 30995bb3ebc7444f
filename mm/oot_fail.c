// SPDX-License-Identifier: MIT
/*
 * Allocations of an isolated module that are made to fail, so that its error paths run.
 *
 *	module.fail_alloc=<name>:<n>      its n-th allocation since it was loaded, once
 *	module.fail_alloc=<name>:stacks   each new call stack once
 *
 * An allocation is a module's if it is made while the module's code runs, by whichever function: kmalloc(), vmalloc(),
 * alloc_percpu(), or kthread_create(), which allocates several times. So while such a module is loaded all
 * allocations are watched, as for failnth (alloc_watch.h), and each looks at its stack; without one, nothing does.
 *
 * A call stack is known as text (function+offset), from the allocator out to the last frame in a module: so it is the same
 * one after the module was unloaded and loaded again elsewhere. Load and use a module until it gets through without a
 * failure, and each place that allocates has been refused once, on each way that leads to it, init included.
 *
 * Locks: seen_lock is a leaf; interrupts masked.
 */
#include <linux/hash.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/spinlock.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <paddock/alloc_watch.h>
#include "oot.h"

#define FRAMES		48	/* of a stack; what is further out is the caller's caller */
#define SEEN_MAX	4096	/* a power of two; call stacks of all modules */

static DEFINE_SPINLOCK(seen_lock);
static u64 seen[SEEN_MAX];	/* [seen_lock] open addressing; 0: free */
static unsigned int nr_seen;	/* [seen_lock] */
static unsigned int nr_failing;	/* [module_mutex] slots whose owner's allocations may fail */

/* Enter @key. Returns: it was not there before. A full table knows everything. */
static bool is_new(u64 key)
{
	unsigned long flags;
	unsigned int i;
	bool new;

	spin_lock_irqsave(&seen_lock, flags);
	for (i = hash_64(key, ilog2(SEEN_MAX)); seen[i] && seen[i] != key; i = (i + 1) % SEEN_MAX)
		;
	new = !seen[i] && nr_seen < SEEN_MAX / 4 * 3;
	if (new) {
		seen[i] = key;
		nr_seen++;
	}
	spin_unlock_irqrestore(&seen_lock, flags);
	return new;
}

static u64 hash_text(u64 h, const char *s)
{
	for (; *s; s++)
		h = (h ^ (u8)*s) * 0x100000001b3ull;	/* FNV-1a */
	return h;
}

static bool is_text_of(const struct oot_slot *slot, unsigned long addr)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(slot->text); i++)
		if (addr >= slot->text[i].start && addr < slot->text[i].end)
			return true;
	return false;
}

static struct oot_slot *slot_of_code(unsigned long addr)
{
	for (unsigned int i = 0; i < OOT_SLOTS_MAX; i++)
		if (oot_slots[i].fails && is_text_of(&oot_slots[i], addr))
			return &oot_slots[i];
	return NULL;
}

/* From the allocator to the outermost frame in a module. */
static u64 stack_key(const unsigned long *frames, unsigned int nr)
{
	char name[KSYM_SYMBOL_LEN];
	u64 h = 0xcbf29ce484222325ull;

	while (nr && !oot_is_module_code(frames[nr - 1]))
		nr--;
	for (unsigned int i = 0; i < nr; i++) {
		sprint_symbol(name, frames[i]);
		h = hash_text(h, name);
	}
	return h ?: 1;
}

static void tell(const struct oot_slot *slot, unsigned long nth, const unsigned long *frames, unsigned int nr)
{
	char from[KSYM_SYMBOL_LEN] = "";

	for (unsigned int i = 1; i < nr && !from[0]; i++)
		if (oot_is_module_code(frames[i]))
			sprint_symbol(from, frames[i]);
	pr_info("fail_alloc: %s: allocation %lu fails, at %pS%s%s\n", slot->owner, nth, (void *)frames[0],
		from[0] ? ", from " : "", from);
}

bool oot_fails(gfp_t gfp)
{
	unsigned long frames[FRAMES], nth;
	unsigned int nr, inner = 0;
	struct oot_slot *slot;
	bool fails;

	if (!READ_ONCE(nr_failing) || gfp & __GFP_NOFAIL)
		return false;
	/* What has interrupted a module's code does not work for it. */
	nr = filter_irq_stacks(frames, stack_trace_save(frames, FRAMES, 1));
	while (inner < nr && !oot_is_module_code(frames[inner]) && !slot_of_code(frames[inner]))
		inner++;
	slot = inner < nr ? slot_of_code(frames[inner]) : NULL;
	if (!slot)
		return false;
	nth = atomic_long_inc_return(&slot->fail_count);
	fails = nth == slot->fail_nth || (slot->fail_stacks && is_new(stack_key(frames, nr)));
	if (fails) {
		WRITE_ONCE(slot->failed, slot->failed + 1);
		tell(slot, nth, frames + inner, nr - inner);
	}
	return fails;
}

void oot_fail_begin(struct oot_slot *slot, const struct oot_options *options)
{
	slot->fails = options->fail_nth || options->fail_stacks;
	if (!slot->fails)
		return;
	slot->fail_nth = options->fail_nth;
	slot->fail_stacks = options->fail_stacks;
	memcpy(slot->text, options->text, sizeof(slot->text));
	atomic_long_set(&slot->fail_count, 0);
	WRITE_ONCE(nr_failing, nr_failing + 1);
	alloc_watch_get();
}

void oot_fail_end(struct oot_slot *slot)
{
	if (!slot->fails)
		return;
	slot->fails = false;
	slot->fail_nth = 0;
	slot->fail_stacks = false;
	memset(slot->text, 0, sizeof(slot->text));
	WRITE_ONCE(nr_failing, nr_failing - 1);
	alloc_watch_put();
}
