// SPDX-License-Identifier: MIT
/*
 * pmalloc() and pfree().
 *
 * A pool is filled front to back. The cursor, in ordinary memory, says where the next object goes; pmalloc() moves it
 * with one compare-and-exchange, as long as objects of one size are asked for from one place. Everything else takes the
 * slow path under pm_mutex: the first of another kind, the end of the page (AUTO) or chunk, growing.
 *
 * What the fast path has handed out is a run that only the cursor knows. cursor_commit() writes it into
 * the chunk's records, which are sealed: when the page is full, before sealing, before pfree().
 *
 * The cursor could be overwritten, as the open pages it points into could. It is believed only within
 * [open_start, open_end), which is in the sealed descriptor: all it can bring about is a mess in memory that is not sealed.
 *
 * Invariant: while the cursor knows an object that the runs do not, the pool has a spare block of runs, so
 *            committing needs no memory and cannot fail.
 */
#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <arch/cpu.h>
#include <paddock/pgtable.h>
#include "pmalloc.h"

#define STACK_DEPTH		16
#define LAST_REFILL		256u	/* pages; see PMALLOC_REFILL_DEFAULT */
#define WORDS_PER_PAGE		((u32)(PAGE_SIZE / PM_WORD))

/* ---- The cursor ---- */

/* Nobody but the functions here writes it. What it had handed out since the last commit is not known any more. */
static void forget_cursor(const struct pmalloc_pool *pool, unsigned long value)
{
	pr_err("BUG: pmalloc: the cursor of pool \"%s\" was overwritten (%#lx); its page is closed\n", pool->name, value);
	add_taint(TAINT_BAD_PAGE, LOCKDEP_NOW_UNRELIABLE);
	pool->cursor->run_start = 0;
	pool->cursor->nr_pending = 0;
}

unsigned long cursor_freeze(const struct pmalloc_pool *pool)
{
	unsigned long next = xchg(&pool->cursor->next, 0);

	if (!pool->open_chunk)
		return 0;
	if (next >= pool->open_chunk->va + (unsigned long)pool->open_chunk->fill * PM_WORD && next <= pool->open_end &&
	    IS_ALIGNED(next, PM_WORD))
		return next;
	forget_cursor(pool, next);
	return pool->open_end;
}

void cursor_thaw(const struct pmalloc_pool *pool, unsigned long next)
{
	struct pm_cursor *cur = pool->cursor;

	/*
	 * What has been committed was the open run so far; it goes on. Without a spare to commit the rest with, it must not. Then
	 * nobody is its asker; and who was in the middle of alloc_fast() finds another next, as with each run that ends.
	 */
	if (!cur->run_start && next >= pool->open_start && next < pool->open_end) {
		if (!pool->spare_runs)
			vault_set(&pool->spare_runs, (const struct pm_runs *)vault_try_alloc(sizeof(*pool->spare_runs)));
		if (pool->spare_runs) {
			cur->run_start = next;
		} else {
			cur->caller = 0;
			next += PM_WORD;
		}
	}
	smp_store_release(&cur->next, next);
}

/* The open run becomes a pending one. */
static void close_run(const struct pmalloc_pool *pool, unsigned long next)
{
	struct pm_cursor *cur = pool->cursor;
	const struct pm_chunk *chunk = pool->open_chunk;
	unsigned long stride = READ_ONCE(cur->stride);
	u32 nr = READ_ONCE(cur->nr_pending);

	if (!cur->run_start)
		return;
	if (next > cur->run_start && stride && nr < PM_RUNS_PER_BLOCK) {
		cur->pending[nr] = (struct pm_run){
			.first = (cur->run_start - chunk->va) / PM_WORD,
			.count = (next - cur->run_start) / stride,
			.size = cur->size,
			.stack = cur->run_stack,
		};
		cur->nr_pending = nr + 1;
	}
	cur->run_start = 0;
}

/*
 * A copy of what is pending, since the cursor can be overwritten at any time, and what is wrong there must not get into the
 * records: the runs ascend, and lie between what is known already and @next. Returns: how many; -1: they do not.
 */
static int copy_pending(const struct pmalloc_pool *pool, unsigned long next, struct pm_run *runs)
{
	u64 at = pool->open_chunk->fill, end = (next - pool->open_chunk->va) / PM_WORD;
	u32 nr = READ_ONCE(pool->cursor->nr_pending);

	if (nr > PM_RUNS_PER_BLOCK)
		return -1;
	memcpy(runs, pool->cursor->pending, nr * sizeof(*runs));
	barrier();
	for (u32 i = 0; i < nr; i++) {
		if (!runs[i].count || !runs[i].size || runs[i].first < at)
			return -1;
		at = runs[i].first + (u64)runs[i].count * (((u64)runs[i].size + PM_WORD - 1) / PM_WORD);
		if (at > end)
			return -1;
	}
	return nr;
}

