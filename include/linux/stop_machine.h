/* SPDX-License-Identifier: MIT */
/*
 * Running a function while nothing else runs, and on chosen CPUs above all other threads.
 */
#pragma once

#include <linux/cpumask.h>
#include <linux/list.h>
#include <linux/smp.h>

typedef int (*cpu_stop_fn_t)(void *arg);

/*
 * stop_machine - run @fn on the CPUs of @cpus (NULL: on any one), interrupts masked, while
 * all other CPUs wait with interrupts masked, too. No thread is inside a preemption-off region
 * meanwhile: no spinlock is held, no RCU reader runs.
 *
 * Context: thread, may sleep; also during boot while one CPU runs. @fn must not sleep.
 * Returns: @fn's result; with several CPUs, any of its non-zero results.
 */
int stop_machine(cpu_stop_fn_t fn, void *data, const struct cpumask *cpus);
int stop_machine_cpuslocked(cpu_stop_fn_t fn, void *data, const struct cpumask *cpus);

/* Run @fn on @cpu in its stopper thread, above all others, preemption off. -ENOENT: not online. Context: thread. */
int stop_one_cpu(unsigned int cpu, cpu_stop_fn_t fn, void *arg);
int stop_cpus(const struct cpumask *cpumask, cpu_stop_fn_t fn, void *arg);
