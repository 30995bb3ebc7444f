// SPDX-License-Identifier: MIT
/*
 * Pools: making and destroying them, their names, whose they are.
 *
 * A pool's descriptor is in the vault, and so is the list of all pools. What callers hold is a pointer to the descriptor:
 * reading through it is all an ordinary instruction can do. Every entry point makes sure that it got a live one.
 */
#include <linux/bug.h>
#include <linux/ctype.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <paddock/init.h>
#include <paddock/pgtable.h>
#include "pmalloc.h"

DEFINE_MUTEX(pm_mutex);
const struct pm_root *pm_root __ro_after_init;

const char *const pm_mode_names[] = { "RO", "AUTO_RO", "WR", "AUTO_WR", "START_WR" };

/* ---- Is it one? ---- */

bool pool_is_live(const struct pmalloc_pool *pool)
{
	unsigned long va = (unsigned long)pool;
	const struct pm_frame *frame;

	if (va < PAGE_OFFSET || va >= LINEAR_END || !IS_ALIGNED(va, PM_UNIT))
		return false;
	/* Only what is in the vault is a descriptor, whatever the bytes say. */
	frame = frame_at(va);
	return frame && frame->owner == FRAME_VAULT && vault_is_pool(pool) && pool->magic == PM_POOL_MAGIC;
}

const struct pmalloc_pool *pool_check(const struct pmalloc_pool *pool, const char *what)
{
	if (likely(pool_is_live(pool)))
		return pool;
	WARN(1, "pmalloc: %s: %px is no live pool; destroyed already?\n", what, pool);
	return NULL;
}

/* ---- Creating ---- */

static const struct pmalloc_pool *find_pool(const char *name)
{
	const struct pmalloc_pool *pool;

	for_each_pool(pool)
		if (!strcmp(pool->name, name) && !pool->owner_gone)
			return pool;
	return NULL;
}

static int check_name(const char *name)
{
	size_t len = name ? strnlen(name, PMALLOC_NAME_LEN) : 0;

	if (!len || !strcmp(name, ".") || !strcmp(name, ".."))
		return -EINVAL;
	if (len == PMALLOC_NAME_LEN)
		return -ENAMETOOLONG;
	for (size_t i = 0; i < len; i++)
		if (name[i] == '/' || !isgraph(name[i]))
			return -EINVAL;
	return 0;
}

static int check_request(const char *name, enum pmalloc_mode mode, size_t refill, size_t align)
{
	int err = check_name(name);

	if (err)
		return err;
	if (mode > PMALLOC_MODE_START_WR || !is_power_of_2(align) || align < PMALLOC_ALIGN_DEFAULT ||
	    align > PMALLOC_ALIGN_MAX)
		return -EINVAL;
	if (refill && (!PFN_UP(refill) || PFN_UP(refill) > totalram_pages()))
		return -E2BIG;
	return 0;
}

/* Locking: pm_mutex. */
static int create_locked(const struct pmalloc_pool *new, const struct pmalloc_pool **out)
{
	const struct pmalloc_pool *pool;

	if (!pm_root)
		return -ENODEV;		/* no memory for the vault at boot */
	if (find_pool(new->name))
		return -EEXIST;
	pool = vault_alloc(sizeof(*pool));
	if (!pool)
		return -ENOMEM;
	vault_write(pool, new, sizeof(*new));
	vault_set(&pool->next, pm_root->pools);
	vault_set(&pool->magic, PM_POOL_MAGIC);
	vault_mark_pool(pool, true);
	vault_set(&pm_root->pools, pool);
	*out = pool;
	return 0;
}

struct pmalloc_pool *__pmalloc_create_pool(const char *name, enum pmalloc_mode mode, size_t refill, size_t align,
					   struct module *owner)
{
	struct pmalloc_pool *new = NULL;
	const struct pmalloc_pool *pool = NULL;
	int err = check_request(name, mode, refill, align);

