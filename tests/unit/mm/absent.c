// SPDX-License-Identifier: MIT
/* What the hosted machine does not have, as the memory managers find it: nobody watches, guards, isolates or seals. */
#include <linux/kfence.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <paddock/alloc_watch.h>
#include <paddock/pmalloc.h>
#include <paddock/slab.h>
#include "../../../mm/oot.h"
#include "../../../mm/slab.h"
#include "hosted.h"

/* ---- Nobody watches allocations here: the slow paths never get to these ---- */

int alloc_watched;

bool watch_fails_object(struct kmem_cache *s, gfp_t gfp, size_t size)
{
	return false;
}

bool watch_fails_pages(gfp_t gfp, unsigned int order)
{
	return false;
}

void watch_add_object(const void *object, size_t size)
{
}

void watch_remove_object(const void *object)
{
}

void watch_add_pages(struct page *page, unsigned int order)
{
}

void watch_remove_pages(struct page *page, unsigned int order)
{
}

void watch_split_pages(struct page *page, unsigned int order)
{
}

/* ---- KFENCE ---- */

unsigned long host_kfence_asked, host_kfence_page_asked;
atomic_t kfence_owed;

void *kfence_alloc_node(struct kmem_cache *s, size_t size, gfp_t flags, int node)
{
	host_kfence_asked++;
	return NULL;
}

struct page *kfence_alloc_page_node(gfp_t gfp, int node)
{
	host_kfence_page_asked++;
	return NULL;
}

/* Asked for slots only, of which there are none here. */
bool kfence_is_enabled(void)
{
	return true;
}

void __kfence_free(void *addr)
{
	host_fail("an object went to KFENCE, which guards nothing here");
}

void kfence_free_page(struct page *page)
{
	host_fail("a page went to KFENCE, which guards nothing here");
}

size_t kfence_ksize(const void *addr)
{
	return 0;
}

void *kfence_object_start(const void *addr)
{
	return NULL;
}

struct kmem_cache *kfence_object_cache(const void *addr)
{
	return NULL;
}

unsigned long kfence_shutdown_cache(struct kmem_cache *s)
{
	return 0;
}

/* ---- Isolation: no cache belongs to a module's slot ---- */

void oot_count(struct kmem_cache *s, size_t size, gfp_t flags, bool guarded)
{
	host_fail("a slot counts an object");
}

unsigned long oot_page_limit(void) { host_fail("a slot's cache is made"); }

bool oot_charge(struct oot_slot *slot, unsigned long pages)
{
	host_fail("a slot is charged for a slab");
}

void oot_uncharge(struct oot_slot *slot, unsigned long pages)
{
	host_fail("a slot gives a slab back");
}

void *slab_alloc_noted(struct kmem_cache *s, gfp_t flags, int node, size_t size, unsigned long caller)
{
	host_fail("a slot takes notes");
}

void *slab_pop_noted(struct kmem_cache *s, gfp_t flags, size_t size, unsigned long caller)
{
	host_fail("a slot takes notes");
}

void slab_put_held(struct kmem_cache *s) { host_fail("a slot's objects are held"); }

bool slab_holds_noted(struct kmem_cache *s)
{
	return false;
}

void slab_noted_put_locked(struct kmem_cache *s, struct kmem_cache_node *n, struct page *slab, unsigned int index)
{
	host_fail("a noted object is freed");
}

void slab_drop_spare_notes(struct kmem_cache *s)
{
}

void oot_large_freed(struct page *page)
{
	host_fail("a slot's large object is freed");
}

/* ---- pmalloc: no pools here, so nothing is asked for with GFP_SEAL, and no address is a pool's ---- */

void *pmalloc_gfp_seal_caller(size_t size, gfp_t flags)
{
	return NULL;
}

bool pmalloc_kfree(const void *object)
{
	return false;
}

bool pmalloc_refuses_range(const void *addr, unsigned long n, const char *what)
{
	return false;
}

bool pmalloc_refuses_page(const struct page *page, const char *what)
{
	return false;
}

bool pmalloc_refuses_free(const void *addr, const char *what)
{
	return false;
}

size_t pmalloc_ksize(const void *object)
{
	return 0;
}
