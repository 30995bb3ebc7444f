/* SPDX-License-Identifier: MIT */
/*
 * pmalloc's inside: records, who may write them, and what its files offer each other.
 *
 *   pool ──▶ chunk ──▶ chunk ──▶ …        newest first
 *    │         │  └──▶ runs ──▶ runs       which objects it holds, and who asked for them
 *    │         └─────▶ bitmap              WR pools: which words may be changed
 *    └──▶ cursor                           where the next object goes; ordinary memory
 *
 * All records but the cursor are in the vault: pages that nobody can write by an ordinary store. They are
 * read by ordinary loads, and changed by vault_write() alone.
 *
 *	frames.c  page frames, and who has which      window.c  one CPU's private way to write
 *	vault.c   room for records                    pool.c    pools: making, destroying, owners
 *	runs.c    objects of a chunk                  chunk.c   pages of a pool
 *	alloc.c   pmalloc(), pfree()                  seal.c    sealing, parameters
 *	look.c    which object is it
 *	wr.c      wr_memcpy() and kin                 report.c  faults
 *	audit.c, files.c  what can be seen            gfp.c     GFP_SEAL
 *
 * Lock: pm_mutex guards every record and the vault. Readers in any context look without it: a record of a live pool
 * stays, and is published whole. Order: pm_mutex, then what frames need: vmalloc, pt_resize_mutex, zone->lock.
 */
#pragma once

#include <linux/align.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/pmalloc.h>
#include <linux/stackdepot.h>
#include <linux/types.h>
#include <arch/paging.h>
#include <paddock/pmalloc.h>
#include "runs.h"

struct seq_file;
extern struct mutex pm_mutex;

#define PM_UNIT		64u	/* bytes: what the vault is made of; a WR bitmap's share of a page */
#define PM_POOL_MAGIC	0x706d706f6f6cull
#define PM_CHUNK_MAGIC	0x706d6368756eull

/* ---- Frames (frames.c) ---- */

/* What a frame is for: one of these, or the handle of a chunk. */
enum { FRAME_NOT_OURS, FRAME_FREE, FRAME_TABLE, FRAME_VAULT, FRAME_CHUNK };

#define FRAME_INDEX_BITS	22

struct pm_frame {
	u32 owner;
	u32 index : FRAME_INDEX_BITS;	/* which page of its chunk; bitmap pages count on */
	u32 users : 10;			/* of a chunk's page: live objects that have a byte in it; 512 at most.
					 * Not kept of pages that are sealed: nothing is freed there. */
};
_Static_assert(sizeof(struct pm_frame) == 8, "a region's records are one page");
#define CHUNK_MAX_PAGES		((1u << FRAME_INDEX_BITS) - (1u << 16))	/* 15 GiB, with room for a bitmap */

/*
 * frames_alloc - @n frames, noted as page 0 … n - 1 of @owner, writable by the linear map only.
 * Context: pm_mutex. Returns: 0, or -ENOMEM with nothing taken.
 */
int frames_alloc(unsigned int n, u32 owner, struct page **pages);
void frames_free(struct page **pages, unsigned int n);	/* their alias is writable again, and flushed */
/* Blocks that hold nothing any more go back to the page allocator. Context: thread, pm_mutex. */
void frames_trim(void);
int frames_init(void);
/* The record of a frame, or NULL: not one of ours. Context: any. */
const struct pm_frame *frame_of(unsigned long pfn);
/* The same for what lies at @addr, by whatever mapping. */
const struct pm_frame *frame_at(unsigned long addr);

/* Is any frame of the 2 MiB around @pfn ours? */
bool frames_in_region(unsigned long pfn);

struct frame_counts {
	unsigned long free, table, vault, chunk;
};
void frames_count(struct frame_counts *out);

/* ---- Writing records (window.c, vault.c) ---- */

int window_init(void);
/* Write @n bytes at @pa, within one page, by this CPU's window. @src: mapped for certain. Context: any but NMI. */
void window_write(phys_addr_t pa, const void *src, size_t n);

/* Call @fn for what the windows map at this moment. */
void windows_for_each_leaf(void (*fn)(void *ctx, unsigned long va, pte_t e, unsigned int level), void *ctx);

