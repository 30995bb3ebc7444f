// SPDX-License-Identifier: MIT
/*
 * Sealed memory without knowing of pools, and pools that are forgotten.
 *
 * GFP_SEAL makes kmalloc() take the object from a pool of this module's own, which is sealed when init is done. The module
 * never gives anything back: what it has goes with it, so that loading it again and again costs no page.
 *
 *	forget=1    also a pool that is not sealed, one that is, and one that is half full
 *	mode=0..4   the same in this one mode, PMALLOC_MODE_RO and so on, and one that is empty
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cache.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/pmalloc.h>
#include <linux/slab.h>

struct limits {
	int low, high;
};

static bool forget;
module_param(forget, bool, 0444);
static int fail;
module_param(fail, int, 0444);
MODULE_PARM_DESC(fail, "init's return value");

static int mode = -1;
module_param(mode, int, 0444);

static struct limits *limits;
static int once __ro_after_init;
static int rarely __wr_after_init = 1;

static int forget_pools(enum pmalloc_mode mode_open, enum pmalloc_mode mode_sealed, enum pmalloc_mode mode_half)
{
	struct pmalloc_pool *open = pmalloc_create_pool("user-open", mode_open);
	struct pmalloc_pool *sealed = pmalloc_create_pool("user-sealed", mode_sealed);
	struct pmalloc_pool *half = pmalloc_create_pool("user-half", mode_half);
	int i;

	for (i = 0; i < 100; i++)
		if (!pmalloc(open, 100) || !pmalloc(sealed, 100) || !pmalloc(half, 100))
			return -ENOMEM;
	if (pmalloc_protect_pool(sealed))
		return -EINVAL;
	if (mode < 0)
		return 0;
	/* Sealed, and half a page more; large pages of its own; nothing at all. */
	if (pmalloc_protect_pool(half) || !pmalloc(half, 2000) || !pmalloc(half, 300000))
		return -ENOMEM;
	return pmalloc_create_pool("user-empty", mode_open) ? 0 : -ENOMEM;
}

static int pmalloc_user_init(void)
{
	limits = kmalloc(sizeof(*limits), GFP_KERNEL | GFP_SEAL);
	if (!limits)
		return -ENOMEM;
	limits->low = 1;
	limits->high = 10;
	once = 5;
	if (forget && forget_pools(PMALLOC_MODE_RO, PMALLOC_MODE_RO, PMALLOC_MODE_AUTO_WR))
		return -ENOMEM;
	if (mode >= 0 && forget_pools(mode, mode, mode))
		return -ENOMEM;
	return -fail;
}

static void pmalloc_user_exit(void)
{
	/* Data that is sealed after init may still be read, and this word changed. */
	wr_assign(rarely, rarely + once);
	pr_info("limits %d to %d, once %d, rarely %d\n", limits->low, limits->high, once, rarely);
}

module_init(pmalloc_user_init);
module_exit(pmalloc_user_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Sample: kmalloc() with GFP_SEAL, __wr_after_init");
