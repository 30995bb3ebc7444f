// SPDX-License-Identifier: MIT
/*
 * Looking at kernel memory that may not be there.
 *
 * For debugging code that follows pointers which may be wild: reads and writes go through
 * arch_probe_read/write(), whose instructions are in the exception table, so a bad address (unmapped,
 * non-canonical, a KFENCE guard or freed object) gives -EFAULT and nothing else happens.
 * Context of all: any, NMI included; nothing here takes a lock.
 */
#include <linux/types.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/maccess.h>
#include <linux/uaccess.h>
#include <arch/trap.h>

/* The widest naturally aligned access that fits at @addr: two probes never straddle a page then. */
static unsigned int probe_width(unsigned long addr, size_t left)
{
	unsigned int width = 8;

	while (width > left || (addr & (width - 1)))
		width /= 2;
	return width;
}

long copy_from_kernel_nofault(void *dst, const void *src, size_t size)
{
	while (size) {
		unsigned int width = probe_width((unsigned long)src, size);

		if (arch_probe_read(dst, src, width))
			return -EFAULT;
		dst += width;
		src += width;
		size -= width;
	}
	return 0;
}
EXPORT_SYMBOL_GPL(copy_from_kernel_nofault);

long copy_to_kernel_nofault(void *dst, const void *src, size_t size)
{
	if (pmalloc_refuses_copy((unsigned long)dst, size))
		return -EFAULT;
	while (size) {
		unsigned int width = probe_width((unsigned long)dst, size);

		if (arch_probe_write(dst, src, width))
			return -EFAULT;
		dst += width;
		src += width;
		size -= width;
	}
	return 0;
}
/* Beyond Linux: modules/pmalloc_attack.c survives its own attacks by it. */
EXPORT_SYMBOL_GPL(copy_to_kernel_nofault);

long strncpy_from_kernel_nofault(char *dst, const void *unsafe_addr, long count)
{
	const char *src = unsafe_addr;
	long n;

	if (count <= 0)
		return 0;
	for (n = 0; n < count; n++) {
		if (arch_probe_read(&dst[n], &src[n], 1)) {
			dst[n] = '\0';
			return -EFAULT;
		}
		if (!dst[n])
			return n + 1;
	}
	dst[count - 1] = '\0';
	return count;
}