/*
 * vault_write - change a record. @dst: in a frame of ours; anything else panics, as it can only be a damaged pointer.
 * @src: on the stack, in the vault or a constant: there for certain, as what runs in the window must not fault.
 * vault_set(&record->field, value)
 */
void vault_write(const void *dst, const void *src, size_t n);
#define vault_set(ptr, value) ({				\
	typeof(*(ptr)) __v = (value);				\
	vault_write((ptr), (const void *)&__v, sizeof(__v));	\
})

/* Room for a record, zeroed, aligned to PM_UNIT; at most VAULT_MAX_BYTES. NULL: no memory. Context: pm_mutex. */
#define VAULT_MAX_BYTES (63 * PM_UNIT)
const void *vault_alloc(size_t bytes);
const void *vault_try_alloc(size_t bytes);	/* only from pages that the vault has */
void vault_free(const void *record, size_t bytes);
/*
 * Whether a record is the descriptor of a live pool is said where the vault says what is in use, and not by what is in it: bits of a
 * bitmap, for one, are what the pool's owner likes. @record: in a page of the vault, aligned to PM_UNIT.
 */
void vault_mark_pool(const void *record, bool on);
bool vault_is_pool(const void *record);
int vault_init(void);

/* A record by 32 bits: its place in RAM in units. */
static inline u32 vault_handle(const void *record)
{
	return __pa(record) / PM_UNIT;
}

static inline const void *vault_record(u32 handle)
{
	return __va((phys_addr_t)handle * PM_UNIT);
}

/* ---- Chunks (chunk.c) ---- */

struct pm_chunk {
	u64 magic;
	const struct pmalloc_pool *pool;
	const struct pm_chunk *next;	/* older */
	unsigned long va;
	u32 nr_pages;			/* for objects; behind them are bitmap_pages */
	u32 bitmap_pages;
	u32 sealed_pages;		/* so many from the first on are read-only */
	u32 held_pages;			/* not given back by pfree() */
	u32 fill;			/* words from va on that hold objects known in runs, or gaps */
	u32 unused;
	const u64 *bitmap;		/* WR pools: PM_UNIT bytes a page, a bit a word; NULL: none */
	const struct pm_runs *runs, *last_runs;
};

struct pm_cursor;

struct pmalloc_pool {
	u64 magic;
	struct pm_cursor *cursor;
	unsigned long open_start, open_end;	/* where the cursor may be: nothing in it is sealed, but in START_WR */
	const struct pm_chunk *open_chunk;	/* that this is part of; NULL: none */
	const struct pm_chunk *chunks;
	const struct pm_chunk *auto_full;	/* AUTO: full, and not sealed before the next request */
	const struct pm_runs *spare_runs;	/* see runs_reserve() */
	const struct pmalloc_pool *next;
	struct module *owner;			/* NULL: the kernel */
	struct pm_folder *folder;		/* files.c */
	size_t refill;				/* pages; 0: grows */
	u32 align;
	u8 mode, is_gfp_seal, owner_gone, unused;
	u32 nr_chunks, next_refill;		/* pages */
	char name[PMALLOC_NAME_LEN];
	char owner_name[64];
};

static inline bool mode_is_wr(u8 mode)
{
	return mode >= PMALLOC_MODE_WR;
}

static inline bool mode_is_auto(u8 mode)
{
	return mode == PMALLOC_MODE_AUTO_RO || mode == PMALLOC_MODE_AUTO_WR;
}

/* A chunk of @nr_pages, the first in the pool's list. NULL: no memory, nothing has changed. */
const struct pm_chunk *chunk_create(const struct pmalloc_pool *pool, unsigned long nr_pages);
/*
 * To give chunks back: chunk_unmap() each, kernel_flush_everywhere() once, chunk_free() each.
 * The caller takes them off the pool's list.
 */
