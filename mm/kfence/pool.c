// SPDX-License-Identifier: MIT
/*
 * KFENCE's areas, and which of their objects are free.
 *
 * A free object is in exactly one list:
 *
 *	 alloc ◀── stock->ready ◀── (a handful, oldest first) ── node FIFO ◀── (a handful) ── stock->freed ◀── free
 *
 * Each CPU has a stock of the two lists at the ends, so that on a large pool most allocations and frees
 * touch only their own CPU's lock; the FIFO of the object's node is what makes a freed object
 * wait for all others before it is used again: the longer it waits, the more uses after free it
 * catches. On a small pool a handful is 0 and everything goes through the FIFO.
 *
 * Draining. An area is taken out of use while objects of it are live: `draining` is set first, then
 * all lists are emptied, then objects that are freed are counted and not listed. A free tests
 * `draining` under the stock lock that the emptying takes after setting it, so it either sees the flag
 * or its object is seen by the emptying: each object is counted out once. The last one queues the work
 * that opens the area's pages, merges the mapping and returns the memory.
 *
 * Locks: see kfence.h. The list of areas is read under RCU by faults, which can come at any time.
 */
#include <linux/cpumask.h>
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/overflow.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/topology.h>
#include <linux/vmalloc.h>
#include <paddock/page.h>
#include <paddock/pgtable.h>
#include "kfence.h"

#undef pr_fmt
#define pr_fmt(fmt) "kfence: " fmt

LIST_HEAD(kfence_areas);
DEFINE_MUTEX(kfence_areas_lock);

/* Objects in order, first to be taken first. Guarded by the lock of the structure it is in. */
struct object_queue {
	struct kfence_object *head, *tail;
	unsigned long nr;
};

static struct kfence_node {
	raw_spinlock_t lock;
	struct object_queue fifo;
} ____cacheline_aligned nodes[MAX_NUMNODES];

struct kfence_stock {
	raw_spinlock_t lock;
	struct object_queue ready;	/* all of this CPU's node */
	struct object_queue freed;	/* of any node */
};
static DEFINE_PER_CPU(struct kfence_stock, stocks);

/* How many objects move between a CPU's stock and a FIFO at once. Changed only while KFENCE is off. */
static unsigned int handful;
#define HANDFUL_MAX	32u
/* Objects that it takes for the pool not to be scarce. As above. */
static unsigned long quarter;
/* Other nodes' objects may be used when this node has none (pool_mode=global). As above. */
static bool may_borrow;

void __init kfence_pool_init(void)
{
	int i;

	for (i = 0; i < MAX_NUMNODES; i++)
		raw_spin_lock_init(&nodes[i].lock);
	for_each_possible_cpu(i)
		raw_spin_lock_init(&per_cpu_ptr(&stocks, i)->lock);
}

/* ---- Queues ---- */

static void queue_push(struct object_queue *q, struct kfence_object *obj)
{
	obj->next = NULL;
	if (q->head)
		q->tail->next = obj;
	else
		q->head = obj;
	q->tail = obj;
	q->nr++;
}

/* All of @chain, linked already, behind what is in @q. */
static void queue_append(struct object_queue *q, struct object_queue chain)
{
	if (q->head)
		q->tail->next = chain.head;
	else
		q->head = chain.head;
	q->tail = chain.tail;
	q->nr += chain.nr;
}

static struct kfence_object *queue_pop(struct object_queue *q)
{
	struct kfence_object *obj = q->head;

	if (obj) {
		q->head = obj->next;
		q->nr--;
	}
	return obj;
}

/* ---- Areas ---- */

struct kfence_area *kfence_area_of(unsigned long addr)
{
	struct kfence_area *area;

	list_for_each_entry_rcu(area, &kfence_areas, list)
		if (addr >= area->start && addr < area->end)
			return area;
	return NULL;
}

bool is_kfence_address(const void *addr)
{
	bool found;

	rcu_read_lock();
	found = kfence_area_of((unsigned long)addr);
	rcu_read_unlock();
	return found;
}
EXPORT_SYMBOL(is_kfence_address);	/* Linux's is an inline that modules can use, too */

