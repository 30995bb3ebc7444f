/* SPDX-License-Identifier: MIT */
/*
 * Sets of NUMA nodes, as in Linux; a word is enough. A node is online when it has memory or a CPU;
 * both sets are constant after buddy_init().
 */
#pragma once

#include <linux/numa.h>
#include <linux/types.h>

typedef struct nodemask { unsigned long bits[1]; } nodemask_t;

extern nodemask_t node_online_map;	/* has memory or CPUs */
extern nodemask_t node_memory_map;	/* has memory */

#define NODE_MASK_NONE	((nodemask_t){ { 0 } })
#define nodemask_pr_args(maskp)		MAX_NUMNODES, (maskp)->bits
#define node_set(node, mask)		((void)((mask).bits[0] |= 1UL << (node)))
#define node_clear(node, mask)		((void)((mask).bits[0] &= ~(1UL << (node))))
#define node_isset(node, mask)		(((mask).bits[0] >> (node)) & 1)
#define nodes_empty(mask)		((mask).bits[0] == 0)
#define nodes_weight(mask)		__builtin_popcountl((mask).bits[0])
#define node_online(node)		node_isset(node, node_online_map)

static inline int __next_node_in(int node, unsigned long bits)
{
	bits = node + 1 >= MAX_NUMNODES ? 0 : bits >> (node + 1) << (node + 1);
	return bits ? __builtin_ctzl(bits) : MAX_NUMNODES;
}

#define next_node(node, mask)		__next_node_in(node, (mask).bits[0])
#define first_node(mask)		__next_node_in(-1, (mask).bits[0])
#define for_each_node_mask(node, mask) \
	for ((node) = first_node(mask); (node) < MAX_NUMNODES; (node) = next_node(node, mask))
#define for_each_online_node(node)	for_each_node_mask(node, node_online_map)
#define for_each_node(node)		for_each_node_mask(node, node_online_map)
#define for_each_node_state(node, s)	for_each_node_mask(node, node_memory_map)
#define num_online_nodes()		nodes_weight(node_online_map)
#define nr_node_ids			MAX_NUMNODES
#define first_online_node		first_node(node_online_map)
#define next_online_node(node)		next_node(node, node_online_map)
