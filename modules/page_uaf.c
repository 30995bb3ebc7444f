// SPDX-License-Identifier: MIT
/*
 * BUG: reads a page after giving it back to the page allocator.
 *
 * KFENCE guards single pages too (kfence.order0_page=1):
 *
 *	BUG: KFENCE: use-after-free read in page_uaf_init+0x…/0x… [page_uaf]
 *	… cache=PAGE
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/mm.h>
#include <linux/module.h>

static int page_uaf_init(void)
{
	unsigned long page = __get_free_page(GFP_KERNEL);
	int *value = (int *)page;

	if (!page)
		return -ENOMEM;
	*value = 5;
	free_page(page);
	pr_info("the value was %d\n", READ_ONCE(*value));	/* after free_page() */
	return 0;
}

static void page_uaf_exit(void)
{
}

module_init(page_uaf_init);
module_exit(page_uaf_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Bug: reads a freed page");
