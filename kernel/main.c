// SPDX-License-Identifier: MIT
/*
 * From the boot code to the shell: the order in which the kernel comes up.
 *
 * Each step may rely on all above it. What a step needs is the reason for its place, so the
 * reasons stand beside the steps.
 */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <arch/boot.h>
#include <arch/cpu.h>
#include <arch/smp.h>
#include <arch/time.h>
#include <arch/trap.h>
#include <generated/utsrelease.h>
#include <paddock/init.h>

struct boot_info boot_info;

typedef void (*boot_step_t)(void);

static const boot_step_t steps[] = {
	/* Without memory allocation: messages, options, RAM. */
	arch_early_console_init,	/* from here on, printk is seen */
	arch_early_init,		/* vectors: from here on, faults are reported */
	params_early_init,		/* loglevel=, mem=, and what later steps ask early */
	memblock_init,			/* firmware ranges, trimmed; image and initramfs reserved */

	/* Address space and allocators, bottom up. */
	paging_init,			/* linear map, image with W^X, vmemmap window */
	arch_firmware_init,		/* ACPI or device tree: CPUs, NUMA nodes */
	setup_per_cpu_areas,		/* memory on each CPU's node: needs both of the above */
	buddy_init,
	slab_init,
	vmalloc_init,

	/* Threads and time. */
	rcu_init,
	sched_init,
	irq_init,			/* arch_irq_init() and this CPU's part */
	time_init,			/* calibrates; then timers and the tick */
};

/* The rest needs threads that sleep: other CPUs, file tree, modules, shell. */
static const boot_step_t late_steps[] = {
	params_values_init,		/* setters may sleep; all below act on the values */
	smp_init,
	workqueue_init,
	pmalloc_init,			/* a window per CPU */
	kfence_init,
	fs_init,			/* root, /proc, /sys, debugfs */
	params_init,			/* /sys/module/<name>/parameters */
	arch_devices_init,
	do_initcalls,
	initramfs_init,
	free_init_memory,		/* and seal __ro_after_init */
	kunit_boot,			/* only with "kunit" on the command line */
	shell_boot,			/* init= script or the prompt; does not return */
};

static void run_steps(const boot_step_t *step, unsigned int count)
{
	for (; count--; step++) {
		if (initcall_debug)
			pr_info("calling  %ps @ %d\n", *step, current->pid);
		(*step)();
	}
}

/* The first thread that may sleep; it becomes the shell. */
static int init_main(void *unused)
{
	run_steps(late_steps, ARRAY_SIZE(late_steps));
	return 0;
}

void kmain(void)
{
	pr_notice("Paddock version " UTS_RELEASE ", started by %s\n", boot_info.protocol);
	run_steps(steps, ARRAY_SIZE(steps));
	sched_start(init_main);		/* this context becomes CPU 0's idle thread */
}
