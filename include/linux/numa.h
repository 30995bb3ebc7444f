/* SPDX-License-Identifier: MIT */
/* How many NUMA nodes there can be, and "no node in particular". */
#pragma once

#define NODES_SHIFT	3
#define MAX_NUMNODES	(1 << NODES_SHIFT)
#define NUMA_NO_NODE	(-1)
