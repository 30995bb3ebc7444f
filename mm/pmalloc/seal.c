// SPDX-License-Identifier: MIT
/*
 * Sealing, and the parameters that rule it: pmalloc.X on the command line, /sys/module/pmalloc/parameters/X.
 *
 *	seal=0       pools stay writable, or become so again, for debugging. seal=1 seals all that should be.
 *	lock=1       from now on nothing that is sealed is opened again; not undone until reboot
 *	fault=oops   what follows the report of a write: the thread ends (oops), or the machine stops (panic)
 *
 * Sealing takes the write permission from both mappings of the pages, then flushes once on all CPUs. The frames'
 * part of the linear map was split when they were taken (frames.c) and records are committed before, so there is
 * nothing that could fail in the middle.
 *
 * A chunk's sealed_pages says what is meant to be sealed; with seal=0 the page tables do not follow.
 * With lock=1 the parameters themselves are sealed: pmalloc_lock_image().
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/sched/debug.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/uaccess.h>
#include <paddock/pgtable.h>
#include "pmalloc.h"

#undef MODULE_PARAM_PREFIX
#define MODULE_PARAM_PREFIX "pmalloc."

static bool seal_on __lockable(pmalloc) = true;
static bool locked __lockable(pmalloc);
static enum pm_fault_action fault_action __lockable(pmalloc);

bool seal_is_on(void)
{
	return READ_ONCE(seal_on);
}

bool seal_is_locked(void)
{
	return READ_ONCE(locked);
}

enum pm_fault_action pm_fault_action(void)
{
	return READ_ONCE(fault_action);
}

/* ---- Sealing ---- */

void seal_chunk(const struct pm_chunk *chunk, u32 page)
{
	if (page <= chunk->sealed_pages)
		return;
	if (seal_is_on())
		chunk_set_write(chunk, chunk->sealed_pages, page, false);
	vault_set(&chunk->sealed_pages, page);
}

/* Locking: pm_mutex; the cursor is frozen at @next. Returns: where it goes on. */
static unsigned long protect_locked(const struct pmalloc_pool *pool, unsigned long next)
{
	const struct pm_chunk *open = pool->open_chunk;
	bool changed = false;

	cursor_commit(pool, next, true);
	for (const struct pm_chunk *chunk = pool->chunks; chunk; chunk = chunk->next) {
		u32 upto = chunk == open ? PFN_UP(next - chunk->va) : chunk->nr_pages;

		changed |= upto > chunk->sealed_pages;
		seal_chunk(chunk, upto);
	}
	if (pool->auto_full)
		vault_set(&pool->auto_full, (const struct pm_chunk *)NULL);
	if (!changed)
		return next;
	if (open && pool->mode != PMALLOC_MODE_START_WR) {
		/* The rest of the page is wasted: the next object begins on one that is not sealed. */
		next = PAGE_ALIGN(next);
		vault_set(&pool->open_start, next);
		if (mode_is_auto(pool->mode) && next == pool->open_end &&
		    next < open->va + (unsigned long)open->nr_pages * PAGE_SIZE)
			vault_set(&pool->open_end, next + PAGE_SIZE);
	}
	kernel_flush_everywhere();
	return next;
}

int pmalloc_protect_pool(struct pmalloc_pool *p)
{
	const struct pmalloc_pool *pool = pool_check(p, "pmalloc_protect_pool");

	if (!pool)
		return -EINVAL;
	mutex_lock(&pm_mutex);
	cursor_thaw(pool, protect_locked(pool, cursor_freeze(pool)));
	mutex_unlock(&pm_mutex);
	return 0;
}
EXPORT_SYMBOL(pmalloc_protect_pool);

bool pmalloc_is_sealed(const void *addr, unsigned long n)
{
	unsigned long at = (unsigned long)addr & PAGE_MASK, end = (unsigned long)addr + n;

	for (; n && at < end; at += PAGE_SIZE) {
		const struct pm_frame *frame = frame_at(at);
		const struct pm_chunk *chunk;

		if (!frame || frame->owner == FRAME_FREE)
			continue;
		if (frame->owner < FRAME_CHUNK)
			return true;
		chunk = chunk_of_frame(frame);
		if (chunk && seal_is_on() && (frame->index < chunk->sealed_pages || frame->index >= chunk->nr_pages))
			return true;
	}
	return false;
}