/* Add @n to the number of users of a page. */
static u32 page_use(const struct pm_chunk *chunk, u32 page, int n)
{
	const struct pm_frame *frame = frame_at(chunk->va + (unsigned long)page * PAGE_SIZE);
	struct pm_frame new;

	if (WARN_ON(!frame))
		return 1;
	new = *frame;
	new.users += n;
	vault_set(frame, new);
	return new.users;
}

/*
 * Records of neighbouring pages, as numbers: the owner is the same, the index, from bit 32 on, grows by one, and users,
 * the upper ten bits, begin at what the first has. Adds @add users to each of up to @n. Returns: to how many.
 */
static u32 add_users(const struct pm_frame *frames, u32 n, u32 add)
{
	const u64 *raw = (const u64 *)frames;
	u64 some[32], want = raw[0], more = (u64)add << (32 + FRAME_INDEX_BITS);
	u32 i = 0;

	n = min3(n, (u32)ARRAY_SIZE(some), (u32)((PAGE_SIZE - offset_in_page(frames)) / sizeof(*frames)));
	for (; i < n && raw[i] == want; i++, want += 1ull << 32)
		some[i] = want + more;
	vault_write(frames, some, i * sizeof(some[0]));
	return i;
}

/* @run has become one of @chunk: its pages have users. */
static void count_users(const struct pm_chunk *chunk, const struct pm_run *run)
{
	u32 first = run->first / WORDS_PER_PAGE, last = (run_end(run) - 1) / WORDS_PER_PAGE, page = first;
	u32 stride = run_stride(run), whole = 0;

	/* Where objects end with the pages, each page in the middle has as many; else they are counted one by one. */
	if (WORDS_PER_PAGE % stride == 0 && run->first % stride == 0)
		whole = WORDS_PER_PAGE / stride;
	while (page <= last) {
		const struct pm_frame *frame = frame_at(chunk->va + (unsigned long)page * PAGE_SIZE);
		bool middle = whole && page > first && page < last;

		if (WARN_ON(!frame))
			return;
		page += add_users(frame, middle ? last - page : 1, middle ? whole :
				  run_objects_in(run, page * WORDS_PER_PAGE, (page + 1) * WORDS_PER_PAGE));
	}
}

/* The same, and its words may be written. */
static void note_run(const struct pm_chunk *chunk, const struct pm_run *run, bool sealing)
{
	if (!sealing)
		count_users(chunk, run);
	chunk_set_bitmap(chunk, run->first, run_end(run) - run->first, true);
}

void cursor_commit(const struct pmalloc_pool *pool, unsigned long next, bool sealing)
{
	struct pm_cursor *cur = pool->cursor;
	const struct pm_chunk *chunk = pool->open_chunk;
	struct pm_run runs[PM_RUNS_PER_BLOCK];
	int nr;

	if (!chunk)
		return;
	close_run(pool, next);
	nr = copy_pending(pool, next, runs);
	/* With a spare a cursor has none but such as can be committed. */
	if (nr < 0 || (nr && !pool->spare_runs)) {
		forget_cursor(pool, cur->nr_pending);
		nr = 0;
	} else if (!nr) {
		return;
	} else if (runs_append(&chunk->runs, &chunk->last_runs, runs, nr, pool->spare_runs)) {
		vault_set(&pool->spare_runs, (const struct pm_runs *)NULL);
	}
	for (int i = 0; i < nr; i++)
		note_run(chunk, &runs[i], sealing);
	cur->nr_pending = 0;
	vault_set(&chunk->fill, (u32)((next - chunk->va) / PM_WORD));
}

/* ---- Growing ---- */

static void set_open(const struct pmalloc_pool *pool, const struct pm_chunk *chunk, unsigned long start, unsigned long end)
{
	struct {
		unsigned long start, end;
		const struct pm_chunk *chunk;
	} open = { start, end, chunk };

	_Static_assert(offsetof(struct pmalloc_pool, open_chunk) - offsetof(struct pmalloc_pool, open_start) == 16,
		       "three fields in one write");
	vault_write(&pool->open_start, &open, sizeof(open));
}

static unsigned long chunk_end(const struct pm_chunk *chunk)
{
	return chunk->va + (unsigned long)chunk->nr_pages * PAGE_SIZE;
}

static u32 refill_pages(const struct pmalloc_pool *pool)
{
	return pool->refill ?: pool->next_refill;
}

