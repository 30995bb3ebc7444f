/* SPDX-License-Identifier: MIT */
/* What nearly every file wants. */
#pragma once

#include <stdarg.h>
#include <linux/align.h>
#include <linux/array_size.h>
#include <linux/limits.h>
#include <linux/linkage.h>
#include <linux/stddef.h>
#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/bitops.h>
#include <linux/hex.h>
#include <linux/kstrtox.h>
#include <linux/log2.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/typecheck.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/build_bug.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/instruction_pointer.h>
#include <asm/byteorder.h>

#define STACK_MAGIC	0xdeadbeef
#define REPEAT_BYTE(x)	((~0ul / 0xff) * (x))
#define READ		0
#define WRITE		1
#define PTR_IF(cond, ptr)	((cond) ? (ptr) : NULL)
#define u64_to_user_ptr(x)	((void __user *)(uintptr_t)(x))
#define upper_32_bits(n)	((u32)(((n) >> 16) >> 16))
#define lower_32_bits(n)	((u32)((n) & 0xffffffff))
#define upper_16_bits(n)	((u16)((n) >> 16))
#define lower_16_bits(n)	((u16)((n) & 0xffff))

/* Calls that may sleep say so; a debug build checks the context. */
void __might_sleep(const char *file, int line);
void __might_resched(const char *file, int line, unsigned int offsets);
#define might_sleep() do { \
		if (IS_ENABLED(CONFIG_DEBUG_ATOMIC_SLEEP)) \
			__might_sleep(__FILE__, __LINE__); \
	} while (0)
#define might_sleep_if(cond) do { if (cond) might_sleep(); } while (0)
#define might_resched()	do { } while (0)
#define cant_sleep()	do { } while (0)
#define cant_migrate()	do { } while (0)
#define non_block_start() do { } while (0)
#define non_block_end()	do { } while (0)
#define might_fault()	do { } while (0)

/* How far the system has come. */
extern enum system_states {
	SYSTEM_BOOTING,
	SYSTEM_SCHEDULING,
	SYSTEM_FREEING_INITMEM,
	SYSTEM_RUNNING,
	SYSTEM_HALT,
	SYSTEM_POWER_OFF,
	SYSTEM_RESTART,
	SYSTEM_SUSPEND,
} system_state;

/* Formatting: the C library's functions with Linux's %p extensions (kernel/lib/vsprintf.c). */
int sprintf(char *buf, const char *fmt, ...) __printf(2, 3);
int vsprintf(char *buf, const char *fmt, va_list args) __printf(2, 0);
int snprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);
int vsnprintf(char *buf, size_t size, const char *fmt, va_list args) __printf(3, 0);
/* These return what was written, not what would have been. */
int scnprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);
int vscnprintf(char *buf, size_t size, const char *fmt, va_list args) __printf(3, 0);
char *kasprintf(gfp_t gfp, const char *fmt, ...) __printf(2, 3) __malloc;
char *kvasprintf(gfp_t gfp, const char *fmt, va_list args) __printf(2, 0) __malloc;
const char *kvasprintf_const(gfp_t gfp, const char *fmt, va_list args) __printf(2, 0);
int sscanf(const char *buf, const char *fmt, ...) __scanf(2, 3);
int vsscanf(const char *buf, const char *fmt, va_list args) __scanf(2, 0);
int num_to_str(char *buf, int size, unsigned long long num, unsigned int width);

/* Command lines (kernel/lib/cmdline.c). */
int get_option(char **str, int *pint);
char *get_options(const char *str, int nints, int *ints);
unsigned long long memparse(const char *ptr, char **retptr);
bool parse_option_str(const char *str, const char *option);
char *next_arg(char *args, char **param, char **val);

int core_kernel_text(unsigned long addr);	/* in the image's code */
int __kernel_text_address(unsigned long addr);	/* or a module's */
int kernel_text_address(unsigned long addr);
int func_ptr_is_kernel_text(void *ptr);

#define trace_printk(fmt, ...)	printk(KERN_DEBUG fmt, ##__VA_ARGS__)
#define trace_puts(str)		printk(KERN_DEBUG "%s", str)
#define ftrace_vprintk(fmt, args) vprintk(fmt, args)
