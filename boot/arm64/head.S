/* SPDX-License-Identifier: MIT */
/*
 * The first instructions on arm64: from whatever started us to C in the image mapping.
 *
 * The image begins with two headers in one page: the Linux Image header (QEMU's -kernel, U-Boot) and
 * a PE/COFF header (UEFI firmware, GRUB); "MZ" at offset 0 is an instruction without effect to the
 * first and the signature to the second.
 *
 *   Image protocol: primary_entry, MMU off, x0 = physical address of the device tree.
 *   EFI:            efi_pe_entry (stub.c) collects what the firmware knows, leaves it, and comes
 *                   to efi_primary_entry with MMU off, x1 = its struct boot_info.
 *   PSCI CPU_ON:    secondary_entry, MMU off, x0 = physical address of a struct secondary_start.
 *
 * All may arrive in EL2 or EL1. Until the MMU is on, the code runs at the physical address it was
 * loaded to (2 MiB aligned), so everything here is addressed relative to the PC, and everything
 * that runs before the jump to virtual addresses is in .head.text: the identity map is one
 * 2 MiB block, the first of the image.
 *
 * Sources: Linux, Documentation/arm64/booting.rst; Microsoft PE format specification, "PE header";
 * Arm ARM (DDI 0487J.a), D1 "The AArch64 System Level Programmers' Model", D8 "VMSA".
 */
#include <asm/layout.h>
#include <asm/sysreg.h>
#include "boot.h"

#define BLOCK_RWX	0x40000000000701	/* valid, inner shareable, accessed, UXN; MT_NORMAL */
#define BLOCK_RX	0x40000000000781
#define ROOT_INDEX	((IMAGE_BASE >> 39) & 511)
#define L2_INDEX	((IMAGE_BASE >> 30) & 511)
#define L1_INDEX	((IMAGE_BASE >> 21) & 511)

	/* \reg = address of \sym, wherever the code runs. */
	.macro	adr_l reg, sym
	adrp	\reg, \sym
	add	\reg, \reg, :lo12:\sym
	.endm

	.section .head.text, "ax"
	.globl	_start
_start:
.Limage:
	ccmp	x18, #0, #0xd, pl		/* the bytes "MZ@\372"; only flags change */
	b	primary_entry
	.quad	0				/* offset from a 2 MiB boundary */
	.quad	_end - .Limage			/* size in memory */
	.quad	0xa				/* little endian, 4 KiB pages, anywhere in RAM */
	.quad	0, 0, 0
	.ascii	"ARM\x64"
	.long	.Lpe - .Limage

	/* Sections lie in the file as in memory, so file offsets are addresses. */
	.balign	8
.Lpe:
	.ascii	"PE\0\0"
	.short	0xaa64				/* IMAGE_FILE_MACHINE_ARM64 */
	.short	2				/* sections */
	.long	0, 0, 0				/* time, symbols */
	.short	.Lsections - .Loptional
	.short	0x206				/* executable, no line numbers, no debug */
.Loptional:
	.short	0x20b				/* PE32+ */
	.byte	0, 0
	.long	_einittext - .Lcode		/* code */
	.long	_pe_data_bytes			/* data */
	.long	0
	.long	efi_pe_entry - .Limage
	.long	.Lcode - .Limage
	.quad	0				/* preferred address: none */
	.long	0x1000				/* section alignment */
	.long	0x200				/* file alignment */
	.short	0, 0, 1, 0, 0, 0		/* versions: OS, image (1: PE loader 1.0), subsystem */
	.long	0
	.long	_end - .Limage
	.long	.Lcode - .Limage		/* headers */
	.long	0				/* checksum */
	.short	10				/* EFI application */
	.short	0
	.quad	0, 0, 0, 0			/* stack and heap: the firmware's */
	.long	0
	.long	6				/* data directories: all empty */
	.quad	0, 0, 0, 0, 0, 0
