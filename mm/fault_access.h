/* SPDX-License-Identifier: MIT */
/* The line that says what an access did, in reports of bad ones. */
#pragma once

#include <linux/types.h>
#include <arch/trap.h>

/*
 * print_access - one line to the log: "access: 4-byte write of 0x41, 1 byte past the end, base register rdi
 * (mov %eax,(%rdi))".
 * @write: direction, which the processor has told; the rest is read from the instruction, as far as the decoder knows it.
 * @where: what comes behind the value, with its comma or blank; "" for nothing.
 *
 * Context: any but NMI; no locks, no allocation.
 */
void print_access(const struct pt_regs *regs, unsigned long addr, bool write, const char *where);
