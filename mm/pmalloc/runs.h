/* SPDX-License-Identifier: MIT */
/*
 * Runs: which objects a chunk holds.
 *
 * Objects of one size that one caller got one behind the other are a run: 16 bytes, however many they are. Places are
 * words (8 bytes) from the chunk's start. Blocks of runs are linked; over all blocks places ascend.
 */
#pragma once

#include <linux/types.h>

struct pm_run {
	u32 first;		/* word of its first object */
	u32 count;		/* objects; 0: the entry is not in use */
	u32 size;		/* bytes, as asked for; the next object begins at the next word */
	u32 stack;		/* who asked: a stack depot handle */
};

#define PM_RUNS_PER_BLOCK 7

struct pm_runs {
	const struct pm_runs *next;
	u32 nr, unused;
	struct pm_run run[PM_RUNS_PER_BLOCK];
};

#define PM_WORD	8u

static inline u32 run_stride(const struct pm_run *run)
{
	return (run->size + PM_WORD - 1) / PM_WORD;
}

static inline u32 run_end(const struct pm_run *run)
{
	return run->first + run->count * run_stride(run);
}

/* Where an object was found. */
struct run_place {
	const struct pm_runs *block;
	u32 index;		/* of the run in the block */
	u32 nth;		/* of the object in the run */
};

/* The object that @word lies in. False: none. Context: any; a block is published whole. */
bool runs_find(const struct pm_runs *first, u32 word, struct run_place *out);

/*
 * runs_append - @n more runs, behind all others. The first may turn out to go on where the last one ended.
 * @first, @last: the list's ends, in a record of the vault. @spare: an empty block, used when the last one is too
 * full; at most one is needed, as n <= PM_RUNS_PER_BLOCK. Returns: whether it was used.
 */
bool runs_append(const struct pm_runs *const *first, const struct pm_runs *const *last, const struct pm_run *runs,
		 u32 n, const struct pm_runs *spare);

/*
 * runs_remove - take one object out. In the middle of a run that makes two of one: @spare is an empty block for the
 * case that the block is full. Returns: whether it was used.
 */
bool runs_remove(const struct run_place *place, const struct pm_runs *const *last, const struct pm_runs *spare);

/* How many of the run's objects have a byte in the words [from, to). */
u32 run_objects_in(const struct pm_run *run, u32 from, u32 to);