.Lsections:
	.ascii	".text\0\0\0"
	.long	_einittext - .Lcode, .Lcode - .Limage
	.long	_einittext - .Lcode, .Lcode - .Limage
	.long	0, 0, 0
	.long	0x60000020			/* code, execute, read */
	.ascii	".data\0\0\0"
	.long	_pe_data_bytes, _einittext - .Limage
	.long	_pe_data_file_bytes, _einittext - .Limage
	.long	0, 0, 0
	.long	0xc0000040			/* initialised data, read, write */
	.balign	4096
.Lcode:

primary_entry:
	mov	x22, xzr			/* the protocol leaves x1 to later versions */
	b	1f
	.globl	efi_primary_entry
efi_primary_entry:
	mov	x22, x1
	mov	x0, xzr
1:	mov	x21, x0
	mrs	x24, CurrentEL
	bl	drop_to_el1

	/*
	 * .bss holds the early tables. Written with caches off: lines that whoever loaded us left there
	 * would hide it from the walks, so they are thrown away afterwards.
	 */
	adr_l	x0, __bss_start
	adr_l	x1, __bss_stop
	mov	x2, x0
2:	stp	xzr, xzr, [x2], #16
	cmp	x2, x1
	b.lo	2b

	adrp	x23, _start			/* where the image is */
	adr_l	x5, early_root
	adr_l	x6, early_image_l2
	adr_l	x7, early_image_l1
	orr	x8, x6, #3
	str	x8, [x5, #ROOT_INDEX * 8]
	orr	x8, x7, #3
	str	x8, [x6, #L2_INDEX * 8]
	adr_l	x9, _end
	ldr	x10, =BLOCK_RWX
	add	x10, x10, x23
	add	x7, x7, #L1_INDEX * 8
	mov	x11, x23
3:	str	x10, [x7], #8
	add	x10, x10, #0x200000
	add	x11, x11, #0x200000
	cmp	x11, x9
	b.lo	3b

	/* The identity map: this code, at its physical address, not writable. */
	adr_l	x5, idmap_root
	adr_l	x6, idmap_l2
	adr_l	x7, idmap_l1
	orr	x8, x6, #3
	ubfx	x9, x23, #39, #9
	str	x8, [x5, x9, lsl #3]
	orr	x8, x7, #3
	ubfx	x9, x23, #30, #9
	str	x8, [x6, x9, lsl #3]
	ldr	x8, =BLOCK_RX
	add	x8, x8, x23
	ubfx	x9, x23, #21, #9
	str	x8, [x7, x9, lsl #3]

	dsb	sy
	mov	x2, x0
4:	dc	ivac, x2			/* 16: no cache has shorter lines */
	add	x2, x2, #16
	cmp	x2, x1
	b.lo	4b
	dsb	sy

	adr_l	x0, early_root
	bl	enable_mmu
	ldr	x8, =primary_virtual
	br	x8

	.globl	secondary_entry
secondary_entry:
	bl	drop_to_el1
	adr_l	x19, secondary_start
	ldr	x0, [x19, #SECONDARY_ROOT]
	bl	enable_mmu
	ldr	x8, =secondary_virtual
	br	x8

/*
 * drop_to_el1 - continue at the return address in EL1, MMU off, all interrupts masked.
 * From EL2 everything that could trap EL1 into an EL2 that is nobody is turned off.
 * Clobbers x9, x10.
 */
drop_to_el1:
	msr	daifset, #0xf
	ldr	x10, =(SCTLR_RES1 | SCTLR_SPAN)
	mrs	x9, CurrentEL
	cmp	x9, #(2 << 2)
	b.eq	1f
	msr	sctlr_el1, x10
	isb
	ret
1:	mov	x9, #(1 << 31)			/* HCR_EL2.RW: EL1 is AArch64; no VHE, no stage 2 */
	msr	hcr_el2, x9
	isb
	msr	sctlr_el1, x10
	mov	x9, #3				/* counter and timer are EL1's */
	msr	cnthctl_el2, x9
	msr	cntvoff_el2, xzr
	mrs	x9, midr_el1
	msr	vpidr_el2, x9
	mrs	x9, mpidr_el1
	msr	vmpidr_el2, x9
	mov	x9, #0x33ff			/* CPTR_EL2: only the RES1 bits */
	msr	cptr_el2, x9
	msr	hstr_el2, xzr
	msr	vttbr_el2, xzr
	mrs	x9, id_aa64dfr0_el1
	ubfx	x9, x9, #8, #4			/* PMUVer: all counters are EL1's; 0xf: not architected */
	mov	x10, xzr
	cbz	x9, 2f
	cmp	x9, #0xf
	b.eq	2f
	mrs	x10, pmcr_el0
	ubfx	x10, x10, #11, #5
2:	msr	mdcr_el2, x10			/* debug exceptions stay in EL1 */
	mrs	x9, id_aa64pfr0_el1
	ubfx	x9, x9, #24, #4
	cbz	x9, 3f				/* GIC system registers: GICv3 */
	mrs	x9, S3_4_C12_C9_5		/* ICC_SRE_EL2 */
	orr	x9, x9, #1			/* SRE */
	orr	x9, x9, #(1 << 3)		/* Enable: EL1 may use them */
	msr	S3_4_C12_C9_5, x9
	isb
	mrs	x9, S3_4_C12_C9_5
	tbz	x9, #0, 3f			/* stuck at 0: the memory-mapped interface is in use */
	msr	S3_4_C12_C11_0, xzr		/* ICH_HCR_EL2 */
3:	mrs	x9, S3_0_C0_C7_0		/* ID_AA64MMFR0_EL1.FGT: fine-grained traps */
	ubfx	x9, x9, #56, #4
	cbz	x9, 4f
	msr	S3_4_C1_C1_4, xzr		/* HFGRTR_EL2 */
	msr	S3_4_C1_C1_5, xzr		/* HFGWTR_EL2 */
	msr	S3_4_C1_C1_6, xzr		/* HFGITR_EL2 */
	msr	S3_4_C3_C1_4, xzr		/* HDFGRTR_EL2 */
	msr	S3_4_C3_C1_5, xzr		/* HDFGWTR_EL2 */
4:	mov	x9, #(PSR_DAIF_MASK | PSR_MODE_EL1h)
	msr	spsr_el2, x9
	msr	elr_el2, x30
	eret

/*
 * enable_mmu - tables at x0 for the kernel half, identity map for the other. Clobbers x9, x10.
 */
enable_mmu:
	adr_l	x9, idmap_root
	msr	ttbr0_el1, x9
	msr	ttbr1_el1, x0
	ldr	x9, =MAIR_VALUE
	msr	mair_el1, x9
	mrs	x10, id_aa64mmfr0_el1		/* PARange, in the encoding of TCR.IPS */
	and	x10, x10, #0xf
	mov	x9, #5				/* 48 bits; more needs other descriptors */
	cmp	x10, x9
	csel	x10, x10, x9, lo
	ldr	x9, =(TCR_T0SZ_48 | TCR_T1SZ_48 | TCR_WALK0 | TCR_WALK1 | TCR_TG1_4K)
	orr	x9, x9, x10, lsl #TCR_IPS_SHIFT
	msr	tcr_el1, x9
	isb
	tlbi	vmalle1
	dsb	nsh
	ic	iallu
	dsb	nsh
	isb
	ldr	x9, =(SCTLR_RES1 | SCTLR_SPAN | SCTLR_M | SCTLR_C | SCTLR_I | SCTLR_SA)
	msr	sctlr_el1, x9
	isb
	ret

/*
 * switch_root(root) - put the kernel half's tables at x0 into force. Called by physical address with
 * the identity map open; returns to a virtual address that both trees map. In between no tree is in
 * force, so that no translation of one can meet one of the other in the TLB.
 * From the first call on, writable memory is never executable (WXN), whatever an entry says.
 */
	.globl	switch_root_code
switch_root_code:
	adrp	x9, empty_root
	msr	ttbr1_el1, x9
	isb
	tlbi	vmalle1
	dsb	nsh
	isb
	msr	ttbr1_el1, x0
	mrs	x9, sctlr_el1
	orr	x9, x9, #SCTLR_WXN
	msr	sctlr_el1, x9
	isb
	ret

	.ltorg

	.text
/* The lower half is nobody's from here on: any use of it faults. */
	.macro	close_identity_map
	mrs	x9, tcr_el1
	orr	x9, x9, #TCR_EPD0
	msr	tcr_el1, x9
	isb
	tlbi	vmalle1
	dsb	nsh
	isb
	.endm

	.macro	install_vectors
	adr_l	x9, exception_vectors
	msr	vbar_el1, x9
	.endm

primary_virtual:
	close_identity_map
	install_vectors
	msr	tpidr_el1, xzr			/* the per-CPU template is this CPU's area */
	adr_l	x9, init_task
	msr	sp_el0, x9
	adr_l	x9, init_stack
	add	x9, x9, #0x4000			/* THREAD_SIZE */
	mov	sp, x9
	mov	x29, xzr
	mov	x30, xzr
	mov	x0, x21
	mov	x1, x22
	mov	x2, x23
	lsr	x3, x24, #2			/* the level's number */
	b	arm64_start

secondary_virtual:
	mrs	x9, sctlr_el1
	orr	x9, x9, #SCTLR_WXN
	msr	sctlr_el1, x9
	close_identity_map
	install_vectors
	adr_l	x9, secondary_start
	ldr	x10, [x9, #SECONDARY_PERCPU]
	msr	tpidr_el1, x10
	ldr	x10, [x9, #SECONDARY_TASK]
	msr	sp_el0, x10
	ldr	x10, [x9, #SECONDARY_SP]
	mov	sp, x10
	ldr	x0, [x9, #SECONDARY_CPU]
	mov	x29, xzr
	mov	x30, xzr
	b	secondary_main			/* kernel/smp.c */

/*
 * efi_leave(image, boot_info, image_bytes) - after ExitBootServices(): caches and MMU off, then the
 * relocated image's entry. We run in the firmware's identity map, in the copy it started.
 */
	.section .init.text, "ax"
	.globl	efi_leave
efi_leave:
	mov	x19, x0
	mov	x20, x1
	/* What is read with caches off must be in memory: the image, and this code. */
	add	x3, x0, x2
1:	dc	cvac, x0
	add	x0, x0, #16
	cmp	x0, x3
	b.lo	1b
	adr	x0, efi_leave
	adr	x3, 5f
2:	dc	cvac, x0
	add	x0, x0, #16
	cmp	x0, x3
	b.ls	2b
	dsb	sy
	ic	iallu
	dsb	sy
	isb
	adr_l	x8, efi_primary_entry
	adr_l	x9, _start
	sub	x8, x8, x9
	add	x8, x8, x19
	msr	daifset, #0xf
	mov	x11, #(SCTLR_M | SCTLR_C)
	mrs	x9, CurrentEL
	cmp	x9, #(2 << 2)
	b.eq	3f
	mrs	x10, sctlr_el1
	bic	x10, x10, x11
	msr	sctlr_el1, x10
	b	4f
3:	mrs	x10, sctlr_el2
	bic	x10, x10, x11
	msr	sctlr_el2, x10
4:	isb
	mov	x1, x20
	br	x8
5:	nop

	.section .bss..page_aligned, "aw", %nobits
	.balign	4096
	.globl	early_root, idmap_root
early_root:	.skip 4096
early_image_l2:	.skip 4096
early_image_l1:	.skip 4096
idmap_root:	.skip 4096
idmap_l2:	.skip 4096
idmap_l1:	.skip 4096
empty_root:	.skip 4096
