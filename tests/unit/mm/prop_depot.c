// SPDX-License-Identifier: MIT
/*
 * The stack depot against a naive model: a list of all stacks that were saved, with their handles.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/stackdepot.h>
#include <linux/string.h>
#include "hosted.h"

#define MAX_STACKS 4000
#define FRAMES 80		/* more than the depot keeps */

struct saved {
	depot_stack_handle_t handle;
	unsigned int nr;
	unsigned long entries[FRAMES];
};

static struct saved *stacks;
static unsigned int nr_stacks;

static void check_fetch(const struct saved *s)
{
	unsigned int kept = min(s->nr, (unsigned int)STACK_DEPOT_MAX_FRAMES);
	unsigned long *entries;

	if (stack_depot_fetch(s->handle, &entries) != kept || memcmp(entries, s->entries, kept * sizeof(long)))
		host_fail("handle %#x does not give its %u frames back", s->handle, s->nr);
}

static const struct saved *find(const struct saved *wanted)
{
	unsigned int kept = min(wanted->nr, (unsigned int)STACK_DEPOT_MAX_FRAMES);

	for (unsigned int i = 0; i < nr_stacks; i++)
		if (min(stacks[i].nr, (unsigned int)STACK_DEPOT_MAX_FRAMES) == kept &&
		    !memcmp(stacks[i].entries, wanted->entries, kept * sizeof(long)))
			return &stacks[i];
	return NULL;
}

void prop_depot(unsigned int steps)
{
	struct stack_depot_stats stats;
	unsigned long *entries;

	stacks = host_alloc(MAX_STACKS * sizeof(*stacks));
	HOST_EXPECT(stack_depot_save((unsigned long[]){ 1 }, 1, GFP_KERNEL) == 0);	/* before its init */
	HOST_EXPECT(stack_depot_init() == 0 && stack_depot_init() == 0);
	HOST_EXPECT(stack_depot_save(NULL, 0, GFP_KERNEL) == 0);
	for (unsigned int step = 0; step < steps; step++) {
		struct saved *s = &stacks[nr_stacks];
		const struct saved *same;

		if (nr_stacks == MAX_STACKS)
			break;
		s->nr = 1 + host_random_below(host_random_below(4) ? 12 : FRAMES);
		/* Few different values, so that stacks share beginnings and repeat. */
		for (unsigned int i = 0; i < s->nr; i++)
			s->entries[i] = 0xffffffff81000000 + host_random_below(host_random_below(3) ? 2 : 1000);
		same = find(s);
		s->handle = stack_depot_save(s->entries, s->nr, GFP_KERNEL);
		if (!s->handle)
			host_fail("no handle for a stack of %u frames", s->nr);
		if (same && same->handle != s->handle)
			host_fail("equal stacks have handles %#x and %#x", same->handle, s->handle);
		check_fetch(s);
		if (!same)
			nr_stacks++;
		if (nr_stacks)
			check_fetch(&stacks[host_random_below(nr_stacks)]);
		/* Wild handles: nothing, or the start of some record; never a fault. */
		stack_depot_fetch(host_random(), &entries);
	}
	for (unsigned int i = 0; i < nr_stacks; i++) {
		for (unsigned int j = 0; j < i && i < 300; j++)
			HOST_EXPECT(stacks[i].handle != stacks[j].handle);
		check_fetch(&stacks[i]);
	}
	stack_depot_get_stats(&stats);
	HOST_EXPECT(stats.stacks == nr_stacks && !stats.refused);
}
