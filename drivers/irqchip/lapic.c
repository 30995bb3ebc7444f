// SPDX-License-Identifier: MIT
/*
 * Local APIC: end of interrupt, interrupts between CPUs, the timer's registers.
 *
 * Two ways to the same registers: memory (xAPIC) or, where the CPU has it, MSRs (x2APIC), which need
 * no mapping and send an IPI with one write. Each CPU sees its own APIC at the same place.
 * Source: Intel SDM vol 3A, chapter "Advanced Programmable Interrupt Controller (APIC)".
 */
#include <linux/init.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <arch/cpu.h>
#include <asm/apic.h>
#include <asm/msr.h>
#include <paddock/acpi.h>
#include <asm/x86.h>

/* Register offsets in memory; the MSR is 0x800 + offset / 16. */
enum {
	APIC_ID = 0x20,
	APIC_TPR = 0x80,
	APIC_EOI = 0xb0,
	APIC_SPURIOUS = 0xf0,
	APIC_ESR = 0x280,
	APIC_LVT_CMCI = 0x2f0,
	APIC_ICR = 0x300,
	APIC_ICR_HIGH = 0x310,
	APIC_LVT_TIMER = 0x320,
	APIC_LVT_THERMAL = 0x330,
	APIC_LVT_PERF = 0x340,
	APIC_LVT_LINT0 = 0x350,
	APIC_LVT_LINT1 = 0x360,
	APIC_LVT_ERROR = 0x370,
	APIC_TIMER_INITIAL = 0x380,
	APIC_TIMER_CURRENT = 0x390,
	APIC_TIMER_DIVIDE = 0x3e0,
};

#define APIC_BASE_X2APIC	(1u << 10)
#define APIC_BASE_ENABLE	(1u << 11)
#define SPURIOUS_ENABLE		(1u << 8)
#define LVT_MASKED		(1u << 16)
#define LVT_NMI			(4u << 8)
#define LVT_TSC_DEADLINE	(2u << 17)
#define DIVIDE_BY_16		3u

#define ICR_FIXED		(0u << 8)
#define ICR_NMI			(4u << 8)
#define ICR_INIT		(5u << 8)
#define ICR_STARTUP		(6u << 8)
#define ICR_PENDING		(1u << 12)
#define ICR_ASSERT		(1u << 14)

#define XAPIC_DEFAULT_PA	0xfee00000

static bool x2apic;
static volatile char __iomem *xapic;

static u32 apic_read(unsigned int reg)
{
	if (x2apic)
		return rdmsr(MSR_X2APIC + reg / 16);
	return readl(xapic + reg);
}

static void apic_write(unsigned int reg, u32 value)
{
	if (x2apic)
		wrmsr(MSR_X2APIC + reg / 16, value);
	else
		writel(value, xapic + reg);
}

bool lapic_is_x2apic(void)
{
	return x2apic;
}

u32 lapic_id(void)
{
	u32 id = apic_read(APIC_ID);

	return x2apic ? id : id >> 24;
}

void lapic_eoi(void)
{
	apic_write(APIC_EOI, 0);
}

void __init lapic_init(void)
{
	x2apic = x86_features.x2apic;
	if (!x2apic) {
		u64 pa = acpi.lapic_pa ?: XAPIC_DEFAULT_PA;

		xapic = ioremap(pa, 4096);
		if (!xapic)
			panic("APIC: cannot map its registers at %#llx", pa);
	}
	lapic_init_cpu(0);
	pr_info("APIC: %s, boot CPU has id %u\n", x2apic ? "x2APIC" : "xAPIC", lapic_id());
}

void lapic_init_cpu(unsigned int cpu)
{
	u64 base = rdmsr(MSR_APIC_BASE) | APIC_BASE_ENABLE;

	/* From xAPIC to x2APIC is allowed, from disabled to x2APIC takes both steps. */
	wrmsr(MSR_APIC_BASE, base);
	if (x2apic)
		wrmsr(MSR_APIC_BASE, base | APIC_BASE_X2APIC);

	apic_write(APIC_TPR, 0);
	apic_write(APIC_SPURIOUS, SPURIOUS_ENABLE | VECTOR_SPURIOUS);
	apic_write(APIC_LVT_TIMER, LVT_MASKED | VECTOR_TIMER);
	apic_write(APIC_LVT_LINT0, LVT_MASKED);		/* the old controllers' line */
	apic_write(APIC_LVT_LINT1, LVT_NMI);		/* the machine's NMI line (MADT's usual entry) */
	apic_write(APIC_LVT_ERROR, VECTOR_ERROR);
	apic_write(APIC_ESR, 0);
	lapic_eoi();		/* whatever the firmware left in service */
}

/* ---- Interrupts to other CPUs ---- */

static void send(u32 apic_id, u32 command)
{
	unsigned long flags;

	if (x2apic) {
		/* The write is weakly ordered: what the other CPU is told about must be out first. */
		asm volatile("mfence; lfence" : : : "memory");
		wrmsr(MSR_X2APIC + APIC_ICR / 16, (u64)apic_id << 32 | command);
		return;
	}
	/* Two registers: an interrupt handler that sends one of its own must not come between. */
	flags = arch_irq_save();
	while (apic_read(APIC_ICR) & ICR_PENDING)
		arch_cpu_relax();
	apic_write(APIC_ICR_HIGH, apic_id << 24);
	apic_write(APIC_ICR, command);
	arch_irq_restore(flags);
}

void lapic_send_ipi(u32 apic_id, u8 vector)
{
	send(apic_id, ICR_FIXED | ICR_ASSERT | vector);
}

void lapic_send_nmi(u32 apic_id)
{
	send(apic_id, ICR_NMI | ICR_ASSERT);
}

void lapic_send_init(u32 apic_id)
{
	send(apic_id, ICR_INIT | ICR_ASSERT);
}

void lapic_send_startup(u32 apic_id, u8 page)
{
	send(apic_id, ICR_STARTUP | ICR_ASSERT | page);
}

/* ---- Timer ---- */

void lapic_timer_mode(bool tsc_deadline)
{
	apic_write(APIC_TIMER_DIVIDE, DIVIDE_BY_16);
	apic_write(APIC_LVT_TIMER, VECTOR_TIMER | (tsc_deadline ? LVT_TSC_DEADLINE : 0));
	/* In xAPIC mode that was a store: the first deadline's WRMSR must not overtake it. */
	if (tsc_deadline)
		asm volatile("mfence" : : : "memory");
}

void lapic_timer_start(u32 count)
{
	apic_write(APIC_TIMER_INITIAL, count);
}

u32 lapic_timer_count(void)
{
	return apic_read(APIC_TIMER_CURRENT);
}
