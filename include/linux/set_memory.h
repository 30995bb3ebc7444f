/* SPDX-License-Identifier: MIT */
/*
 * Changing what may be done with kernel memory that is mapped already: linear map, vmalloc, modules.
 *
 * @addr:    page-aligned, kernel.
 * @nr:      pages. Large pages are split where the range cuts them.
 *
 * Context: thread, interrupts on (other CPUs' translations are dropped before the return).
 * Returns: 0; -EINVAL for a bad address or a range with pages that are not mapped (those before
 *          the hole are changed); -ENOMEM when a table for a split cannot be had.
 */
#pragma once

#include <linux/types.h>

int set_memory_ro(unsigned long addr, int nr);
int set_memory_rw(unsigned long addr, int nr);
int set_memory_x(unsigned long addr, int nr);
int set_memory_nx(unsigned long addr, int nr);
/* Read-only and executable, with one flush; never writable and executable in between. */
int set_memory_rox(unsigned long addr, int nr);
/* Present or not: a touch of an invalid page faults. */
int set_memory_valid(unsigned long addr, int nr, int enable);

struct page;
int set_direct_map_invalid_noflush(struct page *page);
int set_direct_map_default_noflush(struct page *page);
