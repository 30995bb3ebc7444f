/* SPDX-License-Identifier: MIT */
/* Function bounds in assembly. */
#pragma once

#include <linux/compiler_types.h>
#include <linux/stringify.h>

#ifdef __ASSEMBLY__
#define SYM_FUNC_START(name)	.globl name; .type name, %function; .balign 16; name:
#define SYM_FUNC_START_LOCAL(name) .type name, %function; .balign 16; name:
#define SYM_FUNC_END(name)	.size name, . - name
#define SYM_CODE_START(name)	.globl name; .balign 16; name:
#define SYM_CODE_END(name)	.size name, . - name
#define SYM_DATA_START(name)	.globl name; .type name, %object; name:
#define SYM_DATA_END(name)	.size name, . - name
#else
#define CPP_ASMLINKAGE
#define cond_syscall(x)
#define __page_aligned_data	__section(".data..page_aligned") __aligned(4096)
#define __page_aligned_bss	__section(".bss..page_aligned") __aligned(4096)
#endif
