// SPDX-License-Identifier: MIT
/*
 * scull: character devices whose medium is the kernel's memory, an exercise as old as driver books.
 *
 * scull0, scull1: what is written can be read back; see mem.c. scullpipe: what one writes another
 * reads, and waits for; see pipe.c. This file gives the devices their numbers and their files in /dev.
 *
 *	insmod scull
 *	echo hello > /dev/scull0; cat /dev/scull0
 *	cat /proc/scullmem
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include "scull.h"

unsigned int scull_quantum = 64, scull_qset = 8;
module_param_named(quantum, scull_quantum, uint, 0444);
MODULE_PARM_DESC(quantum, "bytes of one piece of memory");
module_param_named(qset, scull_qset, uint, 0444);
MODULE_PARM_DESC(qset, "pieces in one array of pointers");

#define NR_NUMBERS (SCULL_DEVICES + 1)

static dev_t first;
static struct class *class;
static struct cdev *cdevs[NR_NUMBERS];

static const char *const names[] = { "scull%d", "scullpipe" };

static int add_device(unsigned int i)
{
	struct device *device;
	int err;

	err = cdev_add(cdevs[i], first + i, 1);
	if (err)
		return err;
	device = device_create(class, NULL, first + i, NULL, names[i == SCULL_DEVICES], i);
	if (IS_ERR(device)) {
		cdev_del(cdevs[i]);
		return PTR_ERR(device);
	}
	return 0;
}

static void remove_devices(unsigned int n)
{
	while (n--) {
		device_destroy(class, first + n);
		cdev_del(cdevs[n]);
	}
}

static int scullmem_show(struct seq_file *m, void *unused)
{
	char *buf = kmalloc(PAGE_SIZE, GFP_KERNEL);
	int len;

	if (!buf)
		return -ENOMEM;
	len = scull_mem_show_all(buf, PAGE_SIZE);
	seq_write(m, buf, len);
	kfree(buf);
	return 0;
}

static int __init scull_init(void)
{
	unsigned int n = 0;
	int err;

	if (!scull_quantum || !scull_qset)
		return -EINVAL;
	err = alloc_chrdev_region(&first, 0, NR_NUMBERS, "scull");
	if (err)
		return err;
	class = class_create(THIS_MODULE, "scull");
	if (IS_ERR(class)) {
		err = PTR_ERR(class);
		goto no_class;
	}
	err = scull_mem_setup(cdevs);
	if (err)
		goto no_mem;
	err = scull_pipe_setup(&cdevs[SCULL_DEVICES]);
	if (err)
		goto no_pipe;
	for (; n < NR_NUMBERS; n++) {
		err = add_device(n);
		if (err)
			goto no_device;
	}
	err = -ENOMEM;
	if (!proc_create_single("scullmem", 0, NULL, scullmem_show))
		goto no_device;
	pr_info("%d devices of %u times %u bytes, and a pipe\n", SCULL_DEVICES, scull_qset, scull_quantum);
	return 0;

no_device:
	remove_devices(n);
	scull_pipe_cleanup();
no_pipe:
	scull_mem_cleanup();
no_mem:
	class_destroy(class);
no_class:
	unregister_chrdev_region(first, NR_NUMBERS);
	return err;
}

static void __exit scull_exit(void)
{
	remove_proc_entry("scullmem", NULL);
	remove_devices(NR_NUMBERS);
	scull_pipe_cleanup();
	scull_mem_cleanup();
	class_destroy(class);
	unregister_chrdev_region(first, NR_NUMBERS);
	pr_info("gone\n");
}

module_init(scull_init);
module_exit(scull_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Character devices in memory");
