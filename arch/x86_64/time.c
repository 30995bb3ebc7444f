// SPDX-License-Identifier: MIT
/*
 * Clock and alarm: the TSC and the local APIC's timer.
 *
 * The TSC's frequency is known from CPUID where a hypervisor or the CPU says it; otherwise it is
 * measured against the best reference the machine has, during 4 ms. The APIC timer is measured in the
 * same time, unless it takes TSC deadlines.
 *
 * Nanoseconds are cycles times a 32.32 fixed-point factor, in 128 bits: no overflow, no drift.
 */
#include <linux/export.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/smp.h>
#include <arch/cpu.h>
#include <arch/smp.h>
#include <arch/time.h>
#include <arch/trap.h>
#include <asm/apic.h>
#include <asm/clockref.h>
#include <asm/msr.h>
#include <asm/x86.h>

#define NS_PER_S	1000000000ull
#define MEASURE_US	4000
#define SAMPLES		5

typedef unsigned __int128 u128;

static u64 tsc_hz, tsc_base;
static u64 ns_per_cycle;	/* 32.32 */
static u64 cycles_per_ns;	/* 32.32 */
static u64 lapic_hz, lapic_per_ns;
static bool use_deadline;
static u64 deadlines[NR_CPUS];	/* by CPU, each touched by its own only; ns, U64_MAX: none */

/* a * b / c, exact in between; the quotient must fit, or the CPU traps. */
static u64 mul_div(u64 a, u64 b, u64 c)
{
	u64 rem;

	asm("mulq %2; divq %3" : "+a"(a), "=&d"(rem) : "rm"(b), "rm"(c) : "cc");
	return a;
}

u64 arch_clock_ns(void)
{
	return (u128)(arch_cycles() - tsc_base) * ns_per_cycle >> 32;
}

u64 arch_cycles_hz(void)
{
	return tsc_hz;
}

const char *arch_clock_name(void)
{
	return "tsc";
}

/* ---- Frequency ---- */

/* What CPUID says of it, or 0. */
static u64 __init tsc_hz_by_cpuid(void)
{
	struct cpuid_regs r;

	/* VMware's leaf, which KVM gives, too: kHz. Leaves from 0x40000000 are the hypervisor's. */
	if (x86_features.hypervisor && cpuid(0x40000000, 0).eax >= 0x40000010 &&
	    cpuid(0x40000000, 0).eax < 0x40010000) {
		r = cpuid(0x40000010, 0);
		if (r.eax)
			return (u64)r.eax * 1000;
	}
	/* Intel SDM vol 2A, CPUID leaf 15H: TSC = crystal * ebx / eax. */
	if (x86_features.max_leaf >= 0x15) {
		r = cpuid(0x15, 0);
		if (r.eax && r.ebx && r.ecx)
			return (u64)r.ecx * r.ebx / r.eax;
	}
	return 0;
}

/* A moment, by three counters. */
struct moment {
	u64 tsc;
	u32 ref, apic;
};

/*
 * The TSC is read before and after the reference; of several tries the closest pair counts, so that an
 * SMI or a busy host costs accuracy only if it hits all of them.
 */
static struct moment __init take_moment(const struct clock_reference *ref)
{
	struct moment best = { 0 };
	u64 best_span = ~0ull;

	for (int i = 0; i < SAMPLES; i++) {
		u64 before = arch_cycles();
		u32 r = ref->read(), a = lapic_timer_count();
		u64 span = arch_cycles() - before;

		if (span < best_span) {
			best_span = span;
			best = (struct moment){ before + span / 2, r, a };
		}
	}
	return best;
}

/* Measure against @ref. False: it does not move. */
static bool __init measure(const struct clock_reference *ref)
{
	u32 ticks = ref->hz * MEASURE_US / 1000000, passed;
	struct moment start, end;
	u64 spins = 0;

	lapic_timer_mode(false);
	lapic_timer_start(~0u);
	start = take_moment(ref);
	do {
		arch_cpu_relax();
		passed = (ref->read() - start.ref) & ref->mask;
		if (++spins > 100000 && !passed)
			return false;
	} while (passed < ticks);
	end = take_moment(ref);
	lapic_timer_start(0);

	passed = (end.ref - start.ref) & ref->mask;
	if (!tsc_hz)
		tsc_hz = mul_div(end.tsc - start.tsc, ref->hz, passed);
	lapic_hz = mul_div(start.apic - end.apic, ref->hz, passed);
	return true;
}

static const struct clock_reference *__init find_and_measure(void)
{
	static const struct clock_reference *(*const finders[])(void) __initconst = {
		hpet_reference, pm_timer_reference, pit_reference
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(finders); i++) {
		const struct clock_reference *ref = finders[i]();

		if (!ref)
			continue;
		if (measure(ref))
			return ref;
		pr_warn("time: %s stands still\n", ref->name);
	}
	return NULL;
}

void __init arch_time_init(void)
{
	const struct clock_reference *ref = NULL;

	tsc_hz = tsc_hz_by_cpuid();
	use_deadline = x86_features.tsc_deadline;
	if (!tsc_hz || !use_deadline)
		ref = find_and_measure();
	if (!tsc_hz || (!use_deadline && !lapic_hz))
		panic("time: no clock to measure the TSC by");

	ns_per_cycle = mul_div(NS_PER_S, 1ull << 32, tsc_hz);
	cycles_per_ns = mul_div(tsc_hz, 1ull << 32, NS_PER_S);
	lapic_per_ns = mul_div(lapic_hz, 1ull << 32, NS_PER_S);
	tsc_base = arch_cycles();

	pr_info("time: tsc %llu.%03llu MHz by %s, alarm: %s\n", tsc_hz / 1000000,
		tsc_hz / 1000 % 1000, ref ? ref->name : "cpuid",
		use_deadline ? "TSC deadline" : "APIC timer");
}

/* ---- Alarm ---- */

void arch_time_init_cpu(unsigned int cpu)
{
	deadlines[cpu] = U64_MAX;
	lapic_timer_mode(use_deadline);
	if (!use_deadline)
		lapic_timer_start(0);
}

static void program(u64 deadline_ns)
{
	u64 now, count;

	if (use_deadline) {
		/* 0 disarms; a time that is past fires at once. */
		u128 cycles = (u128)deadline_ns * cycles_per_ns >> 32;

		wrmsr(MSR_TSC_DEADLINE, deadline_ns == U64_MAX ? 0 : tsc_base + (u64)cycles + 1);
		return;
	}
	if (deadline_ns == U64_MAX) {
		lapic_timer_start(0);
		return;
	}
	now = arch_clock_ns();
	count = deadline_ns > now ? (u128)(deadline_ns - now) * lapic_per_ns >> 32 : 0;
	lapic_timer_start(clamp_t(u64, count + 1, 1, ~0u));
}

void arch_timer_set(u64 deadline_ns)
{
	if (deadline_ns > S64_MAX)	/* centuries away, and cycles would overflow */
		deadline_ns = U64_MAX;
	deadlines[raw_smp_processor_id()] = deadline_ns;
	program(deadline_ns);
}

void x86_timer_interrupt(void)
{
	unsigned int cpu = raw_smp_processor_id();

	/* Too early: the count has 32 bits, and the two clocks were measured, not made for each other. */
	if (arch_clock_ns() < deadlines[cpu]) {
		program(deadlines[cpu]);
		return;
	}
	deadlines[cpu] = U64_MAX;
	handle_timer_interrupt();
}
