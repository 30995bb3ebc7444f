// SPDX-License-Identifier: MIT
/*
 * What a PVH loader (QEMU's -kernel) leaves: one struct that names the modules, the command line,
 * the RSDP and the memory map.
 * Source: Xen, xen/include/public/arch-x86/hvm/start_info.h, "Start of day structure".
 */
#include <linux/init.h>
#include <linux/printk.h>
#include "boot.h"

#define HVM_START_MAGIC	0x336ec578

struct hvm_start_info {
	u32 magic, version, flags, nr_modules;
	u64 modlist_pa, cmdline_pa, rsdp_pa;
	/* version 1 and later */
	u64 memmap_pa;
	u32 memmap_entries, reserved;
};

struct hvm_module {
	u64 pa, size, cmdline_pa, reserved;
};

struct hvm_memmap_entry {
	u64 addr, size;
	u32 type, reserved;
};

/* Types are those of the e820 map. Source: ACPI 6.4, 15.4 "E820 Assumptions and Limitations". */
enum boot_range_type __init boot_e820_type(u32 type)
{
	switch (type) {
	case 1:
		return BOOT_RAM;
	case 3:
		return BOOT_ACPI;
	default:	/* reserved, NVS, bad, persistent, and what later editions add */
		return BOOT_RESERVED;
	}
}

void __init boot_from_pvh(u32 pa)
{
	const struct hvm_start_info *info = boot_ptr(pa, sizeof(*info));
	const struct hvm_memmap_entry *map;
	const struct hvm_module *mod;
	const char *cmdline;

	boot_info.protocol = "PVH";
	if (!info || info->magic != HVM_START_MAGIC) {
		pr_err("boot: no PVH start info at %#x\n", pa);
		return;
	}

	boot_info.acpi_rsdp = info->rsdp_pa;
	cmdline = boot_ptr(info->cmdline_pa, 1);
	if (cmdline)
		boot_set_cmdline(cmdline, BOOT_MAPPED_BYTES - info->cmdline_pa);

	mod = info->nr_modules ? boot_ptr(info->modlist_pa, sizeof(*mod)) : NULL;
	if (mod) {
		boot_info.initrd_start = mod->pa;
		boot_info.initrd_size = mod->size;
	}

	if (info->version < 1) {
		pr_err("boot: PVH start info version 0 has no memory map\n");
		return;
	}
	map = boot_ptr(info->memmap_pa, (u64)info->memmap_entries * sizeof(*map));
	if (!map) {
		pr_err("boot: PVH memory map of %u entries at %#llx is out of reach\n",
		       info->memmap_entries, info->memmap_pa);
		return;
	}
	for (u32 i = 0; i < info->memmap_entries; i++)
		boot_add_range(map[i].addr, map[i].size, boot_e820_type(map[i].type));
}
