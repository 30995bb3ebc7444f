/* SPDX-License-Identifier: MIT */
/* The pure half of the decoder, for tests: what one A64 instruction does to memory. */
#pragma once

#include <arch/trap.h>

/*
 * a64_decode_access - as arch_decode_access(), of the instruction word @insn with the registers in @regs.
 * Returns: 0, or -ENOENT: no load or store that is known.
 */
int a64_decode_access(u32 insn, const struct pt_regs *regs, unsigned long addr, struct insn_access *out);
