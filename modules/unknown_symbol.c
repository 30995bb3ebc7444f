// SPDX-License-Identifier: MIT
/*
 * BUG: calls a function that nobody exports, and one whose name is misspelt.
 *
 *	unknown_symbol: Unknown symbol frobnicate_device (err -2)
 *	insmod: ERROR: could not insert module unknown_symbol.ko: Unknown symbol in module
 *
 * modpost says so already at build time; KBUILD_MODPOST_WARN=1 lets it pass.
 */
#include <linux/init.h>
#include <linux/module.h>

int frobnicate_device(int n);
void kfreee(const void *p);

static int __init unknown_symbol_init(void)
{
	kfreee(NULL);
	return frobnicate_device(1);
}

static void __exit unknown_symbol_exit(void)
{
}

module_init(unknown_symbol_init);
module_exit(unknown_symbol_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Bug: calls what does not exist");
