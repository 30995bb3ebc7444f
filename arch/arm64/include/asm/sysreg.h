/* SPDX-License-Identifier: MIT */
/*
 * System registers of arm64: access by name, and the fields that the kernel sets or reads.
 * Plain numbers where assembly needs them.
 * Source: Arm ARM (DDI 0487J.a), part D, "AArch64 System Register Descriptions".
 */
#pragma once

/* PSTATE, as in DAIF and SPSR_EL1. */
#define PSR_MODE_EL1h	0x5
#define PSR_MODE_MASK	0xf
#define PSR_F_BIT	(1 << 6)
#define PSR_I_BIT	(1 << 7)
#define PSR_A_BIT	(1 << 8)
#define PSR_D_BIT	(1 << 9)
#define PSR_IL_BIT	(1 << 20)
#define PSR_SS_BIT	(1 << 21)
#define PSR_PAN_BIT	(1 << 22)
#define PSR_DAIF_MASK	0x3c0

/* SCTLR_EL1 */
#define SCTLR_M		(1 << 0)	/* MMU on */
#define SCTLR_C		(1 << 2)	/* data cache */
#define SCTLR_SA	(1 << 3)	/* SP must be 16-byte aligned when used for access */
#define SCTLR_I		(1 << 12)	/* instruction cache */
#define SCTLR_WXN	(1 << 19)	/* writable memory is not executable */
#define SCTLR_SPAN	(1 << 23)	/* 0: taking an exception to EL1 sets PAN */
#define SCTLR_RES1	((1 << 11) | (1 << 20) | (1 << 22) | (1 << 28) | (1 << 29))

/* TCR_EL1: 48-bit addresses in both halves, 4 KiB granule, tables in write-back shareable memory. */
#define TCR_T0SZ_48	(16 << 0)
#define TCR_EPD0	(1 << 7)	/* no walks of TTBR0: the lower half always faults */
#define TCR_T1SZ_48	(16 << 16)
#define TCR_WALK0	((1 << 8) | (1 << 10) | (3 << 12))	/* IRGN0, ORGN0 WB WA; SH0 inner */
#define TCR_WALK1	((1 << 24) | (1 << 26) | (3 << 28))
#define TCR_TG1_4K	(2 << 30)
#define TCR_IPS_SHIFT	32
#define TCR_A1		(1 << 22)

/* MAIR_EL1: the memory types that entries name by index. */
#define MT_NORMAL	0		/* write-back, allocate */
#define MT_DEVICE	1		/* nGnRE */
#define MT_NORMAL_NC	2
#define MAIR_VALUE	0x4404ff

/* MDSCR_EL1 */
#define MDSCR_SS	(1 << 0)	/* software step */
#define MDSCR_KDE	(1 << 13)	/* debug exceptions from EL1 itself */

#ifndef __ASSEMBLY__
#include <linux/types.h>

#define read_sysreg(reg) ({					\
	u64 __sr;						\
	asm volatile("mrs %0, " #reg : "=r"(__sr));		\
	__sr;							\
})
#define write_sysreg(val, reg) \
	asm volatile("msr " #reg ", %x0" : : "rZ"((u64)(val)) : "memory")

static inline void arm64_isb(void)
{
	asm volatile("isb" : : : "memory");
}

/* One 4-bit field of an ID register. */
static inline unsigned int id_field(u64 reg, unsigned int shift)
{
	return (reg >> shift) & 0xf;
}
#endif
