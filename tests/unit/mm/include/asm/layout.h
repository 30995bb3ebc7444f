/* SPDX-License-Identifier: MIT */
/* The hosted machine's memory map: Paddock's, moved to where a process of this host has room. */
#pragma once

#define PAGE_OFFSET	0x200000000000	/* linear map: va = pa + PAGE_OFFSET, one memory file */
#define LINEAR_END	0x210000000000
#define VMALLOC_START	0x220000000000	/* nothing is ever mapped there */
#define VMALLOC_END	0x230000000000
#define VMEMMAP_START	0x240000000000	/* pieces of the same file */
#define VMEMMAP_END	0x250000000000
#define FIXMAP_START	0x260000000000
#define IMAGE_BASE	0x270000000000
#define IMAGE_LOAD	0x1000000
#define MODULES_START	0x280000000000
#define MODULES_END	0x280010000000
