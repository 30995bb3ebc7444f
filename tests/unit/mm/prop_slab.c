// SPDX-License-Identifier: MIT
/*
 * Objects against a naive model: an array that says of every 8 bytes of RAM whose they are.
 *
 * Random CPUs allocate from kmalloc and from caches of random shapes, and free each other's objects. Whatever is handed
 * out must be nobody else's, aligned, zeroed or constructed as promised, and keep what was written into it. In the end all is
 * freed, caches are destroyed, memory is reclaimed, and every page must be back.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/stackdepot.h>
#include <linux/string.h>
#include <paddock/page.h>
#include <paddock/slab.h>
#include "hosted.h"

#define MAX_OBJECTS 6000
#define MAX_CACHES 24

struct object {
	u8 *p;
	size_t size;
	struct kmem_cache *cache;	/* NULL: kmalloc */
	u32 id;
};

static struct object objects[MAX_OBJECTS];
static unsigned int nr_objects;
static struct kmem_cache *caches[MAX_CACHES];
static u32 *owner;		/* [byte of RAM / 8] */
static u32 next_id = 1;

static void claim(const struct object *o)
{
	unsigned long first = (unsigned long)o->p - PAGE_OFFSET, end = first + o->size;

	for (unsigned long at = first / 8; at < DIV_ROUND_UP(end, 8); at++) {
		if (owner[at])
			host_fail("object %u of %zu bytes at %px overlaps object %u", o->id, o->size, o->p, owner[at]);
		owner[at] = o->id;
	}
}

static void unclaim(const struct object *o)
{
	unsigned long first = (unsigned long)o->p - PAGE_OFFSET, end = first + o->size;

	for (unsigned long at = first / 8; at < DIV_ROUND_UP(end, 8); at++) {
		HOST_EXPECT(owner[at] == o->id);
		owner[at] = 0;
	}
}

static u8 fill_byte(const struct object *o)
{
	return o->id * 37 + 1;
}

static void fill(const struct object *o)
{
	memset(o->p, fill_byte(o), o->size);
}

static void check_contents(const struct object *o)
{
	u8 *bad = memchr_inv(o->p, fill_byte(o), o->size);

	if (bad)
		host_fail("object %u (%zu bytes, %s): byte %td is %#x", o->id, o->size, o->cache ? o->cache->name : "kmalloc",
			  bad - o->p, *bad);
}

/* ---- Caches of random shapes ---- */

#define CTOR_WORD 0x600dc0de

static void construct(void *object)
{
	*(u32 *)object = CTOR_WORD;
}

static void make_cache(unsigned int n)
{
	static const slab_flags_t kinds[] = { 0, 0, SLAB_HWCACHE_ALIGN, SLAB_KEEP_PAGES, SLAB_TYPESAFE_BY_RCU };
	static const slab_flags_t checks[] = { SLAB_RED_ZONE, SLAB_POISON, SLAB_STORE_USER, SLAB_CONSISTENCY_CHECKS };
	slab_flags_t flags = kinds[host_random_below(ARRAY_SIZE(kinds))];
	unsigned int size = 1 + host_random_below(host_random_below(3) ? 300 : 9000);
	unsigned int align = host_random_below(2) ? 0 : 1u << host_random_below(10);
	bool ctor = size >= 4 && !host_random_below(4);
	char name[24];

	if (!host_random_below(3))
		for (unsigned int i = 0; i < ARRAY_SIZE(checks); i++)
			if (host_random_below(2))
				flags |= checks[i];
	snprintf(name, sizeof(name), "prop-%u-%u", n, next_id++);
	caches[n] = kmem_cache_create(name, size, align, flags, ctor ? construct : NULL);
	if (caches[n] && !host_random_below(4))
		slab_set_keep_limit(caches[n], host_random_below(5));
}

static void destroy_cache(unsigned int n)
{
	for (unsigned int i = nr_objects; i-- > 0;)
		if (objects[i].cache == caches[n])
			HOST_EXPECT(!"the model destroys a cache in use");
	slab_check(caches[n]);
	kmem_cache_destroy(caches[n]);
	caches[n] = NULL;
}

