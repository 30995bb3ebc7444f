/* SPDX-License-Identifier: MIT */
/*
 * Exception entry and return, and the switch between threads.
 *
 * Everything runs in EL1 on SP_EL1, handlers on the stack of the interrupted thread. An exception
 * enters with all of D, A, I, F masked; ELR and SPSR are saved before anything could overwrite them.
 *
 * A thread's stack has an unmapped page below it. The entry asks the MMU whether the frame it
 * is about to write can be written (AT S1E1W): if not, the stack has overflowed, and the
 * handler runs on a stack that each CPU keeps for that. TPIDR_EL0 and TPIDRRO_EL0 are free to hold a
 * register meanwhile, since there is no user space.
 *
 * Source: Arm ARM (DDI 0487J.a), D1.3 "Exceptions", and "AT S1E1W".
 */
#include <asm/ptrace.h>
#include <asm/sysreg.h>

	.macro	save_regs
	stp	x0, x1, [sp, #0]
	stp	x2, x3, [sp, #16]
	stp	x4, x5, [sp, #32]
	stp	x6, x7, [sp, #48]
	stp	x8, x9, [sp, #64]
	stp	x10, x11, [sp, #80]
	stp	x12, x13, [sp, #96]
	stp	x14, x15, [sp, #112]
	stp	x16, x17, [sp, #128]
	stp	x18, x19, [sp, #144]
	stp	x20, x21, [sp, #160]
	stp	x22, x23, [sp, #176]
	stp	x24, x25, [sp, #192]
	stp	x26, x27, [sp, #208]
	stp	x28, x29, [sp, #224]
	add	x21, sp, #PT_REGS_SIZE
	mrs	x22, elr_el1
	mrs	x23, spsr_el1
	stp	x30, x21, [sp, #S_LR]
	stp	x22, x23, [sp, #S_PC]
	stp	x29, x22, [sp, #S_STACKFRAME]
	add	x29, sp, #S_STACKFRAME
	mov	x0, sp
	.endm

	.macro	vector handler
	.balign	128
	sub	sp, sp, #PT_REGS_SIZE
	msr	tpidr_el0, x0
	mov	x0, sp
	tst	x0, #15
	b.ne	stack_overflow
	at	s1e1w, x0
	isb
	mrs	x0, par_el1
	tbnz	x0, #0, stack_overflow		/* PAR.F: the write would fault */
	mrs	x0, tpidr_el0
	b	\handler
	.endm

	/* Nothing of ours runs in EL0 or on SP_EL0: whatever comes from there is a lost kernel. */
	.macro	bad_vector kind
	.balign	128
	sub	sp, sp, #PT_REGS_SIZE
	save_regs
	mov	x1, #\kind
	bl	arm64_bad_vector
	.endm

	.section .text.entry, "ax"
	.balign	2048
	.globl	exception_vectors
exception_vectors:
	bad_vector 0
	bad_vector 1
	bad_vector 2
	bad_vector 3
	vector	entry_sync
	vector	entry_irq
	vector	entry_fiq
	vector	entry_serror
	bad_vector 8
	bad_vector 9
	bad_vector 10
	bad_vector 11
	bad_vector 12
	bad_vector 13
	bad_vector 14
	bad_vector 15

	.macro	entry name, fn
\name:
	save_regs
	bl	\fn
	b	return_from_exception
	.type	\name, %function
	.size	\name, . - \name
	.endm

	entry	entry_sync, arm64_sync
	entry	entry_irq, arm64_irq
	entry	entry_fiq, arm64_fiq
	entry	entry_serror, arm64_serror

	.type	return_from_exception, %function
return_from_exception:
	msr	daifset, #0xf			/* ELR and SPSR hold our return until ERET */
	ldp	x22, x23, [sp, #S_PC]
	msr	elr_el1, x22
	msr	spsr_el1, x23
	ldp	x0, x1, [sp, #0]
	ldp	x2, x3, [sp, #16]
	ldp	x4, x5, [sp, #32]
	ldp	x6, x7, [sp, #48]
	ldp	x8, x9, [sp, #64]
	ldp	x10, x11, [sp, #80]
	ldp	x12, x13, [sp, #96]
	ldp	x14, x15, [sp, #112]
	ldp	x16, x17, [sp, #128]
	ldp	x18, x19, [sp, #144]
	ldp	x20, x21, [sp, #160]
	ldp	x22, x23, [sp, #176]
	ldp	x24, x25, [sp, #192]
	ldp	x26, x27, [sp, #208]
	ldp	x28, x29, [sp, #224]
	ldr	x30, [sp, #S_LR]
	add	sp, sp, #PT_REGS_SIZE
	eret
	.size	return_from_exception, . - return_from_exception

	.type	stack_overflow, %function
stack_overflow:
	mov	x0, sp
	msr	tpidrro_el0, x0			/* where the stack pointer would be */
	mrs	x0, tpidr_el1
	mov	sp, x0
	adrp	x0, overflow_stack
	add	x0, x0, :lo12:overflow_stack
	add	sp, sp, x0
	mov	x0, #OVERFLOW_STACK_BYTES - PT_REGS_SIZE
	add	sp, sp, x0
	mrs	x0, tpidr_el0
	save_regs
	mrs	x1, tpidrro_el0
	add	x1, x1, #PT_REGS_SIZE
	str	x1, [sp, #S_SP]
	bl	arm64_stack_overflow
	.size	stack_overflow, . - stack_overflow

/*
 * arch_switch_to(prev, next): what a C call does not preserve is on the stack by now; push the rest,
 * change stacks, pop. A thread's first frame is laid out by arch_thread_init() in this form.
 */
	.globl	arch_switch_to
	.type	arch_switch_to, %function
arch_switch_to:
	stp	x29, x30, [sp, #-96]!
	stp	x19, x20, [sp, #16]
	stp	x21, x22, [sp, #32]
	stp	x23, x24, [sp, #48]
	stp	x25, x26, [sp, #64]
	stp	x27, x28, [sp, #80]
	mov	x9, sp
	str	x9, [x0]			/* prev->thread.sp */
	ldr	x9, [x1]
	mov	sp, x9
	msr	sp_el0, x1			/* current; read again only by code that runs after this */
	ldp	x19, x20, [sp, #16]
	ldp	x21, x22, [sp, #32]
	ldp	x23, x24, [sp, #48]
	ldp	x25, x26, [sp, #64]
	ldp	x27, x28, [sp, #80]
	ldp	x29, x30, [sp], #96
	ret
	.size	arch_switch_to, . - arch_switch_to

/* First instructions of a thread: x0 = the thread before, x19 = fn, x20 = arg, x29 = 0. */
	.globl	thread_first
	.type	thread_first, %function
thread_first:
	mov	x1, x19
	mov	x2, x20
	mov	x30, xzr
	b	thread_start
	.size	thread_first, . - thread_first