bool pmalloc_refuses_copy(unsigned long to, unsigned long n)
{
	if (likely(!pmalloc_is_sealed((void *)to, n)))
		return false;
	pr_err_ratelimited("pmalloc: copy of %lu bytes into sealed memory at 0x%px refused in %pS\n", n, (void *)to, (void *)_RET_IP_);
	return true;
}
EXPORT_SYMBOL(pmalloc_refuses_copy);

static bool refuse(const void *addr, const char *what)
{
	pr_err_ratelimited("pmalloc: %s of sealed memory at 0x%px refused in %pS\n", what, addr, (void *)_RET_IP_);
	dump_stack();
	return true;
}

bool pmalloc_refuses_range(const void *addr, unsigned long n, const char *what)
{
	return pmalloc_is_sealed(addr, n) && refuse(addr, what);
}

bool pmalloc_refuses_page(const struct page *page, const char *what)
{
	/* Also such as are not sealed yet: sealing knows two mappings, and no third. */
	return frame_of(page_to_pfn(page)) && refuse(page_address(page), what);
}

bool pmalloc_refuses_free(const void *addr, const char *what)
{
	return chunk_at((unsigned long)addr) && refuse(addr, what);
}

/* ---- Data of the image ---- */

int pmalloc_lock_image(const char *name, const char *start, const char *end)
{
	int err = kernel_change_prot_alias((unsigned long)start, end - start, 0, PT_WRITE);

	if (err)
		pr_err("pmalloc: the settings of %s are locked, but stay writable (err %d)\n", name, err);
	return err;
}

/* ---- Parameters ---- */

/* All pools' sealed pages: writable, or not any more. */
static void set_all_write(bool on)
{
	const struct pmalloc_pool *pool;

	for_each_pool(pool)
		for (const struct pm_chunk *chunk = pool->chunks; chunk; chunk = chunk->next)
			chunk_set_write(chunk, 0, chunk->sealed_pages, on);
	kernel_flush_everywhere();
}

static int seal_set(const char *val, const struct kernel_param *kp)
{
	bool on;
	int err = kstrtobool(val ?: "1", &on);

	if (err)
		return err;
	mutex_lock(&pm_mutex);
	if (locked) {
		err = -EPERM;
	} else if (on != seal_on) {
		WRITE_ONCE(seal_on, on);
		if (pm_root) {
			set_all_write(!on);
			if (on)
				pr_info("pmalloc: all pools are sealed again\n");
			else
				pr_warn("pmalloc: pmalloc.seal=0: pools stay writable\n");
		}
	}
	mutex_unlock(&pm_mutex);
	return err;
}

static const struct kernel_param_ops seal_ops = { .set = seal_set, .get = param_get_bool };
module_param_cb(seal, &seal_ops, &seal_on, 0644);

static int lock_set(const char *val, const struct kernel_param *kp)
{
	bool on;
	int err = kstrtobool(val ?: "1", &on);

	if (err)
		return err;
	mutex_lock(&pm_mutex);
	if (!on && locked)
		err = -EPERM;
	else if (on && !locked) {
		WRITE_ONCE(locked, true);
		err = pmalloc_lock_group(pmalloc);
		pr_info("pmalloc: locked: what is sealed stays sealed until reboot\n");
	}
	mutex_unlock(&pm_mutex);
	return err;
}

static const struct kernel_param_ops lock_ops = { .set = lock_set, .get = param_get_bool };
module_param_cb(lock, &lock_ops, &locked, 0644);

static const char *const fault_actions[] = { [PM_FAULT_OOPS] = "oops", [PM_FAULT_PANIC] = "panic" };

static int fault_set(const char *val, const struct kernel_param *kp)
{
	int action = val ? sysfs_match_string(fault_actions, val) : -EINVAL;

	if (action < 0)
		return action;
	if (seal_is_locked())
		return -EPERM;
	WRITE_ONCE(fault_action, action);
	return 0;
}

static int fault_get(char *buf, const struct kernel_param *kp)
{
	return sprintf(buf, "%s\n", fault_actions[fault_action]);
}

static const struct kernel_param_ops fault_ops = { .set = fault_set, .get = fault_get };
module_param_cb(fault, &fault_ops, NULL, 0644);
