// SPDX-License-Identifier: MIT
/* Nodes: memory comes from the node that was asked for, else from the nearest; what is counted per node is there. */
#include <kunit/test.h>
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/kfence.h>
#include <linux/list.h>
#include <linux/nodemask.h>
#include <linux/sched.h>
#include <linux/topology.h>
#include <linux/vmalloc.h>
#include <paddock/page.h>
#include <paddock/sched.h>
#include <paddock/slab.h>
#include "mm_kunit.h"

static void pages_are_the_nodes(struct kunit *test)
{
	static const unsigned int orders[] = { 0, 1, 3, 4, 9 };
	int node;

	for_each_node_mask(node, node_memory_map) {
		for (unsigned int i = 0; i < ARRAY_SIZE(orders); i++) {
			struct page *page = alloc_pages_node(node, GFP_KERNEL | __GFP_THISNODE, orders[i]);

			KUNIT_ASSERT_NOT_NULL(test, page);
			if (!is_kfence_page(page)) {
				KUNIT_EXPECT_EQ(test, page_to_nid(page), node);
				KUNIT_EXPECT_EQ(test, page_to_nid(page + (1 << orders[i]) - 1), node);
			}
			__free_pages(page, orders[i]);
		}
	}
}

/* Guarded objects lie in KFENCE's pool, wherever that is. */
static void expect_node(struct kunit *test, void *object, int node)
{
	KUNIT_ASSERT_NOT_NULL(test, object);
	if (!is_kfence_address(object))
		KUNIT_EXPECT_EQ(test, page_to_nid(virt_to_page(object)), node);
	kfree(object);
}

static void objects_are_the_nodes(struct kunit *test)
{
	int node;

	for_each_node_mask(node, node_memory_map) {
		for (size_t size = 8; size <= 64 * 1024; size *= 2) {
			expect_node(test, kmalloc_node(size, GFP_KERNEL, node), node);
			expect_node(test, kzalloc_node(size, GFP_KERNEL, node), node);
			expect_node(test, kcalloc_node(size / 8, 8, GFP_KERNEL, node), node);
		}
	}
}

static void vmalloc_is_the_nodes(struct kunit *test)
{
	int node;

	for_each_node_mask(node, node_memory_map) {
		char *p = vmalloc_node(9 * PAGE_SIZE, node);

		KUNIT_ASSERT_NOT_NULL(test, p);
		for (int i = 0; i < 9; i++) {
			struct page *page = vmalloc_to_page(p + i * PAGE_SIZE);

			if (!is_kfence_page(page))
				KUNIT_EXPECT_EQ(test, page_to_nid(page), node);
		}
		vfree(p);
	}
}

static void caches_count_by_node(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("kunit_numa", 200, 0, SLAB_NO_MERGE | SLAB_NO_KFENCE, NULL);
	struct slab_stats stats;
	void *object;
	int node;

	KUNIT_ASSERT_NOT_NULL(test, s);
	for_each_node_mask(node, node_memory_map) {
		object = kmem_cache_alloc_node(s, GFP_KERNEL, node);
		KUNIT_ASSERT_NOT_NULL(test, object);
		slab_drain(s);
		slab_get_stats(s, &stats);
		KUNIT_EXPECT_EQ(test, stats.node_active[node], 1UL);
		KUNIT_EXPECT_EQ(test, stats.active_objs, 1UL);
		kmem_cache_free(s, object);
	}
	kmem_cache_destroy(s);
}

static void nearest_node_is_next(struct kunit *test)
{
	for (int node = 0; node < MAX_NUMNODES; node++) {
		const pg_data_t *pgdat = NODE_DATA(node);

		KUNIT_EXPECT_EQ(test, (int)pgdat->nr_fallback, (int)nodes_weight(node_memory_map));
		if (node_isset(node, node_memory_map))
			KUNIT_EXPECT_EQ(test, (int)pgdat->fallback[0], node);
		for (unsigned int i = 1; i < pgdat->nr_fallback; i++)
			KUNIT_EXPECT_LE(test, node_distance(node, pgdat->fallback[i - 1]),
					node_distance(node, pgdat->fallback[i]));
	}
	KUNIT_EXPECT_EQ(test, node_distance(0, 0), 10);
}

