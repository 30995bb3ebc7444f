/* SPDX-License-Identifier: MIT */
/* The instruction that BUG() and WARN() trap with: #UD, handled by handle_bug_trap(). */
#pragma once

#define ARCH_BUG_INSN "ud2"
#define ARCH_BUG_INSN_BYTES 2
