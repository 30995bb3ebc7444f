// SPDX-License-Identifier: MIT
/*
 * NUMA: which CPU is on which node, how far apart nodes are, and so, where to look for memory next.
 * Which memory is on which node: memblock.c (as firmware says) and section.c (as we use it).
 *
 * All tables are written before the other CPUs start, by the firmware's readers, and only read afterwards.
 */
#include <linux/cpumask.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/topology.h>
#include <paddock/numa.h>
#include "buddy.h"

#define LOCAL_DISTANCE	10
#define REMOTE_DISTANCE	20

nodemask_t node_online_map __ro_after_init = { { 1 } };
nodemask_t node_memory_map __ro_after_init = { { 1 } };
EXPORT_SYMBOL(node_online_map);

DEFINE_PER_CPU(int, numa_node);
EXPORT_PER_CPU_SYMBOL(numa_node);

static u8 cpu_nodes[NR_CPUS];			/* also before per-CPU areas exist */
static u8 distances[MAX_NUMNODES][MAX_NUMNODES];	/* 0: firmware did not say */

void numa_set_cpu_node(unsigned int cpu, int node)
{
	if (cpu >= NR_CPUS || node < 0 || node >= MAX_NUMNODES) {
		pr_warn("numa: CPU %u on node %d makes no sense, ignored\n", cpu, node);
		return;
	}
	cpu_nodes[cpu] = node;
	node_set(node, node_online_map);
	if (pages_are_available()) {	/* else numa_init() and the allocators' own do it */
		per_cpu(numa_node, cpu) = node;
		page_lists_set_node(cpu);
		slab_set_cpu_node(cpu);
	}
}

void numa_set_distance(int from, int to, unsigned int distance)
{
	if (from < 0 || from >= MAX_NUMNODES || to < 0 || to >= MAX_NUMNODES || distance < LOCAL_DISTANCE ||
	    distance > 255 || (from == to) != (distance == LOCAL_DISTANCE)) {
		pr_warn("numa: distance %u from node %d to %d makes no sense, ignored\n", distance, from, to);
		return;
	}
	distances[from][to] = distance;
}

int node_distance(int from, int to)
{
	if (from < 0 || from >= MAX_NUMNODES || to < 0 || to >= MAX_NUMNODES)
		return REMOTE_DISTANCE;
	if (distances[from][to])
		return distances[from][to];
	return from == to ? LOCAL_DISTANCE : REMOTE_DISTANCE;
}
EXPORT_SYMBOL(node_distance);

int cpu_to_node(int cpu)
{
	return cpu_nodes[cpu];
}
EXPORT_SYMBOL(cpu_to_node);

/* Nodes with memory, nearest first; equally far ones starting from the next higher number, so that load spreads. */
static void __init build_fallback(int node)
{
	pg_data_t *pgdat = NODE_DATA(node);
	nodemask_t left = node_memory_map;

	while (!nodes_empty(left)) {
		int best = -1;

		for (int i = 0; i < MAX_NUMNODES; i++) {
			int candidate = (node + i) % MAX_NUMNODES;

			if (node_isset(candidate, left) &&
			    (best < 0 || node_distance(node, candidate) < node_distance(node, best)))
				best = candidate;
		}
		node_clear(best, left);
		pgdat->fallback[pgdat->nr_fallback++] = best;
	}
}

static void __init tell_node(int node)
{
	const pg_data_t *pgdat = NODE_DATA(node);
	unsigned long pages = 0;
	char order[8 * MAX_NUMNODES];
	int len = 0;

	for (int type = 0; type < MAX_NR_ZONES; type++)
		pages += pgdat->node_zones[type].present_pages;
	for (unsigned int i = 0; i < pgdat->nr_fallback; i++)
		len += scnprintf(order + len, sizeof(order) - len, " %d", pgdat->fallback[i]);
	pr_info("numa: node %d: %luK\n", node, pages << (PAGE_SHIFT - 10));
	pr_info("Fallback order for Node %d:%s\n", node, order);
}

void __init numa_init(void)
{
	int node, cpu;

	/* For every number, also of nodes that are not there: whoever asks for one gets memory. */
	for (node = 0; node < MAX_NUMNODES; node++)
		build_fallback(node);
	if (num_online_nodes() > 1)
		for_each_online_node(node)
			tell_node(node);
	for_each_possible_cpu(cpu)
		per_cpu(numa_node, cpu) = cpu_nodes[cpu];
}