static void seal_full(const struct pmalloc_pool *pool)
{
	const struct pm_chunk *full = pool->auto_full;

	if (!full)
		return;
	seal_chunk(full, full->nr_pages);
	vault_set(&pool->auto_full, (const struct pm_chunk *)NULL);
	kernel_flush_everywhere();
}

/*
 * Find room for @size bytes behind @next: this page, the next page of the chunk, another chunk. What it leaves is
 * committed, and @next is where the new one begins.
 * Returns: where; 0: no memory, and the pool is as it was.
 */
static unsigned long find_room(const struct pmalloc_pool *pool, unsigned long *next, size_t size, size_t align)
{
	const struct pm_chunk *chunk = pool->open_chunk;
	unsigned long start = ALIGN(*next, align);

	if (chunk && start <= pool->open_end && size <= pool->open_end - start)
		return start;
	/* AUTO: the next page of this chunk; the one that is full, or too full, is sealed. */
	if (chunk && mode_is_auto(pool->mode) && pool->open_end < chunk_end(chunk)) {
		start = pool->open_end;
		cursor_commit(pool, *next, true);
		*next = start;
		set_open(pool, chunk, start, start + PAGE_SIZE);
		seal_chunk(chunk, (start - chunk->va) / PAGE_SIZE);
		kernel_flush_everywhere();
		return start;
	}
	chunk = chunk_create(pool, refill_pages(pool));
	if (!chunk)
		return 0;
	if (pool->open_chunk) {
		cursor_commit(pool, *next, mode_is_auto(pool->mode));
		if (mode_is_auto(pool->mode)) {
			seal_chunk(pool->open_chunk, pool->open_chunk->nr_pages);
			kernel_flush_everywhere();
		}
	}
	set_open(pool, chunk, chunk->va, mode_is_auto(pool->mode) ? chunk->va + PAGE_SIZE : chunk_end(chunk));
	if (pool->mode == PMALLOC_MODE_START_WR)
		vault_set(&pool->open_start, pool->open_end);	/* nothing for the fast path */
	vault_set(&pool->next_refill, min(pool->next_refill < 64 ? 4 * pool->next_refill : 2 * pool->next_refill, LAST_REFILL));
	*next = chunk->va;
	return chunk->va;
}

static depot_stack_handle_t save_stack(void)
{
	unsigned long entries[STACK_DEPTH];

	return stack_depot_save(entries, stack_trace_save(entries, STACK_DEPTH, 0), GFP_KERNEL);
}

/* A request that gets pages of its own: known to the runs at once, the cursor stays where it is. */
static void *alloc_large(const struct pmalloc_pool *pool, size_t size)
{
	const struct pm_chunk *chunk = chunk_create(pool, PFN_UP(size));
	struct pm_run run = { .count = 1, .size = size };

	if (!chunk)
		return NULL;
	run.stack = save_stack();
	runs_append(&chunk->runs, &chunk->last_runs, &run, 1, pool->spare_runs);
	vault_set(&pool->spare_runs, (const struct pm_runs *)NULL);
	note_run(chunk, &run, false);
	vault_set(&chunk->fill, chunk->nr_pages * WORDS_PER_PAGE);
	if (mode_is_auto(pool->mode))
		vault_set(&pool->auto_full, chunk);
	return (void *)chunk->va;
}

static bool wants_own_pages(const struct pmalloc_pool *pool, size_t size)
{
	return size > PAGE_SIZE * refill_pages(pool) / 2 || (mode_is_auto(pool->mode) && size > PAGE_SIZE);
}

/* The spare block that committing may need. */
static int reserve_runs(const struct pmalloc_pool *pool)
{
	const struct pm_runs *spare;

	if (pool->spare_runs)
		return 0;
	spare = vault_alloc(sizeof(*spare));
	if (!spare)
		return -ENOMEM;
	vault_set(&pool->spare_runs, spare);
	return 0;
}

/* ---- pmalloc ---- */

static bool request_is_sound(const struct pmalloc_pool *pool, size_t size, size_t align)
{
	const char *why = NULL;

	if (!size)
		why = "size 0";
	else if (PFN_UP(size) > totalram_pages() || !PFN_UP(size) || size > U32_MAX)
		why = "exceeds total pages";
	else if (!is_power_of_2(align) || align > PMALLOC_ALIGN_MAX)
		why = "bad alignment";
	if (why)
		pr_warn_ratelimited("pmalloc: pool \"%s\": size %zu, alignment %zu: %s\n", pool->name, size, align, why);
	return !why;
}

