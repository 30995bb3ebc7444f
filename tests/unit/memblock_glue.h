/* SPDX-License-Identifier: MIT */
/* mm/memblock.c for test_memblock.c, in plain C types. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>

#define MB_PHYS_BITS	24	/* 16 MiB: all frames fit an array */

struct mb_range {
	unsigned long long base, size;
	bool reserved;
};

/* Forget everything, then memblock_init() with these. Returns: false when it panicked. */
bool mb_init(const struct mb_range *ranges, unsigned int n);
bool mb_is_ram(unsigned long long pa);
bool mb_is_free(unsigned long long pa);
unsigned long long mb_alloc(unsigned long long size, unsigned long long align, unsigned long long limit);
unsigned long long mb_end(void);
int mb_numa_add(int node, unsigned long long base, unsigned long long size);
int mb_node_of(unsigned long long pa);

/* test_memblock.c's */
void host_vlog(const char *fmt, va_list args);
/* For the next mb_init(): where the loader has put image and initramfs; ends exclusive. */
void mb_set_loaded(unsigned long long kernel_start, unsigned long long kernel_end, unsigned long long initrd_start,
		   unsigned long long initrd_size);
/* What is left of the initramfs after mb_init(): 0, if it was refused. */
unsigned long long mb_initrd_size(void);