/* Two million pages in a pool of 8 GiB: few instructions each. */
static void mark_pages(struct kfence_area *area, u64 kind_and_count, struct kfence_area *owner)
{
	struct page *page = virt_to_page((void *)area->start);
	unsigned long nr = (area->end - area->start) / PAGE_SIZE;

	_Pragma("GCC unroll 8")
	for (struct page *end = page + nr; page < end; page++) {
		page->kind_and_count = kind_and_count;
		page->kfence_area = owner;
	}
}

static void release_work(struct work_struct *work);

static unsigned long nr_tables(unsigned long start, unsigned long end)
{
	return (ALIGN(end, PT_LEVEL_SIZE(1)) - ALIGN_DOWN(start, PT_LEVEL_SIZE(1))) / PT_LEVEL_SIZE(1);
}

/* Close all pages, and note where their entries are. */
static int area_fence(struct kfence_area *area)
{
	int err = kernel_fence_range(area->start, area->end - area->start);
	unsigned long i;

	area->tables_base = ALIGN_DOWN(area->start, PT_LEVEL_SIZE(1));
	for (i = 0; !err && i < nr_tables(area->start, area->end); i++)
		area->tables[i] = kernel_page_table(max(area->start, area->tables_base + i * PT_LEVEL_SIZE(1)));
	return err;
}

static void area_merge(struct kfence_area *area)
{
	kernel_merge_range(area->start, area->end - area->start);
}

/* As they will lie in the FIFO. @pfn: of the first one's page; every second page has one. */
static void link_objects(struct kfence_object *objects, unsigned long nr, u32 pfn)
{
	struct kfence_object *last = objects + nr - 1;

	_Pragma("GCC unroll 4")
	for (struct kfence_object *obj = objects; obj < last; obj++, pfn += 2) {
		obj->pfn = pfn;
		obj->next = obj + 1;
	}
	last->pfn = pfn;
	last->next = NULL;
}

struct kfence_area *kfence_area_create(unsigned long nr_objects, unsigned long first_number, int node)
{
	unsigned long bytes = kfence_area_bytes(nr_objects), nr_pages = bytes / PAGE_SIZE;
	gfp_t gfp = GFP_KERNEL | __GFP_NOWARN | (node == NUMA_NO_NODE ? 0 : __GFP_THISNODE);
	size_t struct_bytes = ALIGN(struct_size_t(struct kfence_area, tables, bytes / PT_LEVEL_SIZE(1) + 2),
				    sizeof(struct kfence_object));
	struct kfence_area *area;
	struct page *pages;

	/* The area and its objects: one allocation. */
	area = vzalloc_node(struct_bytes + (nr_objects + 1) * sizeof(struct kfence_object), node);
	if (!area)
		return NULL;
	area->objects = (void *)area + struct_bytes;

	pages = alloc_contig_pages(nr_pages, gfp, node == NUMA_NO_NODE ? numa_node_id() : node, NULL);
	if (!pages)
		goto free_area;
	area->start = (unsigned long)page_address(pages);
	area->end = area->start + bytes;
	area->nr_objects = nr_objects;
	area->first_number = first_number;
	area->node = page_to_nid(pages);
	INIT_WORK(&area->release_work, release_work);
	link_objects(area->objects, nr_objects, page_to_pfn(pages) + 2);

	if (area_fence(area))
		goto unfence;
	mark_pages(area, PAGE_KIND(PAGE_KFENCE, area->node, 0), area);
	return area;

unfence:
	kernel_unfence_range(area->start, bytes);
	area_merge(area);
	free_contig_range(page_to_pfn(pages), nr_pages);
free_area:
	vfree(area);
	return NULL;
}

/* The pages are present, and nobody finds the area any more. */
static void area_free(struct kfence_area *area)
{
	area_merge(area);
	/* As alloc_contig_pages() gave them: each on its own, one reference. */
	mark_pages(area, PAGE_LIVE(PAGE_KIND(PAGE_PLAIN, area->node, 0)), NULL);
	free_contig_range(page_to_pfn(virt_to_page((void *)area->start)), (area->end - area->start) / PAGE_SIZE);
	vfree(area);
}

void kfence_area_destroy(struct kfence_area *area)
{
	kernel_unfence_range(area->start, area->end - area->start);
	area_free(area);
}

