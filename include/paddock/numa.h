/* SPDX-License-Identifier: MIT */
/*
 * What the firmware says about NUMA, told to mm by the architecture's table readers (ACPI SRAT and SLIT,
 * device tree). Call them from arch_firmware_init() (CPUs also later, up to their start); a machine that
 * says nothing is one node, 0.
 */
#pragma once

#include <linux/types.h>

/*
 * numa_add_memory - RAM in [base, base + size) belongs to @node.
 *
 * RAM that no call names stays on node 0. Nodes are kept apart by whole sections of 128 MiB: a section
 * that two nodes share goes to the first, with a log line.
 * Returns: 0; -EINVAL for a node out of range or an empty or wrapping range (logged);
 *          -ENOSPC when there are too many ranges (logged).
 */
int numa_add_memory(int node, phys_addr_t base, phys_addr_t size);

/* numa_set_cpu_node - logical CPU @cpu belongs to @node. Bad numbers are logged and passed over. */
void numa_set_cpu_node(unsigned int cpu, int node);

/* numa_set_distance - SLIT: 10 local, larger is farther; below 10 is logged and passed over. */
void numa_set_distance(int from, int to, unsigned int distance);
