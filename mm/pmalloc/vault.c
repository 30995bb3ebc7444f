// SPDX-License-Identifier: MIT
/*
 * The vault: room for pmalloc's records, in pages that no ordinary store can change.
 *
 * A page is 64 units of 64 bytes. Unit 0 is its header, with a bit for each unit in use:
 *
 *	[ header | pool ....... | chunk | runs ... | free | … ]
 *
 * Records are reached through the linear map, the only mapping these frames have, and that is read-only.
 * Vault pages are never given back; freed units are used again, the longest free first, so that a pointer to a
 * destroyed pool is told from a live one for as long as possible.
 *
 * Lock: pm_mutex.
 */
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/panic.h>
#include <linux/string.h>
#include <paddock/pgtable.h>
#include "pmalloc.h"

#define UNITS_PER_PAGE	(PAGE_SIZE / PM_UNIT)
#define PAGE_MAGIC	0x706d7661756c74ull

struct vault_page {
	u64 magic;
	u64 used;			/* a bit per unit; bit 0, the header, is always set */
	const struct vault_page *next;	/* a ring */
	u64 pools;			/* a bit per unit: the descriptor of a live pool begins there */
	u64 unused[4];
};

static const struct vault_page *first_page __ro_after_init;
static const struct vault_page *last_page;	/* where the last search ended; any page of the ring */
static unsigned int next_unit;			/* where to look first in it; any number does */

void vault_write(const void *dst, const void *src, size_t n)
{
	while (n) {
		unsigned long va = (unsigned long)dst;
		size_t part = min_t(size_t, n, PAGE_SIZE - offset_in_page(va));
		phys_addr_t pa = va >= PAGE_OFFSET && va < LINEAR_END ? va - PAGE_OFFSET : kernel_va_to_pa(va);
		const struct pm_frame *frame = frame_of(PHYS_PFN(pa));

		if (!frame)
			panic("pmalloc: a record at %px is outside the vault", dst);
		window_write(pa, src, part);
		dst += part;
		src += part;
		n -= part;
	}
}

static const struct vault_page *add_page(void)
{
	struct vault_page *vault;
	struct page *page;

	if (frames_alloc(1, FRAME_VAULT, &page))
		return NULL;
	vault = page_address(page);
	memset(vault, 0, PAGE_SIZE);
	vault->magic = PAGE_MAGIC;
	vault->used = 1;
	vault->next = first_page ? first_page->next : vault;
	/* Nothing is in it yet, so a late flush elsewhere would do no harm; but then nobody can have written it. */
	kernel_set_prot((unsigned long)vault, PAGE_SIZE, 0, PT_WRITE);
	kernel_flush_everywhere();
	if (first_page)
		vault_set(&first_page->next, (const struct vault_page *)vault);
	return vault;
}

/* The first run of @units free ones from unit @from on; 0: none. */
static unsigned int find_units(u64 used, unsigned int units, unsigned int from)
{
	u64 mask = units == 64 ? ~0ull : (1ull << units) - 1;

	for (unsigned int i = max(from, 1u); i + units <= UNITS_PER_PAGE; i++)
		if (!(used & mask << i))
			return i;
	return 0;
}

/* last_page is ordinary memory: a false one, with records to come outside the vault, is not believed. */
static const struct vault_page *search_begin(void)
{
	const struct vault_page *page = READ_ONCE(last_page);
	unsigned long va = (unsigned long)page;
	const struct pm_frame *frame = va >= PAGE_OFFSET && va < LINEAR_END && PAGE_ALIGNED(va) ? frame_at(va) : NULL;

	return frame && frame->owner == FRAME_VAULT ? page : first_page;
}

static const void *take_units(const struct vault_page *page, unsigned int unit, unsigned int units)
{
	last_page = page;
	next_unit = unit + units;
	vault_set(&page->used, page->used | ((1ull << units) - 1) << unit);
	return (const void *)page + unit * PM_UNIT;
}

const void *vault_try_alloc(size_t bytes)
{
	unsigned int units = DIV_ROUND_UP(bytes, PM_UNIT), unit = 0;
	const struct vault_page *page = search_begin(), *stop = page;

	if (WARN_ON(!units || bytes > VAULT_MAX_BYTES))
		return NULL;
	if (page)
		unit = find_units(page->used, units, next_unit);
	while (!unit && page) {
		page = page->next;
		unit = find_units(page->used, units, 1);
		if (page == stop)
			break;
	}
	return unit ? take_units(page, unit, units) : NULL;
}

const void *vault_alloc(size_t bytes)
{
	const void *record = vault_try_alloc(bytes);
	const struct vault_page *page;

	if (record || !bytes || bytes > VAULT_MAX_BYTES)
		return record;
	page = add_page();
	return page ? take_units(page, 1, DIV_ROUND_UP(bytes, PM_UNIT)) : NULL;
}

void vault_mark_pool(const void *record, bool on)
{
	const struct vault_page *page = (const void *)((unsigned long)record & PAGE_MASK);
	u64 bit = 1ull << (offset_in_page(record) / PM_UNIT);

	vault_set(&page->pools, on ? page->pools | bit : page->pools & ~bit);
}

bool vault_is_pool(const void *record)
{
	const struct vault_page *page = (const void *)((unsigned long)record & PAGE_MASK);

	return READ_ONCE(page->pools) >> (offset_in_page(record) / PM_UNIT) & 1;
}

void vault_free(const void *record, size_t bytes)
{
	static const u8 zeroes[256];
	const struct vault_page *page = (const void *)((unsigned long)record & PAGE_MASK);
	unsigned int units = DIV_ROUND_UP(bytes, PM_UNIT), unit = offset_in_page(record) / PM_UNIT;

	if (!record)
		return;
	/* Zeroed now, so that stale pointers find nothing, and vault_alloc() need not. */
	for (size_t at = 0; at < units * PM_UNIT; at += sizeof(zeroes))
		vault_write(record + at, zeroes, min_t(size_t, sizeof(zeroes), units * PM_UNIT - at));
	vault_set(&page->used, page->used & ~(((1ull << units) - 1) << unit));
}

int vault_init(void)
{
	first_page = last_page = add_page();
	return first_page ? 0 : -ENOMEM;
}
