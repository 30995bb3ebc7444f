/* SPDX-License-Identifier: MIT */
/*
 * What the ACPI tables say, boiled down to what Paddock asks them.
 *
 * Tables are bytes from outside: every length is checked against what encloses it, every table
 * against its checksum, and one that fails is passed over with a log line. The parsers
 * (drivers/firmware/acpi_parse.c) are pure functions on bytes and also run in host tests.
 * Source: ACPI Specification 6.4, chapter 5 "ACPI Software Programming Model".
 */
#pragma once

#include <linux/types.h>

#define ACPI_MAX_CPUS		256
#define ACPI_MAX_IOAPICS	16
#define ACPI_MAX_MEMORY		64	/* SRAT memory ranges */
#define ACPI_MAX_NODES		64	/* proximity domains */

struct acpi_info {
	/* MADT */
	bool has_madt;
	u64 lapic_pa;
	unsigned int nr_cpus;
	u32 cpu_apic_id[ACPI_MAX_CPUS];		/* usable CPUs, in the table's order */
	unsigned int nr_ioapics;
	struct acpi_ioapic {
		u64 pa;
		u32 gsi_base;
		u8 id;
	} ioapics[ACPI_MAX_IOAPICS];
	struct acpi_isa_irq {
		u32 gsi;
		bool active_low, level;
	} isa_irqs[16];				/* identity, edge, high unless overridden */

	/* SRAT and SLIT; nodes are proximity domains numbered by first appearance */
	unsigned int nr_nodes;
	u32 node_domain[ACPI_MAX_NODES];
	unsigned int nr_cpu_affinities;
	struct acpi_cpu_affinity {
		u32 apic_id;
		unsigned int node;
	} cpu_affinities[ACPI_MAX_CPUS];
	unsigned int nr_memory;
	struct acpi_memory_affinity {
		u64 base, size;
		unsigned int node;
	} memory[ACPI_MAX_MEMORY];
	unsigned int nr_distances;		/* the SLIT is a square of so many rows */
	u8 distances[ACPI_MAX_NODES][ACPI_MAX_NODES];	/* by proximity domain */

	/* FADT and DSDT */
	bool has_fadt;
	u64 dsdt_pa;
	u32 smi_command;
	u8 acpi_enable;
	u16 pm1a_control, pm1b_control;		/* ports; 0: none */
	u16 pm_timer_port;			/* 0: none */
	bool pm_timer_32bit;
	bool has_reset;
	u8 reset_space, reset_value;		/* ACPI address space: 0 memory, 1 port */
	u64 reset_address;
	u8 century_index;			/* CMOS register, 0: none */
	bool has_s5;
	u8 s5_type_a, s5_type_b;		/* SLP_TYP values for soft off */

	/* HPET */
	u64 hpet_pa;				/* 0: none */
};

/* The one instance, constant after acpi_init_early(). */
extern struct acpi_info acpi;

/*
 * acpi_init_early - find the tables by the RSDP at physical @rsdp_pa (0: search the BIOS area), fill acpi.
 * Context: boot, on page tables that show the first 4 GiB; tables beyond are passed over (logged).
 */
void acpi_init_early(u64 rsdp_pa);

/* ---- acpi_parse.c ---- */

#define ACPI_HEADER_BYTES 36

/* All fields that firmware leaves unaligned are read bytewise. */
static inline u16 acpi_u16(const u8 *p)
{
	return p[0] | p[1] << 8;
}

static inline u32 acpi_u32(const u8 *p)
{
	return acpi_u16(p) | (u32)acpi_u16(p + 2) << 16;
}

static inline u64 acpi_u64(const u8 *p)
{
	return acpi_u32(p) | (u64)acpi_u32(p + 4) << 32;
}

/* Sum of bytes; a whole table's is 0. */
u8 acpi_checksum(const u8 *p, size_t len);

/*
 * acpi_check_rsdp - is this a root pointer?
 * @avail: bytes that may be read at @p, at least 20.
 * Returns: 0; -EINVAL: wrong signature or checksum.
 *          *xsdt or *rsdt hold the physical address of the table to walk, the other is 0.
 */
int acpi_check_rsdp(const u8 *p, size_t avail, u64 *xsdt, u64 *rsdt);

/*
 * acpi_check_table - is this a table, and how long?
 * @signature: four letters expected, or NULL: any.
 * Returns: 0 and *len; -EINVAL (logged) for a wrong signature, a length below 36 or above @avail, or a
 *          wrong checksum.
 */
int acpi_check_table(const u8 *p, size_t avail, const char *signature, u32 *len);

/*
 * acpi_parse_table - take what @info wants from one checked table of @len bytes; others are ignored.
 * Returns: 0; -EINVAL (logged) when a part of it is malformed: what came before that is kept.
 */
int acpi_parse_table(struct acpi_info *info, const u8 *p, u32 len);

/*
 * acpi_parse_s5 - the \_S5_ package of a DSDT (bytes of AML after its header), without an interpreter.
 * Sets has_s5 and the SLP_TYP values. Returns: 0, or -ENOENT.
 */
int acpi_parse_s5(struct acpi_info *info, const u8 *aml, u32 len);

/* What holds before any table is read: ISA interrupts as wired in the PC/AT. */
void acpi_info_init(struct acpi_info *info);
