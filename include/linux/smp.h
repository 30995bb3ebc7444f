/* SPDX-License-Identifier: MIT */
/* "Which CPU is this", and running a function on others. */
#pragma once

#include <linux/types.h>
#include <linux/cpumask.h>
#include <linux/llist.h>
#include <linux/percpu-defs.h>
#include <linux/preempt.h>
#include <arch/smp.h>

typedef void (*smp_call_func_t)(void *info);
typedef bool (*smp_cond_func_t)(int cpu, void *info);

DECLARE_PER_CPU(unsigned int, cpu_number);

/* Stable only while the caller cannot migrate. */
#define raw_smp_processor_id()	arch_this_cpu_read(cpu_number)
#define smp_processor_id()	raw_smp_processor_id()
#define __smp_processor_id()	raw_smp_processor_id()

#define get_cpu()	({ preempt_disable(); smp_processor_id(); })
#define put_cpu()	preempt_enable()

/*
 * smp_call_function_single - run @func(@info) on @cpu in interrupt context, or directly if it is
 * this CPU (interrupts masked).
 * @wait: return when it has run; else when it is queued.
 *
 * Context: interrupts on (waiting with them masked could deadlock with another caller); any number
 *          of callers at once. @func must not sleep or wait for other CPUs.
 * Returns: 0, or -ENXIO when @cpu is not online.
 */
int smp_call_function_single(int cpu, smp_call_func_t func, void *info, int wait);

/* A caller-provided slot: safe with interrupts masked; @csd is busy until @func has begun. */
struct __call_single_data {
	struct llist_node node;		/* queue of the target CPU */
	smp_call_func_t func;
	void *info;
	u32 flags;			/* CSD_*: pending, and who is waiting */
};
typedef struct __call_single_data call_single_data_t;
#define INIT_CSD(csd, f, i) do { *(csd) = (call_single_data_t){ .func = (f), .info = (i) }; } while (0)
/* Returns: 0, -EBUSY when @csd is still pending, -ENXIO. Context: any. */
int smp_call_function_single_async(int cpu, call_single_data_t *csd);

/* The same on all CPUs of @mask that are online, except this one; preemption must be off. */
void smp_call_function_many(const struct cpumask *mask, smp_call_func_t func, void *info, bool wait);
/* On all other online CPUs. */
void smp_call_function(smp_call_func_t func, void *info, int wait);
int smp_call_function_any(const struct cpumask *mask, smp_call_func_t func, void *info, int wait);

/* On all online CPUs (of @mask), this one included, there with interrupts masked. */
void on_each_cpu(smp_call_func_t func, void *info, int wait);
void on_each_cpu_mask(const struct cpumask *mask, smp_call_func_t func, void *info, bool wait);
void on_each_cpu_cond(smp_cond_func_t cond, smp_call_func_t func, void *info, bool wait);
void on_each_cpu_cond_mask(smp_cond_func_t cond, smp_call_func_t func, void *info, bool wait,
			   const struct cpumask *mask);

/* Run @func in a thread on @cpu and return its result. Context: thread. */
int smp_call_on_cpu(unsigned int cpu, int (*func)(void *), void *par, bool phys);

/* Stop all other CPUs for good (panic). Context: any; waits up to a second. */
void smp_send_stop(void);
void smp_send_reschedule(int cpu);
/* Interrupt all CPUs, so that each passes through the scheduler's checks. */
void kick_all_cpus_sync(void);
void wake_up_all_idle_cpus(void);
