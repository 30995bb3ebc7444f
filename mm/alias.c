// SPDX-License-Identifier: MIT
/*
 * Permissions of memory together with those of its alias.
 *
 *   vmalloc:     [ a | b | c ]            what vmalloc(), module_alloc() or the image mapping shows
 *                  |   |   |
 *   frames:      [ 17 ][ 903 ][ 18 ]
 *                  |   |   |
 *   linear map:  …[17][18]……[903]…        the same frames once more, each writable
 *
 * A page that is read-only in one place and writable in another is not read-only. So both views change together, and the
 * linear map is split only around frames that change: large pages that are covered whole stay large.
 *
 * Order: split everything (may fail, changes no permission), change everything (cannot fail), flush once. Between the
 * change and the end of the flush another CPU may still write by an old translation; when the function returns, none can.
 */
#include <linux/align.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <paddock/pgtable.h>

/* Nothing is merged between splitting for a change and the change: see kernel_alias_lock(). */
static DEFINE_MUTEX(alias_mutex);

void kernel_alias_lock(void)
{
	mutex_lock(&alias_mutex);
}

void kernel_alias_unlock(void)
{
	mutex_unlock(&alias_mutex);
}

static bool in_linear_map(unsigned long va)
{
	return va >= PAGE_OFFSET && va < LINEAR_END;
}

/* How many of the @n last-level entries from @slot on map adjacent frames alike: neighbours differ by a page then. */
static unsigned long count_adjacent(const pte_t *slot, unsigned long n)
{
	pte_t e = *slot;
	unsigned long i = 1;

#pragma GCC unroll 16
	for (; i < n; i++)
		if (slot[i] != (e += PAGE_SIZE))
			break;
	return i;
}

/* Call @fn with the linear-map range of each run of adjacent frames behind [va, va + size). */
static int for_each_alias(unsigned long va, unsigned long size, pgprot_bits_t set, pgprot_bits_t clear,
			  int (*fn)(unsigned long, unsigned long, pgprot_bits_t, pgprot_bits_t))
{
	unsigned long end = va + size, run = 0, run_bytes = 0;
	int err = 0;

	while (va < end) {
		unsigned int level;
		pte_t *slot = kernel_page_entry(va, &level);
		unsigned long bytes, alias;

		if (!slot)
			return -EINVAL;
		if (level)
			bytes = min(ALIGN_DOWN(va, PT_LEVEL_SIZE(level)) + PT_LEVEL_SIZE(level), end) - va;
		else
			bytes = PAGE_SIZE * count_adjacent(slot, min((end - va) / PAGE_SIZE, PT_ENTRIES - PT_INDEX(va, 0)));
		alias = (unsigned long)__va(arch_pt_pa(*slot, level)) + (va & (PT_LEVEL_SIZE(level) - 1));
		if (run_bytes && alias == run + run_bytes) {
			run_bytes += bytes;
		} else {
			if (run_bytes)
				err = fn(run, run_bytes, set, clear);
			if (err)
				return err;
			run = alias;
			run_bytes = bytes;
		}
		va += bytes;
	}
	return run_bytes ? fn(run, run_bytes, set, clear) : 0;
}

int kernel_alias_prepare(unsigned long va, unsigned long size, pgprot_bits_t set, pgprot_bits_t clear)
{
	int err = kernel_split_cut(va, size, set, clear);

	set &= PT_WRITE;
	clear &= PT_WRITE;
	if (err || in_linear_map(va) || !(set | clear))
		return err;
	return for_each_alias(va, size, set, clear, kernel_split_cut);
}

void kernel_alias_set(unsigned long va, unsigned long size, pgprot_bits_t set, pgprot_bits_t clear)
{
	int err = 0;

	if (!in_linear_map(va) && (set | clear) & PT_WRITE)
		err = for_each_alias(va, size, set & PT_WRITE, clear & PT_WRITE, kernel_set_prot);
	err = err ?: kernel_set_prot(va, size, set, clear);
	/* Prepared, so there is no hole; what is not prepared must not be half protected in silence. */
	WARN(err, "alias: %#lx, %lu bytes: protection is incomplete\n", va, size);
}

void kernel_flush_everywhere(void)
{
	arch_tlb_flush_range_all(PAGE_OFFSET, ~0UL);
}

int kernel_change_prot_alias(unsigned long va, unsigned long size, pgprot_bits_t set, pgprot_bits_t clear)
{
	int err;

	kernel_alias_lock();
	err = kernel_alias_prepare(va, size, set, clear);
	if (!err) {
		kernel_alias_set(va, size, set, clear);
		kernel_flush_everywhere();
	}
	kernel_alias_unlock();
	return err;
}

static int merge_around(unsigned long va, unsigned long size, pgprot_bits_t set, pgprot_bits_t clear)
{
	unsigned long start = ALIGN_DOWN(va, PT_LEVEL_SIZE(1));

	kernel_merge_range(start, ALIGN(va + size, PT_LEVEL_SIZE(1)) - start);
	return 0;
}

void kernel_restore_alias(unsigned long va, unsigned long size)
{
	kernel_alias_lock();
	kernel_alias_set(va, size, PT_WRITE, 0);
	kernel_flush_everywhere();
	for_each_alias(va, size, 0, 0, merge_around);
	kernel_alias_unlock();
}
