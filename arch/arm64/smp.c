// SPDX-License-Identifier: MIT
/*
 * The other CPUs: found in the device tree, started by PSCI, poked by software generated interrupts.
 *
 * Logical CPU 0 is the one that boots, whatever its place in the tree; the others follow in tree order.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <arch/boot.h>
#include <arch/cpu.h>
#include <arch/smp.h>
#include <arch/trap.h>
#include <asm/page.h>
#include <linux/sched.h>
#include <paddock/fdt.h>
#include <paddock/numa.h>
#include <paddock/pgtable.h>
#include "arm64.h"
#include "../../boot/arm64/boot.h"

#define MPIDR_AFFINITY	0xff00ffffffUL

static u64 hwid[NR_CPUS];		/* MPIDR affinity; constant after arch_smp_find_cpus() */
struct secondary_start secondary_start;	/* see boot.h; the starter's alone until the CPU is online */

u64 arch_cpu_hwid(unsigned int cpu)
{
	return hwid[cpu];
}

static void set_node(unsigned int cpu, const struct fdt_node *n)
{
	u32 node;

	if (fdt_u32(&boot_fdt, n, "numa-node-id", &node))
		numa_set_cpu_node(cpu, node);
}

/* "fail" means broken; "disabled" ones may be started by their enable-method. */
static bool usable(const struct fdt_node *n)
{
	const char *status = fdt_string(&boot_fdt, n, "status");
	const char *method = fdt_string(&boot_fdt, n, "enable-method");

	return (!status || strncmp(status, "fail", 4)) && method && !strcmp(method, "psci");
}

unsigned int arch_smp_find_cpus(void)
{
	u64 boot_id = read_sysreg(mpidr_el1) & MPIDR_AFFINITY, id, unused;
	unsigned int nr = 1, left_out = 0;
	struct fdt_node cpus, n;

	hwid[0] = boot_id;
	if (!fdt_find_path(&boot_fdt, "/cpus", &cpus)) {
		pr_warn("smp: the device tree names no CPUs\n");
		return 1;
	}
	n = cpus;
	while (fdt_child(&boot_fdt, &cpus, &n)) {
		const char *type = fdt_string(&boot_fdt, &n, "device_type");
		bool known = false;

		if (!type || strcmp(type, "cpu"))
			continue;
		if (!fdt_reg_local(&boot_fdt, &n, 0, &id, &unused)) {
			pr_warn("smp: %s has no usable reg, ignored\n", fdt_name(&boot_fdt, &n));
			continue;
		}
		if (id == boot_id) {
			set_node(0, &n);
			continue;
		}
		for (unsigned int cpu = 0; cpu < nr; cpu++)
			known |= hwid[cpu] == id;
		if (known || id & ~MPIDR_AFFINITY) {
			pr_warn("smp: CPU id %#llx is %s, ignored\n", id, known ? "listed twice" : "impossible");
			continue;
		}
		if (!usable(&n))
			continue;
		if (nr == NR_CPUS) {
			left_out++;
			continue;
		}
		set_node(nr, &n);
		hwid[nr++] = id;
	}
	if (left_out)
		pr_warn("smp: %u CPUs more than the %d supported are left out\n", left_out, NR_CPUS);
	return nr;
}

int arch_smp_start_cpu(unsigned int cpu, struct task_struct *idle)
{
	secondary_start = (struct secondary_start){
		.root = kernel_root_pa(),
		.sp = (unsigned long)idle->stack + THREAD_SIZE,
		.task = idle,
		.percpu_offset = per_cpu_offset(cpu),
		.cpu = cpu,
	};
	dcache_clean_poc(&secondary_start, &secondary_start + 1);
	return psci_cpu_on(hwid[cpu], __pa_symbol(secondary_entry), cpu);
}
