/* SPDX-License-Identifier: MIT */
/*
 * Boot information made uniform: each way in (PVH, Multiboot2, Linux Image protocol, EFI)
 * fills one struct boot_info, and kmain() reads nothing else of the firmware's but the tables it names.
 */
#pragma once

#include <linux/types.h>

#define BOOT_MAX_RANGES	128
#define BOOT_CMDLINE_MAX 4096

enum boot_range_type {
	BOOT_RAM,		/* usable */
	BOOT_RESERVED,		/* present, not ours (firmware, MMIO) */
	BOOT_ACPI,		/* ACPI tables: readable, not allocatable */
};

struct boot_range {
	u64 base, size;		/* bytes; as the firmware said: unsorted, may overlap, may be odd */
	enum boot_range_type type;
};

struct boot_info {
	const char *protocol;		/* "PVH", "Multiboot2", "Linux Image", "EFI stub" */
	unsigned int nr_ranges;
	bool ranges_cut;		/* the firmware named more than fit */
	struct boot_range ranges[BOOT_MAX_RANGES];
	u64 kernel_start, kernel_end;	/* physical extent of the image, .bss included */
	u64 initrd_start, initrd_size;	/* physical; size 0: none */
	u64 acpi_rsdp;			/* physical; 0: none */
	u64 dtb, dtb_size;		/* physical; 0: none */
	char cmdline[BOOT_CMDLINE_MAX];	/* NUL-terminated; longer ones are cut, with a log line */
};

/* The one instance; filled by boot/<arch>/ before kmain(); memblock_init() drops a bad initrd; constant afterwards. */
extern struct boot_info boot_info;

/*
 * kmain - the common kernel, on the boot CPU.
 *
 * On entry: in the image mapping, interrupts masked, on the boot stack, .bss cleared, arch_current() is
 * the boot thread (init_task), per-CPU offset 0 (the template is CPU 0's area until setup_per_cpu_areas()),
 * early page tables in force that map the image and at least the first 4 GiB (x86_64) or the image, the
 * device tree and a console (arm64) so that early C code can run.
 */
void __attribute__((noreturn)) kmain(void);

/* Hooks in kmain()'s order; see kernel/main.c. */
void arch_early_console_init(void);	/* polled serial output works from here */
void arch_early_init(void);		/* boot CPU features, vectors; firmware ranges known */
/*
 * arch_firmware_init - read the ACPI tables or the device tree: NUMA affinity, CPUs, controllers.
 * Context: after the linear map, before the page allocator; may use memblock.
 */
void arch_firmware_init(void);
void arch_devices_init(void);		/* console with interrupts, RTC, power-off, pvpanic */
