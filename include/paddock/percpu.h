/* SPDX-License-Identifier: MIT */
/* Per-CPU areas, for the rest of the kernel: modules' static variables, figures. */
#pragma once

#include <linux/percpu.h>

/*
 * percpu_alloc_module - room for a module's .data..percpu section on each CPU.
 *
 * Shape:   a per-CPU pointer in a part of the areas kept for this, so that it lies within reach of
 *          the 32-bit relocations that address kernel data. Zeroed; the loader copies
 *          the section to per_cpu_ptr(p, cpu) of every possible CPU.
 * Context: thread.
 * Returns: NULL when that part is full. Owner: the loader; percpu_free_module().
 */
void __percpu *percpu_alloc_module(size_t size, size_t align);
void percpu_free_module(void __percpu *ptr);

/* Bytes per CPU: all, and free for alloc_percpu(). */
size_t percpu_unit_size(void);
size_t percpu_free_bytes(void);
