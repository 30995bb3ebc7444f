/* SPDX-License-Identifier: MIT */
/* Of pmalloc_policy.c. */
#pragma once

#include <linux/types.h>

#define POLICY_READ	1u
#define POLICY_WRITE	2u
#define POLICY_ADMIN	4u

struct policy_rule {
	unsigned int uid, rights;
};

struct pmalloc_pool;

extern struct policy_rule *policy_rules;
extern struct pmalloc_pool *policy_pool;
extern unsigned int policy_nr_rules;
bool policy_allows(unsigned int uid, unsigned int what);
