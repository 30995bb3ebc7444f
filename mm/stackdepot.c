// SPDX-License-Identifier: MIT
/*
 * The stack depot: each distinct stack once, behind a 32-bit handle.
 *
 *	table[hash] ──▶ record ──▶ record ──▶ 0          a record never moves, changes or goes away
 *	                  │
 *	chunks[]  ──▶ [ rec | rec  | rec | … free ]      chunks of CHUNK_BYTES, filled front to back
 *
 * A handle is a record's place: chunk number and offset in UNITs, so it is both link and name.
 * Place 0 holds nothing: 0 says "none".
 *
 * Invariant "published whole": a record is complete before the store that makes its bucket point
 * to it (release; pairs with the acquire in find_record()), and constant from then on. So lookups
 * take no lock, and what they miss they look up once more under it before they insert.
 *
 * Locks: depot_lock guards inserting. A leaf but for the page allocator's own locks, which taking a
 * new chunk needs: nobody may save a stack while holding those. Chunks come straight from the zones: KFENCE, which
 * saves a stack for every guarded page, is not asked for them, so there is no recursion.
 */
#include <linux/types.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/spinlock.h>
#include <linux/stackdepot.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <paddock/page.h>

#define CHUNK_ORDER	2
#define CHUNK_BYTES	(PAGE_SIZE << CHUNK_ORDER)
#define CHUNKS_MAX	(STACK_DEPOT_MAX_BYTES / CHUNK_BYTES)
#define UNIT		16u
#define CHUNK_UNITS	(CHUNK_BYTES / UNIT)
#define TABLE_ORDER	4
#define TABLE_SIZE	((PAGE_SIZE << TABLE_ORDER) / sizeof(u32))

struct depot_record {
	u32 next;		/* handle of the next in the bucket */
	u32 hash;
	u32 nr_entries;
	u32 unused;
	unsigned long entries[];
};

static DEFINE_RAW_SPINLOCK(depot_lock);
static u32 *table;			/* [I] once set; entries: written under the lock, read without */
static void *chunks[CHUNKS_MAX];	/* likewise */
static u32 nr_chunks;			/* [depot_lock] */
static u32 used_units = CHUNK_UNITS;	/* [depot_lock] of the last chunk; "full" while there is none */
static unsigned long nr_stacks, nr_refused;	/* [depot_lock] statistics */

int stack_depot_init(void)
{
	unsigned long flags;
	u32 *new;

	if (smp_load_acquire(&table))
		return 0;
	new = (u32 *)__get_free_pages(GFP_KERNEL | __GFP_ZERO, TABLE_ORDER);
	if (!new)
		return -ENOMEM;

	raw_spin_lock_irqsave(&depot_lock, flags);
	if (!table) {
		smp_store_release(&table, new);
		new = NULL;
	}
	raw_spin_unlock_irqrestore(&depot_lock, flags);
	if (new)
		free_pages((unsigned long)new, TABLE_ORDER);	/* another CPU was first */
	return 0;
}

/*
 * KFENCE hashes and compares two stacks per guarded object, so both loops do four entries per turn.
 * Each entry's bits spread upwards by the multiplications; the upper half has seen them all.
 */
static u32 hash_stack(const unsigned long *entries, unsigned int nr)
{
	const u64 golden = 0x9e3779b97f4a7c15ull;	/* 2^64 / golden ratio */
	const unsigned long *p = entries, *end = entries + (nr & ~3u);
	u64 h = nr;

	for (; p < end; p += 4) {
		h = (h ^ p[0]) * golden;
		h = (h ^ p[1]) * golden;
		h = (h ^ p[2]) * golden;
		h = (h ^ p[3]) * golden;
	}
	for (end = entries + nr; p < end; p++)
		h = (h ^ *p) * golden;
	return h >> 32;
}

static struct depot_record *record_at(u32 handle)
{
	return chunks[handle / CHUNK_UNITS] + handle % CHUNK_UNITS * UNIT;
}

static bool same_stack(const struct depot_record *rec, const unsigned long *entries, unsigned int nr)
{
	const unsigned long *a = rec->entries, *b = entries, *end = entries + (nr & ~3u);

	if (rec->nr_entries != nr)
		return false;
	for (; b < end; a += 4, b += 4)
		if ((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3]))
			return false;
	for (end = entries + nr; b < end; a++, b++)
		if (*a != *b)
			return false;
	return true;
}