/* ---- Allocating and freeing ---- */

static void adopt(void *p, size_t size, struct kmem_cache *cache, unsigned int align, gfp_t gfp)
{
	struct object *o = &objects[nr_objects++];

	*o = (struct object){ .p = p, .size = size, .cache = cache, .id = next_id++ };
	if (align && (unsigned long)p & (align - 1))
		host_fail("object of %zu bytes at %px is not aligned to %u", size, p, align);
	if (ksize(p) < size)
		host_fail("ksize() of an object of %zu bytes is %zu", size, ksize(p));
	if (gfp & __GFP_ZERO && memchr_inv(p, 0, size))
		host_fail("object of %zu bytes is not zeroed", size);
	if (cache && cache->ctor && !(gfp & __GFP_ZERO) && *(u32 *)p != CTOR_WORD)
		host_fail("object of %s was handed out as %#x, not as constructed", cache->name, *(u32 *)p);
	claim(o);
	fill(o);
}

static void take_kmalloc(void)
{
	size_t size = 1 + host_random_below(1u << (host_random_below(8) ? host_random_below(14) : 17));
	gfp_t gfp = (host_random_below(8) ? GFP_KERNEL : GFP_ATOMIC) | __GFP_NOWARN;
	void *p;

	if (!host_random_below(4))
		gfp |= __GFP_ZERO;
	if (!host_random_below(6))
		p = kmalloc_node(size, gfp, host_random_below(MAX_NUMNODES));
	else
		p = kmalloc(size, gfp);
	if (p)
		adopt(p, size, NULL, is_power_of_2(size) && size <= PAGE_SIZE ? size : 8, gfp);
}

static void take_from_cache(unsigned int n)
{
	struct kmem_cache *s = caches[n];
	gfp_t gfp = GFP_KERNEL | __GFP_NOWARN | (!s->ctor && !host_random_below(6) ? __GFP_ZERO : 0);
	void *p = host_random_below(6) ? kmem_cache_alloc(s, gfp)
				       : kmem_cache_alloc_node(s, gfp, host_random_below(MAX_NUMNODES));

	if (p)
		adopt(p, s->object_size, s, s->align, gfp);
}

static void take_bulk(unsigned int n)
{
	unsigned int nr = 1 + host_random_below(100);
	void *batch[100];

	if (nr_objects + nr > MAX_OBJECTS)
		return;
	nr = kmem_cache_alloc_bulk(caches[n], GFP_KERNEL | __GFP_NOWARN, nr, batch);
	for (unsigned int i = 0; i < nr; i++)
		adopt(batch[i], caches[n]->object_size, caches[n], caches[n]->align, 0);
}

/* An object as its constructor left it goes back that way: that is the owner's part of the contract. */
static void leave(const struct object *o)
{
	check_contents(o);
	unclaim(o);
	if (o->cache && o->cache->ctor)
		construct(o->p);
}

static void give(unsigned int i)
{
	struct object o = objects[i];

	objects[i] = objects[--nr_objects];
	leave(&o);
	if (o.cache && host_random_below(4))
		kmem_cache_free(o.cache, o.p);
	else
		kfree(o.p);
}

static void give_bulk(void)
{
	unsigned int nr = 0, most = host_random_below(100);
	void *batch[100];

	while (nr < most && nr_objects) {
		unsigned int i = host_random_below(nr_objects);

		batch[nr++] = objects[i].p;
		leave(&objects[i]);
		objects[i] = objects[--nr_objects];
	}
	kmem_cache_free_bulk(NULL, nr, batch);
}

static void resize(unsigned int i)
{
	struct object o = objects[i];
	size_t size = 1 + host_random_below(6000);
	u8 *p, *bad;

	if (o.cache)
		return;
	p = krealloc(o.p, size, GFP_KERNEL | __GFP_NOWARN);
	if (!p)
		return;
	bad = memchr_inv(p, fill_byte(&o), min(size, o.size));
	if (bad)
		host_fail("krealloc() from %zu to %zu bytes lost byte %td", o.size, size, bad - p);
	unclaim(&o);
	objects[i] = objects[--nr_objects];
	adopt(p, size, NULL, 8, 0);
}

