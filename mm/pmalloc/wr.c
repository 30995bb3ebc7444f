// SPDX-License-Identifier: MIT
/*
 * Write-rare: the functions that may change sealed memory, and what they refuse.
 *
 * Each checks the whole range first, against sealed records alone: one live object of a WR pool, all of whose words are
 * open in the bitmap. Then it copies the source to its stack, piece by piece, and writes by the window (window.c).
 * So a source that faults does so here, where a fault is like any other, and never while the window is open.
 *
 * Context: any but NMI. No lock: a pool that is destroyed meanwhile is the caller's mistake, as with any free.
 */
#include <linux/bug.h>
#include <linux/export.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/sched/debug.h>
#include <linux/string.h>
#include <paddock/pgtable.h>
#include "pmalloc.h"

#define PIECE	256	/* bytes on the stack; a window's worth */

/* ---- May it? ---- */

static bool words_are_open(const struct pm_chunk *chunk, unsigned long addr, size_t n)
{
	u32 word = (addr - chunk->va) / PM_WORD, last = (addr + n - 1 - chunk->va) / PM_WORD;

	for (; word <= last; word++) {
		/* All 64 at once, where all 64 are asked for. */
		if (word % 64 == 0 && last - word >= 63 && chunk->bitmap[word / 64] == ~0ull)
			word += 63;
		else if (!(chunk->bitmap[word / 64] >> word % 64 & 1))
			return false;
	}
	return true;
}

/* ---- Data of the image and of modules ---- */

extern char __start_wr_after_init[], __end_wr_after_init[];

bool range_has(unsigned long addr, size_t n, const struct pm_range **module_range)
{
	*module_range = NULL;
	if (addr >= (unsigned long)__start_wr_after_init && addr < (unsigned long)__end_wr_after_init)
		return n <= (unsigned long)__end_wr_after_init - addr;
	for (const struct pm_range *r = pm_root ? READ_ONCE(pm_root->ranges) : NULL; r; r = r->next) {
		if (addr < r->start || addr >= r->end)
			continue;
		*module_range = r;
		return n <= r->end - addr;
	}
	return false;
}

int pmalloc_allow_wr(struct module *owner, unsigned long start, unsigned long end)
{
	const struct pm_range *range;

	if (!pm_root)
		return -ENOMEM;
	mutex_lock(&pm_mutex);
	range = vault_alloc(sizeof(*range));
	if (range) {
		struct pm_range new = { .next = pm_root->ranges, .start = start, .end = end, .owner = owner };

		vault_write(range, &new, sizeof(new));
		vault_set(&pm_root->ranges, range);
	}
	mutex_unlock(&pm_mutex);
	return range ? 0 : -ENOMEM;
}

void ranges_forget(struct module *owner)
{
	const struct pm_range *const *link = &pm_root->ranges;

	while (*link) {
		const struct pm_range *range = *link;

		if (range->owner != owner) {
			link = &range->next;
			continue;
		}
		vault_write(link, &range->next, sizeof(range->next));
		vault_free(range, sizeof(*range));
	}
}

/* Why [addr, addr + n) may not be written; NULL: it may. @pool: receives whose it is, if anybody's. */
static const char *refusal(unsigned long addr, size_t n, const struct pmalloc_pool **pool)
{
	const struct pm_chunk *chunk = chunk_at(addr);
	struct pm_object object;

	*pool = NULL;
	if (!chunk) {
		const struct pm_range *range;

		return range_has(addr, n, &range) ? NULL : "it is no pool's memory";
	}
	*pool = chunk->pool;
	if (!mode_is_wr(chunk->pool->mode))
		return "the pool's mode allows no change";
	if (n > (unsigned long)chunk->nr_pages * PAGE_SIZE - (addr - chunk->va))
		return "it is not within one object";
	/* The common case asks the bitmap alone: only words of objects are open in it, and a word is of one object. */
	if (addr % PM_WORD + n <= PM_WORD && words_are_open(chunk, addr, n))
		return NULL;
	if (is_pmalloc_object((void *)addr, n) != 1)
		return "it is not within one object";
	if (words_are_open(chunk, addr, n))
		return NULL;
	/* The cursor's are in no bitmap yet; the cursor says what it likes, so only what is open can be such. */
	if (!object_at(addr, &object) && addr >= chunk->pool->open_start && addr <= chunk->pool->open_end &&
	    n <= chunk->pool->open_end - addr)
		return NULL;
	return "the word is closed (pmalloc_wr_deny)";
}

