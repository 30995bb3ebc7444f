// SPDX-License-Identifier: MIT
/*
 * QEMU's pvpanic as a PCI device: tells the host that the guest has panicked.
 *
 * It is the only PCI device that the kernel uses, so there is no PCI bus code but this: look through
 * bus 0 of the generic ECAM host, give the device's BAR an address where no firmware has (QEMU's
 * -kernel starts us without one), and map its one register.
 * Source: QEMU, docs/specs/pvpanic; PCI Local Bus Specification 3.0, 6.1 "Configuration Space
 * Organization", 6.2.5 "Base Addresses"; Devicetree binding "pci-host-ecam-generic".
 */
#include <linux/init.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <arch/cpu.h>
#include <paddock/fdt.h>
#include "../../arch/arm64/arm64.h"
#include "../../boot/arm64/boot.h"

#define PVPANIC_ID	0x00111b36	/* device 0x0011 of vendor 0x1b36 (Red Hat) */
#define PANICKED	(1 << 0)

#define PCI_ID		0x00
#define PCI_COMMAND	0x04
#define PCI_BAR0	0x10
#define COMMAND_MEMORY	(1 << 1)
#define BAR_FLAGS	0xf
#define BUS0_BYTES	(32 * 8 * 4096)

static void *event_register __ro_after_init;

void arch_panic_notify(void)
{
	if (event_register)
		writeb(PANICKED, event_register);
}

/* The bridge's window for 32-bit memory: an entry is { flags, PCI address (2), CPU address (2), size (2) }. */
static bool find_window(const struct fdt_node *bridge, u32 *pci, u64 *cpu)
{
	u32 flags, high, low, size;

	for (unsigned int i = 0; fdt_cell(&boot_fdt, bridge, "ranges", i + 6, &size); i += 7) {
		fdt_cell(&boot_fdt, bridge, "ranges", i, &flags);
		if ((flags >> 24 & 3) != 2 || size < 4096)
			continue;
		fdt_cell(&boot_fdt, bridge, "ranges", i + 2, pci);
		fdt_cell(&boot_fdt, bridge, "ranges", i + 3, &high);
		fdt_cell(&boot_fdt, bridge, "ranges", i + 4, &low);
		*cpu = (u64)high << 32 | low;
		return true;
	}
	return false;
}

static void __init set_up(void *config, u32 window_pci, u64 window_cpu)
{
	u32 bar = readl(config + PCI_BAR0) & ~BAR_FLAGS;

	if (!bar) {			/* nobody else lives in the window */
		bar = window_pci;
		writel(bar, config + PCI_BAR0);
	}
	writew(readw(config + PCI_COMMAND) | COMMAND_MEMORY, config + PCI_COMMAND);
	event_register = ioremap(window_cpu + (bar - window_pci), 4096);
}

void __init pvpanic_pci_init(void)
{
	struct fdt_node bridge;
	u64 base, size, window_cpu;
	u32 window_pci;
	void *bus;

	if (!fdt_find_compatible(&boot_fdt, "pci-host-ecam-generic", &bridge) ||
	    !fdt_reg(&boot_fdt, &bridge, 0, &base, &size) || size < BUS0_BYTES ||
	    !find_window(&bridge, &window_pci, &window_cpu))
		return;
	bus = ioremap(base, BUS0_BYTES);
	for (unsigned int device = 0; bus && device < 32; device++) {
		void *config = bus + device * 8 * 4096;

		if (readl(config + PCI_ID) == PVPANIC_ID) {
			set_up(config, window_pci, window_cpu);
			break;
		}
	}
	if (bus)
		iounmap(bus);
}
