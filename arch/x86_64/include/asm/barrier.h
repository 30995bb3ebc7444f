/* SPDX-License-Identifier: MIT */
/*
 * Memory barriers on x86_64: stores become visible in program order and loads are not
 * reordered with loads, so only store-then-load needs an instruction.
 * Source: Intel SDM vol 3A 8.2, "Memory Ordering"; locked instructions order everything (8.2.3.9).
 */
#pragma once

#include <linux/compiler.h>

#define mb()	asm volatile("mfence" ::: "memory")
#define rmb()	asm volatile("lfence" ::: "memory")
#define wmb()	asm volatile("sfence" ::: "memory")

#define smp_mb()	asm volatile("lock; addl $0,-4(%%rsp)" ::: "memory", "cc")
#define smp_rmb()	barrier()
#define smp_wmb()	barrier()

/* An atomic read-modify-write is a locked instruction, which is a full barrier already. */
#define __smp_mb__around_atomic()	barrier()

#include <asm-generic/barrier.h>
