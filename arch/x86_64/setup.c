// SPDX-License-Identifier: MIT
/*
 * x86_64's steps of kmain(): early, on the loader's word and the early page tables, and late, with
 * memory and threads.
 */
#include <linux/init.h>
#include <linux/printk.h>
#include <arch/boot.h>
#include <arch/cpu.h>
#include <arch/trap.h>
#include <paddock/acpi.h>
#include <asm/x86.h>

void __init arch_early_init(void)
{
	arch_trap_init(0);
	arch_cpu_init(0);

	/* Firmware's tables and low memory are in reach now, and need no mapping of their own. */
	acpi_init_early(boot_info.acpi_rsdp);
	smbios_init_early();
	x86_trampoline_init();
}

void __init arch_devices_init(void)
{
	uart8250_init();
}
