// SPDX-License-Identifier: MIT
/*
 * The first step of a stack trace, where the interrupted function may have no frame.
 *
 * Such a function still has its return address in x30. x30 is taken for that if it follows a BL to the
 * function that was interrupted, or a BLR in another function. In a function with a frame x30 is stale: it
 * follows the last BL that the function itself has made, to somewhere else.
 * Source: Arm ARM, "BL", "BLR".
 */
#include <linux/kallsyms.h>
#include <arch/trap.h>

unsigned long arch_frameless_caller(const struct pt_regs *regs)
{
	unsigned long pc = regs_pc(regs), ret = regs->regs[30], size, offset;
	u32 insn;

	if (!kallsyms_lookup_size_offset(pc, &size, &offset) || !kallsyms_lookup_size_offset(ret, NULL, NULL) ||
	    arch_probe_read(&insn, (void *)(ret - 4), sizeof(insn)))
		return 0;
	if (insn >> 26 == 0x25) {				/* BL imm26 */
		s64 words = (s32)(insn << 6) >> 6;

		if (ret - 4 + words * 4 != pc - offset)
			return 0;
	} else if ((insn & 0xfffffc1f) != 0xd63f0000 ||		/* BLR Xn */
		   ret - (pc - offset) < size) {
		return 0;
	}
	/* With the frame just made, the chain has it: once is enough. */
	if (regs_fp(regs) == regs_sp(regs) && *(unsigned long *)(regs_fp(regs) + 8) == ret)
		return 0;
	return ret;
}
