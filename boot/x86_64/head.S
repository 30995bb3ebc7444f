/* SPDX-License-Identifier: MIT */
/*
 * From the loader to 64-bit C: both x86_64 entries, and what they share.
 *
 * PVH (`qemu -kernel`) and Multiboot2 (GRUB) hand over alike: 32-bit protected mode, flat
 * segments, no paging, interrupts masked, a pointer to what the loader knows in %ebx. So both
 * entries put a number that names the protocol into %ebp and go on together:
 *
 *   check the CPU - clear .bss - early page tables - long mode - image address - x86_boot()
 *
 * The code runs at its physical address until it jumps into the image mapping; PA() turns a
 * link-time address into a physical one.
 *
 * Early page tables, with 2 MiB pages, all writable and executable; mm/ replaces them soon, and
 * starting CPUs pass through them:
 *
 *   PML4[0]    identity, the first 4 GiB       (this code, until the jump)
 *   PML4[273]  PAGE_OFFSET, the same 4 GiB     (the linear map so far)
 *   PML4[511]  IMAGE_BASE, the first GiB
 *
 * Sources: Xen's docs/misc/pvh.pandoc, "x86/HVM direct boot ABI"; Multiboot2 specification 2.0,
 * 3.3 "I386 machine state"; Intel SDM vol 3A, "Initializing IA-32e Mode".
 */
#include <asm/layout.h>
#include <asm/segment.h>
#include "boot.h"

#define PA(symbol)	((symbol) - IMAGE_BASE)

#define CR0_BITS	0x80010023	/* PG, WP, NE, MP, PE */
#define CR4_BITS	0x000000a0	/* PGE, PAE */
#define MSR_EFER	0xc0000080
#define EFER_BITS	0x00000900	/* NXE, LME */
#define MSR_GS_BASE	0xc0000101

#define PTE_TABLE	0x23		/* A, W, P */
#define PTE_LEAF_2M	0xe3		/* PS, D, A, W, P */

/* ---- What the loaders look for ---- */

	/* Source: Xen, xen/include/public/elfnote.h: XEN_ELFNOTE_PHYS32_ENTRY. */
	.section .note.xen, "a", @note
	.balign 4
	.long 4, 8, 18		/* name size, descriptor size, type */
	.asciz "Xen"
	.quad PA(pvh_entry)

	.section .head.text, "ax"
	.code32

	/*
	 * Multiboot2 header: in the file's first 32 KiB, so first in the image. Tags are 8-byte aligned:
	 * type, flags (1: optional), size. Source: Multiboot2 specification 2.0, 3.1 "OS image format".
	 */
	.balign 8
mb2_header:
	.long MB2_HEADER_MAGIC, 0, mb2_header_end - mb2_header
	.long -(MB2_HEADER_MAGIC + 0 + (mb2_header_end - mb2_header))
	.balign 8
	.word 3, 0		/* entry address: physical, whatever the ELF header says */
	.long 12, PA(mb2_entry)
	.balign 8
	.word 6, 1		/* modules page-aligned */
	.long 8
	.balign 8
	.word 5, 1		/* any screen will do, none as well */
	.long 20, 0, 0, 0
	.balign 8
	.word 0, 0		/* end */
	.long 8
mb2_header_end:

	.globl _start
_start:				/* the ELF entry: what a Multiboot2 loader uses without the tag */
mb2_entry:
	movl $BOOT_BY_MULTIBOOT2, %ebp
	cmpl $MB2_LOADER_MAGIC, %eax
	je enter
	movl $PA(msg_loader), %esi
	jmp refuse

pvh_entry:
	movl $BOOT_BY_PVH, %ebp

/* ---- 32 bits: %ebp protocol, %ebx loader's information ---- */

enter:
	cli
	cld
	lgdt PA(boot_gdt_pointer)

	/* A CPU with CPUID, long mode and NX; the ID flag needs a stack to be tried. */
	movl $PA(init_stack + BOOT_STACK_BYTES), %esp
	pushfl
	popl %eax
	movl %eax, %ecx
	xorl $(1 << 21), %eax
	pushl %eax
	popfl
	pushfl
	popl %eax
	pushl %ecx
	popfl
	cmpl %eax, %ecx
	je no_long_mode
	movl %ebx, %edi		/* CPUID overwrites %ebx */
	movl $0x80000000, %eax
	cpuid
	cmpl $0x80000001, %eax
	jb no_long_mode
	movl $0x80000001, %eax
	cpuid
	movl %edi, %ebx
	andl $(1 << 29 | 1 << 20), %edx
	cmpl $(1 << 29 | 1 << 20), %edx
	jne no_long_mode

	/* .bss: loaders clear it, but nothing must depend on how well. */
	xorl %eax, %eax
	movl $PA(__bss_start), %edi
	movl $PA(__bss_stop), %ecx
	subl %edi, %ecx
	shrl $2, %ecx
	rep stosl

	/* 2 MiB leaves for the first 4 GiB: the tables lie one after another. */
	movl $PA(early_pd), %edi
	movl $PTE_LEAF_2M, %eax
	xorl %edx, %edx		/* high half of the entry */
	movl $(BOOT_MAPPED_GIBS * 512), %ecx
1:	movl %eax, (%edi)
	movl %edx, 4(%edi)
	addl $0x200000, %eax
	adcl $0, %edx
	addl $8, %edi
	loop 1b

	movl $PA(early_pdpt), %edi
	movl $(PA(early_pd) + PTE_TABLE), %eax
	movl $BOOT_MAPPED_GIBS, %ecx
