/* SPDX-License-Identifier: MIT */
/*
 * What a version of Arm's Generic Interrupt Controller does for the common part (gic.c).
 *
 * Interrupts are known by their INTID, which is also the Linux number: 0..15 SGIs (cross-calls),
 * 16..31 PPIs (private to a CPU), 32..1019 SPIs (devices), 1020..1023 special.
 */
#pragma once

#include <linux/types.h>

#define GIC_FIRST_PPI	16
#define GIC_FIRST_SPI	32
#define GIC_FIRST_SPECIAL 1020
#define GIC_PRIORITY	0xa0		/* all alike: we do not nest */
#define GIC_PRIORITY_MASK 0xf0		/* lets them pass */
#define GIC_PRIORITY_WORD (GIC_PRIORITY * 0x01010101u)

struct fdt;
struct fdt_node;

struct gic_ops {
	const char *name;
	/* Acknowledge: the raw value, whose low bits are the INTID; end it by the raw value. */
	u32 (*ack)(void);
	void (*end)(u32 raw);
	u32 intid_mask;
	/* Enable or disable an INTID; below GIC_FIRST_SPI: this CPU's. */
	void (*enable)(u32 intid, bool on);
	/* False: the hardware refuses. */
	void (*set_edge)(u32 intid, bool edge);
	void (*route)(u32 spi, unsigned int cpu);
	void (*send_sgi)(unsigned int cpu, u32 sgi);
	void (*init_cpu)(unsigned int cpu);
};

/*
 * gic_v2_init, gic_v3_init - map and reset the distributor at node @n; all SPIs off.
 * Returns: NULL when the tree or the hardware is unusable (with a log line). *nr_intids: SPIs end here.
 */
const struct gic_ops *gic_v2_init(const struct fdt *fdt, const struct fdt_node *n, u32 *nr_intids);
const struct gic_ops *gic_v3_init(const struct fdt *fdt, const struct fdt_node *n, u32 *nr_intids);

/* What both versions' distributors have in common: mask all SPIs, priority, level-triggered, not pending. */
void gic_reset_spis(void *dist, u32 nr_intids);
/* The same for the private interrupts, in the distributor (v2) or a redistributor (v3); SGIs on. */
void gic_reset_private(void *regs);
/* One bit of the register array at @array; one two-bit field of the trigger configuration at @config. */
void gic_write_bit(void *array, u32 intid);
void gic_write_edge(void *config, u32 intid, bool edge);

#define GICD_TYPER	0x004
#define GIC_IGROUPR	0x080
#define GIC_ISENABLER	0x100
#define GIC_ICENABLER	0x180
#define GIC_ICPENDR	0x280
#define GIC_ICACTIVER	0x380
#define GIC_IPRIORITYR	0x400
#define GIC_ICFGR	0xc00

/* For the timer: this CPU's private interrupt @intid on. */
void gic_enable_private(u32 intid);
