// SPDX-License-Identifier: MIT
/*
 * The first C code: fills boot_info by the loader's protocol, then enters the common kernel.
 *
 * Runs on the early page tables, which show the first 4 GiB of physical memory at PAGE_OFFSET.
 * What the loader left lies in memory that the allocators will hand out later, so all that is
 * kept is copied into the image. There is no console yet: messages wait in the log.
 */
#include <linux/init.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <asm/layout.h>
#include "boot.h"

_Static_assert(sizeof(init_stack) == BOOT_STACK_BYTES, "head.S loads the stack pointer by this");

#define LOW_MEMORY_BYTES	0x100000

extern char _start_image[], _end[];

void __init boot_add_range(u64 base, u64 size, enum boot_range_type type)
{
	if (boot_info.nr_ranges == BOOT_MAX_RANGES) {
		boot_info.ranges_cut = true;
		return;
	}
	boot_info.ranges[boot_info.nr_ranges++] = (struct boot_range){ base, size, type };
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

	/*
	 * The first MiB holds the BIOS's data, its tables, and the page that other CPUs start in
	 * (arch/x86_64/smp.c). Too little to be worth the allocators' while.
	 */
	boot_add_range(0, LOW_MEMORY_BYTES, BOOT_RESERVED);

	kmain();
}
