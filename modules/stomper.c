// SPDX-License-Identifier: MIT
/*
 * BUG: writes through pointers to freed objects. The bad half of a demonstration; see victim.c.
 *
 * Some rounds of: allocate a batch, free it, wait, and write the last 8 bytes of each object all the
 * same. Meanwhile the freed objects belong to whoever asked for that size. With victim loaded:
 *
 *	insmod victim; insmod stomper			victim: … corrupted …
 *	module.oot_list=stomper, and the same		victim's list is intact
 *
 * because then the objects never leave stomper's own slabs.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>

static unsigned int size = 64;
module_param(size, uint, 0444);
MODULE_PARM_DESC(size, "bytes of each object, 32 to 8192");

static unsigned int batch = 256;
module_param(batch, uint, 0444);
MODULE_PARM_DESC(batch, "objects freed and stomped on in each round");

static unsigned int rounds = 10;
module_param(rounds, uint, 0444);
MODULE_PARM_DESC(rounds, "how often");

static int stomp(char **objects)
{
	unsigned int i;

	for (i = 0; i < batch; i++) {
		objects[i] = kmalloc(size, GFP_KERNEL);
		if (!objects[i])
			break;
	}
	while (i--)
		kfree(objects[i]);
	msleep(30);
	for (i = 0; i < batch; i++)
		if (objects[i])
			WRITE_ONCE(*(u64 *)(objects[i] + size - 8), 0x5454545454545454ull);
	return 0;
}

static int __init stomper_init(void)
{
	char **objects;
	unsigned int i;

	if (size < 32 || size > 8192 || size % 8 || !batch)
		return -EINVAL;
	objects = kcalloc(batch, sizeof(*objects), GFP_KERNEL);
	if (!objects)
		return -ENOMEM;
	for (i = 0; i < rounds; i++)
		stomp(objects);
	kfree(objects);
	pr_info("stomped on %u freed objects of %u bytes\n", rounds * batch, size);
	return 0;
}

static void __exit stomper_exit(void)
{
}

module_init(stomper_init);
module_exit(stomper_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Bug: writes through pointers to freed objects");
