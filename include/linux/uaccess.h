/* SPDX-License-Identifier: MIT */
/*
 * Copying between a driver and its caller.
 *
 * Paddock has no user space: the buffer that a file operation is given belongs to the shell, or to
 * whoever called kernel_read() or kernel_write(), and lies in kernel memory. A driver is written
 * as for Linux all the same, so __user and these calls stay, and they copy. The pointer must be
 * one that the driver was given: a wild one faults like any other bad access, and is reported.
 */
#pragma once

#include <linux/types.h>
#include <linux/string.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/maccess.h>

#define access_ok(addr, size) ((void)(addr), (void)(size), 1)
#define might_fault() do { } while (0)
#define pagefault_disable() do { } while (0)
#define pagefault_enable() do { } while (0)

/*
 * Would a write to @to be one to sealed memory (<linux/pmalloc.h>)? Then the copy is refused, with one log line,
 * before it faults: what is copied here often comes from outside.
 */
bool pmalloc_refuses_copy(unsigned long to, unsigned long n);

/* Both return the number of bytes that could not be copied: 0, or all of them. */
static inline unsigned long copy_to_user(void __user *to, const void *from, unsigned long n)
{
	if (unlikely(pmalloc_refuses_copy((unsigned long)to, n)))
		return n;
	memcpy((void *)to, from, n);
	return 0;
}

static inline unsigned long copy_from_user(void *to, const void __user *from, unsigned long n)
{
	if (unlikely(pmalloc_refuses_copy((unsigned long)to, n)))
		return n;
	memcpy(to, (const void *)from, n);
	return 0;
}

#define __copy_to_user(to, from, n) copy_to_user(to, from, n)
#define __copy_from_user(to, from, n) copy_from_user(to, from, n)
#define __copy_to_user_inatomic(to, from, n) copy_to_user(to, from, n)
#define __copy_from_user_inatomic(to, from, n) copy_from_user(to, from, n)

static inline unsigned long clear_user(void __user *to, unsigned long n)
{
	if (unlikely(pmalloc_refuses_copy((unsigned long)to, n)))
		return n;
	memset((void *)to, 0, n);
	return 0;
}

#define get_user(x, ptr) ({ (x) = *(ptr); 0; })
#define put_user(x, ptr) ({						\
	typeof(*(ptr)) __pu_value = (x);				\
	copy_to_user((void *)(ptr), &__pu_value, sizeof(__pu_value)) ? -EFAULT : 0; })
#define __get_user(x, ptr) get_user(x, ptr)
#define __put_user(x, ptr) put_user(x, ptr)

/*
 * strncpy_from_user - copy a string of at most @count bytes, its NUL included.
 * Returns: its length without the NUL, or @count when no NUL was met (then @dst has none either).
 */
static inline long strncpy_from_user(char *dst, const char __user *src, long count)
{
	long n = 0;

	for (; n < count; n++) {
		dst[n] = src[n];
		if (!dst[n])
			return n;
	}
	return count;
}

/* Length with the NUL; a number greater than @n when there is none within @n bytes. */
static inline long strnlen_user(const char __user *s, long n)
{
	return (long)strnlen((const char *)s, n) + 1;
}

/* memdup_user, memdup_user_nul - a kmalloc()ed copy, or ERR_PTR(-ENOMEM). Owner: caller, kfree(). */
void *memdup_user(const void __user *src, size_t len);
void *memdup_user_nul(const void __user *src, size_t len);

/* The _from_user forms of kstrto*(): at most 63 characters, one newline at the end allowed. */
int kstrtoull_from_user(const char __user *s, size_t count, unsigned int base, unsigned long long *res);
int kstrtoll_from_user(const char __user *s, size_t count, unsigned int base, long long *res);
int kstrtoul_from_user(const char __user *s, size_t count, unsigned int base, unsigned long *res);
int kstrtol_from_user(const char __user *s, size_t count, unsigned int base, long *res);
int kstrtouint_from_user(const char __user *s, size_t count, unsigned int base, unsigned int *res);
int kstrtoint_from_user(const char __user *s, size_t count, unsigned int base, int *res);
int kstrtou16_from_user(const char __user *s, size_t count, unsigned int base, u16 *res);
int kstrtou8_from_user(const char __user *s, size_t count, unsigned int base, u8 *res);
int kstrtobool_from_user(const char __user *s, size_t count, bool *res);