	if (!err) {
		new = kzalloc(sizeof(*new), GFP_KERNEL);
		err = new && (new->cursor = kzalloc(sizeof(*new->cursor), GFP_KERNEL)) ? 0 : -ENOMEM;
	}
	if (!err) {
		new->owner = owner;
		new->refill = PFN_UP(refill);
		new->next_refill = 4;
		new->align = align;
		new->mode = mode;
		strscpy(new->name, name, sizeof(new->name));
		strscpy(new->owner_name, module_name(owner), sizeof(new->owner_name));
		mutex_lock(&pm_mutex);
		err = create_locked(new, &pool);
		mutex_unlock(&pm_mutex);
	}
	if (err) {
		pr_err("pmalloc: cannot create pool \"%.*s\" for %s: %pe\n", PMALLOC_NAME_LEN, name ?: "", module_name(owner),
		       ERR_PTR(err));
		if (new)
			kfree(new->cursor);
	} else {
		struct pm_folder *folder = folder_create(pool);

		mutex_lock(&pm_mutex);
		vault_set(&pool->folder, folder);
		mutex_unlock(&pm_mutex);
	}
	kfree(new);
	/* The constness ends here: callers cannot write it any more than we can. */
	return (struct pmalloc_pool *)pool;
}
EXPORT_SYMBOL(__pmalloc_create_pool);

/* ---- Destroying ---- */

static void unlink_pool(const struct pmalloc_pool *pool)
{
	const struct pmalloc_pool *const *link = &pm_root->pools;

	while (*link && *link != pool)
		link = &(*link)->next;
	if (!WARN_ON(!*link))
		vault_write(link, &pool->next, sizeof(pool->next));
}

static void free_chunks(const struct pmalloc_pool *pool)
{
	const struct pm_chunk *chunk, *next;

	for (chunk = pool->chunks; chunk; chunk = chunk->next)
		chunk_unmap(chunk);
	if (pool->chunks)
		kernel_flush_everywhere();
	for (chunk = pool->chunks; chunk; chunk = next) {
		next = chunk->next;
		chunk_free(chunk);
	}
	frames_trim();
}

static bool has_sealed_pages(const struct pmalloc_pool *pool)
{
	for (const struct pm_chunk *chunk = pool->chunks; chunk; chunk = chunk->next)
		if (chunk->sealed_pages)
			return true;
	return false;
}

/* Locking: pm_mutex. Returns: its folder, to be removed without it. */
static struct pm_folder *destroy_locked(const struct pmalloc_pool *pool)
{
	struct pm_folder *folder = pool->folder;
	struct pm_cursor *cursor = pool->cursor;

	/* From here on pmalloc() and all others take it for none. */
	vault_set(&pool->magic, 0ull);
	vault_mark_pool(pool, false);
	unlink_pool(pool);
	free_chunks(pool);
	vault_free(pool->spare_runs, sizeof(*pool->spare_runs));
	vault_free(pool, sizeof(*pool));
	kfree(cursor);
	return folder;
}

void pmalloc_destroy_pool(struct pmalloc_pool *p)
{
	const struct pmalloc_pool *pool;
	struct pm_folder *folder = NULL;
	bool locked;

	if (!p)
		return;
	pool = pool_check(p, "pmalloc_destroy_pool");
	if (!pool)
		return;
	mutex_lock(&pm_mutex);
	locked = seal_is_locked() && has_sealed_pages(pool);
	if (!locked)
		folder = destroy_locked(pool);
	mutex_unlock(&pm_mutex);
	if (WARN(locked, "pmalloc: pool \"%s\" is sealed for good (pmalloc.lock): it is not destroyed\n", pool->name))
		return;
	folder_destroy(folder);
}
EXPORT_SYMBOL(pmalloc_destroy_pool);

/* ---- Owners ---- */

static const struct pmalloc_pool *pool_owned_by(const struct module *mod)
{
	const struct pmalloc_pool *pool;

	for_each_pool(pool)
		if (pool->owner == mod && !pool->owner_gone)
			return pool;
	return NULL;
}

/*
 * Under pmalloc.lock a sealed pool outlives its owner, since nothing that is sealed is ever opened again. Its name may be
 * another's: the module may be loaded once more. Returns: its folder, to be removed without pm_mutex.
 */
static struct pm_folder *orphan_locked(const struct pmalloc_pool *pool)
{
	struct pm_folder *folder = pool->folder;

