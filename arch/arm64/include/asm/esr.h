/* SPDX-License-Identifier: MIT */
/*
 * ESR_EL1: why an exception was taken.
 * Source: Arm ARM (DDI 0487J.a), D19 "ESR_EL1, Exception Syndrome Register (EL1)".
 */
#pragma once

#define ESR_EC(esr)		(((esr) >> 26) & 0x3f)
#define ESR_IL(esr)		(((esr) >> 25) & 1)	/* 1: a 32-bit instruction */
#define ESR_ISS(esr)		((esr) & 0x1ffffff)

#define EC_UNKNOWN		0x00
#define EC_WFX			0x01
#define EC_FP_ACCESS		0x07
#define EC_BTI			0x0d
#define EC_ILLEGAL_STATE	0x0e
#define EC_SVC64		0x15
#define EC_SYS64		0x18	/* MSR, MRS, system instruction */
#define EC_SVE			0x19
#define EC_FPAC			0x1c
#define EC_IABT_CUR		0x21
#define EC_PC_ALIGN		0x22
#define EC_DABT_CUR		0x25
#define EC_SP_ALIGN		0x26
#define EC_FP_EXC64		0x2c
#define EC_SERROR		0x2f
#define EC_SOFTSTP_CUR		0x33
#define EC_BRK64		0x3c

/* ISS of data and instruction aborts. */
#define ABT_FSC(esr)		((esr) & 0x3f)
#define ABT_WNR			(1 << 6)
#define ABT_S1PTW		(1 << 7)
#define ABT_CM			(1 << 8)	/* cache maintenance: WnR says write, nothing is written */
#define ABT_EA			(1 << 9)
#define ABT_FNV			(1 << 10)	/* FAR is not valid */
#define ABT_ISV			(1 << 24)

/* Fault status by kind, the level in the low two bits. */
#define FSC_KIND(esr)		((esr) & 0x3c)
#define FSC_ADDR_SIZE		0x00
#define FSC_TRANSLATION		0x04
#define FSC_ACCESS_FLAG		0x08
#define FSC_PERMISSION		0x0c

#define BRK_IMM(esr)		((esr) & 0xffff)
