// SPDX-License-Identifier: MIT
/*
 * BUG: frees an address inside an object instead of its start.
 *
 * The parser moved its pointer along and gives back the moved one:
 *
 *	BUG: KFENCE: invalid free in count_words+0x…/0x… [invalid_free]
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

static noinline __noclone int count_words(char *text)
{
	char *word;
	int n = 0;

	while (*text == ' ')
		text++;
	while ((word = strsep(&text, " ")) && text)
		n++;
	kfree(word);		/* should be what text was at first, and is its caller's business anyway */
	return n;
}

static int invalid_free_init(void)
{
	char *text = kstrdup("   leading blanks", GFP_KERNEL);

	if (!text)
		return -ENOMEM;
	count_words(text);
	kfree(text);
	return 0;
}

static void invalid_free_exit(void)
{
}

module_init(invalid_free_init);
module_exit(invalid_free_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Bug: frees an address inside an object");
