// SPDX-License-Identifier: MIT
/*
 * The generic timer of arm64: one counter for all CPUs, and on each a comparator.
 *
 * The virtual counter and timer are used: in EL1 they are ours under a hypervisor and without one (head.S
 * sets the offset to 0 when it comes from EL2). The comparator fires when the counter is at or past
 * its value, level-triggered, so a deadline in the past fires at once and none is lost.
 * Source: Arm ARM (DDI 0487J.a), D11 "The Generic Timer in AArch64 state"; Devicetree binding
 * "arm,arch_timer" (interrupts: secure, non-secure, virtual, hypervisor).
 */
#include <linux/export.h>
#include <linux/init.h>
#include <linux/irq.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/time64.h>
#include <arch/cpu.h>
#include <arch/time.h>
#include <paddock/fdt.h>
#include "../irqchip/gic.h"
#include "../../arch/arm64/arm64.h"
#include "../../boot/arm64/boot.h"

#define CTL_ENABLE	1
#define VIRTUAL_TIMER	2	/* its place in "interrupts" */
#define VIRTUAL_PPI	27	/* where every machine has it, if the tree does not say */
#define MAX_DELTA_NS	(1ull << 40)

unsigned int arm64_timer_irq __ro_after_init;

/* Conversions as multiply and shift by 32: ns per cycle, cycles per ns. */
static u64 hz __ro_after_init, base __ro_after_init;
static u64 ns_mult __ro_after_init, cycles_mult __ro_after_init;

void arch_time_init(void)
{
	struct fdt_node n;
	u32 freq, type;

	hz = read_sysreg(cntfrq_el0);
	if (fdt_find_compatible(&boot_fdt, "arm,armv8-timer", &n) ||
	    fdt_find_compatible(&boot_fdt, "arm,armv7-timer", &n)) {
		/* For firmware that has not set the register. */
		if (fdt_u32(&boot_fdt, &n, "clock-frequency", &freq) && freq)
			hz = freq;
		arm64_timer_irq = fdt_gic_irq(&boot_fdt, &n, VIRTUAL_TIMER, &type);
	}
	if (!arm64_timer_irq)
		arm64_timer_irq = VIRTUAL_PPI;
	if (hz < 1000000 || hz > 4ull * NSEC_PER_SEC)
		panic("arch_timer: impossible frequency %llu Hz", hz);
	ns_mult = ((u64)NSEC_PER_SEC << 32) / hz;
	cycles_mult = (hz << 32) / NSEC_PER_SEC;
	base = arch_cycles();
}

void arch_time_init_cpu(unsigned int cpu)
{
	write_sysreg(0, cntv_ctl_el0);
	gic_enable_private(arm64_timer_irq);
}

u64 arch_clock_ns(void)
{
	return (unsigned __int128)(arch_cycles() - base) * ns_mult >> 32;
}

u64 arch_cycles_hz(void)
{
	return hz;
}

const char *arch_clock_name(void)
{
	return "arch_sys_counter";
}

/* A deadline rounds up, so that the clock has reached it when the interrupt comes. */
void arch_timer_set(u64 deadline_ns)
{
	u64 now = arch_clock_ns(), delta;

	if (deadline_ns == U64_MAX) {
		write_sysreg(0, cntv_ctl_el0);
		arm64_isb();
		return;
	}
	delta = deadline_ns > now ? min(deadline_ns - now, MAX_DELTA_NS) : 0;
	write_sysreg(arch_cycles() + (u64)((unsigned __int128)delta * cycles_mult >> 32) + 1, cntv_cval_el0);
	write_sysreg(CTL_ENABLE, cntv_ctl_el0);
	arm64_isb();
}

/* Off first: the level would stay up until a new deadline is set, and there may be none. */
void arm64_timer_interrupt(void)
{
	write_sysreg(0, cntv_ctl_el0);
	arm64_isb();
	handle_timer_interrupt();
}
