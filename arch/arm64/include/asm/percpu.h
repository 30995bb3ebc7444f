/* SPDX-License-Identifier: MIT */
/*
 * arm64: per-CPU base in TPIDR_EL1, and the restartable magazine operations.
 * Contract: <arch/percpu.h>.
 *
 * The base is read inside the restartable range. A thread that was moved to another CPU in the
 * middle was interrupted for that, so it starts again and reads the other CPU's base.
 */
#pragma once

#include <linux/types.h>

/* Volatile, with a memory clobber: the value changes where the thread is preempted. */
static inline unsigned long arch_percpu_offset(void)
{
	unsigned long offset;

	asm volatile("mrs %0, tpidr_el1" : "=r"(offset) : : "memory");
	return offset;
}

static inline void arch_set_percpu_offset(unsigned long offset)
{
	asm volatile("msr tpidr_el1, %0\n\tisb" : : "r"(offset) : "memory");
}

#define arch_this_cpu_slot(var) \
	((typeof(var) *)((unsigned long)&(var) + arch_percpu_offset()))
#define arch_this_cpu_read(var)		(*(volatile typeof(var) *)arch_this_cpu_slot(var))
#define arch_this_cpu_write(var, val)	((void)(*(volatile typeof(var) *)arch_this_cpu_slot(var) = (val)))

/* Records [start, end) of a sequence; its last instruction is the store that commits it. */
#define RESTART_RANGE(start, end)				\
	".pushsection __restart_ranges, \"a\"\n\t"		\
	".balign 8\n\t"						\
	".quad " start ", " end "\n\t"				\
	".popsection\n\t"

/*
 * Leaving by the jump is leaving the range with nothing changed. As in all such sequences, an interrupt before the
 * last store sends us back to the start, one after it finds the operation done.
 */
static inline void *arch_magazine_pop(void ***head)
{
	unsigned long base;
	void **top;
	void *p;

	asm volatile goto(
		"70:	mrs	%[base], tpidr_el1\n"
		"	ldr	%[top], [%[base], %[head]]\n"
		"	ldr	%[p], [%[top]], #-8\n"
		"	cbz	%[p], %l[empty]\n"	/* the sentinel */
		"	str	%[top], [%[base], %[head]]\n"
		"71:\n\t"
		RESTART_RANGE("70b", "71b")
		: [base] "=&r"(base), [top] "=&r"(top), [p] "=&r"(p)
		: [head] "r"(head)
		: "memory"
		: empty);
	if (!p)
		__builtin_unreachable();
	return p;
empty:
	return NULL;
}

static inline bool arch_magazine_push(void ***head, void *p)
{
	unsigned long base;
	void **top;

	asm volatile goto(
		"70:	mrs	%[base], tpidr_el1\n"
		"	ldr	%[top], [%[base], %[head]]\n"
		"	add	%[top], %[top], #8\n"
		"	tst	%[top], #511\n"		/* MAGAZINE_BYTES - 1 */
		"	b.eq	%l[full]\n"
		/* Above the top: nobody's until the next store, so harmless when interrupted here. */
		"	str	%[p], [%[top]]\n"
		"	str	%[top], [%[base], %[head]]\n"
		"71:\n\t"
		RESTART_RANGE("70b", "71b")
		: [base] "=&r"(base), [top] "=&r"(top)
		: [head] "r"(head), [p] "r"(p)
		: "cc", "memory"
		: full);
	return true;
full:
	return false;
}

/* @word lies at a page's start, so adrp alone is its address. */
static __always_inline bool arch_magazine_push_if(void ***head, void *p, u16 zeroes, const u32 *word, u32 value)
{
	unsigned long base, there;
	void **top;

	asm volatile goto(
		"70:	mrs	%[base], tpidr_el1\n"
		"	adrp	%[there], %[word]\n"
		"	ldr	%w[there], [%[base], %[there]]\n"
		"	tst	%[p], %[zeroes]\n"
		"	ccmp	%w[there], %w[value], #0, eq\n"	/* else "not equal" */
		"	b.ne	%l[no]\n"
		"	ldr	%[top], [%[base], %[head]]\n"
		"	ldr	%[there], [%[top]], #8\n"
		"	cmp	%[there], %[p]\n"
		"	b.eq	%l[no]\n"
		"	tst	%[top], #511\n"
		"	b.eq	%l[no]\n"
		"	str	%[p], [%[top]]\n"
		"	str	%[top], [%[base], %[head]]\n"
		"71:\n\t"
		RESTART_RANGE("70b", "71b")
		: [base] "=&r"(base), [top] "=&r"(top), [there] "=&r"(there)
		: [head] "r"(head), [p] "r"(p), [zeroes] "r"((unsigned long)zeroes), [word] "S"(word), [value] "r"(value)
		: "cc", "memory"
		: no);
	return true;
no:
	return false;
}
