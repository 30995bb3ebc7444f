// SPDX-License-Identifier: MIT
/* Caches looked at: counts for slabinfo and sysfs, walks over slabs and live objects, validation, the invariants. */
#include <linux/bitops.h>
#include <linux/cpumask.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/panic.h>
#include <linux/percpu.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <paddock/magazine.h>
#include <paddock/page.h>
#include <paddock/slab.h>
#include "oot.h"
#include "slab.h"

unsigned int kmem_cache_size(struct kmem_cache *s)
{
	return s->object_size;
}
EXPORT_SYMBOL(kmem_cache_size);

void slab_get_stats(struct kmem_cache *s, struct slab_stats *out)
{
	int cpu;

	memset(out, 0, sizeof(*out));
	for (int node = 0; node < MAX_NUMNODES; node++) {
		struct kmem_cache_node *n = s->node[node];
		unsigned long flags, in_depot;

		if (!n)
			continue;
		in_depot = (unsigned long)READ_ONCE(n->depot.nr_full) * s->capacity;
		spin_lock_irqsave(&n->lock, flags);
		out->node_partial[node] = n->nr_slabs[SLAB_PARTIAL];
		out->empty_slabs += n->nr_slabs[SLAB_EMPTY];
		for (int state = 0; state < NR_SLAB_STATES; state++)
			out->node_slabs[node] += n->nr_slabs[state];
		out->node_active[node] = n->nr_inuse;
		spin_unlock_irqrestore(&n->lock, flags);
		for_each_possible_cpu(cpu) {
			if (NODE_DATA(cpu_to_node(cpu))->fallback[0] == node)
				in_depot += magazines_count(per_cpu_ptr(s->cpu, cpu), s->capacity) +
					    (s->slot ? magazine_count(per_cpu_ptr(s->cpu, cpu)[1].head, NOTED_MAX) : 0);
			if (s->remote)
				in_depot += magazines_count(per_cpu_ptr(s->remote, cpu) + node, s->capacity);
		}
		out->cpu_objs += in_depot;
		out->node_cpu_objs[node] = in_depot;
		out->node_active[node] -= min(in_depot, out->node_active[node]);
		out->node_total[node] = out->node_slabs[node] * s->objects;
		out->active_objs += out->node_active[node];
		out->total_objs += out->node_total[node];
		out->slabs += out->node_slabs[node];
		out->partial_slabs += out->node_partial[node];
	}
}

unsigned long slab_nr_pages(void)
{
	unsigned long pages = 0;
	struct kmem_cache *s;

	/* Unlocked: for reports, at a time when nothing can be waited for. */
	list_for_each_entry_rcu(s, &slab_caches, list)
		for (int state = 0; state < NR_SLAB_STATES; state++)
			pages += slab_count_slabs(s, state) << s->order;
	return pages;
}

void slab_for_each_slab(struct kmem_cache *s, void (*fn)(struct kmem_cache *, struct page *, void *), void *ctx)
{
	for (int node = 0; node < MAX_NUMNODES; node++) {
		struct kmem_cache_node *n = s->node[node];
		unsigned long flags;
		struct page *slab;

		if (!n)
			continue;
		spin_lock_irqsave(&n->lock, flags);
		for (int state = 0; state < NR_SLAB_STATES; state++)
			list_for_each_entry(slab, &n->slabs[state], slab_list)
				fn(s, slab, ctx);
		spin_unlock_irqrestore(&n->lock, flags);
	}
}

struct live_visitor {
	void (*fn)(void *ctx, void *object);
	void *ctx;
};

static void visit_live(struct kmem_cache *s, struct page *slab, void *arg)
{
	struct live_visitor *v = arg;

	for (unsigned int i = 0; i < slab->slab_objects; i++)
		if (!test_bit(i, slab_free_map(slab)))
			v->fn(v->ctx, slab_object(s, slab, i));
}

void slab_for_each_live(struct kmem_cache *s, void (*fn)(void *ctx, void *object), void *ctx)
{
	struct live_visitor v = { fn, ctx };

	slab_drain(s);
	slab_for_each_slab(s, visit_live, &v);
}

static void validate_slab(struct kmem_cache *s, struct page *slab, void *arg)
{
	unsigned long *wrong = arg;

	for (unsigned int i = 0; i < slab->slab_objects; i++)
		if (!slab_debug_check(s, slab, slab_object(s, slab, i), !test_bit(i, slab_free_map(slab))))
			++*wrong;
}

unsigned long slab_validate(struct kmem_cache *s)
{
	unsigned long wrong = 0;

	if (slab_is_debug(s))
		slab_for_each_slab(s, validate_slab, &wrong);
	return wrong;
}

static void check_slab(struct kmem_cache *s, struct page *slab, void *arg)
{
	unsigned long *sum = arg;
	unsigned int free = 0;

	for (unsigned int i = 0; i < slab->slab_objects; i++)
		free += test_bit(i, slab_free_map(slab));
	if (free + slab->slab_inuse != slab->slab_objects)
		panic("slab %s: %u free and %u used of %u objects", s->name, free, slab->slab_inuse, slab->slab_objects);
	for (unsigned int i = 0; i < 1u << s->order; i++)
		if (slab[i].slab_cache != s || slab[i].slab_index != i ||
		    (page_type(&slab[i]) != s->slab_kind && page_type(&slab[i]) != PAGE_SLAB_NOTED))
			panic("slab %s: page %u of a slab is not the cache's", s->name, i);
	*sum += slab->slab_inuse;
}

void slab_check(struct kmem_cache *s)
{
	unsigned long in_slabs = 0, in_nodes = 0;

	slab_for_each_slab(s, check_slab, &in_slabs);
	for (int node = 0; node < MAX_NUMNODES; node++)
		if (s->node[node])
			in_nodes += s->node[node]->nr_inuse;
	if (in_slabs != in_nodes)
		panic("slab %s: %lu objects out by bitmaps, %lu by counters", s->name, in_slabs, in_nodes);
}
