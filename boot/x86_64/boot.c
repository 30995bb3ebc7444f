// SPDX-License-Identifier: MIT
/*
 * The first C code: fills boot_info by the loader's protocol, then enters the common kernel.
 *
 * Runs on the early page tables, which show the first 4 GiB of physical memory at PAGE_OFFSET.
 * What the loader left lies in memory that the allocators will hand out later, so all that is
 * kept is copied into the image. There is no console yet: messages wait in the log.
 */
#include <linux/align.h>
#include <linux/init.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <asm/page.h>
#include <asm/x86.h>
#include "boot.h"

_Static_assert(sizeof(init_stack) == BOOT_STACK_BYTES, "head.S loads the stack pointer by this");

#define LOW_MEMORY_BYTES	0x100000

extern char _start_image[], _end[];

u32 boot_trampoline_pa;

/*
 * The first MiB holds the BIOS's data and tables, and the page that other CPUs start in: too little to be
 * worth the allocators' while. So its RAM is not passed on; what comes of it is that one page, not page 0, and the
 * initramfs, if it is small enough for the loader to put it there.
 */
static struct {
	u32 base, end;
} low_ram[8] __initdata;
static unsigned int nr_low_ram __initdata;

static void __init add_range(u64 base, u64 size, enum boot_range_type type)
{
	if (boot_info.nr_ranges == BOOT_MAX_RANGES) {
		boot_info.ranges_cut = true;
		return;
	}
	boot_info.ranges[boot_info.nr_ranges++] = (struct boot_range){ base, size, type };
}

void __init boot_add_range(u64 base, u64 size, enum boot_range_type type)
{
	if (type == BOOT_RAM && base < LOW_MEMORY_BYTES && size <= ~base) {
		u64 end = base + size;

		if (nr_low_ram < ARRAY_SIZE(low_ram)) {
			low_ram[nr_low_ram].base = ALIGN(base, PAGE_SIZE);
			low_ram[nr_low_ram++].end = ALIGN_DOWN(min_t(u64, end, LOW_MEMORY_BYTES), PAGE_SIZE);
		}
		if (end <= LOW_MEMORY_BYTES)
			return;
		base = LOW_MEMORY_BYTES;
		size = end - base;
	}
	add_range(base, size, type);
}

/* All tags of the loader have been read. */
static void __init settle_low_memory(void)
{
	u64 start = ALIGN_DOWN(boot_info.initrd_start, PAGE_SIZE);
	u64 end = ALIGN(boot_info.initrd_start + boot_info.initrd_size, PAGE_SIZE);

	for (unsigned int i = 0; i < nr_low_ram; i++) {
		u64 low_end = low_ram[i].end;

		for (u64 pa = max_t(u64, low_ram[i].base, PAGE_SIZE); pa < low_end && !boot_trampoline_pa; pa += PAGE_SIZE)
			if (pa < start || pa >= end)
				boot_trampoline_pa = pa;
		if (start < end && start >= low_ram[i].base && start < low_end)
			add_range(start, min(end, low_end) - start, BOOT_RAM);
	}
}

void __init boot_set_cmdline(const char *s, size_t max)
{
	size_t len = strnlen(s, max);

	if (len >= BOOT_CMDLINE_MAX) {
		len = BOOT_CMDLINE_MAX - 1;
		pr_warn("boot: the command line is cut to %zu bytes\n", len);
	}
	memcpy(boot_info.cmdline, s, len);
	boot_info.cmdline[len] = '\0';
}

void *__init boot_ptr(u64 pa, u64 len)
{
	if (!pa || pa >= BOOT_MAPPED_BYTES || len > BOOT_MAPPED_BYTES - pa)
		return NULL;
	return (void *)(PAGE_OFFSET + pa);
}

void __init x86_boot(unsigned int protocol, u32 info_pa)
{
	boot_info.kernel_start = (u64)_start_image - IMAGE_BASE;
	boot_info.kernel_end = (u64)_end - IMAGE_BASE;

	if (protocol == BOOT_BY_PVH)
		boot_from_pvh(info_pa);
	else
		boot_from_multiboot2(info_pa);
	settle_low_memory();

	kmain();
}
