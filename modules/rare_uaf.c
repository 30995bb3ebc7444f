// SPDX-License-Identifier: MIT
/*
 * BUG: now and then uses a request after its free, as a race does that is seldom lost.
 *
 * Of each `every` requests one, by chance, is looked at after its free. In full mode the first such look is reported; sampling
 * must have guarded just that request. How likely that is, docs/kfence.md says ("Sampling mathematics"):
 *
 *	BUG: KFENCE: use-after-free read in handle_request+0x…/0x… [rare_uaf]
 *
 * With requests=100000 every=20 there are 5000 such looks.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>

static unsigned int requests = 200;
module_param(requests, uint, 0444);
MODULE_PARM_DESC(requests, "how many requests are made");

static unsigned int every = 200;
module_param(every, uint, 0444);
MODULE_PARM_DESC(every, "one of so many is used after its free");

static unsigned int work;
module_param(work, uint, 0444);
MODULE_PARM_DESC(work, "up to so many rounds of other work between two requests");

struct request {
	u32 number;
	u8 data[60];
};

static u32 random_state = 2463534242u;

static noinline u32 random_below(u32 limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return (u64)random_state * limit >> 32;
}

/* Returns: a number that depends on what was read. */
static noinline __noclone u32 handle_request(u32 number, bool lost_the_race)
{
	struct request *r = kmalloc(sizeof(*r), GFP_KERNEL);
	u32 sum = 0;

	if (!r)
		return 0;
	r->number = number;
	if (!lost_the_race)
		sum = READ_ONCE(r->number);
	kfree(r);
	if (lost_the_race)
		sum = READ_ONCE(r->number);	/* should have been before the kfree() */
	return sum;
}

static int rare_uaf_init(void)
{
	unsigned int i, rounds, unlucky = 0, bugs = 0;

	if (!every || work == UINT_MAX)
		return -EINVAL;
	for (i = 0; i < requests; i++) {
		if (i % every == 0)
			unlucky = i + random_below(every);
		handle_request(i, i == unlucky);
		bugs += i == unlucky;
		for (rounds = random_below(work + 1); rounds; rounds--)
			random_below(2);
		cond_resched();
	}
	pr_info("%u requests, %u used after their free\n", requests, bugs);
	return 0;
}

static void rare_uaf_exit(void)
{
}

module_init(rare_uaf_init);
module_exit(rare_uaf_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Bug: now and then uses a request after its free");