static void a_node_that_is_not_there_is_served(struct kunit *test)
{
	int node = MAX_NUMNODES - 1;
	struct page *page;

	if (node_isset(node, node_memory_map))
		kunit_skip(test, "all nodes are there");
	KUNIT_EXPECT_NULL(test, alloc_pages_node(node, GFP_KERNEL | __GFP_THISNODE | __GFP_NOWARN, 0));
	page = alloc_pages_node(node, GFP_KERNEL, 1);	/* of order 0 KFENCE may guard one */
	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, page_to_nid(page), (int)NODE_DATA(node)->fallback[0]);
	__free_pages(page, 1);
	kfree(kmalloc_node(100, GFP_KERNEL, 1000));	/* no node's number: any will do */
}

/* Take all of the last node: who asks for it gets the next nearest, who insists gets nothing, and all comes back. */
static void a_full_node_falls_back(struct kunit *test)
{
	int node = -1, n;
	struct mm_watch watch;
	struct page *page, *next;
	LIST_HEAD(taken);

	for_each_node_mask(n, node_memory_map)
		node = n;
	if (nodes_weight(node_memory_map) < 2)
		kunit_skip(test, "one node");
	mm_watch_begin(test, &watch);
	for (int order = MAX_ORDER - 1; order >= 0; order--) {
		gfp_t gfp = GFP_KERNEL | __GFP_THISNODE | __GFP_NOWARN | __GFP_NORETRY;

		while ((page = alloc_pages_node(node, gfp, order))) {
			page->index = order;
			list_add(&page->lru, &taken);
		}
	}
	KUNIT_EXPECT_NULL(test, alloc_pages_node(node, GFP_KERNEL | __GFP_THISNODE | __GFP_NOWARN, 4));
	page = alloc_pages_node(node, GFP_KERNEL, 4);
	KUNIT_EXPECT_NOT_NULL(test, page);
	if (page) {
		KUNIT_EXPECT_EQ(test, page_to_nid(page), (int)NODE_DATA(node)->fallback[1]);
		__free_pages(page, 4);
	}
	list_for_each_entry_safe(page, next, &taken, lru)
		__free_pages(page, page->index);
	mm_watch_end(test, &watch);
	buddy_check();
}

struct on_cpu {
	struct kunit *test;
	int cpu;
};

static int allocate_here(void *arg)
{
	const struct on_cpu *on = arg;
	int node = NODE_DATA(cpu_to_node(on->cpu))->fallback[0];
	struct page *page = alloc_page(GFP_KERNEL);

	KUNIT_EXPECT_NOT_NULL(on->test, page);
	if (!is_kfence_page(page))
		KUNIT_EXPECT_EQ(on->test, page_to_nid(page), node);
	__free_page(page);
	expect_node(on->test, kmalloc(300, GFP_KERNEL), node);
	return 0;
}

static void cpus_get_their_nodes_memory(struct kunit *test)
{
	int cpu;

	for_each_online_cpu(cpu) {
		struct on_cpu on = { test, cpu };
		struct task_struct *t = thread_create(allocate_here, &on, "numa/%d", cpu);

		KUNIT_ASSERT_FALSE(test, IS_ERR(t));
		set_cpus_allowed_ptr(t, cpumask_of(cpu));
		wake_up_process(t);
		thread_join(t);
	}
}

static struct kunit_case numa_cases[] = {
	KUNIT_CASE(pages_are_the_nodes),
	KUNIT_CASE(objects_are_the_nodes),
	KUNIT_CASE(vmalloc_is_the_nodes),
	KUNIT_CASE(caches_count_by_node),
	KUNIT_CASE(nearest_node_is_next),
	KUNIT_CASE(a_node_that_is_not_there_is_served),
	KUNIT_CASE(a_full_node_falls_back),
	KUNIT_CASE(cpus_get_their_nodes_memory),
	{}
};

static struct kunit_suite numa_suite = {
	.name = "numa",
	.test_cases = numa_cases,
};
kunit_test_suite(numa_suite);
