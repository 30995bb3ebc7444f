/* SPDX-License-Identifier: MIT */
/*
 * Per-CPU access in plain C, for the sanitizers to see and for hosts other than x86_64. A thread of the host, or
 * the test's current choice, is a CPU; nothing interrupts it, so nothing has to be restarted. Contract: <arch/percpu.h>.
 */
#pragma once

#include <linux/types.h>
#include <arch/percpu.h>

extern __thread unsigned long host_percpu_offset;

#define __host_this_cpu(var) (*(volatile __typeof__(var) *)((unsigned long)&(var) + host_percpu_offset))
#define arch_this_cpu_read(var)		((__typeof__(var))__host_this_cpu(var))
#define arch_this_cpu_write(var, val)	((void)(__host_this_cpu(var) = (val)))
#define arch_this_cpu_add(var, val)	((void)(__host_this_cpu(var) += (val)))

static inline unsigned long arch_percpu_offset(void)
{
	return host_percpu_offset;
}

static inline void arch_set_percpu_offset(unsigned long offset)
{
	host_percpu_offset = offset;
}

static inline void *arch_magazine_pop(void ***head)
{
	void ***here = (void ***)((unsigned long)head + host_percpu_offset);
	void *p = **here;

	if (p)
		--*here;
	return p;
}

static inline bool arch_magazine_push(void ***head, void *p)
{
	void ***here = (void ***)((unsigned long)head + host_percpu_offset);
	void **slot = *here + 1;

	if (!((unsigned long)slot & (MAGAZINE_BYTES - 1)))
		return false;
	*slot = p;
	*here = slot;
	return true;
}

static inline bool arch_magazine_push_if(void ***head, void *p, u16 zeroes, const u32 *word, u32 value)
{
	return !((unsigned long)p & zeroes) && *(const u32 *)((unsigned long)word + host_percpu_offset) == value &&
	       **(void ***)((unsigned long)head + host_percpu_offset) != p && arch_magazine_push(head, p);
}