static DEFINE_RATELIMIT_STATE(refusals, 5 * HZ, 50);

static noinline void report_refusal(const char *why, unsigned long addr, size_t n, const struct pmalloc_pool *pool,
				    unsigned long caller)
{
	unsigned long flags;

	if (!__ratelimit(&refusals))
		return;
	printk_cpu_sync_get_irqsave(flags);
	pr_err("==================================================================\n");
	pr_err("BUG: pmalloc: write-rare refused in %pS\n\n", (void *)caller);
	pr_err("%zu bytes at 0x%px: %s\n", n, (void *)addr, why);
	if (pool)
		pr_err("pool \"%s\", mode %s, owner %s\n", pool->name, pm_mode_names[pool->mode], pool->owner_name);
	dump_stack();
	pr_err("==================================================================\n");
	printk_cpu_sync_put_irqrestore(flags);
	add_taint(TAINT_BAD_PAGE, LOCKDEP_STILL_OK);
	check_panic_on_warn("pmalloc");
}

static bool allowed(unsigned long addr, size_t n, unsigned long caller)
{
	const struct pmalloc_pool *pool = NULL;
	const char *why = n > ULONG_MAX - addr ? "it is no pool's memory" : refusal(addr, n, &pool);

	if (likely(!why))
		return true;
	report_refusal(why, addr, n, pool, caller);
	return false;
}

/* ---- Writing ---- */

static void write_piece(unsigned long addr, const void *piece, size_t n)
{
	while (n) {
		size_t part = min_t(size_t, n, PAGE_SIZE - offset_in_page(addr));

		window_write(kernel_va_to_pa(addr), piece, part);
		addr += part;
		piece += part;
		n -= part;
	}
}

bool wr_memcpy(const void *dst, const void *src, size_t n)
{
	unsigned long addr = (unsigned long)dst;
	u8 piece[PIECE] __aligned(8);

	if (!n)
		return true;
	if (!allowed(addr, n, _RET_IP_))
		return false;
	if (n == sizeof(long)) {	/* one word: what most writes are */
		*(long *)piece = *(const long *)src;
		write_piece(addr, piece, n);
		return true;
	}
	while (n) {
		size_t part = min_t(size_t, n, PIECE);

		memcpy(piece, src, part);
		write_piece(addr, piece, part);
		addr += part;
		src += part;
		n -= part;
	}
	return true;
}
EXPORT_SYMBOL(wr_memcpy);

bool wr_memset(const void *dst, int c, size_t n)
{
	unsigned long addr = (unsigned long)dst;
	u8 piece[PIECE] __aligned(8);

	if (!n)
		return true;
	if (!allowed(addr, n, _RET_IP_))
		return false;
	memset(piece, c, min_t(size_t, n, PIECE));
	while (n) {
		size_t part = min_t(size_t, n, PIECE);

		write_piece(addr, piece, part);
		addr += part;
		n -= part;
	}
	return true;
}
EXPORT_SYMBOL(wr_memset);

/* ---- Closing words ---- */

int pmalloc_wr_deny(struct pmalloc_pool *p, const void *ptr, size_t n)
{
	const struct pmalloc_pool *pool = pool_check(p, "pmalloc_wr_deny");
	unsigned long addr = (unsigned long)ptr, next;
	struct pm_object object;
	int err = -EINVAL;

	if (!pool || !mode_is_wr(pool->mode) || !IS_ALIGNED(addr, PM_WORD) || !IS_ALIGNED(n, PM_WORD))
		return -EINVAL;
	mutex_lock(&pm_mutex);
	next = cursor_freeze(pool);
	cursor_commit(pool, next, false);
	cursor_thaw(pool, next);
	/* Up to the end of its last word. */
	if (object_at(addr, &object) && object.chunk->pool == pool &&
	    n <= ALIGN(object.size, PM_WORD) - (addr - object.start)) {
		if (n)
			chunk_set_bitmap(object.chunk, (addr - object.chunk->va) / PM_WORD, n / PM_WORD, false);
		err = 0;
	}
	mutex_unlock(&pm_mutex);
	return err;
}
EXPORT_SYMBOL(pmalloc_wr_deny);
