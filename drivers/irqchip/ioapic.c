// SPDX-License-Identifier: MIT
/*
 * IOAPIC: device lines to vectors.
 *
 * Linux irq numbers are global system interrupts (GSI): line i of an IOAPIC is its gsi_base + i. The
 * vector follows from the number, the same on every CPU, so an entry names vector, CPU, trigger and
 * mask. An IOAPIC is reached through two registers, an index and a window.
 *
 * Locks: ioapic_lock keeps index and window together; a leaf, taken with interrupts masked.
 * Source: Intel 82093AA data sheet, "3.0 Register Description".
 */
#include <linux/init.h>
#include <linux/io.h>
#include <linux/irq.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/spinlock.h>
#include <arch/smp.h>
#include <asm/apic.h>
#include <paddock/acpi.h>
#include <asm/x86.h>

enum {
	IOREGSEL = 0x00,
	IOWIN = 0x10,
};

#define REG_VERSION	1		/* bits 16-23: highest line */
#define REG_ENTRY(line)	(0x10 + 2 * (line))

#define ENTRY_ACTIVE_LOW	(1u << 13)
#define ENTRY_LEVEL		(1u << 15)
#define ENTRY_MASKED		(1u << 16)

#define DEFAULT_PA	0xfec00000	/* where every PC without tables has it */

struct ioapic {
	volatile char __iomem *regs;
	unsigned int gsi_base, nr_lines;
};

static struct ioapic ioapics[ACPI_MAX_IOAPICS];
static unsigned int nr_ioapics;
static DEFINE_RAW_SPINLOCK(ioapic_lock);

static u32 reg_read(struct ioapic *io, unsigned int reg)
{
	writel(reg, io->regs + IOREGSEL);
	return readl(io->regs + IOWIN);
}

static void reg_write(struct ioapic *io, unsigned int reg, u32 value)
{
	writel(reg, io->regs + IOREGSEL);
	writel(value, io->regs + IOWIN);
}

static void change_entry(struct irq_data *data, u32 clear, u32 set)
{
	struct ioapic *io = data->chip_data;
	unsigned int reg = REG_ENTRY(data->irq - io->gsi_base);
	unsigned long flags;

	raw_spin_lock_irqsave(&ioapic_lock, flags);
	reg_write(io, reg, (reg_read(io, reg) & ~clear) | set);
	raw_spin_unlock_irqrestore(&ioapic_lock, flags);
}

static void ioapic_mask(struct irq_data *data)
{
	change_entry(data, 0, ENTRY_MASKED);
}

static void ioapic_unmask(struct irq_data *data)
{
	change_entry(data, ENTRY_MASKED, 0);
}

static void ioapic_eoi(struct irq_data *data)
{
	lapic_eoi();	/* broadcast to the IOAPICs for level-triggered lines */
}

static int ioapic_set_type(struct irq_data *data, unsigned int type)
{
	u32 set = 0;

	if (type & IRQ_TYPE_LEVEL_MASK)
		set |= ENTRY_LEVEL;
	if (type & (IRQ_TYPE_LEVEL_LOW | IRQ_TYPE_EDGE_FALLING))
		set |= ENTRY_ACTIVE_LOW;
	change_entry(data, ENTRY_LEVEL | ENTRY_ACTIVE_LOW, set);
	return 0;
}

static int ioapic_set_affinity(struct irq_data *data, const struct cpumask *dest, bool force)
{
	struct ioapic *io = data->chip_data;
	unsigned int cpu = cpumask_first_and(dest, cpu_online_mask);
	unsigned long flags;

	if (cpu >= nr_cpu_ids)
		return -EINVAL;
	raw_spin_lock_irqsave(&ioapic_lock, flags);
	reg_write(io, REG_ENTRY(data->irq - io->gsi_base) + 1, (u32)arch_cpu_hwid(cpu) << 24);
	raw_spin_unlock_irqrestore(&ioapic_lock, flags);
	return IRQ_SET_MASK_OK;
}

static struct irq_chip ioapic_chip = {
	.name = "IO-APIC",
	.irq_mask = ioapic_mask,
	.irq_unmask = ioapic_unmask,
	.irq_eoi = ioapic_eoi,
	.irq_set_type = ioapic_set_type,
	.irq_set_affinity = ioapic_set_affinity,
};

/* Trigger and polarity of a line until a driver says otherwise: PCI's, or what the MADT says of ISA. */
static u32 __init default_mode(unsigned int gsi)
{
	for (unsigned int irq = 0; irq < 16; irq++) {
		if (acpi.isa_irqs[irq].gsi == gsi)
			return (acpi.isa_irqs[irq].active_low ? ENTRY_ACTIVE_LOW : 0) |
			       (acpi.isa_irqs[irq].level ? ENTRY_LEVEL : 0);
	}
	return gsi < 16 ? 0 : ENTRY_ACTIVE_LOW | ENTRY_LEVEL;
}

static void __init add_ioapic(u64 pa, unsigned int gsi_base)
{
	struct ioapic *io = &ioapics[nr_ioapics];
	u32 boot_apic_id = lapic_id();

	io->regs = ioremap(pa, 4096);
	if (!io->regs)
		return;
	io->gsi_base = gsi_base;
	io->nr_lines = (reg_read(io, REG_VERSION) >> 16 & 0xff) + 1;
	if (io->nr_lines > 240) {	/* all ones: nobody is there */
		pr_warn("IOAPIC: none at %#llx\n", pa);
		return;
	}
	if (gsi_base >= NR_DEVICE_VECTORS || io->nr_lines > NR_DEVICE_VECTORS - gsi_base) {
		pr_warn("IOAPIC: lines %u to %u have no vectors\n", gsi_base,
			gsi_base + io->nr_lines - 1);
		return;
	}
	nr_ioapics++;

	for (unsigned int line = 0; line < io->nr_lines; line++) {
		unsigned int irq = gsi_base + line;

		reg_write(io, REG_ENTRY(line), ENTRY_MASKED | default_mode(irq) | (VECTOR_IRQ0 + irq));
		reg_write(io, REG_ENTRY(line) + 1, boot_apic_id << 24);
		irq_set_chip_and_handler(irq, &ioapic_chip, handle_fasteoi_irq);
		irq_set_chip_data(irq, io);
	}
	pr_debug("IOAPIC: at %#llx, lines %u to %u\n", pa, gsi_base, gsi_base + io->nr_lines - 1);
}

void __init ioapic_init(void)
{
	for (unsigned int i = 0; i < acpi.nr_ioapics; i++)
		add_ioapic(acpi.ioapics[i].pa, acpi.ioapics[i].gsi_base);
	if (!acpi.nr_ioapics)
		add_ioapic(DEFAULT_PA, 0);
	if (!nr_ioapics)
		pr_warn("IOAPIC: none, devices have no interrupts\n");
}