/* The last object has left a draining area: give the memory back. */
static void release_work(struct work_struct *work)
{
	struct kfence_area *area = container_of(work, struct kfence_area, release_work);
	unsigned long bytes = area->end - area->start, nr = area->nr_objects;
	int node = area->node;

	/*
	 * Pages first, list second: a late touch of a freed object finds the area (and is reported), or finds
	 * the page present (and goes on). The tables go last: such a fault may be looking at them.
	 */
	kernel_unfence_range(area->start, bytes);
	mutex_lock(&kfence_areas_lock);
	list_del_rcu(&area->list);
	mutex_unlock(&kfence_areas_lock);
	synchronize_rcu();
	area_free(area);
	pr_info("freed %lu bytes for %lu objects on node %d\n", bytes, nr, node);
}

/* @nr objects of @area have left for good. The last one out closes the area, once it is draining. */
static void area_count_out(struct kfence_area *area, unsigned long nr)
{
	unsigned long all = area->nr_objects;

	/*
	 * Once counted, the area is not ours to look at any more, unless we are the last: then it stays until the
	 * work runs. The addition is a full barrier, and so is the one in kfence_pool_drain() between
	 * setting the flag and counting: whoever comes second sees what the first has done.
	 */
	if (atomic_long_add_return(nr, &area->out) == all && READ_ONCE(area->draining) &&
	    !atomic_xchg(&area->release_queued, 1))
		schedule_work(&area->release_work);
}

/* ---- Publishing and draining ---- */

void kfence_pool_publish(struct list_head *list, bool per_node)
{
	struct kfence_area *area, *next;
	unsigned long total = 0;

	may_borrow = !per_node;
	list_for_each_entry(area, list, list)
		total += area->nr_objects;
	quarter = total / 4;
	/* At most a sixteenth of the pool waits in stocks. */
	handful = min_t(unsigned long, HANDFUL_MAX, total / (num_possible_cpus() * 32));

	mutex_lock(&kfence_areas_lock);
	list_for_each_entry_safe(area, next, list, list) {
		struct kfence_node *node = &nodes[area->node];
		unsigned long flags;

		list_del(&area->list);
		list_add_tail_rcu(&area->list, &kfence_areas);
		raw_spin_lock_irqsave(&node->lock, flags);
		queue_append(&node->fifo, (struct object_queue){ area->objects, area->objects + area->nr_objects - 1,
								 area->nr_objects });
		raw_spin_unlock_irqrestore(&node->lock, flags);
	}
	mutex_unlock(&kfence_areas_lock);
}

static struct object_queue queue_steal(raw_spinlock_t *lock, struct object_queue *q)
{
	struct object_queue all;
	unsigned long flags;

	raw_spin_lock_irqsave(lock, flags);
	all = *q;
	*q = (struct object_queue){};
	raw_spin_unlock_irqrestore(lock, flags);
	return all;
}

static void count_out_queue(struct object_queue q)
{
	struct kfence_object *obj;

	while ((obj = queue_pop(&q)))
		area_count_out(virt_to_page(kfence_object_page(obj))->kfence_area, 1);
}

void kfence_pool_drain(void)
{
	struct kfence_area *area;
	int i;

	mutex_lock(&kfence_areas_lock);
	list_for_each_entry(area, &kfence_areas, list)
		WRITE_ONCE(area->draining, true);
	smp_mb();	/* see area_count_out() */

	/* Stocks before FIFOs: what a stock passes on meanwhile is still met. */
	for_each_possible_cpu(i) {
		struct kfence_stock *stock = per_cpu_ptr(&stocks, i);

		count_out_queue(queue_steal(&stock->lock, &stock->ready));
		count_out_queue(queue_steal(&stock->lock, &stock->freed));
	}
	for (i = 0; i < MAX_NUMNODES; i++)
		count_out_queue(queue_steal(&nodes[i].lock, &nodes[i].fifo));

	/* Areas full of zombies had nothing to count. */
	list_for_each_entry(area, &kfence_areas, list)
		area_count_out(area, 0);
	mutex_unlock(&kfence_areas_lock);
}

/* ---- Taking and putting ---- */

static struct kfence_object *node_take(int node)
{
	struct kfence_object *obj = NULL;
	unsigned long flags;

	if (!READ_ONCE(nodes[node].fifo.head))
		return NULL;
	raw_spin_lock_irqsave(&nodes[node].lock, flags);
	obj = queue_pop(&nodes[node].fifo);
	raw_spin_unlock_irqrestore(&nodes[node].lock, flags);
	return obj;
}