/* The cursor is frozen at @next. Returns: the object, or NULL; @next is where the cursor shall be. */
static void *alloc_frozen(const struct pmalloc_pool *pool, size_t size, size_t align, unsigned long caller,
			  const unsigned long *frame, unsigned long *next)
{
	struct pm_cursor *cur = pool->cursor;
	unsigned long start, offset = (unsigned long)frame - (unsigned long)current->stack;
	bool frame_is_real = offset < THREAD_SIZE - 2 * sizeof(long);

	if (reserve_runs(pool))
		return NULL;
	seal_full(pool);
	if (wants_own_pages(pool, size)) {
		/* It takes the spare, which the cursor's objects may need. */
		cursor_commit(pool, *next, false);
		return reserve_runs(pool) ? NULL : alloc_large(pool, size);
	}
	/* Keep room for the run that is open, and for the one that it may be followed by. */
	if (cur->nr_pending > PM_RUNS_PER_BLOCK - 2)
		cursor_commit(pool, *next, false);
	start = find_room(pool, next, size, align);
	if (!start || reserve_runs(pool))
		return NULL;
	close_run(pool, *next);
	cur->run_start = start;
	cur->size = size;
	cur->stride = ALIGN(size, PM_WORD);
	/* Without a frame, as in code that keeps none, no run goes on. */
	cur->caller = frame_is_real ? caller : 0;
	cur->frame = (unsigned long)frame;
	cur->parent = frame_is_real ? frame[1] : 0;
	cur->run_stack = save_stack();
	*next = start + cur->stride;
	if (pool->mode == PMALLOC_MODE_START_WR)
		cursor_commit(pool, *next, true);
	return (void *)start;
}

/* @caller, @frame: see ASKER. */
static noinline void *alloc_slow(const struct pmalloc_pool *pool, size_t size, size_t align, unsigned long caller,
				 const unsigned long *frame)
{
	unsigned long next;
	void *object;

	pool = pool_check(pool, "pmalloc");
	if (!pool || !request_is_sound(pool, size, align ?: pool->align))
		return NULL;
	align = max_t(size_t, align ?: pool->align, PM_WORD);
	mutex_lock(&pm_mutex);
	next = cursor_freeze(pool);
	object = alloc_frozen(pool, size, align, caller, frame, &next);
	cursor_thaw(pool, next);
	mutex_unlock(&pm_mutex);
	return object;
}

/*
 * Who asks: where the function that this is used in returns to, and its caller's frame. With the return address in that
 * frame these differ whenever stacks differ, but for what lies above two callers.
 */
#define FRAME		((const unsigned long *)__builtin_frame_address(0))	/* on both: the caller's frame, the return address */
#define CALLER_FRAME	((const unsigned long *)FRAME[0])
#define ASKER		FRAME[1], CALLER_FRAME

/*
 * The next object of the open run? All fields but `next` change only while next is 0, and each run that begins or ends moves
 * next on: so if it is in the end what it was at first, the fields were those of one run. A frame that the open run has is
 * a real one, and can be read. False: no, the slow path is to be taken.
 */
static __always_inline bool alloc_fast(const struct pmalloc_pool *pool, size_t size, void **object)
{
	struct pm_cursor *cur;
	unsigned long next, end, frame, caller, open_start, open_end;

	/* Of a pool that was destroyed the record is zero; what else is no pool, the slow path will tell. */
	if (unlikely(!pool || !(cur = pool->cursor)))
		return false;
	next = arch_load_linked(&cur->next);
	frame = FRAME[0];
	caller = FRAME[1];
	if (cur->size != size || cur->caller != caller || cur->frame != frame || cur->parent != CALLER_FRAME[1])
		return false;
	open_start = pool->open_start;
	open_end = pool->open_end;
	end = next + cur->stride;
	if (next < open_start || end > open_end)
		return false;
	*object = (void *)next;
	return arch_store_conditional(&cur->next, next, end);
}

void *pmalloc(struct pmalloc_pool *pool, size_t size)
{
	void *object;

	if (likely(alloc_fast(pool, size, &object)))
		return object;
	return alloc_slow(pool, size, 0, ASKER);
}
EXPORT_SYMBOL(pmalloc);

void *pmalloc_align(struct pmalloc_pool *pool, size_t size, size_t align)
{
	return alloc_slow(pool, size, align ?: 1, ASKER);
}
EXPORT_SYMBOL(pmalloc_align);

/* Fresh memory of a START_WR pool is zero, and only write-rare could make it so. */
static void *zeroed(const struct pmalloc_pool *pool, void *object, size_t size)
{
	if (object && pool->mode != PMALLOC_MODE_START_WR)
		memset(object, 0, size);
	return object;
}

