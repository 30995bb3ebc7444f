/* SPDX-License-Identifier: MIT */
/* The instruction that BUG() and WARN() trap with: BRK, handled by handle_bug_trap(). */
#pragma once

#define ARCH_BUG_INSN		"brk #0x800"
#define ARCH_BUG_INSN_BYTES	4
#define BUG_BRK_IMM		0x800
/* What die() calls a BUG(), and how it prints an error code, as Linux does on this processor. */
#define ARCH_BUG_NAME		"Oops - BUG"
#define ARCH_DIE_PREFIX		"Internal error: "
#define ARCH_DIE_CODE		"%016lx"
/* Is the list of modules before the registers, or behind the trace? */
#define ARCH_DIE_MODULES_FIRST	1
/* The lines around a trace; and whether it leaves out the interrupted instruction, shown above it. */
#define ARCH_TRACE_BEGIN	"Call trace:\n"
#define ARCH_TRACE_END		""
#define ARCH_TRACE_SKIPS_PC	0