/* This CPU's next object, its stock refilled from @node if need be. Interrupts masked. */
static struct kfence_object *stock_take(struct kfence_stock *stock, int node)
{
	struct kfence_object *obj;

	raw_spin_lock(&stock->lock);
	obj = queue_pop(&stock->ready);
	if (!obj && READ_ONCE(nodes[node].fifo.head)) {
		raw_spin_lock(&nodes[node].lock);
		for (unsigned int i = 0; i < handful; i++) {
			obj = queue_pop(&nodes[node].fifo);
			if (!obj)
				break;
			queue_push(&stock->ready, obj);
		}
		raw_spin_unlock(&nodes[node].lock);
		obj = queue_pop(&stock->ready);
	}
	raw_spin_unlock(&stock->lock);
	return obj;
}

/* Nothing in the FIFOs: what do the stocks hold? @node: of that node only, unless negative. */
static struct kfence_object *stocks_scrape(int node)
{
	struct kfence_object *obj = NULL;
	unsigned long flags;
	int cpu;

	for_each_possible_cpu(cpu) {
		struct kfence_stock *stock = per_cpu_ptr(&stocks, cpu);
		struct object_queue keep = {};

		/* Racy by design: a miss costs one unguarded allocation. */
		if (!READ_ONCE(stock->ready.head) && !READ_ONCE(stock->freed.head))
			continue;
		raw_spin_lock_irqsave(&stock->lock, flags);
		if (node < 0 || cpu_to_node(cpu) == node)
			obj = queue_pop(&stock->ready);
		while (!obj && (obj = queue_pop(&stock->freed))) {
			if (node < 0 || virt_to_page(kfence_object_page(obj))->kfence_area->node == node)
				break;
			queue_push(&keep, obj);
			obj = NULL;
		}
		while (keep.head)
			queue_push(&stock->freed, queue_pop(&keep));
		raw_spin_unlock_irqrestore(&stock->lock, flags);
		if (obj)
			break;
	}
	return obj;
}

struct kfence_object *kfence_pool_take(int node, bool strict)
{
	struct kfence_object *obj = NULL;
	bool borrow = may_borrow && !strict;
	unsigned long flags;

	if (node < 0 || node >= MAX_NUMNODES)
		node = numa_node_id();
	if (handful) {
		local_irq_save(flags);
		if (node == numa_node_id())
			obj = stock_take(this_cpu_ptr(&stocks), node);
		local_irq_restore(flags);
	}
	if (!obj)
		obj = node_take(node);
	if (!obj && borrow)
		for (int other = 0; other < MAX_NUMNODES && !obj; other++)
			obj = node_take(other);
	if (!obj && handful)
		obj = stocks_scrape(borrow ? -1 : node);
	return obj;
}

bool kfence_pool_is_scarce(void)
{
	unsigned long nr_free = 0;
	int node;

	/* What the stocks hold is left out: little, and the answer need not be exact. */
	for_each_online_node(node)
		nr_free += READ_ONCE(nodes[node].fifo.nr);
	return nr_free < quarter;
}

/* Send what this CPU has freed to the nodes that it belongs to. Called with stock->lock held. */
static void stock_flush_freed(struct kfence_stock *stock)
{
	struct kfence_object *obj;
	int locked = -1;

	while ((obj = queue_pop(&stock->freed))) {
		int node = virt_to_page(kfence_object_page(obj))->kfence_area->node;

		if (node != locked) {
			if (locked >= 0)
				raw_spin_unlock(&nodes[locked].lock);
			raw_spin_lock(&nodes[node].lock);
			locked = node;
		}
		queue_push(&nodes[node].fifo, obj);
	}
	if (locked >= 0)
		raw_spin_unlock(&nodes[locked].lock);
}

void kfence_pool_put(struct kfence_area *area, struct kfence_object *obj)
{
	struct kfence_stock *stock;
	unsigned long flags;
	bool draining;

	local_irq_save(flags);
	stock = this_cpu_ptr(&stocks);
	raw_spin_lock(&stock->lock);
	draining = READ_ONCE(area->draining);
	if (!draining) {
		queue_push(&stock->freed, obj);
		if (stock->freed.nr > handful)
			stock_flush_freed(stock);
	}
	raw_spin_unlock(&stock->lock);
	local_irq_restore(flags);
	if (draining)
		area_count_out(area, 1);
}

void kfence_pool_lose(struct kfence_area *area)
{
	area_count_out(area, 1);
}
