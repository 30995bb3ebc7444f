/* SPDX-License-Identifier: MIT */
/* Shared by the x86_64 boot code, assembly included. */
#pragma once

#define BOOT_BY_PVH		1
#define BOOT_BY_MULTIBOOT2	2

#define MB2_HEADER_MAGIC	0xe85250d6
#define MB2_LOADER_MAGIC	0x36d76289

/* Physical memory that the early page tables show, from 0 up. */
#define BOOT_MAPPED_GIBS	4

/* The boot thread runs on init_stack (kernel/sched); its size, for assembly. */
#define BOOT_STACK_BYTES	16384

#ifndef __ASSEMBLY__
#include <linux/types.h>
#include <arch/boot.h>

#define BOOT_MAPPED_BYTES	((u64)BOOT_MAPPED_GIBS << 30)

/* Adds a range of the firmware's memory map; too many set boot_info.ranges_cut. */
void boot_add_range(u64 base, u64 size, enum boot_range_type type);
/* The meaning of an e820 type number, which both protocols use. */
enum boot_range_type boot_e820_type(u32 type);
/* Copies a command line: up to its NUL, or @max bytes. */
void boot_set_cmdline(const char *s, size_t max);
/* Where the early tables show [pa, pa + len), or NULL: out of their reach, or @pa is 0. */
void *boot_ptr(u64 pa, u64 len);

/* Read what the loader left at physical @pa, and fill boot_info from it. */
void boot_from_pvh(u32 pa);
void boot_from_multiboot2(u32 pa);

/* From head.S: never returns. */
void __attribute__((noreturn)) x86_boot(unsigned int protocol, u32 info_pa);
#endif
