/* SPDX-License-Identifier: MIT */
#pragma once

#define L1_CACHE_SHIFT		6
#define L1_CACHE_BYTES		64
#define SMP_CACHE_BYTES		L1_CACHE_BYTES
#define L1_CACHE_ALIGN(x)	__ALIGN_KERNEL(x, L1_CACHE_BYTES)
#define ____cacheline_aligned	__attribute__((__aligned__(SMP_CACHE_BYTES)))
#define ____cacheline_aligned_in_smp ____cacheline_aligned
#define __cacheline_aligned	____cacheline_aligned
#define __cacheline_aligned_in_smp ____cacheline_aligned
#define ____cacheline_internodealigned_in_smp ____cacheline_aligned

/* Written during start-up, read-only from then on. */
#define __ro_after_init		__attribute__((__section__(".data..ro_after_init")))
/* The same, but for later changes by wr_assign() and its kin (linux/pmalloc.h). */
#define __wr_after_init		__attribute__((__section__(".data..wr_after_init")))
#define __read_mostly		__attribute__((__section__(".data..read_mostly")))
