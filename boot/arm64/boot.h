/* SPDX-License-Identifier: MIT */
/* What the pieces of arm64's boot code share: assembly, EFI stub, early mappings, secondary start. */
#pragma once

/* struct secondary_start, for assembly. */
#define SECONDARY_ROOT		0
#define SECONDARY_SP		8
#define SECONDARY_TASK		16
#define SECONDARY_PERCPU	24
#define SECONDARY_CPU		32

#ifndef __ASSEMBLY__
#include <linux/types.h>
#include <arch/boot.h>
#include <arch/paging.h>

struct task_struct;

/*
 * What a starting CPU needs to know; one at a time. It reads @root with MMU and caches off, so the
 * starter cleans the block to the point of coherency.
 */
struct secondary_start {
	u64 root;			/* physical: tables of the kernel half */
	u64 sp;
	struct task_struct *task;
	u64 percpu_offset;
	u64 cpu;
} __attribute__((aligned(64)));

_Static_assert(__builtin_offsetof(struct secondary_start, cpu) == SECONDARY_CPU, "head.S reads this");

extern struct secondary_start secondary_start;
void secondary_entry(void);		/* physical entry, head.S */

/* head.S: where C begins. @handover: physical, the EFI stub's struct boot_info, or 0. */
void __attribute__((noreturn)) arm64_start(phys_addr_t dtb, phys_addr_t handover, phys_addr_t image,
					     unsigned int level);

/* The image's physical address. */
extern phys_addr_t arm64_image_pa;

/*
 * Mappings before mm has any, in tables of the image's own (early_map.c).
 *
 * early_map_window - show [pa, pa + size) at the next free place of the early window; never undone.
 * Returns: the address of @pa itself, or NULL when the window or the tables are used up.
 * early_map_linear - the same at its place in the linear map, rounded out to 2 MiB.
 * Returns: false when the tables are used up.
 */
void *early_map_window(phys_addr_t pa, size_t size, pgprot_bits_t prot);
bool early_map_linear(phys_addr_t pa, u64 size);

/* The device tree that the machine was booted with, checked; unusable (see fdt_ok()) if there is none. */
struct fdt;
extern struct fdt boot_fdt;
#endif
