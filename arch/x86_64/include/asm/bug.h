/* SPDX-License-Identifier: MIT */
/* The instruction that BUG() and WARN() trap with: #UD, handled by handle_bug_trap(). */
#pragma once

#define ARCH_BUG_INSN		"ud2"
#define ARCH_BUG_INSN_BYTES	2
/* What die() calls a BUG(), and how it prints an error code, as Linux does on this processor. */
#define ARCH_BUG_NAME		"invalid opcode"
#define ARCH_DIE_PREFIX		""
#define ARCH_DIE_CODE		"%04lx"
/* Is the list of modules before the registers, or behind the trace? */
#define ARCH_DIE_MODULES_FIRST	0
/* The lines around a trace; and whether it leaves out the interrupted instruction, shown above it. */
#define ARCH_TRACE_BEGIN	"Call Trace:\n <TASK>\n"
#define ARCH_TRACE_END		" </TASK>\n"
#define ARCH_TRACE_SKIPS_PC	1
