/* SPDX-License-Identifier: MIT */
/*
 * x86_64 virtual memory map, 4 levels. Plain numbers: also read by the linker script and assembly.
 * Source: Linux, Documentation/x86/x86_64/mm.rst (the same map, so that its readers are at home).
 */
#pragma once

#define PAGE_OFFSET	0xffff888000000000	/* linear map: va = pa + PAGE_OFFSET */
#define LINEAR_END	0xffffc88000000000	/* 64 TiB */
#define VMALLOC_START	0xffffc90000000000
#define VMALLOC_END	0xffffe90000000000
#define VMEMMAP_START	0xffffea0000000000	/* struct page of pfn n is at VMEMMAP_START + 64 n */
#define VMEMMAP_END	0xffffeb0000000000
#define FIXMAP_START	0xfffffffffe000000	/* a few page-sized windows, see mm/fixmap */
#define IMAGE_BASE	0xffffffff80000000	/* kernel image: va = pa + IMAGE_BASE in early code */
#define IMAGE_LOAD	0x1000000		/* physical address the image is linked for: 16 MiB */
#define MODULES_START	0xffffffffa0000000
#define MODULES_END	0xfffffffffd000000
