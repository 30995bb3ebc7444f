/* SPDX-License-Identifier: MIT */
/*
 * arm64 virtual memory map, 48 bits, 4 KiB pages. Plain numbers: also read by the linker script
 * and assembly. Source: Linux 6.1, Documentation/arm64/memory.rst (the same map).
 */
#pragma once

#define PAGE_OFFSET	0xffff000000000000	/* linear map: va = pa + PAGE_OFFSET */
#define LINEAR_END	0xffff800000000000
#define MODULES_START	0xffff800001000000	/* 112 MiB: all of it within B/BL reach (128 MiB) of an image of 16 MiB */
#define MODULES_END	0xffff800008000000
#define IMAGE_BASE	0xffff800008000000	/* kernel image; its physical address is found at boot */
#define IMAGE_LOAD	0
#define VMALLOC_START	0xffff800010000000
#define VMALLOC_END	0xfffffbfff0000000
#define FIXMAP_START	0xfffffbfffd000000
#define VMEMMAP_START	0xfffffc0000000000	/* struct page of pfn n is at VMEMMAP_START + 64 n */
#define VMEMMAP_END	0xfffffe0000000000
#define EARLY_WINDOW_START 0xfffffe8000000000	/* device tree and console registers, see boot/arm64/early_map.c */
#define EARLY_WINDOW_BYTES 0x400000
