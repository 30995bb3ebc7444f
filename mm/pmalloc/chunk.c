// SPDX-License-Identifier: MIT
/*
 * Chunks: the pages of a pool.
 *
 * A chunk is one range of vmalloc addresses over frames of frames.c:
 *
 *	va                                                     (WR pools of large chunks)
 *	[ page 0 | page 1 | …                    | page n - 1 ][ bitmap … ][ guard ]
 *	  sealed ◀── sealed_pages ──▶  open, or not yet used      sealed
 *
 * Pages are used and sealed in ascending order, so one number says what is sealed. pfree() may leave holes.
 * The bitmap of a WR chunk of up to 63 pages is a record in the vault; larger chunks have it in pages of their own
 * behind the others.
 *
 * Lock: pm_mutex.
 */
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <paddock/pgtable.h>
#include "../pgtable.h"
#include "pmalloc.h"

#define BITMAP_IN_VAULT		(VAULT_MAX_BYTES / PM_UNIT)	/* pages */
#define WORDS_PER_PAGE		(PAGE_SIZE / PM_WORD)

static unsigned long chunk_bytes(const struct pm_chunk *chunk)
{
	return ((unsigned long)chunk->nr_pages + chunk->bitmap_pages) * PAGE_SIZE;
}

/* ---- Making ---- */

/* Frames for all of the chunk, and its mapping. Returns: 0 or -ENOMEM with nothing left behind. */
static int map_new_chunk(struct pm_chunk *new, u32 handle)
{
	unsigned int n = new->nr_pages + new->bitmap_pages;
	struct page **pages = kvmalloc_array(n, sizeof(*pages), GFP_KERNEL);
	struct vm_struct *area = NULL;
	int err = -ENOMEM;

	if (!pages)
		return -ENOMEM;
	if (frames_alloc(n, handle, pages))
		goto out;
	area = get_vm_area((unsigned long)n * PAGE_SIZE, VM_MAP);
	if (!area)
		goto free_frames;
	area->caller = __pmalloc_create_pool;	/* what /proc/vmallocinfo shows */
	err = kernel_map_pages((unsigned long)area->addr, pages, n, PT_KERNEL_RW);
	if (err)
		goto free_area;
	new->va = (unsigned long)area->addr;
	kvfree(pages);
	return 0;

free_area:
	free_vm_area(area);
	/* Some were mapped for a moment: nobody has used that, but a TLB may have been told. */
	kernel_flush_everywhere();
free_frames:
	frames_free(pages, n);
	frames_trim();
out:
	kvfree(pages);
	return err;
}

/* What must be sealed before anybody sees the chunk: the bitmap, and in START_WR everything. */
static void seal_new_chunk(struct pm_chunk *new, bool all)
{
	unsigned long bitmap_va = new->va + (unsigned long)new->nr_pages * PAGE_SIZE;

	if (new->bitmap_pages) {
		memset((void *)bitmap_va, 0, (unsigned long)new->bitmap_pages * PAGE_SIZE);
		kernel_alias_set(bitmap_va, (unsigned long)new->bitmap_pages * PAGE_SIZE, 0, PT_WRITE);
		new->bitmap = (const u64 *)bitmap_va;
	}
	if (all) {
		memset((void *)new->va, 0, (unsigned long)new->nr_pages * PAGE_SIZE);
		if (seal_is_on())
			kernel_alias_set(new->va, (unsigned long)new->nr_pages * PAGE_SIZE, 0, PT_WRITE);
		new->sealed_pages = new->nr_pages;
	}
	if (all || new->bitmap_pages)
		kernel_flush_everywhere();
}

const struct pm_chunk *chunk_create(const struct pmalloc_pool *pool, unsigned long nr_pages)
{
	struct pm_chunk new = {
		.magic = PM_CHUNK_MAGIC, .pool = pool, .next = pool->chunks, .nr_pages = nr_pages, .held_pages = nr_pages,
	};
	const void *vault_bitmap = NULL;
	const struct pm_chunk *chunk;

	if (nr_pages > CHUNK_MAX_PAGES)
		return NULL;
	chunk = vault_alloc(sizeof(*chunk));
	if (!chunk)
		return NULL;
	if (mode_is_wr(pool->mode)) {
		if (nr_pages <= BITMAP_IN_VAULT) {
			vault_bitmap = vault_alloc(nr_pages * PM_UNIT);
			if (!vault_bitmap)
				goto free_chunk;
			new.bitmap = vault_bitmap;
		} else {
			new.bitmap_pages = PFN_UP(nr_pages * PM_UNIT);
		}
	}
	if (map_new_chunk(&new, vault_handle(chunk)))
		goto free_bitmap;
	seal_new_chunk(&new, pool->mode == PMALLOC_MODE_START_WR);
	vault_write(chunk, &new, sizeof(new));
	vault_set(&pool->chunks, chunk);
	vault_set(&pool->nr_chunks, pool->nr_chunks + 1);
	return chunk;

free_bitmap:
	vault_free(vault_bitmap, nr_pages * PM_UNIT);
free_chunk:
	vault_free(chunk, sizeof(*chunk));
	return NULL;
}

/* ---- Permissions ---- */

static bool page_is_held(const struct pm_chunk *chunk, u32 page)
{
	return kernel_page_entry(chunk->va + (unsigned long)page * PAGE_SIZE, NULL);
}