	pr_warn("pmalloc: pool \"%s\" of %s stays sealed (pmalloc.lock)\n", pool->name, pool->owner_name);
	vault_set(&pool->owner_gone, (u8)1);
	vault_set(&pool->folder, (struct pm_folder *)NULL);
	return folder;
}

void pmalloc_module_gone(struct module *mod)
{
	const struct pmalloc_pool *pool;
	struct pm_folder *folder;

	if (!pm_root)
		return;
	mutex_lock(&pm_mutex);
	ranges_forget(mod);
	mutex_unlock(&pm_mutex);
	for (;;) {
		folder = NULL;
		mutex_lock(&pm_mutex);
		pool = pool_owned_by(mod);
		if (pool && seal_is_locked() && has_sealed_pages(pool))
			folder = orphan_locked(pool);
		else if (pool)
			folder = destroy_locked(pool);
		mutex_unlock(&pm_mutex);
		folder_destroy(folder);
		if (!pool)
			return;
	}
}

void pmalloc_module_live(struct module *mod)
{
	const struct pmalloc_pool *pool;

	/* Its pools go only with the module, which is here. */
	for_each_pool(pool)
		if (pool->owner == mod && pool->is_gfp_seal)
			pmalloc_protect_pool((struct pmalloc_pool *)pool);
}

/* ---- Figures ---- */

static void add_runs(const struct pm_runs *runs, struct pool_stats *out)
{
	for (; runs; runs = runs->next) {
		out->bookkeeping += sizeof(*runs);
		for (u32 i = 0; i < runs->nr; i++) {
			out->objects += runs->run[i].count;
			out->bytes_used += (unsigned long)runs->run[i].count * runs->run[i].size;
		}
	}
}

void pool_get_stats(const struct pmalloc_pool *pool, struct pool_stats *out)
{
	unsigned long open_bytes = 0, next = cursor_freeze(pool);

	cursor_commit(pool, next, false);
	cursor_thaw(pool, next);
	*out = (struct pool_stats){ .bookkeeping = sizeof(*pool) + sizeof(struct pm_cursor) };
	for (const struct pm_chunk *chunk = pool->chunks; chunk; chunk = chunk->next) {
		out->pages += chunk->held_pages;
		out->sealed_pages += min(chunk->sealed_pages, chunk->held_pages);
		out->bookkeeping += sizeof(*chunk) + chunk->bitmap_pages * PAGE_SIZE +
			(chunk->bitmap && !chunk->bitmap_pages ? chunk->nr_pages * PM_UNIT : 0) +
			chunk->nr_pages * sizeof(struct pm_frame);
		add_runs(chunk->runs, out);
		if (chunk == pool->open_chunk)
			open_bytes = chunk->va + (unsigned long)chunk->nr_pages * PAGE_SIZE - next;
	}
	if (pool->spare_runs)
		out->bookkeeping += sizeof(*pool->spare_runs);
	/* Neither an object's nor still to be had. */
	out->bytes_wasted = out->pages * PAGE_SIZE - min(out->bytes_used + open_bytes, out->pages * PAGE_SIZE);
}

bool pmalloc_module_pool(const struct module *mod, unsigned int n, struct pmalloc_left *out)
{
	const struct pmalloc_pool *pool;
	struct pool_stats stats;
	bool found = false;

	mutex_lock(&pm_mutex);
	for_each_pool(pool) {
		if (pool->owner != mod || pool->owner_gone || pool->is_gfp_seal || n--)
			continue;
		pool_get_stats(pool, &stats);
		strscpy(out->name, pool->name, sizeof(out->name));
		out->objects = stats.objects;
		out->bytes = stats.bytes_used;
		out->pages = stats.pages;
		found = true;
		break;
	}
	mutex_unlock(&pm_mutex);
	return found;
}

/* ---- Boot ---- */

void __init pmalloc_init(void)
{
	int err = window_init();

	mutex_lock(&pm_mutex);
	err = err ?: frames_init();
	err = err ?: vault_init();
	if (!err)
		pm_root = vault_alloc(sizeof(*pm_root));
	mutex_unlock(&pm_mutex);
	if (!pm_root)
		pr_err("pmalloc: no memory to begin with: there will be no pools\n");
	else if (!seal_is_on())
		pr_warn("pmalloc: pmalloc.seal=0: pools stay writable\n");
	stack_depot_init();
}
