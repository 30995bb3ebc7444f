/* SPDX-License-Identifier: MIT */
/*
 * Per-CPU access on x86_64: the GS base holds this CPU's offset, so that "%gs:variable" is this
 * CPU's copy, in one instruction. Contract: <arch/percpu.h>.
 */
#pragma once

#include <linux/types.h>
#include <arch/percpu.h>

/* This CPU's own offset, kept in its area: reading the GS base itself is slower or privileged. */
extern unsigned long this_cpu_off;

/* One load or store: __seg_gs makes the compiler use the %gs prefix. */
#define __gs_lvalue(var) (*(volatile __seg_gs __typeof__(var) *)(unsigned long)&(var))
/* A value, not an lvalue: typeof() of it must not carry the address space along. */
#define arch_this_cpu_read(var)		((__typeof__(var))__gs_lvalue(var))
#define arch_this_cpu_write(var, val)	((void)(__gs_lvalue(var) = (val)))

/*
 * arch_this_cpu_add - add to this CPU's copy in one instruction, so that no interrupt of this CPU
 * sees or loses half of it.
 */
#define arch_this_cpu_add(var, val)                                                              \
	do {                                                                                     \
		__typeof__(var) __add_val = (__typeof__(var))(val);                              \
		if (sizeof(var) == 8)                                                            \
			asm volatile("addq %1, %%gs:%0" : "+m"(var) : "er"(__add_val));          \
		else if (sizeof(var) == 4)                                                       \
			asm volatile("addl %k1, %%gs:%0" : "+m"(var) : "er"(__add_val));         \
		else if (sizeof(var) == 2)                                                       \
			asm volatile("addw %w1, %%gs:%0" : "+m"(var) : "r"(__add_val));          \
		else                                                                             \
			asm volatile("addb %b1, %%gs:%0" : "+m"(var) : "q"(__add_val));          \
	} while (0)

static inline unsigned long arch_percpu_offset(void)
{
	return arch_this_cpu_read(this_cpu_off);
}

static inline void arch_set_percpu_offset(unsigned long offset)
{
	/* MSR IA32_GS_BASE. */
	asm volatile("wrmsr" : : "c"(0xc0000101), "a"((u32)offset), "d"((u32)(offset >> 32)) : "memory");
	arch_this_cpu_write(this_cpu_off, offset);
}

/*
 * Records [771, 772) of the surrounding assembly as restartable. Used at 771; 772 follows the
 * committing instruction.
 */
#define __RESTART_RANGE                                                                          \
	".pushsection __restart_ranges, \"a\"\n\t"                                               \
	".quad 771f, 772f\n\t"                                                                   \
	".popsection\n"

/*
 * Both operations commit with their last instruction, one store to *head: an interrupt before
 * it sends us back to 771, one after it finds the operation done. Leaving by the jump is leaving
 * the range with nothing changed.
 */
static inline void *arch_magazine_pop(void ***head)
{
	void *p;

	asm volatile goto(__RESTART_RANGE
			  "771:	movq %%gs:%[head], %[p]\n\t"
			  "movq (%[p]), %[p]\n\t"	/* slot 0: NULL */
			  "testq %[p], %[p]\n\t"
			  "jz %l[empty]\n\t"
			  "subq $8, %%gs:%[head]\n"
			  "772:"
			  : [p] "=&r"(p), [head] "+m"(*head)
			  :
			  : "cc", "memory"
			  : empty);
	if (!p)
		__builtin_unreachable();
	return p;
empty:
	return NULL;
}

static inline bool arch_magazine_push(void ***head, void *p)
{
	void **slot;

	/* A store above the top of the stack is invisible until the commit, so may be repeated. */
	asm volatile goto(__RESTART_RANGE
			  "771:	movq %%gs:%[head], %[slot]\n\t"
			  "addq $8, %[slot]\n\t"
			  "testl %[mask], %k[slot]\n\t"	/* 0: the block's end */
			  "jz %l[full]\n\t"
			  "movq %[p], (%[slot])\n\t"
			  "movq %[slot], %%gs:%[head]\n"
			  "772:"
			  : [slot] "=&r"(slot), [head] "+m"(*head)
			  : [p] "r"(p), [mask] "i"((int)(MAGAZINE_BYTES - 1))
			  : "cc", "memory"
			  : full);
	return true;
full:
	return false;
}

static __always_inline bool arch_magazine_push_if(void ***head, void *p, u16 zeroes, const u32 *word, u32 value)
{
	void **slot;

	/* 16 bits wide, so that the compiler tests memory. */
	if (__builtin_expect((u16)(unsigned long)p & zeroes, 0))
		return false;
	asm volatile goto(__RESTART_RANGE
			  "771:	cmpl %[value], %%gs:%[word]\n\t"
			  "jne %l[no]\n\t"
			  "movq %%gs:%[head], %[slot]\n\t"
			  "cmpq %[p], (%[slot])\n\t"
			  "je %l[no]\n\t"
			  "addq $8, %[slot]\n\t"
			  "testl %[mask], %k[slot]\n\t"
			  "jz %l[no]\n\t"
			  "movq %[p], (%[slot])\n\t"
			  "movq %[slot], %%gs:%[head]\n"
			  "772:"
			  : [slot] "=&r"(slot), [head] "+m"(*head)
			  : [p] "r"(p), [word] "m"(*word), [value] "r"(value), [mask] "i"((int)(MAGAZINE_BYTES - 1))
			  : "cc", "memory"
			  : no);
	return true;
no:
	return false;
}
