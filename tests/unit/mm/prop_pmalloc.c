// SPDX-License-Identifier: MIT
/*
 * pmalloc's frames and vault against a naive model, on the hosted machine: sealed pages are read-only for the host, too, so a
 * record that is written past the window ends the test.
 *
 * Frames: each that is handed out is RAM, nobody else's, and its record says whose it is and which. Vault: records do
 * not overlap, come zeroed, and keep what was written. In the end every block has gone back.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <paddock/page.h>
#include <paddock/pgtable.h>
#include "../../../mm/pmalloc/pmalloc.h"
#include "hosted.h"

/* ---- What frames.c and vault.c stand on ---- */

void kernel_alias_lock(void) {}
void kernel_alias_unlock(void) {}
void kernel_flush_everywhere(void) {}
void kernel_merge_range(unsigned long va, unsigned long size) {}

static bool split_fails;
int kernel_split_range(unsigned long va, unsigned long size)
{
	return split_fails ? -ENOMEM : 0;
}

int kernel_set_prot(unsigned long va, unsigned long size, pgprot_bits_t set, pgprot_bits_t clear)
{
	host_map(va, va - PAGE_OFFSET, size, 1, !!(set & PT_WRITE));
	return 0;
}

phys_addr_t kernel_va_to_pa(unsigned long va)
{
	return PHYS_ADDR_MAX;
}

void window_write(phys_addr_t pa, const void *src, size_t n)
{
	unsigned long page = (unsigned long)__va(pa) & PAGE_MASK;

	HOST_EXPECT((pa & ~PAGE_MASK) + n <= PAGE_SIZE);
	host_map(page, page - PAGE_OFFSET, PAGE_SIZE, 1, 1);
	memcpy(__va(pa), src, n);
	host_map(page, page - PAGE_OFFSET, PAGE_SIZE, 1, 0);
}

/* ---- Frames ---- */

#define MAX_SETS 64

struct set {
	unsigned int n;
	u32 owner;
	struct page *pages[300];
};

static struct set sets[MAX_SETS];
static u8 *taken;		/* [pfn] */
static unsigned long nr_taken;

static void check_set(const struct set *s)
{
	for (unsigned int i = 0; i < s->n; i++) {
		const struct pm_frame *frame = frame_of(page_to_pfn(s->pages[i]));

		HOST_EXPECT(frame && frame->owner == s->owner && frame->index == i && !frame->users);
		HOST_EXPECT(frame_at((unsigned long)page_address(s->pages[i]) + 17) == frame);
	}
}

static void take_set(struct set *s)
{
	s->n = 1 + host_random_below(host_random_below(4) ? 20 : ARRAY_SIZE(s->pages));
	s->owner = FRAME_CHUNK + host_random_below(1 << 20);
	if (frames_alloc(s->n, s->owner, s->pages)) {
		s->n = 0;
		return;
	}
	for (unsigned int i = 0; i < s->n; i++) {
		HOST_EXPECT(!taken[page_to_pfn(s->pages[i])]++);
		/* Writable by the linear map, as nothing of it is sealed. */
		memset(page_address(s->pages[i]), 0x5a, PAGE_SIZE);
	}
	nr_taken += s->n;
	check_set(s);
}

static void give_set(struct set *s)
{
	check_set(s);
	for (unsigned int i = 0; i < s->n; i++)
		taken[page_to_pfn(s->pages[i])]--;
	nr_taken -= s->n;
	frames_free(s->pages, s->n);
	if (host_random_below(2))
		frames_trim();
	s->n = 0;
}

/* ---- Records ---- */

#define MAX_RECORDS 400

static struct {
	const u8 *p;
	size_t bytes;
	u8 fill;
} records[MAX_RECORDS];

static void take_record(unsigned int i)
{
	size_t bytes = 1 + host_random_below(host_random_below(8) ? 256 : VAULT_MAX_BYTES);
	const u8 *p = host_random_below(4) ? vault_alloc(bytes) : vault_try_alloc(bytes);
	u8 fill[VAULT_MAX_BYTES];

	if (!p)
		return;
	HOST_EXPECT(IS_ALIGNED((unsigned long)p, PM_UNIT) && frame_at((unsigned long)p)->owner == FRAME_VAULT);
	HOST_EXPECT(!memchr_inv(p, 0, bytes) && !vault_is_pool(p));
	records[i].p = p;
	records[i].bytes = bytes;
	records[i].fill = 1 + host_random_below(255);
	memset(fill, records[i].fill, bytes);
	vault_write(p, fill, bytes);
	if (i % 8 == 0)
		vault_mark_pool(p, true);
}

static void give_record(unsigned int i)
{
	HOST_EXPECT(!memchr_inv(records[i].p, records[i].fill, records[i].bytes));
	HOST_EXPECT(vault_is_pool(records[i].p) == (i % 8 == 0));
	vault_mark_pool(records[i].p, false);
	vault_free(records[i].p, records[i].bytes);
	records[i].p = NULL;
}

/* ---- The property ---- */

static void check_counts(void)
{
	struct frame_counts c;

	frames_count(&c);
	HOST_EXPECT(c.chunk == nr_taken);
}

void prop_pmalloc(unsigned int steps)
{
	unsigned long free_before, vault_before;
	struct frame_counts c;

	taken = host_alloc(max_pfn);
	HOST_EXPECT(!frames_init() && !vault_init());
	frames_count(&c);
	vault_before = c.vault;
	free_before = nr_free_pages();
	for (unsigned int step = 0; step < steps; step++) {
		struct set *s = &sets[host_random_below(MAX_SETS)];
		unsigned int r = host_random_below(MAX_RECORDS);

		split_fails = host_random_below(10) == 0;
		if (s->n)
			give_set(s);
		else
			take_set(s);
		for (int i = 0; i < 4; i++, r = (r + 1) % MAX_RECORDS) {
			if (records[r].p)
				give_record(r);
			else
				take_record(r);
		}
		if (step % 64 == 0)
			check_counts();
	}
	for (unsigned int i = 0; i < MAX_RECORDS; i++)
		if (records[i].p)
			give_record(i);
	for (unsigned int i = 0; i < MAX_SETS; i++)
		if (sets[i].n)
			give_set(&sets[i]);
	frames_trim();
	check_counts();
	frames_count(&c);
	/* Only what the vault has grown by is still out, with the tables of its regions. */
	HOST_EXPECT(c.vault >= vault_before && c.chunk == 0);
	HOST_EXPECT(free_before - nr_free_pages() <= (c.vault - vault_before + 1) << 9);
}
