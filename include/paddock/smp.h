/* SPDX-License-Identifier: MIT */
/* CPUs, for the parts of the kernel that bring them up. */
#pragma once

#include <linux/smp.h>

/*
 * smp_find_possible_cpus - ask the firmware's tables; nosmp, maxcpus= and nr_cpus= limit the answer.
 * Context: boot, once, before the per-CPU areas exist.
 */
void smp_find_possible_cpus(void);

/* kernel/stop_machine.c: the stopper thread of a CPU. Context: boot CPU, thread. */
void cpu_stopper_start(unsigned int cpu);

/* Run the cross-calls queued for this CPU. Context: interrupts masked. */
void smp_flush_call_queue(void);
