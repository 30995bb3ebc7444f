/* SPDX-License-Identifier: MIT */
/*
 * Model-specific registers, control registers and CPUID, by name.
 * Source: Intel SDM vol 4, "Architectural MSRs"; vol 3A, "Control Registers"; vol 2A, CPUID.
 */
#pragma once

#include <linux/types.h>

#define MSR_APIC_BASE		0x1b
#define MSR_MISC_ENABLE		0x1a0
#define MSR_TSC_DEADLINE	0x6e0
#define MSR_X2APIC		0x800	/* register at MMIO offset o is MSR 0x800 + o / 16 */
#define MSR_EFER		0xc0000080
#define MSR_FS_BASE		0xc0000100
#define MSR_GS_BASE		0xc0000101
#define MSR_KERNEL_GS_BASE	0xc0000102

#define EFER_LME		(1u << 8)
#define EFER_NXE		(1u << 11)

#define CR0_PE			(1ul << 0)
#define CR0_MP			(1ul << 1)
#define CR0_EM			(1ul << 2)
#define CR0_TS			(1ul << 3)
#define CR0_NE			(1ul << 5)
#define CR0_WP			(1ul << 16)
#define CR0_AM			(1ul << 18)
#define CR0_PG			(1ul << 31)

#define CR4_DE			(1ul << 3)
#define CR4_PAE			(1ul << 5)
#define CR4_MCE			(1ul << 6)
#define CR4_PGE			(1ul << 7)
#define CR4_UMIP		(1ul << 11)
#define CR4_SMEP		(1ul << 20)
#define CR4_SMAP		(1ul << 21)

static inline u64 rdmsr(u32 msr)
{
	u32 lo, hi;

	asm volatile("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr) : "memory");
	return (u64)hi << 32 | lo;
}

static inline void wrmsr(u32 msr, u64 value)
{
	asm volatile("wrmsr" : : "c"(msr), "a"((u32)value), "d"((u32)(value >> 32)) : "memory");
}

#define DEFINE_CR(n)                                                                             \
	static inline unsigned long read_cr##n(void)                                             \
	{                                                                                        \
		unsigned long value;                                                             \
		asm volatile("movq %%cr" #n ", %0" : "=r"(value) : : "memory");                  \
		return value;                                                                    \
	}                                                                                        \
	static inline void write_cr##n(unsigned long value)                                      \
	{                                                                                        \
		asm volatile("movq %0, %%cr" #n : : "r"(value) : "memory");                      \
	}
DEFINE_CR(0)
DEFINE_CR(2)
DEFINE_CR(3)
DEFINE_CR(4)
DEFINE_CR(8)
#undef DEFINE_CR

struct cpuid_regs {
	u32 eax, ebx, ecx, edx;
};

static inline struct cpuid_regs cpuid(u32 leaf, u32 subleaf)
{
	struct cpuid_regs r;

	asm volatile("cpuid"
		     : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
		     : "a"(leaf), "c"(subleaf));
	return r;
}