static u32 find_record(const u32 *bucket, const unsigned long *entries, unsigned int nr, u32 hash)
{
	u32 handle = smp_load_acquire(bucket);

	while (handle) {
		const struct depot_record *rec = record_at(handle);

		if (rec->hash == hash && same_stack(rec, entries, nr))
			return handle;
		handle = rec->next;	/* older, hence published before */
	}
	return 0;
}

/* Room for a record of @units. Returns its handle, or 0. */
static u32 take_units_locked(u32 units)
{
	u32 handle;

	if (used_units + units > CHUNK_UNITS) {
		struct page *mem = NULL;

		/* For good, and for everybody: not to be counted as the caller's. */
		if (nr_chunks < CHUNKS_MAX)
			mem = alloc_internal_page(GFP_NOWAIT | __GFP_NOWARN, CHUNK_ORDER, NUMA_NO_NODE);
		if (!mem)
			return 0;
		chunks[nr_chunks] = page_address(mem);
		used_units = nr_chunks ? 0 : 1;		/* place 0 stays empty */
		nr_chunks++;
	}
	handle = (nr_chunks - 1) * CHUNK_UNITS + used_units;
	used_units += units;
	return handle;
}

static u32 insert_record_locked(u32 *bucket, const unsigned long *entries, unsigned int nr, u32 hash)
{
	u32 bytes = sizeof(struct depot_record) + nr * sizeof(*entries);
	u32 handle = take_units_locked((bytes + UNIT - 1) / UNIT);
	struct depot_record *rec;

	if (!handle) {
		nr_refused++;
		return 0;
	}
	rec = record_at(handle);
	rec->next = *bucket;
	rec->hash = hash;
	rec->nr_entries = nr;
	memcpy(rec->entries, entries, nr * sizeof(*entries));
	smp_store_release(bucket, handle);
	nr_stacks++;
	return handle;
}

depot_stack_handle_t stack_depot_save(unsigned long *entries, unsigned int nr_entries, gfp_t gfp)
{
	unsigned long flags;
	u32 hash, handle, *bucket, *buckets = smp_load_acquire(&table);

	if (!nr_entries || !buckets)
		return 0;
	nr_entries = min(nr_entries, (unsigned int)STACK_DEPOT_MAX_FRAMES);
	hash = hash_stack(entries, nr_entries);
	bucket = &buckets[hash % TABLE_SIZE];

	handle = find_record(bucket, entries, nr_entries, hash);
	if (handle)
		return handle;

	raw_spin_lock_irqsave(&depot_lock, flags);
	handle = find_record(bucket, entries, nr_entries, hash);
	if (!handle)
		handle = insert_record_locked(bucket, entries, nr_entries, hash);
	raw_spin_unlock_irqrestore(&depot_lock, flags);
	return handle;
}
EXPORT_SYMBOL_GPL(stack_depot_save);

unsigned int stack_depot_fetch(depot_stack_handle_t handle, unsigned long **entries)
{
	struct depot_record *rec;

	/* A wild handle must not fault: reports read handles that a bug may have overwritten. */
	if (!handle || handle / CHUNK_UNITS >= CHUNKS_MAX || !chunks[handle / CHUNK_UNITS])
		return 0;
	rec = record_at(handle);
	if (rec->nr_entries > STACK_DEPOT_MAX_FRAMES ||
	    handle % CHUNK_UNITS * UNIT + sizeof(*rec) + rec->nr_entries * sizeof(long) > CHUNK_BYTES)
		return 0;
	*entries = rec->entries;
	return rec->nr_entries;
}
EXPORT_SYMBOL_GPL(stack_depot_fetch);

void stack_depot_print(depot_stack_handle_t handle)
{
	unsigned long *entries;
	unsigned int nr = stack_depot_fetch(handle, &entries);

	if (nr)
		stack_trace_print(entries, nr, 0);
}
EXPORT_SYMBOL_GPL(stack_depot_print);

void stack_depot_get_stats(struct stack_depot_stats *out)
{
	out->stacks = nr_stacks;
	out->bytes = nr_chunks * CHUNK_BYTES + (table ? PAGE_SIZE << TABLE_ORDER : 0);
	out->refused = nr_refused;
}
