// SPDX-License-Identifier: MIT
/*
 * Power off and reset: by what the ACPI tables say, then by what PCs and QEMU's machines are known to have.
 *
 * The means are tried in order until one works; if the caller gets control back, none did.
 * Source: ACPI Specification 6.4, 4.8.3.2.1 "PM1 Control Registers", 16.1.7 "Soft-off";
 *         4.8.3.6 "Reset Register".
 */
#include <linux/io.h>
#include <linux/kernel.h>
#include <arch/cpu.h>
#include <arch/time.h>
#include <asm/io.h>
#include <asm/page.h>
#include <paddock/acpi.h>
#include <asm/x86.h>

#define PM1_SLP_TYPE(type)	((type) << 10)
#define PM1_SLP_EN		(1u << 13)
#define PM1_SCI_EN		(1u << 0)

#define QEMU_PIIX4_PM1_CONTROL	0x604	/* both of QEMU's PC machines, sleep type 0 for S5 */

#define SETTLE_NS		1000000000ull
#define SETTLE_SPINS		1000000u

/*
 * Hardware takes its time, and an emulator stops its CPUs only some while after the write. Before the
 * clock runs, port accesses stand in for it: about a microsecond each.
 */
static void settle(void)
{
	u64 start = arch_clock_ns();

	for (unsigned int i = 0; i < SETTLE_SPINS && arch_clock_ns() - start < SETTLE_NS; i++)
		inb(0x80);
}

void arch_power_off(void)
{
	arch_irq_disable();
	if (acpi.has_s5 && acpi.pm1a_control) {
		if (acpi.smi_command && acpi.acpi_enable && !(inw(acpi.pm1a_control) & PM1_SCI_EN)) {
			/* Sleep types count only in ACPI mode. */
			outb(acpi.acpi_enable, acpi.smi_command);
			for (int i = 0; i < 1000 && !(inw(acpi.pm1a_control) & PM1_SCI_EN); i++)
				inb(0x80);
		}
		outw(PM1_SLP_TYPE(acpi.s5_type_a) | PM1_SLP_EN, acpi.pm1a_control);
		if (acpi.pm1b_control)
			outw(PM1_SLP_TYPE(acpi.s5_type_b) | PM1_SLP_EN, acpi.pm1b_control);
		settle();
	}
	if (x86_features.hypervisor) {
		outw(PM1_SLP_EN, QEMU_PIIX4_PM1_CONTROL);
		settle();
	}
}

static void reset_by_acpi(void)
{
	if (acpi.has_reset && acpi.reset_space == 1)
		outb(acpi.reset_value, acpi.reset_address);
}

/* Intel chipsets' reset control register: system reset, then the low-to-high edge that does it. */
static void reset_by_cf9(void)
{
	outb(0x02, 0xcf9);
	outb(0x06, 0xcf9);
}

/* The keyboard controller's output line that the PC/AT reset the CPU by. */
static void reset_by_keyboard(void)
{
	for (int i = 0; i < 1000 && (inb(0x64) & 2); i++)
		inb(0x80);
	outb(0xfe, 0x64);
}

/* An exception without any handler, and without one for that: the CPU shuts down, the board resets it. */
static void reset_by_triple_fault(void)
{
	static const struct {
		u16 limit;
		u64 base;
	} __attribute__((packed)) no_idt = { 0, 0 };

	asm volatile("lidt %0; int3" : : "m"(no_idt));
}

void arch_reboot(void)
{
	static void (*const means[])(void) = {
		reset_by_acpi, reset_by_cf9, reset_by_keyboard, reset_by_triple_fault
	};

	arch_irq_disable();
	for (unsigned int i = 0; i < ARRAY_SIZE(means); i++) {
		means[i]();
		settle();
	}
}
