/* SPDX-License-Identifier: MIT */
/*
 * Included before every source file, as Linux's build does: the configuration that sources ask for.
 * Paddock has one configuration, so these are constants, and IS_ENABLED() answers from them.
 */
#pragma once

#define CONFIG_64BIT 1
#define CONFIG_SMP 1
#define CONFIG_NUMA 1
#define CONFIG_PREEMPTION 1
#define CONFIG_MODULES 1
#define CONFIG_MODULE_UNLOAD 1
#define CONFIG_PRINTK 1
#define CONFIG_BUG 1
#define CONFIG_DEBUG_ATOMIC_SLEEP 1
#define CONFIG_PROC_FS 1
#define CONFIG_SYSFS 1
#define CONFIG_DEBUG_FS 1
#define CONFIG_KFENCE 1
#define CONFIG_KUNIT 1
#define CONFIG_HZ 1000
#define CONFIG_NR_CPUS 32
#ifdef __x86_64__
#define CONFIG_X86_64 1
#define CONFIG_X86 1
#else
#define CONFIG_ARM64 1
#endif

/* 1 when the option is defined to 1, else 0: usable in C expressions. */
#define __ARG_PLACEHOLDER_1 0,
#define __take_second_arg(ignored, val, ...) val
#define __is_defined(x) ___is_defined(x)
#define ___is_defined(val) ____is_defined(__ARG_PLACEHOLDER_##val)
#define ____is_defined(arg1_or_junk) __take_second_arg(arg1_or_junk 1, 0)
#define IS_BUILTIN(option) __is_defined(option)
#define IS_MODULE(option) 0
#define IS_REACHABLE(option) __is_defined(option)
#define IS_ENABLED(option) __is_defined(option)
