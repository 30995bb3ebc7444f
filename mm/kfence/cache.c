// SPDX-License-Identifier: MIT
/*
 * All objects of one cache: counted, left behind by the module that had them (isolation), or parted from a cache that is destroyed.
 */
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "../oot.h"
#include "kfence.h"
#include "object.h"

/* ---- What a cache has here ---- */

/* Under the object's lock. False: there is nothing to do, it was left behind before. */
static bool leave_object_locked(struct kfence_object *obj)
{
	if (obj->flags & KFENCE_OBJ_LEFT)
		return false;
	memset(kfence_object_addr(obj), POISON_LEFT, obj->size);
	obj->flags |= KFENCE_OBJ_LEFT;
	return true;
}

static unsigned long visit_objects(struct kmem_cache *cache, bool leave,
				   void (*fn)(void *ctx, void *object, size_t size, u32 stack), void *ctx)
{
	struct kfence_area *area;
	unsigned long count = 0;

	mutex_lock(&kfence_areas_lock);
	list_for_each_entry(area, &kfence_areas, list) {
		for (unsigned long i = 0; i < area->nr_objects; i++) {
			struct kfence_object *obj = &area->objects[i], copy;
			unsigned long flags;

			if (READ_ONCE(obj->cache) != cache)
				continue;
			flags = kfence_object_lock(obj);
			copy = *obj;
			if (copy.cache != cache || !kfence_state_is_live(copy.state) ||
			    (leave && !leave_object_locked(obj))) {
				kfence_object_unlock(obj, flags);
				continue;
			}
			kfence_object_unlock(obj, flags);
			count++;
			if (leave)
				kfence_page_close(area, (unsigned long)kfence_object_page(obj));
			if (fn)
				fn(ctx, kfence_object_addr(obj), copy.size, copy.alloc_stack);
		}
	}
	mutex_unlock(&kfence_areas_lock);
	return count;
}

unsigned long kfence_cache_objects(struct kmem_cache *cache,
				   void (*fn)(void *ctx, void *object, size_t size, u32 stack), void *ctx)
{
	return visit_objects(cache, false, fn, ctx);
}

unsigned long kfence_leave_objects(struct kmem_cache *cache,
				   void (*fn)(void *ctx, void *object, size_t size, u32 stack), void *ctx)
{
	return visit_objects(cache, true, fn, ctx);
}

/* ---- Cache destruction ---- */

/* Under the object's lock: make a live object of a dying cache a zombie; let a freed one forget it. */
static bool part_from_cache(struct kfence_object *obj, struct kmem_cache *cache)
{
	unsigned long flags;
	bool zombie = false;

	/* Without the lock: who allocates from or frees to a cache while it is destroyed is out of luck anyway. */
	if (READ_ONCE(obj->cache) != cache)
		return false;
	flags = kfence_object_lock(obj);
	if (obj->cache == cache) {
		zombie = obj->state == KFENCE_ALLOCATED;
		if (zombie) {
			note_freer_locked(obj);
			obj->freed_us = kfence_now_us();
			obj->flags |= KFENCE_OBJ_ZOMBIE;
			WRITE_ONCE(obj->state, KFENCE_FREED);
		} else if (obj->state == KFENCE_FREED) {
			obj->cache = NULL;
		}
	}
	kfence_object_unlock(obj, flags);
	return zombie;
}

unsigned long kfence_shutdown_cache(struct kmem_cache *cache)
{
	struct kfence_area *area;
	unsigned long zombies = 0, i;
	bool reports = false;

	/* Areas stay meanwhile, by the lock: they can be long, and RCU should not be held across. */
	mutex_lock(&kfence_areas_lock);
	list_for_each_entry(area, &kfence_areas, list) {
		for (i = 0; i < area->nr_objects; i++) {
			struct kfence_object *obj = &area->objects[i];

			if (!part_from_cache(obj, cache))
				continue;
			zombies++;
			reports |= retire_object(area, obj);
			part_from_cache(obj, cache);	/* FREED now */
		}
	}
	mutex_unlock(&kfence_areas_lock);
	if (reports)
		kfence_act_on_fault(NULL);
	return zombies;
}
