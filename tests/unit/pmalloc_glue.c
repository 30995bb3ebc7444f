// SPDX-License-Identifier: MIT
/* pmalloc's runs on the host: blocks from malloc(), so that the sanitizers see every access; written as they are. */
#include <linux/string.h>
#include "../../mm/pmalloc/runs.h"
#include "pmalloc_glue.h"

void vault_write(const void *dst, const void *src, size_t n);

struct pm_runs_list {
	const struct pm_runs *first, *last;
};

static struct pm_runs_list list;
static struct pm_runs *spare;

void vault_write(const void *dst, const void *src, size_t n)
{
	memmove((void *)dst, src, n);
}

static void need_spare(void)
{
	if (!spare)
		spare = host_zalloc(sizeof(*spare));
}

void glue_append(unsigned int n, const unsigned int (*runs)[4])
{
	struct pm_run copy[PM_RUNS_PER_BLOCK];

	for (unsigned int i = 0; i < n; i++)
		copy[i] = (struct pm_run){ runs[i][0], runs[i][1], runs[i][2], runs[i][3] };
	need_spare();
	if (runs_append(&list.first, &list.last, copy, n, spare))
		spare = NULL;
}

int glue_find(unsigned int word, unsigned int *start, unsigned int *size, unsigned int *stack)
{
	struct run_place place;
	const struct pm_run *run;

	if (!runs_find(list.first, word, &place))
		return 0;
	run = &place.block->run[place.index];
	*start = run->first + place.nth * run_stride(run);
	*size = run->size;
	*stack = run->stack;
	return 1;
}

int glue_remove(unsigned int word)
{
	struct run_place place;

	need_spare();
	if (!runs_find(list.first, word, &place))
		return 0;
	if (runs_remove(&place, &list.last, spare))
		spare = NULL;
	return 1;
}

unsigned int glue_objects_in(unsigned int from, unsigned int to)
{
	unsigned int sum = 0;

	for (const struct pm_runs *b = list.first; b; b = b->next)
		for (u32 i = 0; i < b->nr; i++)
			sum += run_objects_in(&b->run[i], from, to);
	return sum;
}

/* The invariants of runs.c; returns what does not hold. */
const char *glue_check(void)
{
	const struct pm_runs *last = NULL;
	u32 end = 0;

	for (const struct pm_runs *b = list.first; b; b = b->next) {
		if (b->nr > PM_RUNS_PER_BLOCK)
			return "a block has more runs than fit";
		for (u32 i = 0; i < b->nr; i++) {
			if (!b->run[i].count)
				return "a run without objects";
			if (b->run[i].first < end)
				return "runs overlap or do not ascend";
			end = run_end(&b->run[i]);
		}
		last = b;
	}
	return last == list.last ? NULL : "the last block is not the last";
}

unsigned int glue_blocks(void)
{
	unsigned int n = 0;

	for (const struct pm_runs *b = list.first; b; b = b->next)
		n++;
	return n;
}

void glue_reset(void)
{
	const struct pm_runs *next;

	for (; list.first; list.first = next) {
		next = list.first->next;
		host_release((void *)list.first);
	}
	list.last = NULL;
	host_release(spare);
	spare = NULL;
}
