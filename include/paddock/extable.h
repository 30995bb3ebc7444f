/* SPDX-License-Identifier: MIT */
/*
 * The exception table: kernel instructions that are allowed to fault, and where to go on if they do.
 *
 * An entry holds two distances, each from its own field to the address it means, so that it needs
 * no relocation and half the room. Assembly makes one with
 *
 *	.pushsection __ex_table, "a"; .balign 4; .long <insn> - ., <fixup> - .; .popsection
 */
#pragma once

#include <linux/types.h>

struct pt_regs;

struct exception_table_entry {
	s32 insn, fixup;
};

/* search_extable - the entry for the instruction at @pc among @count at @first, or NULL. */
const struct exception_table_entry *search_extable(const struct exception_table_entry *first,
						   size_t count, unsigned long pc);

/* fixup_exception - if the instruction at regs_pc() may fault, resume at its fixup. Context: any. */
bool fixup_exception(struct pt_regs *regs);
