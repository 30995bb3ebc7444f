// SPDX-License-Identifier: MIT
/*
 * The first step of a stack trace, where the interrupted function may have no frame.
 *
 * Such a function still has its return address in x30. x30 is taken for that if it follows a BL or BLR in another
 * function. Where the BL leads says nothing: a module's may go through a veneer. In a function with a frame x30 is stale: it
 * follows the last call that the function itself has made.
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
	if (insn >> 26 != 0x25 && (insn & 0xfffffc1f) != 0xd63f0000)	/* BL imm26, BLR Xn */
		return 0;
	if (ret - (pc - offset) < size)
		return 0;
	/* With the frame just made, the chain has it: once is enough. */
	if (regs_fp(regs) == regs_sp(regs) && *(unsigned long *)(regs_fp(regs) + 8) == ret)
		return 0;
	return ret;
}
