/* SPDX-License-Identifier: MIT */
/*
 * Device registers. ioremap() maps them uncached, in order (UC; Device-nGnRE), so accesses to one
 * device are not reordered among themselves. Nothing here does DMA: no further barriers are needed.
 */
#pragma once

#include <linux/types.h>
#include <asm/page.h>
#if __has_include(<asm/io.h>)
#include <asm/io.h>		/* port I/O, where the processor has it */
#endif

#ifndef __iomem
#define __iomem
#endif

/*
 * ioremap - map @size bytes of device memory at @pa.
 * Context: thread, or boot after paging_init() (then for ever, from the fixmap window, at most 2 MiB in all).
 * Returns: the address for @pa itself, or NULL. RAM is refused with a warning.
 */
void __iomem *ioremap(phys_addr_t pa, size_t size);
void iounmap(volatile void __iomem *addr);
#define ioremap_wc(pa, size)	ioremap(pa, size)
#define ioremap_uc(pa, size)	ioremap(pa, size)
#define ioremap_np(pa, size)	ioremap(pa, size)

/* memremap - ordinary memory that is not RAM of ours (firmware tables): cached, read-only or not. */
#define MEMREMAP_WB	1
void *memremap(phys_addr_t pa, size_t size, unsigned long flags);
void memunmap(void *addr);

static inline phys_addr_t virt_to_phys(const volatile void *va) { return __pa(va); }
static inline void *phys_to_virt(phys_addr_t pa) { return __va(pa); }

/* One access of the given width each; the compiler neither merges nor splits them. <asm/io.h> may name the instruction. */
#ifndef arch_mmio_read32
#define __MMIO_GENERIC_READ(bits, p)	(*(const volatile u##bits *)(p))
#define __MMIO_GENERIC_WRITE(bits, v, p) (*(volatile u##bits *)(p) = (v))
#define arch_mmio_read8(p)	__MMIO_GENERIC_READ(8, p)
#define arch_mmio_read16(p)	__MMIO_GENERIC_READ(16, p)
#define arch_mmio_read32(p)	__MMIO_GENERIC_READ(32, p)
#define arch_mmio_read64(p)	__MMIO_GENERIC_READ(64, p)
#define arch_mmio_write8(v, p)	__MMIO_GENERIC_WRITE(8, v, p)
#define arch_mmio_write16(v, p)	__MMIO_GENERIC_WRITE(16, v, p)
#define arch_mmio_write32(v, p)	__MMIO_GENERIC_WRITE(32, v, p)
#define arch_mmio_write64(v, p)	__MMIO_GENERIC_WRITE(64, v, p)
#endif
#define __MMIO_ACCESS(bits, suffix)							\
static inline u##bits read##suffix(const volatile void __iomem *addr)			\
{ u##bits value = arch_mmio_read##bits(addr); asm volatile("" : : : "memory"); return value; }	\
static inline void write##suffix(u##bits value, volatile void __iomem *addr)		\
{ asm volatile("" : : : "memory"); arch_mmio_write##bits(value, addr); }

__MMIO_ACCESS(8, b)
__MMIO_ACCESS(16, w)
__MMIO_ACCESS(32, l)
__MMIO_ACCESS(64, q)
#undef __MMIO_ACCESS

#define readb_relaxed readb
#define readw_relaxed readw
#define readl_relaxed readl
#define readq_relaxed readq
#define writeb_relaxed writeb
#define writew_relaxed writew
#define writel_relaxed writel
#define writeq_relaxed writeq
#define ioread8 readb
#define ioread16 readw
#define ioread32 readl
#define iowrite8 writeb
#define iowrite16 writew
#define iowrite32 writel
