/* SPDX-License-Identifier: MIT */
/*
 * Per-CPU variables: definition and access.
 *
 * The address of a per-CPU variable, static or from alloc_percpu(), lies in a template that is not
 * accessed itself; CPU n's copy is __per_cpu_offset[n] further on. See kernel/percpu.c.
 *
 * this_cpu_*():  safe with preemption and interrupts on: one copy is read or changed, whole.
 * __this_cpu_*(), raw_cpu_*(): the caller keeps preemption off (or does not care which copy).
 */
#pragma once

#include <linux/compiler.h>
#include <linux/types.h>
#include <arch/cpu.h>
#include <arch/percpu.h>
#include <arch/smp.h>
#include <linux/preempt.h>

#define PER_CPU_SECTION	".data..percpu"

#define DECLARE_PER_CPU_SECTION(type, name, sec) extern typeof(type) name
#define DEFINE_PER_CPU_SECTION(type, name, sec) \
	__attribute__((section(PER_CPU_SECTION sec))) typeof(type) name

#define DECLARE_PER_CPU(type, name)	DECLARE_PER_CPU_SECTION(type, name, "")
#define DEFINE_PER_CPU(type, name)	DEFINE_PER_CPU_SECTION(type, name, "")
#define DECLARE_PER_CPU_FIRST(type, name) DECLARE_PER_CPU_SECTION(type, name, "")
#define DEFINE_PER_CPU_FIRST(type, name) DEFINE_PER_CPU_SECTION(type, name, "..first")
#define DECLARE_PER_CPU_ALIGNED(type, name) extern typeof(type) name
#define DEFINE_PER_CPU_ALIGNED(type, name) DEFINE_PER_CPU_SECTION(type, name, "") __aligned(64)
#define DECLARE_PER_CPU_SHARED_ALIGNED(type, name) DECLARE_PER_CPU_ALIGNED(type, name)
#define DEFINE_PER_CPU_SHARED_ALIGNED(type, name) DEFINE_PER_CPU_ALIGNED(type, name)
#define DECLARE_PER_CPU_READ_MOSTLY(type, name) DECLARE_PER_CPU(type, name)
#define DEFINE_PER_CPU_READ_MOSTLY(type, name) DEFINE_PER_CPU(type, name)

#define EXPORT_PER_CPU_SYMBOL(var)	EXPORT_SYMBOL(var)
#define EXPORT_PER_CPU_SYMBOL_GPL(var)	EXPORT_SYMBOL_GPL(var)

/* 0 for every CPU until setup_per_cpu_areas(). */
extern unsigned long __per_cpu_offset[NR_CPUS];
#define per_cpu_offset(cpu)	(__per_cpu_offset[cpu])

#define SHIFT_PERCPU_PTR(ptr, offset)	RELOC_HIDE((ptr), (offset))
#define per_cpu_ptr(ptr, cpu)		SHIFT_PERCPU_PTR(ptr, per_cpu_offset(cpu))
#define raw_cpu_ptr(ptr)		SHIFT_PERCPU_PTR(ptr, arch_percpu_offset())
#define this_cpu_ptr(ptr)		raw_cpu_ptr(ptr)
#define per_cpu(var, cpu)		(*per_cpu_ptr(&(var), cpu))

#define get_cpu_var(var) (*({ preempt_disable(); this_cpu_ptr(&(var)); }))
#define put_cpu_var(var) do { (void)&(var); preempt_enable(); } while (0)
#define get_cpu_ptr(ptr) ({ preempt_disable(); this_cpu_ptr(ptr); })
#define put_cpu_ptr(ptr) do { (void)(ptr); preempt_enable(); } while (0)

/* Loads: a stale copy after migration is a value that was right a moment ago. */
#define raw_cpu_read(var)	(*raw_cpu_ptr(&(var)))
#define raw_cpu_write(var, val)	do { *raw_cpu_ptr(&(var)) = (val); } while (0)
#define raw_cpu_add(var, val)	do { *raw_cpu_ptr(&(var)) += (val); } while (0)
#define raw_cpu_add_return(var, val) (*raw_cpu_ptr(&(var)) += (val))

