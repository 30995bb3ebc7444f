/* SPDX-License-Identifier: MIT */
/*
 * Device accesses by one plain load or store each: under a hypervisor they trap, and it is told register
 * and size only for instructions without write-back, which a compiler might choose.
 * Source: Arm ARM (DDI 0487J.a), D19 "ESR_EL1", "ISS encoding for an exception from a Data Abort", ISV.
 */
#pragma once

#include <linux/types.h>

#define arch_mmio_read8(p)	({ u32 __v; asm volatile("ldrb %w0, [%1]" : "=r"(__v) : "r"(p) : "memory"); (u8)__v; })
#define arch_mmio_read16(p)	({ u32 __v; asm volatile("ldrh %w0, [%1]" : "=r"(__v) : "r"(p) : "memory"); (u16)__v; })
#define arch_mmio_read32(p)	({ u32 __v; asm volatile("ldr %w0, [%1]" : "=r"(__v) : "r"(p) : "memory"); __v; })
#define arch_mmio_read64(p)	({ u64 __v; asm volatile("ldr %0, [%1]" : "=r"(__v) : "r"(p) : "memory"); __v; })
#define arch_mmio_write8(v, p)	asm volatile("strb %w0, [%1]" : : "rZ"(v), "r"(p) : "memory")
#define arch_mmio_write16(v, p)	asm volatile("strh %w0, [%1]" : : "rZ"(v), "r"(p) : "memory")
#define arch_mmio_write32(v, p)	asm volatile("str %w0, [%1]" : : "rZ"(v), "r"(p) : "memory")
#define arch_mmio_write64(v, p)	asm volatile("str %x0, [%1]" : : "rZ"(v), "r"(p) : "memory")

/* Drivers include this one for ioremap(), readl() and virt_to_phys(), too. */
#include <linux/io.h>
