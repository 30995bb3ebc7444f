/* SPDX-License-Identifier: MIT */
/* Memory for module code: within branch reach of the image. */
#pragma once

#include <linux/types.h>

/*
 * module_alloc - @size bytes in the modules area, readable and writable, not executable.
 * Context: thread; may sleep. Returns: page-aligned address or NULL.
 * Owner:   caller: set_memory_rox() and friends for the final permissions; module_memfree().
 */
void *module_alloc(unsigned long size);
void module_memfree(void *addr);
