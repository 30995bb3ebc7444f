// SPDX-License-Identifier: MIT
/*
 * GICv3: a distributor for devices, a redistributor per CPU for its private interrupts, and the CPU
 * interface in system registers. CPUs are named by their MPIDR affinity. All interrupts are Group 1
 * (non-secure), which arrive as IRQ.
 * Source: Arm IHI 0069H, chapters 12.9 "GICD", 12.11 "GICR", 12.2 "AArch64 System registers".
 */
#include <linux/init.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/smp.h>
#include <arch/smp.h>
#include <asm/barrier.h>
#include <asm/sysreg.h>
#include <paddock/fdt.h>
#include "gic.h"

#define GICD_CTLR	0x0000
#define GICD_IROUTER	0x6000
#define GICR_CTLR	0x0000
#define GICR_TYPER	0x0008
#define GICR_WAKER	0x0014
#define GICR_SGI_FRAME	0x10000

#define CTLR_RWP	(1u << 31)	/* a write is on its way */
#define CTLR_GRP1	0x3		/* either security view */
#define CTLR_ARE	0x10		/* affinity routing */
#define RWP_REDIST	(1u << 3)
#define TYPER_VLPIS	(1 << 1)
#define TYPER_LAST	(1 << 4)
#define WAKER_SLEEP	(1 << 1)
#define WAKER_ASLEEP	(1 << 2)

#define ICC_PMR		s3_0_c4_c6_0
#define ICC_IAR1	s3_0_c12_c12_0
#define ICC_EOIR1	s3_0_c12_c12_1
#define ICC_BPR1	s3_0_c12_c12_3
#define ICC_CTLR	s3_0_c12_c12_4
#define ICC_SRE		s3_0_c12_c12_5
#define ICC_IGRPEN1	s3_0_c12_c12_7
#define ICC_SGI1R	s3_0_c12_c11_5

#define MAX_REGIONS	4
#define POLLS		1000000		/* then the hardware is broken, and we go on regardless */

static void *dist __ro_after_init;
static struct { void *base; u64 size; } region[MAX_REGIONS] __ro_after_init;
static void *redist[NR_CPUS];		/* each CPU's own; found by itself */

/* The names above are macros: read_sysreg() must see what they stand for. */
#define read_icc(reg)		read_sysreg_expanded(reg)
#define write_icc(val, reg)	write_sysreg_expanded(val, reg)
#define read_sysreg_expanded(reg)	read_sysreg(reg)
#define write_sysreg_expanded(val, reg)	write_sysreg(val, reg)

static u32 gic_v3_ack(void)
{
	u32 raw = read_icc(ICC_IAR1);

	/* What the sender of a cross-call wrote before sending must be seen by the handler. */
	mb();
	return raw;
}

static void gic_v3_end(u32 raw)
{
	write_icc(raw, ICC_EOIR1);
	arm64_isb();
}

static void wait_clear(void *reg, u32 bit)
{
	for (unsigned int i = 0; i < POLLS; i++)
		if (!(readl(reg) & bit))
			return;
	pr_err_once("GICv3: a register write does not complete\n");
}

static void gic_v3_enable(u32 intid, bool on)
{
	unsigned int array = on ? GIC_ISENABLER : GIC_ICENABLER;
	void *own;

	if (intid >= GIC_FIRST_SPI) {
		gic_write_bit(dist + array, intid);
		/* A disabled line must not fire after this: wait. */
		if (!on)
			wait_clear(dist + GICD_CTLR, CTLR_RWP);
		return;
	}
	own = redist[raw_smp_processor_id()];
	if (!own)
		return;
	gic_write_bit(own + GICR_SGI_FRAME + array, intid);
	wait_clear(own + GICR_CTLR, RWP_REDIST);
}

static void gic_v3_set_edge(u32 intid, bool edge)
{
	gic_write_edge(dist + GIC_ICFGR, intid, edge);
}

/* IROUTER has the affinities where MPIDR has them. */
static void gic_v3_route(u32 spi, unsigned int cpu)
{
	writeq(arch_cpu_hwid(cpu) & 0xff00ffffffUL, dist + GICD_IROUTER + 8ul * spi);
}