void chunk_unmap(const struct pm_chunk *chunk);
void chunk_free(const struct pm_chunk *chunk);
/* One page of it back; flushes. */
void chunk_drop_page(const struct pm_chunk *chunk, u32 page);
/* Set or clear PT_WRITE of pages [from, to), in both mappings. No flush. */
void chunk_set_write(const struct pm_chunk *chunk, u32 from, u32 to, bool on);
/* The words [word, word + words) may, or may not, be changed by write-rare. */
void chunk_set_bitmap(const struct pm_chunk *chunk, u32 word, u32 words, bool on);
/* The chunk that a frame belongs to, or NULL. */
const struct pm_chunk *chunk_of_frame(const struct pm_frame *frame);
/* The chunk with @addr in one of its object pages, or NULL; by its own mapping, not the alias. */
const struct pm_chunk *chunk_at(unsigned long addr);

/* ---- Objects ---- */

/* Where the next object goes, and the objects that the runs do not have yet. Guarded by pm_mutex, but for `next`. */
struct pm_cursor {
	unsigned long next;		/* address; 0 while a slow path is at work */
	unsigned long stride, size;	/* the open run: bytes from one object to the next, bytes asked for */
	unsigned long caller, frame, parent;	/* who asks: ASKER in alloc.c */
	unsigned long run_start;	/* address of the open run's first object; 0: none is open */
	depot_stack_handle_t run_stack;
	u32 nr_pending;
	struct pm_run pending[PM_RUNS_PER_BLOCK];
};

/*
 * Stop the fast path, and learn how far it has come. Undone by cursor_thaw(): objects of the same kind go on at @next, or a
 * word behind it.
 */
unsigned long cursor_freeze(const struct pmalloc_pool *pool);
void cursor_thaw(const struct pmalloc_pool *pool, unsigned long next);
/*
 * All objects up to @next become known to their chunk. Cannot fail. The cursor is frozen.
 * @sealing: their pages are sealed before anybody else has pm_mutex, and nothing is freed there any more.
 */
void cursor_commit(const struct pmalloc_pool *pool, unsigned long next, bool sealing);

/* One object, as found. */
struct pm_object {
	const struct pm_chunk *chunk;
	unsigned long start, size;
	u32 nth, of;			/* in its run, from 0 */
	depot_stack_handle_t stack;
};
/* The object that @addr lies in, or right behind by padding. False: none. Only such as are committed. Context: any. */
bool object_at(unsigned long addr, struct pm_object *out);

/* ---- Pools ---- */

/* pool, if it is a live one, or NULL with a warning that names @what. */
const struct pmalloc_pool *pool_check(const struct pmalloc_pool *pool, const char *what);
bool pool_is_live(const struct pmalloc_pool *pool);	/* Context: any */
extern const struct pm_root *pm_root;
struct pm_root {
	const struct pmalloc_pool *pools;	/* newest first */
	const struct pm_range *ranges;
	u64 unused[6];
};
#define for_each_pool(pool) for (pool = pm_root ? pm_root->pools : NULL; pool; pool = pool->next)
/* Seal pages of @chunk up to @page; no flush. */
void seal_chunk(const struct pm_chunk *chunk, u32 page);
bool seal_is_on(void);
bool seal_is_locked(void);
enum pm_fault_action { PM_FAULT_OOPS, PM_FAULT_PANIC };
enum pm_fault_action pm_fault_action(void);

struct pool_stats {
	unsigned long pages, sealed_pages, bytes_used, objects, bytes_wasted, bookkeeping;
};
void pool_get_stats(const struct pmalloc_pool *pool, struct pool_stats *out);	/* pm_mutex */
extern const char *const pm_mode_names[];

/* files.c; a pool without its folder is a pool all the same */
struct pm_folder *folder_create(const struct pmalloc_pool *pool);
void folder_destroy(struct pm_folder *folder);

/* audit.c */
int pmalloc_audit_show(struct seq_file *m);
int pmalloc_pointers_show(struct seq_file *m);

/* wr.c: data of a module, sealed after its init, that write-rare may change. In the vault. */
struct pm_range {
	const struct pm_range *next;
	unsigned long start, end;
	struct module *owner;
};
/* The image's __wr_after_init data, or a module's. */
bool range_has(unsigned long addr, size_t n, const struct pm_range **module_range);
void ranges_forget(struct module *owner);	/* pm_mutex */
