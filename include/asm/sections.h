/* SPDX-License-Identifier: MIT */
/* Where the parts of the kernel image begin and end: symbols of linker.ld. Addresses only. */
#pragma once

extern char _stext[], _etext[];
extern char _srodata[], _erodata[];
extern char _sroinit[], _eroinit[];
extern char _sinit[], _einit[], _sinittext[], _einittext[];
extern char _sdata[], _edata[];
extern char __bss_start[], __bss_stop[];
extern char _end[];
extern char __per_cpu_start[], __per_cpu_end[];
