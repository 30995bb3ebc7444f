// SPDX-License-Identifier: MIT
/*
 * What a Multiboot2 loader (GRUB, on BIOS and on UEFI) leaves: a list of tags.
 *
 *   u32 total size, u32 reserved, then tags: u32 type, u32 size, data; each 8-byte aligned
 *
 * The sizes are the loader's word: each is checked against what encloses it before it is used.
 * Source: Multiboot2 specification 2.0, 3.6 "Boot information format".
 */
#include <linux/init.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <asm/layout.h>
#include <asm/x86.h>
#include "boot.h"

enum {
	TAG_END = 0,
	TAG_CMDLINE = 1,
	TAG_MODULE = 3,
	TAG_MEMORY_MAP = 6,
	TAG_EFI64_TABLE = 12,
	TAG_RSDP_V1 = 14,
	TAG_RSDP_V2 = 15,
};

struct mb2_tag {
	u32 type, size;		/* size: this header and the data, not the padding after it */
	u8 data[];
};

struct mb2_module {
	u32 start, end;		/* physical */
	char cmdline[];
};

struct mb2_memory_map {
	u32 entry_size, entry_version;
	u8 entries[];
};

struct mb2_memory_entry {
	u64 base, size;
	u32 type, reserved;
};

/* A tag carries a copy of the RSDP: it is kept here, and boot_info.acpi_rsdp points at it. */
static u8 rsdp_copy[36] __attribute__((aligned(16)));

/* The UEFI system table: it names the firmware's other tables, which lie where nobody would search. */
u64 boot_efi_system_table;

static void __init read_memory_map(const struct mb2_tag *tag, u32 len)
{
	const struct mb2_memory_map *map = (const void *)tag->data;

	if (len < sizeof(*map) || map->entry_size < sizeof(struct mb2_memory_entry)) {
		pr_err("boot: Multiboot2 memory map is malformed\n");
		return;
	}
	len -= sizeof(*map);
	for (u32 at = 0; len - at >= map->entry_size; at += map->entry_size) {
		const struct mb2_memory_entry *e = (const void *)(map->entries + at);

		boot_add_range(e->base, e->size, boot_e820_type(e->type));
	}
}

static void __init read_rsdp(const struct mb2_tag *tag, u32 len)
{
	/* Both tags may be there; the longer structure is the newer one. */
	if (boot_info.acpi_rsdp && tag->type == TAG_RSDP_V1)
		return;
	if (len > sizeof(rsdp_copy))
		len = sizeof(rsdp_copy);
	memset(rsdp_copy, 0, sizeof(rsdp_copy));
	memcpy(rsdp_copy, tag->data, len);
	boot_info.acpi_rsdp = (u64)rsdp_copy - IMAGE_BASE;
}

static void __init read_tag(const struct mb2_tag *tag, u32 len)
{
	const struct mb2_module *mod = (const void *)tag->data;

	switch (tag->type) {
	case TAG_CMDLINE:
		boot_set_cmdline((const char *)tag->data, len);
		break;
	case TAG_MODULE:
		if (len >= sizeof(*mod) && mod->end >= mod->start && !boot_info.initrd_size) {
			boot_info.initrd_start = mod->start;
			boot_info.initrd_size = mod->end - mod->start;
		}
		break;
	case TAG_MEMORY_MAP:
		read_memory_map(tag, len);
		break;
	case TAG_EFI64_TABLE:
		if (len >= sizeof(boot_efi_system_table))
			memcpy(&boot_efi_system_table, tag->data, sizeof(boot_efi_system_table));
		break;
	case TAG_RSDP_V1:
	case TAG_RSDP_V2:
		read_rsdp(tag, len);
		break;
	}
}

void __init boot_from_multiboot2(u32 pa)
{
	const u32 *total = boot_ptr(pa, 8);
	u64 at = 8, end;

	boot_info.protocol = "Multiboot2";
	end = total ? *total : 0;
	if (!boot_ptr(pa, end)) {
		pr_err("boot: no Multiboot2 information at %#x\n", pa);
		return;
	}

	while (at + sizeof(struct mb2_tag) <= end) {
		const struct mb2_tag *tag = (const void *)((const char *)total + at);

		if (tag->type == TAG_END)
			return;
		if (tag->size < sizeof(*tag) || tag->size > end - at)
			break;
		read_tag(tag, tag->size - sizeof(*tag));
		at += ((u64)tag->size + 7) & ~7ull;
	}
	pr_err("boot: Multiboot2 information is cut short or malformed at byte %llu of %llu\n", at,
	       end);
}
