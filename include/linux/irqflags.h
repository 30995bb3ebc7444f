/* SPDX-License-Identifier: MIT */
/* Interrupt masking on this CPU, by Linux's names. @flags is an unsigned long variable. */
#pragma once

#include <linux/types.h>
#include <linux/typecheck.h>
#include <arch/cpu.h>

#define local_irq_enable()	arch_irq_enable()
#define local_irq_disable()	arch_irq_disable()
#define local_irq_save(flags)	do { (void)typecheck(unsigned long, flags); (flags) = arch_irq_save(); } while (0)
#define local_irq_restore(flags) do { (void)typecheck(unsigned long, flags); arch_irq_restore(flags); } while (0)
#define local_save_flags(flags)	do { (void)typecheck(unsigned long, flags); (flags) = arch_irq_flags(); } while (0)
#define irqs_disabled()		arch_irqs_disabled_flags(arch_irq_flags())
#define irqs_disabled_flags(flags) arch_irqs_disabled_flags(flags)
#define raw_local_irq_save(flags)	local_irq_save(flags)
#define raw_local_irq_restore(flags)	local_irq_restore(flags)
#define raw_local_irq_disable()		local_irq_disable()
#define raw_local_irq_enable()		local_irq_enable()
#define raw_irqs_disabled()		irqs_disabled()
