/* SPDX-License-Identifier: MIT */
/*
 * Access to kernel addresses that may fault, for code that debugs. mm/maccess.c has them.
 * Drivers get this through <linux/uaccess.h>, as in Linux.
 */
#pragma once

#include <linux/types.h>

/*
 * copy_from_kernel_nofault, copy_to_kernel_nofault - copy @size bytes.
 * Returns: 0, or -EFAULT when an address cannot be accessed; bytes before it have been copied.
 * Context: any. A bad address is not reported by anybody, KFENCE included.
 */
long copy_from_kernel_nofault(void *dst, const void *src, size_t size);
long copy_to_kernel_nofault(void *dst, const void *src, size_t size);

/*
 * strncpy_from_kernel_nofault - copy a string of at most @count bytes, NUL included.
 * Returns: bytes copied with the NUL, @count when it was cut (still terminated), or -EFAULT.
 */
long strncpy_from_kernel_nofault(char *dst, const void *unsafe_addr, long count);

/* get_kernel_nofault - read *@ptr into @val: 0 or -EFAULT. */
#define get_kernel_nofault(val, ptr) copy_from_kernel_nofault(&(val), (ptr), sizeof(val))
