/* SPDX-License-Identifier: MIT */
/* Where code and data of the start-up go, and functions that run at boot. */
#pragma once

#include <linux/compiler.h>
#include <linux/stringify.h>
#include <linux/types.h>

#ifndef __ASSEMBLY__
/* Freed after boot (in a module: after its init function). */
#define __init		__section(".init.text") __cold
#define __initdata	__section(".init.data")
#ifdef MODULE
#define __initconst	__section(".init.rodata")
#else
#define __initconst	__section(".init.data.const")
#endif
#define __exit		__section(".exit.text") __cold
#define __exitdata	__section(".exit.data")
#define __init_or_module
#define __initdata_or_module
#define __initconst_or_module
/* May refer to init things because it is only used then. */
#define __ref		noinline
#define __refdata
#define __refconst
#define __meminit
#define __meminitdata
#define __devinit
#define __exit_p(x)	x
#define __net_init	__init

#include <linux/cache.h>	/* __ro_after_init */

typedef int (*initcall_t)(void);
typedef void (*exitcall_t)(void);
typedef initcall_t initcall_entry_t;

static inline initcall_t initcall_from_entry(initcall_entry_t *entry)
{
	return *entry;
}

#ifndef MODULE
/* Sorted by level by the linker; run by do_initcalls() in kernel/initcall.c. */
#define __define_initcall(fn, id) \
	static const initcall_t __PASTE(__initcall_##fn, __LINE__) __used \
		__section("__initcall." #id) = fn;

#define early_initcall(fn)		__define_initcall(fn, 0)
#define pure_initcall(fn)		__define_initcall(fn, 0p)
#define core_initcall(fn)		__define_initcall(fn, 1)
#define core_initcall_sync(fn)		__define_initcall(fn, 1s)
#define postcore_initcall(fn)		__define_initcall(fn, 2)
#define postcore_initcall_sync(fn)	__define_initcall(fn, 2s)
#define arch_initcall(fn)		__define_initcall(fn, 3)
#define arch_initcall_sync(fn)		__define_initcall(fn, 3s)
#define subsys_initcall(fn)		__define_initcall(fn, 4)
#define subsys_initcall_sync(fn)	__define_initcall(fn, 4s)
#define fs_initcall(fn)			__define_initcall(fn, 5)
#define fs_initcall_sync(fn)		__define_initcall(fn, 5s)
#define rootfs_initcall(fn)		__define_initcall(fn, 5t)
#define device_initcall(fn)		__define_initcall(fn, 6)
#define device_initcall_sync(fn)	__define_initcall(fn, 6s)
#define late_initcall(fn)		__define_initcall(fn, 7)
#define late_initcall_sync(fn)		__define_initcall(fn, 7s)
#define __initcall(fn)			device_initcall(fn)
/* Built-in code never exits; the reference keeps the compiler from calling the function unused. */
#define __exitcall(fn)	static inline void __always_unused __exit_of_##fn(void) { fn(); }
#define console_initcall(fn)		early_initcall(fn)

/*
 * An option of the command line that is no module parameter: @fn gets the text behind "str".
 * early_param's run before the allocators; __setup's with the module parameters, and @fn returns
 * 1 when it took the option.
 */
struct obs_kernel_param {
	const char *str;
	int (*setup_func)(char *);
	int early;
};

#define __setup_param(text, unique_id, fn, is_early) \
	static const struct obs_kernel_param __setup_##unique_id __used __aligned(8) \
		__section("__setup") = { text, fn, is_early };
#define __setup(text, fn)		__setup_param(text, fn, fn, 0)
#define early_param(text, fn)		__setup_param(text, fn, fn, 1)
#else
#define __setup_param(text, unique_id, fn, is_early)
#define __setup(text, fn)
#define early_param(text, fn)
#endif /* MODULE */

#define __nosavedata	__section(".data..nosave")

extern bool initcall_debug;
extern char *saved_command_line;	/* as the boot loader gave it */
extern unsigned int reset_devices;
#endif /* __ASSEMBLY__ */
