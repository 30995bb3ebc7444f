/* SPDX-License-Identifier: MIT */
/*
 * Per-CPU data: the base register, and the restartable stack operations on it.
 *
 * A per-CPU variable lies in the section .data..percpu of the image, which is a template:
 * CPU n's copy of variable v is at (char *)&v + percpu_offset[n], and each CPU keeps its own
 * offset in a register (GS base on x86_64, TPIDR_EL1 on arm64).
 */
#pragma once

#include <linux/types.h>

/* This CPU's offset. Stable only while the caller cannot migrate. */
static inline unsigned long arch_percpu_offset(void);
static inline void arch_set_percpu_offset(unsigned long offset);

/*
 * arch_this_cpu_read/write(var) - one load or store of this CPU's copy of a scalar.
 * Atomic with respect to interrupts and migration: one instruction on x86_64; on arm64 a
 * restartable sequence is not needed for reads of values that are equal on all CPUs or
 * whose reader cannot migrate; other readers disable preemption first.
 *
 * Macros, because they take any scalar variable; defined by <asm/percpu.h>.
 */

/*
 * Restartable sequences: per-CPU updates without locks and with interrupts on.
 *
 * The hot paths of the allocators pop from and push to a per-CPU stack of pointers. Each
 * operation is a few instructions that end in one committing store. Their address ranges are
 * recorded in the section .restart_ranges as pairs { start, end }; when an interrupt or
 * exception arrives with a program counter p in start < p < end (the store not done), the trap
 * entry sets the program counter back to start before anything else runs. So an interrupt
 * handler or another thread may use the same stack in between, and even migration to
 * another CPU is harmless: everything is read again.
 *
 * All functions that contain such sequences are placed in the section .text.restart
 * (__restart_text), so that the check costs a trap two compares in the common case.
 *
 * A stack is a "magazine": an array of pointers, MAGAZINE_BYTES aligned and long, whose slot 0
 * holds NULL for ever. *head (per-CPU) points at the topmost used slot, or at slot 0.
 *
 * arch_magazine_pop(head) - take the topmost pointer of this CPU's magazine.
 * @head: address of the variable in the per-CPU template, or a per-CPU allocation: void ***.
 * Returns: the pointer, or NULL when the magazine is empty (nothing changed).
 *
 * arch_magazine_push(head, p) - put one more pointer on it.
 * Returns: true, or false when the magazine is full (nothing changed). "Full" means that the next
 *          slot would start a new MAGAZINE_BYTES block.
 *
 * arch_magazine_push_if(head, p, zeroes, word, value) - the same, if the bits @zeroes of @p are 0 and this CPU's copy
 * of *@word is @value. @head may be anything at all otherwise: it is not looked at then.
 * @word: a variable at the start of a page: the first of the template (DEFINE_PER_CPU_FIRST), or aligned to one.
 * Returns: true; false also when @p is on top already (a free of what was freed last).
 * Context: all three: any, NMI excepted.
 */
#define MAGAZINE_BYTES	512UL
#define MAGAZINE_SLOTS	(MAGAZINE_BYTES / sizeof(void *))	/* slot 0 is the sentinel */
#define __restart_text	__attribute__((section(".text.restart"), __noinline__))

static inline void *arch_magazine_pop(void ***head);
static inline bool arch_magazine_push(void ***head, void *p);
static inline bool arch_magazine_push_if(void ***head, void *p, u16 zeroes, const u32 *word, u32 value);

#include <asm/percpu.h>
