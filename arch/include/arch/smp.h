/* SPDX-License-Identifier: MIT */
/*
 * What a processor must give for several CPUs: finding them, starting them, poking them.
 */
#pragma once

#include <linux/types.h>

#define NR_CPUS 32

struct task_struct;
struct cpumask;

enum ipi_kind {
	IPI_RESCHEDULE,		/* look at need_resched on return */
	IPI_CALL_FUNCTION,	/* run the queued cross-calls */
	IPI_STOP,		/* panic: stop for good. An NMI on x86_64, so that it gets through */
	NR_IPI_KINDS
};

/*
 * arch_smp_find_cpus - read the firmware's list (ACPI MADT, device tree).
 * Returns: CPUs found, at least 1, at most NR_CPUS; 0 is the boot CPU. Records hardware ids and
 *          tells numa (mm) each CPU's node. Bad tables: a log line, and the CPUs known so far.
 */
unsigned int arch_smp_find_cpus(void);

/*
 * arch_smp_start_cpu - start CPU @cpu on @idle's stack.
 * The started CPU sets its per-CPU offset and current, and calls secondary_main(cpu).
 * Returns: 0 when the request was taken; the caller waits for the CPU to come online.
 *          -EIO when the firmware refuses.
 * Context: boot CPU, thread, one at a time.
 */
int arch_smp_start_cpu(unsigned int cpu, struct task_struct *idle);

/* arch_smp_send_ipi - make @cpu run handle_ipi(@kind) soon. Context: any. */
void arch_smp_send_ipi(unsigned int cpu, enum ipi_kind kind);

/* Hardware id (APIC id, MPIDR affinity) of a logical CPU. */
u64 arch_cpu_hwid(unsigned int cpu);

/* arch_irq_init - interrupt controllers, on the boot CPU; arch_irq_init_cpu - this CPU's own part. */
void arch_irq_init(void);
void arch_irq_init_cpu(unsigned int cpu);

/* kernel/smp.c: the common entry of a secondary CPU; interrupts masked, does not return. */
void __attribute__((noreturn)) secondary_main(unsigned int cpu);
