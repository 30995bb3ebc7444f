// SPDX-License-Identifier: MIT
/*
 * BUG (on purpose): tries to give uid 1000 all rights in pmalloc_policy's table.
 *
 *	insmod pmalloc_attack attack=direct
 *
 *	direct      a store to the rule                                the thread ends in a report
 *	memset      the same by memset()                               the thread ends in a report
 *	alias       a store to the same byte in the linear map          the thread ends in a report
 *	wr          wr_memcpy() to the rule: it is in an RO pool        refused with a report
 *	copy        copy_from_user() into the rule                      refused, nothing is copied
 *	descriptor  a store to the pool's descriptor                    the thread ends in a report
 *	free        pfree() of the table                                a warning, nothing happens
 *	window      another CPU stores to wherever a write-rare could be mapped, while this one writes so
 *	                                                               faults, every time
 *	pointer     lets policy_rules point to a table of its own       works, as that pointer is not sealed; but
 *	                                                               policy_allows() verifies it, and refuses
 *
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/init.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pmalloc.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "pmalloc_policy.h"

static char *attack = "direct";
module_param(attack, charp, 0444);
MODULE_PARM_DESC(attack, "direct, memset, alias, wr, copy, descriptor, free, window or pointer");

static const unsigned int all = POLICY_READ | POLICY_WRITE | POLICY_ADMIN;

static noinline void attack_direct(unsigned int *rights)
{
	WRITE_ONCE(*rights, all);
}

static noinline void attack_alias(unsigned int *rights)
{
	/* The same byte, where the linear map shows the frame. */
	unsigned int *alias = page_address(vmalloc_to_page(rights)) + offset_in_page(rights);

	WRITE_ONCE(*alias, all);
}

static noinline void attack_descriptor(struct pmalloc_pool *pool)
{
	memset(pool, 0, 64);
}

static struct policy_rule my_rules[3];

static void attack_pointer(void)
{
	unsigned int i;

	for (i = 0; i < policy_nr_rules; i++) {
		my_rules[i].uid = policy_rules[i].uid;
		my_rules[i].rights = all;
	}
	policy_rules = my_rules;
	pr_info("policy_rules points at my own table now\n");
}

/* ---- From another CPU, during a write-rare ---- */

static bool stop;
static unsigned long stores, landed;
static DECLARE_COMPLETION(attacker_done);

/* Where the window is, is no secret: mm/pmalloc/window.c. copy_to_kernel_nofault() survives each fault. */
static int window_attacker(void *where)
{
	unsigned long value = ~0ul;

	while (!READ_ONCE(stop)) {
		landed += !copy_to_kernel_nofault(where, &value, sizeof(value));
		stores++;
		cond_resched();
	}
	complete(&attacker_done);
	return 0;
}

static int attack_window(void)
{
	struct pmalloc_pool *pool = pmalloc_create_pool("attack", PMALLOC_MODE_START_WR);
	unsigned long *words = pcalloc(pool, 512, sizeof(*words));
	struct task_struct *task;
	unsigned int round, i, damaged = 0;

	if (!words)
		return -ENOMEM;
	task = kthread_run(window_attacker, (void *)0x5ea100000000ul, "attacker");
	if (IS_ERR(task))
		return PTR_ERR(task);
	for (round = 1; round <= 200 || READ_ONCE(stores) < 100; round++) {
		for (i = 0; i < 512; i += 8)
			wr_assign(words[i], (unsigned long)round);
		for (i = 0; i < 512; i += 8)
			damaged += words[i] != round;
		cond_resched();
	}
	WRITE_ONCE(stop, true);
	wait_for_completion(&attacker_done);
	pr_info("write-rare under fire: %s, %lu of the attacker's stores landed, %u words damaged\n",
		stores >= 100 ? "many stores" : "few stores", landed, damaged);
	pmalloc_destroy_pool(pool);
	return 0;
}

static int pmalloc_attack_init(void)
{
	unsigned int *rights = &policy_rules[1].rights;

	pr_info("attack: %s\n", attack);
	if (!strcmp(attack, "direct"))
		attack_direct(rights);
	else if (!strcmp(attack, "memset"))
		memset(rights, 0xff, sizeof(*rights));
	else if (!strcmp(attack, "alias"))
		attack_alias(rights);
	else if (!strcmp(attack, "wr"))
		pr_info("wr_memcpy: %s\n", wr_memcpy(rights, &all, sizeof(all)) ? "done" : "refused");
	else if (!strcmp(attack, "copy"))
		pr_info("copy_from_user: %lu of 4 bytes not copied\n", copy_from_user(rights, (void __user *)&all, sizeof(all)));
	else if (!strcmp(attack, "descriptor"))
		attack_descriptor(policy_pool);
	else if (!strcmp(attack, "free"))
		pfree(policy_pool, policy_rules);
	else if (!strcmp(attack, "pointer"))
		attack_pointer();
	else if (!strcmp(attack, "window"))
		return attack_window();
	else
		return -EINVAL;
	pr_info("may uid 1000 administrate? %s\n", policy_allows(1000, POLICY_ADMIN) ? "yes" : "no");
	return 0;
}

static void pmalloc_attack_exit(void)
{
}

module_init(pmalloc_attack_init);
module_exit(pmalloc_attack_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Bug: attacks a sealed table");
