// SPDX-License-Identifier: MIT
/*
 * Allocations of an isolated module that are made to fail, so that its error paths run.
 *
 *	module.fail_alloc=<name>:<n>      its n-th allocation since it was loaded, once
 *	module.fail_alloc=<name>:stacks   each new call stack once
 *
 * A call stack is known by its frames in modules, as text (function+offset): so it is the same one after the
 * module was unloaded and loaded again elsewhere. Load and use a module until it gets through without a failure,
 * and each place that allocates has been refused once, on each way that leads to it, init included.
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
#include "oot.h"

#define FRAMES		16
#define SEEN_MAX	4096	/* a power of two; call stacks of all modules */

static DEFINE_SPINLOCK(seen_lock);
static u64 seen[SEEN_MAX];	/* [seen_lock] open addressing; 0: free */
static unsigned int nr_seen;	/* [seen_lock] */

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

/* The frames of this stack that are in modules, innermost first. */
static unsigned int module_frames(unsigned long *frames)
{
	unsigned long stack[4 * FRAMES];
	unsigned int nr = stack_trace_save(stack, ARRAY_SIZE(stack), 1), n = 0;

	for (unsigned int i = 0; i < nr && n < FRAMES; i++)
		if (oot_is_module_code(stack[i]))
			frames[n++] = stack[i];
	return n;
}

static u64 stack_key(const unsigned long *frames, unsigned int nr)
{
	char name[KSYM_SYMBOL_LEN];
	u64 h = 0xcbf29ce484222325ull;

	for (unsigned int i = 0; i < nr; i++) {
		sprint_symbol(name, frames[i]);
		h = hash_text(h, name);
	}
	return h ?: 1;
}

static void tell(const struct oot_slot *slot, unsigned long nth, const unsigned long *frames, unsigned int nr)
{
	char name[KSYM_SYMBOL_LEN] = "";

	if (nr > 1)
		sprint_symbol(name, frames[1]);
	if (nr)
		pr_info("fail_alloc: %s: allocation %lu fails, at %pS%s%s\n", slot->owner, nth, (void *)frames[0],
			nr > 1 ? ", from " : "", name);
	else
		pr_info("fail_alloc: %s: allocation %lu fails\n", slot->owner, nth);
}

bool oot_should_fail(struct oot_slot *slot)
{
	unsigned long frames[FRAMES], nth = atomic_long_inc_return(&slot->fail_count);
	unsigned int nr = module_frames(frames);
	bool fail = nth == slot->fail_nth;

	if (!fail && slot->fail_stacks && nr)
		fail = is_new(stack_key(frames, nr));
	if (fail)
		tell(slot, nth, frames, nr);
	return fail;
}
