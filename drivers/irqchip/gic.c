// SPDX-License-Identifier: MIT
/*
 * Arm's Generic Interrupt Controller: what versions 2 and 3 share.
 *
 * The vector calls arm64_handle_irqs(): acknowledge, dispatch by INTID, until nothing is pending.
 * Cross-calls and the timer are dispatched here; devices go through the common interrupt code by the
 * irq_chip below. Cross-calls are ended before their handler runs, since "stop" does not return;
 * everything else after it, by when the device has lowered its line.
 *
 * Source: Arm IHI 0048B "GIC Architecture Specification, version 2"; IHI 0069H, versions 3 and 4.
 */
#include <linux/init.h>
#include <linux/io.h>
#include <linux/irq.h>
#include <linux/kernel.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <arch/smp.h>
#include <arch/trap.h>
#include <paddock/fdt.h>
#include "gic.h"
#include "../../arch/arm64/arm64.h"
#include "../../boot/arm64/boot.h"

static const struct gic_ops *gic __ro_after_init;

/* ---- Register arrays ---- */

void gic_write_bit(void *array, u32 intid)
{
	writel(1u << (intid % 32), array + intid / 32 * 4);
}

/* Bit 1 of each field: 1 for edge. Callers serialise: the line's lock does not cover its neighbours. */
void gic_write_edge(void *config, u32 intid, bool edge)
{
	void *reg = config + intid / 16 * 4;
	u32 bit = 2u << (intid % 16 * 2), value = readl(reg);

	writel(edge ? value | bit : value & ~bit, reg);
}

void gic_reset_spis(void *dist, u32 nr_intids)
{
	for (u32 i = GIC_FIRST_SPI; i < nr_intids; i += 32) {
		writel(~0u, dist + GIC_ICENABLER + i / 8);
		writel(~0u, dist + GIC_ICPENDR + i / 8);
		writel(~0u, dist + GIC_ICACTIVER + i / 8);
	}
	for (u32 i = GIC_FIRST_SPI; i < nr_intids; i += 4)
		writel(GIC_PRIORITY_WORD, dist + GIC_IPRIORITYR + i);
	for (u32 i = GIC_FIRST_SPI; i < nr_intids; i += 16)
		writel(0, dist + GIC_ICFGR + i / 4);
}

void gic_reset_private(void *regs)
{
	writel(0xffff0000, regs + GIC_ICENABLER);
	writel(~0u, regs + GIC_ICPENDR);
	writel(~0u, regs + GIC_ICACTIVER);
	for (u32 i = 0; i < GIC_FIRST_SPI; i += 4)
		writel(GIC_PRIORITY_WORD, regs + GIC_IPRIORITYR + i);
	writel(0xffff, regs + GIC_ISENABLER);
}

/* ---- Device lines ---- */

static void gic_mask(struct irq_data *data)
{
	gic->enable(data->hwirq, false);
}

static void gic_unmask(struct irq_data *data)
{
	gic->enable(data->hwirq, true);
}

static void gic_eoi(struct irq_data *data)
{
	gic->end(data->hwirq);
}

static DEFINE_RAW_SPINLOCK(config_lock);	/* registers that lines share; leaf */

static int gic_set_type(struct irq_data *data, unsigned int type)
{
	unsigned long flags;

	/* The hardware knows rising edges and high levels only. */
	if (type != IRQ_TYPE_EDGE_RISING && type != IRQ_TYPE_LEVEL_HIGH)
		return -EINVAL;
	raw_spin_lock_irqsave(&config_lock, flags);
	gic->set_edge(data->hwirq, type == IRQ_TYPE_EDGE_RISING);
	raw_spin_unlock_irqrestore(&config_lock, flags);
	return 0;
}

static int gic_set_affinity(struct irq_data *data, const struct cpumask *dest, bool force)
{
	unsigned int cpu = cpumask_first_and(dest, cpu_online_mask);

	if (cpu >= nr_cpu_ids)
		return -EINVAL;
	gic->route(data->hwirq, cpu);
	return IRQ_SET_MASK_OK;
}

static struct irq_chip gic_chip = {
	.irq_mask = gic_mask,
	.irq_unmask = gic_unmask,
	.irq_eoi = gic_eoi,
	.irq_set_type = gic_set_type,
	.irq_set_affinity = gic_set_affinity,
};

/* ---- The contract ---- */

void arm64_handle_irqs(void)
{
	for (;;) {
		u32 raw = gic->ack(), intid = raw & gic->intid_mask;

		if (intid >= GIC_FIRST_SPECIAL)
			return;
		if (intid < GIC_FIRST_PPI) {
			gic->end(raw);
			handle_ipi(intid);
		} else if (intid == arm64_timer_irq) {
			arm64_timer_interrupt();
			gic->end(raw);
		} else {
			handle_irq(intid);
		}
	}
}

void arch_irq_init(void)
{
	static const char *const v2[] = { "arm,gic-400", "arm,cortex-a15-gic", "arm,cortex-a9-gic" };
	struct fdt_node n;
	u32 nr_intids;

	if (fdt_find_compatible(&boot_fdt, "arm,gic-v3", &n))
		gic = gic_v3_init(&boot_fdt, &n, &nr_intids);
	for (unsigned int i = 0; !gic && i < ARRAY_SIZE(v2); i++)
		if (fdt_find_compatible(&boot_fdt, v2[i], &n))
			gic = gic_v2_init(&boot_fdt, &n, &nr_intids);
	if (!gic)
		panic("no usable interrupt controller in the device tree");
	gic_chip.name = gic->name;
	for (u32 intid = GIC_FIRST_SPI; intid < nr_intids; intid++) {
		gic->route(intid, 0);
		irq_set_chip_and_handler(intid, &gic_chip, handle_fasteoi_irq);
	}
	pr_info("%s: %u interrupts\n", gic->name, nr_intids - GIC_FIRST_SPI);
}

void arch_irq_init_cpu(unsigned int cpu)
{
	gic->init_cpu(cpu);
}

void arch_smp_send_ipi(unsigned int cpu, enum ipi_kind kind)
{
	gic->send_sgi(cpu, kind);
}

void gic_enable_private(u32 intid)
{
	gic->enable(intid, true);
}
