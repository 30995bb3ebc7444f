// SPDX-License-Identifier: MIT
/*
 * What allocates on a module's behalf, for isolated modules: each function of the kmalloc family that is not the fast
 * path itself, with the slot as first argument. The per-slot entry points in oot.c jump here.
 *
 * They are here and not there because oot.c is compiled without frames: these call others, and a stack
 * trace (KFENCE's, or oot_call_site()'s) must find the module's function above them.
 */
#include <linux/kernel.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "oot.h"
#include "slab.h"

extern char _srodata[], _erodata[];

void *slot_alloc(unsigned int slot, size_t size, gfp_t gfp, int node)
{
	if (unlikely(size > KMALLOC_MAX_CACHE_SIZE))
		return oot_kmalloc_large(&oot_slots[slot], size, gfp, node);
	return __kmalloc_from(slot_caches[slot], size, gfp, node);
}

void *slot_dup(unsigned int slot, const void *src, size_t len, size_t room, gfp_t gfp)
{
	char *p = slot_alloc(slot, room, gfp, NUMA_NO_NODE);

	if (p) {
		memcpy(p, src, len);
		if (room > len)
			p[len] = 0;
	}
	return p;
}

char *slot_strdup(unsigned int slot, const char *s, size_t max, gfp_t gfp)
{
	size_t len = s ? strnlen(s, max) : 0;

	return s ? slot_dup(slot, s, len, len + 1, gfp) : NULL;
}

const char *slot_strdup_const(unsigned int slot, const char *s, gfp_t gfp)
{
	return s >= _srodata && s < _erodata ? s : slot_strdup(slot, s, SIZE_MAX, gfp);
}

void *slot_krealloc(unsigned int slot, const void *p, size_t size, gfp_t gfp)
{
	size_t old = ksize(p);
	void *new;

	if (size <= KMALLOC_MAX_CACHE_SIZE || size <= old)
		return __krealloc_from(slot_caches[slot], p, size, gfp);
	new = slot_alloc(slot, size, gfp, NUMA_NO_NODE);
	if (new && old) {
		memcpy(new, p, old);
		kfree(p);
	}
	return new;
}

void *slot_krealloc_array(unsigned int slot, void *p, size_t count, size_t size, gfp_t gfp)
{
	size_t bytes;

	return check_mul_overflow(count, size, &bytes) ? NULL : slot_krealloc(slot, p, bytes, gfp);
}

/* Beyond the caches it may be vmalloc()'s, which has guard pages and returns its pages: nobody's slot. */
void *slot_kvmalloc(unsigned int slot, size_t size, gfp_t gfp, int node)
{
	if (size <= KMALLOC_MAX_CACHE_SIZE)
		return slot_alloc(slot, size, gfp, node);
	return kvmalloc_node(size, gfp, node);
}

void *slot_kvrealloc(unsigned int slot, const void *old, size_t old_size, size_t size, gfp_t gfp)
{
	void *p;

	if (old_size >= size)
		return (void *)old;
	p = slot_kvmalloc(slot, size, gfp, NUMA_NO_NODE);
	if (p) {
		memcpy(p, old, old_size);
		kvfree(old);
	}
	return p;
}

char *slot_kvasprintf(unsigned int slot, gfp_t gfp, const char *fmt, va_list ap)
{
	va_list again;
	int len;
	char *p;

	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	p = slot_alloc(slot, len + 1, gfp, NUMA_NO_NODE);
	if (p)
		vsnprintf(p, len + 1, fmt, ap);
	return p;
}

/* An isolated module's own caches are never shared with another's, and keep their dirty pages, as the slot's do. */
struct kmem_cache *slot_cache_create(unsigned int slot, const char *name, unsigned int size, unsigned int align,
				     slab_flags_t flags, void (*ctor)(void *))
{
	return slab_create_for(&oot_slots[slot], name, size, align, flags | SLAB_NO_MERGE | SLAB_KEEP_PAGES, ctor);
}
