// SPDX-License-Identifier: MIT
/*
 * The machine as the device tree describes it: the boot steps that read it, and hand each driver
 * what concerns it.
 */
#include <linux/init.h>
#include <linux/irq.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <arch/boot.h>
#include <arch/cpu.h>
#include <arch/time.h>
#include <arch/trap.h>
#include <paddock/fdt.h>
#include <paddock/numa.h>
#include "arm64.h"
#include "../../boot/arm64/boot.h"

/* QEMU's virt machine has its UART here; the last resort when no tree says so. */
#define VIRT_PL011	0x09000000UL

/* The node /chosen names as console, "serial0:115200n8" or a path; else the first PL011. */
static bool find_console(struct fdt_node *n)
{
	struct fdt_node chosen;
	char path[128];
	const char *stdout;

	if (fdt_find_path(&boot_fdt, "/chosen", &chosen)) {
		stdout = fdt_string(&boot_fdt, &chosen, "stdout-path");
		if (stdout && strscpy(path, stdout, sizeof(path)) > 0) {
			path[strcspn(path, ":")] = '\0';
			if (fdt_find_path(&boot_fdt, path, n) && fdt_is_compatible(&boot_fdt, n, "arm,pl011"))
				return true;
		}
	}
	return fdt_find_compatible(&boot_fdt, "arm,pl011", n);
}

void arch_early_console_init(void)
{
	u64 base = VIRT_PL011, size = 4096;
	struct fdt_node uart;
	void *regs;

	/* A tree without a PL011 means no console; no tree at all, a guess. */
	if (find_console(&uart)) {
		if (!fdt_reg(&boot_fdt, &uart, 0, &base, &size))
			return;
	} else if (fdt_ok(&boot_fdt)) {
		return;
	}
	regs = early_map_window(base, size < 4096 ? size : 4096, PT_KERNEL_DEV);
	if (regs)
		pl011_early_console(regs);
}

void arch_early_init(void)
{
	arch_trap_init(0);
	arch_cpu_init(0);
	psci_init(&boot_fdt);
}

unsigned int fdt_gic_irq(const struct fdt *fdt, const struct fdt_node *n, unsigned int index, u32 *type)
{
	u32 kind, number, flags;

	/* The GIC binding: { 0 shared or 1 private, number, trigger in the low four bits }. */
	if (!fdt_cell(fdt, n, "interrupts", 3 * index, &kind) ||
	    !fdt_cell(fdt, n, "interrupts", 3 * index + 1, &number) ||
	    !fdt_cell(fdt, n, "interrupts", 3 * index + 2, &flags))
		return 0;
	*type = flags & IRQ_TYPE_SENSE_MASK;
	if (kind == 0 && number < 1020 - 32)
		return number + 32;
	if (kind == 1 && number < 16)
		return number + 16;
	return 0;
}

static void read_numa_memory(void)
{
	struct fdt_node n;
	u64 base, size;
	u32 node;

	for (bool ok = fdt_first(&boot_fdt, &n); ok; ok = fdt_next(&boot_fdt, &n)) {
		const char *type = fdt_string(&boot_fdt, &n, "device_type");

		if (!type || strcmp(type, "memory") || !fdt_u32(&boot_fdt, &n, "numa-node-id", &node))
			continue;
		for (unsigned int i = 0; fdt_reg(&boot_fdt, &n, i, &base, &size); i++)
			numa_add_memory(node, base, size);
	}
}

/* A matrix of { from, to, distance }. Source: Devicetree binding "numa". */
static void read_numa_distances(void)
{
	struct fdt_node n;
	u32 from, to, distance;

	if (!fdt_find_compatible(&boot_fdt, "numa-distance-map-v1", &n))
		return;
	for (unsigned int i = 0; fdt_cell(&boot_fdt, &n, "distance-matrix", i, &from) &&
	     fdt_cell(&boot_fdt, &n, "distance-matrix", i + 1, &to) &&
	     fdt_cell(&boot_fdt, &n, "distance-matrix", i + 2, &distance); i += 3) {
		numa_set_distance(from, to, distance);
		if (from != to)
			numa_set_distance(to, from, distance);
	}
}

void arch_firmware_init(void)
{
	read_numa_memory();
	read_numa_distances();
}

void arch_devices_init(void)
{
	struct fdt_node uart;
	u32 type;
	unsigned int irq;

	pvpanic_pci_init();
	if (!find_console(&uart))
		return;
	irq = fdt_gic_irq(&boot_fdt, &uart, 0, &type);
	if (irq) {
		irq_set_irq_type(irq, type);
		pl011_start_input(irq);
	} else {
		pr_warn("pl011: no interrupt: the console cannot read\n");
	}
}

u64 arch_rtc_seconds(void)
{
	return pl031_seconds();
}
