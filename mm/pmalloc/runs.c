// SPDX-License-Identifier: MIT
/*
 * Runs: which objects a chunk holds. See runs.h.
 *
 * Pure bookkeeping: no lock, no page, no allocation; it is built as a host program, too, and compared
 * with a naive model there (tests/unit/test_pmalloc.c). Blocks lie in the vault: each change is made in a copy, and
 * the copy written back.
 *
 * Invariant: over all blocks, in order of the list, runs ascend and do not overlap; a block that is linked has nr >= 0
 *            runs, and only an empty list has no block.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include "runs.h"

/* vault.c; the host test has one of its own. */
void vault_write(const void *dst, const void *src, size_t n);

bool runs_find(const struct pm_runs *first, u32 word, struct run_place *out)
{
	for (const struct pm_runs *block = first; block; block = block->next) {
		u32 nr = READ_ONCE(block->nr);

		if (!nr || word >= run_end(&block->run[nr - 1]))
			continue;
		for (u32 i = 0; i < nr; i++) {
			const struct pm_run *run = &block->run[i];

			if (word >= run_end(run))
				continue;
			if (word < run->first)
				return false;
			out->block = block;
			out->index = i;
			out->nth = (word - run->first) / run_stride(run);
			return true;
		}
	}
	return false;
}

/* Is @run more of what @block ends with? */
static bool continues(const struct pm_runs *block, const struct pm_run *run)
{
	const struct pm_run *end = block && block->nr ? &block->run[block->nr - 1] : NULL;

	return end && end->size == run->size && end->stack == run->stack && run_end(end) == run->first;
}

bool runs_append(const struct pm_runs *const *first, const struct pm_runs *const *last, const struct pm_run *runs,
		 u32 n, const struct pm_runs *spare)
{
	u32 room;

	if (n && continues(*last, runs)) {
		const struct pm_run *end = &(*last)->run[(*last)->nr - 1];
		u32 count = end->count + runs->count;

		vault_write(&end->count, &count, sizeof(count));
		runs++;
		n--;
	}
	room = *last ? min(n, PM_RUNS_PER_BLOCK - (*last)->nr) : 0;
	if (room) {
		u32 nr = (*last)->nr + room;

		/* The entries first: whoever sees the number finds them. */
		vault_write(&(*last)->run[(*last)->nr], runs, room * sizeof(*runs));
		vault_write(&(*last)->nr, &nr, sizeof(nr));
	}
	n -= room;
	if (!n)
		return false;
	vault_write(spare->run, runs + room, n * sizeof(*runs));
	vault_write(&spare->nr, &n, sizeof(n));
	vault_write(*last ? (const void *)&(*last)->next : (const void *)first, &spare, sizeof(spare));
	vault_write(last, &spare, sizeof(spare));
	return true;
}

/* Put @run at @index of @block, a copy with room. */
static void insert_run(struct pm_runs *block, u32 index, const struct pm_run *run)
{
	memmove(&block->run[index + 1], &block->run[index], (block->nr - index) * sizeof(*run));
	block->run[index] = *run;
	block->nr++;
}

bool runs_remove(const struct run_place *place, const struct pm_runs *const *last, const struct pm_runs *spare)
{
	struct pm_runs block = *place->block, other;
	struct pm_run *run = &block.run[place->index], tail = *run;
	u32 stride = run_stride(run);
	bool used = false;

	tail.first += (place->nth + 1) * stride;
	tail.count -= place->nth + 1;
	run->count = place->nth;
	if (!run->count && !tail.count) {
		block.nr--;
		memmove(run, run + 1, (block.nr - place->index) * sizeof(*run));
	} else if (!run->count) {
		*run = tail;
	} else if (tail.count && block.nr < PM_RUNS_PER_BLOCK) {
		insert_run(&block, place->index + 1, &tail);
	} else if (tail.count) {
		/* The upper half moves to a block of its own, which makes room on both sides. */
		u32 half = PM_RUNS_PER_BLOCK / 2;

		other = (struct pm_runs){ .next = block.next, .nr = PM_RUNS_PER_BLOCK - half };
		memcpy(other.run, &block.run[half], other.nr * sizeof(*run));
		block.nr = half;
		block.next = spare;
		if (place->index < half)
			insert_run(&block, place->index + 1, &tail);
		else
			insert_run(&other, place->index - half + 1, &tail);
		vault_write(spare, &other, sizeof(other));
		if (*last == place->block)
			vault_write(last, &spare, sizeof(spare));
		used = true;
	}
	vault_write(place->block, &block, sizeof(block));
	return used;
}

u32 run_objects_in(const struct pm_run *run, u32 from, u32 to)
{
	u32 stride = run_stride(run), end = run_end(run), lo, hi;

	from = max(from, run->first);
	to = min(to, end);
	if (from >= to)
		return 0;
	lo = (from - run->first) / stride;
	hi = (to - 1 - run->first) / stride;
	return hi - lo + 1;
}
