// SPDX-License-Identifier: MIT
/*
 * Which object lies at an address. The runs tell, which are sealed; what is not committed yet only the cursor knows, and that is
 * ordinary memory: an answer from there is good for a caller who means well, and never opens anything (wr.c).
 *
 * Context: any but NMI, without a lock.
 */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include "pmalloc.h"

bool object_at(unsigned long addr, struct pm_object *out)
{
	const struct pm_chunk *chunk = chunk_at(addr);
	const struct pm_run *run;
	struct run_place place;

	if (!chunk || !runs_find(chunk->runs, (addr - chunk->va) / PM_WORD, &place))
		return false;
	run = &place.block->run[place.index];
	*out = (struct pm_object){
		.chunk = chunk,
		.start = chunk->va + ((unsigned long)run->first + (unsigned long)place.nth * run_stride(run)) * PM_WORD,
		.size = run->size, .nth = place.nth, .of = run->count, .stack = run->stack,
	};
	return true;
}

/* The same among those that only the cursor knows. It may be moving: an answer about such is good when it stands still. */
static bool object_in_cursor(const struct pm_chunk *chunk, unsigned long addr, unsigned long *start, unsigned long *size)
{
	const struct pm_cursor *cur = chunk->pool->cursor;
	unsigned long next = READ_ONCE(cur->next), stride = READ_ONCE(cur->stride);
	u32 word = (addr - chunk->va) / PM_WORD;

	if (chunk != chunk->pool->open_chunk)
		return false;
	if (cur->run_start && addr >= cur->run_start && addr < next && stride) {
		*start = addr - (addr - cur->run_start) % stride;
		*size = cur->size;
		return true;
	}
	for (u32 i = 0; i < min_t(u32, cur->nr_pending, PM_RUNS_PER_BLOCK); i++) {
		struct pm_run run = cur->pending[i];

		barrier();	/* checked and used is the copy */
		if (run.size && word >= run.first && word < run_end(&run)) {
			*start = chunk->va + (word - (word - run.first) % run_stride(&run)) * PM_WORD;
			*size = run.size;
			return true;
		}
	}
	return false;
}

int is_pmalloc_object(const void *ptr, unsigned long n)
{
	unsigned long addr = (unsigned long)ptr, start, size;
	const struct pm_chunk *chunk = chunk_at(addr);
	struct pm_object object;

	if (n > ULONG_MAX - addr)
		return chunk ? -1 : 0;
	if (!chunk) {
		/* It may run into a pool: a page of ours begins in it. */
		for (unsigned long at = PAGE_ALIGN(addr + 1); at && at < addr + n; at += PAGE_SIZE)
			if (chunk_at(at))
				return -1;
		return 0;
	}
	if (object_at(addr, &object)) {
		start = object.start;
		size = object.size;
	} else if (!object_in_cursor(chunk, addr, &start, &size)) {
		return -1;
	}
	return addr - start <= size && n <= size - (addr - start) ? 1 : -1;
}
EXPORT_SYMBOL(is_pmalloc_object);

bool pmalloc_verify(const struct pmalloc_pool *pool, const void *ptr, unsigned long n)
{
	unsigned long addr = (unsigned long)ptr;
	struct pm_object object;

	if (!pool_is_live(pool) || !object_at(addr, &object) || object.chunk->pool != pool ||
	    addr - object.start > object.size || n > object.size - (addr - object.start))
		return false;
	/* Pages are sealed in ascending order: the last one tells. */
	return (addr - object.chunk->va + (n ?: 1) - 1) / PAGE_SIZE < object.chunk->sealed_pages;
}
EXPORT_SYMBOL(pmalloc_verify);
