// SPDX-License-Identifier: MIT
/* Kernel side of test_memblock.c: memblock itself, and the little it needs around it. */
#include "../../mm/memblock.c"
#include "memblock_glue.h"

struct boot_info boot_info;
unsigned long linear_bytes, max_pfn;
void *high_memory;
char _start_image[1];

static void *panic_frame[5];

int _printk(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	host_vlog(fmt, args);
	va_end(args);
	return 0;
}

void panic(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	host_vlog(fmt, args);
	va_end(args);
	__builtin_longjmp(panic_frame, 1);
}

unsigned int arch_phys_bits(void)
{
	return MB_PHYS_BITS;
}

unsigned long long memparse(const char *text, char **end)
{
	return 0;
}

bool mb_init(const struct mb_range *ranges, unsigned int n)
{
	ram.count = reserved.count = nodes.count = 0;
	boot_info.nr_ranges = n;
	for (unsigned int i = 0; i < n; i++)
		boot_info.ranges[i] = (struct boot_range){
			ranges[i].base, ranges[i].size, ranges[i].reserved ? BOOT_RESERVED : BOOT_RAM,
		};
	if (__builtin_setjmp(panic_frame))
		return false;
	memblock_init();
	return true;
}

void mb_set_loaded(unsigned long long kernel_start, unsigned long long kernel_end, unsigned long long initrd_start,
		   unsigned long long initrd_size)
{
	boot_info.kernel_start = kernel_start;
	boot_info.kernel_end = kernel_end;
	boot_info.initrd_start = initrd_start;
	boot_info.initrd_size = initrd_size;
}

unsigned long long mb_initrd_size(void)
{
	return boot_info.initrd_size;
}

bool mb_is_ram(unsigned long long pa)
{
	return memblock_is_ram(pa);
}

bool mb_is_free(unsigned long long pa)
{
	phys_addr_t start = pa, end;

	return memblock_next_free(&start, &end, pa + PAGE_SIZE) && start == pa;
}

unsigned long long mb_alloc(unsigned long long size, unsigned long long align, unsigned long long limit)
{
	return memblock_alloc_phys(size, align, limit, NUMA_NO_NODE);
}

unsigned long long mb_end(void)
{
	return memblock_end_of_ram();
}

int mb_numa_add(int node, unsigned long long base, unsigned long long size)
{
	return numa_add_memory(node, base, size);
}

int mb_node_of(unsigned long long pa)
{
	return memblock_node_of(pa);
}