void chunk_set_write(const struct pm_chunk *chunk, u32 from, u32 to, bool on)
{
	pgprot_bits_t set = on ? PT_WRITE : 0, clear = on ? 0 : PT_WRITE;

	while (from < to) {
		u32 end = to;

		if (chunk->held_pages < chunk->nr_pages) {	/* there are holes */
			if (!page_is_held(chunk, from)) {
				from++;
				continue;
			}
			for (end = from + 1; end < to && page_is_held(chunk, end); end++)
				;
		}
		kernel_alias_set(chunk->va + (unsigned long)from * PAGE_SIZE, (unsigned long)(end - from) * PAGE_SIZE, set,
				 clear);
		from = end;
	}
}

/* ---- The bitmap ---- */

void chunk_set_bitmap(const struct pm_chunk *chunk, u32 word, u32 words, bool on)
{
	u64 some[32];		/* four pages' worth */

	while (chunk->bitmap && words) {
		u32 at = word / 64, nr = min_t(u32, ARRAY_SIZE(some), (word % 64 + words + 63) / 64), n, bit, bits;
		u64 mask;

		memcpy(some, &chunk->bitmap[at], nr * sizeof(some[0]));
		while (words && word / 64 < at + nr) {
			/* Whole entries, of which there are the most. */
			if (!(word % 64) && words >= 64) {
				some[word / 64 - at] = on ? ~0ull : 0;
				word += 64;
				words -= 64;
				continue;
			}
			bit = word % 64;
			bits = min(words, 64 - bit);
			mask = ((1ull << bits) - 1) << bit;
			n = word / 64 - at;
			some[n] = on ? some[n] | mask : some[n] & ~mask;
			word += bits;
			words -= bits;
		}
		vault_write(&chunk->bitmap[at], some, nr * sizeof(some[0]));
	}
}

/* ---- Looking ---- */

const struct pm_chunk *chunk_of_frame(const struct pm_frame *frame)
{
	const struct pm_chunk *chunk;
	u32 owner = frame ? READ_ONCE(frame->owner) : FRAME_NOT_OURS;

	if (owner < FRAME_CHUNK)
		return NULL;
	chunk = vault_record(owner);
	return chunk->magic == PM_CHUNK_MAGIC ? chunk : NULL;
}

const struct pm_chunk *chunk_at(unsigned long addr)
{
	const struct pm_chunk *chunk;

	if (!is_vmalloc_addr((void *)addr))
		return NULL;
	chunk = chunk_of_frame(frame_at(addr));
	if (!chunk || addr - chunk->va >= (unsigned long)chunk->nr_pages * PAGE_SIZE)
		return NULL;
	return chunk;
}

/* ---- Giving back ---- */

/* Out of reach, but the entries still know the frames. */
void chunk_unmap(const struct pm_chunk *chunk)
{
	u32 n = chunk->nr_pages + chunk->bitmap_pages;

	chunk_set_write(chunk, 0, chunk->sealed_pages, true);
	if (chunk->bitmap_pages)
		kernel_alias_set(chunk->va + (unsigned long)chunk->nr_pages * PAGE_SIZE,
				 (unsigned long)chunk->bitmap_pages * PAGE_SIZE, PT_WRITE, 0);
	if (chunk->held_pages == chunk->nr_pages) {
		kernel_set_prot(chunk->va, chunk_bytes(chunk), 0, PT_PRESENT);
		return;
	}
	for (u32 i = 0; i < n; i++)
		if (page_is_held(chunk, i))
			kernel_page_protect(chunk->va + (unsigned long)i * PAGE_SIZE, false);
}

void chunk_free(const struct pm_chunk *chunk)
{
	u32 n = chunk->nr_pages + chunk->bitmap_pages;
	struct vm_struct *area = find_vm_area((void *)chunk->va);
	const struct pm_runs *runs, *next;
	struct page *some[32];
	unsigned int k = 0;

	for (u32 i = 0; i < n; i++) {
		pte_t *slot = kernel_page_entry(chunk->va + (unsigned long)i * PAGE_SIZE, NULL);

		if (slot)
			some[k++] = phys_to_page(arch_pt_pa(*slot, 0));
		if (k == ARRAY_SIZE(some) || (k && i == n - 1)) {
			frames_free(some, k);
			k = 0;
		}
	}
	if (!WARN(!area, "pmalloc: the vmalloc area at %#lx is gone\n", chunk->va))
		free_vm_area(area);
	for (runs = chunk->runs; runs; runs = next) {
		next = runs->next;
		vault_free(runs, sizeof(*runs));
	}
	if (chunk->bitmap && !chunk->bitmap_pages)
		vault_free(chunk->bitmap, chunk->nr_pages * PM_UNIT);
	vault_free(chunk, sizeof(*chunk));
}

void chunk_drop_page(const struct pm_chunk *chunk, u32 page)
{
	unsigned long va = chunk->va + (unsigned long)page * PAGE_SIZE;
	struct page *frame = vmalloc_to_page((void *)va);

	kernel_unmap_range(va, PAGE_SIZE);
	arch_tlb_flush_range_all(va, va + PAGE_SIZE);
	frames_free(&frame, 1);
	vault_set(&chunk->held_pages, chunk->held_pages - 1);
}
