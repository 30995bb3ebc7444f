/* SPDX-License-Identifier: MIT */
/* What the files of this folder and arm64's drivers share. */
#pragma once

#include <linux/types.h>

struct fdt;
struct fdt_node;

/* traps.c, regs.c: Linux's names for what ESR says. */
const char *esr_class_name(unsigned long esr);
const char *fault_status_name(unsigned long esr);
void describe_abort(unsigned long esr);		/* the "Mem abort info" lines */

/* drivers/irqchip/gic.c: everything that is pending on this CPU, one after the other. */
void arm64_handle_irqs(void);

/* drivers/timer/arm_arch_timer.c: INTID of the timer (arch_time_init() has read it), its handler. */
extern unsigned int arm64_timer_irq;
void arm64_timer_interrupt(void);

/* drivers/firmware/psci.c */
void psci_init(const struct fdt *fdt);
int psci_cpu_on(u64 mpidr, phys_addr_t entry, u64 context);
void psci_system_off(void);
void psci_system_reset(void);

/* drivers/serial/pl011.c: polled output now; with interrupts later. */
bool pl011_early_console(void *regs);
void pl011_start_input(unsigned int irq);

/* drivers/rtc/pl031.c */
u64 pl031_seconds(void);

/* drivers/power/pvpanic_pci.c */
void pvpanic_pci_init(void);

/* firmware.c: INTID of entry @index of a node's "interrupts" (GIC, three cells), or 0. *type: IRQ_TYPE_*. */
unsigned int fdt_gic_irq(const struct fdt *fdt, const struct fdt_node *n, unsigned int index, u32 *type);

/* cacheflush.S: clean (and for icache: invalidate) by address, to where all observers see the same. */
void dcache_clean_poc(const void *start, const void *end);
void icache_sync_range(const void *start, const void *end);