static void whole_cache(unsigned int n)
{
	switch (host_random_below(4)) {
	case 0:
		kmem_cache_shrink(caches[n]);
		break;
	case 1:
		slab_drain(caches[n]);
		slab_check(caches[n]);
		break;
	case 2:
		HOST_EXPECT(slab_validate(caches[n]) == 0);
		break;
	default:
		for (unsigned int i = nr_objects; i-- > 0;)
			if (objects[i].cache == caches[n])
				give(i);
		destroy_cache(n);
	}
}

static void step_once(void)
{
	unsigned int what = host_random_below(100), n = host_random_below(MAX_CACHES);

	host_run_on(host_random_below(nr_cpu_ids));
	if (nr_objects < MAX_OBJECTS && what < 30) {
		take_kmalloc();
	} else if (what < 52 && nr_objects < MAX_OBJECTS) {
		if (!caches[n])
			make_cache(n);
		if (caches[n])
			take_from_cache(n);
	} else if (what < 54 && caches[n]) {
		take_bulk(n);
	} else if (what < 92 && nr_objects) {
		give(host_random_below(nr_objects));
	} else if (what < 94) {
		give_bulk();
	} else if (what < 98 && nr_objects && nr_objects < MAX_OBJECTS) {
		resize(host_random_below(nr_objects));
	} else if (what == 98 && caches[n] && !host_random_below(4)) {
		whole_cache(n);
	} else if (what == 99 && !host_random_below(50)) {
		slab_reclaim();
	}
}

/* ---- The sums ---- */

static unsigned long idle_pages(void)
{
	struct stack_depot_stats depot;

	rcu_barrier();
	slab_reclaim();
	drain_all_pages(NULL);
	buddy_check();
	/* Stacks of caches with SLAB_STORE_USER stay for ever. */
	stack_depot_get_stats(&depot);
	return nr_free_pages() + depot.bytes / PAGE_SIZE;
}

static void check_all_caches(void)
{
	unsigned long out = 0, live = 0;
	struct kmem_cache *s;

	list_for_each_entry(s, &slab_caches, list)
		slab_check(s);
	for (unsigned int n = 0; n < MAX_CACHES; n++) {
		struct slab_stats stats;

		if (!caches[n])
			continue;
		slab_get_stats(caches[n], &stats);
		out += stats.active_objs;
	}
	for (unsigned int i = 0; i < nr_objects; i++)
		live += objects[i].cache != NULL;
	if (out != live)
		host_fail("caches count %lu live objects, the model %lu", out, live);
}

static void end(unsigned long expected)
{
	unsigned long free;

	while (nr_objects)
		give(nr_objects - 1);
	for (unsigned int n = 0; n < MAX_CACHES; n++)
		if (caches[n])
			destroy_cache(n);
	free = idle_pages();
	if (free != expected)
		host_fail("%lu pages free when all is freed and reclaimed, %lu before", free, expected);
	HOST_EXPECT(!host_logged("BUG ") && !host_logged("WARNING:"));
}

void prop_slab(unsigned int steps)
{
	unsigned long free = idle_pages();

	owner = host_alloc(linear_bytes / 8 * sizeof(*owner));
	for (unsigned int step = 0; step < steps; step++) {
		step_once();
		if (!(step % 4096))
			check_all_caches();
	}
	check_all_caches();
	end(free);
}

/* The same with hardly any memory: NULL is fine, a damaged structure is not. */
void prop_slab_short_of_memory(unsigned int steps)
{
	static struct page *hoard[65536];
	unsigned long free = idle_pages(), nr = 0;

	owner = host_alloc(linear_bytes / 8 * sizeof(*owner));
	while (nr < ARRAY_SIZE(hoard) && nr_free_pages() > 700) {
		struct page *page = alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 0);

		if (!page)
			break;
		hoard[nr++] = page;
	}
	for (unsigned int step = 0; step < steps; step++) {
		step_once();
		if (!(step % 256) && nr) {
			/* What little there is comes and goes. */
			if (host_random_below(2))
				__free_page(hoard[--nr]);
			else if ((hoard[nr] = alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 0)))
				nr++;
		}
	}
	check_all_caches();
	while (nr)
		__free_page(hoard[--nr]);
	end(free);
}

