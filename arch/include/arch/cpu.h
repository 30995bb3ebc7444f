/* SPDX-License-Identifier: MIT */
/*
 * What a processor must give: interrupt masking, waiting, the cycle counter, "who am I".
 *
 * The inline functions are defined by arch/<arch>/include/asm/cpu.h, the others by
 * arch/<arch>/cpu.c. Both processors keep the promises that are written here.
 */
#pragma once

#include <linux/types.h>

struct task_struct;
struct seq_file;

/*
 * Interrupt masking on this CPU. "flags" is opaque; only give it back to restore().
 *
 * Context: any. Saving and restoring nest.
 * All of them are compiler barriers: memory accesses do not move across them.
 * Source:  Intel SDM vol 1, 3.4.3.3 (IF in RFLAGS); Arm ARM, "DAIF, Interrupt Mask Bits".
 */
static inline unsigned long arch_irq_save(void);	/* mask, return the former state */
static inline void arch_irq_restore(unsigned long flags);
static inline void arch_irq_enable(void);
static inline void arch_irq_disable(void);
static inline unsigned long arch_irq_flags(void);	/* the state, unchanged */
static inline bool arch_irqs_disabled_flags(unsigned long flags);

/* A hint for the body of a spinning loop. Context: any. */
static inline void arch_cpu_relax(void);

/*
 * arch_load_linked       - *@p, read before all that follows.
 * arch_store_conditional - store @new, unless *@p is no longer @old, which arch_load_linked() gave here. It may also
 *                          fail for no reason, so the caller does without; with arm64's exclusives it does so if anybody has
 *                          written *@p meanwhile, with x86_64's compare-and-exchange if it is not the same any more.
 * Between the two: few instructions, no store. Context: any. Returns: whether it was stored.
 */
static inline unsigned long arch_load_linked(const unsigned long *p);
static inline bool arch_store_conditional(unsigned long *p, unsigned long old, unsigned long new);

/*
 * arch_cpu_idle - wait for an interrupt.
 *
 * Context: idle thread, interrupts masked on entry. The unmasking and the wait are one step
 *          as seen by interrupts: one that arrives after the caller's last check ends the wait.
 *          Interrupts are unmasked on return.
 */
static inline void arch_cpu_idle(void);

/* arch_cpu_halt_forever - stop this CPU with interrupts masked, for panic and CPU stop. */
void __attribute__((noreturn)) arch_cpu_halt_forever(void);

/* The cycle counter (TSC, CNTVCT_EL0): monotonic on one CPU, unit as arch_cycles_hz(). */
static inline u64 arch_cycles(void);

/*
 * The thread that runs on this CPU. Constant within a thread, so usable with preemption on.
 * x86_64 keeps it in a per-CPU variable (one %gs load), arm64 in SP_EL0.
 */
static inline struct task_struct *arch_current(void);
static inline void arch_set_current(struct task_struct *task);

/* The stack pointer here and now; stack traces start from __builtin_frame_address(0). */
static inline unsigned long arch_stack_pointer(void);

/*
 * arch_cpu_init - turn on this CPU's protections and features.
 * @cpu: logical number; 0 is the boot CPU.
 *
 * NX/SMEP/SMAP/UMIP/WP on x86_64, PAN and WXN-compatible settings on arm64, where present.
 * Context: once on each CPU, interrupts masked, before it enters the scheduler.
 */
void arch_cpu_init(unsigned int cpu);

/*
 * arch_sync_code - make freshly written instructions visible to instruction fetch on all CPUs.
 * @start, @len_bytes: the written range, by the address through which it will run.
 *
 * Context: any. A no-op beyond a barrier on x86_64; cache maintenance by VA on arm64.
 */
void arch_sync_code(const void *start, size_t len_bytes);

/* arch_random_seed - a word from the CPU's random generator. Returns false if it has none. */
bool arch_random_seed(u64 *out);

/* arch_show_cpuinfo - this architecture's /proc/cpuinfo block for @cpu, in Linux's format. */
void arch_show_cpuinfo(struct seq_file *m, unsigned int cpu);

/* Power. Each returns only if the machine has no such means. Context: any. */
void arch_power_off(void);
void arch_reboot(void);

/* Tell the hypervisor that the kernel has panicked (pvpanic); nothing where there is no such device. */
void arch_panic_notify(void);

/* The machine's name for the "Hardware name:" line (DMI, device tree), or NULL. */
const char *arch_hardware_name(void);

/* ARCH_UTS_MACHINE: what `uname -m` says, as on Linux; a string constant, defined by <asm/cpu.h>. */

#include <asm/cpu.h>