1:	movl %eax, (%edi)
	addl $0x1000, %eax
	addl $8, %edi
	loop 1b
	movl $(PA(early_pd) + PTE_TABLE), PA(early_pdpt_image) + 510 * 8

	movl $(PA(early_pdpt) + PTE_TABLE), %eax
	movl %eax, PA(early_pml4)
	movl %eax, PA(early_pml4) + 273 * 8
	movl $(PA(early_pdpt_image) + PTE_TABLE), PA(early_pml4) + 511 * 8

	movl $PA(1f), %edi
	jmp enable_long_mode
1:	ljmp $KERNEL_CS, $PA(1f)

	.code64
1:	movabsq $high, %rax
	jmp *%rax
	.code32

/*
 * Paging on with the early tables, then on at *%edi, still in 32-bit (now compatibility) mode. Uses no
 * stack, since starting CPUs have none. Clobbers %eax, %ecx, %edx.
 */
enable_long_mode:
	movl $CR4_BITS, %eax
	movl %eax, %cr4
	movl $PA(early_pml4), %eax
	movl %eax, %cr3
	movl $MSR_EFER, %ecx
	movl $EFER_BITS, %eax
	xorl %edx, %edx
	wrmsr
	movl $CR0_BITS, %eax
	movl %eax, %cr0
	jmp *%edi

/*
 * Other CPUs arrive here from the trampoline, in 32-bit protected mode on boot_gdt's segments, one at a
 * time. Taking the stack pointer is what makes a start valid: a CPU that comes late, when nobody waits for it
 * any more, finds 0 and stops.
 */
secondary_segments:
	movl $KERNEL_DS, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	movl $PA(1f), %edi
	jmp enable_long_mode
1:	ljmp $KERNEL_CS, $PA(1f)
	.code64
1:	movabsq $secondary_high, %rax
	jmp *%rax
	.code32

no_long_mode:
	movl $PA(msg_cpu), %esi
refuse:	/* Say why on COM1, at whatever speed it has, and stop. */
	movl $0x3fd, %edx
	inb %dx, %al
	testb $0x20, %al	/* transmitter empty */
	jz refuse
	lodsb
	testb %al, %al
	jz 1f
	movl $0x3f8, %edx
	outb %al, %dx
	jmp refuse
1:	cli
	hlt
	jmp 1b

msg_cpu:
	.asciz "Paddock: this CPU lacks 64-bit mode or no-execute pages\r\n"
msg_loader:
	.asciz "Paddock: started by something that is not a Multiboot2 loader\r\n"

/* ---- 64 bits, at the image address ---- */

	.code64
	.text
high:
	movl $KERNEL_DS, %eax
	movl %eax, %ss
	xorl %eax, %eax		/* 64-bit mode asks nothing of the others */
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %fs
	movl %eax, %gs
	/* CPU 0's per-CPU offset is 0: it uses the template until there are areas. */
	movl $MSR_GS_BASE, %ecx
	xorl %edx, %edx
	wrmsr

	movq $(init_stack + BOOT_STACK_BYTES), %rsp
	movl %ebp, %edi
	movl %ebx, %esi
	xorl %ebp, %ebp		/* stack traces end here */
	pushq %rbp
	pushq %rbp
	movq %rsp, %rbp
	call x86_boot
	ud2

secondary_high:
	/* The stack lies in a mapping that only the kernel's own tables have. */
	movq secondary_root, %rax
	movq %rax, %cr3
	xorl %eax, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %fs
	movl %eax, %gs
	xchgq secondary_stack, %rax
	testq %rax, %rax
	jz 1f
	movq %rax, %rsp
	xorl %ebp, %ebp
	pushq %rbp
	pushq %rbp
	movq %rsp, %rbp
	call x86_secondary_start
1:	cli
	hlt
	jmp 1b

	.section .rodata, "a"

	/*
	 * The trampoline: where a CPU starts in real mode, at the page that the start-up IPI names. Copied
	 * there by x86_trampoline_init(); position-independent, and gone through in a few instructions.
	 */
	.globl trampoline, trampoline_end
	.code16
trampoline:
	cli
	cld
	movw %cs, %ax
	movw %ax, %ds
	lgdtl boot_gdt_pointer_copy - trampoline
	movl $0x11, %eax	/* ET, PE */
	movl %eax, %cr0
	ljmpl $KERNEL_CS32, $PA(secondary_segments)
	.balign 4
boot_gdt_pointer_copy:
	.word boot_gdt_end - boot_gdt - 1
	.long PA(boot_gdt)
trampoline_end:
	.code64

	.balign 8
	.globl boot_gdt
boot_gdt:
	.quad 0
	.quad 0x00cf9b000000ffff	/* KERNEL_CS32 */
	.quad 0x00af9b000000ffff	/* KERNEL_CS */
	.quad 0x00cf93000000ffff	/* KERNEL_DS */
boot_gdt_end:
boot_gdt_pointer:
	.word boot_gdt_end - boot_gdt - 1
	.quad PA(boot_gdt)

	.section .bss..page_aligned, "aw", @nobits
	.balign 4096
	early_pml4:		.skip 4096
early_pdpt:		.skip 4096
early_pdpt_image:	.skip 4096
early_pd:		.skip 4096 * BOOT_MAPPED_GIBS