/* ---- KFENCE's gate ---- */

/* Opened, it makes exactly the next allocation on that CPU ask, but not when 64 objects are freed there before. */
void prop_slab_gate(unsigned int steps)
{
	struct kmem_cache *s = kmem_cache_create("prop-gate", 64, 0, 0, NULL);
	static void *held[512];
	bool open[HOST_MAX_CPUS] = { false };
	unsigned int frees[HOST_MAX_CPUS] = { 0 };
	unsigned int nr = 0;

	HOST_EXPECT(s);
	for (unsigned int step = 0; step < steps; step++) {
		unsigned int cpu = host_random_below(nr_cpu_ids), what = host_random_below(10);
		unsigned long asked = host_kfence_asked;

		/* Long runs of frees, too. */
		if (step / 400 % 3 == 2 && what)
			what = 9;
		else if (step / 400 % 3 == 1 && what > 1 && nr < ARRAY_SIZE(held))
			what = 2;

		host_run_on(cpu);
		if (what == 0) {
			host_irqs_masked = 1;
			slab_gate_open_this_cpu();
			host_irqs_masked = 0;
			open[cpu] = true;	/* a second time changes nothing */
		} else if (what == 1 && !host_random_below(50)) {
			slab_drain(s);
		} else if (what < 6 && nr < ARRAY_SIZE(held)) {
			held[nr] = kmem_cache_alloc(s, GFP_KERNEL);
			HOST_EXPECT(held[nr]);
			nr++;
			if ((host_kfence_asked != asked) != open[cpu])
				host_fail("step %u: the gate of CPU %u was %s, KFENCE was%s asked", step, cpu,
					  open[cpu] ? "open" : "closed", host_kfence_asked != asked ? "" : " not");
			open[cpu] = false;
			frees[cpu] = 0;
		} else if (nr) {
			unsigned int i = host_random_below(nr);

			/* Other nodes' objects do not come to this gate. */
			if (open[cpu] && page_to_nid(virt_to_page(held[i])) == cpu_to_node(cpu) && ++frees[cpu] == 64) {
				open[cpu] = false;
				frees[cpu] = 0;
			}
			kmem_cache_free(s, held[i]);
			held[i] = held[--nr];
			HOST_EXPECT(host_kfence_asked == asked);
		}
	}
	while (nr)
		kmem_cache_free(s, held[--nr]);
	slab_check(s);
	kmem_cache_destroy(s);
}

/* ---- Mistakes ---- */

/* Objects freed twice, once or later: each is told, none is handed out twice at a time, and the sums stay right. */
void prop_slab_mistakes(unsigned int steps)
{
	unsigned long free = idle_pages(), reported = 0, mistakes = 0;

	for (unsigned int round = 0; round < steps / 500 + 1; round++) {
		struct kmem_cache *s = kmem_cache_create("prop-mistakes", 40 + 8 * host_random_below(20), 0, SLAB_NO_MERGE, NULL);
		static void *held[256];
		unsigned int nr = 0;

		HOST_EXPECT(s);
		while (nr < 1 + host_random_below(ARRAY_SIZE(held) - 1)) {
			held[nr] = kmem_cache_alloc(s, GFP_KERNEL);
			HOST_EXPECT(held[nr]);
			nr++;
		}
		for (unsigned int i = 0; i < nr; i++)
			kmem_cache_free(s, held[i]);
		/* One of them once more; no allocation follows, which could make it a legitimate free. */
		host_forget_log();
		kmem_cache_free(s, held[host_random_below(nr)]);
		mistakes++;
		slab_drain(s);
		reported += host_logged("Object already free");
		slab_check(s);
		kmem_cache_destroy(s);
	}
	if (reported != mistakes)
		host_fail("%lu objects were freed twice, %lu reported", mistakes, reported);
	HOST_EXPECT(idle_pages() == free);
}
