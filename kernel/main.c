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
#include <paddock/init.h>

struct boot_info boot_info;

static const struct boot_step {
	const char *name;
	void (*run)(void);
} steps[] = {
	/* Without memory allocation: messages, options, RAM. */
	{ "console", arch_early_console_init },	/* from here on, printk is seen */
	{ "arch", arch_early_init },		/* vectors: from here on, faults are reported */
	{ "params", params_early_init },	/* loglevel=, mem=, and what later steps ask early */
	{ "memblock", memblock_init },		/* firmware ranges, trimmed; image and initramfs reserved */

	/* Address space and allocators, bottom up. */
	{ "paging", paging_init },		/* linear map, image with W^X, vmemmap window */
	{ "firmware", arch_firmware_init },	/* ACPI or device tree: CPUs, NUMA nodes */
	{ "percpu", setup_per_cpu_areas },	/* memory on each CPU's node: needs both of the above */
	{ "pages", buddy_init },
	{ "slab", slab_init },
	{ "vmalloc", vmalloc_init },

	/* Threads and time. */
	{ "rcu", rcu_init },
	{ "sched", sched_init },
	{ "irq", irq_init },			/* arch_irq_init() and this CPU's part */
	{ "time", time_init },			/* calibrates; then timers and the tick */
};

/* The rest needs threads that sleep: other CPUs, file tree, modules, shell. */
static const struct boot_step late_steps[] = {
	{ "params", params_values_init },	/* setters may sleep; all below act on the values */
	{ "smp", smp_init },
	{ "workqueue", workqueue_init },
	{ "pmalloc", pmalloc_init },		/* a window per CPU */
	{ "kfence", kfence_init },
	{ "fs", fs_init },			/* root, /proc, /sys, debugfs */
	{ "params files", params_init },	/* /sys/module/<name>/parameters */
	{ "devices", arch_devices_init },
	{ "initcalls", do_initcalls },
	{ "initramfs", initramfs_init },
	{ "free init", free_init_memory },	/* and seal __ro_after_init */
	{ "kunit", kunit_boot },		/* only with "kunit" on the command line */
	{ "shell", shell_boot },		/* init= script or the prompt; does not return */
};

static void run_steps(const struct boot_step *step, unsigned int count)
{
	for (; count--; step++) {
		pr_debug("boot: %s\n", step->name);
		step->run();
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
	run_steps(steps, ARRAY_SIZE(steps));
	sched_start(init_main);		/* this context becomes CPU 0's idle thread */
}