#define this_cpu_read(var)	arch_this_cpu_read(var)
#define __this_cpu_read(var)	arch_this_cpu_read(var)
#define __this_cpu_write(var, val) raw_cpu_write(var, val)
#define __this_cpu_add(var, val) raw_cpu_add(var, val)
#define __this_cpu_sub(var, val) raw_cpu_add(var, -(typeof(var))(val))
#define __this_cpu_inc(var)	raw_cpu_add(var, 1)
#define __this_cpu_dec(var)	raw_cpu_add(var, -1)
#define __this_cpu_and(var, val) do { *raw_cpu_ptr(&(var)) &= (val); } while (0)
#define __this_cpu_or(var, val)	do { *raw_cpu_ptr(&(var)) |= (val); } while (0)
#define __this_cpu_add_return(var, val) raw_cpu_add_return(var, val)
#define __this_cpu_inc_return(var) raw_cpu_add_return(var, 1)
#define __this_cpu_dec_return(var) raw_cpu_add_return(var, -1)
#define __this_cpu_xchg(var, val) ({ typeof(var) *__p = raw_cpu_ptr(&(var)); \
	typeof(var) __old = *__p; *__p = (val); __old; })
#define raw_cpu_inc(var)	raw_cpu_add(var, 1)
#define raw_cpu_dec(var)	raw_cpu_add(var, -1)
#define raw_cpu_sub(var, val)	raw_cpu_add(var, -(typeof(var))(val))

/* Read-modify-write with interrupts masked, where the processor has no single instruction. */
#define __this_cpu_masked(expr) ({				\
	unsigned long __pc_flags = arch_irq_save();		\
	typeof(expr) __pc_ret = (expr);				\
	arch_irq_restore(__pc_flags);				\
	__pc_ret;						\
})
#ifdef arch_this_cpu_add
#define this_cpu_write(var, val) arch_this_cpu_write(var, val)
#define this_cpu_add(var, val)	arch_this_cpu_add(var, val)
#else
#define this_cpu_write(var, val) ((void)__this_cpu_masked(*raw_cpu_ptr(&(var)) = (val)))
#define this_cpu_add(var, val)	((void)__this_cpu_masked(*raw_cpu_ptr(&(var)) += (val)))
#endif
#define this_cpu_sub(var, val)	this_cpu_add(var, -(typeof(var))(val))
#define this_cpu_inc(var)	this_cpu_add(var, 1)
#define this_cpu_dec(var)	this_cpu_add(var, -1)
#define this_cpu_and(var, val)	((void)__this_cpu_masked(*raw_cpu_ptr(&(var)) &= (val)))
#define this_cpu_or(var, val)	((void)__this_cpu_masked(*raw_cpu_ptr(&(var)) |= (val)))
#define this_cpu_add_return(var, val) __this_cpu_masked(*raw_cpu_ptr(&(var)) += (val))
#define this_cpu_sub_return(var, val) this_cpu_add_return(var, -(typeof(var))(val))
#define this_cpu_inc_return(var) this_cpu_add_return(var, 1)
#define this_cpu_dec_return(var) this_cpu_add_return(var, -1)
#define this_cpu_xchg(var, val)	__this_cpu_masked(__this_cpu_xchg(var, val))
#define this_cpu_cmpxchg(var, oval, nval) ({			\
	unsigned long __pc_flags2 = arch_irq_save();		\
	typeof(var) *__pc_p = raw_cpu_ptr(&(var));		\
	typeof(var) __pc_old = *__pc_p;				\
	if (__pc_old == (oval))					\
		*__pc_p = (nval);				\
	arch_irq_restore(__pc_flags2);				\
	__pc_old;						\
})