void *pzalloc(struct pmalloc_pool *pool, size_t size)
{
	void *object;

	if (!alloc_fast(pool, size, &object))
		object = alloc_slow(pool, size, 0, ASKER);
	return zeroed(pool, object, size);
}
EXPORT_SYMBOL(pzalloc);

void *pzalloc_align(struct pmalloc_pool *pool, size_t size, size_t align)
{
	return zeroed(pool, alloc_slow(pool, size, align ?: 1, ASKER), size);
}
EXPORT_SYMBOL(pzalloc_align);

char *pstrdup_align(struct pmalloc_pool *pool, const char *s, size_t align)
{
	size_t len = s ? strlen(s) + 1 : 0;
	char *p = s ? alloc_slow(pool, len, align, ASKER) : NULL;

	if (p && pool->mode == PMALLOC_MODE_START_WR)
		wr_memcpy(p, s, len);
	else if (p)
		memcpy(p, s, len);
	return p;
}
EXPORT_SYMBOL(pstrdup_align);

char *pstrdup(struct pmalloc_pool *pool, const char *s)
{
	return pstrdup_align(pool, s, 0);
}
EXPORT_SYMBOL(pstrdup);

/* ---- pfree ---- */

/* Pages of [from, to) words that have no user any more go back, but for those the cursor has not left. */
static void drop_unused(const struct pm_chunk *chunk, u32 from, u32 to)
{
	const struct pmalloc_pool *pool = chunk->pool;

	for (u32 page = from / WORDS_PER_PAGE; page <= (to - 1) / WORDS_PER_PAGE; page++) {
		/* The page that the cursor is in, and those before it that are not full yet, stay. */
		bool is_open = chunk == pool->open_chunk && page >= chunk->fill / WORDS_PER_PAGE;

		if (!page_use(chunk, page, -1) && !is_open)
			chunk_drop_page(chunk, page);
	}
}

static void unlink_chunk(const struct pmalloc_pool *pool, const struct pm_chunk *chunk)
{
	const struct pm_chunk *const *link = &pool->chunks;

	while (*link && *link != chunk)
		link = &(*link)->next;
	if (!WARN_ON(!*link))
		vault_write(link, &chunk->next, sizeof(chunk->next));
	vault_set(&pool->nr_chunks, pool->nr_chunks - 1);
	if (pool->auto_full == chunk)
		vault_set(&pool->auto_full, (const struct pm_chunk *)NULL);
}

static void free_object(const struct pmalloc_pool *pool, const struct pm_object *object)
{
	const struct pm_chunk *chunk = object->chunk;
	u32 first = (object->start - chunk->va) / PM_WORD, words = DIV_ROUND_UP(object->size, PM_WORD);
	struct run_place place;

	if (!runs_find(chunk->runs, first, &place))
		return;
	if (runs_remove(&place, &chunk->last_runs, pool->spare_runs))
		vault_set(&pool->spare_runs, (const struct pm_runs *)NULL);
	chunk_set_bitmap(chunk, first, words, false);
	drop_unused(chunk, first, first + words);
	if (!chunk->held_pages && chunk != pool->open_chunk) {
		unlink_chunk(pool, chunk);
		chunk_unmap(chunk);
		kernel_flush_everywhere();
		chunk_free(chunk);
	}
	frames_trim();
}

/* Why @ptr cannot be freed; NULL: it can. */
static const char *refuse_free(const struct pmalloc_pool *pool, const void *ptr, struct pm_object *object)
{
	if (!object_at((unsigned long)ptr, object) || object->start != (unsigned long)ptr)
		return "no object begins there, or it is free already";
	if (object->chunk->pool != pool)
		return "it is another pool's";
	if ((object->start - object->chunk->va) / PAGE_SIZE < object->chunk->sealed_pages)
		return "it is sealed";
	if (reserve_runs(pool))
		return "no memory: it stays until the pool goes";
	return NULL;
}

void pfree(struct pmalloc_pool *p, const void *ptr)
{
	const struct pmalloc_pool *pool;
	struct pm_object object;
	unsigned long next;
	const char *why;

	if (!ptr)
		return;
	pool = pool_check(p, "pfree");
	if (!pool)
		return;
	mutex_lock(&pm_mutex);
	next = cursor_freeze(pool);
	cursor_commit(pool, next, false);
	why = refuse_free(pool, ptr, &object);
	if (!why)
		free_object(pool, &object);
	cursor_thaw(pool, next);
	mutex_unlock(&pm_mutex);
	WARN(why, "pmalloc: pool \"%s\": pfree(%px): %s\n", pool->name, ptr, why);
}
EXPORT_SYMBOL(pfree);
