// SPDX-License-Identifier: MIT
/*
 * GFP_SEAL: sealed memory for code that knows kmalloc() alone.
 *
 * kmalloc(size, GFP_KERNEL | GFP_SEAL) takes the object from an AUTO_RO pool of the caller's module, made at the first
 * such call. Flags that are constant lead here when the caller is compiled (linux/slab.h); others by the cache that
 * kmalloc_type() names for them. When the module's init is done, what it has got so is sealed, and the rest as pages fill up.
 */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include "pmalloc.h"

static DEFINE_MUTEX(create_mutex);	/* one pool per module, however many ask at once. Order: before pm_mutex */

static const struct pmalloc_pool *pool_of(const struct module *owner)
{
	const struct pmalloc_pool *pool;

	for_each_pool(pool)
		if (pool->is_gfp_seal && pool->owner == owner && !pool->owner_gone)
			return pool;
	return NULL;
}

static const struct pmalloc_pool *make_pool(struct module *owner)
{
	const struct pmalloc_pool *pool;
	char name[PMALLOC_NAME_LEN];

	mutex_lock(&create_mutex);
	pool = pool_of(owner);
	if (!pool) {
		snprintf(name, sizeof(name), "%.50s:gfp_seal", module_name(owner));
		pool = __pmalloc_create_pool(name, PMALLOC_MODE_AUTO_RO, PMALLOC_REFILL_DEFAULT, PMALLOC_ALIGN_DEFAULT, owner);
	}
	if (pool && !pool->is_gfp_seal) {
		mutex_lock(&pm_mutex);
		vault_set(&pool->is_gfp_seal, (u8)1);
		mutex_unlock(&pm_mutex);
	}
	mutex_unlock(&create_mutex);
	return pool;
}

void *pmalloc_gfp_seal(size_t size, gfp_t flags, struct module *owner)
{
	const struct pmalloc_pool *pool;

	if (!size)
		return ZERO_SIZE_PTR;
	/* Growing a pool sleeps. */
	if (!gfpflags_allow_blocking(flags)) {
		WARN_ON_ONCE(!(flags & __GFP_NOWARN));
		return NULL;
	}
	pool = pool_of(owner) ?: make_pool(owner);
	if (!pool)
		return NULL;
	return flags & __GFP_ZERO ? pzalloc((struct pmalloc_pool *)pool, size) : pmalloc((struct pmalloc_pool *)pool, size);
}

/* Whose call it is is not in the arguments here: the first module on the stack's. */
void *pmalloc_gfp_seal_caller(size_t size, gfp_t flags)
{
	unsigned long entries[16];
	unsigned int nr = stack_trace_save(entries, ARRAY_SIZE(entries), 0);
	struct module *owner = NULL;

	for (unsigned int i = 0; i < nr && !owner; i++)
		owner = __module_text_address(entries[i]);
	return pmalloc_gfp_seal(size, flags, owner);
}

void *__kmalloc_sealed(size_t size, gfp_t flags, struct module *owner)
{
	return pmalloc_gfp_seal(size, flags, owner);
}
EXPORT_SYMBOL(__kmalloc_sealed);

bool pmalloc_kfree(const void *object)
{
	const struct pm_chunk *chunk = chunk_at((unsigned long)object);

	if (!chunk)
		return false;
	pfree((struct pmalloc_pool *)chunk->pool, object);
	return true;
}

size_t pmalloc_ksize(const void *ptr)
{
	const struct pm_chunk *chunk = chunk_at((unsigned long)ptr);
	struct pm_object object;
	size_t size = 0;

	if (!chunk)
		return 0;
	if (object_at((unsigned long)ptr, &object))
		return object.start == (unsigned long)ptr ? object.size : 0;
	/* The cursor's: the largest n with which it is one object. */
	while (is_pmalloc_object(ptr, size + 1) == 1)
		size++;
	return size;
}
