// SPDX-License-Identifier: MIT
/*
 * A policy in a sealed pool: who may do what, set up once, asked ever after.
 *
 *	/sys/kernel/debug/policy     "uid 1000: read"
 *
 * The table is filled in by init and sealed; from then on nobody can add a right to it, this module included. How often
 * each rule was asked is counted in the table, too: the counters are in a WR pool and changed by wr_assign() alone.
 *
 * The pointer to the table is itself in ordinary memory (for pmalloc_attack to overwrite). Whoever trusts such
 * a pointer has sealed nothing. So check() asks pmalloc_verify() first: only this pool holds rules that count.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/debugfs.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/pmalloc.h>
#include <linux/seq_file.h>

#include "pmalloc_policy.h"

struct policy_rule *policy_rules;
EXPORT_SYMBOL_GPL(policy_rules);
struct pmalloc_pool *policy_pool;
EXPORT_SYMBOL_GPL(policy_pool);
unsigned int policy_nr_rules = 3;
EXPORT_SYMBOL_GPL(policy_nr_rules);

static struct pmalloc_pool *counter_pool;
static unsigned long *asked;
static struct dentry *file;

/* May @uid do @what? */
bool policy_allows(unsigned int uid, unsigned int what)
{
	const struct policy_rule *rules = READ_ONCE(policy_rules);
	unsigned int i;

	if (!pmalloc_verify(policy_pool, rules, policy_nr_rules * sizeof(*rules))) {
		pr_warn_ratelimited("the rules are not from the sealed pool: everything is refused\n");
		return false;
	}
	for (i = 0; i < policy_nr_rules; i++) {
		if (rules[i].uid != uid)
			continue;
		wr_assign(asked[i], asked[i] + 1);
		return (rules[i].rights & what) == what;
	}
	return false;
}
EXPORT_SYMBOL_GPL(policy_allows);

static int policy_show(struct seq_file *m, void *unused)
{
	unsigned int i;

	for (i = 0; i < policy_nr_rules; i++)
		seq_printf(m, "uid %u:%s%s%s (asked %lu times)\n", policy_rules[i].uid,
			   policy_rules[i].rights & POLICY_READ ? " read" : "",
			   policy_rules[i].rights & POLICY_WRITE ? " write" : "",
			   policy_rules[i].rights & POLICY_ADMIN ? " admin" : "", asked[i]);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(policy);

/* Not __init: reports name it as who allocated the table. */
static int pmalloc_policy_init(void)
{
	static const struct policy_rule rules[] = {
		{ 0, POLICY_READ | POLICY_WRITE | POLICY_ADMIN }, { 1000, POLICY_READ }, { 1001, POLICY_READ | POLICY_WRITE },
	};

	policy_pool = pmalloc_create_pool("policy", PMALLOC_MODE_RO);
	counter_pool = pmalloc_create_pool("policy-counters", PMALLOC_MODE_WR);
	if (!policy_pool || !counter_pool)
		return -ENOMEM;		/* what was made goes with the module */
	policy_rules = pmalloc_array(policy_pool, policy_nr_rules, sizeof(*policy_rules));
	asked = pcalloc(counter_pool, policy_nr_rules, sizeof(*asked));
	if (!policy_rules || !asked)
		return -ENOMEM;
	memcpy(policy_rules, rules, sizeof(rules));
	pmalloc_protect_pool(policy_pool);
	pmalloc_protect_pool(counter_pool);
	file = debugfs_create_file("policy", 0444, NULL, NULL, &policy_fops);
	pr_info("%u rules, sealed\n", policy_nr_rules);
	return 0;
}

static void __exit pmalloc_policy_exit(void)
{
	debugfs_remove(file);
	/* The pools go with the module. */
}

module_init(pmalloc_policy_init);
module_exit(pmalloc_policy_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Sample: a policy that is sealed");
