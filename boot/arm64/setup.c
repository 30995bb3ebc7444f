// SPDX-License-Identifier: MIT
/*
 * From the jump to virtual addresses to kmain(): make the boot information uniform.
 *
 * With the Image protocol all facts come from the device tree; with EFI the stub brings them along in
 * a struct boot_info of its own, and the tree adds what only it knows. Nothing here may fail hard:
 * a tree that is missing or broken leaves a line in the log, and the kernel goes on with what it has.
 */
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <arch/boot.h>
#include <asm/layout.h>
#include <paddock/fdt.h>
#include "boot.h"

phys_addr_t arm64_image_pa;
struct fdt boot_fdt;

extern char _start_image[], _end[];

static void add_range(u64 base, u64 size, enum boot_range_type type)
{
	if (!size)
		return;
	if (boot_info.nr_ranges == BOOT_MAX_RANGES) {
		boot_info.ranges_cut = true;
		return;
	}
	boot_info.ranges[boot_info.nr_ranges++] = (struct boot_range){ base, size, type };
}

/* Map the header first, to learn the size; then all of it. */
static void open_tree(phys_addr_t pa)
{
	const char *wrong = "not mapped";
	const void *blob;
	u32 size;

	if (!pa || pa % 8) {
		pr_err("fdt: no device tree (address %#llx)\n", pa);
		return;
	}
	blob = early_map_window(pa, 64, PT_KERNEL_RO);
	size = blob ? fdt_size_of(blob) : 0;
	if (!size || size > FDT_MAX_BYTES) {
		pr_err("fdt: no device tree at %#llx\n", pa);
		return;
	}
	blob = early_map_window(pa, size, PT_KERNEL_RO);
	if (blob)
		wrong = fdt_open(&boot_fdt, blob, size);
	if (wrong) {
		pr_err("fdt: device tree at %#llx refused: %s\n", pa, wrong);
		return;
	}
	boot_info.dtb = pa;
	boot_info.dtb_size = size;
}

/* /memory nodes. Under EFI the firmware's own map is the truth about them. */
static void scan_memory(void)
{
	struct fdt_node n;
	const char *type;
	u64 base, size;

	for (bool ok = fdt_first(&boot_fdt, &n); ok; ok = fdt_next(&boot_fdt, &n)) {
		type = fdt_string(&boot_fdt, &n, "device_type");
		if (!type || strcmp(type, "memory") || !fdt_enabled(&boot_fdt, &n))
			continue;
		for (unsigned int i = 0; fdt_reg(&boot_fdt, &n, i, &base, &size); i++)
			add_range(base, size, BOOT_RAM);
	}
	if (!boot_info.nr_ranges)
		pr_err("fdt: the device tree names no memory\n");
}

static void scan_reserved(void)
{
	struct fdt_node parent, n;
	u64 base, size;

	for (unsigned int i = 0; fdt_reservation(&boot_fdt, i, &base, &size); i++)
		add_range(base, size, BOOT_RESERVED);
	if (!fdt_find_path(&boot_fdt, "/reserved-memory", &parent))
		return;
	n = parent;
	while (fdt_child(&boot_fdt, &parent, &n))
		for (unsigned int i = 0; fdt_reg(&boot_fdt, &n, i, &base, &size); i++)
			add_range(base, size, BOOT_RESERVED);
}

static void scan_chosen(void)
{
	struct fdt_node n;
	const char *args;
	u64 start, end;

	if (!fdt_find_path(&boot_fdt, "/chosen", &n))
		return;
	args = fdt_string(&boot_fdt, &n, "bootargs");
	if (args) {
		strscpy(boot_info.cmdline, args, BOOT_CMDLINE_MAX);
		if (strlen(args) >= BOOT_CMDLINE_MAX)
			pr_warn("boot: command line cut at %d bytes\n", BOOT_CMDLINE_MAX - 1);
	}
	if (fdt_u64(&boot_fdt, &n, "linux,initrd-start", &start) &&
	    fdt_u64(&boot_fdt, &n, "linux,initrd-end", &end)) {
		if (end > start) {
			boot_info.initrd_start = start;
			boot_info.initrd_size = end - start;
		} else if (end < start) {
			pr_warn("fdt: initrd ends (%#llx) before it starts (%#llx), ignored\n", end, start);
		}
	}
}

/* What must be readable through the linear map before mm has made its own. */
static void map_ram(void)
{
	bool ok = true;

	/* First what is surely there: the tables may not suffice for all that the map claims. */
	ok &= early_map_linear(boot_info.kernel_start, boot_info.kernel_end - boot_info.kernel_start);
	ok &= early_map_linear(boot_info.initrd_start, boot_info.initrd_size);
	for (unsigned int i = 0; i < boot_info.nr_ranges; i++) {
		struct boot_range *r = &boot_info.ranges[i];

		if (r->type != BOOT_RESERVED)
			ok &= early_map_linear(r->base, r->size);
	}
	if (!ok)
		pr_warn("boot: memory too scattered for the early linear map\n");
}

/* The stub's block lies in RAM that is ours until memblock hands it out. */
static bool take_handover(phys_addr_t pa)
{
	const struct boot_info *from = pa ? early_map_window(pa, sizeof(*from), PT_KERNEL_RO) : NULL;

	if (!from)
		return false;
	boot_info = *from;
	boot_info.protocol = "EFI stub";
	return true;
}

void arm64_start(phys_addr_t dtb, phys_addr_t handover, phys_addr_t image, unsigned int level)
{
	bool efi;

	pr_info("CPU: started at EL%u\n", level);
	arm64_image_pa = image;
	efi = take_handover(handover);
	open_tree(efi ? boot_info.dtb : dtb);
	if (!efi) {
		boot_info.protocol = "Linux Image";
		scan_memory();
		scan_chosen();
	}
	scan_reserved();
	boot_info.kernel_start = image;
	boot_info.kernel_end = image + (_end - _start_image);
	map_ram();
	kmain();
}
