// SPDX-License-Identifier: MIT
/*
 * What the loader wrote into the code: shows the bytes of one of its own functions, as they are now.
 *
 *	objdump -dr --disassemble=speak relocs.ko	the holes, and what is to go into them
 *	insmod relocs					the same bytes, filled in
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitops.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>

#define BYTES 48

/* A call to the kernel, and the address of a text of ours. */
static noinline __noclone void speak(void)
{
	pr_info("I am being executed\n");
}

/* Where does the call at @p go? 0: there is no call at @p. */
static unsigned long call_target(const u8 *p)
{
#ifdef CONFIG_X86_64
	return *p == 0xe8 ? (unsigned long)p + 5 + *(const s32 *)(p + 1) : 0;	/* e8 rel32: from the next instruction */
#else
	u32 insn = *(const u32 *)p;

	return insn >> 26 == 0x25 ? (unsigned long)p + 4L * sign_extend32(insn, 25) : 0;	/* BL: words, from itself */
#endif
}

static int __init relocs_init(void)
{
	const u8 *code = (const u8 *)speak;
	int i;

	for (i = 0; i < BYTES; i += 16)
		pr_info("%px: %*ph\n", code + i, 16, code + i);
	for (i = 0; i < BYTES && !call_target(code + i); i += IS_ENABLED(CONFIG_X86_64) ? 1 : 4)
		;
	if (i < BYTES)
		pr_info("the call at %pS goes to %px, %ps\n", code + i, (void *)call_target(code + i), (void *)call_target(code + i));
	speak();
	return 0;
}

static void __exit relocs_exit(void)
{
}

module_init(relocs_init);
module_exit(relocs_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Shows its own relocated code");
