/* SPDX-License-Identifier: MIT */
/*
 * Exceptions and interrupts: 256 small stubs, one common entry that saves every register.
 *
 * On the stack afterwards, from high addresses to low: what the CPU pushed (ss, sp, flags, cs, ip),
 * the error code or -1 (orig_ax), the general registers: together a struct pt_regs. Below it a
 * made-up stack frame whose return address is the interrupted instruction, so that a walk along
 * frame pointers goes from the handler straight on to the interrupted function.
 *
 * Only kernel code runs, so there is no stack to switch and no GS base to swap.
 */
#include <asm/layout.h>

/* Vectors for which the CPU pushes an error code. Source: Intel SDM vol 3A, table 6-1. */
#define HAS_ERROR_CODE(v) ((v) == 8 || ((v) >= 10 && (v) <= 14) || (v) == 17 || (v) == 21 || \
			   (v) == 29 || (v) == 30)

	.section .text.entry, "ax"
	.balign 16
	.globl trap_stubs
trap_stubs:
	.set vector, 0
	.rept 256
	.balign 16
	.if !HAS_ERROR_CODE(vector)
	pushq $-1
	.endif
	pushq %rdi
	movl $vector, %edi
	jmp trap_common
	.set vector, vector + 1
	.endr

	.balign 16
	.globl trap_common
	.type trap_common, @function
trap_common:
	cld
	pushq %rsi
	pushq %rdx
	pushq %rcx
	pushq %rax
	pushq %r8
	pushq %r9
	pushq %r10
	pushq %r11
	pushq %rbx
	pushq %rbp
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	movl %edi, %esi			/* vector */
	movq %rsp, %rdi			/* struct pt_regs */

	subq $8, %rsp			/* 16-byte alignment at the call */
	pushq 128(%rdi)			/* ip */
	pushq %rbp
	movq %rsp, %rbp
	call trap_dispatch
	addq $24, %rsp

	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbp
	popq %rbx
	popq %r11
	popq %r10
	popq %r9
	popq %r8
	popq %rax
	popq %rcx
	popq %rdx
	popq %rsi
	popq %rdi
	addq $8, %rsp			/* orig_ax */
	iretq
	.size trap_common, . - trap_common

/*
 * struct task_struct *switch_stacks(unsigned long *save_sp, unsigned long load_sp,
 *				     struct task_struct *prev)
 *
 * Callee-saved registers go to the stack, the stack pointer to *save_sp; @prev comes out in the
 * other thread's context. Interrupt state and per-CPU base belong to the CPU, not to the thread.
 */
	.text
	.balign 16
	.globl switch_stacks
	.type switch_stacks, @function
switch_stacks:
	pushq %rbp
	pushq %rbx
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	movq %rsp, (%rdi)
	movq %rsi, %rsp
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbx
	popq %rbp
	movq %rdx, %rax
	ret
	.size switch_stacks, . - switch_stacks

/*
 * Unmask and wait: STI takes effect after the next instruction, so no interrupt fits between the two. An NMI may
 * fit there, on QEMU at least, and what is pending then comes at its IRET, before the HLT: the wakeup would be slept over.
 * So x86_nmi() passes over the HLT when it finds itself there.
 */
	.balign 16
	.globl x86_idle
	.type x86_idle, @function
x86_idle:
	sti				/* one byte: X86_IDLE_HALT */
	hlt
	ret
	.size x86_idle, . - x86_idle

/* A new thread's first instruction: arch_thread_init() put fn and arg into callee-saved registers. */
	.balign 16
	.globl thread_entry
	.type thread_entry, @function
thread_entry:
	pushq $0			/* the end of the frame chain: return address 0, */
	pushq $0			/* frame pointer 0 */
	movq %rsp, %rbp
	movq %rax, %rdi			/* prev */
	movq %rbx, %rsi			/* fn */
	movq %r12, %rdx			/* arg */
	call thread_start
	ud2
	.size thread_entry, . - thread_entry
