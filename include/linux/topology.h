/* SPDX-License-Identifier: MIT */
/* Which node a CPU belongs to. Filled by numa_set_cpu_node(), see <paddock/numa.h>. */
#pragma once

#include <linux/numa.h>
#include <linux/nodemask.h>
#include <linux/cpumask.h>
#include <linux/percpu.h>

DECLARE_PER_CPU(int, numa_node);

#define numa_node_id()		((int)this_cpu_read(numa_node))
#define numa_mem_id()		numa_node_id()	/* allocation falls back by distance when it has no memory */

int cpu_to_node(int cpu);
#define cpu_to_mem(cpu)		cpu_to_node(cpu)
/* Distance as in ACPI's SLIT: 10 is local. */
int node_distance(int from, int to);