static void gic_v3_send_sgi(unsigned int cpu, u32 sgi)
{
	u64 id = arch_cpu_hwid(cpu);
	u64 aff0 = id & 0xff, aff1 = id >> 8 & 0xff, aff2 = id >> 16 & 0xff, aff3 = id >> 32 & 0xff;

	mb();			/* what the handler will look at, before the interrupt */
	write_icc(aff3 << 48 | (aff0 >> 4) << 44 | aff2 << 32 | (u64)sgi << 24 | aff1 << 16 |
		  1ul << (aff0 & 15), ICC_SGI1R);
	arm64_isb();
}

/* The frame whose TYPER has this CPU's affinity. */
static void *find_redistributor(unsigned int cpu)
{
	u64 id = arch_cpu_hwid(cpu);
	u32 affinity = (id >> 32 & 0xff) << 24 | (id & 0xffffff);

	for (unsigned int r = 0; r < MAX_REGIONS && region[r].base; r++) {
		u64 off = 0, typer;

		do {
			typer = readq(region[r].base + off + GICR_TYPER);
			if (typer >> 32 == affinity)
				return region[r].base + off;
			off += typer & TYPER_VLPIS ? 0x40000 : 0x20000;
		} while (!(typer & TYPER_LAST) && off + 0x20000 <= region[r].size);
	}
	return NULL;
}

static void gic_v3_init_cpu(unsigned int cpu)
{
	void *own = find_redistributor(cpu);

	if (!own) {
		pr_err("GICv3: CPU%u has no redistributor: it gets no interrupts of its own\n", cpu);
		return;
	}
	writel(readl(own + GICR_WAKER) & ~WAKER_SLEEP, own + GICR_WAKER);
	wait_clear(own + GICR_WAKER, WAKER_ASLEEP);
	writel(~0u, own + GICR_SGI_FRAME + GIC_IGROUPR);
	gic_reset_private(own + GICR_SGI_FRAME);
	wait_clear(own + GICR_CTLR, RWP_REDIST);
	redist[cpu] = own;

	write_icc(read_icc(ICC_SRE) | 1, ICC_SRE);
	arm64_isb();
	if (!(read_icc(ICC_SRE) & 1))
		pr_err("GICv3: CPU%u: the firmware keeps the system registers from us\n", cpu);
	write_icc(GIC_PRIORITY_MASK, ICC_PMR);
	write_icc(0, ICC_BPR1);
	write_icc(0, ICC_CTLR);		/* EOIR both drops the priority and deactivates */
	write_icc(1, ICC_IGRPEN1);
	arm64_isb();
}

static const struct gic_ops gic_v3_ops = {
	.name = "GICv3",
	.ack = gic_v3_ack,
	.end = gic_v3_end,
	.intid_mask = 0xffffff,
	.enable = gic_v3_enable,
	.set_edge = gic_v3_set_edge,
	.route = gic_v3_route,
	.send_sgi = gic_v3_send_sgi,
	.init_cpu = gic_v3_init_cpu,
};

static bool __init map_regions(const struct fdt *fdt, const struct fdt_node *n)
{
	u32 count = 1;
	u64 base, size;

	fdt_u32(fdt, n, "#redistributor-regions", &count);
	for (u32 i = 0; i < count && i < MAX_REGIONS; i++) {
		if (!fdt_reg(fdt, n, 1 + i, &base, &size) || size < 0x20000)
			return i > 0;
		/* Room for hundreds of CPUs need not be mapped. */
		region[i].size = min(size, (u64)NR_CPUS * 0x40000);
		region[i].base = ioremap(base, region[i].size);
		if (!region[i].base)
			return i > 0;
	}
	return count > 0;
}

const struct gic_ops * __init gic_v3_init(const struct fdt *fdt, const struct fdt_node *n, u32 *nr_intids)
{
	u64 base, size;

	if (!fdt_reg(fdt, n, 0, &base, &size) || !(dist = ioremap(base, 0x10000)) || !map_regions(fdt, n)) {
		pr_err("GICv3: the device tree does not say where it is\n");
		return NULL;
	}
	writel(0, dist + GICD_CTLR);
	wait_clear(dist + GICD_CTLR, CTLR_RWP);
	*nr_intids = min(32 * ((readl(dist + GICD_TYPER) & 0x1f) + 1), (u32)GIC_FIRST_SPECIAL);
	for (u32 i = GIC_FIRST_SPI; i < *nr_intids; i += 32)
		writel(~0u, dist + GIC_IGROUPR + i / 8);
	gic_reset_spis(dist, *nr_intids);
	writel(CTLR_ARE | CTLR_GRP1, dist + GICD_CTLR);
	wait_clear(dist + GICD_CTLR, CTLR_RWP);
	return &gic_v3_ops;
}
