// SPDX-License-Identifier: MIT
/* A bug in an allocation that comes after a pause, among many that do not: tests/system/test_kfence_detection.py. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/random.h>
#include <linux/slab.h>

static unsigned int rounds = 100;
module_param(rounds, uint, 0444);
static unsigned int quiet_us;
module_param(quiet_us, uint, 0444);
static bool past_end;
module_param(past_end, bool, 0444);
MODULE_PARM_DESC(past_end, "read behind the object, not after its free");

#define SIZE 64
#define BUSY 20		/* correct allocations in a round */

static noinline char bug(volatile char *p)
{
	char got;

	if (past_end) {
		got = p[SIZE];
		kfree((void *)p);
	} else {
		kfree((void *)p);
		got = p[0];
	}
	return got;
}

static int __init kfence_gap_init(void)
{
	u64 quiet_ns = 0;

	for (unsigned int i = 0; i < rounds; i++) {
		u64 begin;
		char *p;

		/* Not in step with the samples: those in here are for the correct ones. */
		udelay(10 + get_random_u32() % 60);
		for (unsigned int k = 0; k < BUSY; k++)
			kfree(kmalloc(SIZE, GFP_KERNEL));
		begin = ktime_get_ns();
		if (quiet_us)
			udelay(quiet_us);
		quiet_ns += ktime_get_ns() - begin;
		p = kmalloc(SIZE, GFP_KERNEL);
		if (!p)
			return -ENOMEM;
		bug(p);
	}
	pr_info("%u rounds, quiet for %llu ns\n", rounds, quiet_ns);
	return 0;
}

static void __exit kfence_gap_exit(void)
{
}

module_init(kfence_gap_init);
module_exit(kfence_gap_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("One bad allocation after a pause, many good ones before it");
