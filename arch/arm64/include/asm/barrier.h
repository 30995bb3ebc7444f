/* SPDX-License-Identifier: MIT */
/*
 * Memory barriers on arm64: dmb orders accesses as CPUs see them, dsb waits for completion
 * (devices, table walks).
 * Source: Arm ARM (DDI 0487), "Memory barriers".
 */
#pragma once

#include <linux/compiler.h>

#define mb()	asm volatile("dsb sy" ::: "memory")
#define rmb()	asm volatile("dsb ld" ::: "memory")
#define wmb()	asm volatile("dsb st" ::: "memory")

#define smp_mb()	asm volatile("dmb ish" ::: "memory")
#define smp_rmb()	asm volatile("dmb ishld" ::: "memory")
#define smp_wmb()	asm volatile("dmb ishst" ::: "memory")

/* Exclusive pairs order only by their own acquire and release halves. */
#define __smp_mb__around_atomic()	smp_mb()

#include <asm-generic/barrier.h>
