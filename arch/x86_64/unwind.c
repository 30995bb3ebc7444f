// SPDX-License-Identifier: MIT
/*
 * The first step of a stack trace, where the interrupted function may have no frame.
 *
 * Such a function has not moved %rsp since it was called: the return address lies on top, or below the caller's
 * %rbp if that is all it has pushed. A word there is taken for one if it follows a CALL: a direct one must lead to the very function that
 * was interrupted; of an indirect one only the form is known.
 * Source: Intel SDM vol 2, "CALL": E8 rel32; FF /2.
 */
#include <linux/kallsyms.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <arch/trap.h>

#define CALL_BYTES	5
#define INDIRECT_MAX	7	/* FF, ModRM, SIB, disp32 */

static bool on_stack(unsigned long sp)
{
	unsigned long stack = (unsigned long)task_stack_page(current);

	return sp >= stack && sp <= stack + THREAD_SIZE - sizeof(long) && sp % sizeof(long) == 0;
}

/* Is there an FF /2 that ends at @ret? The encoding is checked for each length that it can have. */
static bool follows_indirect_call(const u8 *before_ret)
{
	for (unsigned int len = 2; len <= INDIRECT_MAX; len++) {
		const u8 *insn = before_ret + INDIRECT_MAX - len;
		u8 mod = insn[1] >> 6, rm = insn[1] & 7;
		unsigned int want = 2;

		if (insn[0] != 0xff || (insn[1] >> 3 & 7) != 2)
			continue;
		if (mod != 3 && rm == 4)
			want++;			/* SIB */
		if (mod == 1)
			want += 1;
		else if (mod == 2 || (mod == 0 && rm == 5))
			want += 4;
		if (want == len)
			return true;
	}
	return false;
}

/* The word at @slot, if it can be the return address of a call of the function at @start. 0: no. */
static unsigned long caller_in(unsigned long slot, unsigned long start)
{
	unsigned long ret;
	u8 code[INDIRECT_MAX];

	if (!on_stack(slot))
		return 0;
	ret = *(unsigned long *)slot;
	if (!kallsyms_lookup_size_offset(ret, NULL, NULL))
		return 0;
	for (int i = 0; i < INDIRECT_MAX; i++)
		if (arch_probe_read(&code[i], (void *)(ret - INDIRECT_MAX + i), 1))
			return 0;
	if (code[INDIRECT_MAX - CALL_BYTES] == 0xe8) {
		s32 rel;

		__builtin_memcpy(&rel, &code[INDIRECT_MAX - CALL_BYTES + 1], sizeof(rel));
		if (ret + rel == start)
			return ret;
	}
	return follows_indirect_call(code) ? ret : 0;
}

unsigned long arch_frameless_caller(const struct pt_regs *regs)
{
	unsigned long size, offset, caller;

	if (!on_stack(regs->sp) || !kallsyms_lookup_size_offset(regs->ip, &size, &offset))
		return 0;
	caller = caller_in(regs->sp, regs->ip - offset);
	/* Between PUSH %rbp and MOV %rsp,%rbp, which the compiler moves apart: %rbp is still the caller's, and on top. */
	if (!caller && *(unsigned long *)regs->sp == regs->bp)
		caller = caller_in(regs->sp + sizeof(long), regs->ip - offset);
	return caller;
}
