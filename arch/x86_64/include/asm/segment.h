/* SPDX-License-Identifier: MIT */
/*
 * Selectors, in the boot GDT (boot/x86_64/head.S) and in each CPU's own (arch/x86_64/traps.c) alike.
 * Linux's numbers, so that "RIP: 0010:" and "RSP: 0018:" look as usual.
 */
#pragma once

#define KERNEL_CS32	0x08	/* on the way to 64-bit mode only */
#define KERNEL_CS	0x10
#define KERNEL_DS	0x18
#define KERNEL_TSS	0x20	/* 16 bytes; per CPU */
