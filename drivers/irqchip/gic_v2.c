// SPDX-License-Identifier: MIT
/*
 * GICv2: distributor and CPU interface are memory, one interface per CPU at the same address; at most
 * eight CPUs, which the distributor knows by bits of its own.
 * Source: Arm IHI 0048B.b, chapter 4 "Programmers' Model".
 */
#include <linux/init.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <arch/smp.h>
#include <asm/barrier.h>
#include <paddock/fdt.h>
#include "gic.h"

#define GICD_CTLR	0x000
#define GICD_ITARGETSR	0x800
#define GICD_SGIR	0xf00
#define GICC_CTLR	0x00
#define GICC_PMR	0x04
#define GICC_BPR	0x08
#define GICC_IAR	0x0c
#define GICC_EOIR	0x10

static void *dist __ro_after_init, *cpu_if __ro_after_init;
static u8 target_bit[NR_CPUS];		/* written once by each CPU before it can be a target */

static u32 gic_v2_ack(void)
{
	u32 raw = readl(cpu_if + GICC_IAR);

	/* What the sender of a cross-call wrote before sending must be seen by the handler. */
	mb();
	return raw;
}

/* The whole of what IAR gave: for an SGI it holds the sender, too. */
static void gic_v2_end(u32 raw)
{
	writel(raw, cpu_if + GICC_EOIR);
}

static void gic_v2_enable(u32 intid, bool on)
{
	gic_write_bit(dist + (on ? GIC_ISENABLER : GIC_ICENABLER), intid);
}

static void gic_v2_set_edge(u32 intid, bool edge)
{
	gic_write_edge(dist + GIC_ICFGR, intid, edge);
}

static void gic_v2_route(u32 spi, unsigned int cpu)
{
	/* Byte accesses are defined for these registers. CPU 0's bit is known only to CPU 0: we are it. */
	if (!target_bit[cpu])
		target_bit[cpu] = readb(dist + GICD_ITARGETSR);
	writeb(target_bit[cpu], dist + GICD_ITARGETSR + spi);
}

static void gic_v2_send_sgi(unsigned int cpu, u32 sgi)
{
	mb();			/* what the handler will look at, before the interrupt */
	writel((u32)target_bit[cpu] << 16 | sgi, dist + GICD_SGIR);
}

static void gic_v2_init_cpu(unsigned int cpu)
{
	/* Reads of the private interrupts' targets give the reader's own bit; 0 on a single CPU. */
	target_bit[cpu] = readb(dist + GICD_ITARGETSR) ?: 1;
	gic_reset_private(dist);
	writel(GIC_PRIORITY_MASK, cpu_if + GICC_PMR);
	writel(0, cpu_if + GICC_BPR);
	writel(1, cpu_if + GICC_CTLR);
}

static const struct gic_ops gic_v2_ops = {
	.name = "GICv2",
	.ack = gic_v2_ack,
	.end = gic_v2_end,
	.intid_mask = 0x3ff,
	.enable = gic_v2_enable,
	.set_edge = gic_v2_set_edge,
	.route = gic_v2_route,
	.send_sgi = gic_v2_send_sgi,
	.init_cpu = gic_v2_init_cpu,
};

const struct gic_ops * __init gic_v2_init(const struct fdt *fdt, const struct fdt_node *n, u32 *nr_intids)
{
	u64 dist_pa, cpu_pa, size;

	if (!fdt_reg(fdt, n, 0, &dist_pa, &size) || !fdt_reg(fdt, n, 1, &cpu_pa, &size)) {
		pr_err("GICv2: the device tree does not say where it is\n");
		return NULL;
	}
	dist = ioremap(dist_pa, 0x1000);
	cpu_if = ioremap(cpu_pa, 0x1000);
	if (!dist || !cpu_if)
		return NULL;
	writel(0, dist + GICD_CTLR);
	*nr_intids = min(32 * ((readl(dist + GICD_TYPER) & 0x1f) + 1), (u32)GIC_FIRST_SPECIAL);
	gic_reset_spis(dist, *nr_intids);
	writel(1, dist + GICD_CTLR);
	return &gic_v2_ops;
}
