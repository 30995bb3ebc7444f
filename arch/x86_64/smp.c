// SPDX-License-Identifier: MIT
/*
 * Several CPUs: which there are (ACPI's MADT), how they start, how they poke each other.
 *
 * A start: INIT stops the CPU, a start-up IPI lets it run in real mode at a page below 1 MiB, where a
 * copy of the trampoline (boot/x86_64/head.S) brings it to 64-bit mode and to x86_secondary_start().
 * Stack and address space are left in the variables below; one CPU starts at a time.
 * Source: Intel SDM vol 3A, "Multiple-Processor (MP) Initialization".
 */
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sched/debug.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <arch/boot.h>
#include <arch/cpu.h>
#include <arch/paging.h>
#include <arch/smp.h>
#include <arch/trap.h>
#include <asm/apic.h>
#include <asm/page.h>
#include <paddock/acpi.h>
#include <paddock/numa.h>
#include <paddock/pgtable.h>
#include <asm/x86.h>

#define XAPIC_MAX_ID	254	/* 255 is broadcast */

static u32 apic_ids[NR_CPUS];
static unsigned int nr_cpus_found = 1;

/* Read by head.S: what the starting CPU takes. */
u64 secondary_root, secondary_stack;
static unsigned int secondary_cpu;
static struct task_struct *secondary_idle;

void __noreturn x86_secondary_start(void);

/* CPUs that were told to stop by an NMI, which carries no message of its own. */
static struct cpumask stop_requested;

u64 arch_cpu_hwid(unsigned int cpu)
{
	return apic_ids[cpu];
}

void __init x86_trampoline_init(void)
{
	if (boot_trampoline_pa)
		memcpy(__va(boot_trampoline_pa), trampoline, trampoline_end - trampoline);
}

static int node_of_apic(u32 apic_id)
{
	for (unsigned int i = 0; i < acpi.nr_cpu_affinities; i++) {
		if (acpi.cpu_affinities[i].apic_id == apic_id)
			return acpi.cpu_affinities[i].node;
	}
	return 0;
}

unsigned int __init arch_smp_find_cpus(void)
{
	u32 boot_id = x86_own_apic_id();
	bool boot_cpu_named = false;
	unsigned int n = 1;

	apic_ids[0] = boot_id;
	for (unsigned int i = 0; i < acpi.nr_cpus; i++) {
		u32 id = acpi.cpu_apic_id[i];

		if (id == boot_id) {
			boot_cpu_named = true;
			continue;
		}
		if (n == NR_CPUS) {
			pr_warn("smp: %u CPUs, %u are used\n", acpi.nr_cpus, NR_CPUS);
			break;
		}
		if (!x86_features.x2apic && id > XAPIC_MAX_ID) {
			pr_warn("smp: CPU with APIC id %u needs x2APIC\n", id);
			continue;
		}
		apic_ids[n++] = id;
	}
	if (acpi.has_madt && !boot_cpu_named)
		pr_warn("smp: MADT does not name the boot CPU, APIC id %u\n", boot_id);
	if (n > 1 && !boot_trampoline_pa) {
		pr_warn("smp: no memory below 1 MiB to start other CPUs in\n");
		n = 1;
	}
	for (unsigned int cpu = 0; cpu < n; cpu++)
		numa_set_cpu_node(cpu, node_of_apic(apic_ids[cpu]));
	nr_cpus_found = n;
	return n;
}

int arch_smp_start_cpu(unsigned int cpu, struct task_struct *idle)
{
	int err = x86_trap_alloc(cpu);

	if (err)
		return err;
	secondary_cpu = cpu;
	secondary_idle = idle;
	secondary_root = kernel_root_pa();
	WRITE_ONCE(secondary_stack, (u64)idle->stack + THREAD_SIZE);

	/* The SDM's delays of 10 ms and 200 us are for boards of the nineties; the second IPI, too. */
	lapic_send_init(apic_ids[cpu]);
	udelay(100);
	lapic_send_startup(apic_ids[cpu], boot_trampoline_pa / PAGE_SIZE);
	for (int i = 0; i < 100 && READ_ONCE(secondary_stack); i++)
		udelay(10);
	if (READ_ONCE(secondary_stack))
		lapic_send_startup(apic_ids[cpu], boot_trampoline_pa / PAGE_SIZE);
	return 0;
}

void x86_secondary_start(void)
{
	unsigned int cpu = secondary_cpu;

	arch_set_percpu_offset(per_cpu_offset(cpu));
	arch_set_current(secondary_idle);
	secondary_main(cpu);
}

/* ---- Interrupts between CPUs ---- */

void arch_smp_send_ipi(unsigned int cpu, enum ipi_kind kind)
{
	switch (kind) {
	case IPI_RESCHEDULE:
		lapic_send_ipi(apic_ids[cpu], VECTOR_RESCHEDULE);
		break;
	case IPI_CALL_FUNCTION:
		lapic_send_ipi(apic_ids[cpu], VECTOR_CALL_FUNCTION);
		break;
	case IPI_STOP:
		cpumask_set_cpu(cpu, &stop_requested);
		lapic_send_nmi(apic_ids[cpu]);
		break;
	default:
		break;
	}
}

/*
 * An NMI that nobody here sent: from the machine's NMI button, or `nmi` in QEMU's monitor, which reaches all
 * CPUs. What each of them was doing is the answer to why a system hangs. The lock is taken in NMI handlers only.
 */
static void show_where(struct pt_regs *regs, unsigned int cpu)
{
	static DEFINE_RAW_SPINLOCK(one_at_a_time);

	raw_spin_lock(&one_at_a_time);
	pr_emerg("Uhhuh. NMI received for unknown reason on CPU %u.\n", cpu);
	show_regs(regs);
	raw_spin_unlock(&one_at_a_time);
}

void x86_nmi(struct pt_regs *regs)
{
	unsigned int cpu = raw_smp_processor_id();
	bool shootdown = x86_shootdown_nmi(cpu);	/* two NMIs may have arrived as one */

	this_cpu_inc(x86_nmis);
	if (regs->ip == X86_IDLE_HALT)
		regs->ip += 1;		/* not to sleep over an interrupt; see x86_idle */
	if (cpumask_test_cpu(cpu, &stop_requested))
		handle_ipi(IPI_STOP);
	else if (!shootdown)
		show_where(regs, cpu);
}

/* ---- Firmware's word on memory ---- */

void __init arch_firmware_init(void)
{
	for (unsigned int i = 0; i < acpi.nr_memory; i++)
		numa_add_memory(acpi.memory[i].node, acpi.memory[i].base, acpi.memory[i].size);
	for (unsigned int a = 0; a < acpi.nr_nodes; a++) {
		for (unsigned int b = 0; b < acpi.nr_nodes; b++) {
			u32 from = acpi.node_domain[a], to = acpi.node_domain[b];

			if (from < acpi.nr_distances && to < acpi.nr_distances)
				numa_set_distance(a, b, acpi.distances[from][to]);
		}
	}
}
