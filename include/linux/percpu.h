/* SPDX-License-Identifier: MIT */
/* Per-CPU memory made at run time. */
#pragma once

#include <linux/gfp.h>
#include <linux/percpu-defs.h>
#include <linux/smp.h>

/*
 * __alloc_percpu - one zeroed object of @size bytes per possible CPU.
 * @align: power of two, at most a page.
 *
 * Context: thread, may sleep; before the scheduler runs, too (also before the page allocator, once
 *          setup_per_cpu_areas() is done).
 * Returns: a per-CPU pointer for per_cpu_ptr() and friends, never to be dereferenced itself;
 *          NULL when the areas are full.
 * Owner:   caller; free_percpu().
 */
void __percpu *__alloc_percpu(size_t size, size_t align);
void __percpu *__alloc_percpu_gfp(size_t size, size_t align, gfp_t gfp);
/* Context: any. NULL is allowed. */
void free_percpu(void __percpu *ptr);

#define alloc_percpu(type) ((typeof(type) __percpu *)__alloc_percpu(sizeof(type), __alignof__(type)))
#define alloc_percpu_gfp(type, gfp) \
	((typeof(type) __percpu *)__alloc_percpu_gfp(sizeof(type), __alignof__(type), gfp))

/* Does @addr lie in some CPU's copy of a static per-CPU variable? Its offset goes to *can_addr. */
bool is_kernel_percpu_address(unsigned long addr);
